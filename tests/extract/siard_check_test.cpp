// The controls of SIARD archives: right on those of other producers, and on what is planted.
#include "core/zip_archive.hpp"
#include "core/zip_stream.hpp"
#include "extract/siard/check.hpp"
#include "extract/siard/draft.hpp"
#include "extract/siard/export.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace versoir;
using namespace versoir::tests;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Set = std::set<std::string>;

namespace {

extract::SiardCheckReport check(const fs::path& file) {
  core::TemporaryDirectory scratch;
  core::SilentProgress progress;
  return extract::check_siard(file, scratch.path(), progress, {});
}
/// Requirements with at least one error.
Set failed(const extract::SiardCheckReport& report) {
  Set out;
  for (const auto& v : report.verdicts)
    if (v.errors) out.emplace(v.requirement.id);
  return out;
}
std::string told(const extract::SiardCheckReport& report) {
  std::string out;
  for (const auto& f : report.findings) out += f.code + " " + f.where + ": " + f.message.english() + "\n";
  return out;
}

/// An archive of ours, to be spoilt.
class Ours {
 public:
  Ours() {
    SqliteSite site;
    site.sql(
        "CREATE TABLE people (id @number8@, name @text@, note @clob@); INSERT INTO people VALUES (1, 'Ada', "
        "printf('%.*c', 5000, 'a')), (2, 'Bob', NULL); CREATE TABLE child (person @number8@); INSERT INTO "
        "child "
        "VALUES (1), (2);");
    copy_from(
        site.uri(),
        profile_of(table("PEOPLE",
                         column("ID", "NUMBER(8)") + column("NAME", "VARCHAR2(400)") + column("NOTE", "CLOB"),
                         "key=\"ID\"") +
                   table("CHILD", column("PERSON", "NUMBER(8)", "references=\"PEOPLE.ID\""))),
        folder.path() / "a.extract");
    auto extract = extract::Extract::open(folder.path() / "a.extract");
    extract::SiardOptions options;
    options.owner = "x";
    core::SilentProgress progress;
    extract::export_siard(extract, file, options, progress, {});
  }
  /// The file with other bytes, under another name.
  fs::path with(const std::string& bytes) {
    const auto other = folder.path() / "b.siard";
    core::write_file(other, bytes);
    return other;
  }
  [[nodiscard]] std::string bytes() const { return core::read_file(file); }

  core::TemporaryDirectory folder;
  fs::path file = folder.path() / "a.siard";
};

/// An archive of these entries, in their order.
fs::path packed(const fs::path& folder, const std::vector<std::pair<std::string, std::string>>& entries) {
  const auto file = folder / "made.siard";
  core::ZipStream zip(file);
  for (const auto& [name, content] : entries) {
    // As an export writes them, so that the digest in its metadata stays right: only schemas are whole
    // beforehand.
    if (name.ends_with('/')) {
      zip.folder(name);
    } else if (name.ends_with(".xsd")) {
      zip.add(name, content);
    } else {
      zip.begin(name);
      zip.write(content);
      zip.end();
    }
  }
  zip.commit();
  return file;
}

}  // namespace

TEST_CASE("archives of other producers are judged as they should", "[siard]") {
  const auto folder = shared_dir() / "reference/siard-samples";
  if (!have(folder)) return;
  const std::pair<const char*, Set> expected[] = {
      {"dbptk-example", {}},
      {"siard2sql-simpledb", {"5.1"}},
      {"siard2sql-encoding", {}},
      // Invented rows, whose reference to the other table holds for none of them: their own tool does not
      // look.
      {"siardapi-sample", {"5.1", "T_6.0-1"}},
      {"siardapi-sample-datalink-2-2", {"T_6.0-1"}},
      {"siardapi-test", {"T_6.0-1"}},
      {"siardapi-sql1999", {"5.1"}},
      {"siardapi-sql2008_2_1", {}},
      {"siardapi-ech-0165_oe", {}},
      {"siardapi-sfdboe", {"5.1"}},
      {"siardapi-sfdboe_2_1", {}},
      {"selfmade/minimal-2.2", {}},
      {"selfmade/minimal-2.2-md5lower", {}},
      {"selfmade/minimal-2.2-md5upper", {}},
      {"selfmade/minimal-2.2-nousers", {}},
      {"selfmade/bad-digest", {"5.1"}},
      {"selfmade/bad-fk", {"T_6.0-1"}},
      {"selfmade/bad-missinglob", {"T_6.2-1"}},
      {"selfmade/bad-noversion", {"P_4.2-4"}},
      {"selfmade/bad-rowcount", {"P_4.3-10"}},
      {"selfmade/bad-tablexsd", {"T_6.0-2"}},
      {"selfmade/bad-type", {"M_5.0-1", "P_4.3-3", "T_6.0-1"}},
  };
  for (const auto& [name, errors] : expected) {
    const auto report = check(folder / (std::string(name) + ".siard"));
    INFO(name << "\n" << told(report));
    CHECK(failed(report) == errors);
  }
}

TEST_CASE("what we write obeys every requirement", "[siard]") {
  Ours ours;
  const auto report = check(ours.file);
  INFO(told(report));
  CHECK(report.errors() == 0);
  CHECK(report.warnings() == 0);
  CHECK(report.rows == 4);
  CHECK(report.large_values == 1);
  for (const auto& v : report.verdicts) {
    INFO(v.requirement.id);
    CHECK(v.result == extract::SiardVerdict::Result::passed);
  }
  const auto page = extract::siard_check_page(report, ours.file);
  CHECK_THAT(page, Contains("T_6.0-2") && Contains("a.siard"));
}

TEST_CASE("a damaged or lying archive is told with its place, and never imported by half", "[siard]") {
  Ours ours;
  const auto whole = ours.bytes();
  const auto spoilt = [&](const std::string& bytes, const Set& errors, const std::string& words) {
    const auto file = ours.with(bytes);
    const auto report = check(file);
    INFO(told(report));
    CHECK(failed(report) == errors);
    CHECK_THAT(told(report), Contains(words));
    const auto target = ours.folder.path() / "c.extract";
    const auto error = error_of([&] {
      const auto draft = extract::draft_siard(file, "essai");
      copy_from("siard:" + file.string(), profiles::load(draft.files, "essai"), target);
    });
    CHECK(error.code() == core::Exit::source_data);
    CHECK(!fs::exists(target));
    fs::remove(fs::path(target) += ".partial");
  };
  spoilt(whole.substr(0, whole.size() - 10), {"G_4.1-1"}, "cut short");
  spoilt(whole.substr(whole.size() / 2), {"G_4.1-1"}, "is not where it says");
  spoilt("", {"G_4.1-1"}, "cut short");
  spoilt(std::string(5000, 'x'), {"G_4.1-1"}, "no central directory");
  auto end = whole;
  end[whole.size() - 12] = '\x7f';  // entries in the end record
  spoilt(end, {"G_4.1-1"}, "entries in");
}

TEST_CASE("entries that say another size than they have are refused while they are read", "[siard]") {
  Ours ours;
  auto bytes = ours.bytes();
  const std::string name = "content/schema0/table1/table1.xml";
  auto at = bytes.rfind(name) - 46;  // in the central directory
  REQUIRE(bytes.substr(at, 4) == "PK\x01\x02");
  SECTION("a shorter one") {
    bytes[at + 24] = '\x05', bytes[at + 25] = bytes[at + 26] = bytes[at + 27] = '\0';
  }
  SECTION("a bomb") { bytes[at + 27] = '\x7f'; }
  SECTION("another checksum") { bytes[at + 16] = static_cast<char>(bytes[at + 16] ^ 1); }
  SECTION("encrypted") { bytes[at + 8] = static_cast<char>(bytes[at + 8] | 1); }
  SECTION("another method") { bytes[at + 10] = '\x0c'; }
  const auto report = check(ours.with(bytes));
  INFO(told(report));
  CHECK(failed(report).contains("T_6.0-2"));
  CHECK_THAT(told(report), Contains(name));
}

TEST_CASE("entries that share bytes are refused before anything is unpacked", "[siard]") {
  Ours ours;
  auto bytes = ours.bytes();
  const auto first = bytes.rfind("content/schema0/table0/table0.xml") - 46,
             second = bytes.rfind("content/schema0/table1/table1.xml") - 46;
  for (std::size_t i = 42; i < 46; ++i) bytes[second + i] = bytes[first + i];
  const auto report = check(ours.with(bytes));
  CHECK(failed(report) == Set{"G_4.1-1"});
  CHECK_THAT(told(report), Contains("overlap"));
}

TEST_CASE("names that lead out, document types and unknown folders are told", "[siard]") {
  core::TemporaryDirectory folder;
  const std::string head =
      "<siardArchive xmlns=\"http://www.bar.admin.ch/xmlns/siard/2/metadata.xsd\" version=\"2.2\">";
  const auto doctype =
      check(packed(folder.path(),
                   {{"content/", ""},
                    {"header/", ""},
                    {"header/siardversion/2.2/", ""},
                    {"header/metadata.xml", "<!DOCTYPE x [<!ENTITY a \"b\">]>" + head + "</siardArchive>"}}));
  CHECK(failed(doctype).contains("M_5.0-1"));
  CHECK_THAT(told(doctype), Contains("DOCTYPE"));
  const auto odd = check(packed(folder.path(), {{"content/schema0/ghost/x.xml", "<a/>"},
                                                {"../evil", "x"},
                                                {"header/siardversion/2.1/", ""},
                                                {"header/metadata.xml", head + "</siardArchive>"}}));
  INFO(told(odd));
  CHECK(failed(odd) == Set{"M_5.0-1", "P_4.2-1", "P_4.2-2", "P_4.2-4", "P_4.2-5", "V_ZIP"});
}

TEST_CASE("whatever byte of an archive is changed, it is told or it does not matter", "[siard]") {
  Ours ours;
  const auto whole = ours.bytes();
  const auto covered = core::ZipArchive(ours.file, core::Exit::source_data).find("header/")->offset;
  std::mt19937 random(20261127);
  for (int i = 0; i < 150; ++i) {
    auto bytes = whole;
    const auto at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ (1 + random() % 255));
    INFO("byte " << at);
    const auto report = check(ours.with(bytes));
    // What the package digest covers is never changed unseen; behind it stand dates and attributes of
    // entries.
    if (report.errors() == 0) CHECK(at >= covered);
  }
}

TEST_CASE("controls stop when they are asked to", "[siard]") {
  Ours ours;
  core::TemporaryDirectory scratch;
  StopAt progress("PEOPLE");
  const auto error = error_of([&] {
    static_cast<void>(extract::check_siard(ours.file, scratch.path(), progress, progress.stop.get_token()));
  });
  CHECK(error.code() == core::Exit::interrupted);
}

namespace {

/// An archive of one table whose columns, and the elements of its schema, are as given.
class Structured {
 public:
  extract::SiardCheckReport judge(const std::string& columns, const std::string& elements,
                                  const std::string& types = "", const std::string& frame = "table") {
    const std::string xs = "http://www.w3.org/2001/XMLSchema";
    const std::string metadata =
        "<siardArchive xmlns=\"http://www.bar.admin.ch/xmlns/siard/2/metadata.xsd\" "
        "version=\"2.2\"><dbname>d</dbname>"
        "<dataOwner>o</dataOwner><dataOriginTimespan>t</dataOriginTimespan><archivalDate>2026-11-27Z</"
        "archivalDate>"
        "<schemas><schema><name>S</name><folder>schema0</folder>" +
        (types.empty() ? "" : "<types>" + types + "</types>") +
        "<tables><table><name>T</name><folder>table0</folder><columns>" + columns +
        "</columns><rows>0</rows></table></tables></schema></schemas><users><user><name>u</name></user></"
        "users></siardArchive>";
    const std::string xsd =
        "<xs:schema xmlns:xs=\"" + xs +
        "\" xmlns=\"t\" targetNamespace=\"t\" elementFormDefault=\"qualified\"><xs:element name=\"" + frame +
        "\"><xs:complexType><xs:sequence><xs:element name=\"row\" type=\"recordType\" minOccurs=\"0\" "
        "maxOccurs=\"unbounded\"/></xs:sequence></xs:complexType></xs:element>"
        "<xs:simpleType name=\"odd\"><xs:restriction base=\"xs:string\"/></xs:simpleType>"
        "<xs:complexType name=\"recordType\"><xs:sequence>" +
        elements + "</xs:sequence></xs:complexType></xs:schema>";
    return check(
        packed(folder_.path(), {{"content/", ""},
                                {"content/schema0/", ""},
                                {"content/schema0/table0/", ""},
                                {"content/schema0/table0/table0.xml", "<" + frame + " xmlns=\"t\"/>"},
                                {"content/schema0/table0/table0.xsd", xsd},
                                {"header/", ""},
                                {"header/siardversion/", ""},
                                {"header/siardversion/2.2/", ""},
                                {"header/metadata.xsd", "x"},
                                {"header/metadata.xml", metadata}}));
  }

 private:
  core::TemporaryDirectory folder_;
};

std::string typed(const std::string& name, const std::string& inside) {
  return "<column><name>" + name + "</name>" + inside + "</column>";
}
std::string element(const std::string& name, const std::string& type) {
  return "<xs:element name=\"" + name + "\" type=\"" + type + "\" minOccurs=\"0\"/>";
}
std::string parts(const std::string& name, const std::string& inside) {
  return "<xs:element name=\"" + name + "\" minOccurs=\"0\"><xs:complexType><xs:sequence>" + inside +
         "</xs:sequence></xs:complexType></xs:element>";
}

}  // namespace

TEST_CASE("what a schema owes to the metadata is judged under its own identifier", "[siard]") {
  Structured archive;
  const std::string distinct =
      "<type><name>D</name><category>distinct</category><instantiable>true</instantiable><final>true</final>"
      "<base>INTEGER</base></type>";
  const std::string structured =
      "<type><name>U</name><category>udt</category><instantiable>true</instantiable><final>true</"
      "final><attributes>"
      "<attribute><name>A</name><type>INTEGER</type></attribute><attribute><name>B</name><type>VARCHAR(5)</"
      "type></attribute>"
      "</attributes></type>";
  const auto of_u =
      typed("C",
            "<typeSchema>S</typeSchema><typeName>U</typeName><fields><field><name>A</name></field><field>"
            "<name>B</name></field></fields>");
  const auto of_d = typed("C", "<typeSchema>S</typeSchema><typeName>D</typeName>");
  const auto array = typed("C", "<type>INTEGER</type><cardinality>3</cardinality>");
  const auto two = typed("A", "<type>INTEGER</type>") + typed("B", "<type>VARCHAR(5)</type>");
  const auto expect = [&](const extract::SiardCheckReport& report, const Set& errors) {
    INFO(told(report));
    CHECK(failed(report) == errors);
  };
  const auto integer = element("u1", "xs:integer"), text = element("u2", "xs:string");

  expect(archive.judge(two, element("c1", "xs:integer") + element("c2", "xs:string")), {});
  expect(archive.judge(two, element("c2", "xs:integer") + element("c1", "xs:string")), {"P_4.3-8"});
  expect(archive.judge(two, element("c1", "xs:integer") + element("c3", "xs:string")), {"T_6.1-2"});
  expect(archive.judge(two, element("c1", "xs:integer") + element("c2", "odd")), {"P_4.3-3", "T_6.1-3"});
  expect(archive.judge(two, element("c1", "xs:integer") + element("c2", "xs:string"), "", "tableau"),
         {"T_6.0-2", "T_6.1-1"});
  expect(archive.judge(of_d, element("c1", "xs:integer"), distinct), {});
  expect(archive.judge(of_d, element("c1", "xs:boolean"), distinct), {"P_4.3-4"});
  expect(archive.judge(array, parts("c1", element("a1", "xs:integer") + element("a2", "xs:integer"))), {});
  expect(archive.judge(array, element("c1", "xs:integer")), {"P_4.3-5"});
  expect(archive.judge(array, parts("c1", element("a1", "xs:boolean"))), {"P_4.3-5"});
  expect(archive.judge(array, parts("c1", element("a2", "xs:integer"))), {"T_6.1-4"});
  expect(archive.judge(of_u, parts("c1", integer + text), structured), {});
  expect(archive.judge(of_u, parts("c1", integer), structured), {"P_4.3-6"});
  expect(archive.judge(of_u, parts("c1", element("u1", "xs:boolean") + text), structured), {"P_4.3-6"});
  expect(
      archive.judge(of_u, parts("c1", element("u1", "xs:integer") + element("u3", "xs:string")), structured),
      {"T_6.1-4"});
  expect(
      archive.judge(
          typed("C",
                "<typeSchema>S</typeSchema><typeName>U</typeName><fields><field><name>B</name></field><field>"
                "<name>A</name></field></fields>"),
          parts("c1", integer + text), structured),
      {"P_4.3-9"});
}

TEST_CASE("metadata in UTF-16, of either order and with or without a mark, are read", "[siard]") {
  core::TemporaryDirectory made;
  Ours ours;
  const core::ZipArchive zip(ours.file, core::Exit::source_data);
  const auto utf8 = zip.read(*zip.find("header/metadata.xml"), 1u << 20);
  const auto body = utf8.substr(utf8.find("?>") + 2);
  for (const bool high_first : {true, false})
    for (const bool mark : {true, false}) {
      std::string utf16;
      const auto unit = [&](unsigned u) {
        const char high = static_cast<char>(u >> 8), low = static_cast<char>(u & 255);
        utf16 += high_first ? high : low;
        utf16 += high_first ? low : high;
      };
      if (mark) unit(0xFEFF);
      for (const char c : std::string("<?xml version=\"1.0\" encoding=\"UTF-16\"?>"))
        unit(static_cast<unsigned char>(c));
      for (std::size_t i = 0; i < body.size(); ++i) {
        const auto c = static_cast<unsigned char>(body[i]);
        if (c < 0x80) {
          unit(c);
        } else if (c < 0xE0) {
          unit(((c & 0x1Fu) << 6) | (static_cast<unsigned char>(body[i + 1]) & 0x3Fu));
          i += 1;
        } else {
          unit(((c & 0x0Fu) << 12) | ((static_cast<unsigned char>(body[i + 1]) & 0x3Fu) << 6) |
               (static_cast<unsigned char>(body[i + 2]) & 0x3Fu));
          i += 2;
        }
      }
      std::vector<std::pair<std::string, std::string>> entries;
      for (const auto& e : zip.entries())
        entries.emplace_back(e.name, e.name == "header/metadata.xml" ? utf16
                                     : e.folder()                    ? ""
                                                                     : zip.read(e, 1u << 24));
      const auto report = check(packed(made.path(), entries));
      INFO(told(report));
      CHECK(failed(report).empty());
      CHECK(report.rows == 4);
      const auto target = made.path() / "u.extract";
      fs::remove(target);
      copy_from("siard:" + (made.path() / "made.siard").string(),
                profiles::load(extract::draft_siard(made.path() / "made.siard", "essai").files, "essai"),
                target);
      CHECK(fs::exists(target));
      // Half a character, or half a pair: told, never guessed.
      for (auto& [name, content] : entries)
        if (name == "header/metadata.xml") content.pop_back();
      CHECK(failed(check(packed(made.path(), entries))) == Set{"M_5.0-1"});
    }
}

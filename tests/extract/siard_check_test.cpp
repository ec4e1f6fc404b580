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
    if (name.ends_with('/'))
      zip.folder(name);
    else
      zip.add(name, content);
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
      copy_from("siard:" + file.string(), profiles::load({{"tables.xml", draft.tables}}, "essai"), target);
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

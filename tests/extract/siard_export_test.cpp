// An extract as a SIARD archive: judged by tools that are not ours.
#include "core/digest.hpp"
#include "extract/siard/export.hpp"
#include "extract/siard/text.hpp"
#include "shell.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

/// Values that lose something in careless hands.
class OddSite : public SqliteSite {
 public:
  OddSite() {
    sql("CREATE TABLE people (id NUMBER(8), name VARCHAR2(40), born DATE, seen TIMESTAMP, paid NUMBER(10,2), "
        "any NUMBER, ok BOOLEAN, note CLOB, photo BLOB, code CHAR(4), tag RAW(4));"
        "INSERT INTO people VALUES (1, ' two  blanks ', '1975-04-01', '2016-08-16 09:08:43.123456789', 12.5, "
        "1234567.125, 1, @megabytes_text@, @megabytes_binary@, 'ab', x'00ff');"
        "INSERT INTO people VALUES (2, '', '0001-01-01', '9999-12-31 23:59:59', -0.01, 0, 0, '', x'', '', "
        "x'');"
        "INSERT INTO people VALUES (3, 'tab' || char(9) || 'end' || char(13, 10) || '\\u0041 \\', NULL, "
        "NULL, NULL, "
        "NULL, NULL, 'é' || char(128512, 133, 1), x'ff', NULL, NULL);"
        "INSERT INTO people VALUES (NULL, '<&>]]>', '2016-02-29', '2016-02-29 00:00:00', 1, 7, NULL, "
        "printf('%.*c', 4001, 'x'), zeroblob(2001), '    ', x'01020304');"
        "CREATE TABLE empty (num NUMBER(3));"
        "CREATE TABLE wrong (num NUMBER(8), day DATE); INSERT INTO wrong VALUES ('seven', '31/02/2020');"
        "CREATE TABLE child (num NUMBER(8), person NUMBER(8));"
        "INSERT INTO child VALUES (1, 1), (2, 3), (3, NULL);"
        "CREATE TABLE lost (num NUMBER(8), person NUMBER(8)); INSERT INTO lost VALUES (1, 99), (1, 1);");
  }
};

profiles::Application odd_profile() {
  return profile_of(
      table("PEOPLE", column("ID", "NUMBER(8)") + column("NAME") + column("BORN", "DATE") +
                          column("SEEN", "TIMESTAMP") + column("PAID", "NUMBER(10,2)") +
                          column("ANY", "NUMBER") + column("OK", "BOOLEAN") + column("NOTE", "CLOB") +
                          column("PHOTO", "BLOB") + column("CODE", "CHAR(4)") + column("TAG", "RAW(4)")) +
      table("EMPTY", column("NUM", "NUMBER(3)")) +
      table("WRONG", column("NUM", "NUMBER(8)") + column("DAY", "DATE")) +
      table("CHILD", column("NUM", "NUMBER(8)") + column("PERSON", "NUMBER(8)", "references=\"PEOPLE.ID\""),
            "key=\"NUM\"") +
      table("LOST", column("NUM", "NUMBER(8)") + column("PERSON", "NUMBER(8)", "references=\"PEOPLE.ID\""),
            "key=\"NUM\""));
}

struct Archived {
  core::TemporaryDirectory folder;
  fs::path extract = folder.path() / "odd.extract", siard = folder.path() / "odd.siard";
  extract::SiardReport report;
};
void archive(Archived& a, extract::SiardOptions options = {}) {
  options.owner = "Université d’essai";
  OddSite site;
  copy_from(site.uri(), odd_profile(), a.extract);
  auto extract = extract::Extract::open(a.extract);
  core::SilentProgress progress;
  a.report = extract::export_siard(extract, a.siard, options, progress, {});
}

std::string checker() {
  return "python3 " + (source_dir() / "tests/support/recount_siard.py").string() + " ";
}

/// One entry as text.
std::string entry(const fs::path& archive, const std::string& name) {
  const auto got = run("unzip -p " + archive.string() + " " + name);
  REQUIRE(got.code == 0);
  return got.output;
}

}  // namespace

TEST_CASE("texts stand in SIARD so that no reader of XML loses anything", "[siard]") {
  const std::string odd = " a  b\\u0041\t\r\n\x01\x7f\xc2\x85é😀\xef\xbf\xbe\\ ";
  std::string written;
  extract::append_siard_text(written, odd, true);
  CHECK(written ==
        "\\u0020a \\u0020b\\u005Cu0041\\u0009\\u000D\\u000A\\u0001\\u007F\\u0085é😀\\uFFFE\\u005C\\u0020");
  CHECK(extract::plain_siard_text(written) == odd);
  CHECK(extract::plain_siard_text("\\ud83d\\uDE00") == "😀");
  CHECK(extract::plain_siard_text("\\ud83d x \\u12 \\n \\") == "\\ud83d x \\u12 \\n \\");
}

TEST_CASE("an extract becomes an archive that other tools find whole", "[siard]") {
  Archived a;
  archive(a);
  CHECK(a.report.rows == 10);
  CHECK(a.report.tables == 5);
  CHECK(a.report.large_values == 4);
  CHECK(run("unzip -tq " + a.siard.string()).code == 0);
  const auto counted = run(checker() + a.siard.string());
  INFO(counted.output);
  CHECK(counted.code == 0);
  CHECK(counted.output == "CHILD 3 0\nEMPTY 0 0\nLOST 2 0\nPEOPLE 4 4\nWRONG 1 0\n");
  CHECK(names_in(a.folder.path()) == std::vector<std::string>{"odd.extract", "odd.siard"});
}

TEST_CASE("metadata and rows of an archive obey their schemas", "[siard]") {
  Archived a;
  archive(a);
  const auto out = (a.folder.path() / "x").string();
  REQUIRE(run("unzip -q " + a.siard.string() + " -d " + out).code == 0);
  const auto valid = [&](const std::string& xsd, const std::string& xml) {
    const auto got = run("xmllint --huge --noout --schema " + xsd + " " + xml);
    INFO(got.output);
    CHECK(got.code == 0);
  };
  valid(out + "/header/metadata.xsd", out + "/header/metadata.xml");
  for (int i = 0; i < 5; ++i) {
    const auto table = out + "/content/schema0/table" + std::to_string(i) + "/table" + std::to_string(i);
    valid(table + ".xsd", table + ".xml");
  }
  const auto published = shared_dir() / "reference/siard-xsd/metadata-2.2-dilcis-format-2021-08-31.xsd";
  if (have(published)) valid(published.string(), out + "/header/metadata.xml");
}

TEST_CASE("types of an archive are those that its values have", "[siard]") {
  Archived a;
  archive(a);
  const auto metadata = entry(a.siard, "header/metadata.xml");
  for (const auto* type :
       {"<type>INTEGER</type>", "<type>VARCHAR(40)</type>", "<type>DATE</type>", "<type>TIMESTAMP(9)</type>",
        "<type>DECIMAL(10,2)</type>", "<type>DECIMAL(10,3)</type>", "<type>BOOLEAN</type>",
        "<type>CLOB</type>", "<type>BLOB</type>", "<type>CHAR(4)</type>", "<type>VARBINARY(4)</type>",
        "<typeOriginal>NUMBER(8)</typeOriginal>"})
    CHECK_THAT(metadata, Contains(type));
  // What is no number and no date is archived as it is.
  const auto wrong = entry(a.siard, "content/schema0/table4/table4.xml");
  CHECK_THAT(wrong, Contains("<row><c1>seven</c1><c2>31/02/2020</c2></row>"));
  const auto people = entry(a.siard, "content/schema0/table3/table3.xml");
  CHECK_THAT(people, Contains("<c2>\\u0020two \\u0020blanks\\u0020</c2><c3>1975-04-01Z</c3>"
                              "<c4>2016-08-16T09:08:43.123456789Z</c4><c5>12.5</c5><c6>1234567.125</c6>"
                              "<c7>true</c7>"));
  CHECK_THAT(people, Contains("<row><c1>2</c1><c2></c2><c3>0001-01-01Z</c3>"));
  CHECK_THAT(people, Contains("<c8></c8><c9></c9><c10></c10><c11></c11></row>"));
  CHECK_THAT(people, Contains("<row><c2>&lt;&amp;&gt;]]&gt;</c2>"));
}

TEST_CASE("keys are declared where the rows obey them, and told where not", "[siard]") {
  Archived a;
  archive(a);
  const auto metadata = entry(a.siard, "header/metadata.xml");
  CHECK_THAT(metadata, Contains("<name>PK_CHILD</name>"));
  CHECK_THAT(metadata, Contains("<name>FK_CHILD_1</name>"));
  CHECK_THAT(metadata, !Contains("PK_LOST"));
  CHECK_THAT(metadata, !Contains("FK_LOST"));
  CHECK(a.report.foreign_keys == 1);
  std::vector<std::string> told;
  for (const auto& f : a.report.notes) told.push_back(f.code + " " + f.where);
  CHECK(told == std::vector<std::string>{"KEY_LEFT_OUT LOST", "REFERENCE_LEFT_OUT LOST"});
}

TEST_CASE("large values can stand beside the archive", "[siard]") {
  Archived a;
  extract::SiardOptions options;
  options.lobs_beside = true;
  options.algorithm = "SHA-256";
  archive(a, options);
  REQUIRE(a.report.lob_folder);
  CHECK(a.report.lob_folder->filename() == "odd_lobs");
  CHECK(fs::file_size(*a.report.lob_folder / "s0_t3_c9/seg_0/t3_c9_r1.bin") == 2'500'000);
  const auto counted = run(checker() + a.siard.string());
  INFO(counted.output);
  CHECK(counted.code == 0);
  CHECK_THAT(counted.output, Contains("PEOPLE 4 4"));
}

TEST_CASE("the bytes of an archive depend on the extract alone", "[siard]") {
  Archived a;
  archive(a);
  const auto first = core::digest_file(a.siard);
  auto extract = extract::Extract::open(a.extract);
  core::SilentProgress progress;
  extract::SiardOptions options;
  options.owner = "Université d’essai";
  CHECK(error_of([&] { extract::export_siard(extract, a.siard, options, progress, {}); }).code() ==
        core::Exit::disk);
  options.replace = true;
  extract::export_siard(extract, a.siard, options, progress, {});
  CHECK(core::digest_file(a.siard) == first);
}

TEST_CASE("an export that stops leaves nothing", "[siard]") {
  Archived a;
  OddSite site;
  copy_from(site.uri(), odd_profile(), a.extract);
  auto extract = extract::Extract::open(a.extract);
  extract::SiardOptions options;
  options.owner = "x";
  options.lobs_beside = true;
  StopAt progress("PEOPLE");
  const auto error = error_of(
      [&] { extract::export_siard(extract, a.siard, options, progress, progress.stop.get_token()); });
  CHECK(error.code() == core::Exit::interrupted);
  CHECK(names_in(a.folder.path()) == std::vector<std::string>{"odd.extract"});
}

TEST_CASE("an extract that lacks a row is not exported", "[siard]") {
  Archived a;
  OddSite site;
  copy_from(site.uri(), odd_profile(), a.extract);
  core::Database::open_write(a.extract).exec("DELETE FROM PEOPLE WHERE _row = 2");
  auto extract = extract::Extract::open(a.extract);
  extract::SiardOptions options;
  options.owner = "x";
  core::SilentProgress progress;
  const auto error = error_of([&] { extract::export_siard(extract, a.siard, options, progress, {}); });
  CHECK(error.code() == core::Exit::extract_altered);
  CHECK(names_in(a.folder.path()) == std::vector<std::string>{"odd.extract"});
}

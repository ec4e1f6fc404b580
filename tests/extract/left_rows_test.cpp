// Rows that a profile leaves: counted by reason, not kept, found again by nobody.
#include "extract/compare.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* rules =
    "<left-rows reason=\"Sanction effacée\"><when column=\"EFFET\" older=\"P3Y\"/>"
    "<when column=\"CODE\" in=\"AVERT BLAME\"/></left-rows>"
    "<left-rows reason=\"Sans objet\"><when column=\"CODE\" empty=\"yes\"/></left-rows>";

profiles::Application sanctions(const std::string& more = "") {
  return profile_of(table("SANCTION",
                          rules + column("NUM", "NUMBER(8)") + column("CODE", "CHAR(8)", more) +
                              column("EFFET", "DATE") + column("TEXTE", "CLOB"),
                          "key=\"NUM\""));
}

/// Noon of these tests is on 2026-11-25: three years before is 2023-11-25.
template <class Site>
void make(Site& site) {
  site.sql(
      "CREATE TABLE sanction (num @number8@ NOT NULL PRIMARY KEY, code @char8@, effet @date@, texte @clob@);"
      "INSERT INTO sanction VALUES (1, 'AVERT', '2023-11-24 00:00:00', 'a');"  // older
      "INSERT INTO sanction VALUES (2, 'AVERT', '2023-11-25 00:00:00', 'b');"  // three years that day
      "INSERT INTO sanction VALUES (3, 'REVOC', '2001-01-01 00:00:00', 'c');"  // another code
      "INSERT INTO sanction VALUES (4, 'BLAME', NULL, 'd');"                   // no date, no age
      "INSERT INTO sanction VALUES (5, 'BLAME', '2001-01-01 00:00:00', @megabytes_text@);"  // older, large
      "INSERT INTO sanction VALUES (6, 'REVOC', '2024-01-01 00:00:00', @megabytes_text@);"
      "INSERT INTO sanction VALUES (7, NULL, '2024-01-01 00:00:00', 'g');");  // no code
}

Lines left(extract::Extract& extract) {
  return rows_of(extract.database(), "SELECT table_name, rule, reason, rows FROM versoir_left ORDER BY 1, 2");
}

}  // namespace

TEMPLATE_TEST_CASE("rows that the profile leaves are counted by reason and not kept", "", SqliteSite,
                   PostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  make(site);
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  extract::CopyOptions options;
  options.kind = extract::Kind::final_;  // the second look leaves the same rows
  const auto report = copy_from(site.uri(), sanctions(), target, options);
  CHECK(report.left_rows == 3);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT _row, NUM FROM SANCTION ORDER BY _row") ==
        Lines{"I:1|I:2", "I:2|I:3", "I:3|I:4", "I:4|I:6"});
  CHECK(left(extract) == Lines{"T:SANCTION|I:1|T:Sanction effacée|I:2", "T:SANCTION|I:2|T:Sans objet|I:1"});
  CHECK(rows_of(extract.database(), "SELECT source_rows, copied_rows FROM versoir_table") ==
        Lines{"I:7|I:4"});
  // Nothing of a large value that was left stays behind.
  CHECK(rows_of(extract.database(), "SELECT DISTINCT row FROM versoir_lob") == Lines{"I:4"});
  CHECK(rows_of(extract.database(), "SELECT sum(length(bytes)) FROM versoir_lob") == Lines{"I:3000000"});
  core::SilentProgress progress;
  CHECK(extract::verify_content(extract, progress).empty());
  const auto source = extract::open_source(extract::parse_source(site.uri()), {});
  const auto compared = extract::compare_with_source(extract, *source, progress, {});
  CHECK(compared.findings.empty());
  CHECK(compared.rows == 4);  // what the copy left is left again
}

TEST_CASE("rows are left by their age on the day on which the copy began, however long it lasts") {
  SqliteSite site;
  make(site);
  site.sql("CREATE TABLE suite (n @number8@)");
  auto profile = profile_of(
      table("SANCTION",
            rules + column("NUM", "NUMBER(8)") + column("CODE", "CHAR(8)") + column("EFFET", "DATE"),
            "key=\"NUM\"") +
      table("SUITE",
            "<left-rows reason=\"x\"><when column=\"N\" in=\"1\"/></left-rows>" + column("N", "NUMBER(8)")));
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  StopAt progress("SUITE");
  {
    auto source = extract::open_source(extract::parse_source(site.uri()), {});
    CHECK(error_of([&] {
            extract::copy(*source, profile, target, {}, core::FixedClock(noon()), progress,
                          progress.stop.get_token());
          }).code() == core::Exit::interrupted);
  }
  core::SilentProgress silent;
  extract::CopyOptions options;
  auto source = extract::open_source(extract::parse_source(site.uri()), {});
  extract::copy(*source, profile, target, options, core::FixedClock(noon() + std::chrono::days(30)), silent,
                {});
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT group_concat(NUM) FROM SANCTION") == Lines{"T:2,3,4,6"});
  // A month later row 2 is old enough; the comparison counts from the day of the copy all the same.
  CHECK(extract::compare_with_source(extract, *source, silent, {}).findings.empty());
}

TEST_CASE("a copy that stops among rows that are left counts each of them once") {
  SqliteSite site;
  site.sql(
      "CREATE TABLE t (n @number8@ NOT NULL PRIMARY KEY, c @text@);"
      "INSERT INTO t @numbers@ SELECT i, CASE WHEN i % 3 = 0 THEN 'X' ELSE 'Y' END FROM n;");
  const auto profile = profile_of(table("T",
                                        "<left-rows reason=\"x\"><when column=\"C\" in=\"X\"/></left-rows>" +
                                            column("N", "NUMBER(8)") + column("C"),
                                        "key=\"N\""));
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract", whole = folder.path() / "w.extract";
  copy_from(site.uri(), profile, whole);
  int stops = 0;
  for (; stops < 20 && !std::filesystem::exists(target); ++stops) {
    StopAt progress("");
    auto source = extract::open_source(extract::parse_source(site.uri()), {});
    try {
      extract::copy(*source, profile, target, {}, core::FixedClock(noon()), progress,
                    progress.stop.get_token());
    } catch (const core::Error& e) {
      REQUIRE(e.code() == core::Exit::interrupted);
    }
  }
  CHECK(stops > 1);
  auto extract = extract::Extract::open(target);
  CHECK(left(extract) == Lines{"T:T|I:1|T:x|I:333"});
  CHECK(extract.root() == extract::Extract::open(whole).root());
}

TEST_CASE("conditions on what is not taken are refused, by the profile and by a decision") {
  const auto error = error_of([] { sanctions("take=\"no\" reason=\"x\""); });
  CHECK(error.code() == core::Exit::profile_invalid);
  CHECK_THAT(error.render(), Contains("CODE"));
  SqliteSite site;
  make(site);
  core::TemporaryDirectory folder;
  extract::CopyOptions options;
  options.decisions = {{"SANCTION", "CODE", false, "x", "y", "2026-11-01"}};
  const auto decided =
      error_of([&] { copy_from(site.uri(), sanctions(), folder.path() / "e.extract", options); });
  CHECK(decided.code() == core::Exit::profile_invalid);
  CHECK_THAT(decided.message().english(), Contains("SANCTION.CODE"));
}

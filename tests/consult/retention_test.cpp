// How long a record is kept, from the very rules of its archive profile.
#include "consult/retention.hpp"

#include "school.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;

namespace {

std::vector<consult::RetentionLine> lines_of(consult::Archive& archive, consult::Retention& retention,
                                             const char* record, const char* key) {
  return retention.of(*archive.application().find_record(record), records::Key::parse(key));
}

}  // namespace

TEST_CASE("A record has the rules of the archive profiles that select it, with start, end and outcome") {
  School school;
  auto archive = school.open();
  consult::Retention retention(archive.extract().database(), archive.application());
  const auto lines = lines_of(archive, retention, "eleve", "[1]");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].archive->label == "Dossiers des élèves");
  REQUIRE(lines[0].rules.size() == 2);
  const auto& appraisal = lines[0].rules[0];
  CHECK(appraisal.rule->code == "DUA_ELEVE_10");
  CHECK(core::format_date(appraisal.start.value()) == "2001-08-31");
  CHECK(core::format_date(appraisal.end.value()) == "2011-08-31");
  CHECK(appraisal.final_action == "Destroy");
  CHECK(core::format_date(lines[0].rules[1].end.value()) == "2051-08-31");
  CHECK(lines_of(archive, retention, "eleve", "[3]").empty());  // never registered: no profile selects it
  CHECK(lines_of(archive, retention, "salle", R"(["A",1])").empty());
}

TEST_CASE("A start that is not known gives no end, and what the establishment decided counts") {
  School school("INSERT INTO inscription VALUES (4, 1980, 'E')");
  auto archive = school.open();
  consult::Retention plain(archive.extract().database(), archive.application());
  const auto unknown = lines_of(archive, plain, "eleve", "[4]");
  REQUIRE(unknown.size() == 1);
  CHECK_FALSE(unknown[0].rules[0].start);
  CHECK_FALSE(unknown[0].rules[0].end);
  CHECK_FALSE(unknown[0].findings.empty());
  auto again = school.open();
  auto decided = again.application();
  for (auto& rule : decided.rules)
    if (rule.code == "DUA_ELEVE_10") {
      rule.duration = 50;
      rule.round_to_year_end = true;
    }
  consult::Retention retention(again.extract().database(), decided);
  const auto lines = lines_of(again, retention, "eleve", "[1]");
  CHECK(core::format_date(lines.at(0).rules.at(0).end.value()) == "2051-12-31");
}

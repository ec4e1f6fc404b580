// The table of a plan: counts by hand and by another program, a page that escapes and is well-formed.
#include "sip/plan_table.hpp"

#include "club_fixture.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

using namespace versoir;
using Catch::Matchers::Contains;
using tests::Club;
using tests::output_of;

namespace {

sip::PlanTable table_of(Club& club, const sip::Plan& plan) {
  return sip::plan_table(club.versement(), plan, club.extract().profile());
}

void require_nesting(const std::filesystem::path& page) {
  output_of(
      "python3 -c 'import sys, html.parser\n"
      "class P(html.parser.HTMLParser):\n"
      "  stack = []\n"
      "  def handle_starttag(self, tag, attrs):\n"
      "    if tag not in (\"meta\",): self.stack.append(tag)\n"
      "  def handle_endtag(self, tag):\n"
      "    if self.stack.pop() != tag: sys.exit(\"nesting \" + tag)\n"
      "p = P(); p.feed(open(sys.argv[1]).read())\n"
      "sys.exit(len(p.stack))' '" +
      page.string() + "'");
}

}  // namespace

TEST_CASE("the table of a plan counts units by year and rule") {
  Club club;
  const auto plan = club.plan();
  const auto table = table_of(club, plan);
  REQUIRE(table.size() == 2);
  const auto& members = table[0].id == "membres" ? table[0] : table[1];
  CHECK(members.kept == 46);
  CHECK(members.left_out == 14);
  CHECK(members.reasons.at("Aucune licence.") == 8);
  CHECK(members.extent.start == core::parse_date("1991-09-01"));
  CHECK(members.extent.end == core::parse_date("2020-06-30"));
  CHECK(members.undated.units == 1);         // member 3, dates the wrong way round
  CHECK(members.years.at(2002).units == 2);  // members 1 and 41; 21 has no licence
  REQUIRE(members.rules.size() == 2);
  const auto& retention = members.rules[0];
  CHECK(retention.codes == "DUA_MEMBRE_10");
  CHECK(retention.rule_ids == "APP-00010");
  CHECK(retention.label == "Dossier de membre");
  CHECK(retention.final_action == "Destroy");
  CHECK(retention.units == 46);
  CHECK(retention.without_end == 1);  // member 4 has no birth date, hence no departure
  CHECK(retention.first_end == core::parse_date("2012-06-30"));
  CHECK(retention.last_end == core::parse_date("2030-06-30"));
  CHECK(members.years.at(2002).by_rule.at(0) == 2);
}

TEST_CASE("another program counts the same units by year in kept.csv") {
  Club club;
  const auto plan = club.plan();
  std::string ours;
  for (const auto& profile : table_of(club, plan)) {
    for (const auto& [year, line] : profile.years)
      ours += fmt::format("{} {} {}\n", profile.id, year, line.units);
    if (profile.undated.units) ours += fmt::format("{} - {}\n", profile.id, profile.undated.units);
  }
  const auto theirs = output_of(
      "python3 -c 'import csv, sys, collections\n"
      "n = collections.Counter((r[\"profile\"], r[\"end\"][:4] or \"-\") for r in "
      "csv.DictReader(open(sys.argv[1], newline=\"\")))\n"
      "for (p, y), k in n.items(): print(p, y, k)' '" +
      club.versement().file("kept.csv").string() + "' | sort");
  core::write_file(club.folder() / "ours", ours);
  CHECK(output_of("sort '" + (club.folder() / "ours").string() + "'") == theirs);
}

TEST_CASE("the files of the table are private, for spreadsheets, and well-formed") {
  Club club;
  club.plan();
  const auto csv = club.versement().file("tableau.csv"), page = club.versement().file("tableau.html");
  const auto text = core::read_file(csv);
  CHECK(text.starts_with("\xEF\xBB\xBF"));
  CHECK_THAT(text, Contains("APP-00010") && Contains("Aucune licence.") && Contains(";2002;"));
  for (const auto& file : {csv, page}) {
    struct stat st {};
    REQUIRE(::stat(file.c_str(), &st) == 0);
    CHECK((st.st_mode & 0777 & ~0640u) == 0);
  }
  require_nesting(page);
  CHECK_THAT(core::read_file(page), Contains("<caption>") && Contains("role=\"img\"") &&
                                        Contains("scope=\"col\"") && Contains("DUA_MEMBRE_10"));
}

TEST_CASE(
    "a hostile label is text in the page, and no formula in the spreadsheet, and an empty table is a page") {
  Club club;
  club.plan();
  sip::ProfileTable hostile;
  hostile.id = "x";
  hostile.label = "=<script>alert(1)</script>";
  hostile.reasons["<img src=x onerror=1>"] = 1;
  sip::write_plan_table(club.versement(), {hostile});
  const auto page = club.versement().file("tableau.html");
  CHECK_THAT(core::read_file(page), !Contains("<script") && !Contains("<img") && Contains("&lt;script"));
  CHECK_THAT(core::read_file(club.versement().file("tableau.csv")), Contains("'=<script>"));
  require_nesting(page);
  sip::write_plan_table(club.versement(), {});
  require_nesting(page);
}

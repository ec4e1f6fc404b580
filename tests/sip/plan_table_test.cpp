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
  // What the durations run from, not the dates of the units: member 4 has no departure to count from.
  CHECK(retention.first_start == core::parse_date("2002-06-30"));
  CHECK(retention.last_start == core::parse_date("2020-06-30"));
  CHECK(retention.without_start == 1);
}

TEST_CASE("what is left out is counted by year where the key says the year, by another program too") {
  Club club(extract::Kind::rehearsal, [](std::map<std::string, std::string>& files) {
    auto& text = files.at("saisons.xml");
    const std::string from = "<select>";
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), "<select year=\"saison\">");
    text.replace(text.find("<facts>"), 0,
                 "<leave-out reason=\"Saison trop vieille.\">SELECT DISTINCT saison FROM licence WHERE "
                 "saison &lt; '1995'</leave-out>");
  });
  const auto plan = club.plan();
  const auto table = table_of(club, plan);
  const auto& seasons = table[0].id == "saisons" ? table[0] : table[1];
  REQUIRE(seasons.left_out == 5);  // 1990 to 1994
  CHECK(seasons.left_by_year.size() == 5);
  CHECK(seasons.left_by_year.at({"1992", "Saison trop vieille."}) == 1);
  const auto& members = table[0].id == "saisons" ? table[1] : table[0];
  CHECK(members.left_by_year.empty());
  CHECK(output_of("python3 -c 'import csv, sys\n"
                  "print(sorted(r[\"year\"] for r in csv.DictReader(open(sys.argv[1], newline=\"\")) if "
                  "r[\"year\"]))' '" +
                  club.versement().file("left-out.csv").string() + "'") ==
        "['1990', '1991', '1992', '1993', '1994']\n");
  CHECK_THAT(core::read_file(club.versement().file("tableau.html")), Contains("<th scope=\"row\">1992</th>"));
}

TEST_CASE("a list of kept records written before its last columns is still read") {
  Club club;
  const auto plan = club.plan();
  const auto file = club.versement().file("kept.csv");
  output_of(
      "python3 -c 'import csv, sys\n"
      "rows = [r[:12] for r in csv.reader(open(sys.argv[1], newline=\"\"))]\n"
      "csv.writer(open(sys.argv[1], \"w\", newline=\"\")).writerows(rows)' '" +
      file.string() + "'");
  const auto table = table_of(club, plan);
  const auto& members = table[0].id == "membres" ? table[0] : table[1];
  CHECK(members.kept == 46);
  CHECK(members.rules.at(0).without_start == 46);  // not said: none is invented
  CHECK(members.rules[0].without_end == 1);
}

TEST_CASE("planned again, a versement has the table of its new plan, and nothing binds the table") {
  Club club;
  club.plan();
  const auto csv = club.versement().file("tableau.csv"), page = club.versement().file("tableau.html");
  const auto before = core::read_file(csv);
  core::write_file(csv, "x");
  core::write_file(page, "x");
  const auto again = club.plan([](sip::PlanOptions& o) {
    o.replace = true;
    o.profiles = {"saisons"};
  });
  CHECK(again.attempt == 2);
  CHECK_THAT(core::read_file(csv), Contains("Registres des saisons") && !Contains("DUA_MEMBRE_10"));
  CHECK_THAT(before, Contains("DUA_MEMBRE_10"));
  // The archivist may write in the table, or lose it: the lots are built and reviewed all the same.
  core::write_file(csv, "annotated");
  std::filesystem::remove(page);
  club.build_all(again);
  club.check(again);
  club.review(again);
  CHECK(std::filesystem::exists(club.versement().file("review.html")));
  CHECK(core::read_file(csv) == "annotated");
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
  const auto html = core::read_file(page);
  CHECK_THAT(html, Contains("<caption>") && Contains("role=\"img\"") && Contains("scope=\"col\"") &&
                       Contains("<th scope=\"row\">DUA_MEMBRE_10</th>") && Contains("<html lang=\"") &&
                       Contains("<main>") && Contains("@media print") &&
                       Contains("thead{display:table-header-group}"));
  // Every table has a caption and as many row headers as rows.
  const auto count = [&](const std::string& what) {
    std::size_t n = 0;
    for (auto at = html.find(what); at != std::string::npos; at = html.find(what, at + 1)) ++n;
    return n;
  };
  CHECK(count("<table>") == count("<caption>"));
  CHECK(count("<tr><th scope=\"row\">") == count("<tr>") - count("<thead>"));
}

TEST_CASE(
    "a hostile label is text in the page, and no formula in the spreadsheet, and an empty table is a page") {
  Club club;
  club.plan();
  sip::ProfileTable hostile;
  hostile.id = "x";
  hostile.label = "=<script>alert(1)</script>";
  hostile.reasons["<img src=x onerror=1>"] = 1;
  static_cast<void>(sip::write_plan_table(club.versement(), {hostile}));
  const auto page = club.versement().file("tableau.html");
  CHECK_THAT(core::read_file(page), !Contains("<script") && !Contains("<img") && Contains("&lt;script"));
  CHECK_THAT(core::read_file(club.versement().file("tableau.csv")), Contains("'=<script>"));
  require_nesting(page);
  static_cast<void>(sip::write_plan_table(club.versement(), {}));
  require_nesting(page);
}

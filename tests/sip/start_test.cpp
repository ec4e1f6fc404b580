// Start dates that the establishment decides: bounds in the place of unknown dates, the end of the year.
// Expected dates are computed by hand from tests/sip/club.sql.
#include "club_fixture.hpp"
#include "core/json.hpp"
#include "exit_of.hpp"
#include "sip/kept.hpp"
#include "sip/plan_table.hpp"
#include "sip/review.hpp"
#include "sip/settings.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::Club;
using tests::complaint_of;
using tests::exit_of;
using tests::output_of;

namespace {

/// Member 4 has no birth date, so no start for the rule; it joined on 1994-09-01. Members 5 and 6 are given
/// leap days.
void with_bound(std::map<std::string, std::string>& files) {
  auto& xml = files.at("membres.xml");
  const auto replace = [&](const std::string& from, const std::string& to) {
    const auto at = xml.find(from);
    REQUIRE(at != std::string::npos);
    xml.replace(at, from.size(), to);
  };
  replace(
      "CASE WHEN naissance IS NULL THEN NULL ELSE sortie END AS depart",
      "CASE num_mem WHEN 4 THEN NULL WHEN 5 THEN '2004-02-29' WHEN 6 THEN NULL ELSE sortie END AS depart,\n"
      "                CASE num_mem WHEN 6 THEN date('2012-02-29', '-16 years')\n"
      "                             WHEN 8 THEN '1900-01-01' ELSE date(entree, '-16 years') END AS borne");
  replace("start=\"{depart}\"", "start=\"{depart}\" start-bound=\"{borne}\"");
}

struct StartClub : Club {
  StartClub() : Club(extract::Kind::rehearsal, with_bound) {}

  sip::Plan plan_with(const std::string& more, const std::string& id = "starts",
                      const std::string& platform = "sandbox") {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = platform;
    const auto config = core::Config::parse(config_text() + more, folder() / "versoir.conf");
    return sip::make_plan(extract(), config, versement(id), options, clock, progress);
  }
  /// End of the appraisal rule of each member, "" without one.
  std::map<std::string, std::string> ends(const std::string& id = "starts") {
    std::map<std::string, std::string> list;
    sip::read_kept(versement(id).file("kept.csv"), [&](const sip::KeptRow& row) {
      if (row.profile == "membres")
        list[row.key] = row.appraisal_end ? core::format_date(*row.appraisal_end) : "";
      return true;
    });
    return list;
  }
};

const std::string approval = "approval = Note du 12 mars 2026; Mme Roux, archiviste; 2026-03-12\n";
const std::string bound = "[start.DUA_MEMBRE_10]\nunknown = bound\n";

}  // namespace

TEST_CASE(
    "without a decision an unknown start stays unknown, and 29 February ends as the platform computes it") {
  StartClub club;
  const auto plan = club.plan_with("");
  CHECK(plan.starts.is_null());
  const auto ends = club.ends();
  CHECK(ends.at("[4]").empty());
  CHECK(ends.at("[6]").empty());
  CHECK(ends.at("[5]") == "2014-02-28");  // 2004-02-29 plus ten years: 2014 has no 29 February
  CHECK(ends.at("[8]") == "2019-06-30");  // a bound counts for nothing where the start is known
  CHECK(ends == [&] {
    static_cast<void>(club.plan_with("[start.DUA_MEMBRE_10]\nunknown = none\n" + approval, "none"));
    return club.ends("none");
  }());
}

TEST_CASE("with a bound, units without a start take it, and the others keep theirs") {
  StartClub club;
  const auto plan = club.plan_with(bound + approval);
  const auto ends = club.ends();
  CHECK(ends.at("[4]") ==
        "1988-09-01");  // joined on 1994-09-01, so born on 1978-09-01 at the latest; ten years
  CHECK(ends.at("[6]") == "2006-02-28");  // 2012-02-29 less 16 years: 1996-02-29, plus ten years
  CHECK(ends.at("[5]") == "2014-02-28");
  CHECK(ends.at("[8]") == "2019-06-30");
  CHECK(plan.starts == core::Json{{"DUA_MEMBRE_10", {{"bounded", 2}}}});
  const auto read = club.versement("starts").plan();
  CHECK(read.starts == plan.starts);
  CHECK(
      read.settings.at("starts").at("DUA_MEMBRE_10") ==
      core::Json{
          {"unknown", "bound"},
          {"approval",
           {{"reference", "Note du 12 mars 2026"}, {"who", "Mme Roux, archiviste"}, {"date", "2026-03-12"}}},
          {"roundToYearEnd", false}});
}

TEST_CASE("a start rounded to the end of its year, known or a bound, makes the rule end on 31 December") {
  StartClub club;
  const auto plan = club.plan_with(bound + approval + "round_to_year_end = yes\n");
  const auto ends = club.ends();
  CHECK(ends.at("[4]") == "1988-12-31");
  CHECK(ends.at("[5]") == "2014-12-31");
  CHECK(ends.at("[6]") == "2006-12-31");
  CHECK(ends.at("[8]") == "2019-12-31");
  // Rounding alone needs no approval, and leaves unknown starts unknown.
  static_cast<void>(club.plan_with("[start.DUA_MEMBRE_10]\nround_to_year_end = oui\n", "round"));
  CHECK(club.ends("round").at("[4]").empty());
  CHECK(club.ends("round").at("[5]") == "2014-12-31");
  CHECK(plan.starts.at("DUA_MEMBRE_10").at("bounded") == 2);
}

TEST_CASE("SIPs say the dates of the plan, and the remarks name the units that start from a bound") {
  StartClub club;
  const auto more = bound + approval + "round_to_year_end = yes\n";
  const auto plan = club.plan_with(more);
  const auto config = core::Config::parse(club.config_text() + more, club.folder() / "versoir.conf");
  const auto producer = club.signer("producer");
  for (const auto& lot : plan.lots) {
    if (lot.profile != "membres") continue;
    const auto report = sip::build_lot(club.extract(), config, club.versement("starts"), plan, lot.id,
                                       *producer, nullptr, false, club.clock, club.progress)
                            .value();
    const auto manifest =
        output_of("unzip -p '" + club.versement("starts").sip(lot.id).string() + "' manifest.xml");
    CHECK_THAT(manifest, Contains("<StartDate>1978-12-31</StartDate>"));
    CHECK_THAT(manifest, Contains("<StartDate>1996-12-31</StartDate>"));
    std::vector<std::string> bounded;
    for (const auto& f : report.findings)
      if (f.code == "rule-start-bounded") bounded.push_back(f.where);
    CHECK(bounded == std::vector<std::string>{"membres [4]", "membres [6]"});
  }
}

TEST_CASE("the table and the report say what was decided, by whom, and for how many units") {
  StartClub club;
  const auto plan = club.plan_with(bound + approval + "round_to_year_end = yes\n");
  const auto table = sip::plan_table(club.versement("starts"), plan, club.extract().profile());
  const auto& members = table[0].id == "membres" ? table[0] : table[1];
  CHECK(members.rules[0].codes == "DUA_MEMBRE_10");
  CHECK_THAT(members.rules[0].duration, Contains("10 years") && Contains("31 December") &&
                                            Contains("Mme Roux") && Contains("Note du 12 mars 2026") &&
                                            Contains("2 archive units"));
  const auto& others = table[0].id == "membres" ? table[1] : table[0];
  CHECK_THAT(others.rules[0].duration, !Contains("31 December"));
  const auto v = club.versement("starts");
  const auto facts = sip::review_facts(v, plan, club.extract());
  CHECK_THAT(sip::review_text(facts), Contains("31 December") && Contains("approved by Mme Roux"));
  const auto unsigned_plan = club.plan_with(bound, "unapproved");
  const auto shown =
      sip::review_text(sip::review_facts(club.versement("unapproved"), unsigned_plan, club.extract()));
  CHECK_THAT(shown, Contains("approved by nobody in writing: 2 archive units"));
}

TEST_CASE(
    "a bound that nobody approved is shown by a rehearsal and refused for production, at the build too") {
  StartClub club;
  CHECK_NOTHROW(club.plan_with(bound));
  CHECK_THAT(complaint_of([&] { club.plan_with(bound, "real", "real"); }),
             Contains("[start.DUA_MEMBRE_10] approval is not set"));
  CHECK_THAT(complaint_of([&] { club.plan_with(bound + "approval = Mme Roux\n", "other"); }),
             Contains("approval is not written as"));
  // A plan edited by hand: the configuration is asked again.
  auto plan = club.versement("starts").plan();
  plan.platform_kind = "production";
  const auto config = core::Config::parse(club.config_text() + bound, club.folder() / "versoir.conf");
  const auto producer = club.signer("producer");
  CHECK_THAT(complaint_of([&] {
               for (const auto& lot : plan.lots)
                 sip::build_lot(club.extract(), config, club.versement("starts"), plan, lot.id, *producer,
                                nullptr, false, club.clock, club.progress)
                     .value();
             }),
             Contains("[start.DUA_MEMBRE_10] approval is not set"));
}

TEST_CASE("decisions that mean nothing are told") {
  StartClub club;
  CHECK_THAT(complaint_of([&] { club.plan_with("[start.DUA_MEMBRE_10]\nunknown = B\n"); }),
             Contains("\"none\" or \"bound\""));
  CHECK_THAT(complaint_of([&] { club.plan_with("[start.COM_VIE_PRIVEE_50]\nunknown = bound\n" + approval); }),
             Contains("no archive profile of this plan computes a bound"));
  CHECK(exit_of([&] { club.plan_with("[start.DUA_MEMBRE_10]\nround_to_year_end = sometimes\n"); }) ==
        Exit::configuration);
  CHECK(exit_of([&] { club.plan_with("[start.DUA_MEMBRE_10]\nunknwon = bound\n"); }) == Exit::configuration);
  const auto plan = club.plan_with("[start.DUA_MEMBRE_1O]\nround_to_year_end = yes\n");
  REQUIRE(plan.findings.size() == 1);
  CHECK_THAT(plan.findings[0].message.english(), Contains("DUA_MEMBRE_10"));
}

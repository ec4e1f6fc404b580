// Planning: every candidate is kept or left out with its reason, lots stay under their limits, identifiers
// tell what they hold, and what is missing is said at once.
#include "sip/plan.hpp"

#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "sip/settings.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::Club;
using tests::complaint_of;
using tests::exit_of;
using tests::output_of;

namespace {

/// A CSV as Python reads it: one JSON object per row.
core::Json rows_of(const std::filesystem::path& file) {
  return core::Json::parse(
      output_of("python3 -c 'import csv,json,sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], "
                "newline=\"\")))))' '" +
                file.string() + "'"));
}

std::set<std::string> numbers(const std::string& lines) {
  std::set<std::string> set;
  std::size_t at = 0;
  while (at < lines.size()) {
    const auto end = lines.find('\n', at);
    set.insert("[" + lines.substr(at, end - at) + "]");
    at = end + 1;
  }
  return set;
}

std::set<std::string> source(const Club& club, const std::string& sql) {
  return numbers(output_of("sqlite3 '" + (club.folder() / "club.sqlite").string() + "' \"" + sql + "\""));
}

std::set<std::string> keys(const core::Json& rows, const std::string& profile,
                           const std::string& reason = {}) {
  std::set<std::string> set;
  for (const auto& row : rows)
    if (row.at("profile") == profile && (reason.empty() || row.at("reason") == reason))
      set.insert(row.at("key"));
  return set;
}

}  // namespace

TEST_CASE("kept and left out together are exactly the records of the application") {
  Club club;
  const auto plan = club.plan();
  const auto kept = rows_of(club.versement().file("kept.csv"));
  const auto left = rows_of(club.versement().file("left-out.csv"));
  CHECK(kept.size() == plan.kept);
  CHECK(left.size() == plan.left_out);
  // The source itself is the oracle.
  CHECK(keys(kept, "membres") == source(club,
                                        "SELECT num_mem FROM membre WHERE sortie IS NOT NULL AND num_mem IN "
                                        "(SELECT num_mem FROM licence)"));
  CHECK(keys(left, "membres", "Encore membre du club.") ==
        source(club, "SELECT num_mem FROM membre WHERE sortie IS NULL"));
  CHECK(keys(left, "membres", "Aucune licence.") ==
        source(club,
               "SELECT num_mem FROM membre WHERE sortie IS NOT NULL AND num_mem NOT IN (SELECT num_mem FROM "
               "licence)"));
  CHECK(keys(kept, "membres").size() + keys(left, "membres").size() == 60);
  std::uint64_t records = 0;
  std::map<std::string, std::uint64_t> by_lot;
  for (const auto& row : kept) ++by_lot[row.at("lot")];
  for (const auto& lot : plan.lots) {
    CHECK(by_lot[lot.id.value] == lot.records);
    records += lot.records;
  }
  CHECK(records == plan.kept);
}

TEST_CASE("kept.csv says dates, rules and forecast ends as the platform will compute them") {
  Club club;
  static_cast<void>(club.plan());
  core::Json row;
  for (const auto& r : rows_of(club.versement().file("kept.csv")))
    if (r.at("profile") == "membres" && r.at("key") == "[5]") row = r;
  REQUIRE(row.is_object());
  CHECK(row.at("title") == "NOM5 Prénom5");
  CHECK(row.at("start") == "1995-09-01");
  CHECK(row.at("end") == "2006-06-30");
  CHECK(row.at("appraisal_rule") == "DUA_MEMBRE_10");
  CHECK(row.at("appraisal_end") == "2016-06-30");
  CHECK(row.at("final_action") == "Destroy");
  CHECK(row.at("access_rule") == "COM_VIE_PRIVEE_50");
  CHECK(row.at("access_end") == "2056-06-30");
}

TEST_CASE("oddities of the data reach kept.csv in a form that a platform accepts") {
  Club club;
  static_cast<void>(club.plan());
  std::map<std::string, core::Json> rows;
  for (const auto& r : rows_of(club.versement().file("kept.csv")))
    if (r.at("profile") == "membres") rows[r.at("key")] = r;
  CHECK(rows.at("[1]").at("title") ==
        "O'Brien, \"Bob\" dit l'Œil Zoë & ‹Cie›");  // VITAM refuses what looks like HTML
  CHECK(rows.at("[2]").at("title") == "Dossier de membre 2");
  CHECK(rows.at("[8]").at("title") == "'=HYPERLINK(1)");  // a spreadsheet would run it
  CHECK(rows.at("[3]").at("start") == "");
  CHECK(rows.at("[3]").at("end") == "");
  CHECK(rows.at("[4]").at("appraisal_rule") == "DUA_MEMBRE_10");
  CHECK(rows.at("[4]").at("appraisal_end") == "");
}

TEST_CASE("lots are closed before their limit of units and objects") {
  Club club;
  // Fixed entries 8, two per record: five records a lot.
  const auto plan = club.plan([](sip::PlanOptions& o) {
    o.profiles = {"membres"};
    o.max_entries = 18;
  });
  CHECK(plan.lots.size() == (plan.kept + 4) / 5);
  for (std::size_t i = 0; i < plan.lots.size(); ++i) {
    CHECK(plan.lots[i].number == static_cast<int>(i) + 1);
    if (i + 1 < plan.lots.size()) CHECK(plan.lots[i].records == 5);
  }
  CHECK(plan.lots[0].id.value.ends_with("-0001"));
  CHECK(plan.lots[1].id.value.ends_with("-0002"));
  CHECK(exit_of([&] { club.plan([](sip::PlanOptions& o) { o.max_entries = 10; }, "tiny"); }) == Exit::usage);
}

TEST_CASE("lots are closed before their limit of bytes") {
  Club club;
  const auto one = club.plan([](sip::PlanOptions& o) { o.profiles = {"membres"}; });
  REQUIRE(one.lots.size() == 1);
  const auto many = club.plan(
      [](sip::PlanOptions& o) {
        o.profiles = {"membres"};
        o.max_bytes = 40'000;
      },
      "small");
  CHECK(many.lots.size() > 2);
  CHECK(many.kept == one.kept);
}

TEST_CASE("identifiers change with the versement, the attempt and the settings, and with nothing else") {
  Club club;
  const auto first = club.plan();
  const auto other = club.plan({}, "other");
  REQUIRE(first.lots.size() == 2);
  CHECK(first.lots[0].id != other.lots[0].id);
  std::filesystem::remove(club.versement("other").file("plan.json"));
  club.clock.set(club.clock.now() + std::chrono::hours(1));
  CHECK(club.plan({}, "other").lots[0].id == other.lots[0].id);
  CHECK(first.lots[0].id.value != first.lots[1].id.value);
  CHECK_THAT(first.lots[0].id.value, Catch::Matchers::Matches("ESSAI-(MEM|SAI)-[0-9a-f]{10}-0001"));
  const auto hash = [](const sip::Plan& p) { return p.lots[0].id.value.substr(10, 10); };
  std::filesystem::remove(club.versement("other").file("plan.json"));
  CHECK(hash(club.plan([](sip::PlanOptions& o) { o.seda = sip::SedaVersion::v2_1; }, "other")) !=
        hash(other));
  const auto again = club.plan([](sip::PlanOptions& o) { o.replace = true; });
  CHECK(again.attempt == 2);
  CHECK(hash(again) != hash(first));
}

TEST_CASE("a versement is planned again only when asked, and never once a lot was sent") {
  Club club;
  const auto plan = club.plan();
  CHECK(exit_of([&] { club.plan(); }) == Exit::lot_state);
  const auto folder = club.versement().lot(plan.lots[0].id);
  std::filesystem::create_directories(folder);
  core::write_json(folder / "sending.json", {{"format", "versoir-sending/1"}, {"answer", "none"}});
  const auto kept = core::digest_file(club.versement().file("kept.csv"));
  const auto replan = [&] { club.plan([](sip::PlanOptions& o) { o.replace = true; }); };
  CHECK(exit_of(replan) == Exit::lot_state);
  CHECK(core::digest_file(club.versement().file("kept.csv")) == kept);
  CHECK(club.versement().plan().attempt == 1);
  std::filesystem::remove(folder / "sending.json");
  replan();
  CHECK(club.versement().plan().attempt == 2);
}

TEST_CASE("everything that the configuration lacks is said at once, and nothing is written") {
  Club club;
  const auto config =
      core::Config::parse("[establishment]\nname = X\n[platform.sandbox]\ntenant = 3\n", "versoir.conf");
  sip::PlanOptions options;
  options.versement = "v";
  options.platform = "sandbox";
  const auto plan = [&] {
    static_cast<void>(
        sip::make_plan(club.extract(), config, club.versement("v"), options, club.clock, club.progress));
  };
  CHECK(exit_of(plan) == Exit::configuration);
  const auto complaint = complaint_of(plan);
  for (const char* missing : {"archival_agency", "transferring_agency", "originating_agency", "DUA_MEMBRE_10",
                              "COM_VIE_PRIVEE_50", "DUA_SAISON", "membres", "saisons"})
    CHECK_THAT(complaint, Contains(missing));
  CHECK_FALSE(std::filesystem::exists(club.versement("v").folder()));
  options.platform = "nowhere";
  CHECK_THAT(complaint_of(plan), Contains("[platform.nowhere]"));
}

TEST_CASE("a rehearsal extract does not feed a production platform, a final one does") {
  const auto real = [](sip::PlanOptions& o) { o.platform = "real"; };
  Club rehearsal;
  CHECK(exit_of([&] { rehearsal.plan(real); }) == Exit::lot_state);
  CHECK_FALSE(std::filesystem::exists(rehearsal.versement().file("plan.json")));
  Club final_(extract::Kind::final_);
  const auto plan = final_.plan(real);
  CHECK(plan.platform_kind == "production");
  CHECK(plan.extract_kind == "final");
}

TEST_CASE("rules that nobody validated are shown in a rehearsal and refused by a production platform") {
  Club club(extract::Kind::final_);
  const auto without = [&](const std::string& line, const std::string& instead) {
    auto text = club.config_text();
    const auto at = text.find(line);
    REQUIRE(at != std::string::npos);
    text.replace(at, line.size(), instead);
    return core::Config::parse(text, "versoir.conf");
  };
  const auto plan = [&](const core::Config& config, const std::string& platform, const std::string& id) {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = platform;
    return sip::make_plan(club.extract(), config, club.versement(id), options, club.clock, club.progress);
  };
  const std::string line = "DUA_SAISON = Tableau de gestion 2026, 4.3; Mme Roux, archiviste; 2026-03-12\n";
  const auto lacking = without(line, "");
  CHECK(exit_of([&] { plan(lacking, "real", "a"); }) == Exit::configuration);
  CHECK_THAT(complaint_of([&] { plan(lacking, "real", "a"); }),
             Contains("[validation] DUA_SAISON is not set"));
  CHECK_FALSE(plan(lacking, "sandbox", "b").settings.at("validations").contains("DUA_SAISON"));
  CHECK(plan(club.config(), "real", "c").settings.at("validations").at("DUA_SAISON") ==
        core::Json{{"reference", "Tableau de gestion 2026, 4.3"},
                   {"who", "Mme Roux, archiviste"},
                   {"date", "2026-03-12"}});
  CHECK(plan(club.config(), "sandbox", "d")
            .settings.at("validations")
            .at("COM_VIE_PRIVEE_50")
            .at("reference") == "Code du patrimoine; L213-2");
  for (const std::string wrong :
       {"oui", "a; b", "a; b; le 12 mars", "; Mme Roux; 2026-03-12", "a; ; 2026-03-12"}) {
    INFO(wrong);
    const auto config = without(line, "DUA_SAISON = " + wrong + "\n");
    CHECK_THAT(complaint_of([&] { plan(config, "sandbox", "e"); }),
               Contains("[validation] DUA_SAISON is not written as"));
  }
}

TEST_CASE("a duration of the tableau de gestion takes the place of the profile's") {
  Club club;
  const auto with = [&](const std::string& durations) {
    return core::Config::parse(club.config_text() + "\n[durations]\n" + durations, "versoir.conf");
  };
  const auto plan = [&](const core::Config& config, const std::string& id) {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = "sandbox";
    return sip::make_plan(club.extract(), config, club.versement(id), options, club.clock, club.progress);
  };
  const auto end_of = [&](const std::string& id) {
    for (const auto& r : rows_of(club.versement(id).file("kept.csv")))
      if (r.at("profile") == "membres" && r.at("key") == "[5]") return r.at("appraisal_end");
    return core::Json();
  };
  const auto longer = plan(with("DUA_MEMBRE_10 = 20 year\nDUA_AUTRE_APPLICATION = 5 YEAR\n"), "a");
  CHECK(end_of("a") == "2026-06-30");
  CHECK(longer.settings.at("durations") == core::Json{{"DUA_MEMBRE_10", "20 YEAR"}});
  plan(with("DUA_MEMBRE_10 = 18 MONTH\n"), "b");
  CHECK(end_of("b") == "2007-12-30");
  plan(with("DUA_MEMBRE_10 = unlimited\n"), "c");
  CHECK(end_of("c") == "");
  for (const std::string wrong : {"20", "YEAR", "20 ANS", "-1 YEAR", "1000 YEAR", "20YEAR", "2 0 YEAR"}) {
    INFO(wrong);
    CHECK_THAT(complaint_of([&] { plan(with("DUA_MEMBRE_10 = " + wrong + "\n"), "d"); }),
               Contains("[durations] DUA_MEMBRE_10 is not written as"));
  }
  CHECK_THAT(complaint_of([&] { plan(with("COM_VIE_PRIVEE_50 = 1 DAY\n"), "d"); }),
             Contains("[durations] COM_VIE_PRIVEE_50") && Contains("L213-2"));
  CHECK_THAT(complaint_of([&] { plan(with("DUA_MEMBRE_10 = 0 YEAR\n"), "d"); }),
             Contains("[durations] DUA_MEMBRE_10") && Contains("zero"));
  // What is built and reviewed lasts as long as what was planned.
  club.build(longer, longer.lots.at(0).id);
  CHECK(sip::Settings::from_json(longer.settings).durations.at("DUA_MEMBRE_10").count == 20);
}

namespace {

/// A club of which the archive profiles named here select nothing.
std::function<void(std::map<std::string, std::string>&)> selecting_nothing(
    const std::vector<std::string>& archives) {
  return [archives](std::map<std::string, std::string>& files) {
    for (const auto& name : archives) {
      auto& text = files.at(name + ".xml");
      const auto at = text.find(" ORDER BY", text.find("<select>"));
      REQUIRE(at != std::string::npos);
      const bool filtered =
          text.substr(text.find("<select>"), at - text.find("<select>")).find("WHERE") != std::string::npos;
      text.insert(at, filtered ? " AND 0 = 1" : " WHERE 0 = 1");
    }
  };
}

}  // namespace

TEST_CASE("a plan that keeps nothing is refused, says why, and leaves nothing behind") {
  Club none(extract::Kind::rehearsal, selecting_nothing({"membres", "saisons"}));
  CHECK(exit_of([&] { none.plan(); }) == Exit::profile_invalid);
  const auto complaint = complaint_of([&] { none.plan(); });
  CHECK_THAT(complaint, Contains("membres, saisons"));
  CHECK_THAT(complaint, Contains("membres: its selection finds no record at all"));
  CHECK_FALSE(std::filesystem::exists(none.versement().folder()));

  Club left(extract::Kind::rehearsal, [](std::map<std::string, std::string>& files) {
    auto& text = files.at("membres.xml");
    const auto at = text.find("<facts>");
    REQUIRE(at != std::string::npos);
    text.insert(at, "<leave-out reason=\"Tout est laissé.\">SELECT NUM_MEM FROM MEMBRE</leave-out>\n  ");
  });
  const auto only = [](sip::PlanOptions& o) { o.profiles = {"membres"}; };
  const auto reasons = complaint_of([&] { left.plan(only); });
  CHECK_THAT(reasons, Contains("no record is kept by membres"));
  CHECK_THAT(reasons, Contains("membres: 60 records left out"));
  CHECK_THAT(reasons, Contains("records: Tout est laissé."));
  CHECK_FALSE(std::filesystem::exists(left.versement().folder()));
}

TEST_CASE("one profile of several that keeps nothing is told, and refused when it was asked for by name") {
  Club club(extract::Kind::rehearsal, selecting_nothing({"saisons"}));
  const auto plan = club.plan();
  CHECK(plan.kept > 0);
  REQUIRE(plan.findings.size() == 1);
  CHECK(plan.findings[0].severity == core::Severity::warning);
  CHECK(plan.findings[0].code == "PROFILE_KEEPS_NOTHING");
  CHECK(plan.findings[0].where == "saisons");
  const auto named = [](sip::PlanOptions& o) { o.profiles = {"membres", "saisons"}; };
  CHECK(exit_of([&] { club.plan(named, "b"); }) == Exit::profile_invalid);
  CHECK_FALSE(std::filesystem::exists(club.versement("b").folder()));
  const auto members = [](sip::PlanOptions& o) {
    o.profiles = {"membres"};
    o.replace = true;
  };
  CHECK(club.plan(members).findings.empty());
}

TEST_CASE("a code of the configuration that is nearly that of a rule is told") {
  Club club;
  const auto plan = [&](const std::string& from, const std::string& to) {
    auto text = club.config_text();
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    sip::PlanOptions options;
    options.versement = "a";
    options.platform = "sandbox";
    options.replace = true;
    options.names_elsewhere = [] { return std::set<std::string>{"DUA_AGENT_90"}; };
    return sip::make_plan(club.extract(), core::Config::parse(text, "versoir.conf"),
                          club.versement(options.versement), options, club.clock, club.progress);
  };
  const auto told = plan("DUA_SAISON = Tab", "DUA_SIASON = Tab").findings;
  REQUIRE(told.size() == 1);
  CHECK(told[0].severity == core::Severity::warning);
  CHECK_THAT(told[0].message.english(), Contains("[validation] DUA_SIASON") && Contains("DUA_SAISON?"));
  CHECK_THAT(complaint_of([&] { plan("DUA_SAISON = APP", "DUA_SAISONS = APP"); }),
             Contains("[rules] DUA_SAISONS") && Contains("did you mean DUA_SAISON?"));
  // Of another application: nothing to say. Of none, near to a rule or not: told.
  CHECK(plan("[rules]\n", "[rules]\nDUA_AGENT_90 = APP-1\n").findings.empty());
  for (const std::string code : {"DUA_MEMBRE_20", "DUA_TOTO"}) {
    const auto unknown = plan("[rules]\n", "[rules]\n" + code + " = APP-1\n").findings;
    REQUIRE(unknown.size() == 1);
    CHECK_THAT(unknown[0].message.english(), Contains("[rules] " + code + ": no application at hand"));
  }
  // Three letters away.
  const auto far = plan("[rules]\n", "[durations]\nDUA_MEMBRES = 60 YEAR\n[rules]\n").findings;
  REQUIRE(far.size() == 1);
  CHECK_THAT(far[0].message.english(), Contains("[durations] DUA_MEMBRES") && Contains("DUA_MEMBRE_10?"));
}

TEST_CASE("a plan freezes what the build needs") {
  Club club;
  const auto plan = club.plan();
  CHECK(plan.settings.at("agencies") == core::Json{{"archival", "ARCHIVES"},
                                                   {"transferring", "CLUB"},
                                                   {"originating", "CLUB-BUREAU"},
                                                   {"submission", "CLUB"}});
  CHECK(plan.settings.at("agreements") == core::Json{{"membres", "IC-CLUB"}, {"saisons", "IC-SAISONS"}});
  CHECK(plan.settings.at("rules").at("DUA_MEMBRE_10") == "APP-00010");
  CHECK(plan.settings.at("establishment") == "Club d'essai");
  CHECK(plan.tenant == 3);
  CHECK(plan.extract == "club.extract");
  const auto sum = output_of("sha512sum '" + club.extract_file().string() + "'");
  CHECK(sum.substr(0, 128) == plan.extract_sha512);
}

TEST_CASE("an unknown archive profile is refused with the list of those that exist") {
  Club club;
  const auto plan = [&] { club.plan([](sip::PlanOptions& o) { o.profiles = {"dossiers"}; }); };
  CHECK(exit_of(plan) == Exit::profile_invalid);
  CHECK_THAT(complaint_of(plan), Contains("membres") && Contains("saisons") && !Contains("Did you mean"));
  const auto near = [&] { club.plan([](sip::PlanOptions& o) { o.profiles = {"membre"}; }); };
  CHECK_THAT(complaint_of(near), Contains("Did you mean membres?") && Contains("saisons"));
}

// Codes of the establishment's nomenclature that archive profiles rest on: shown, confirmed, or refused.
#include "club_fixture.hpp"
#include "core/json.hpp"
#include "sip/review.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::Club;
using tests::complaint_of;
using tests::exit_of;

namespace {

void replace(std::string& text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  text.replace(at, what.size(), by);
}

/// The members rest on the sports of their licences: E is held for an outdoor one, N is not; C has no label.
void sports(std::map<std::string, std::string>& files) {
  replace(files["rules.xml"], "<rule ", R"(<codes-to-confirm id="plein-air" label="Sports de plein air"
    source="Lettre du sport" validator="archiviste">
    SELECT DISTINCT '  ' || sport || ' ', CASE sport WHEN 'E' THEN 'Escalade' ELSE 'Natation ' END, sport = 'E'
    FROM licence
  </codes-to-confirm>
  <rule )");
  replace(files["membres.xml"], "<archive ", R"(<archive confirm="plein-air" )");
}

struct Site : Club {
  explicit Site(const Change& change = sports) : Club(extract::Kind::final_, change) {}
  sip::Plan plan_with(const std::string& section, const std::string& platform, const std::string& id = "v") {
    const auto config = core::Config::parse(config_text() + section, folder() / "versoir.conf");
    sip::PlanOptions options;
    options.versement = id;
    options.platform = platform;
    return sip::make_plan(extract(), config, versement(id), options, clock, progress);
  }
};

const std::string who = "\nvalidation = Note n° 4; Mme Roux, archiviste; 2026-03-12\n";

}  // namespace

TEST_CASE("codes that nobody confirmed are told by a rehearsal and refused by a production platform") {
  Site site;
  const auto plan = site.plan_with("", "sandbox");
  REQUIRE(plan.findings.size() == 1);
  CHECK(plan.findings[0].code == "CODES_NOT_CONFIRMED");
  CHECK(plan.findings[0].severity == core::Severity::warning);
  CHECK_THAT(plan.findings[0].message.english(), Contains("[confirmed.plein-air] is not set") &&
                                                     Contains("E (Escalade)") && !Contains("Natation"));
  CHECK(plan.confirmed.at(0).at("codes") ==
        core::Json::array({{{"code", "E"}, {"label", "Escalade"}, {"held", true}},
                           {{"code", "N"}, {"label", "Natation"}, {"held", false}}}));
  CHECK(exit_of([&] { site.plan_with("", "real", "r"); }) == Exit::configuration);
  CHECK_THAT(complaint_of([&] { site.plan_with("", "real", "r"); }),
             Contains("[confirmed.plein-air]") && Contains("Sports de plein air") && Contains("archiviste"));
  CHECK_FALSE(std::filesystem::exists(site.versement("r").folder()));
}

TEST_CASE("what is not validated and what is not confirmed are told together by a production platform") {
  Site site;
  auto text = site.config_text();
  replace(text, "DUA_SAISON = Tableau de gestion 2026, 4.3; Mme Roux, archiviste; 2026-03-12\n", "");
  sip::PlanOptions options;
  options.versement = "r";
  options.platform = "real";
  const auto complaint = complaint_of([&] {
    sip::make_plan(site.extract(), core::Config::parse(text, site.folder() / "versoir.conf"),
                   site.versement("r"), options, site.clock, site.progress);
  });
  CHECK_THAT(complaint, Contains("[validation] DUA_SAISON is not set") &&
                            Contains("[confirmed.plein-air] is not set") && Contains("E (Escalade)"));
}

TEST_CASE("codes that were confirmed stand in the plan and in the report, with who and when") {
  Site site;
  // A code that this extract does not have may be in the list of the establishment.
  const auto plan = site.plan_with("[confirmed.plein-air]\ncodes = E , V,," + who, "real");
  CHECK(plan.findings.empty());
  const auto read = site.versement("v").plan();
  CHECK(read.confirmed == plan.confirmed);
  CHECK(read.confirmed.at(0).at("confirmed") == true);
  CHECK(read.settings.at("confirmed").at("plein-air").at("codes") == core::Json::array({"E", "V"}));
  const auto facts = sip::review_facts(site.versement("v"), plan, site.extract());
  CHECK_THAT(
      sip::review_text(facts),
      Contains(
          "Sports de plein air: E (Escalade); confirmed by Mme Roux, archiviste on 2026-03-12: Note n° 4"));
  sip::write_review_html(site.versement("v"), facts);
  CHECK_THAT(core::read_file(site.versement("v").file("review.html")),
             Contains("E (Escalade)") && Contains("N (Natation)") && Contains("Lettre du sport"));
}

TEST_CASE("codes other than those that were confirmed are told one by one") {
  Site site;
  const auto complaint =
      complaint_of([&] { site.plan_with("[confirmed.plein-air]\ncodes = N" + who, "real", "r"); });
  CHECK_THAT(complaint, Contains("does not name E (Escalade)") && Contains("names N (Natation)"));
  const auto plan = site.plan_with("[confirmed.plein-air]\ncodes = E, N" + who, "sandbox");
  REQUIRE(plan.findings.size() == 1);
  CHECK_THAT(plan.findings[0].message.english(), Contains("names N (Natation)"));
  CHECK(plan.confirmed.at(0).at("confirmed") == false);
  CHECK_THAT(sip::review_text(sip::review_facts(site.versement("v"), plan, site.extract())),
             Contains("not those that Mme Roux, archiviste confirmed on 2026-03-12"));
}

TEST_CASE("a confirmation without codes, without a signatory or of tomorrow is refused") {
  Site site;
  const auto complaint = [&](const std::string& section) {
    return complaint_of([&] { site.plan_with(section, "sandbox", "r"); });
  };
  CHECK_THAT(complaint("[confirmed.plein-air]\ncodes = E\n"),
             Contains("[confirmed.plein-air] validation is not written as"));
  CHECK_THAT(complaint("[confirmed.plein-air]\nvalidation = Note; Mme Roux; 2026-03-12\n"),
             Contains("[confirmed.plein-air] codes is not set"));
  CHECK_THAT(complaint("[confirmed.plein-air]\ncodes = E\nvalidation = Note; Mme Roux; 2026-11-26\n"),
             Contains("[confirmed.plein-air] validation: 2026-11-26 is after today"));
  const auto plan = site.plan_with("[confirmed.plein-aire]\ncodes = E" + who, "sandbox");
  REQUIRE(plan.findings.size() == 2);
  CHECK_THAT(plan.findings[0].message.english(), Contains("did you mean plein-air?"));
}

TEST_CASE("a build for a production platform asks again who confirmed the codes") {
  Site site;
  const auto section = "[confirmed.plein-air]\ncodes = E" + who;
  const auto plan = site.plan_with(section, "real");
  const auto producer = site.signer("producer");
  const auto build = [&](const sip::Plan& p, const std::string& more) {
    sip::build_lot(site.extract(), core::Config::parse(site.config_text() + more, "versoir.conf"),
                   site.versement("v"), p, p.lots[0].id, *producer, nullptr, true, site.clock, site.progress)
        .value();
  };
  REQUIRE(plan.lots[0].profile == "membres");
  CHECK_THAT(complaint_of([&] { build(plan, ""); }), Contains("[confirmed.plein-air] is not set"));
  CHECK_THAT(complaint_of([&] { build(plan, "[confirmed.plein-air]\ncodes = E, N" + who); }),
             Contains("The plan was not made with the codes of [confirmed.plein-air]"));
  auto edited = plan;
  edited.settings.erase("confirmed");
  CHECK(exit_of([&] { build(edited, section); }) == Exit::configuration);
  build(plan, section);
  CHECK(std::filesystem::exists(site.versement("v").sip(plan.lots[0].id)));
}

TEST_CASE("where the extract has none of the codes there is nothing to confirm") {
  Site site([](auto& files) {
    sports(files);
    replace(files["rules.xml"], "FROM licence", "FROM licence WHERE 0");
  });
  const auto plan = site.plan_with("", "real");
  CHECK(plan.findings.empty());
  CHECK_THAT(sip::review_text(sip::review_facts(site.versement("v"), plan, site.extract())),
             Contains("Sports de plein air: none; nothing to confirm"));
}

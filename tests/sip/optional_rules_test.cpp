// Rules that archive profiles write only when the establishment asks for them: [optional_rules].
#include "club_fixture.hpp"
#include "exit_of.hpp"
#include "sip/settings.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using Catch::Matchers::Contains;
using tests::Club;
using tests::complaint_of;
using tests::output_of;

namespace {

void with_optional(std::map<std::string, std::string>& files) {
  const auto insert = [&](const std::string& file, const std::string& before, const std::string& text) {
    const auto at = files.at(file).rfind(before);
    REQUIRE(at != std::string::npos);
    files.at(file).insert(at, text);
  };
  insert(
      "rules.xml", "</rules>",
      R"(<rule code="DIFFUSION_100" category="DisseminationRule" duration="100" unit="YEAR" label="Diffusion"
                  trigger="Sortie" source="Aucune" confidence="L" validator="archiviste"/>)");
  insert("membres.xml", "<object",
         R"(<rule category="DisseminationRule" code="DIFFUSION_100" start="{depart}" optional="yes"/>)");
}

struct OptionalClub : Club {
  OptionalClub() : Club(extract::Kind::rehearsal, with_optional) {}

  core::Config config_with(const std::string& rule, const std::string& asked) {
    auto text = config_text();
    text.insert(text.find("DUA_MEMBRE_10 = APP"), rule);
    return core::Config::parse(text + asked, folder() / "versoir.conf");
  }
  sip::Plan plan_with(const core::Config& config, const std::string& id,
                      const std::string& platform = "sandbox") {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = platform;
    return sip::make_plan(extract(), config, versement(id), options, clock, progress);
  }
  /// Manifests of all lots, one after the other.
  std::string manifests(const core::Config& config, const std::string& id) {
    const auto plan = plan_with(config, id);
    const auto producer = signer("producer");
    std::string all;
    for (const auto& lot : plan.lots) {
      static_cast<void>(sip::build_lot(extract(), config, versement(id), plan, lot.id, *producer, nullptr,
                                       false, clock, progress));
      all += output_of("unzip -p '" + versement(id).sip(lot.id).string() + "' manifest.xml");
    }
    return all;
  }
};

const std::string mapped = "DIFFUSION_100 = DIS-NOM-001\n",
                  asked = "\n[optional_rules]\nDIFFUSION_100 = yes\n";

}  // namespace

TEST_CASE("an optional rule is written when the establishment asks for it, and only then") {
  OptionalClub club;
  // A RuleId alone asks for nothing, and nothing needs it.
  CHECK_THAT(club.manifests(club.config_with(mapped, ""), "mapped"), !Contains("DisseminationRule"));
  CHECK_THAT(club.manifests(club.config_with("", "\n[optional_rules]\nDIFFUSION_100 = no\n"), "no"),
             !Contains("DisseminationRule"));
  const auto with = club.manifests(club.config_with(mapped, asked), "yes");
  CHECK_THAT(with, Contains("<DisseminationRule>") && Contains("<Rule>DIS-NOM-001</Rule>"));
}

TEST_CASE("an optional rule that is asked for needs its RuleId and its validation") {
  OptionalClub club;
  CHECK_THAT(
      complaint_of([&] { static_cast<void>(club.plan_with(club.config_with("", asked), "unmapped")); }),
      Contains("[rules] DIFFUSION_100 is not set"));
  CHECK_THAT(complaint_of(
                 [&] { static_cast<void>(club.plan_with(club.config_with(mapped, asked), "real", "real")); }),
             Contains("[validation] DIFFUSION_100 is not set"));
  const auto stray =
      club.plan_with(club.config_with("", "\n[optional_rules]\nDIFUSION_100 = yes\n"), "stray");
  CHECK(std::ranges::any_of(stray.findings, [](const auto& f) {
    return f.code == "CONFIG_RULE" && f.message.english().ends_with("did you mean DIFFUSION_100?");
  }));
  const auto plan = club.plan_with(club.config_with(mapped, asked), "yes");
  CHECK(sip::Settings::from_json(plan.settings).rules.at("DIFFUSION_100") == "DIS-NOM-001");
}

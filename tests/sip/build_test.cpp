// Building: reproducible bytes, digests that other tools recompute, nothing half-written, refusals.
#include "sip/build.hpp"

#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "sip/lot_work.hpp"
#include "sip/versement_lock.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::Club;
using tests::complaint_of;
using tests::exit_of;
using tests::output_of;
namespace fs = std::filesystem;

namespace {

std::string oracle(const Club& club, const sip::MessageIdentifier& lot) {
  const auto v = club.versement();
  return output_of("python3 '" + (tests::source_dir() / "tests/sip/oracle.py").string() + "' '" +
                   v.sip(lot).string() + "' '" + v.file("kept.csv").string() + "' " + lot.value);
}

std::string manifest_of(const Club& club, const sip::MessageIdentifier& lot) {
  return output_of("unzip -p '" + club.versement().sip(lot).string() + "' manifest.xml");
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// A signer whose key fails: a card withdrawn in the middle.
struct BrokenSigner final : trust::Signer {
  explicit BrokenSigner(trust::Signer& s) : other(s) {}
  [[nodiscard]] const trust::Certificate& certificate() const override { return other.certificate(); }
  [[nodiscard]] const std::vector<trust::Certificate>& chain() const override { return other.chain(); }
  [[nodiscard]] std::string sign(std::string_view) override {
    throw core::Error(Exit::signing, core::msg("the card was withdrawn"));
  }
  trust::Signer& other;
};

}  // namespace

TEST_CASE("what a SIP declares is recomputed by tools that know nothing of us") {
  Club club;
  const auto plan = club.plan();
  for (const auto& lot : plan.lots) {
    const auto report = club.build(plan, lot.id);
    CHECK(oracle(club, lot.id) == fmt::format("{} {} {}\n", report.units, report.objects, report.bytes));
    const auto sum = output_of("sha512sum '" + club.versement().sip(lot.id).string() + "'");
    CHECK(sum.substr(0, 128) == report.sip.sha512.hex());
    CHECK(fs::file_size(club.versement().sip(lot.id)) == report.sip.size);
    const auto build = core::read_json(club.versement().lot(lot.id) / "build.json");
    CHECK(build.at("sha512") == report.sip.sha512.hex());
    const auto manifest =
        output_of("unzip -p '" + club.versement().sip(lot.id).string() + "' manifest.xml | sha512sum");
    CHECK(build.at("manifest_sha512") == manifest.substr(0, 128));
    CHECK(build.at("units") == report.units);
    CHECK(names_in(club.versement().lot(lot.id)) ==
          std::vector<std::string>{"build.json", "sip.zip", "sip.zip.p7s"});
  }
}

TEST_CASE("the seal of a SIP verifies with openssl") {
  Club club;
  const auto plan = club.plan();
  const auto& lot = plan.lots[0].id;
  club.build(plan, lot);
  const auto sip = club.versement().sip(lot).string();
  output_of("openssl cms -verify -cades -binary -purpose any -inform DER -in '" + sip + ".p7s' -content '" +
            sip + "' -CAfile '" + (club.pki() / "ca.pem").string() + "' -out /dev/null");
}

TEST_CASE("the same plan and extract give the same bytes, another attempt others") {
  Club club;
  const auto plan = club.plan();
  const auto& lot = plan.lots[0].id;
  const auto first = club.build(plan, lot);
  const auto bytes = core::read_file(club.versement().sip(lot));
  club.clock.set(club.clock.now() + std::chrono::hours(30));
  const auto second = club.build(plan, lot, true);
  CHECK(second.sip == first.sip);
  CHECK(core::read_file(club.versement().sip(lot)) == bytes);
  const auto again = club.plan([](sip::PlanOptions& o) { o.replace = true; });
  CHECK(club.build(again, again.lots[0].id).sip.sha512 != first.sip.sha512);
}

TEST_CASE("a lot already built is left alone, a damaged one is built again") {
  Club club;
  const auto plan = club.plan();
  const auto& lot = plan.lots[0].id;
  const auto first = club.build(plan, lot);
  const auto seal = core::read_file(club.versement().sip(lot).string() + ".p7s");
  club.clock.set(club.clock.now() + std::chrono::hours(1));
  const auto same = club.build(plan, lot);
  CHECK(same.sip == first.sip);
  CHECK(same.units == first.units);
  CHECK(same.findings.size() == first.findings.size());
  CHECK(core::read_file(club.versement().sip(lot).string() + ".p7s") == seal);
  std::ofstream(club.versement().sip(lot), std::ios::app) << "x";
  CHECK(club.build(plan, lot).sip == first.sip);
  CHECK(core::digest_file(club.versement().sip(lot)) == first.sip);
}

TEST_CASE("built manifests are valid in every version, by the grammars and by the published schemas") {
  const auto [version, name] = GENERATE(table<sip::SedaVersion, std::string>(
      {{sip::SedaVersion::v2_1, "2.1"}, {sip::SedaVersion::v2_2, "2.2"}, {sip::SedaVersion::v2_3, "2.3"}}));
  Club club;
  const auto seda = version;
  const auto plan = club.plan([&](sip::PlanOptions& o) {
    o.seda = seda;
    o.max_entries = 80;
  });
  REQUIRE(plan.lots.size() > 2);
  const auto manifest = club.folder() / "manifest.xml";
  const auto valid = [&](const std::string& option, const fs::path& schema) {
    output_of("xmllint --noout --nonet " + option + " '" + schema.string() + "' '" + manifest.string() + "'");
  };
  for (const auto& lot : plan.lots) {
    club.build(plan, lot.id);
    output_of("unzip -p '" + club.versement().sip(lot.id).string() + "' manifest.xml >'" + manifest.string() +
              "'");
    const auto grammars = tests::source_dir() / "profiles" / "schemas";
    valid("--relaxng", grammars / ("seda-" + name + ".rng"));
    valid("--relaxng", grammars / ("seda-vitam-" + name + ".rng"));
    const auto schemas = tests::shared_dir() / "reference" / "seda-xsd";
    if (!tests::have(schemas)) continue;
    valid("--schema", schemas / name / ("seda-" + name + "-main.xsd"));
    valid("--schema", schemas / ("vitam-validation-" + name + "-libxml2") / "seda-vitam-main.xsd");
  }
}

TEST_CASE("the manifest says where it comes from and which lots go together") {
  Club club;
  const auto plan = club.plan([](sip::PlanOptions& o) {
    o.profiles = {"membres"};
    o.max_entries = 60;
  });
  REQUIRE(plan.lots.size() > 1);
  club.build(plan, plan.lots[0].id);
  club.build(plan, plan.lots[1].id);
  const auto first = manifest_of(club, plan.lots[0].id), second = manifest_of(club, plan.lots[1].id);
  CHECK_THAT(first, !Contains("RelatedTransferReference"));
  CHECK_THAT(second,
             Contains("<RelatedTransferReference>" + plan.lots[0].id.value + "</RelatedTransferReference>"));
  CHECK_THAT(first, Contains("<ArchivalAgreement>IC-CLUB</ArchivalAgreement>"));
  CHECK_THAT(first, Contains("<Date>" + core::format_instant(plan.created).substr(0, 19)));
  CHECK_THAT(first, Contains(plan.extract_root));
  CHECK_THAT(first, Contains("<Rule>APP-00010</Rule>") && Contains("<Rule>ACC-00050</Rule>"));
  CHECK_THAT(first, !Contains("DUA_MEMBRE_10"));
  CHECK_THAT(first, Contains(fmt::format("lot 1 sur {}", plan.lots.size())));
  CHECK_THAT(first, Contains("Documentation des données de l'application Club sportif"));
  // Member 4: no start date for its appraisal rule, the other dates are there.
  CHECK_THAT(first, Contains("<OriginatingSystemId>4</OriginatingSystemId>"));
}

TEST_CASE("records of a profile with a group stand under one unit per value") {
  Club club;
  const auto plan = club.plan([](sip::PlanOptions& o) { o.profiles = {"saisons"}; });
  REQUIRE(plan.lots.size() == 1);
  const auto report = club.build(plan, plan.lots[0].id);
  const auto manifest = manifest_of(club, plan.lots[0].id);
  const auto decades = output_of("sqlite3 '" + (club.folder() / "club.sqlite").string() +
                                 "' \"SELECT count(DISTINCT substr(saison, 1, 3)) FROM licence\"");
  std::size_t groups = 0;
  for (auto at = manifest.find("<Title>Années "); at != std::string::npos;
       at = manifest.find("<Title>Années ", at + 1))
    ++groups;
  CHECK(groups == std::stoul(decades));
  CHECK(report.units == plan.kept + groups + 5);
  CHECK(report.objects == plan.kept + 3);
}

TEST_CASE("what had to be repaired is a finding, in the report and in build.json, without a name in it") {
  Club club;
  const auto plan = club.plan([](sip::PlanOptions& o) { o.profiles = {"membres"}; });
  const auto report = club.build(plan, plan.lots[0].id);
  const auto has = [&](const std::string& code, const std::string& where) {
    return std::any_of(report.findings.begin(), report.findings.end(),
                       [&](const core::Finding& f) { return f.code == code && f.where == where; });
  };
  CHECK(has("title-empty", "membres [2]"));
  CHECK(has("dates-inconsistent", "membres [3]"));
  const auto build = core::read_file(club.versement().lot(plan.lots[0].id) / "build.json");
  CHECK_THAT(build, Contains("title-empty") && Contains("dates-inconsistent"));
  CHECK_THAT(build, !Contains("NOM") && !Contains("Prénom"));
}

TEST_CASE("a build that fails leaves nothing behind") {
  Club club;
  const auto plan = club.plan();
  const auto before = names_in(club.versement().folder());
  const auto producer = club.signer("producer");
  BrokenSigner broken(*producer);
  CHECK(exit_of([&] {
          sip::build_lot(club.extract(), club.config(), club.versement(), plan, plan.lots[0].id, broken,
                         nullptr, false, club.clock, club.progress)
              .value();
        }) == Exit::signing);
  CHECK(names_in(club.versement().folder()) == before);
  // And a failure never damages what stood there.
  const auto built = club.build(plan, plan.lots[0].id);
  CHECK(exit_of([&] {
          sip::build_lot(club.extract(), club.config(), club.versement(), plan, plan.lots[0].id, broken,
                         nullptr, true, club.clock, club.progress)
              .value();
        }) == Exit::signing);
  CHECK(core::digest_file(club.versement().sip(plan.lots[0].id)) == built.sip);
}

TEST_CASE("one program builds a lot at a time, and what a killed one left is removed") {
  Club club;
  const auto plan = club.plan();
  const auto& lot = plan.lots[0].id;
  const auto producer = club.signer("producer");
  const auto build = [&] {
    return sip::build_lot(club.extract(), club.config(), club.versement(), plan, lot, *producer, nullptr,
                          false, club.clock, club.progress);
  };
  const auto before = names_in(club.versement().folder());
  {
    const auto other = sip::LotWork::begin(club.versement(), lot);
    REQUIRE(other);
    CHECK_FALSE(build());
    CHECK_FALSE(fs::exists(club.versement().lot(lot)));
    CHECK(sip::clear_abandoned_work(club.versement()) == std::vector<std::string>{lot.value});
    CHECK(fs::exists(other->path()));
    CHECK(exit_of([&] { club.plan([](sip::PlanOptions& o) { o.replace = true; }); }) == Exit::lot_state);
  }
  CHECK(names_in(club.versement().folder()) == before);
  // A killed program: its folder and its lock are there, and nobody holds the lock.
  const auto left = club.versement().file("building-" + lot.value);
  for (const bool cleared : {false, true}) {
    fs::create_directory(left);
    core::write_file(left / "objects.partial", "half a record");
    core::write_file(left.string() + ".lock", "");
    if (cleared)
      CHECK(sip::clear_abandoned_work(club.versement()).empty());
    else
      CHECK(build());
    CHECK_FALSE(fs::exists(left));
    CHECK_FALSE(fs::exists(left.string() + ".lock"));
  }
}

TEST_CASE("a lot that leaves while it is built again is not replaced") {
  Club club;
  const auto plan = club.plan();
  const auto& lot = plan.lots[0].id;
  const auto built = club.build(plan, lot);
  const auto producer = club.signer("producer");
  const auto rebuild = [&](core::Progress& progress) {
    return exit_of([&] {
      static_cast<void>(sip::build_lot(club.extract(), club.config(), club.versement(), plan, lot, *producer,
                                       nullptr, true, club.clock, progress));
    });
  };
  /// Does something in the middle of the building.
  struct Meanwhile final : core::Progress {
    std::function<void()> act;
    void begin(std::string_view, std::optional<std::uint64_t>, std::string_view) override {}
    void advance(std::uint64_t) override {}
    void end() override { act(); }
  } meanwhile;
  const auto sending = club.versement().lot(lot) / "sending.json";
  meanwhile.act = [&] { core::write_file(sending, "{}"); };
  CHECK(rebuild(meanwhile) == Exit::lot_state);
  CHECK(core::digest_file(club.versement().sip(lot)) == built.sip);
  fs::remove(sending);
  // Another program has the lot, as one that sends it.
  std::optional<core::FileLock> held;
  meanwhile.act = [&] { held = sip::lock_lot(club.versement(), lot); };
  CHECK(rebuild(meanwhile) == Exit::lot_state);
  CHECK(core::digest_file(club.versement().sip(lot)) == built.sip);
  held.reset();
  CHECK(rebuild(club.progress) == Exit::ok);
}

TEST_CASE("builds and transfers of a versement go together, its plan is made alone") {
  Club club;
  const auto plan = club.plan();
  const auto replan = [&] {
    return exit_of([&] { club.plan([](sip::PlanOptions& o) { o.replace = true; }); });
  };
  {
    const auto building = sip::lock_plan(club.versement());
    const auto sending = sip::lock_plan(club.versement());
    CHECK(replan() == Exit::lot_state);
    club.build_all(plan);
  }
  {
    const sip::PlanningLock planning(club.versement());
    CHECK(exit_of([&] { club.build(plan, plan.lots[0].id, true); }) == Exit::lot_state);
    CHECK(replan() == Exit::lot_state);
  }
  CHECK(replan() == Exit::ok);
  // The lock stands beside the folder, and does not stay.
  CHECK(names_in(club.versement().folder().parent_path()) == std::vector<std::string>{"club-2026"});
}

TEST_CASE("a build says whether it made the lot") {
  Club club;
  const auto plan = club.plan();
  CHECK(club.build(plan, plan.lots[0].id).fresh);
  CHECK_FALSE(club.build(plan, plan.lots[0].id).fresh);
  CHECK(club.build(plan, plan.lots[0].id, true).fresh);
}

TEST_CASE("a build for a production platform asks again who validated each rule") {
  Club club(extract::Kind::final_);
  const auto plan = club.plan([](sip::PlanOptions& o) { o.platform = "real"; });
  const auto producer = club.signer("producer");
  const auto build = [&](const sip::Plan& p, const core::Config& config) {
    sip::build_lot(club.extract(), config, club.versement(), p, p.lots[0].id, *producer, nullptr, true,
                   club.clock, club.progress)
        .value();
  };
  auto text = club.config_text();
  const std::string line = "DUA_MEMBRE_10 = Tableau";
  REQUIRE(text.find(line) != std::string::npos);
  text.replace(text.find(line), line.size(), "DUA_AUTRE = Tableau");
  const auto lacking = core::Config::parse(text, "versoir.conf");
  REQUIRE(plan.lots[0].profile == "membres");
  CHECK(exit_of([&] { build(plan, lacking); }) == Exit::configuration);
  CHECK_THAT(complaint_of([&] { build(plan, lacking); }), Contains("[validation] DUA_MEMBRE_10 is not set"));
  // A plan that was edited to say that its platform is none of production is not believed.
  auto edited = plan;
  edited.platform_kind = "rehearsal";
  edited.settings["platformKind"] = "rehearsal";
  CHECK(exit_of([&] { build(edited, lacking); }) == Exit::configuration);
  // Nor one of which the validations were taken away.
  edited = plan;
  edited.settings["validations"].erase("DUA_MEMBRE_10");
  CHECK_THAT(complaint_of([&] { build(edited, club.config()); }),
             Contains("The plan does not say who validated DUA_MEMBRE_10"));
  CHECK_FALSE(std::filesystem::exists(club.versement().sip(plan.lots[0].id)));
  build(plan, club.config());
  CHECK(std::filesystem::exists(club.versement().sip(plan.lots[0].id)));
  // A rehearsal builds what nobody validated.
  const auto rehearsal = club.plan({}, "essai");
  sip::build_lot(club.extract(), lacking, club.versement("essai"), rehearsal, rehearsal.lots[0].id, *producer,
                 nullptr, false, club.clock, club.progress)
      .value();
}

TEST_CASE("a build refuses an extract that is not the plan's, a list that was edited, a lot that was sent") {
  Club club;
  auto plan = club.plan();
  const auto& lot = plan.lots[0].id;
  auto other = plan;
  other.extract_root[0] = other.extract_root[0] == 'a' ? 'b' : 'a';
  CHECK(exit_of([&] { club.build(other, lot); }) == Exit::extract_altered);
  CHECK(exit_of([&] { club.build(plan, {"ESSAI-MEM-0000000000-0001"}); }) == Exit::usage);

  const auto kept = core::read_file(club.versement().file("kept.csv"));
  core::write_file(club.versement().file("kept.csv"), kept.substr(0, kept.rfind('\n', kept.size() - 2) + 1));
  CHECK(exit_of([&] { club.build(plan, lot); }) == Exit::lot_state);
  core::write_file(club.versement().file("kept.csv"), kept);

  club.build(plan, lot);
  core::write_json(club.versement().lot(lot) / "sending.json", {{"format", "versoir-sending/1"}});
  CHECK(exit_of([&] { club.build(plan, lot, true); }) == Exit::lot_state);
  CHECK(exit_of([&] { club.build(plan, lot); }) == Exit::ok);  // unchanged: nothing to do
}

// The filing plan of an establishment: read, planned, built, and what lots attached to it say.
#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "core/xml.hpp"
#include "exit_of.hpp"
#include "sip/attachment.hpp"
#include "sip/filing_plan.hpp"
#include "sip/review.hpp"
#include "sip/settings.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::Club;
using tests::complaint_of;
using tests::exit_of;
using tests::output_of;
namespace fs = std::filesystem;

namespace {

constexpr const char* good_plan = R"(<?xml version="1.0" encoding="UTF-8"?>
<filing-plan xmlns="urn:versoir:filing-plan:1" title="Plan du club">
  <node id="A.1" parent="A" title="Membres"/>
  <node id="A" title="Vie du club" level="Series"><description>Tout &amp; le reste.</description></node>
  <node id="A.1.2" parent="A.1" title="Anciens"/>
  <node id="B" title="Saisons" level="Series"/>
  <node id="A.2" parent="A" title="Licences"/>
</filing-plan>
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = good_plan;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string complaint(const std::string& xml) {
  return complaint_of([&] { static_cast<void>(sip::FilingPlan::parse(xml, "plan.xml")); });
}

/// A club whose configuration says more, and whose filing plan stands beside it.
struct FiledClub : Club {
  FiledClub() { core::write_file(folder() / "plan.xml", good_plan); }

  [[nodiscard]] core::Config config_with(const std::string& more) const {
    return core::Config::parse(config_text() + more, folder() / "versoir.conf");
  }
  sip::Plan plan_with(const std::string& more, const std::string& id = "attached",
                      const std::string& platform = "sandbox") {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = platform;
    return sip::make_plan(extract(), config_with(more), versement(id), options, clock, progress);
  }
  sip::Plan plan_filing(const std::string& id = "filing", bool replace = false) {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = "sandbox";
    options.replace = replace;
    return sip::make_filing_plan(folder() / "plan.xml", config(), versement(id), options, clock);
  }
  sip::BuildReport build_filing(const sip::Plan& plan, bool replace = false) {
    const auto producer = signer("producer");
    return sip::build_filing_lot(versement(plan.versement), plan, plan.lots.at(0).id, *producer, nullptr,
                                 replace, clock)
        .value();
  }
  sip::BuildReport build_with(const std::string& more, const sip::Plan& plan, std::size_t lot = 0) {
    const auto producer = signer("producer");
    return sip::build_lot(extract(), config_with(more), versement(plan.versement), plan, plan.lots.at(lot).id,
                          *producer, nullptr, false, clock, progress)
        .value();
  }
  /// What `send` would write once the platform accepted the filing plan.
  void accept(const sip::Plan& plan, const core::Json& ids) {
    core::write_json(versement(plan.versement).lot(plan.lots.at(0).id) / "receipt.json",
                     {{"format", "versoir-receipt/1"}, {"systemIds", ids}});
  }
  std::string manifest(const sip::Plan& plan, std::size_t lot = 0) {
    return output_of("unzip -p '" + versement(plan.versement).sip(plan.lots.at(lot).id).string() +
                     "' manifest.xml");
  }
};

std::size_t lot_of(const sip::Plan& plan, const std::string& profile) {
  for (std::size_t i = 0; i < plan.lots.size(); ++i)
    if (plan.lots[i].profile == profile) return i;
  throw std::runtime_error("no lot of " + profile);
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto start = text.find(from), end = text.find(to, start);
  REQUIRE(start != std::string::npos);
  REQUIRE(end != std::string::npos);
  return text.substr(start, end - start);
}

const core::Json system_ids{{"AU1", "aeaqaaaaaa000000000000000000000000a1"},
                            {"AU2", "aeaqaaaaaa000000000000000000000000a2"},
                            {"AU3", "aeaqaaaaaa000000000000000000000000a3"},
                            {"AU4", "aeaqaaaaaa000000000000000000000000a4"},
                            {"AU5", "aeaqaaaaaa000000000000000000000000a5"}};

constexpr const char* by_file = "[filing]\nplan = plan.xml\n[attach]\nmembres = A.1.2\n";
constexpr const char* by_receipt =
    "[filing]\nversement = filing\nattach_by = system-id\n[attach]\nmembres = A.1.2\n";

}  // namespace

TEST_CASE("nodes come in the order of the tree, wherever the file has their parent") {
  const auto plan = sip::FilingPlan::parse(good_plan, "plan.xml");
  CHECK(plan.title == "Plan du club");
  CHECK(plan.ids() == std::vector<std::string>{"A", "A.1", "A.1.2", "A.2", "B"});
  std::vector<std::size_t> depths;
  for (const auto& node : plan.nodes) depths.push_back(node.depth);
  CHECK(depths == std::vector<std::size_t>{0, 1, 2, 1, 0});
  CHECK(plan.unit_id(*plan.find("A.2")) == "AU4");
  CHECK(plan.find("A")->description == "Tout & le reste.");
  CHECK(plan.find("A")->level == "Series");
  CHECK(plan.find("A.1")->level == "RecordGrp");
  CHECK(plan.find("C") == nullptr);
}

TEST_CASE("a filing plan that is wrong is refused with the line of each defect") {
  CHECK_THAT(complaint(with("parent=\"A.1\"", "parent=\"A.3\"")), Contains("plan.xml:5") && Contains("A.3"));
  CHECK_THAT(complaint(with("id=\"B\"", "id=\"A.1\"")),
             Contains("plan.xml:6") && Contains("twice") && Contains("line 3"));
  CHECK_THAT(complaint(with("<node id=\"A\" ", "<node id=\"A\" parent=\"A.1\" ")),
             Contains("plan.xml:4") && Contains("circle"));
  CHECK_THAT(complaint(with("title=\"Saisons\"", "title=\" \"")), Contains("plan.xml:6"));
  CHECK_THAT(complaint(with("level=\"Series\"/>", "level=\"Serie\"/>")), Contains("plan.xml:6"));
  CHECK_THAT(complaint(with("id=\"B\"", "id=\"_B\"")), Contains("plan.xml:6"));
  CHECK_THAT(complaint(with("id=\"B\"", "id=\"B \"")), Contains("plan.xml:6"));
  CHECK_THAT(complaint(with("filing-plan:1", "filing-plan:2")), Contains("plan.xml:2"));
  const auto both = complaint_of([] {
    static_cast<void>(sip::FilingPlan::parse(with("id=\"B\"", "id=\"A.1\" parent=\"Z\""), "plan.xml"));
  });
  CHECK_THAT(both, Contains("twice") && Contains("a parent Z"));
  CHECK(exit_of([] { static_cast<void>(sip::FilingPlan::parse("<filing-plan", "plan.xml")); }) ==
        Exit::configuration);
  CHECK(exit_of([] { static_cast<void>(sip::FilingPlan::read("/nowhere/plan.xml")); }) == Exit::disk);
}

TEST_CASE("a filing plan of two hundred levels is taken, one more is refused") {
  const auto chain = [](int levels) {
    std::string xml =
        "<filing-plan xmlns=\"urn:versoir:filing-plan:1\" title=\"T\"><node id=\"N1\" title=\"t\"/>";
    for (int i = 2; i <= levels; ++i)
      xml += fmt::format("<node id=\"N{}\" parent=\"N{}\" title=\"t\"/>", i, i - 1);
    return xml + "</filing-plan>";
  };
  CHECK(sip::FilingPlan::parse(chain(200), "plan.xml").nodes.back().depth == 199);
  CHECK_THAT(complaint(chain(201)), Contains("N201") && Contains("200"));
}

TEST_CASE("a filing plan is transferred as units without rule or object, and nothing else") {
  FiledClub club;
  const auto plan = club.plan_filing();
  CHECK(plan.is_filing());
  CHECK(plan.kept == 5);
  CHECK(plan.left_out == 0);
  CHECK(plan.extract_root ==
        output_of("sha256sum '" + (club.folder() / "plan.xml").string() + "'").substr(0, 64));
  CHECK(sip::context_id(plan) == "FILING_SCHEME");
  const auto read = club.versement("filing").plan();
  CHECK(read.filing == core::Json{{"title", "Plan du club"}, {"nodes", 5}});
  const auto report = club.build_filing(plan);
  CHECK(report.units == 5);
  CHECK(report.objects == 0);
  const auto manifest = club.manifest(plan);
  // By hand, from the file.
  CHECK(between(manifest, "    <DescriptiveMetadata>", "    <ManagementMetadata>") ==
        R"(    <DescriptiveMetadata>
      <ArchiveUnit id="AU1">
        <Content>
          <DescriptionLevel>Series</DescriptionLevel>
          <Title>Vie du club</Title>
          <FilePlanPosition>A</FilePlanPosition>
          <OriginatingAgencyArchiveUnitIdentifier>A</OriginatingAgencyArchiveUnitIdentifier>
          <Description>Tout &amp; le reste.</Description>
        </Content>
        <ArchiveUnit id="AU2">
          <Content>
            <DescriptionLevel>RecordGrp</DescriptionLevel>
            <Title>Membres</Title>
            <FilePlanPosition>A.1</FilePlanPosition>
            <OriginatingAgencyArchiveUnitIdentifier>A.1</OriginatingAgencyArchiveUnitIdentifier>
          </Content>
          <ArchiveUnit id="AU3">
            <Content>
              <DescriptionLevel>RecordGrp</DescriptionLevel>
              <Title>Anciens</Title>
              <FilePlanPosition>A.1.2</FilePlanPosition>
              <OriginatingAgencyArchiveUnitIdentifier>A.1.2</OriginatingAgencyArchiveUnitIdentifier>
            </Content>
          </ArchiveUnit>
        </ArchiveUnit>
        <ArchiveUnit id="AU4">
          <Content>
            <DescriptionLevel>RecordGrp</DescriptionLevel>
            <Title>Licences</Title>
            <FilePlanPosition>A.2</FilePlanPosition>
            <OriginatingAgencyArchiveUnitIdentifier>A.2</OriginatingAgencyArchiveUnitIdentifier>
          </Content>
        </ArchiveUnit>
      </ArchiveUnit>
      <ArchiveUnit id="AU5">
        <Content>
          <DescriptionLevel>Series</DescriptionLevel>
          <Title>Saisons</Title>
          <FilePlanPosition>B</FilePlanPosition>
          <OriginatingAgencyArchiveUnitIdentifier>B</OriginatingAgencyArchiveUnitIdentifier>
        </Content>
      </ArchiveUnit>
    </DescriptiveMetadata>
)");
  CHECK_THAT(manifest, Contains("<ArchivalAgreement>IC-CLUB</ArchivalAgreement>"));
  CHECK_THAT(manifest, Contains("<OriginatingAgencyIdentifier>CLUB</OriginatingAgencyIdentifier>"));
  CHECK_THAT(manifest, !Contains("DataObjectGroup") && !Contains("<Management>"));
}

TEST_CASE(
    "the same filing plan gives the same bytes, another attempt or an edited copy does not pass for it") {
  FiledClub club;
  const auto plan = club.plan_filing();
  const auto first = club.build_filing(plan);
  club.clock.set(club.clock.now() + std::chrono::hours(30));
  CHECK(club.build_filing(plan, true).sip == first.sip);
  CHECK(exit_of([&] { static_cast<void>(club.plan_filing()); }) == Exit::lot_state);
  const auto again = club.plan_filing("filing", true);
  CHECK(again.attempt == 2);
  CHECK(again.lots[0].id != plan.lots[0].id);
  const auto copy = club.versement("filing").file("filing-plan.xml");
  core::write_file(copy, with("Saisons", "Saison"));
  CHECK(exit_of([&] { club.build_filing(again); }) == Exit::lot_state);
  CHECK_FALSE(fs::exists(club.versement("filing").lot(again.lots[0].id)));
}

TEST_CASE("the report on a filing plan shows its nodes, not an extract") {
  FiledClub club;
  const auto plan = club.plan_filing();
  club.build_filing(plan);
  const auto v = club.versement("filing");
  const auto facts = sip::review_filing_facts(v, plan);
  CHECK(facts.at("filing").at("nodes").size() == 5);
  const auto text = sip::review_text(facts);
  CHECK_THAT(text, Contains("A.1.2  — — Anciens") && !Contains("Extract"));
  sip::write_review_html(v, facts);
  const auto page = core::read_file(v.file("review.html"));
  CHECK_THAT(page, Contains("Plan du club") && Contains("A.1.2") && Contains("Tout &amp; le reste."));
}

TEST_CASE("a lot is attached by identifier to a node of the file, and the others stand by themselves") {
  FiledClub club;
  const auto plan = club.plan_with(by_file);
  const auto members = lot_of(plan, "membres"), seasons = lot_of(plan, "saisons");
  const auto report = club.build_with(by_file, plan, members);
  CHECK_THAT(club.manifest(plan, members), Contains(R"(    <DescriptiveMetadata>
      <ArchiveUnit id="AU1">
        <Management>
          <UpdateOperation>
            <ArchiveUnitIdentifierKey>
              <MetadataName>OriginatingAgencyArchiveUnitIdentifier</MetadataName>
              <MetadataValue>A.1.2</MetadataValue>
            </ArchiveUnitIdentifierKey>
          </UpdateOperation>
        </Management>
        <Content>
          <DescriptionLevel>RecordGrp</DescriptionLevel>
          <Title>Anciens</Title>
        </Content>
        <ArchiveUnit id="AU2">
          <Content>
            <DescriptionLevel>RecordGrp</DescriptionLevel>
            <Title>Dossiers des membres, Club d'essai, lot 1 sur 1</Title>
)"));
  CHECK(report.units == 1 + 46 + 5);  // the node, the members, root, documentation and its three items
  club.build_with(by_file, plan, seasons);
  CHECK_THAT(club.manifest(plan, seasons), !Contains("UpdateOperation"));
}

TEST_CASE("a lot is attached by the SystemId that the receipt gives to the node") {
  FiledClub club;
  const auto filing = club.plan_filing();
  club.build_filing(filing);
  CHECK_THAT(complaint_of([&] { club.plan_with(by_receipt); }), Contains("no receipt"));
  club.accept(filing, system_ids);
  const auto plan = club.plan_with(by_receipt);
  const auto members = lot_of(plan, "membres");
  club.build_with(by_receipt, plan, members);
  CHECK_THAT(
      club.manifest(plan, members),
      Contains("<UpdateOperation>\n            <SystemId>aeaqaaaaaa000000000000000000000000a3</SystemId>\n"));
  // The receipt of another transfer of the same plan names other units.
  auto others = system_ids;
  others["AU3"] = "aeaqaaaaaa000000000000000000000000b3";
  club.accept(filing, others);
  const auto later = club.plan_with(by_receipt, "later");
  CHECK_FALSE(later.settings == plan.settings);
  club.accept(filing, system_ids);
  CHECK_THAT(complaint_of([&] { club.build_with(by_receipt, later, members); }),
             Contains("aeaqaaaaaa000000000000000000000000b3"));
  others.erase("AU3");
  club.accept(filing, others);
  CHECK(exit_of([&] { club.build_with(by_receipt, later, members); }) == Exit::configuration);
  CHECK_THAT(complaint_of([&] { club.plan_with(by_receipt, "without"); }), Contains("no SystemId"));
}

TEST_CASE("what a configuration says of attachments is told at once when it cannot be followed") {
  FiledClub club;
  const auto told = [&](const std::string& more) {
    const auto text = complaint_of([&] { club.plan_with(more); });
    CHECK_FALSE(fs::exists(club.versement("attached").folder()));
    return text;
  };
  CHECK_THAT(told("[attach]\nmembres = A.1\n"), Contains("neither"));
  CHECK_THAT(told("[filing]\nplan = plan.xml\n[attach]\nmembres = A.12\nsaisons = C\n"),
             Contains("membres") && Contains("A.12") && Contains("did you mean") && Contains("saisons"));
  CHECK_THAT(told("[filing]\nplan = plan.xml\nattach_by = title\n[attach]\nmembres = A.1\n"),
             Contains("attach_by"));
  CHECK_THAT(told("[filing]\nplan = plan.xml\nattach_by = system-id\n[attach]\nmembres = A.1\n"),
             Contains("[filing] versement"));
  static_cast<void>(club.plan({}, "members"));
  CHECK_THAT(told("[filing]\nversement = members\n[attach]\nmembres = A.1\n"),
             Contains("does not transfer a filing plan"));
  const auto filing = club.plan_filing();
  club.build_filing(filing);
  club.accept(filing, system_ids);
  const auto other = complaint_of([&] {
    club.plan_with("[platform.twin]\nkind = rehearsal\ntenant = 4\narchival_agreement = IC-X\n" +
                       std::string(by_receipt),
                   "attached", "twin");
  });
  CHECK_THAT(other, Contains("tenant 3") && Contains("tenant 4"));
}

TEST_CASE("a misspelt archive profile under [attach] or [agreements] is told") {
  FiledClub club;
  const auto plan = club.plan_with("[filing]\nplan = plan.xml\n[attach]\nmembre = A.1\n");
  REQUIRE(plan.findings.size() == 1);
  CHECK(plan.findings[0].code == "CONFIG_ATTACHMENT");
  FiledClub other;
  const auto contract = other.plan_with("[agreements]\nsaison = IC-SAISONS\n");
  REQUIRE(contract.findings.size() == 1);
  CHECK(contract.findings[0].code == "CONFIG_AGREEMENT");
  CHECK_THAT(plan.findings[0].message.english(), Contains("membres"));
}

TEST_CASE("a plan that uses neither attachments nor decisions on start dates says nothing of them") {
  Club club;
  const auto plan = club.plan();
  CHECK_FALSE(plan.settings.contains("attachments"));
  CHECK_FALSE(plan.settings.contains("starts"));
  const auto json = core::read_json(club.versement().file("plan.json"));
  CHECK_FALSE(json.contains("filing"));
  CHECK_FALSE(json.contains("starts"));
}

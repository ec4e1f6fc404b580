// Attachments to what the platform holds: found, not found, ambiguous, of the wrong kind; what a reply owes
// for them.
#include "core/json.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"
#include "vitam/atr.hpp"
#include "vitam/manifest_ids.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Catch::Matchers::Contains;
using tests::codes_of;
using tests::SmallSip;
using Running = tests::RunningSandbox;
namespace fs = std::filesystem;

namespace {

const core::Headers filing{{"X-Context-Id", "FILING_SCHEME"}};

/// Two nodes, "N1" over "N2", without objects.
SmallSip filing_plan(const std::string& request) {
  SmallSip sip(request);
  sip.files.clear();
  const auto cut = [&](const std::string& from, const std::string& to) {
    const auto start = sip.manifest.find(from), end = sip.manifest.find(to, start) + to.size();
    REQUIRE(start != std::string::npos);
    sip.manifest.erase(start, end - start);
  };
  cut("<DataObjectGroup id=\"OG1\">", "</DataObjectGroup>");
  cut("<Management>", "</Management>");
  cut("<DataObjectReference>", "</DataObjectReference>");
  const auto identify = [&](const std::string& title, const std::string& id) {
    sip.replace("<Title>" + title + "</Title>", "<Title>" + title +
                                                    "</Title><OriginatingAgencyArchiveUnitIdentifier>" + id +
                                                    "</OriginatingAgencyArchiveUnitIdentifier>");
  };
  identify("Dossier", "N1");
  identify("Pièce", "N2");
  return sip;
}

/// The sip under a unit that stands for one of the platform.
SmallSip under(SmallSip sip, const std::string& designation) {
  sip.replace("<DescriptiveMetadata>",
              "<DescriptiveMetadata><ArchiveUnit id=\"HELD\"><Management><UpdateOperation>" + designation +
                  "</UpdateOperation></Management><Content><DescriptionLevel>Series</DescriptionLevel>"
                  "<Title>Rattachement</Title></Content>");
  return sip.replace("</DescriptiveMetadata>", "</ArchiveUnit></DescriptiveMetadata>");
}

std::string key(const std::string& value,
                const std::string& name = "OriginatingAgencyArchiveUnitIdentifier") {
  return "<ArchiveUnitIdentifierKey><MetadataName>" + name + "</MetadataName><MetadataValue>" + value +
         "</MetadataValue></ArchiveUnitIdentifierKey>";
}

std::string system_id(const std::string& value) { return "<SystemId>" + value + "</SystemId>"; }

}  // namespace

TEST_CASE("a SIP attaches to a node by its identifier or by its SystemId, and the reply names the node") {
  Running r;
  const auto plan = r.verdict(filing_plan("PLAN"), filing);
  INFO(codes_of(plan));
  REQUIRE(plan.reply_code == "OK");
  const auto node = plan.units.at("AU2");
  for (const auto& designation : {key("N2"), system_id(node)}) {
    const auto atr = r.verdict(under(SmallSip("LOT"), designation));
    INFO(codes_of(atr));
    CHECK(atr.reply_code == "OK");
    CHECK(atr.units.at("HELD") == node);
    CHECK(atr.units.at("AU1") != plan.units.at("AU1"));
  }
  // After a restart the platform holds the same.
  r.sandbox.reset();
  r.start();
  CHECK(r.verdict(under(SmallSip("LATER"), key("N1"))).units.at("HELD") == plan.units.at("AU1"));
}

TEST_CASE("a SIP attaches to a unit archived by another SIP, by any of its metadata") {
  Running r;
  SmallSip first("FIRST");
  const auto held = r.verdict(first);
  REQUIRE(held.reply_code == "OK");
  const auto atr = r.verdict(under(SmallSip("SECOND"), key("Pièce", "Title")));
  INFO(codes_of(atr));
  CHECK(atr.reply_code == "OK");
  CHECK(atr.units.at("HELD") == held.units.at("AU2"));
}

TEST_CASE("what designates no unit, or several, is refused with VITAM's code, and nothing is kept") {
  Running r;
  const auto refused = [&](const SmallSip& sip, const char* code) {
    const auto atr = r.verdict(sip);
    INFO(codes_of(atr));
    CHECK(atr.reply_code == "KO");
    CHECK_THAT(codes_of(atr),
               Contains(std::string("CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.") + code + ".KO"));
    // The steps after the control of the manifest were not reached.
    CHECK_THAT(codes_of(atr), !Contains("STP_UNIT_CHECK_AND_PROCESS"));
  };
  refused(under(SmallSip("A"), key("N2")), "NOT_FOUND_ATTACHMENT");
  refused(under(SmallSip("B"), system_id("aeaqaaaaaahalwbrabosgalzj4x5l7qaaaaq")), "NOT_FOUND_ATTACHMENT");
  REQUIRE(r.verdict(filing_plan("PLAN-1"), filing).reply_code == "OK");
  CHECK(r.verdict(under(SmallSip("C"), key("N2"))).reply_code == "OK");
  const auto second = r.verdict(filing_plan("PLAN-2"), filing);
  REQUIRE(second.reply_code == "OK");
  refused(under(SmallSip("D"), key("N2")), "TOO_MANY_FOUND_ATTACHMENT");
  CHECK(r.verdict(under(SmallSip("E"), system_id(second.units.at("AU2")))).reply_code == "OK");
  // Neither a unit that only stands for another one, nor a refused SIP, is there to attach to.
  refused(under(SmallSip("F"), key("Rattachement", "Title")), "NOT_FOUND_ATTACHMENT");
}

TEST_CASE("a dry run leaves nothing to attach to, and a filing plan does not hang below records") {
  Running r;
  CHECK(r.verdict(SmallSip("DRY"), {{"X-Context-Id", "BLANK_TEST"}}).reply_code == "Test OK");
  CHECK(r.verdict(under(SmallSip("A"), key("Pièce", "Title"))).reply_code == "KO");
  const auto held = r.verdict(SmallSip("HELD"));
  REQUIRE(held.reply_code == "OK");
  const auto below = r.verdict(under(filing_plan("PLAN"), system_id(held.units.at("AU1"))), filing);
  CHECK(below.reply_code == "KO");
  CHECK_THAT(codes_of(below), Contains("CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.UNAUTHORIZED_ATTACHMENT.KO"));
}

TEST_CASE("units that stand for others are told apart from those that are transferred") {
  core::TemporaryDirectory folder;
  under(under(SmallSip("A"), key("N1")), system_id("aeaqaaaaaahalwbrabosgalzj4x5l7qaaaaq"))
      .replace("<ArchiveUnit id=\"HELD\"><Management><UpdateOperation><ArchiveUnitIdentifierKey>",
               "<ArchiveUnit id=\"HELD2\"><Management><UpdateOperation><ArchiveUnitIdentifierKey>")
      .write(folder.path() / "sip.zip");
  vitam::extract_manifest(folder.path() / "sip.zip", folder.path() / "manifest.xml");
  const auto ids = vitam::read_ids(folder.path() / "manifest.xml");
  CHECK(ids.units == std::vector<std::string>{"AU2", "AU1"});
  REQUIRE(ids.attached.size() == 2);
  CHECK(ids.attached[0].id == "HELD2");
  CHECK(ids.attached[0].parent == "HELD");
  CHECK(ids.attached[0].key_name == "OriginatingAgencyArchiveUnitIdentifier");
  CHECK(ids.attached[0].key_value == "N1");
  CHECK(ids.attached[1].system_id == "aeaqaaaaaahalwbrabosgalzj4x5l7qaaaaq");
  CHECK(ids.attached[1].parent.empty());
}

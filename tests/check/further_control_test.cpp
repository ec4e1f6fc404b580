// Controls of references, dates and closed elements: each fault planted alone, beside what is accepted.
#include "check/checker.hpp"
#include "core/clock.hpp"
#include "core/file.hpp"
#include "sip_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using check::Status;
using tests::SmallSip;
using Codes = std::vector<std::string>;

namespace {

const std::string in_manifest = "CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.";
const std::string guid = "aeaqaaaaaahgnz5dabg42amsbg3jnzqaaaaq";

Codes judged(const SmallSip& sip, const check::Referentials* referentials = nullptr) {
  core::TemporaryDirectory dir;
  return tests::defects(check::check_sip(sip.write(dir), referentials));
}

/// The referentials of the small SIP, with two more contracts and these vocabularies.
check::Referentials platform(const std::string& ontology = "[]") {
  core::TemporaryDirectory dir;
  const auto folder = tests::write_referentials(dir);
  core::write_file(folder / "ontology.json", ontology);
  core::write_file(folder / "ingestcontracts.json",
                   R"([{"Identifier":"IC-1","Status":"ACTIVE"},
                       {"Identifier":"IC-7","Status":"ACTIVE","DataObjectVersion":["Thumbnail","BinaryMaster"]},
                       {"Identifier":"IC-8","Status":"ACTIVE","EveryDataObjectVersion":true},
                       {"Identifier":"IC-9","Status":"ACTIVE","CheckParentLink":"UNAUTHORIZED"}])");
  return check::Referentials::read(folder);
}

/// The unit AU3, and its group, belong to one that the platform holds.
SmallSip attached(const std::string& contract, const std::string& to = guid) {
  SmallSip sip;
  sip.replace("   <ArchiveUnit id=\"AU3\">\n",
              "   <ArchiveUnit id=\"AU3\"><Management><UpdateOperation><SystemId>" + to +
                  "</SystemId></UpdateOperation></Management>\n");
  sip.replace("Agreement>IC-1<", "Agreement>" + contract + "<");
  return sip;
}

}  // namespace

TEST_CASE("a file of the history of custody is a group or an object of the SIP") {
  const auto with = [](const std::string& reference) {
    SmallSip sip;
    return judged(sip.replace("<Title>Releve</Title>",
                              "<Title>Releve</Title><CustodialHistory><CustodialHistoryItem>Recu</"
                              "CustodialHistoryItem><CustodialHistoryFile>" +
                                  reference + "</CustodialHistoryFile></CustodialHistory>"));
  };
  const Codes refused{in_manifest + "SUBTASK_UNAUTHORIZED_ATTACHMENT_BY_BAD_SP.KO"};
  CHECK(with("<DataObjectGroupReferenceId>OG1</DataObjectGroupReferenceId>").empty());
  CHECK(with("<DataObjectReferenceId>BDO1</DataObjectReferenceId>").empty());
  CHECK(with("<DataObjectGroupReferenceId>AU1</DataObjectGroupReferenceId>") == refused);
  CHECK(with("<DataObjectGroupReferenceId>BDO1</DataObjectGroupReferenceId>") == refused);
  CHECK(with("<DataObjectReferenceId>OG1</DataObjectReferenceId>") == refused);
  CHECK(with("<DataObjectReferenceId>nulle-part</DataObjectReferenceId>") ==
        Codes{"CHECK_SEDA.NOT_XSD_VALID.KO"});
}

TEST_CASE("an event of a unit's log has happened, whatever its time zone") {
  const core::FixedClock clock(*core::parse_instant("2026-11-25T12:00:00Z"));
  const auto on = [&](const std::string& date) {
    core::TemporaryDirectory dir;
    SmallSip sip;
    sip.replace("</AccessRule></Management>", "</AccessRule><LogBook><Event><EventDateTime>" + date +
                                                  "</EventDateTime></Event></LogBook></Management>");
    return tests::defects(
        check::check_sip(sip.write(dir), nullptr, std::nullopt, check::Workflow::default_workflow, clock));
  };
  const Codes refused{in_manifest + "CHECK_MANIFEST_MALFORMED_DATA.KO"};
  for (const auto* past : {"2026-11-25T12:00:00Z", "2026-11-25T13:30:00+02:00", "2026-11-25T11:59:59.999",
                           "2026-11-25", "1999-01-01T00:00:00"}) {
    INFO(past);
    CHECK(on(past).empty());
  }
  for (const auto* future : {"2026-11-25T12:00:01Z", "2026-11-25T11:30:00-02:00", "2026-11-25T12:00:00.001",
                             "2026-11-26", "8999-01-01T00:00:00"}) {
    INFO(future);
    CHECK(on(future) == refused);
  }
}

TEST_CASE("usages added to a group of the platform are those of the ingest contract") {
  const auto referentials = platform();
  CHECK(judged(attached("IC-1"), &referentials) == Codes{in_manifest + "ATTACHMENT_OBJECTGROUP.KO"});
  CHECK(judged(attached("IC-7"), &referentials).empty());
  CHECK(judged(attached("IC-8"), &referentials).empty());
  CHECK(judged(attached("IC-1")).empty());  // an assumption
}

TEST_CASE("a contract that forbids attachments comes before the identifiers that they give") {
  const auto referentials = platform();
  const Codes forbidden{in_manifest + "UNAUTHORIZED_ATTACHMENT_BY_CONTRACT.KO"};
  CHECK(judged(attached("IC-9"), &referentials) == forbidden);
  CHECK(judged(attached("IC-9", "pas-un-guid"), &referentials) == forbidden);
  CHECK(judged(attached("IC-8", "pas-un-guid"), &referentials) ==
        Codes{in_manifest + "INVALID_GUID_ATTACHMENT.KO"});
}

TEST_CASE("a pointer gives no new parent to a unit of the platform that was met before") {
  SmallSip after = attached("IC-1"), before = attached("IC-1");
  CHECK(judged(before).empty());  // REF1 stands before AU3: the platform does not know it yet
  after.replace("    <ArchiveUnit id=\"REF1\"><ArchiveUnitRefId>AU3</ArchiveUnitRefId></ArchiveUnit>\n", "");
  after.replace("  </DescriptiveMetadata>",
                "<ArchiveUnit id=\"AU4\"><Content><DescriptionLevel>File</DescriptionLevel><Title>t</Title></"
                "Content><ArchiveUnit id=\"REF1\"><ArchiveUnitRefId>AU3</ArchiveUnitRefId></ArchiveUnit></"
                "ArchiveUnit></DescriptiveMetadata>");
  CHECK(judged(after) == Codes{in_manifest + "MODIFY_PARENT_EXISTING_UNIT_UNAUTHORIZED.KO"});
}

TEST_CASE("dates that a vocabulary takes as texts must still be read to compare them") {
  const auto referentials = platform(R"([{"Identifier":"EndDate","Type":"TEXT","Origin":"EXTERNAL"}])");
  SmallSip sip, good;
  sip.replace("<EndDate>2004-06-30<", "<EndDate>2004<");
  CHECK(judged(sip, &referentials) == Codes{"CHECK_UNIT_SCHEMA.DATE_FORMAT.KO"});
  CHECK(judged(good, &referentials).empty());
}

TEST_CASE("a date of the establishment's own vocabulary is one of the calendar") {
  const auto referentials = platform(R"([{"Identifier":"MaDate","Type":"DATE","Origin":"EXTERNAL"}])");
  const auto with = [&](const std::string& date) {
    SmallSip sip;
    return judged(sip.replace("<Title>Racine</Title>", "<Title>Racine</Title><MaDate>" + date + "</MaDate>"),
                  &referentials);
  };
  const Codes refused{"CHECK_UNIT_SCHEMA.ONTOLOGY_VALIDATION.KO"};
  CHECK(with("2016-12-31T23:59:59").empty());
  for (const auto* date : {"2016-13-01", "2016-00-01", "2016-01-32", "2016-01-00", "2016-01-01T25:00:00",
                           "2016-01-01T10:60:00", "2016-01-01T10:00:60"}) {
    INFO(date);
    CHECK(with(date) == refused);
  }
}

TEST_CASE("what VITAM's schema of units closes or asks for is refused by its XML schema before") {
  const auto with = [](const std::string& elements) {
    SmallSip sip;
    auto codes = judged(sip.replace("<StartDate>1999-09-01", elements + "<StartDate>1999-09-01"));
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    return codes;
  };
  for (const auto* good :
       {"<Writer><FirstName>Ada</FirstName><Identifier>1</Identifier></Writer>",
        "<Sender><Corpname>Scolarite</Corpname></Sender>",
        "<CustodialHistory><CustodialHistoryItem>Recu</CustodialHistoryItem></CustodialHistory>"}) {
    INFO(good);
    CHECK(with(good).empty());
  }
  for (const auto* bad :
       {"<Writer><FirstName>Ada</FirstName><Surnom>x</Surnom></Writer>",
        "<Addressee><Corpname>a</Corpname><FirstName>b</FirstName></Addressee>",
        "<Recipient><FullName>b</FullName><Corpname>a</Corpname></Recipient>", "<CustodialHistory/>"}) {
    INFO(bad);
    CHECK(with(bad) == Codes{"CHECK_SEDA.NOT_XSD_VALID.KO"});
  }
  const auto after = [](const std::string& elements) {
    SmallSip sip;
    auto codes =
        judged(sip.replace("<EndDate>2004-06-30</EndDate>", "<EndDate>2004-06-30</EndDate>" + elements));
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    return codes;
  };
  CHECK(after("<Event><EventDateTime>2020-01-01T00:00:00</EventDateTime></Event>").empty());
  CHECK(after("<Gps><GpsLatitude>48</GpsLatitude></Gps><MonChamp>x</MonChamp>").empty());
  for (const auto* bad : {"<Event><EventType>x</EventType></Event>", "<Gps><Altitude>3</Altitude></Gps>",
                          "<PersistentIdentifier><PersistentIdentifierType>ark</PersistentIdentifierType></"
                          "PersistentIdentifier>",
                          "<MonChamp>x</MonChamp><Writer><FirstName>a</FirstName></Writer>"}) {
    INFO(bad);
    CHECK(after(bad) == Codes{"CHECK_SEDA.NOT_XSD_VALID.KO"});
  }
}

TEST_CASE("an object's date may be finer than a unit's") {
  const auto modified = [](const std::string& date) {
    SmallSip sip;
    return judged(sip.replace("<Filename>objet 1</Filename>",
                              "<Filename>objet 1</Filename><LastModified>" + date + "</LastModified>"));
  };
  CHECK(modified("2020-01-31T10:00:00.123456+01:00").empty());
  CHECK(modified("2020-01-31T10:00:00.1234567+01:00") ==
        Codes{"CHECK_OBJECT_GROUP_SCHEMA.ONTOLOGY_VALIDATION.KO"});
}

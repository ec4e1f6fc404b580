// One mutation per control: the event that VITAM would log, and nothing of what it masks.
#include "check/checker.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "sip/seda.hpp"
#include "sip_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using check::Status;
using tests::SmallSip;
using Codes = std::vector<std::string>;

namespace {

check::Report run(const SmallSip& sip, const check::Referentials* referentials = nullptr,
                  const std::optional<std::string>& header = std::nullopt,
                  check::Workflow workflow = check::Workflow::default_workflow) {
  core::TemporaryDirectory dir;
  return check::check_sip(sip.write(dir), referentials, header, workflow);
}

struct Case {
  std::string from, to, code;
};

/// The codes of a report, each once: a fault of the schema is told wherever it shows.
Codes kinds(const check::Report& report) {
  auto codes = tests::defects(report);
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

/// Each replacement alone gives defects of this one code, and stops at the step.
void expect(const std::vector<Case>& cases, const std::string& last_step,
            const check::Referentials* referentials = nullptr) {
  for (const auto& c : cases) {
    INFO(c.from << " -> " << c.to);
    SmallSip sip;
    const auto report = run(sip.replace(c.from, c.to), referentials);
    CHECK(kinds(report) == Codes{c.code});
    CHECK(report.status == Status::ko);
    REQUIRE_FALSE(report.events.empty());
    CHECK(report.events.back().code == last_step + ".KO");
  }
}

const std::string package = "CHECK_DATAOBJECTPACKAGE.";
const std::string object_version = package + "CHECK_MANIFEST_DATAOBJECT_VERSION.";
const std::string number = package + "CHECK_MANIFEST_OBJECTNUMBER.";
const std::string graph = package + "CHECK_MANIFEST";
const std::string orphan = package + "CHECK_CONSISTENCY.CHECK_CONSISTENCY_ORPHAN_OBJECT.KO";

}  // namespace

TEST_CASE("a good SIP passes every step, and its manifest is told") {
  const auto report = run(SmallSip());
  CHECK(report.status == Status::ok);
  CHECK(tests::defects(report).empty());
  CHECK(tests::steps(report) == Codes{"STP_SANITY_CHECK_SIP.OK", "STP_UPLOAD_SIP.OK",
                                      "STP_INGEST_CONTROL_SIP.OK", "STP_OG_CHECK_AND_TRANSFORME.OK",
                                      "STP_UNIT_CHECK_AND_PROCESS.OK"});
  CHECK(report.units == 3);  // the pointer is not one
  CHECK(report.groups == 2);
  CHECK(report.objects == 2);
  CHECK(report.bytes == SmallSip().files[0].second.size() + SmallSip().files[1].second.size());
  const auto& m = report.manifest;
  CHECK(m.seda == "2.2");
  CHECK(m.message_identifier == "M-1");
  CHECK(m.archival_agreement == "IC-1");
  CHECK(m.originating_agency == "SP-1");
  CHECK(m.submission_agency == "SV-1");
  CHECK(m.archival_agency == "SA-1");
  CHECK(m.transferring_agency == "ST-1");
  CHECK(m.units == Codes{"AU1", "AU2", "AU3"});
  REQUIRE(m.objects.size() == 2);
  CHECK(m.objects[1].id == "BDO2");
  CHECK(m.objects[1].group == "OG2");
  CHECK(m.objects[1].version == "BinaryMaster_1");
  CHECK(m.objects[1].uri == "content/BDO2.csv");
  CHECK(m.digest == core::sha512(SmallSip().manifest));
  CHECK_FALSE(report.assumptions.empty());
}

TEST_CASE("the container is known by its bytes, and its manifest by its name") {
  core::TemporaryDirectory dir;
  const auto defects_of = [&](const std::string& bytes) {
    core::write_file(dir.path() / "x.zip", bytes);
    return tests::defects(check::check_sip(dir.path() / "x.zip", nullptr));
  };
  CHECK(defects_of("%PDF-1.7 not an archive") == Codes{"CHECK_CONTAINER.KO"});
  CHECK(defects_of("") == Codes{"CHECK_CONTAINER.KO"});
  SmallSip sip;
  const auto name_defects = [&](const std::string& name) {
    sip.manifest_name = name;
    return tests::defects(run(sip));
  };
  CHECK(name_defects("lot-1_manifest.xml").empty());
  CHECK(name_defects(std::string(56, 'a') + "_manifest.xml").empty());
  CHECK(name_defects("manifest-xml").empty());  // VITAM's dot is not escaped
  const Codes refused{"MANIFEST_FILE_NAME_CHECK.KO"};
  CHECK(name_defects(std::string(57, 'a') + "_manifest.xml") == refused);
  CHECK(name_defects("lotmanifest.xml") == refused);
  CHECK(name_defects("Manifest.xml") == refused);
  CHECK(name_defects("lot 1_manifest.xml") == refused);
  CHECK(name_defects("manifest.xml.bak") == refused);
  CHECK(name_defects("sip/manifest.xml") == refused);
  CHECK(name_defects("") == refused);
}

TEST_CASE("a zip that is a document of its own is not a container") {
  SmallSip sip;
  sip.files.emplace_back("[Content_Types].xml", "<Types/>");
  CHECK(tests::defects(run(sip)) == Codes{"CHECK_CONTAINER.KO"});
}

TEST_CASE("tar, tar.gz and tar.bz2 are read like a zip") {
  core::TemporaryDirectory dir;
  const SmallSip sip;
  std::filesystem::create_directories(dir.path() / "tree/content");
  core::write_file(dir.path() / "tree/manifest.xml", sip.manifest);
  for (const auto& [name, bytes] : sip.files) core::write_file(dir.path() / "tree" / name, bytes);
  for (const auto* options : {"cf", "czf", "cjf"}) {
    const auto archive = dir.path() / (std::string(options) + ".tar");
    const auto command = "tar -C '" + (dir.path() / "tree").string() + "' -" + options + " '" +
                         archive.string() + "' manifest.xml content";
    REQUIRE(std::system(command.c_str()) == 0);
    CHECK(check::check_sip(archive, nullptr).status == Status::ok);
  }
}

TEST_CASE("the announced digest of the manifest is compared") {
  const SmallSip sip;
  const auto sha512 = core::sha512(sip.manifest).hex(), sha256 = core::sha256(sip.manifest).hex();
  const auto status = [&](const std::string& header) { return run(sip, nullptr, header).status; };
  CHECK(status(sha512) == Status::ok);
  CHECK(status("SHA-512:" + sha512) == Status::ok);
  CHECK(status("SHA-256:" + sha256) == Status::ok);
  CHECK(status("SHA-512:" + sha256) == Status::ko);
  CHECK(status("SHA-3:" + sha256) == Status::ko);
  CHECK(status(":" + sha512) == Status::ko);
  CHECK(status("SHA-512:") == Status::ko);
  CHECK(tests::defects(run(sip, nullptr, "MD5:00")) == Codes{"MANIFEST_DIGEST_CHECK.KO"});
}

TEST_CASE("names that the workspace refuses stop the SIP before its manifest is read") {
  for (const auto* name : {"content/a b.xml", "content/é.xml", "content/.cache", "content/a..b", "content/a.",
                           "content/a+b.xml", "content//x", "content/l'an.xml"}) {
    INFO(name);
    SmallSip sip;
    sip.manifest = "not XML";
    sip.files.emplace_back(name, "x");
    const auto report = run(sip);
    CHECK(tests::defects(report) == Codes{"UPLOAD_SIP.KO"});
    CHECK(report.events.back().code == "STP_UPLOAD_SIP.KO");
  }
  for (const auto* name : {"content/a@b-c_d.tar.gz", "Content/x", "content/a/b/c/d"}) {
    INFO(name);
    SmallSip sip;
    sip.files.emplace_back(name, "x");
    CHECK(tests::defects(run(sip)) == Codes{number + "MANIFEST_INFERIOR_BDO.KO"});
  }
}

TEST_CASE("CHECK_SEDA tells what is not XML, not SEDA, not supported, not valid") {
  const std::string step = "STP_INGEST_CONTROL_SIP";
  expect(
      {{"<Comment>", "<Comment", "CHECK_SEDA.NOT_XML_FILE.KO"},
       {"</ArchiveTransfer>", "", "CHECK_SEDA.NOT_XML_FILE.KO"},
       {"<ArchiveTransfer", "<!DOCTYPE a [<!ENTITY e 'x'>]><ArchiveTransfer", "CHECK_SEDA.NOT_XML_FILE.KO"},
       {"<ArchiveTransfer", "<!-- note --><ArchiveTransfer", "CHECK_SEDA.KO"},
       {"archivesdefrance:seda:v2.2", "archivesdefrance:seda:2.2", "CHECK_SEDA.KO"},
       {"seda:v2.2", "seda:v2.0", "CHECK_SEDA.UNSUPPORTED_SEDA_VERSION.KO"},
       {"seda:v2.2", "seda:v2.4", "CHECK_SEDA.UNSUPPORTED_SEDA_VERSION.KO"},
       {"<CodeListVersions/>", "", "CHECK_SEDA.NOT_XSD_VALID.KO"},
       {"<Date>2026-11-25T10:00:00Z", "<Date>2026-11-25", "CHECK_SEDA.NOT_XSD_VALID.KO"},
       {"<Size>", "<Size>-", "CHECK_SEDA.NOT_XSD_VALID.KO"},
       {"<FinalAction>Destroy", "<FinalAction>Shred", "CHECK_SEDA.NOT_XSD_VALID.KO"},
       {"<FinalAction>Destroy</FinalAction>", "", "CHECK_SEDA.NOT_XSD_VALID.KO"},
       {"id=\"AU3\"", "id=\"AU2\"", "CHECK_SEDA.NOT_XSD_VALID.KO"},
       {"id=\"BDO1\"", "id=\"BDO2\"", "CHECK_SEDA.NOT_XSD_VALID.KO"},
       {"ReferenceId>OG2", "ReferenceId>OG9", "CHECK_SEDA.NOT_XSD_VALID.KO"}},
      step);
}

TEST_CASE("files out of content hide an unsupported version") {
  SmallSip sip;
  sip.replace("seda:v2.2", "seda:v2.0");
  sip.files.emplace_back("signature.p7s", "x");
  CHECK(tests::defects(run(sip)) == Codes{"CHECK_SEDA.CONTAINER_FORMAT.FILE.KO"});
  sip.files.back() = {"annexes/x", "x"};
  CHECK(tests::defects(run(sip)) == Codes{"CHECK_SEDA.CONTAINER_FORMAT.DIRECTORY.KO"});
  sip.files.back() = {"CONTENT/x", "x"};
  CHECK(tests::defects(run(sip)) == Codes{"CHECK_SEDA.UNSUPPORTED_SEDA_VERSION.KO"});
}

TEST_CASE("the three versions are told apart by their grammars") {
  // DateLitteral joined in 2.2: in 2.1 it is an extension, which VITAM lets through only after what it knows.
  SmallSip sip;
  sip.replace("<EndDate>2004-06-30</EndDate>",
              "<EndDate>2004-06-30</EndDate><DateLitteral>vers 2004</DateLitteral>");
  CHECK(run(sip).status == Status::ok);
  sip.replace("<DateLitteral>vers 2004</DateLitteral>", "<Signature><Signer/></Signature>");
  CHECK(kinds(run(sip)) == Codes{"CHECK_SEDA.NOT_XSD_VALID.KO"});
  sip.replace("seda:v2.2", "seda:v2.3");  // there, Signature is an unknown element at the end of Content
  CHECK(run(sip).status == Status::ok);
  for (const auto* v : {"2.1", "2.3"}) {
    SmallSip other;
    CHECK(run(other.replace("seda:v2.2", std::string("seda:v") + v)).status == Status::ok);
    CHECK(run(other).manifest.seda == v);
  }
  CHECK(check::known_seda_versions() == Codes{"2.1", "2.2", "2.3"});
}

TEST_CASE("what VITAM adds to SEDA is accepted where it accepts it") {
  const auto status = [](const std::string& from, const std::string& to) {
    SmallSip sip;
    return run(sip.replace(from, to)).status;
  };
  const std::string end = "<EndDate>2004-06-30</EndDate>";
  CHECK(status(end, end + "<Bureau>B12</Bureau>") == Status::ok);
  CHECK(status("<EndDate>", "<Bureau>B12</Bureau><EndDate>") == Status::ko);
  CHECK(status("</AccessRule></Management>", "</AccessRule><Note>x</Note></Management>") == Status::ok);
}

TEST_CASE("CHECK_HEADER asks for an agency and a contract, the agency first") {
  expect({{"   <OriginatingAgencyIdentifier>SP-1</OriginatingAgencyIdentifier>\n", "",
           "CHECK_HEADER.CHECK_AGENT.EMPTY_REQUIRED_FIELD.KO"},
          {"Identifier>SP-1<", "Identifier><", "CHECK_HEADER.CHECK_AGENT.EMPTY_REQUIRED_FIELD.KO"},
          {"<ArchivalAgreement>IC-1</ArchivalAgreement>", "",
           "CHECK_HEADER.CHECK_CONTRACT_INGEST.CONTRACT_NOT_IN_MANIFEST.KO"}},
         "STP_INGEST_CONTROL_SIP");
  SmallSip sip;
  sip.replace("Identifier>SP-1<", "Identifier><").replace("<ArchivalAgreement>IC-1</ArchivalAgreement>", "");
  CHECK(tests::defects(run(sip)) == Codes{"CHECK_HEADER.CHECK_AGENT.EMPTY_REQUIRED_FIELD.KO"});
}

TEST_CASE("CHECK_HEADER compares with the referentials when they are given") {
  core::TemporaryDirectory dir;
  const auto referentials = check::Referentials::read(tests::write_referentials(dir));
  CHECK(run(SmallSip(), &referentials).status == Status::ok);
  const std::string contract = "CHECK_HEADER.CHECK_CONTRACT_INGEST.",
                    profile = "CHECK_HEADER.CHECK_IC_AP_RELATION.";
  expect({{"Identifier>SP-1<", "Identifier>SP-9<", "CHECK_HEADER.CHECK_AGENT.UNKNOWN.KO"},
          {"Identifier>SV-1<", "Identifier>SV-9<", "CHECK_HEADER.CHECK_AGENT.UNKNOWN.KO"},
          {"Agreement>IC-1<", "Agreement>IC-9<", contract + "CONTRACT_UNKNOWN.KO"},
          {"Agreement>IC-1<", "Agreement>IC-2<", contract + "CONTRACT_INACTIVE.KO"},
          {"Agreement>IC-1<", "Agreement>IC-3<", profile + "DIFF.KO"},
          {"Agreement>IC-1<", "Agreement>IC-5<", graph + ".ATTACHMENT_REQUIRED.KO"}},
         "STP_INGEST_CONTROL_SIP", &referentials);
  SmallSip sip;
  sip.replace("Agreement>IC-1<", "Agreement>IC-3<")
      .replace("<ManagementMetadata>", "<ManagementMetadata><ArchivalProfile>PR-1</ArchivalProfile>");
  CHECK(run(sip, &referentials).status == Status::ok);
}

TEST_CASE("profiles, context and classification are compared when the platform's files are there") {
  core::TemporaryDirectory dir;
  const auto folder = tests::write_referentials(dir);
  core::write_file(folder / "profiles.json", R"([{"Identifier":"PR-1","Status":"INACTIVE"}])");
  core::write_file(
      folder / "context.json",
      R"([{"EnableControl":true,"Permissions":[{"tenant":0,"IngestContracts":["IC-1","IC-3"]}]}])");
  core::write_file(folder / "classification.json", R"({"allowList":["Secret"],"authorizeNotDefined":false})");
  const auto referentials = check::Referentials::read(folder);
  expect({{"Agreement>IC-1<", "Agreement>IC-6<",
           "CHECK_HEADER.CHECK_CONTRACT_INGEST.CONTRACT_NOT_IN_CONTEXT.KO"},
          {"<ManagementMetadata>", "<ManagementMetadata><ArchivalProfile>PR-9</ArchivalProfile>",
           "CHECK_HEADER.CHECK_ARCHIVEPROFILE.KO"}},
         "STP_INGEST_CONTROL_SIP", &referentials);
  SmallSip sip;
  sip.replace("Agreement>IC-1<", "Agreement>IC-3<")
      .replace("<ManagementMetadata>", "<ManagementMetadata><ArchivalProfile>PR-1</ArchivalProfile>");
  CHECK(tests::defects(run(sip, &referentials)) == Codes{"CHECK_HEADER.CHECK_IC_AP_RELATION.INACTIVE.KO"});
  CHECK(tests::defects(run(SmallSip(), &referentials)) == Codes(3, "CHECK_CLASSIFICATION_LEVEL.KO"));
}

TEST_CASE("versions of objects follow the platform's usages") {
  expect(
      {{"algorithm=\"SHA-512\"", "algorithm=\"SHA512\"", object_version + "INVALIDE_ALGO.KO"},
       {"BinaryMaster_1", "BinaryMaster_x", object_version + "INVALID_DATAOBJECTVERSION.KO"},
       {"BinaryMaster_1", "BinaryMaster_1_1", object_version + "INVALID_DATAOBJECTVERSION.KO"},
       {"BinaryMaster_1", "Original_1", object_version + "INVALID_DATAOBJECTVERSION.KO"},
       {"BinaryMaster_1", "PhysicalMaster_1", object_version + "BDO_DATAOBJECTIONVERSION_PHYSICALMASTER.KO"},
       {"<Uri>content/BDO1.xml</Uri>", "<Uri> </Uri>", object_version + "EMPTY_REQUIRED_FIELD.KO"},
       {"<DataObjectGroup id=\"OG1\">",
        "<DataObjectGroup id=\"OG1\"><PhysicalDataObject "
        "id=\"P\"><DataObjectVersion>BinaryMaster_2</DataObjectVersion>"
        "<PhysicalId>12</PhysicalId></PhysicalDataObject>",
        object_version + "PDO_DATAOBJECTIONVERSION_BINARYMASTER.KO"},
       {"<DataObjectGroup id=\"OG1\">",
        "<DataObjectGroup id=\"OG1\"><PhysicalDataObject "
        "id=\"P\"><DataObjectVersion>PhysicalMaster</DataObjectVersion>"
        "</PhysicalDataObject>",
        object_version + "EMPTY_REQUIRED_FIELD.KO"}},
      "STP_INGEST_CONTROL_SIP");
  SmallSip sip;
  CHECK(run(sip.replace("BinaryMaster_1", "BinaryMaster")).status == Status::ok);
}

TEST_CASE("files and addresses are compared as sets, in both directions") {
  SmallSip more;
  more.files.emplace_back("content/extra.xml", "x");
  CHECK(tests::defects(run(more)) == Codes{number + "MANIFEST_INFERIOR_BDO.KO"});
  SmallSip fewer;
  fewer.files.pop_back();
  CHECK(tests::defects(run(fewer)) == Codes{number + "MANIFEST_SUPERIOR_BDO.KO"});
  SmallSip other;
  CHECK(tests::defects(run(other.replace("content/BDO1.xml", "Content/BDO1.xml"))) ==
        Codes{number + "INVALID_URI.KO"});
}

TEST_CASE("the graph of units and groups holds together") {
  const std::string step = "STP_INGEST_CONTROL_SIP";
  const std::string end_of_au2 = "OG1</DataObjectGroupReferenceId></DataObjectReference>";
  expect(
      {{"</DataObjectReference>\n    </ArchiveUnit>",
        "</DataObjectReference><ArchiveUnit "
        "id=\"X\"><ArchiveUnitRefId>AU1</ArchiveUnitRefId></ArchiveUnit></ArchiveUnit>",
        graph + ".CHECK_MANIFEST_LOOP.KO"},
       {"<ArchiveUnitRefId>AU3<", "<ArchiveUnitRefId>AU1<", graph + ".CHECK_MANIFEST_LOOP.KO"},
       // VITAM's schema types it IDREF: its Xerces follows it.
       {"<ArchiveUnitRefId>AU3<", "<ArchiveUnitRefId>AU9<", "CHECK_SEDA.NOT_XSD_VALID.KO"},
       {"<ArchiveUnitRefId>AU3<", "<ArchiveUnitRefId>OG1<", graph + ".KO"},
       {"<ArchiveUnitRefId>AU3<", "<ArchiveUnitRefId>\n  AU3<", graph + ".CHECK_MANIFEST_MALFORMED_DATA.KO"},
       {"<DataObjectGroupReferenceId>OG1</DataObjectGroupReferenceId>",
        "<DataObjectReferenceId>BDO1</DataObjectReferenceId>", graph + ".EXISTING_OG_NOT_DECLARED.KO"},
       {"ReferenceId>OG1<", "ReferenceId>AU3<", graph + ".KO"},
       {end_of_au2,
        end_of_au2 + "<DataObjectReference><DataObjectGroupReferenceId>OG2</DataObjectGroupReferenceId></"
                     "DataObjectReference>",
        graph + ".ARCHIVEUNIT_REFERENCES_MULTIPLE_OBJECTGROUP.KO"},
       {"BinaryMaster_1", "BinaryMaster_2", graph + ".EXPECTED_MANDATORY_VERSION_1.KO"},
       {"<DataObjectReference><DataObjectGroupReferenceId>OG1</DataObjectGroupReferenceId></"
        "DataObjectReference>",
        "", orphan}},
      step);
}

TEST_CASE("the same version twice in a group is refused, two usages are not") {
  const auto with = [](const std::string& usage) {
    SmallSip sip;
    sip.replace("<DataObjectGroup id=\"OG1\">",
                "<DataObjectGroup id=\"OG1\"><PhysicalDataObject id=\"P\"><DataObjectVersion>" + usage +
                    "</DataObjectVersion><PhysicalId>12</PhysicalId></PhysicalDataObject>");
    sip.replace("BinaryMaster_1", "Dissemination");
    return tests::defects(run(sip));
  };
  CHECK(with("Dissemination_1") == Codes{graph + ".KO"});
  CHECK(with("PhysicalMaster").empty());
}

TEST_CASE("a master is asked for when the contract says so") {
  core::TemporaryDirectory dir;
  const auto referentials = check::Referentials::read(tests::write_referentials(dir));
  SmallSip sip;
  sip.replace("BinaryMaster_1", "Dissemination_1");
  CHECK(run(sip).status == Status::ok);
  CHECK(tests::defects(run(sip, &referentials)) == Codes{graph + ".MASTER_MANDATORY_REQUIRED.KO"});
  sip.replace("Agreement>IC-1<", "Agreement>IC-6<");
  CHECK(run(sip, &referentials).status == Status::ok);
}

TEST_CASE("attachments to the platform need its identifiers") {
  const auto with = [](const std::string& management) {
    SmallSip sip;
    sip.replace("   <ArchiveUnit id=\"AU3\">\n",
                "   <ArchiveUnit id=\"AU3\"><Management>" + management + "</Management>\n");
    sip.replace("    <ArchiveUnit id=\"REF1\"><ArchiveUnitRefId>AU3</ArchiveUnitRefId></ArchiveUnit>\n", "");
    return run(sip);
  };
  const std::string guid = "aeaqaaaaaahgnz5dabg42amsbg3jnzqaaaaq";
  const auto good = with("<UpdateOperation><SystemId>" + guid + "</SystemId></UpdateOperation>");
  CHECK(good.status == Status::ok);
  CHECK(std::any_of(good.assumptions.begin(), good.assumptions.end(), [](const core::Message& a) {
    return a.english().find("attaches") != std::string::npos;
  }));
  CHECK(tests::defects(with("<UpdateOperation><SystemId>_REPLACE_ME</SystemId></UpdateOperation>")) ==
        Codes{graph + ".INVALID_GUID_ATTACHMENT.KO"});
  CHECK(tests::defects(
            with("<UpdateOperation><ArchiveUnitIdentifierKey><MetadataName>FilePlanPosition</MetadataName>"
                 "<MetadataValue/></ArchiveUnitIdentifierKey></UpdateOperation>")) ==
        Codes{graph + ".EMPTY_KEY_ATTACHMENT.KO"});
}

TEST_CASE("digests are compared as lower-case text, sizes only warn") {
  SmallSip spoilt;
  spoilt.files[0].second[3] = 'X';
  CHECK(tests::defects(run(spoilt)) == Codes{"CHECK_DIGEST.KO"});
  SmallSip other_algorithm;
  other_algorithm.files[1].second[3] = 'X';
  const auto report = run(other_algorithm);
  CHECK(tests::defects(report) == Codes{"CHECK_DIGEST.KO"});
  CHECK(report.events[3].where == "BDO2");
  CHECK(report.events.back().code == "STP_OG_CHECK_AND_TRANSFORME.KO");

  SmallSip upper;
  auto digest = core::sha512(upper.files[0].second).hex(), shouted = digest;
  for (char& c : shouted) c = static_cast<char>(std::toupper(c));
  CHECK(tests::defects(run(upper.replace(digest, shouted))) == Codes{"CHECK_DIGEST.KO"});
  SmallSip empty;
  CHECK(tests::defects(run(empty.replace(digest, ""))) == Codes{"CHECK_DIGEST.KO"});

  SmallSip size;
  const auto warned = run(size.replace("<Size>", "<Size>1"));
  CHECK(tests::defects(warned) == Codes{"CHECK_OBJECT_SIZE.WARNING"});
  CHECK(warned.status == Status::warning);
  CHECK(warned.events.back().code == "STP_UNIT_CHECK_AND_PROCESS.OK");  // a warning stops nothing
  SmallSip absent;
  CHECK(
      run(absent.replace("<Size>" + std::to_string(absent.files[0].second.size()) + "</Size>", "")).status ==
      Status::ok);
}

TEST_CASE("a format that the contract does not list is refused") {
  core::TemporaryDirectory dir;
  const auto referentials = check::Referentials::read(tests::write_referentials(dir));
  SmallSip sip;
  sip.replace("Agreement>IC-1<", "Agreement>IC-4<");
  CHECK(tests::defects(run(sip, &referentials)) == Codes(2, "OG_OBJECTS_FORMAT_CHECK.REJECTED_FORMAT.KO"));
}

TEST_CASE("no object at all is a warning, except in a scheme") {
  SmallSip sip;
  const auto from = sip.manifest.find("  <DataObjectGroup id=\"OG1\">"),
             to = sip.manifest.find("  <DescriptiveMetadata>");
  sip.manifest.erase(from, to - from);
  sip.files.clear();
  for (const auto* group : {"OG1", "OG2"})
    sip.replace("<DataObjectReference><DataObjectGroupReferenceId>" + std::string(group) +
                    "</DataObjectGroupReferenceId></DataObjectReference>",
                "");
  const auto report = run(sip);
  CHECK(report.status == Status::warning);
  CHECK(tests::defects(report) == Codes{"OBJECTS_LIST_EMPTY.WARNING"});
  CHECK(tests::steps(report)[3] == "STP_OG_CHECK_AND_TRANSFORME.WARNING");
  for (const auto workflow : {check::Workflow::filing_scheme, check::Workflow::holding_scheme}) {
    CHECK(run(sip, nullptr, std::nullopt, workflow).status == Status::ok);
    CHECK(tests::defects(run(SmallSip(), nullptr, std::nullopt, workflow)) ==
          Codes{"CHECK_DATAOBJECTPACKAGE.CHECK_NO_OBJECT.KO"});
  }
}

TEST_CASE("units need a level, a title, readable dates in order and harmless text") {
  const std::string unit = "CHECK_UNIT_SCHEMA.";
  expect({{"<DescriptionLevel>File</DescriptionLevel>", "", unit + "INVALID_UNIT.KO"},
          {"<Title>Dossier</Title>", "", unit + "INVALID_UNIT.KO"},
          {"<Title>Dossier</Title>", "<Title/>", unit + "INVALID_UNIT.KO"},
          {"<StartDate>1999-09-01<", "<StartDate>2005-01-01<", unit + "CONSISTENCY.KO"},
          {"<EndDate>2004-06-30<", "<EndDate>9000-01-01<", unit + "INVALID_UNIT.KO"},
          {"<EndDate>2004-06-30<", "<EndDate>2004-06-30T10:00:00.12345<", unit + "INVALID_UNIT.KO"},
          {"<EndDate>2004-06-30<", "<EndDate>2004<", unit + "ONTOLOGY_VALIDATION.KO"},
          {"<EndDate>2004-06-30<", "<EndDate>2004-06<", unit + "ONTOLOGY_VALIDATION.KO"},
          {"<Title>Dossier</Title>", "<Title>" + std::string(32766, 'x') + "</Title>",
           unit + "ONTOLOGY_VALIDATION.KO"},
          {"<Title>Dossier</Title>", "<Title>&lt;b&gt;x&lt;/b&gt;</Title>", unit + "UNIT_SANITIZE.KO"},
          {"<Title>Dossier</Title>", "<Title>&lt;br/&gt;</Title>", unit + "UNIT_SANITIZE.KO"},
          {"<Title>Dossier</Title>", "<Title>a&amp;nbsp;b</Title>", unit + "UNIT_SANITIZE.KO"},
          {"<Title>Dossier</Title>", "<Title>&lt;script&gt;</Title>", unit + "UNIT_SANITIZE.KO"}},
         "STP_UNIT_CHECK_AND_PROCESS");
  const std::vector<std::string> titles{"a &lt; b &gt; c", "R&amp;D; et Cie", "&lt;sans fin",
                                        std::string(32765, 'x')};
  for (const auto& title : titles) {
    SmallSip sip;
    INFO(title);
    const bool entity = title.starts_with("R&amp;D;");  // looks like an entity to VITAM too
    CHECK(run(sip.replace("<Title>Dossier", "<Title>" + title)).status == (entity ? Status::ko : Status::ok));
  }
  SmallSip object;
  CHECK(tests::defects(run(object.replace("<Filename>objet 1", "<Filename>&lt;i&gt;x&lt;/i&gt;"))) ==
        Codes{"CHECK_OBJECT_GROUP_SCHEMA.OBJECT_GROUP_SANITIZE.KO"});
}

TEST_CASE("several units can be at fault in one report, where each is told") {
  SmallSip sip;
  sip.replace("<Title>Dossier</Title>", "").replace("<DescriptionLevel>Item</DescriptionLevel>", "");
  const auto report = run(sip);
  CHECK(tests::defects(report) == Codes(2, "CHECK_UNIT_SCHEMA.INVALID_UNIT.KO"));
  CHECK(report.events[4].where == "AU2");
  CHECK(report.events[5].where == "AU3");
}

TEST_CASE("rules must exist in their category, also those of the whole transfer") {
  core::TemporaryDirectory dir;
  const auto referentials = check::Referentials::read(tests::write_referentials(dir));
  const std::string rules = "UNITS_RULES_COMPUTE.";
  const auto hold = [](const std::string& id, const std::string& end) {
    return "</AccessRule><HoldRule><Rule>" + id + "</Rule><StartDate>2020-01-01</StartDate><HoldEndDate>" +
           end + "</HoldEndDate></HoldRule></Management>";
  };
  expect({{"<Rule>APP-1<", "<Rule>APP-9<", rules + "UNKNOWN.KO"},
          {"<Rule>APP-1<", "<Rule>ACC-1<", rules + "CONSISTENCY.KO"},
          {"<Rule>ACC-1</Rule>", "<Rule>ACC-1</Rule><RefNonRuleId>APP-1</RefNonRuleId>",
           rules + "REF_INCONSISTENCY.KO"},
          {"<Rule>ACC-1</Rule>", "<Rule>ACC-1</Rule><RefNonRuleId>ACC-9</RefNonRuleId>",
           rules + "REF_INCONSISTENCY.KO"},
          {"</AccessRule></Management>", hold("HOL-1", "2019-01-01"), rules + "CONSISTENCY.KO"},
          {"</AccessRule></Management>", hold("HOL-2", "2021-01-01"), rules + "CONSISTENCY.KO"},
          {"</SubmissionAgencyIdentifier>",
           "</SubmissionAgencyIdentifier><AccessRule><Rule>ACC-9</Rule></AccessRule>", rules + "UNKNOWN.KO"}},
         "STP_UNIT_CHECK_AND_PROCESS", &referentials);
  SmallSip good;
  CHECK(run(good.replace("</AccessRule></Management>", hold("HOL-1", "2021-01-01")), &referentials).status ==
        Status::ok);
  SmallSip unknown;
  CHECK(run(unknown.replace("<Rule>APP-1<", "<Rule>APP-9<")).status ==
        Status::ok);  // assumed without referentials
}

TEST_CASE("faults of earlier steps hide those of later ones") {
  SmallSip sip;
  sip.replace("<Title>Dossier</Title>", "");  // step 5
  sip.files[0].second[3] = 'X';               // step 4
  CHECK(tests::defects(run(sip)) == Codes{"CHECK_DIGEST.KO"});
  sip.replace("BinaryMaster_1", "Original_1");  // step 3, package
  CHECK(tests::defects(run(sip)) == Codes{object_version + "INVALID_DATAOBJECTVERSION.KO"});
  sip.replace("Identifier>SP-1<", "Identifier><");  // step 3, header
  CHECK(tests::defects(run(sip)) == Codes{"CHECK_HEADER.CHECK_AGENT.EMPTY_REQUIRED_FIELD.KO"});
  sip.replace("<CodeListVersions/>", "");  // step 3, schema
  CHECK(tests::defects(run(sip)) == Codes{"CHECK_SEDA.NOT_XSD_VALID.KO"});
  sip.files.emplace_back("content/a b", "x");  // step 2
  CHECK(tests::defects(run(sip)) == Codes{"UPLOAD_SIP.KO"});
  sip.manifest_name = "bordereau.xml";  // step 1
  CHECK(tests::defects(run(sip)) == Codes{"MANIFEST_FILE_NAME_CHECK.KO"});
}

TEST_CASE("what our writer makes is accepted in every version") {
  core::TemporaryDirectory dir;
  const auto referentials = check::Referentials::read(tests::write_referentials(dir));
  for (const auto seda : {sip::SedaVersion::v2_1, sip::SedaVersion::v2_2, sip::SedaVersion::v2_3}) {
    SmallSip sip;
    sip::MessageHead head;
    head.version = seda;
    head.message_identifier = "M-2";
    head.archival_agreement = "IC-1";
    head.archival_agency = head.transferring_agency = "SA-1";
    head.originating_agency = "SP-1";
    core::StringSink out;
    sip::ManifestWriter writer(head, out, dir.path());
    sip::DataObject object;
    object.digest = core::sha512(sip.files[0].second);
    object.size = sip.files[0].second.size();
    const auto group = writer.add_object(object, "xml");
    sip::UnitContent unit;
    unit.described.level = "File";
    unit.described.title = "<b>Titre</b> & # _";
    unit.described.description = "#x &nbsp;";
    unit.rules = {
        {profiles::RuleCategory::appraisal, "APP-1", core::parse_date("2001-01-01"), "Keep", false}};
    writer.open_unit(unit, group);
    writer.finish();
    sip.manifest = out.text;
    sip.files = {{object.uri, sip.files[0].second}};
    const auto report = run(sip, &referentials);
    CHECK(tests::defects(report).empty());
    CHECK(report.status == Status::ok);
  }
}

TEST_CASE("check.json says what was controlled, when, and with what verdict") {
  SmallSip sip;
  core::TemporaryDirectory dir;
  const auto path = sip.replace("<Title>Dossier</Title>", "").write(dir, "lot.zip");
  const core::FixedClock clock(*core::parse_instant("2026-11-25T12:00:00Z"));
  const auto json = check::check_sip(path, nullptr).to_json(clock);
  CHECK(json["format"] == "versoir-check/1");
  CHECK(json["sip"]["name"] == "lot.zip");
  CHECK(json["sip"]["size"] == std::filesystem::file_size(path));
  CHECK(json["sip"]["sha512"] == core::digest_file(path).sha512.hex());
  CHECK(json["verdict"] == "KO");
  CHECK(json["date"] == "2026-11-25T12:00:00Z");
  CHECK(json["counts"] ==
        core::Json{{"units", 3}, {"groups", 2}, {"objects", 2}, {"bytes", json["counts"]["bytes"]}});
  CHECK(json["manifest"]["message_identifier"] == "M-1");
  CHECK(json["manifest"]["sha512"] == core::sha512(sip.manifest).hex());
  CHECK(json["referentials"] == false);
  CHECK(json["assumptions"].size() > 3);
  CHECK(json["events"].back() == core::Json{{"step", "STP_UNIT_CHECK_AND_PROCESS"},
                                            {"code", "STP_UNIT_CHECK_AND_PROCESS.KO"},
                                            {"status", "KO"},
                                            {"message", "The platform would stop here and reject the SIP."}});
  CHECK_FALSE(core::canonical_json(json).empty());
}

TEST_CASE("a step keeps its first hundred defects and says how many more there are") {
  SmallSip sip;
  std::string units;
  for (int i = 0; i < 250; ++i)
    units += "<ArchiveUnit id=\"N" + std::to_string(i) + "\"><Content/></ArchiveUnit>";
  const auto report = run(sip.replace("  </DescriptiveMetadata>", units + "</DescriptiveMetadata>"));
  CHECK(tests::defects(report).size() == 100);
  CHECK(report.events.back().message.english() ==
        "The platform would stop here and reject the SIP; 150 more defects are not listed.");
  CHECK(report.units == 253);
}

// One fault per control of the sandbox: the SIP is sent over TLS, and the reply tells the control by its
// code.
#include "core/container.hpp"
#include "running_sandbox.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <set>
#include <sstream>

using namespace versoir;
using tests::codes_of;
using tests::RunningSandbox;
using tests::SmallSip;

namespace {

struct Fault {
  const char* name;
  std::string code;  ///< expected among the events of the reply
  std::function<void(SmallSip&)> plant;
  core::Headers headers = {};
};

std::function<void(SmallSip&)> swap(std::string from, std::string to) {
  return [from = std::move(from), to = std::move(to)](SmallSip& s) { s.replace(from, to); };
}

std::function<void(SmallSip&)> contract(const std::string& id, const std::string& profile = {}) {
  return [=](SmallSip& s) {
    s.replace("IC-TEST", id);
    if (!profile.empty())
      s.replace("<ManagementMetadata>",
                "<ManagementMetadata><ArchivalProfile>" + profile + "</ArchivalProfile>");
  };
}

std::function<void(SmallSip&)> with_file(std::string name) {
  return [name = std::move(name)](SmallSip& s) { s.files.emplace_back(name, "x"); };
}

/// Puts `management` at the end of the management of the first unit.
void manage(SmallSip& s, const std::string& management) {
  s.replace("</AppraisalRule>", "</AppraisalRule>" + management);
}

/// A pointer to `target` as a child of the first unit.
std::function<void(SmallSip&)> pointer(const std::string& target) {
  return swap("<ArchiveUnit id=\"AU2\">", "<ArchiveUnit id=\"AU9\"><ArchiveUnitRefId>" + target +
                                              "</ArchiveUnitRefId></ArchiveUnit>\n<ArchiveUnit id=\"AU2\">");
}

const std::string update =
    "<UpdateOperation><SystemId>aeaqaaaaaahgnz5dabg42amsbg3jnzqaaaaq</SystemId></UpdateOperation>";
const std::string group_reference = "<DataObjectGroupReferenceId>OG1</DataObjectGroupReferenceId>";
const std::string title = "<Title>Dossier</Title>";

std::string physical(const std::string& inside) {
  return "<DataObjectGroup id=\"OG1\"><PhysicalDataObject id=\"P1\">" + inside + "</PhysicalDataObject>";
}

std::vector<Fault> container_faults() {
  return {
      {"a second file at the root", "CHECK_SEDA.CONTAINER_FORMAT.FILE.KO", with_file("notes.txt")},
      {"a folder other than content", "CHECK_SEDA.CONTAINER_FORMAT.DIRECTORY.KO",
       with_file("other/notes.txt")},
      {"a manifest under another name", "MANIFEST_FILE_NAME_CHECK.KO",
       [](SmallSip& s) { s.manifest_name = "bordereau.xml"; }},
      {"an entry name that the workspace refuses", "UPLOAD_SIP.KO", with_file("content/pièce jointe.txt")},
      {"a manifest other than announced",
       "MANIFEST_DIGEST_CHECK.KO",
       [](SmallSip&) {},
       {{"X-Manifest-Digest-Algo", "SHA-512"}, {"X-Manifest-Digest-Value", std::string(128, '0')}}},
      {"an announced digest without its algorithm",
       "MANIFEST_DIGEST_CHECK.KO",
       [](SmallSip&) {},
       {{"X-Manifest-Digest-Value", std::string(128, '0')}}},
  };
}

std::vector<Fault> seda_faults() {
  return {
      {"a manifest that is not XML", "CHECK_SEDA.NOT_XML_FILE.KO",
       [](SmallSip& s) { s.manifest = "bonjour"; }},
      {"a comment before the root", "CHECK_SEDA.KO",
       swap("<ArchiveTransfer xmlns", "<!-- note --><ArchiveTransfer xmlns")},
      {"a manifest that does not follow SEDA", "CHECK_SEDA.NOT_XSD_VALID.KO",
       swap("<MessageIdentifier>REQ-1</MessageIdentifier>", "")},
      {"a version that the platform does not take", "CHECK_SEDA.UNSUPPORTED_SEDA_VERSION.KO",
       swap("seda:v2.2", "seda:v2.0")},
  };
}

std::vector<Fault> header_faults() {
  const std::string agent = "CHECK_HEADER.CHECK_AGENT.", agreement = "CHECK_HEADER.CHECK_CONTRACT_INGEST.",
                    relation = "CHECK_HEADER.CHECK_IC_AP_RELATION.";
  return {
      {"no originating agency", agent + "EMPTY_REQUIRED_FIELD.KO",
       swap("<OriginatingAgencyIdentifier>AG-TEST</OriginatingAgencyIdentifier>", "")},
      {"an agency that the platform does not know", agent + "UNKNOWN.KO",
       swap("<OriginatingAgencyIdentifier>AG-TEST", "<OriginatingAgencyIdentifier>AG-NONE")},
      {"no contract", agreement + "CONTRACT_NOT_IN_MANIFEST.KO",
       swap("<ArchivalAgreement>IC-TEST</ArchivalAgreement>", "")},
      {"an unknown contract", agreement + "CONTRACT_UNKNOWN.KO", contract("IC-NONE")},
      {"an inactive contract", agreement + "CONTRACT_INACTIVE.KO", contract("IC-OLD")},
      {"a contract outside the application context", agreement + "CONTRACT_NOT_IN_CONTEXT.KO",
       contract("IC-OUT")},
      {"an unknown profile where the contract lists some", relation + "UNKNOWN.KO",
       contract("IC-PROFILE", "PR-NONE")},
      {"a profile that is no longer active", relation + "INACTIVE.KO", contract("IC-PROFILE", "PR-OLD")},
      {"a profile that the contract does not list", relation + "DIFF.KO", contract("IC-PROFILE", "PR-OTHER")},
      {"an unknown profile where the contract lists none", "CHECK_HEADER.CHECK_ARCHIVEPROFILE.KO",
       contract("IC-TEST", "PR-NONE")},
  };
}

std::vector<Fault> object_version_faults() {
  const std::string version = "CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_DATAOBJECT_VERSION.";
  return {
      {"an algorithm that is none", version + "INVALIDE_ALGO.KO", swap("\"SHA-512\"", "\"SHA512\"")},
      {"a usage that does not exist", version + "INVALID_DATAOBJECTVERSION.KO",
       swap("BinaryMaster_1", "Original_1")},
      {"a file under a usage of physical objects", version + "BDO_DATAOBJECTIONVERSION_PHYSICALMASTER.KO",
       swap("BinaryMaster_1", "PhysicalMaster_1")},
      {"a physical object under a usage of files", version + "PDO_DATAOBJECTIONVERSION_BINARYMASTER.KO",
       swap("<DataObjectGroup id=\"OG1\">",
            physical("<DataObjectVersion>BinaryMaster_2</DataObjectVersion><PhysicalId>12</PhysicalId>"))},
      {"a physical object without a shelf mark", version + "EMPTY_REQUIRED_FIELD.KO",
       swap("<DataObjectGroup id=\"OG1\">",
            physical("<DataObjectVersion>PhysicalMaster_1</DataObjectVersion>"))},
  };
}

std::vector<Fault> file_faults() {
  const std::string number = "CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_OBJECTNUMBER.";
  return {
      {"an object in a filing scheme",
       "CHECK_DATAOBJECTPACKAGE.CHECK_NO_OBJECT.KO",
       [](SmallSip&) {},
       {{"X-Context-Id", "FILING_SCHEME"}}},
      {"a declared file that is missing", number + "MANIFEST_SUPERIOR_BDO.KO",
       [](SmallSip& s) { s.files.clear(); }},
      {"a file that is not declared", number + "MANIFEST_INFERIOR_BDO.KO", with_file("content/BO2.txt")},
      {"a file under another name", number + "INVALID_URI.KO",
       [](SmallSip& s) { s.files[0].first = "content/BO9.txt"; }},
      {"a file that changed", "CHECK_DIGEST.KO", [](SmallSip& s) { s.files[0].second = "bonsoir\n"; }},
      {"a format that the contract does not list", "OG_OBJECTS_FORMAT_CHECK.REJECTED_FORMAT.KO",
       contract("IC-FORMAT")},
      {"markup in the name of a file", "CHECK_OBJECT_GROUP_SCHEMA.OBJECT_GROUP_SANITIZE.KO",
       swap("<Filename>BO1.txt", "<Filename>&lt;i&gt;BO1&lt;/i&gt;")},
  };
}

void plant_cycle(SmallSip& s) {
  const std::string reference =
      "<DataObjectReference>\n            " + group_reference + "\n          </DataObjectReference>";
  s.replace(reference, "<ArchiveUnit id=\"AU9\"><ArchiveUnitRefId>AU1</ArchiveUnitRefId></ArchiveUnit>" +
                           reference);  // the schema wants units before references
}

std::vector<Fault> graph_faults() {
  const std::string graph = "CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.";
  return {
      {"a group that no unit refers to",
       "CHECK_DATAOBJECTPACKAGE.CHECK_CONSISTENCY.CHECK_CONSISTENCY_ORPHAN_OBJECT.KO",
       swap("<DataObjectReference>\n            " + group_reference + "\n          </DataObjectReference>",
            "")},
      {"a reference to a unit that is not there", "CHECK_SEDA.NOT_XSD_VALID.KO", pointer("AU-NONE")},
      {"blanks in a reference", graph + "CHECK_MANIFEST_MALFORMED_DATA.KO", pointer("\n AU2")},
      {"a cycle of units", graph + "CHECK_MANIFEST_LOOP.KO", plant_cycle},
      {"a reference to an object instead of its group", graph + "EXISTING_OG_NOT_DECLARED.KO",
       swap(group_reference, "<DataObjectReferenceId>BO1</DataObjectReferenceId>")},
      {"a unit with two groups", graph + "ARCHIVEUNIT_REFERENCES_MULTIPLE_OBJECTGROUP.KO",
       [](SmallSip& s) {
         s.replace("<DataObjectGroup id=\"OG1\">",
                   "<DataObjectGroup id=\"OG2\"><PhysicalDataObject id=\"P1\"><DataObjectVersion>"
                   "PhysicalMaster_1</DataObjectVersion><PhysicalId>12</PhysicalId></PhysicalDataObject>"
                   "</DataObjectGroup><DataObjectGroup id=\"OG1\">");
         s.replace("</DataObjectReference>",
                   "</DataObjectReference><DataObjectReference><DataObjectGroupReferenceId>OG2"
                   "</DataObjectGroupReferenceId></DataObjectReference>");
       }},
      {"a second version without the first", graph + "EXPECTED_MANDATORY_VERSION_1.KO",
       swap("BinaryMaster_1", "BinaryMaster_2")},
      {"no master where the contract asks for one", graph + "MASTER_MANDATORY_REQUIRED.KO",
       swap("BinaryMaster_1", "Dissemination_1")},
  };
}

std::vector<Fault> attachment_faults() {
  const std::string graph = "CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.";
  return {
      {"a new parent for a unit that the platform holds",
       graph + "MODIFY_PARENT_EXISTING_UNIT_UNAUTHORIZED.KO",
       swap("<ArchiveUnit id=\"AU2\">", "<ArchiveUnit id=\"AU2\"><Management>" + update + "</Management>")},
      {"an attachment to what is no identifier", graph + "INVALID_GUID_ATTACHMENT.KO",
       [](SmallSip& s) { manage(s, "<UpdateOperation><SystemId>RACINE</SystemId></UpdateOperation>"); }},
      {"an attachment by an empty key", graph + "EMPTY_KEY_ATTACHMENT.KO",
       [](SmallSip& s) {
         manage(s,
                "<UpdateOperation><ArchiveUnitIdentifierKey><MetadataName>FilePlanPosition</MetadataName>"
                "<MetadataValue/></ArchiveUnitIdentifierKey></UpdateOperation>");
       }},
      {"an attachment that the contract forbids", graph + "UNAUTHORIZED_ATTACHMENT_BY_CONTRACT.KO",
       [](SmallSip& s) {
         s.replace("IC-TEST", "IC-ALONE");
         manage(s, update);
       }},
      {"no attachment where the contract asks for one", graph + "ATTACHMENT_REQUIRED.KO",
       contract("IC-ATTACHED")},
  };
}

std::vector<Fault> unit_faults() {
  const std::string unit = "CHECK_UNIT_SCHEMA.", rules = "UNITS_RULES_COMPUTE.";
  return {
      {"a unit without title", unit + "INVALID_UNIT.KO", swap(title, "")},
      {"an end before the beginning", unit + "CONSISTENCY.KO", swap("2020-06-30", "2018-06-30")},
      {"a date that the ontology cannot type", unit + "ONTOLOGY_VALIDATION.KO",
       swap("<EndDate>2020-06-30", "<EndDate>2020-06")},
      {"markup in a title", unit + "UNIT_SANITIZE.KO", swap(title, "<Title>&lt;b&gt;x&lt;/b&gt;</Title>")},
      {"a classification level that the platform does not have", "CHECK_CLASSIFICATION_LEVEL.KO",
       [](SmallSip& s) {
         manage(s,
                "<ClassificationRule><ClassificationLevel>Confidentiel</ClassificationLevel>"
                "<ClassificationOwner>RE</ClassificationOwner></ClassificationRule>");
       }},
      {"a rule that the platform does not know", rules + "UNKNOWN.KO", swap("APP-1", "APP-NONE")},
      {"a rule of another category", rules + "CONSISTENCY.KO", swap("APP-1", "ACC-1")},
      {"a rule set aside that is of another category", rules + "REF_INCONSISTENCY.KO",
       swap("<FinalAction>Keep", "<RefNonRuleId>ACC-1</RefNonRuleId><FinalAction>Keep")},
  };
}

std::vector<Fault> all_faults() {
  std::vector<Fault> all;
  for (const auto& room : {container_faults(), seda_faults(), header_faults(), object_version_faults(),
                           file_faults(), graph_faults(), attachment_faults(), unit_faults()})
    all.insert(all.end(), room.begin(), room.end());
  return all;
}

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

}  // namespace

TEST_CASE("each planted fault is rejected with its own code, and the same SIP without it is accepted") {
  RunningSandbox r;
  for (const auto& fault : all_faults()) {
    SmallSip sip("REQ-1");
    fault.plant(sip);
    const auto atr = r.verdict(sip, fault.headers);
    INFO(fault.name << "\n" << codes_of(atr));
    CHECK(atr.reply_code == "KO");
    CHECK(lines_of(codes_of(atr)).contains(fault.code));
    for (const auto& [id, system] : atr.units) CHECK(system.empty());
  }
  const SmallSip whole("REQ-1");
  CHECK(r.verdict(whole, {{"X-Manifest-Digest-Algo", "SHA-512"}, {"X-Manifest-Digest-Value", whole.digest()}})
            .reply_code == "OK");
}

TEST_CASE("what the faulty contracts and profiles allow is accepted") {
  RunningSandbox r;
  const auto accepted = [&](const std::function<void(SmallSip&)>& change, const char* reply = "OK") {
    SmallSip sip("REQ-1");
    change(sip);
    const auto atr = r.verdict(sip);
    INFO(codes_of(atr));
    CHECK(atr.reply_code == reply);
  };
  accepted(contract("IC-PROFILE", "PR-1"));
  accepted(contract("IC-ALONE"));
  accepted([](SmallSip& s) { s.replace("<Title>Pièce</Title>", "<Title>Seule de son nom</Title>"); });
  accepted([](SmallSip& s) {
    s.replace("IC-TEST", "IC-ATTACHED");
    manage(s,
           "<UpdateOperation><ArchiveUnitIdentifierKey><MetadataName>Title</MetadataName>"
           "<MetadataValue>Seule de son nom</MetadataValue></ArchiveUnitIdentifierKey></UpdateOperation>");
  });
  // The contract takes the declared format; that the files are of another is then a warning.
  accepted([](SmallSip& s) { s.replace("IC-TEST", "IC-FORMAT").replace("x-fmt/111", "fmt/101"); }, "WARNING");
  accepted(pointer("AU2"));
}

TEST_CASE("a SIP without any object is a warning, told in the reply, and still an acceptance") {
  RunningSandbox r;
  SmallSip sip("REQ-1");
  const auto from = sip.manifest.find("<DataObjectGroup id"), to = sip.manifest.find("<DescriptiveMetadata>");
  sip.manifest.erase(from, to - from);
  sip.replace("<DataObjectReference>\n            " + group_reference + "\n          </DataObjectReference>",
              "");
  sip.files.clear();
  const auto atr = r.verdict(sip);
  INFO(codes_of(atr));
  CHECK(atr.reply_code == "WARNING");
  CHECK_THAT(codes_of(atr), Catch::Contains("OBJECTS_LIST_EMPTY"));
  CHECK(atr.units.at("AU2").size() == 36);
}

// Controls that need more than agencies, rules and contracts: vocabularies, profiles, formats; what a stop
// hides.
#include "check/checker.hpp"
#include "check/page.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sip_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using check::Status;
using tests::SmallSip;
using Codes = std::vector<std::string>;

namespace {

/// The folder of referentials with more files.
struct Platform {
  core::TemporaryDirectory dir;
  std::filesystem::path folder = tests::write_referentials(dir);

  Platform& with(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder / name).parent_path());
    core::write_file(folder / name, text);
    return *this;
  }
  [[nodiscard]] check::Report judge(const SmallSip& sip) const {
    const auto referentials = check::Referentials::read(folder);
    return check::check_sip(sip.write(dir), &referentials);
  }
};

Codes names(const std::vector<check::Event>& events) {
  Codes list;
  for (const auto& e : events) list.push_back(e.name());
  return list;
}

const std::string schema_head = R"({"$schema":"http://json-schema.org/draft-04/schema","type":"object")";
std::string unit_profile(const std::string& schema, const std::string& status = "ACTIVE") {
  const core::Json profile{{"Identifier", "AUP-1"}, {"Status", status}, {"ControlSchema", schema}};
  return core::Json::array({profile}).dump();
}
SmallSip with_unit_profile() {
  SmallSip sip;
  sip.replace("<ArchiveUnit id=\"AU2\">\n     <Management>",
              "<ArchiveUnit id=\"AU2\">\n     <ArchiveUnitProfile>AUP-1</ArchiveUnitProfile><Management>");
  return sip;
}

}  // namespace

TEST_CASE("what the stop hides is told apart, in order, and the deciding defect is named") {
  SmallSip sip;
  sip.replace("<OriginatingAgencyIdentifier>SP-1", "<OriginatingAgencyIdentifier>")
      .replace("<DataObjectVersion>BinaryMaster_1", "<DataObjectVersion>BinaryMaster_x")
      .replace("<Size>19", "<Size>20")
      .replace("<Title>Dossier", "<Title>&lt;b&gt;Dossier&lt;/b&gt;");
  core::TemporaryDirectory dir;
  const auto report = check::check_sip(sip.write(dir), nullptr);
  CHECK(report.status == Status::ko);
  CHECK(tests::defects(report) == Codes{"CHECK_HEADER.CHECK_AGENT.EMPTY_REQUIRED_FIELD.KO"});
  CHECK(report.events.back().code == "STP_INGEST_CONTROL_SIP.KO");
  CHECK(names(report.hidden) ==
        Codes{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_DATAOBJECT_VERSION.INVALID_DATAOBJECTVERSION",
              "CHECK_OBJECT_SIZE", "CHECK_UNIT_SCHEMA.UNIT_SANITIZE"});
  REQUIRE(report.decisive());
  CHECK(report.decisive()->name() == "CHECK_HEADER.CHECK_AGENT.EMPTY_REQUIRED_FIELD");
  const auto findings = report.findings_json();
  REQUIRE(findings.size() == 4);
  CHECK(findings[0]["decides"] == true);
  CHECK(findings[0]["hidden"] == false);
  CHECK(findings[3]["hidden"] == true);
  CHECK(findings[3]["where"] == "AU2");
  CHECK_FALSE(findings[3]["advice"].get<std::string>().empty());
}

TEST_CASE("a warning hides nothing, and decides when nothing is worse") {
  SmallSip sip;
  core::TemporaryDirectory dir;
  const auto report = check::check_sip(sip.replace("<Size>19", "<Size>20").write(dir), nullptr);
  CHECK(report.hidden.empty());
  REQUIRE(report.decisive());
  CHECK(report.decisive()->name() == "CHECK_OBJECT_SIZE");
  CHECK(check::check_sip(SmallSip().write(dir), nullptr).decisive() == nullptr);
}

TEST_CASE("values outside SEDA have the types of the platform's ontology, in units and in objects") {
  Platform platform;
  platform.with("ontology.json", R"([{"Identifier":"MonEntier","Type":"LONG","Origin":"EXTERNAL"},
    {"Identifier":"MonBooleen","Type":"BOOLEAN","Origin":"EXTERNAL"},
    {"Identifier":"MaDate","Type":"DATE","Origin":"EXTERNAL"},
    {"Identifier":"MonDecimal","Type":"DOUBLE","Origin":"EXTERNAL"},
    {"Identifier":"Autre","Type":"LONG","Origin":"INTERNAL","Collections":["Contract"]}])");
  const auto in_unit = [&](const std::string& element) {
    SmallSip sip;
    return tests::defects(
        platform.judge(sip.replace("<Title>Racine</Title>", "<Title>Racine</Title>" + element)));
  };
  const Codes refused{"CHECK_UNIT_SCHEMA.ONTOLOGY_VALIDATION.KO"};
  CHECK(in_unit("<MonEntier>40</MonEntier><MonBooleen>true</MonBooleen>").empty());
  CHECK(in_unit("<MaDate>2016/10/12</MaDate><MonDecimal>-11.5e3</MonDecimal>").empty());
  CHECK(in_unit("<Autre>texte</Autre><Inconnu>40,5</Inconnu>").empty());
  CHECK(in_unit("<MonEntier>40.5</MonEntier>") == refused);
  CHECK(in_unit("<MonBooleen>vrai</MonBooleen>") == refused);
  CHECK(in_unit("<MaDate>hier</MaDate>") == refused);
  CHECK(in_unit("<MonDecimal>40,5</MonDecimal>") == refused);
  SmallSip sip;
  sip.replace("</FormatIdentification>\n    <FileInfo><Filename>objet 1</Filename></FileInfo>",
              "</FormatIdentification>\n    <FileInfo><Filename>objet 1</Filename></FileInfo>"
              "<OtherMetadata><MaDate>hier</MaDate></OtherMetadata>");
  CHECK(tests::defects(platform.judge(sip)) == Codes{"CHECK_OBJECT_GROUP_SCHEMA.ONTOLOGY_VALIDATION.KO"});
}

TEST_CASE("an archive unit profile must be known, active and hold a schema, and it hides nothing") {
  Platform platform;
  const auto with = [&](const std::string& file) {
    return tests::defects(platform.with("archive-unit-profiles.json", file).judge(with_unit_profile()));
  };
  CHECK(with("[]") == Codes{"CHECK_ARCHIVE_UNIT_PROFILE.NOT_FOUND.KO"});
  CHECK(with(unit_profile(schema_head + "}", "INACTIVE")) ==
        Codes{"CHECK_ARCHIVE_UNIT_PROFILE.INACTIVE_STATUS.KO"});
  CHECK(with(unit_profile("{}")) == Codes{"CHECK_ARCHIVE_UNIT_PROFILE.EMPTY_CONTROL_SCHEMA.KO"});
  CHECK(with(unit_profile(schema_head + "}")).empty());
  auto sip = with_unit_profile();
  sip.replace("<Rule>ACC-1</Rule>", "<Rule>ACC-9</Rule>");
  platform.with("archive-unit-profiles.json", "[]");
  CHECK(tests::defects(platform.judge(sip)) ==
        Codes{"CHECK_ARCHIVE_UNIT_PROFILE.NOT_FOUND.KO", "UNITS_RULES_COMPUTE.UNKNOWN.KO"});
}

TEST_CASE("a unit is judged by its profile's schema as the platform writes it in JSON") {
  Platform platform;
  const auto with = [&](const std::string& rest) {
    const auto schema = schema_head + "," + rest + "}";
    return tests::defects(
        platform.with("archive-unit-profiles.json", unit_profile(schema)).judge(with_unit_profile()));
  };
  const Codes refused{"CHECK_ARCHIVE_UNIT_PROFILE.NOT_AU_JSON_VALID.KO"};
  CHECK(with(R"("required":["Title","DescriptionLevel","#management","ArchiveUnitProfile"])").empty());
  CHECK(with(R"("required":["Description"])") == refused);
  CHECK(with(R"("properties":{"DescriptionLevel":{"enum":["File"]}})").empty());
  CHECK(with(R"("properties":{"DescriptionLevel":{"enum":["Item"]}})") == refused);
  CHECK(with(R"("properties":{"Title":{"type":"string","pattern":"^Doss","minLength":7}})").empty());
  CHECK(with(R"("properties":{"Title":{"pattern":"^X"}})") == refused);
  CHECK(with(R"("properties":{"Title":{"type":"array","maxItems":1}})").empty());  // a list of one
  CHECK(with(R"("additionalProperties":false,"properties":{"Title":{}})") == refused);
  CHECK(with(R"("additionalProperties":false,"patternProperties":{"^[A-Z#]":{}})").empty());
  std::string rules = R"("properties":{"#management":{"properties":{"AppraisalRule":{"required":
    ["Rules","FinalAction"],"properties":{"FinalAction":{"enum":["Destroy"]},"Rules":{"type":"array","items":
    {"additionalProperties":false,"required":["Rule"],"properties":{"Rule":{"enum":["APP-1"]},
    "StartDate":{"pattern":"^2004"}}}}}}}}})";
  CHECK(with(rules).empty());
  CHECK(with(rules.replace(rules.find("APP-1"), 5, "APP-2")) == refused);
  const std::string title = R"(,"properties":{"Title":{"$ref":"#/definitions/t"}})";
  CHECK(with(R"("definitions":{"t":{"enum":["Autre"]}})" + title) == refused);
  CHECK(with(R"("definitions":{"t":{"$ref":"#/definitions/t"}})" + title).empty());  // ends
}

TEST_CASE("the manifest follows the grammar of its archival profile") {
  SmallSip sip;
  sip.replace("<ManagementMetadata>", "<ManagementMetadata><ArchivalProfile>PR-1</ArchivalProfile>");
  const auto judge = [&](const std::string& format, const std::string& grammar) {
    Platform platform;
    platform.with("profiles.json",
                  R"([{"Identifier":"PR-1","Status":"ACTIVE","Path":"p.x","Format":")" + format + "\"}]");
    platform.with("profiles/p.x", grammar);
    return platform.judge(sip);
  };
  const auto rng = [](const std::string& root) {
    return R"(<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="fr:gouv:culture:archivesdefrance:seda:v2.2">
      <start><element name=")" +
           root + R"("><ref name="any"/></element></start><define name="any"><zeroOrMore><choice><text/>
      <attribute><anyName/></attribute><element><anyName/><ref name="any"/></element></choice></zeroOrMore>
      </define></grammar>)";
  };
  const Codes refused{"CHECK_HEADER.CHECK_ARCHIVEPROFILE.KO"};
  CHECK(tests::defects(judge("RNG", rng("ArchiveTransfer"))).empty());
  CHECK(tests::defects(judge("RNG", rng("Autre"))) == refused);
  const auto xsd = [](const std::string& root) {
    return R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
      targetNamespace="fr:gouv:culture:archivesdefrance:seda:v2.2"><xs:element name=")" +
           root + R"(" type="xs:anyType"/></xs:schema>)";
  };
  CHECK(tests::defects(judge("XSD", xsd("ArchiveTransfer"))).empty());
  CHECK(tests::defects(judge("XSD", xsd("Autre"))) == refused);
  // The platform has grammars, but none for this profile; without any here, that is not known.
  Platform other;
  other.with("profiles.json", R"([{"Identifier":"PR-1","Status":"ACTIVE","Format":"RNG"}])");
  CHECK(other.judge(sip).status == Status::ok);
  std::filesystem::create_directories(other.folder / "profiles");
  CHECK(tests::defects(other.judge(sip)) == refused);
  // A grammar that cannot be used is an assumption, not a verdict; one that reads other files is not used.
  for (const auto* grammar : {"<grammar/>",
                              "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
                              "<xs:import namespace='x' schemaLocation='/etc/passwd'/></xs:schema>"}) {
    const auto report = judge(grammar[1] == 'g' ? "RNG" : "XSD", grammar);
    CHECK(report.status == Status::ok);
    CHECK(std::ranges::count(report.assumptions, "the manifest follows its archival profile",
                             &core::Message::english) == 1);
  }
}

TEST_CASE("the day on which referentials were fetched is told among the assumptions") {
  core::TemporaryDirectory dir;
  const auto folder = tests::write_referentials(dir);
  const auto told = [&] {
    const auto referentials = check::Referentials::read(folder);
    const auto report = check::check_sip(SmallSip().write(dir), &referentials);
    return std::ranges::count(
        report.assumptions,
        "the referentials of the platform are still those that were fetched on 2026-11-01T08:00:00Z",
        &core::Message::english);
  };
  CHECK(told() == 0);
  core::write_file(folder / "fetched.json",
                   R"({"format":"versoir-referential/1","date":"2026-11-01T08:00:00Z","platform":"p"})");
  CHECK(told() == 1);
}

TEST_CASE("the management contract of the ingest contract must be known and active") {
  Platform platform;
  platform.with("ingestcontracts.json",
                R"([{"Identifier":"IC-1","Status":"ACTIVE","ManagementContractId":"MC-1"}])");
  const auto with = [&](const std::string& contracts) {
    return tests::defects(platform.with("management-contracts.json", contracts).judge(SmallSip()));
  };
  const std::string code = "CHECK_HEADER.CHECK_CONTRACT_INGEST.MANAGEMENT_CONTRACT_";
  CHECK(with(R"([{"Identifier":"MC-1","Status":"ACTIVE"}])").empty());
  CHECK(with(R"([{"Identifier":"MC-1","Status":"INACTIVE"}])") == Codes{code + "INACTIVE.KO"});
  CHECK(with("[]") == Codes{code + "UNKNOWN.KO"});
}

TEST_CASE("the format of a file is identified, charted, and compared with the declared one") {
  core::TemporaryDirectory dir;
  SmallSip wrong;
  wrong.replace("<FormatId>fmt/101", "<FormatId>fmt/11");
  const auto report = check::check_sip(wrong.write(dir), nullptr);
  CHECK(tests::defects(report) == Codes{"OG_OBJECTS_FORMAT_CHECK.FILE_FORMAT.UPDATED_FORMAT.WARNING"});
  CHECK(report.status == Status::warning);
  SmallSip undeclared;
  undeclared.replace("<FormatIdentification><FormatId>fmt/101</FormatId></FormatIdentification>", "");
  CHECK(tests::defects(check::check_sip(undeclared.write(dir), nullptr)).empty());
  Platform platform;
  const Codes uncharted{"OG_OBJECTS_FORMAT_CHECK.UNCHARTED.KO"};
  platform.with("formats/formats.tsv", "puid\tmime\tname\textensions\nx-fmt/18\t\tCSV\tcsv\n");
  CHECK(tests::defects(platform.judge(SmallSip())) == uncharted);
  platform.with("formats/formats.tsv", "puid\nx-fmt/18\nfmt/101\n");
  CHECK(tests::defects(platform.judge(SmallSip())).empty());
  std::filesystem::remove_all(platform.folder / "formats");
  platform.with("formats/DROID_SignatureFile.xml",
                "<FFSignatureFile><FileFormatCollection><FileFormat PUID=\"fmt/101\"/>"
                "</FileFormatCollection></FFSignatureFile>");
  CHECK(tests::defects(platform.judge(SmallSip())) == uncharted);
}

TEST_CASE("a file of no known format is refused, unless the contract takes it") {
  SmallSip sip;
  sip.files.emplace_back("content/BDO3", std::string("\x00\x01\x02\xFF\xFE\x00\x03\x90", 8));
  sip.replace(
      "  <DescriptiveMetadata>",
      "  <DataObjectGroup id=\"OG3\"><BinaryDataObject id=\"BDO3\"><DataObjectVersion>BinaryMaster_1"
      "</DataObjectVersion><Uri>content/BDO3</Uri><MessageDigest algorithm=\"SHA-512\">" +
          core::sha512(sip.files.back().second).hex() +
          "</MessageDigest><Size>8</Size></BinaryDataObject></DataObjectGroup>\n  <DescriptiveMetadata>");
  sip.replace("<ArchiveUnitRefId>AU3</ArchiveUnitRefId></ArchiveUnit>",
              "<ArchiveUnitRefId>AU3</ArchiveUnitRefId></ArchiveUnit><DataObjectReference>"
              "<DataObjectGroupReferenceId>OG3</DataObjectGroupReferenceId></DataObjectReference>");
  Platform platform;
  const std::string code = "OG_OBJECTS_FORMAT_CHECK.FILE_FORMAT.UNKNOWN.";
  CHECK(tests::defects(platform.judge(sip)) == Codes{code + "KO"});
  platform.with("ingestcontracts.json",
                R"([{"Identifier":"IC-1","Status":"ACTIVE","FormatUnidentifiedAuthorized":true}])");
  CHECK(tests::defects(platform.judge(sip)) == Codes{code + "WARNING"});
}

TEST_CASE(
    "the page of a report says the verdict, the defects and what to do, and escapes what others wrote") {
  SmallSip sip;
  sip.replace("<DataObjectVersion>BinaryMaster_1", "<DataObjectVersion>&lt;img&gt;");
  core::TemporaryDirectory dir;
  const std::vector<check::Report> reports{check::check_sip(sip.write(dir), nullptr)};
  core::StringSink sink;
  check::write_page(sink, reports);
  CHECK(sink.text.find("INVALID_DATAOBJECTVERSION") != std::string::npos);
  CHECK(sink.text.find("decides the verdict") != std::string::npos);
  CHECK(sink.text.find("BinaryMaster_1, PhysicalMaster_1") != std::string::npos);
  CHECK(sink.text.find("&lt;img&gt; is not a usage") != std::string::npos);
  CHECK(sink.text.find("<img>") == std::string::npos);
}

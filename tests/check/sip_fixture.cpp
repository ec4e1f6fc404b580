// The small SIP and its oracle-side helpers.
#include "sip_fixture.hpp"

#include "core/digest.hpp"
#include "core/zip_stream.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace versoir::tests {

namespace {

const std::string first_object =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dossier><nom>Aubigne</nom></dossier>\n";
const std::string second_object = "annee,note\n2001,12\n";

std::string object_xml(const std::string& number, const std::string& extension, const std::string& algorithm,
                       const std::string& digest, std::size_t size, const std::string& format) {
  return "  <DataObjectGroup id=\"OG" + number + "\">\n   <BinaryDataObject id=\"BDO" + number +
         "\">\n    <DataObjectVersion>BinaryMaster_1</DataObjectVersion>\n    <Uri>content/BDO" + number +
         "." + extension + "</Uri>\n    <MessageDigest algorithm=\"" + algorithm + "\">" + digest +
         "</MessageDigest>\n    <Size>" + std::to_string(size) +
         "</Size>\n    <FormatIdentification><FormatId>" + format + "</FormatId></FormatIdentification>\n" +
         "    <FileInfo><Filename>objet " + number +
         "</Filename></FileInfo>\n   </BinaryDataObject>\n  </DataObjectGroup>\n";
}

}  // namespace

SmallSip::SmallSip() {
  files = {{"content/BDO1.xml", first_object}, {"content/BDO2.csv", second_object}};
  manifest =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<ArchiveTransfer xmlns=\"fr:gouv:culture:archivesdefrance:seda:v2.2\">\n"
      " <Comment>Petit versement</Comment>\n <Date>2026-11-25T10:00:00Z</Date>\n"
      " <MessageIdentifier>M-1</MessageIdentifier>\n <ArchivalAgreement>IC-1</ArchivalAgreement>\n"
      " <CodeListVersions/>\n <DataObjectPackage>\n" +
      object_xml("1", "xml", "SHA-512", core::sha512(first_object).hex(), first_object.size(), "fmt/101") +
      object_xml("2", "csv", "SHA-256", core::sha256(second_object).hex(), second_object.size(), "x-fmt/18") +
      "  <DescriptiveMetadata>\n"
      "   <ArchiveUnit id=\"AU1\">\n"
      "    <Content><DescriptionLevel>Fonds</DescriptionLevel><Title>Racine</Title></Content>\n"
      "    <ArchiveUnit id=\"AU2\">\n"
      "     <Management><AppraisalRule><Rule>APP-1</Rule><StartDate>2004-06-30</StartDate>"
      "<FinalAction>Destroy</FinalAction></AppraisalRule><AccessRule><Rule>ACC-1</Rule></AccessRule></"
      "Management>\n"
      "     <Content><DescriptionLevel>File</DescriptionLevel><Title>Dossier</Title>"
      "<StartDate>1999-09-01</StartDate><EndDate>2004-06-30</EndDate></Content>\n"
      "     "
      "<DataObjectReference><DataObjectGroupReferenceId>OG1</DataObjectGroupReferenceId></"
      "DataObjectReference>\n"
      "    </ArchiveUnit>\n"
      "    <ArchiveUnit id=\"REF1\"><ArchiveUnitRefId>AU3</ArchiveUnitRefId></ArchiveUnit>\n"
      "   </ArchiveUnit>\n"
      "   <ArchiveUnit id=\"AU3\">\n"
      "    <Content><DescriptionLevel>Item</DescriptionLevel><Title>Releve</Title></Content>\n"
      "    "
      "<DataObjectReference><DataObjectGroupReferenceId>OG2</DataObjectGroupReferenceId></"
      "DataObjectReference>\n"
      "   </ArchiveUnit>\n"
      "  </DescriptiveMetadata>\n"
      "  <ManagementMetadata>\n"
      "   <OriginatingAgencyIdentifier>SP-1</OriginatingAgencyIdentifier>\n"
      "   <SubmissionAgencyIdentifier>SV-1</SubmissionAgencyIdentifier>\n"
      "  </ManagementMetadata>\n </DataObjectPackage>\n"
      " <ArchivalAgency><Identifier>SA-1</Identifier></ArchivalAgency>\n"
      " <TransferringAgency><Identifier>ST-1</Identifier></TransferringAgency>\n"
      "</ArchiveTransfer>\n";
}

SmallSip& SmallSip::replace(const std::string& from, const std::string& to) {
  const auto at = manifest.find(from);
  INFO(from);
  REQUIRE(at != std::string::npos);
  manifest.replace(at, from.size(), to);
  return *this;
}

std::filesystem::path SmallSip::write(const core::TemporaryDirectory& dir, const std::string& name) const {
  const auto path = dir.path() / name;
  core::ZipStream zip(path);
  if (!manifest_name.empty()) zip.add(manifest_name, manifest);
  for (const auto& [file, bytes] : files) zip.add(file, bytes);
  zip.commit();
  return path;
}

std::vector<std::string> defects(const check::Report& report) {
  std::vector<std::string> codes;
  for (const auto& e : report.events)
    if (!e.code.starts_with("STP_")) codes.push_back(e.code);
  return codes;
}

std::vector<std::string> steps(const check::Report& report) {
  std::vector<std::string> codes;
  for (const auto& e : report.events)
    if (e.code.starts_with("STP_")) codes.push_back(e.code);
  return codes;
}

std::filesystem::path write_referentials(const core::TemporaryDirectory& dir) {
  const auto folder = dir.path() / "referentials";
  std::filesystem::create_directories(folder);
  core::write_file(folder / "agencies.csv",
                   "\xEF\xBB\xBFIdentifier,Name,Description\nSP-1,Producteur,\nSV-1,\"Versant, bis\",\n");
  core::write_file(
      folder / "rules.csv",
      "RuleId,RuleType,RuleValue,RuleDescription,RuleDuration,RuleMeasurement\n"
      "APP-1,AppraisalRule,Dossiers,\"Sur\ndeux lignes\",50,Year\nACC-1,AccessRule,Vie privee,,50,YEAR\n"
      "ACC-2,AccessRule,Sans fin,,unlimited,Year\nHOL-1,HoldRule,Gel,,,\nHOL-2,HoldRule,Gel,,2,Month\n");
  core::write_file(folder / "ingestcontracts.json",
                   R"([{"Identifier":"IC-1","Name":"Contrat","Status":"ACTIVE"},
                       {"Identifier":"IC-2","Status":"INACTIVE"},
                       {"Identifier":"IC-3","Status":"ACTIVE","ArchiveProfiles":["PR-1"]},
                       {"Identifier":"IC-4","Status":"ACTIVE","EveryFormatType":false,"FormatType":["fmt/95"]},
                       {"Identifier":"IC-5","Status":"ACTIVE","CheckParentLink":"REQUIRED"},
                       {"Identifier":"IC-6","Status":"ACTIVE","MasterMandatory":false}])");
  return folder;
}

bool python(const std::string& script, const std::vector<std::string>& arguments) {
  std::string command = "python3 -c '" + script + "'";
  for (const auto& argument : arguments) command += " '" + argument + "'";
  return std::system(command.c_str()) == 0;
}

}  // namespace versoir::tests

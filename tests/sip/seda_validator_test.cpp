// The validator of SEDA messages: every fault at once, where it stands, what was expected; bounded on any
// input.
#include "sip/seda_validator.hpp"

#include "core/error.hpp"
#include "exit_of.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <sys/resource.h>

using namespace versoir;
using sip::SedaMode;
using sip::SedaVersion;

namespace {

/// A transfer with these units, one a line; the first unit stands on line 10.
std::string transfer(const std::string& units, const std::string& objects = "",
                     const std::string& version = "2.2") {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<ArchiveTransfer xmlns="fr:gouv:culture:archivesdefrance:seda:v)" +
         version + R"(">
<Date>2026-11-26T10:00:00Z</Date>
<MessageIdentifier>M1</MessageIdentifier>
<CodeListVersions/>
<DataObjectPackage>
)" + objects +
         R"(
<DescriptiveMetadata>

)" + units +
         R"(
</DescriptiveMetadata>
<ManagementMetadata/>
</DataObjectPackage>
<ArchivalAgency><Identifier>A</Identifier></ArchivalAgency>
<TransferringAgency><Identifier>B</Identifier></TransferringAgency>
</ArchiveTransfer>
)";
}

std::string archive_unit(const std::string& content, const std::string& id = "AU1") {
  return "<ArchiveUnit id=\"" + id + "\">" + content + "</ArchiveUnit>";
}

sip::SedaReport check(const std::string& text, SedaMode mode = SedaMode::published,
                      sip::SedaLimits limits = {}) {
  return sip::validate_seda_text(text, mode, limits);
}

std::vector<std::string> sentences(const sip::SedaReport& report) {
  std::vector<std::string> out;
  for (const auto& issue : report.issues) out.push_back(issue.message.english());
  return out;
}

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("the frame of these tests is valid, in both modes and three versions") {
  for (const auto* version : {"2.1", "2.2", "2.3"})
    for (const auto mode : {SedaMode::published, SedaMode::ingest}) {
      const auto report = check(transfer(archive_unit("<Content/>"), "", version), mode);
      CHECK(sentences(report) == std::vector<std::string>{});
      CHECK(report.message == "ArchiveTransfer");
      CHECK(sip::seda_name(*report.version) == version);
    }
}

TEST_CASE("every fault is told: line, path, unit, title and what was expected") {
  const auto report = check(transfer(
      archive_unit(
          "<Management><AccessRule><Rule>ACC-1</Rule><StartDate>30/06/2004</StartDate></AccessRule>\n"
          "<StorageRule><FinalAction>Keep</FinalAction></StorageRule></Management>\n"
          "<Content><DescriptionLevel>Dossier</DescriptionLevel>\n"
          "<Title>Dossier de Zoé</Title>\n"
          "<Descripton>faute</Descripton>\n"
          "<Title>après une inconnue</Title>\n"
          "<Tag> </Tag>\n"
          "<StartDate>2004-02-30</StartDate></Content>") +
      "\n" + archive_unit("<Content/><DataObjectReference/>", "1U")));
  REQUIRE(report.total == 9);
  REQUIRE(report.issues.size() == 9);
  const std::string unit_path = "ArchiveTransfer/DataObjectPackage/DescriptiveMetadata/ArchiveUnit[AU1]";
  struct Expected {
    long line;
    std::string path, sentence;
  };
  const std::vector<Expected> expected{
      {10, unit_path + "/Management/AccessRule/StartDate", "“30/06/2004” is not a date (2004-06-30)."},
      {11, unit_path + "/Management",
       "StorageRule comes too late in Management. Expected here: DisseminationRule, ReuseRule, "
       "ClassificationRule, "
       "LogBook, NeedAuthorization, HoldRule, </Management>"},
      {11, unit_path + "/Management/StorageRule/FinalAction",
       "“Keep” is not one of: RestrictAccess, Transfer, Copy"},
      {12, unit_path + "/Content/DescriptionLevel",
       "“Dossier” is not one of: Fonds, Subfonds, Class, Collection, Series, Subseries, RecordGrp, SubGrp, "
       "File, "
       "Item, OtherLevel"},
      {14, unit_path + "/Content",
       "Descripton does not exist in Content. Expected here: Title, FilePlanPosition, SystemId, "
       "OriginatingSystemId, ArchivalAgencyArchiveUnitIdentifier, OriginatingAgencyArchiveUnitIdentifier, "
       "TransferringAgencyArchiveUnitIdentifier, Description, CustodialHistory, Type, DocumentType, "
       "Language, …"},
      {16, unit_path + "/Content/Tag",
       "The value is empty: something must be written, or the element left out."},
      {17, unit_path + "/Content/StartDate",
       "“2004-02-30” is not a date (2004-06-30), nor a date with its time, nor a year."},
  };
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(i);
    CHECK(report.issues[i].line == expected[i].line);
    CHECK(report.issues[i].path == expected[i].path);
    CHECK(report.issues[i].message.english() == expected[i].sentence);
    CHECK(report.issues[i].unit == "AU1");
    CHECK(report.issues[i].title == "Dossier de Zoé");  // even where the rules come before the title
  }
  CHECK(report.issues[4].expected.front() == "Title");
  CHECK(report.issues[4].expected.back().empty());  // the end of Content
  CHECK(report.issues[7].path == "ArchiveTransfer/DataObjectPackage/DescriptiveMetadata/ArchiveUnit[1U]/@id");
  CHECK(report.issues[8].expected ==
        std::vector<std::string>{"DataObjectReferenceId", "DataObjectGroupReferenceId"});
}

TEST_CASE("after a fault the reading goes on where a reader would") {
  SECTION("what is missing is told once") {
    CHECK(sentences(check(transfer(archive_unit("")))) ==
          std::vector<std::string>{
              "ArchiveUnit ends too early. Expected here: ArchiveUnitRefId, ArchiveUnitProfile, "
              "Management, Content"});
    CHECK(sentences(check(transfer(archive_unit("<DataObjectReference><DataObjectGroupReferenceId>AU1"
                                                "</DataObjectGroupReferenceId></DataObjectReference>")))) ==
          std::vector<std::string>{"Before DataObjectReference, Content is missing in ArchiveUnit."});
    CHECK(sentences(check(transfer(archive_unit("<Management><AppraisalRule/></Management><Content/>")))) ==
          std::vector<std::string>{"At the end of AppraisalRule, FinalAction is missing."});
  }
  SECTION("what is repeated is looked into") {
    CHECK(sentences(check(transfer(
              archive_unit("<Content><Status>a</Status><Status> </Status><Tag>t</Tag></Content>")))) ==
          std::vector<std::string>{
              "Status may not be repeated in Content. Expected here: Version, Tag, Keyword, Coverage, "
              "OriginatingAgency, SubmissionAgency, Agent, AuthorizedAgent, Writer, Addressee, Recipient, "
              "Transmitter, …",
              "The value is empty: something must be written, or the element left out."});
  }
  SECTION("what is unknown is passed over with all it holds") {
    CHECK(check(transfer(archive_unit("<Contenu><Title/><Faute/></Contenu><Content/>"))).total == 1);
    CHECK(check(transfer(archive_unit("<Content><x:a xmlns:x=\"urn:x\"><x:b/></x:a></Content>"))).total == 1);
  }
  SECTION("text among elements and elements in text, once for each place") {
    CHECK(sentences(check(transfer(archive_unit("mot<Content>un<Title/>deux</Content>")))) ==
          std::vector<std::string>{"ArchiveUnit holds elements: text cannot stand directly in it (“mot”).",
                                   "Content holds elements: text cannot stand directly in it (“un”)."});
    CHECK(sentences(check(transfer(archive_unit("<Content><Title>a<b/>c</Title></Content>")))) ==
          std::vector<std::string>{"Title holds text only: the element b cannot stand in it."});
  }
  SECTION("attributes") {
    CHECK(sentences(
              check(transfer("<ArchiveUnit couleur=\"bleu\"><Content><Title xml:lang=\"français\"/></Content>"
                             "</ArchiveUnit>"))) ==
          std::vector<std::string>{"ArchiveUnit has no attribute couleur.",
                                   "The attribute id of ArchiveUnit is missing.",
                                   "“français” is not a language code (fra, fr-FR)."});
  }
}

TEST_CASE("identifiers and references are followed by our own index") {
  const auto report = check(transfer(
      archive_unit(
          "<Content><Title>Premier</Title></Content><ArchiveUnit "
          "id=\"P1\"><ArchiveUnitRefId>AU2</ArchiveUnitRefId>"
          "</ArchiveUnit>\n<ArchiveUnit id=\"P2\"><ArchiveUnitRefId>AU3</ArchiveUnitRefId></ArchiveUnit>") +
      "\n" + archive_unit("<Content/>", "AU2") + "\n" +
      archive_unit("<Content><Title>Bis</Title></Content>", "AU2")));
  REQUIRE(report.total == 2);
  CHECK(report.issues[0].line == 13);
  CHECK(report.issues[0].message.english() == "The identifier AU2 is borne twice, first at line 12.");
  CHECK(report.issues[0].title == "Bis");
  CHECK(report.issues[1].line == 11);
  CHECK(report.issues[1].message.english() == "AU3 designates nothing: no element bears that identifier.");
  CHECK(report.issues[1].path ==
        "ArchiveTransfer/DataObjectPackage/DescriptiveMetadata/ArchiveUnit[AU1]/ArchiveUnit[P2]/"
        "ArchiveUnitRefId");
  CHECK(
      check(transfer("<ArchiveUnit id=\"AU1\"><Content/></ArchiveUnit>",
                     "<DataObjectGroup id=\"OG1\"><PhysicalDataObject id=\"O1\"><Relationship target=\"OG1\" "
                     "type=\"t\"/></PhysicalDataObject></DataObjectGroup>"))
          .valid());
}

TEST_CASE("VITAM's additions are taken by its ingest alone") {
  const auto attached = transfer(archive_unit(
      "<Management><UpdateOperation><SystemId>aeaq</SystemId></UpdateOperation></Management><Content/>"));
  CHECK(!check(attached).valid());
  CHECK(check(attached, SedaMode::ingest).valid());
  const auto extended =
      transfer(archive_unit("<Content><Title>t</Title><MonChamp><A/>b</MonChamp></Content>"));
  CHECK(!check(extended).valid());
  CHECK(check(extended, SedaMode::ingest).valid());
  // What the structure declares stands in its place, even there.
  CHECK(!check(transfer(archive_unit("<Content><MonChamp/><Title>t</Title></Content>")), SedaMode::ingest)
             .valid());
}

TEST_CASE("a rule without date is written nil") {
  const auto rule = [](const std::string& date) {
    return transfer(
        "<ArchiveUnit xmlns:n=\"http://www.w3.org/2001/XMLSchema-instance\" id=\"AU1\"><Management>"
        "<AccessRule><Rule>R</Rule>" +
        date + "</AccessRule></Management><Content/></ArchiveUnit>");
  };
  CHECK(check(rule("<StartDate n:nil=\"true\"/>")).valid());
  CHECK(check(rule("<StartDate n:nil=\"false\">2004-06-30</StartDate>")).valid());
  CHECK(sentences(check(rule("<StartDate n:nil=\"1\">2004-06-30</StartDate>"))) ==
        std::vector<std::string>{"StartDate is declared nil: it must be empty."});
  CHECK(check(rule("<StartDate/>")).total == 1);
}

TEST_CASE("what is no SEDA message, or no XML, is one fault more and never a failure") {
  CHECK(sentences(check("<a/>")) ==
        std::vector<std::string>{"The namespace “” is not one of SEDA 2.1, 2.2 or 2.3."});
  CHECK(sentences(check("<Versement xmlns=\"fr:gouv:culture:archivesdefrance:seda:v2.2\"/>"))
            .front()
            .starts_with("Versement is not a message of SEDA. Expected: ArchiveTransfer, "));
  const auto whole = transfer(archive_unit("<Content><Tag/></Content>"));
  const auto cut = check(whole.substr(0, whole.size() - 40));
  CHECK(cut.unreadable);
  CHECK(cut.total >= 1);
  const auto broken = check(transfer(archive_unit("<Content><Tag/></Content>\n<x></y>")));
  CHECK(broken.unreadable);
  CHECK(broken.total >= 2);  // what was met before it is told
  CHECK(check("").unreadable);
  CHECK(check("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>").unreadable);
  CHECK(tests::exit_of([] { (void)sip::validate_seda("/nowhere/manifest.xml", SedaMode::ingest); }) !=
        core::Exit::ok);
}

TEST_CASE("hostile documents: limits hold, issues are counted and not all kept") {
  std::string units;
  for (int i = 0; i < 5000; ++i)
    units += archive_unit("<Content><Tag/><Inconnu/></Content>", fmt::format("AU{}", i));
  const auto many = check(transfer(units), SedaMode::published, {{}, 50, 1'000'000});
  CHECK(many.total == 10'000);
  CHECK(many.issues.size() == 50);

  std::string deep, end;
  for (int i = 0; i < 400; ++i) {
    deep += fmt::format("<ArchiveUnit id=\"AU{}\"><Content/>", i);
    end += "</ArchiveUnit>";
  }
  CHECK(check(transfer(deep + end)).valid());
  const auto path = check(transfer(deep + "<Faute/>" + end)).issues.front().path;
  CHECK(path.starts_with("ArchiveTransfer/DataObjectPackage/DescriptiveMetadata/…/ArchiveUnit[AU392]/"));
  CHECK(path.ends_with("/ArchiveUnit[AU399]"));
  CHECK(check(transfer(deep + deep + end + end)).unreadable);  // deeper than the reader's limit

  sip::SedaLimits few;
  few.identifiers = 100;
  CHECK(check(transfer(units), SedaMode::published, few).unreadable);

  const std::string long_word(200'000, 'x');
  const auto clipped = check(transfer(archive_unit("<Content><Title>" + long_word + "</Title><" + long_word +
                                                   "/><StartDate>" + long_word + "</StartDate></Content>")));
  CHECK(clipped.total == 2);
  for (const auto& issue : clipped.issues) CHECK(sip::issue_message(issue).english().size() < 1000);
}

TEST_CASE("memory grows by some bytes for each identifier, not with the document") {
  if (!tests::memory_tells) return;
  core::TemporaryDirectory dir;
  const auto file = dir.path() / "manifest.xml";
  const auto text = transfer("@");
  const auto at = text.find('@');
  std::FILE* out = std::fopen(file.c_str(), "w");
  REQUIRE(out);
  std::fwrite(text.data(), 1, at, out);
  const std::string description(300, 'd');
  for (int i = 0; i < 100'000; ++i)
    fmt::print(out,
               "<ArchiveUnit id=\"AU{0}\"><Content><DescriptionLevel>File</DescriptionLevel><Title>Dossier "
               "{0}</Title>"
               "<Description>{1}</Description></Content><ArchiveUnit id=\"P{0}\"><ArchiveUnitRefId>AU{2}"
               "</ArchiveUnitRefId></ArchiveUnit></ArchiveUnit>\n",
               i, description, (i + 1) % 100'000);
  std::fwrite(text.data() + at + 1, 1, text.size() - at - 1, out);
  std::fclose(out);
  const auto before = peak_kilobytes();
  CHECK(sip::validate_seda(file, SedaMode::published).valid());
  CHECK(std::filesystem::file_size(file) > 50'000'000);
  CHECK(peak_kilobytes() - before < 40'000);  // 200 000 identifiers, 100 000 references
}

TEST_CASE("the table loads for every version and mode, each structure can end, each rank is in order") {
  for (const auto version : {SedaVersion::v2_1, SedaVersion::v2_2, SedaVersion::v2_3})
    for (const auto mode : {SedaMode::published, SedaMode::ingest, SedaMode::written}) {
      const sip::SedaSchema schema(version, mode);
      CHECK(schema.messages().size() == (mode == SedaMode::written ? 1 : 15));
      for (const auto& structure : schema.structures()) {
        INFO(structure.name);
        CHECK(structure.particles.size() < 64);  // any-order and attributes are met in bits
        CHECK(structure.attributes.size() < 64);
        CHECK(std::ranges::is_sorted(structure.particles, {}, &sip::SedaParticle::rank));
      }
    }
}

TEST_CASE("a wrong table is refused with its line") {
  const auto load = [](const std::string& table) {
    return tests::exit_of([&] { sip::SedaSchema(table, SedaVersion::v2_2, SedaMode::published); });
  };
  CHECK(load("structure A\n  B ? token\n") == core::Exit::ok);
  for (const auto* table :
       {"structure A\n  B ? jeton\n", "structure A\n  B ! token\n", "structure A\n  choice 1\n  B 1 token\n",
        "structure A\n  B ? token [3.0]\n", "structure A\n  B ? token [tested]\n",
        "structure A\n  B ? token\n  B * token\n", "structure A\n  include A\n", "  B ? token\n",
        "structure A\nstructure A\n", "message A B\n", "autre\n"}) {
    INFO(table);
    CHECK(load(table) == core::Exit::unexpected);
  }
}

TEST_CASE("requests for authorization and their replies are read, a reply inside a request says its type") {
  const auto message = [](const std::string& name, const std::string& body, const std::string& tail,
                          const std::string& type = {}) {
    return "<" + name + type + "><Date>2024-01-01T00:00:00Z</Date><MessageIdentifier>M</MessageIdentifier>" +
           "<CodeListVersions/>" + body + "<ArchivalAgency><Identifier>A</Identifier></ArchivalAgency><" +
           tail + "><Identifier>C</Identifier></" + tail + "></" + name + ">";
  };
  const std::string answered = "<MessageRequestIdentifier>R</MessageRequestIdentifier>";
  for (const std::string version : {"2.1", "2.2", "2.3"})
    for (const std::string whom : {"ControlAuthority", "OriginatingAgency"}) {
      const std::string open = " xmlns=\"fr:gouv:culture:archivesdefrance:seda:v" + version +
                               "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
      const auto name = "Authorization" + whom + "Request";
      const auto asked = [&](const std::string& type) {
        return message(name,
                       "<AuthorizationRequestContent><AuthorizationReason>motif</AuthorizationReason>"
                       "<RequestDate>2024-01-01</RequestDate><UnitIdentifier>U</UnitIdentifier>"
                       "<Requester><Identifier>X</Identifier></Requester>" +
                           message("AuthorizationRequestReply", answered, whom, type) +
                           "</AuthorizationRequestContent>",
                       whom, open);
      };
      for (const auto mode : {sip::SedaMode::published, sip::SedaMode::ingest}) {
        INFO(version << ' ' << whom);
        CHECK(sip::validate_seda_text(asked(" xsi:type=\"" + name + "ReplyType\""), mode).valid());
        CHECK(sip::validate_seda_text(message(name + "Reply", answered, whom, open), mode).valid());
        CHECK(sip::validate_seda_text(asked(""), mode).total == 1);
        CHECK(sip::validate_seda_text(message(name, answered, whom, open), mode).total > 0);
        CHECK(sip::validate_seda_text(message(name + "Reply", answered, "Requester", open), mode).total > 0);
      }
    }
}

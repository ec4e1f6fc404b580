// See fixture.hpp.
#include "fixture.hpp"

#include "check/checker.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "core/zip_stream.hpp"
#include "exit_of.hpp"
#include "sip/settings.hpp"
#include "trust/seal.hpp"
#include "vitam/ingest.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <unistd.h>

namespace versoir::tests {

SmallSip::SmallSip(const std::string& message_identifier, const std::string& seda) {
  files = {{"content/BO1.txt", "bonjour\n"}};
  manifest = R"(<?xml version="1.0" encoding="UTF-8"?>
<ArchiveTransfer xmlns="fr:gouv:culture:archivesdefrance:seda:v)" +
             seda + R"(">
  <Date>2026-11-25T10:00:00Z</Date>
  <MessageIdentifier>)" +
             message_identifier + R"(</MessageIdentifier>
  <ArchivalAgreement>IC-TEST</ArchivalAgreement>
  <CodeListVersions/>
  <DataObjectPackage>
    <DataObjectGroup id="OG1">
      <BinaryDataObject id="BO1">
        <DataObjectVersion>BinaryMaster_1</DataObjectVersion>
        <Uri>content/BO1.txt</Uri>
        <MessageDigest algorithm="SHA-512">)" +
             core::sha512(files[0].second).hex() + R"(</MessageDigest>
        <Size>8</Size>
        <FormatIdentification><FormatId>x-fmt/111</FormatId></FormatIdentification>
        <FileInfo><Filename>BO1.txt</Filename></FileInfo>
      </BinaryDataObject>
    </DataObjectGroup>
    <DescriptiveMetadata>
      <ArchiveUnit id="AU1">
        <Management>
          <AppraisalRule>
            <Rule>APP-1</Rule>
            <StartDate>2020-01-01</StartDate>
            <FinalAction>Keep</FinalAction>
          </AppraisalRule>
        </Management>
        <Content>
          <DescriptionLevel>File</DescriptionLevel>
          <Title>Dossier</Title>
          <StartDate>2019-09-01</StartDate>
          <EndDate>2020-06-30</EndDate>
        </Content>
        <ArchiveUnit id="AU2">
          <Content>
            <DescriptionLevel>Item</DescriptionLevel>
            <Title>Pièce</Title>
          </Content>
          <DataObjectReference>
            <DataObjectGroupReferenceId>OG1</DataObjectGroupReferenceId>
          </DataObjectReference>
        </ArchiveUnit>
      </ArchiveUnit>
    </DescriptiveMetadata>
    <ManagementMetadata>
      <OriginatingAgencyIdentifier>AG-TEST</OriginatingAgencyIdentifier>
    </ManagementMetadata>
  </DataObjectPackage>
  <ArchivalAgency><Identifier>ARCHIVES</Identifier></ArchivalAgency>
  <TransferringAgency><Identifier>AG-TEST</Identifier></TransferringAgency>
</ArchiveTransfer>
)";
}

SmallSip& SmallSip::replace(const std::string& from, const std::string& to) {
  const auto at = manifest.find(from);
  INFO(from);
  REQUIRE(at != std::string::npos);
  REQUIRE(manifest.find(from, at + 1) == std::string::npos);
  manifest.replace(at, from.size(), to);
  return *this;
}

void SmallSip::write(const fs::path& zip) const {
  core::ZipStream writer(zip);
  writer.add(manifest_name, manifest);
  for (const auto& [name, content] : files) writer.add(name, content);
  writer.commit();
}

std::string SmallSip::digest() const { return core::sha512(manifest).hex(); }

void write_referentials(const fs::path& folder) {
  fs::create_directories(folder);
  core::write_file(folder / "agencies.csv",
                   "Identifier,Name,Description\nAG-TEST,Service,\nARCHIVES,Archives,\n");
  core::write_file(folder / "rules.csv",
                   "RuleId,RuleType,RuleValue,RuleDescription,RuleDuration,RuleMeasurement\n"
                   "APP-1,AppraisalRule,Dossiers,,10,YEAR\nACC-1,AccessRule,Vie privée,,50,YEAR\n");
  core::write_file(folder / "ingestcontracts.json",
                   R"([{"Identifier":"IC-TEST","Name":"Essai","Status":"ACTIVE"},
                       {"Identifier":"IC-OLD","Name":"Ancien","Status":"INACTIVE"},
                       {"Identifier":"IC-OUT","Status":"ACTIVE"},
                       {"Identifier":"IC-PROFILE","Status":"ACTIVE","ArchiveProfiles":["PR-1","PR-OLD"]},
                       {"Identifier":"IC-FORMAT","Status":"ACTIVE","EveryFormatType":false,
                        "FormatType":["fmt/101"]},
                       {"Identifier":"IC-ALONE","Status":"ACTIVE","CheckParentLink":"UNAUTHORIZED"},
                       {"Identifier":"IC-ATTACHED","Status":"ACTIVE","CheckParentLink":"REQUIRED"}])");
  core::write_file(folder / "profiles.json",
                   R"([{"Identifier":"PR-1","Status":"ACTIVE"},{"Identifier":"PR-OTHER","Status":"ACTIVE"},
                       {"Identifier":"PR-OLD","Status":"INACTIVE"}])");
  core::write_file(folder / "context.json",
                   R"([{"EnableControl":true,"Permissions":[{"tenant":3,"IngestContracts":
                       ["IC-TEST","IC-OLD","IC-PROFILE","IC-FORMAT","IC-ALONE","IC-ATTACHED"]}]}])");
  core::write_file(folder / "classification.json", R"({"allowList":["Secret"],"authorizeNotDefined":true})");
}

fs::path pki(const std::string& name) { return fs::path(VERSOIR_TEST_PKI) / name; }

std::string accepting_reply(const std::string& operation, const std::string& request,
                            const std::string& code) {
  return R"(<ArchiveTransferReply xmlns="fr:gouv:culture:archivesdefrance:seda:v2.2"><Date>2026-11-25T11:00:00.000+00:00</Date>
<MessageIdentifier>)" +
         operation +
         R"(</MessageIdentifier><DataObjectPackage><DataObjectGroup id="OG1"><BinaryDataObject id="BO1">
<DataObjectSystemId>aeaaobj</DataObjectSystemId><DataObjectGroupSystemId>aebagot</DataObjectGroupSystemId></BinaryDataObject>
</DataObjectGroup><DescriptiveMetadata><ArchiveUnit id="AU1"><Content><SystemId>aeaqone</SystemId></Content></ArchiveUnit>
<ArchiveUnit id="AU2"><Content><SystemId>aeaqtwo</SystemId></Content></ArchiveUnit></DescriptiveMetadata><ManagementMetadata/>
</DataObjectPackage><ReplyCode>)" +
         code + "</ReplyCode><MessageRequestIdentifier>" + request +
         "</MessageRequestIdentifier><GrantDate>2026-11-25T11:00:00.000+00:00</GrantDate></"
         "ArchiveTransferReply>";
}

WholeAtr whole_reply(std::string_view xml, std::string_view origin) {
  WholeAtr whole;
  static_cast<vitam::Atr&>(whole) = vitam::parse_atr(xml, origin, [&](const vitam::AtrRow& row) {
    if (row.kind == vitam::AtrRow::Kind::unit)
      whole.units[row.id] = row.system_id;
    else
      whole.objects[row.id] = {row.system_id, row.group_system_id};
  });
  return whole;
}

ApprovedLot::ApprovedLot(std::string ingest_url)
    : clock(*core::parse_instant("2026-11-25T10:00:00Z")),
      versement(work.path(), "essai"),
      journal(work.path() / "journal-test.jsonl", "test", clock),
      ingest_url_(std::move(ingest_url)) {
  fs::create_directories(folder());
  plan_.versement = "essai";
  plan_.created = clock.now();
  plan_.extract = "essai.extract";
  plan_.extract_kind = "rehearsal";
  plan_.application = "essai";
  plan_.platform = "sandbox";
  plan_.platform_kind = "rehearsal";
  plan_.tenant = 3;
  plan_.settings = sip::Settings{}.to_json();
  plan_.lots = {{id, "essai", 1, 1}};
  for (const auto* name : {"kept.csv", "left-out.csv", "review.html"})
    core::write_file(versement.file(name), "x\n");
  versement.write_plan(plan_);
  const auto zip = versement.sip(id);
  SmallSip(id.value).write(zip);
  const auto producer = signer_in(pki(""), "producer", clock);
  const auto digest = trust::seal_file(zip, *producer, clock, nullptr);
  core::write_file(versement.file("review.html"),
                   digest.sha512.hex() + platform().ingest_url);  // what a report says of a lot
  core::write_json(folder() / "build.json", {{"format", "versoir-build/1"}, {"sha512", digest.sha512.hex()}});
  write_check(versement, id);
  const auto archivist = signer_in(pki(""), "archivist", clock);
  sip::VisaOptions options;
  options.confirm = "essai";
  options.target = vitam::target_of(platform());
  const auto roles = roles_in(pki(""));
  sip::sign_visa(versement,
                 sip::prepare_visa(versement, plan_, options, archivist->certificate(), roles, clock),
                 *archivist, clock, nullptr);
}

sip::ApprovedSip ApprovedLot::approved() {
  auto verified = sip::verify_visa(versement, plan_, id, vitam::target_of(platform()), store_in(pki("")),
                                   roles_in(pki("")), clock);
  for (const auto& finding : verified.findings) UNSCOPED_INFO(finding.message.english());
  REQUIRE(verified.approved);
  return std::move(*verified.approved);
}

std::vector<std::string> ApprovedLot::events() const {
  std::vector<std::string> names;
  const auto text = core::read_file(journal.file());
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const auto event = core::parse_json(text.substr(at, end - at), "journal").at("event").get<std::string>();
    if (event.starts_with("SEN") || event.starts_with("ATR")) names.push_back(event);
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return names;
}

vitam::Platform ApprovedLot::platform() const {
  vitam::Platform p;
  p.name = "sandbox";
  p.kind = "rehearsal";
  p.ingest_url = ingest_url_;
  p.access_url = "https://access.test:8444/prefix";
  p.tenant = 3;
  return p;
}

ReceiptedLot::ReceiptedLot(const std::string& code) {
  journal.append("VISA_APPROVED",
                 {{"versement", versement.id()},
                  {"visa", 1},
                  {"sha512", core::digest_file(versement.file("visa-1.json")).sha512.hex()},
                  {"signature", core::digest_file(versement.file("visa-1.json.p7s")).sha512.hex()}},
                 trust::Outcome::ok);
  FakeHttp http;
  vitam::Client client{http, platform()};
  core::SilentProgress progress;
  vitam::Ingest ingest{client, journal, clock, progress, [](std::chrono::seconds) {}};
  http.then(202, {{"X-Request-Id", operation_id}});
  ingest.send(versement, ApprovedLot::approved(), false);
  http.then(200, {{"X-Global-Execution-State", "COMPLETED"}, {"X-Global-Execution-Status", code}});
  http.then(200, {}, accepting_reply(operation_id, id.value, code));
  if (code == "KO") {
    REQUIRE(exit_of([&] { ingest.follow(versement, id, {operation_id}, {}); }) ==
            core::Exit::transfer_rejected);
    return;
  }
  ingest.follow(versement, id, {operation_id}, {});
  clock.set(clock.now() + std::chrono::days(1));  // after the reply
  auto receipt = core::read_json(folder() / "receipt.json");
  receipt["verified"] = core::format_instant(clock.now());
  core::write_json(folder() / "receipt.json", receipt);
}

vitam::ClosingVerdict ReceiptedLot::prove(int days, bool without_transfer) {
  const auto known = trail();
  return vitam::prove_closable(versement, planned(), {known, std::chrono::days(days), without_transfer},
                               clock);
}

void ReceiptedLot::close(bool without_transfer) {
  auto verdict = prove(0, without_transfer);
  for (const auto& f : verdict.findings) UNSCOPED_INFO(f.message.english());
  REQUIRE(verdict.lot);
  vitam::close_lot(versement, *verdict.lot, journal, clock);
}

std::string ReceiptedLot::state() const {
  return std::string(sip::state_name(sip::lot_facts(versement, planned(), "approve").state));
}

core::HttpResponse FakeHttp::perform(const core::HttpRequest& request) {
  Call call{request.method, request.url, request.body, request.headers};
  REQUIRE_FALSE(answers.empty());
  const auto answer = std::move(answers.front());
  answers.pop_front();
  if (request.body_fd >= 0) {
    std::array<char, 1000> piece;
    for (;;) {
      const auto n = ::read(request.body_fd, piece.data(), piece.size());
      REQUIRE(n >= 0);
      const std::string_view view(piece.data(), static_cast<std::size_t>(n));
      request.on_sent(view);
      if (n == 0) break;
      call.body += view;
    }
  }
  calls.push_back(std::move(call));
  auto response = answer();
  if (request.on_received && response.status / 100 == 2) {
    request.on_received(response.body);
    response.body.clear();
  }
  return response;
}

void FakeHttp::then(int status, core::Headers headers, std::string body) {
  answers.push_back([=] { return core::HttpResponse{status, headers, body}; });
}

void FakeHttp::then_fail(core::Exit code) {
  answers.push_back([code]() -> core::HttpResponse { throw core::Error(code, core::msg("no answer")); });
}

}  // namespace versoir::tests

// The sandbox from outside, over real TLS: its HTTP manners, one verdict per control, its faults, its
// restart.
#include "vitam/sandbox/sandbox.hpp"

#include "core/json.hpp"
#include "core/zip.hpp"
#include "fixture.hpp"
#include "vitam/atr.hpp"
#include "vitam/ingest.hpp"
#include "vitam/sandbox/reply.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace versoir;
using core::Exit;
using core::HttpRequest;
using tests::SmallSip;
namespace fs = std::filesystem;

namespace {

struct Running {
  explicit Running(std::string fault = {}) : fault_(std::move(fault)) {
    tests::write_referentials(work.path() / "referentials");
    start();
  }
  void start() {
    vitam::sandbox::Options o;
    o.folder = work.path() / "sandbox";
    o.referentials = work.path() / "referentials";
    o.tenant = 3;
    o.fault = fault_;
    o.server.tls = true;
    o.server.certificate = tests::pki("platform.pem");
    o.server.key = tests::pki("platform.key");
    o.server.client_ca = tests::pki("ca.pem");
    o.tsa_certificate = tests::pki("tsa.pem");
    o.tsa_key = tests::pki("tsa.key");
    sandbox = std::make_unique<vitam::sandbox::Sandbox>(o, clock);
    sandbox->start();
  }
  [[nodiscard]] core::TlsClientOptions tls() const {
    core::TlsClientOptions o;
    o.ca = tests::pki("ca.pem");
    o.certificate = tests::pki("client.pem");
    o.key = tests::pki("client.key");
    return o;
  }
  [[nodiscard]] std::string base() const { return "https://localhost:" + std::to_string(sandbox->port()); }
  [[nodiscard]] HttpRequest ask(std::string method, const std::string& path) const {
    HttpRequest r;
    r.method = std::move(method);
    r.url = base() + path;
    r.headers = {{"X-Tenant-Id", "3"}};
    return r;
  }
  [[nodiscard]] HttpRequest post() const {
    auto r = ask("POST", "/ingest-external/v1/ingests");
    r.headers["Content-Type"] = "application/octet-stream";
    r.headers["X-Context-Id"] = "DEFAULT_WORKFLOW";
    r.headers["X-Action"] = "RESUME";
    return r;
  }
  core::HttpResponse send(const HttpRequest& r) { return http->perform(r); }
  std::string post_file(const fs::path& zip, core::Headers more = {}) {
    const auto fd = core::open_read(zip);
    auto r = post();
    for (const auto& [name, value] : more) r.headers[name] = value;
    r.body_fd = fd.get();
    const auto answer = send(r);
    REQUIRE(answer.status == 202);
    CHECK(answer.header("X-Global-Execution-State") == "PAUSE");
    return answer.header("X-Request-Id");
  }
  std::string post_sip(const SmallSip& sip, core::Headers more = {}) {
    sip.write(work.path() / "out.zip");
    return post_file(work.path() / "out.zip", std::move(more));
  }
  /// Asks until the operation no longer moves, for a minute at most.
  core::HttpResponse wait(const std::string& id) {
    for (int asked = 0;; ++asked) {
      auto answer = send(ask("HEAD", "/admin-external/v1/operations/" + id));
      const auto state = answer.header("X-Global-Execution-State");
      const auto status = answer.header("X-Global-Execution-Status");
      if (state == "COMPLETED" || (state == "PAUSE" && status == "FATAL")) return answer;
      if (asked >= 6000) FAIL("operation " << id << " stays " << state << "/" << status);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  core::HttpResponse reply(const std::string& id) {
    return send(ask("GET", "/ingest-external/v1/ingests/" + id + "/archivetransferreply"));
  }
  vitam::Atr verdict(const SmallSip& sip, core::Headers more = {}) {
    const auto id = post_sip(sip, std::move(more));
    CHECK(wait(id).status == 200);
    return vitam::parse_atr(reply(id).body, id);
  }

  core::TemporaryDirectory work;
  core::FixedClock clock{*core::parse_instant("2026-11-25T12:00:00Z")};
  std::unique_ptr<vitam::sandbox::Sandbox> sandbox;
  std::unique_ptr<core::HttpClient> http = core::make_curl_client(tls());

 private:
  std::string fault_;
};

std::string codes_of(const vitam::Atr& atr) {
  std::string all;
  for (const auto& event : atr.events) all += event.code + '\n';
  return all;
}

}  // namespace

TEST_CASE("a valid SIP is accepted, with 36-character identifiers for all that it holds") {
  for (const std::string seda : {"2.1", "2.2", "2.3"}) {
    Running r;
    const auto id = r.post_sip(SmallSip("REQ-1", seda));
    CHECK(id.size() == 36);
    const auto done = r.wait(id);
    CHECK(done.status == 200);
    CHECK(done.header("X-Global-Execution-Status") == "OK");
    CHECK(done.header("X-Context-Id") == "INGEST");
    const auto reply = r.reply(id);
    CHECK(reply.status == 200);
    CHECK(reply.header("Content-Type") == "application/octet-stream");
    CHECK_THAT(reply.body, Catch::Contains("archivesdefrance:seda:v" + seda));
    const auto atr = vitam::parse_atr(reply.body, "atr");
    INFO(reply.body);
    CHECK(atr.reply_code == "OK");
    CHECK(atr.operation == id);
    CHECK(atr.request == "REQ-1");
    CHECK(atr.agreement == "IC-TEST");
    CHECK(atr.events.empty());
    REQUIRE((atr.units.size() == 2 && atr.objects.size() == 1));
    CHECK(atr.units.at("AU1").size() == 36);
    CHECK(atr.units.at("AU1") == vitam::sandbox::system_id("aeaq", id, "AU1"));
    CHECK(atr.units.at("AU1") != atr.units.at("AU2"));
    CHECK(atr.objects.at("BO1").system_id.size() == 36);
    CHECK(atr.objects.at("BO1").group_system_id.size() == 36);
    CHECK(r.send(r.ask("GET", "/ingest-external/v1/ingests/" + id + "/manifests")).body ==
          SmallSip("REQ-1", seda).manifest);
    CHECK(core::read_file(r.work.path() / "sandbox" / "operations" / id / "SIP" / "content" / "BO1.txt") ==
          "bonjour\n");
  }
}

namespace {

struct Fault {
  const char* name;
  const char* code;  ///< expected among the events of the reply
  std::function<void(SmallSip&)> plant;
  core::Headers headers = {};
};

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all{
      {"a second file at the root", "CHECK_SEDA.CONTAINER_FORMAT.FILE.KO",
       [](SmallSip& s) { s.files.emplace_back("notes.txt", "x"); }},
      {"a folder other than content", "CHECK_SEDA.CONTAINER_FORMAT.DIRECTORY.KO",
       [](SmallSip& s) { s.files.emplace_back("other/notes.txt", "x"); }},
      {"a manifest under another name", "MANIFEST_FILE_NAME_CHECK.KO",
       [](SmallSip& s) { s.manifest_name = "bordereau.xml"; }},
      {"an entry name that the workspace refuses", "UPLOAD_SIP.KO",
       [](SmallSip& s) { s.files.emplace_back("content/pièce jointe.txt", "x"); }},
      {"a manifest that is not XML", "CHECK_SEDA.NOT_XML_FILE.KO",
       [](SmallSip& s) { s.manifest = "bonjour"; }},
      {"a manifest that does not follow SEDA", "CHECK_SEDA.NOT_XSD_VALID.KO",
       [](SmallSip& s) { s.replace("<MessageIdentifier>REQ-1</MessageIdentifier>", ""); }},
      {"a version that the platform does not take", "CHECK_SEDA.UNSUPPORTED_SEDA_VERSION.KO",
       [](SmallSip& s) { s.replace("seda:v2.2", "seda:v2.0"); }},
      {"an agency that the platform does not know", "CHECK_HEADER.CHECK_AGENT.UNKNOWN.KO",
       [](SmallSip& s) {
         s.replace("<OriginatingAgencyIdentifier>AG-TEST", "<OriginatingAgencyIdentifier>AG-NONE");
       }},
      {"no contract", "CHECK_CONTRACT_INGEST.CONTRACT_NOT_IN_MANIFEST.KO",
       [](SmallSip& s) { s.replace("<ArchivalAgreement>IC-TEST</ArchivalAgreement>", ""); }},
      {"an unknown contract", "CHECK_CONTRACT_INGEST.CONTRACT_UNKNOWN.KO",
       [](SmallSip& s) { s.replace("IC-TEST", "IC-NONE"); }},
      {"an inactive contract", "CHECK_CONTRACT_INGEST.CONTRACT_INACTIVE.KO",
       [](SmallSip& s) { s.replace("IC-TEST", "IC-OLD"); }},
      {"a declared file that is missing", "CHECK_MANIFEST_OBJECTNUMBER.MANIFEST_SUPERIOR_BDO.KO",
       [](SmallSip& s) { s.files.clear(); }},
      {"a file that is not declared", "CHECK_MANIFEST_OBJECTNUMBER.MANIFEST_INFERIOR_BDO.KO",
       [](SmallSip& s) { s.files.emplace_back("content/BO2.txt", "x"); }},
      {"a file under another name", "CHECK_MANIFEST_OBJECTNUMBER.INVALID_URI.KO",
       [](SmallSip& s) { s.files[0].first = "content/BO9.txt"; }},
      {"a file that changed", "CHECK_DIGEST", [](SmallSip& s) { s.files[0].second = "bonsoir\n"; }},
      {"a group that no unit refers to", "CHECK_CONSISTENCY",
       [](SmallSip& s) {
         s.replace(
             "<DataObjectReference>\n            "
             "<DataObjectGroupReferenceId>OG1</DataObjectGroupReferenceId>\n"
             "          </DataObjectReference>",
             "");
       }},
      {"a reference to a unit that is not there", "CHECK_MANIFEST",
       [](SmallSip& s) {
         s.replace("<ArchiveUnit id=\"AU2\">",
                   "<ArchiveUnit "
                   "id=\"AU9\"><ArchiveUnitRefId>AU-NONE</ArchiveUnitRefId></ArchiveUnit>\n<ArchiveUnit "
                   "id=\"AU2\">");
       }},
      {"a cycle of units", "CHECK_MANIFEST_LOOP.KO",
       [](SmallSip& s) {
         s.replace("</DataObjectReference>",
                   "</DataObjectReference><ArchiveUnit "
                   "id=\"AU9\"><ArchiveUnitRefId>AU1</ArchiveUnitRefId></ArchiveUnit>");
         // The schema wants units before references.
         const auto reference = s.manifest.find("<DataObjectReference>");
         const auto end =
             s.manifest.find("</DataObjectReference>") + std::string("</DataObjectReference>").size();
         const auto text = s.manifest.substr(reference, end - reference);
         s.manifest.erase(reference, end - reference);
         const auto unit = s.manifest.find("<ArchiveUnit id=\"AU9\">");
         const auto after = s.manifest.find("</ArchiveUnit>", unit) + std::string("</ArchiveUnit>").size();
         s.manifest.insert(after, text);
       }},
      {"a rule that the platform does not know", "UNITS_RULES_COMPUTE.UNKNOWN.KO",
       [](SmallSip& s) { s.replace("APP-1", "APP-NONE"); }},
      {"a rule of another category", "UNITS_RULES_COMPUTE.CONSISTENCY.KO",
       [](SmallSip& s) { s.replace("APP-1", "ACC-1"); }},
      {"a unit without title", "CHECK_UNIT_SCHEMA",
       [](SmallSip& s) { s.replace("<Title>Dossier</Title>", ""); }},
      {"an end before the beginning", "CHECK_UNIT_SCHEMA.CONSISTENCY.KO",
       [](SmallSip& s) { s.replace("2020-06-30", "2018-06-30"); }},
      {"a manifest other than announced",
       "MANIFEST_DIGEST_CHECK.KO",
       [](SmallSip&) {},
       {{"X-Manifest-Digest-Algo", "SHA-512"}, {"X-Manifest-Digest-Value", std::string(128, '0')}}},
      {"an announced digest without its algorithm",
       "MANIFEST_DIGEST_CHECK.KO",
       [](SmallSip&) {},
       {{"X-Manifest-Digest-Value", std::string(128, '0')}}},
  };
  return all;
}

}  // namespace

TEST_CASE("each planted fault is rejected with its own code, and the same SIP without it is accepted") {
  Running r;
  for (const auto& fault : faults()) {
    SmallSip sip("REQ-1");
    fault.plant(sip);
    const auto atr = r.verdict(sip, fault.headers);
    INFO(fault.name << "\n" << codes_of(atr));
    CHECK(atr.reply_code == "KO");
    CHECK_THAT(codes_of(atr), Catch::Contains(fault.code));
    for (const auto& [id, system] : atr.units) CHECK(system.empty());
  }
  const SmallSip whole("REQ-1");
  CHECK(r.verdict(whole, {{"X-Manifest-Digest-Algo", "SHA-512"}, {"X-Manifest-Digest-Value", whole.digest()}})
            .reply_code == "OK");
}

TEST_CASE("a wrong size is a warning, told beside its object, and still an acceptance") {
  Running r;
  SmallSip sip("REQ-1");
  sip.replace("<Size>8</Size>", "<Size>9</Size>");
  const auto atr = r.verdict(sip);
  INFO(codes_of(atr));
  CHECK(atr.reply_code == "WARNING");
  CHECK_THAT(codes_of(atr), Catch::Contains("CHECK_OBJECT_SIZE"));
  CHECK(atr.units.at("AU2").size() == 36);
  CHECK(atr.objects.at("BO1").system_id.size() == 36);
}

TEST_CASE("bytes that are no archive are rejected early, with a reply") {
  Running r;
  core::write_file(r.work.path() / "noise", std::string(5000, 'x'));
  const auto id = r.post_file(r.work.path() / "noise");
  CHECK(r.wait(id).header("X-Global-Execution-Status") == "KO");
  const auto atr = vitam::parse_atr(r.reply(id).body, "atr");
  CHECK(atr.reply_code == "KO");
  CHECK(atr.request.empty());
  CHECK_THAT(codes_of(atr), Catch::Contains("CHECK_CONTAINER"));
  CHECK(r.send(r.ask("GET", "/ingest-external/v1/ingests/" + id + "/manifests")).status == 404);
}

TEST_CASE("a dry run answers in its own words") {
  Running r;
  const auto id = r.post_sip(SmallSip("REQ-1"), {{"X-Context-Id", "BLANK_TEST"}});
  CHECK(r.wait(id).header("X-Context-Id") == "INGEST_TEST");
  const auto atr = vitam::parse_atr(r.reply(id).body, "atr");
  CHECK(atr.reply_code == "Test OK");
  CHECK(atr.grant_date.empty());
}

TEST_CASE("the sandbox has VITAM's manners: headers, statuses, error bodies") {
  Running r;
  const auto status_of = [&](HttpRequest q) { return r.send(q).status; };
  for (const auto* service : {"ingest-external", "access-external", "admin-external"}) {
    auto q = r.ask("GET", std::string("/") + service + "/v1/status");
    q.headers.clear();
    CHECK(status_of(q) == 204);
  }
  auto q = r.post();
  q.headers.erase("X-Tenant-Id");
  CHECK(status_of(q) == 412);
  q.headers["X-Tenant-Id"] = "three";
  CHECK(status_of(q) == 412);
  q.headers["X-Tenant-Id"] = "4";
  CHECK(status_of(q) == 401);
  q = r.post();
  q.headers["Content-Type"] = "application/zip";
  q.body = "x";
  const auto refused = r.send(q);
  CHECK(refused.status == 415);
  const auto error = core::parse_json(refused.body, "VitamError");
  CHECK((error.at("httpCode") == 415 && error.at("code") == "000200" && error.at("description").is_string()));
  q = r.post();
  q.headers.erase("X-Action");
  CHECK(status_of(q) == 412);
  q = r.post();
  q.headers["X-Context-Id"] = "NO_WORKFLOW";
  const auto unknown = r.send(q);
  CHECK(unknown.status == 503);
  CHECK(vitam::parse_atr(unknown.body, "atr").reply_code == "KO");
  const std::string none(36, 'a');
  const auto missing = r.reply(none);
  CHECK(missing.status == 404);
  CHECK(core::parse_json(missing.body, "VitamError").at("code") == "040102");
  CHECK(status_of(r.ask("GET", "/ingest-external/v1/ingests/short/archivetransferreply")) == 412);
  CHECK(status_of(r.ask("HEAD", "/admin-external/v1/operations/" + none)) == 404);
  CHECK(status_of(r.ask("DELETE", "/ingest-external/v1/ingests")) == 405);
  CHECK(status_of(r.ask("GET", "/ingest-external/v1/ingests/../../etc/passwd/archivetransferreply")) == 404);
  CHECK(fs::is_empty(r.work.path() / "sandbox" / "operations"));
  // Without a client certificate, no conversation at all.
  auto bare = r.tls();
  bare.certificate.clear();
  CHECK(tests::exit_of([&] {
          core::make_curl_client(bare)->perform(r.ask("GET", "/ingest-external/v1/status"));
        }) == Exit::platform_unreachable);
}

TEST_CASE("the detail of an operation is JSON") {
  Running r;
  const auto id = r.post_sip(SmallSip("REQ-1"));
  r.wait(id);
  const auto detail = r.send(r.ask("GET", "/admin-external/v1/operations/" + id));
  CHECK(detail.header("X-Global-Execution-State") == "COMPLETED");
  const auto json = core::parse_json(detail.body, "detail");
  CHECK(json.at("$results").at(0).at("globalState") == "COMPLETED");
  CHECK(json.at("$results").at(0).at("itemId") == id);
}

TEST_CASE("operations outlive a restart, those that waited are taken up") {
  Running r;
  const auto done = r.post_sip(SmallSip("REQ-1"));
  r.wait(done);
  const auto before = r.reply(done).body;
  r.sandbox.reset();
  // As if the sandbox had died between receiving and controlling.
  const auto operations = r.work.path() / "sandbox" / "operations";
  const std::string waiting = "aeeaaaaaacwaitingwaitingwaitingaaaaa";
  REQUIRE(waiting.size() == 36);
  fs::create_directories(operations / waiting);
  SmallSip("REQ-2").write(operations / waiting / "received.zip");
  auto status = core::read_json(operations / done / "status.json");
  status["operation"] = waiting;
  status["state"] = "RUNNING";
  status["status"] = "STARTED";
  core::write_json(operations / waiting / "status.json", status);
  r.start();
  CHECK(r.reply(done).body == before);
  r.wait(waiting);
  CHECK(vitam::parse_atr(r.reply(waiting).body, "atr").request == "REQ-2");
}

TEST_CASE("rehearsed failures: paused, garbage, cut, closed") {
  {
    Running r("fatal");
    const auto id = r.post_sip(SmallSip("REQ-1"));
    const auto paused = r.wait(id);
    CHECK((paused.status == 202 && paused.header("X-Global-Execution-Status") == "FATAL"));
    CHECK(r.reply(id).status == 404);
  }
  {
    Running r("garbage-atr");
    const auto id = r.post_sip(SmallSip("REQ-1"));
    r.wait(id);
    const auto reply = r.reply(id);
    CHECK(reply.status == 200);
    CHECK(tests::exit_of([&] { static_cast<void>(vitam::parse_atr(reply.body, "atr")); }) ==
          Exit::reply_unreadable);
  }
  {
    Running r("drop");
    SmallSip("REQ-1").write(r.work.path() / "out.zip");
    const auto fd = core::open_read(r.work.path() / "out.zip");
    auto q = r.post();
    q.body_fd = fd.get();
    CHECK(tests::exit_of([&] { r.send(q); }) == Exit::transfer_in_doubt);
  }
  {
    Running r("unavailable");
    CHECK(r.send(r.post()).status == 503);
  }
  CHECK(tests::exit_of([] { Running r("earthquake"); }) == Exit::usage);
}

TEST_CASE("the whole exchange: an approved lot goes to the sandbox and comes back with its receipt") {
  Running r;
  tests::ApprovedLot lot(r.base());
  auto platform = lot.platform();
  platform.access_url = r.base();
  vitam::Client client(*r.http, platform);
  CHECK(client.ping().empty());
  core::SilentProgress progress;
  vitam::Ingest ingest(client, lot.journal, lot.clock, progress, [](auto) { std::this_thread::yield(); });
  const auto operation = ingest.send(lot.versement, lot.approved(), false);
  const auto atr = ingest.follow(lot.versement, lot.id, operation, {});
  CHECK(atr.reply_code == "OK");
  CHECK(vitam::verify_receipt(lot.versement, lot.id).empty());
  CHECK(core::read_json(lot.folder() / "receipt.json").at("operation") == operation.value);
}

TEST_CASE("the time-stamping authority answers openssl") {
  Running r;
  const auto dir = r.work.path();
  const auto at = [&](const char* name) { return (dir / name).string(); };
  const auto shell = [](const std::string& command) {
    INFO(command);
    REQUIRE(std::system((command + " > /dev/null 2>&1").c_str()) == 0);
  };
  core::write_file(dir / "data", "what is stamped");
  shell("openssl ts -query -data " + at("data") + " -sha256 -cert -out " + at("query"));
  HttpRequest q;
  q.method = "POST";
  q.url = "http://127.0.0.1:" + std::to_string(r.sandbox->tsa_port()) + "/tsa";
  q.headers["Content-Type"] = "application/timestamp-query";
  q.body = core::read_file(dir / "query");
  const auto answer = core::make_curl_client({})->perform(q);
  REQUIRE(answer.status == 200);
  CHECK(answer.header("Content-Type") == "application/timestamp-reply");
  core::write_file(dir / "reply", answer.body);
  shell("openssl ts -verify -data " + at("data") + " -in " + at("reply") + " -CAfile " +
        tests::pki("ca.pem").string());
}

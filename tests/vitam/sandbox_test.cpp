// The sandbox from outside, over real TLS: its HTTP manners, its verdicts, its failures, its restart.
#include "vitam/sandbox/sandbox.hpp"

#include "core/container.hpp"
#include "core/json.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"
#include "vitam/atr.hpp"
#include "vitam/ingest.hpp"
#include "vitam/sandbox/reply.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace versoir;
using core::Exit;
using core::HttpRequest;
using tests::SmallSip;
using Running = tests::RunningSandbox;
using tests::codes_of;
namespace fs = std::filesystem;

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
    const auto atr = tests::whole_reply(reply.body, "atr");
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
  const auto atr = tests::whole_reply(r.reply(id).body, "atr");
  CHECK(atr.reply_code == "KO");
  CHECK(atr.request.empty());
  CHECK_THAT(codes_of(atr), Catch::Contains("CHECK_CONTAINER"));
  CHECK(r.send(r.ask("GET", "/ingest-external/v1/ingests/" + id + "/manifests")).status == 404);
}

TEST_CASE("a dry run answers in its own words") {
  Running r;
  const auto id = r.post_sip(SmallSip("REQ-1"), {{"X-Context-Id", "BLANK_TEST"}});
  CHECK(r.wait(id).header("X-Context-Id") == "INGEST_TEST");
  const auto atr = tests::whole_reply(r.reply(id).body, "atr");
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
  CHECK(tests::whole_reply(unknown.body, "atr").reply_code == "KO");
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
  CHECK(tests::whole_reply(r.reply(waiting).body, "atr").request == "REQ-2");
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
    CHECK(tests::exit_of([&] { static_cast<void>(tests::whole_reply(reply.body, "atr")); }) ==
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

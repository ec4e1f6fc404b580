// The process engine of the sandbox over real TLS: detail, list, step by step, cancel, what it forgets.
#include "fixture.hpp"
#include "running_sandbox.hpp"
#include "vitam/atr.hpp"
#include "vitam/sandbox/process.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::Json;
using tests::script_of;
using tests::SmallSip;
using Running = tests::RunningSandbox;

namespace {

Json detail_of(Running& r, const std::string& id) {
  const auto answer = r.send(r.ask("GET", "/admin-external/v1/operations/" + id));
  return core::parse_json(answer.body, "detail").at("$results").at(0);
}

std::vector<std::string> listed(Running& r, const std::string& query) {
  const auto answer = r.query("/admin-external/v1/operations", query);
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  std::vector<std::string> ids;
  const auto json = core::parse_json(answer.body, "list");
  for (const auto& one : json.at("$results")) ids.push_back(one.at("operationId").get<std::string>());
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::string step_by_step(Running& r, const SmallSip& sip) { return r.post_sip(sip, {{"X-Action", "NEXT"}}); }

}  // namespace

TEST_CASE("the detail of an operation counts its steps by status", "[sandbox]") {
  Running r;
  const auto good = r.post_sip(SmallSip("REQ-1"));
  r.wait(good);
  const auto item = detail_of(r, good);
  CHECK(item.at("globalStatus") == "OK");
  CHECK(item.at("statusMeter") == Json({0, 0, 0, 13, 0, 0, 0}));
  CHECK(item.at("itemsStatus").size() == 13);
  CHECK(item.at("itemsStatus").at("STP_INGEST_CONTROL_SIP").at("globalStatus") == "OK");
  CHECK(item.at("itemsStatus").contains("STP_ACCESSION_REGISTRATION"));
  const auto bad = r.post_sip(SmallSip("REQ-2").replace("IC-TEST", "IC-OLD"));
  r.wait(bad);
  const auto refused = detail_of(r, bad);
  CHECK(refused.at("globalStatus") == "KO");
  CHECK(refused.at("statusMeter") == Json({0, 0, 0, 3, 0, 1, 0}));
  CHECK(refused.at("itemsStatus").at("STP_INGEST_CONTROL_SIP").at("statusMeter").at(5) >= 1);
  CHECK_FALSE(refused.at("itemsStatus").contains("STP_OG_CHECK_AND_TRANSFORME"));
  CHECK(refused.at("itemsStatus").contains("STP_INGEST_FINALISATION"));
}

TEST_CASE("operations are listed by state, status, workflow, kind and day", "[sandbox]") {
  Running r;
  const auto good = r.post_sip(SmallSip("REQ-1"));
  const auto test = r.post_sip(SmallSip("REQ-2"), {{"X-Context-Id", "BLANK_TEST"}});
  const auto bad = r.post_sip(SmallSip("REQ-3").replace("IC-TEST", "IC-OLD"));
  const auto waiting = step_by_step(r, SmallSip("REQ-4"));
  for (const auto& id : {good, test, bad}) r.wait(id);
  r.until(waiting, "PAUSE/OK");
  const auto sorted = [](std::vector<std::string> ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  CHECK(listed(r, "{}") == sorted({good, test, bad, waiting}));
  CHECK(listed(r, "") == sorted({good, test, bad, waiting}));
  CHECK(listed(r, R"({"states":["PAUSE"]})") == std::vector{waiting});
  CHECK(listed(r, R"({"statuses":["KO"]})") == std::vector{bad});
  CHECK(listed(r, R"({"workflows":["PROCESS_SIP_UNITARY_TEST"]})") == std::vector{test});
  CHECK(listed(r, R"({"listProcessTypes":["INGEST"],"states":["COMPLETED"]})") == sorted({good, bad}));
  CHECK(listed(r, R"({"id":")" + good + "\"}") == std::vector{good});
  CHECK(listed(r, R"({"startDateMin":"25/11/2026","startDateMax":"25/11/2026"})").size() == 4);
  CHECK(listed(r, R"({"startDateMin":"26/11/2026","startDateMax":"27/11/2026"})").empty());
  for (const auto* wrong :
       {R"({"startDateMin":"26/11/2026"})", R"({"startDateMin":"2026-11-26","startDateMax":"x"})",
        R"({"status":["KO"]})", R"({"states":"KO"})", "[]", "{"})
    CHECK(r.query("/admin-external/v1/operations", wrong).status == 400);
  const auto answer =
      core::parse_json(r.query("/admin-external/v1/operations", R"({"states":["PAUSE"]})").body, "list");
  const auto& one = answer.at("$results").at(0);
  CHECK(one.at("stepByStep") == true);
  CHECK(one.at("previousStep") == "STP_SANITY_CHECK_SIP");
  CHECK(one.at("nextStep") == "STP_UPLOAD_SIP");
  CHECK(one.at("processType") == "INGEST");
  CHECK(one.at("processDate") == "2026-11-25T12:00:00");
}

TEST_CASE("NEXT does one step, RESUME goes to the end", "[sandbox]") {
  Running r;
  const auto id = step_by_step(r, SmallSip("REQ-1"));
  r.until(id, "PAUSE/OK");
  CHECK(detail_of(r, id).at("itemsStatus").size() == 1);
  CHECK(r.reply(id).status == 404);
  CHECK(r.put(id, "PAUSE").status == 500);  // it is not running
  CHECK(r.put(id, "NEXT").status == 202);
  r.until(id, "PAUSE/OK");
  CHECK(detail_of(r, id).at("itemsStatus").size() == 2);
  CHECK(r.put(id, "REPLAY").status == 202);
  r.until(id, "PAUSE/OK");
  CHECK(detail_of(r, id).at("itemsStatus").size() == 2);
  CHECK(r.put(id, "RESUME").status == 202);
  r.until(id, "COMPLETED/OK");
  CHECK(detail_of(r, id).at("itemsStatus").size() == 13);
  CHECK(r.reply(id).status == 200);
  // A process that ended takes nothing any more.
  for (const auto* action : {"RESUME", "NEXT", "PAUSE", "REPLAY"}) CHECK(r.put(id, action).status == 500);
  const auto refused = core::parse_json(r.put(id, "RESUME").body, "error");
  CHECK(refused.at("code") == "040106");
  CHECK(r.send(r.ask("DELETE", "/admin-external/v1/operations/" + id)).status == 500);
  CHECK(r.put(id, "JUMP").status == 412);
  CHECK(r.put(std::string(36, 'a'), "RESUME").status == 404);
}

TEST_CASE("step by step to the very end, through a restart", "[sandbox]") {
  Running r;
  const auto id = step_by_step(r, SmallSip("REQ-1"));
  r.until(id, "PAUSE/OK");
  r.put(id, "NEXT");
  r.until(id, "PAUSE/OK");
  r.sandbox.reset();
  r.start();
  CHECK(r.state(id) == "PAUSE/OK");
  int steps = 2;
  for (; r.head(id).status == 202; ++steps) {
    REQUIRE(steps < 20);
    r.put(id, "NEXT");
    for (int asked = 0; r.state(id) == "RUNNING/OK"; ++asked) {
      REQUIRE(asked < 6000);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  CHECK(steps == 13);
  CHECK(r.state(id) == "COMPLETED/OK");
  CHECK(tests::whole_reply(r.reply(id).body, "atr").reply_code == "OK");
}

TEST_CASE("a cancelled operation ends refused and stores nothing", "[sandbox]") {
  Running r;
  const auto id = step_by_step(r, SmallSip("REQ-1"));
  r.until(id, "PAUSE/OK");
  CHECK(r.send(r.ask("DELETE", "/admin-external/v1/operations/" + id)).status == 202);
  r.until(id, "COMPLETED/KO");
  const auto atr = tests::whole_reply(r.reply(id).body, "atr");
  CHECK(atr.reply_code == "KO");
  CHECK_THAT(tests::codes_of(atr), Catch::Contains("STP_UPLOAD_SIP.KO"));
  CHECK(r.send(r.ask("GET", "/ingest-external/v1/ingests/" + id + "/manifests")).status == 404);
  CHECK(detail_of(r, id).at("itemsStatus").contains("STP_INGEST_FINALISATION"));
  const auto logged = r.query("/access-external/v1/logbookoperations/" + id, R"({"$projection":{}})");
  CHECK_THAT(logged.body, Catch::Contains("PROCESS_SIP_UNITARY.KO"));
}

TEST_CASE("a paused operation is in the logbook with what it went through", "[sandbox]") {
  Running r("fatal");
  const auto id = r.post_sip(SmallSip("REQ-1"));
  r.until(id, "PAUSE/FATAL");
  const auto logged = core::parse_json(
      r.query("/access-external/v1/logbookoperations/" + id, R"({"$projection":{}})").body, "log");
  const auto& operation = logged.at("$results").at(0);
  CHECK(operation.at("obIdIn") == "REQ-1");  // the bordereau was read
  const auto text = operation.at("events").dump();
  CHECK_THAT(text, Catch::Contains("STP_OG_CHECK_AND_TRANSFORME.FATAL"));
  CHECK_THAT(text,
             !Catch::Contains("STP_UNIT_CHECK_AND_PROCESS") && !Catch::Contains("PROCESS_SIP_UNITARY."));
}

TEST_CASE("the process engine forgets what ended long enough ago", "[sandbox]") {
  Running r({}, [](auto& o) { o.purge_after = std::chrono::seconds(600); });
  const auto id = r.post_sip(SmallSip("REQ-1"));
  r.wait(id);
  const auto waiting = step_by_step(r, SmallSip("REQ-2"));
  r.until(waiting, "PAUSE/OK");
  r.clock.set(r.clock.now() + std::chrono::seconds(599));
  CHECK(r.head(id).status == 200);
  r.clock.set(r.clock.now() + std::chrono::seconds(1));
  CHECK(r.head(id).status == 404);
  CHECK(r.send(r.ask("GET", "/admin-external/v1/operations/" + id)).status == 404);
  CHECK(listed(r, "{}") == std::vector{waiting});
  CHECK(r.put(id, "RESUME").status == 404);
  CHECK(r.reply(id).status == 200);
  const auto found = r.query("/access-external/v1/logbookoperations",
                             R"({"$query":{"$eq":{"obIdIn":"REQ-1"}},"$projection":{}})");
  CHECK_THAT(found.body, Catch::Contains(id) && Catch::Contains("PROCESS_SIP_UNITARY.OK"));
}

TEST_CASE("an operation belongs to its tenant", "[sandbox]") {
  Running r({}, [](auto& o) { o.more_tenants = {7}; });
  const auto id = r.post_sip(SmallSip("REQ-1"));
  r.wait(id);
  const auto as_seven = [&](core::HttpRequest q) {
    q.headers["X-Tenant-Id"] = "7";
    q.headers["X-Access-Contract-Id"] = "AC-TEST";
    return r.send(q);
  };
  CHECK(as_seven(r.ask("HEAD", "/admin-external/v1/operations/" + id)).status == 404);
  CHECK(as_seven(r.ask("GET", "/ingest-external/v1/ingests/" + id + "/archivetransferreply")).status == 404);
  auto log = r.ask("GET", "/access-external/v1/logbookoperations/" + id);
  log.body = R"({"$projection":{}})";
  CHECK(as_seven(log).status == 404);
  const auto tenants = as_seven(r.ask("GET", "/admin-external/v1/tenants"));
  CHECK(core::parse_json(tenants.body, "tenants") == Json({3, 7}));
}

TEST_CASE("the states that no timing of a test can hold: waiting and running", "[sandbox]") {
  using check::Status;
  using vitam::sandbox::Action;
  const std::vector<vitam::sandbox::Step> steps{{"STP_ONE", Status::ok, {}},
                                                {"STP_TWO", Status::warning, {}},
                                                {"STP_INGEST_FINALISATION", Status::ok, {}}};
  vitam::sandbox::Process p;
  CHECK(p.never_started());
  CHECK((p.allows(Action::resume) && p.allows(Action::next) && p.allows(Action::cancel)));
  CHECK_FALSE((p.allows(Action::pause) || p.allows(Action::replay)));
  p.state = "RUNNING";
  CHECK((p.allows(Action::pause) && p.allows(Action::cancel)));
  CHECK_FALSE((p.allows(Action::resume) || p.allows(Action::next) || p.allows(Action::replay)));
  // A pause is after the current step, and only once.
  p.wish = Action::pause;
  CHECK_FALSE(p.advance(steps));
  CHECK((p.state == "PAUSE" && p.status == "OK" && p.next_step == "STP_TWO"));
  p.start_again(Action::resume);
  CHECK(p.advance(steps));
  CHECK((p.state == "RUNNING" && p.status == "WARNING"));
  // Cancelled while it runs: the final step comes next, as a refusal.
  p.wish = Action::cancel;
  CHECK_FALSE(p.advance(steps));
  CHECK((p.done.back().name == "STP_INGEST_FINALISATION" && p.worst() == "KO"));
}

// A sending whose answer was lost: the platform is asked what it has before anything leaves again.
#include "core/json.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"
#include "vitam/ingest.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Catch::Contains;
using core::Exit;
using core::Json;
using tests::complaint_of;
using tests::exit_of;
using tests::operation_id;
using Names = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

struct Doubt : tests::ApprovedLot {
  explicit Doubt(std::string contract = "AC-1") : platform_(platform()) {
    platform_.access_contract = std::move(contract);
    platform_.doubt_grace = std::chrono::seconds(0);
    http.then_fail(Exit::transfer_in_doubt);
    CHECK(exit_of([&] { send(); }) == Exit::transfer_in_doubt);
    http.calls.clear();
  }
  vitam::OperationId send(bool again = false) { return make().send(versement, approved(), again); }
  std::optional<vitam::OperationId> recover() { return make().recover(versement, id); }
  vitam::Ingest make() {
    client = std::make_unique<vitam::Client>(http, platform_);
    return {*client, journal, clock, progress, [](std::chrono::seconds) {}};
  }
  void logbook(const Json& operations) {
    http.then(200, {}, Json{{"httpCode", 200}, {"$results", operations}}.dump());
  }
  Json operation(const std::string& guid, const std::string& identifier) const {
    return {{"#id", guid},
            {"evTypeProc", "INGEST"},
            {"evDateTime", "2026-11-25T10:00:01.250"},
            {"obIdIn", identifier},
            {"events",
             Json::array({{{"evType", "PROCESS_SIP_UNITARY"}, {"outDetail", "PROCESS_SIP_UNITARY.OK"}}})}};
  }
  std::string lot_state() const {
    return std::string(
        sip::state_name(sip::lot_facts(versement, versement.plan().lots.at(0), "approve").state));
  }

  vitam::Platform platform_;
  tests::FakeHttp http;
  core::SilentProgress progress;
  std::unique_ptr<vitam::Client> client;
};

}  // namespace

TEST_CASE("a lot in doubt that the logbook knows is taken up under its operation, and nothing is sent") {
  Doubt s;
  s.logbook(Json::array({s.operation(operation_id, s.id.value)}));
  CHECK(s.send().value == operation_id);
  REQUIRE(s.http.calls.size() == 1);
  const auto& call = s.http.calls[0];
  CHECK(call.method == "GET");
  CHECK_THAT(call.url, Catch::EndsWith("/access-external/v1/logbookoperations"));
  CHECK(call.headers.at("X-Access-Contract-Id") == "AC-1");
  CHECK_THAT(call.body,
             Contains("\"obIdIn\":\"" + s.id.value + "\"") && Contains("\"evTypeProc\":\"INGEST\""));
  const auto kept = core::read_json(s.folder() / "operation.json");
  CHECK(kept.at("operation") == operation_id);
  CHECK(kept.at("found") == "logbook");
  CHECK(s.events() == Names{"SEND_STARTED", "SEND_IN_DOUBT", "SEND_RECOVERED"});
  CHECK(s.lot_state() == "sent");
  CHECK_FALSE(s.recover());  // nothing is in doubt any more, nothing is asked
  CHECK(s.http.calls.size() == 1);
}

TEST_CASE("an explicit --again asks first: what the logbook knows is never sent a second time") {
  Doubt s;
  s.logbook(Json::array({s.operation(operation_id, s.id.value)}));
  CHECK(s.send(true).value == operation_id);
  CHECK(s.http.calls.size() == 1);
}

TEST_CASE("a lot that the logbook does not know stays in doubt until a person says to send it again") {
  Doubt s;
  s.logbook(Json::array());
  CHECK_THAT(complaint_of([&] { s.send(); }),
             Contains("the platform's logbook does not know " + s.id.value) && Contains("--again"));
  CHECK(s.lot_state() == "in_doubt");
  s.logbook(Json::array());
  s.http.then(202, {{"X-Request-Id", operation_id}});
  CHECK(s.send(true).value == operation_id);
  CHECK(s.lot_state() == "sent");
}

TEST_CASE("the silence of a logbook says nothing before the platform had the time to read the manifest") {
  Doubt s;
  s.platform_.doubt_grace = std::chrono::seconds(60);
  s.logbook(Json::array());
  const auto asked = s.http.calls.size();
  CHECK_THAT(complaint_of([&] { s.send(true); }), Contains("too early") && Contains("2026-11-25T10:01:00Z"));
  CHECK(s.http.calls.size() == asked + 1);  // the question, no SIP
  CHECK(s.lot_state() == "in_doubt");
}

TEST_CASE("operations of others, dry runs and malformed answers are not taken for ours") {
  Doubt s;
  auto foreign = s.operation(operation_id, "ANOTHER-LOT");
  auto bad_id = s.operation("../../etc", s.id.value);
  s.logbook(Json::array({foreign, bad_id}));
  CHECK_FALSE(s.recover());
  s.http.then(200, {}, "{\"$results\":{}}");
  CHECK(exit_of([&] { s.recover(); }) == Exit::transfer_in_doubt);
  s.http.then(200, {}, "<html>");
  CHECK(exit_of([&] { s.recover(); }) == Exit::transfer_in_doubt);
  CHECK(s.lot_state() == "in_doubt");
}

TEST_CASE("several operations of one lot are a matter for people, whatever was asked for") {
  Doubt s;
  for (const bool again : {false, true}) {
    auto other = std::string(operation_id);
    other.back() = 'a';
    s.logbook(Json::array({s.operation(operation_id, s.id.value), s.operation(other, s.id.value)}));
    CHECK_THAT(complaint_of([&] { s.send(again); }), Contains("several operations") && Contains(other));
  }
  CHECK(s.lot_state() == "in_doubt");
}

TEST_CASE("a platform that does not answer leaves the doubt, one that shows no logbook leaves it to people") {
  Doubt s;
  for (const bool again : {false, true}) {
    s.http.then_fail(Exit::platform_unreachable);
    CHECK_THAT(complaint_of([&] { s.send(again); }), Contains("could not be asked"));
    s.http.then(503);
    CHECK(exit_of([&] { s.send(again); }) == Exit::transfer_in_doubt);
  }
  s.http.then(401, {}, R"({"description":"contract not allowed"})");
  CHECK_THAT(complaint_of([&] { s.send(); }), Contains("contract not allowed") && Contains("--again"));
  s.http.then(401);
  s.http.then(202, {{"X-Request-Id", operation_id}});
  CHECK(s.send(true).value == operation_id);
  Doubt without("");
  CHECK_THAT(complaint_of([&] { without.send(); }), Contains("access_contract is not set"));
  CHECK(without.http.calls.empty());
}

TEST_CASE(
    "an operation that the process engine dropped is not taken for ended while the logbook says it runs") {
  Doubt s;
  s.logbook(Json::array({s.operation(operation_id, s.id.value)}));
  s.send();
  auto running = s.operation(operation_id, s.id.value);
  running["events"] = Json::array();
  s.http.then(500);  // HEAD operations/{id}
  s.logbook(Json::array({running}));
  s.http.then(404);
  s.logbook(Json::array({s.operation(operation_id, s.id.value)}));
  s.http.then(200, {}, tests::accepting_reply(operation_id, s.id.value));
  CHECK(s.make().follow(s.versement, s.id, {operation_id}, {}).reply_code == "OK");
  CHECK(s.http.answers.empty());
}

TEST_CASE("a long pause is told once") {
  Doubt s;
  s.logbook(Json::array({s.operation(operation_id, s.id.value)}));
  s.send();
  for (int i = 0; i < 40; ++i)
    s.http.then(202, {{"X-Global-Execution-State", "PAUSE"}, {"X-Global-Execution-Status", "OK"}});
  s.http.then(200, {{"X-Global-Execution-State", "COMPLETED"}, {"X-Global-Execution-Status", "OK"}});
  s.http.then(200, {}, tests::accepting_reply(operation_id, s.id.value));
  Names told;
  vitam::Client client(s.http, s.platform_);
  vitam::Ingest ingest(
      client, s.journal, s.clock, s.progress, [](std::chrono::seconds) {},
      [&](const core::Message& m) { told.push_back(m.english()); });
  ingest.follow(s.versement, s.id, {operation_id}, {});
  REQUIRE(told.size() == 1);
  CHECK_THAT(told[0], Contains("paused for 10 minutes"));
}

TEST_CASE(
    "the sandbox that cut the line after the body has the lot, says so in its logbook, and has it once") {
  tests::RunningSandbox r("drop");
  tests::ApprovedLot lot(r.base());
  auto platform = lot.platform();
  platform.access_url = platform.ingest_url;
  platform.access_contract = "AC-1";
  vitam::Client client(*r.http, platform);
  core::SilentProgress progress;
  vitam::Ingest ingest(client, lot.journal, lot.clock, progress, [](std::chrono::seconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  });
  CHECK(exit_of([&] { ingest.send(lot.versement, lot.approved(), false); }) == Exit::transfer_in_doubt);
  std::optional<vitam::OperationId> found;
  for (int asked = 0; asked < 6000 && !found; ++asked) {
    found = ingest.recover(lot.versement, lot.id);
    if (!found) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(found);
  CHECK(ingest.follow(lot.versement, lot.id, *found, {}).reply_code == "OK");
  CHECK(vitam::verify_receipt(lot.versement, lot.id).empty());
  CHECK(client.find_ingests(lot.id.value).size() == 1);
  const auto known = client.logged(*found);
  REQUIRE(known);
  CHECK(known->outcome == "OK");
  CHECK_FALSE(client.logged({std::string(36, 'a')}));
}

TEST_CASE("a dry run that bears the name of the lot is not taken for its transfer") {
  Doubt s;
  auto dry = s.operation(operation_id, s.id.value);
  dry["evTypeProc"] = "INGEST_TEST";
  dry["evIdAppSession"] = s.id.value;
  s.logbook(Json::array({dry}));
  CHECK_FALSE(s.recover());
  CHECK(s.lot_state() == "in_doubt");
}

TEST_CASE("a logbook whose first answers are all of others says nothing of ours: nothing leaves again") {
  Doubt s;
  Json others = Json::array();
  for (int i = 0; i < 10; ++i) others.push_back(s.operation(operation_id, "ANOTHER-" + std::to_string(i)));
  s.logbook(others);
  CHECK_THAT(complaint_of([&] { s.send(true); }), Contains("could not be asked"));
  CHECK(s.http.answers.empty());
  others.erase(9);  // all that it has: ours is not among them
  s.logbook(others);
  s.http.then(202, {{"X-Request-Id", operation_id}});
  CHECK(s.send(true).value == operation_id);
}

TEST_CASE("the time that a platform is given counts from the moment of the doubt, not from the first byte") {
  Doubt s;
  s.platform_.doubt_grace = std::chrono::seconds(60);
  const auto file = s.folder() / "sending.json";
  auto sending = core::read_json(file);
  for (const auto* later : {"left", "in_doubt"}) {
    auto slow = sending;
    slow["started"] = "2026-11-25T08:00:00Z";
    slow["in_doubt"] = "2026-11-25T08:00:01Z";
    slow[later] = "2026-11-25T09:59:30Z";
    core::write_json(file, slow);
    s.logbook(Json::array());
    CHECK_THAT(complaint_of([&] { s.send(true); }),
               Contains("too early") && Contains("2026-11-25T10:00:30Z"));
  }
  sending["started"] = "yesterday";
  core::write_json(file, sending);
  s.logbook(Json::array());
  CHECK_THAT(complaint_of([&] { s.send(true); }), Contains("does not say when"));
  CHECK(s.http.answers.empty());
}

TEST_CASE("a long sending says when its last byte leaves, a short one is spared the writing") {
  for (const bool slow : {false, true}) {
    tests::ApprovedLot lot;
    auto platform = lot.platform();
    tests::FakeHttp http;
    vitam::Client client(http, platform);
    struct Slow : core::Progress {
      core::FixedClock& clock;
      std::chrono::minutes takes;
      Slow(core::FixedClock& c, std::chrono::minutes m) : clock(c), takes(m) {}
      void begin(std::string_view, std::optional<std::uint64_t>, std::string_view) override {}
      void advance(std::uint64_t) override { clock.set(clock.now() + takes); }
      void end() override {}
    } progress(lot.clock, std::chrono::minutes(slow ? 30 : 0));
    vitam::Ingest ingest(client, lot.journal, lot.clock, progress, [](std::chrono::seconds) {});
    std::string left;
    http.answers.push_back([&]() -> core::HttpResponse {
      left = core::text_of(core::read_json(lot.folder() / "sending.json"), "left");
      throw core::Error(Exit::transfer_in_doubt, core::msg("no answer"));
    });
    const auto started = lot.clock.now();
    CHECK(exit_of([&] { ingest.send(lot.versement, lot.approved(), false); }) == Exit::transfer_in_doubt);
    CHECK(left == (slow ? core::format_instant(lot.clock.now()) : ""));
    CHECK((lot.clock.now() > started) == slow);
    CHECK(core::text_of(core::read_json(lot.folder() / "sending.json"), "in_doubt") ==
          core::format_instant(lot.clock.now()));
  }
}

TEST_CASE("an operation file that names no operation leads nowhere") {
  Doubt s;
  for (const auto* name : {"../../etc", "a b", ""}) {
    core::write_json(s.folder() / "operation.json", {{"operation", name}});
    CHECK(exit_of([&] { s.send(); }) == Exit::evidence_broken);
    CHECK(exit_of([&] { static_cast<void>(vitam::kept_operation(s.folder())); }) == Exit::evidence_broken);
  }
  core::write_file(s.folder() / "operation.json", "{");
  CHECK(exit_of([&] { s.send(); }) == Exit::evidence_broken);
  CHECK(s.http.calls.empty());
}

TEST_CASE("an engine that said nothing while it restarted is asked again before the reply is given up") {
  Doubt s("");
  core::write_json(s.folder() / "operation.json", {{"operation", operation_id}});
  for (int i = 0; i < 12; ++i) {
    s.http.then(500);  // HEAD operations/{id}, and no logbook to ask
    s.http.then(404);  // no reply
    s.http.then(202, {{"X-Global-Execution-State", "RUNNING"}, {"X-Global-Execution-Status", "OK"}});
  }
  s.http.then(200, {{"X-Global-Execution-State", "COMPLETED"}, {"X-Global-Execution-Status", "OK"}});
  s.http.then(200, {}, tests::accepting_reply(operation_id, s.id.value));
  CHECK(s.make().follow(s.versement, s.id, {operation_id}, {}).reply_code == "OK");
  CHECK(s.http.answers.empty());
}

TEST_CASE("a reply that another follower of the same lot has stored meanwhile counts") {
  Doubt s("");
  core::write_json(s.folder() / "operation.json", {{"operation", operation_id}});
  s.http.then(200, {{"X-Global-Execution-State", "COMPLETED"}, {"X-Global-Execution-Status", "OK"}});
  s.http.answers.push_back([&] {  // the other one publishes its file under the same name
    core::write_file(s.folder() / "atr.xml", tests::accepting_reply(operation_id, s.id.value));
    return core::HttpResponse{200, {}, "<cut"};
  });
  CHECK(s.make().follow(s.versement, s.id, {operation_id}, {}).reply_code == "OK");
}

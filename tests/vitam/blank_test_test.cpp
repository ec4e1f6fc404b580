// The dry run before a transfer: what it leaves, what lets the transfer go on, and that nothing is taken
// twice.
#include "core/json.hpp"
#include "fixture.hpp"
#include "vitam/ingest.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Catch::Contains;
using core::Exit;
using tests::accepting_reply;
using tests::complaint_of;
using tests::exit_of;
using tests::operation_id;
namespace fs = std::filesystem;

namespace {

struct DryRun : tests::ApprovedLot {
  tests::FakeHttp http;
  vitam::Client client{http, platform()};
  core::SilentProgress progress;
  vitam::Ingest ingest{client, journal, clock, progress, [](std::chrono::seconds) {}};

  void answers(const std::string& code) {
    http.then(202, {{"X-Request-Id", operation_id}});
    replies(code);
  }
  void replies(const std::string& code) {
    http.then(200, {{"X-Global-Execution-State", "COMPLETED"}, {"X-Global-Execution-Status", "OK"}});
    http.then(200, {}, accepting_reply(operation_id, id.value, code));
  }
  vitam::Atr run() { return ingest.blank_test(versement, approved(), {}); }
  bool has(const char* name) const { return fs::exists(folder() / name); }
  std::string journal_text() const { return core::read_file(journal.file()); }
};

}  // namespace

TEST_CASE("a dry run goes to its own workflow, keeps its reply apart and leaves the lot as it was") {
  DryRun s;
  s.answers("Test OK");
  CHECK(s.run().reply_code == "Test OK");
  const auto& call = s.http.calls.at(0);
  CHECK(call.headers.at("X-Context-Id") == "BLANK_TEST");
  CHECK(call.headers.at("X-Manifest-Digest-Algo") == "SHA-512");
  CHECK(call.body == core::read_file(s.versement.sip(s.id)));
  CHECK(core::read_json(s.folder() / "blank-test.json").at("operation") == operation_id);
  CHECK(s.has("blank-test.xml"));
  for (const auto* name : {"sending.json", "operation.json", "atr.xml", "receipt.json"})
    CHECK_FALSE(s.has(name));
  CHECK_THAT(s.journal_text(), Contains("BLANK_TEST_STARTED") && Contains("BLANK_TEST_ENDED"));
  CHECK(sip::lot_facts(s.versement, s.versement.plan().lots.at(0), "approve").state ==
        sip::LotState::approved);

  // Asked for again, the platform is not troubled a second time; then the transfer itself is another request.
  const auto asked = s.http.calls.size();
  CHECK(s.run().reply_code == "Test OK");
  CHECK(s.http.calls.size() == asked);
  const std::string another(36, 'b');
  s.http.then(202, {{"X-Request-Id", another}});
  CHECK(s.ingest.send(s.versement, s.approved(), false).value == another);
  CHECK(s.http.calls.back().headers.at("X-Context-Id") == "DEFAULT_WORKFLOW");
}

TEST_CASE("a dry run that the platform rejects says why, and nothing is transferred") {
  DryRun s;
  s.answers("Test KO");
  CHECK_THAT(complaint_of([&] { s.run(); }), Contains("dry run") && Contains("Nothing was transferred"));
  CHECK_FALSE(s.has("sending.json"));
  CHECK(exit_of([&] { s.run(); }) == Exit::sip_refused);  // from what was kept
}

TEST_CASE("warnings of a dry run are given back for a person to read") {
  DryRun s;
  s.answers("Test WARNING");
  CHECK(s.run().reply_code == "Test WARNING");
}

TEST_CASE("a platform that answers a dry run with a real reply may have taken the SIP, and that is said") {
  for (const auto* code : {"OK", "WARNING"}) {
    DryRun s;
    s.answers(code);
    CHECK_THAT(complaint_of([&] { s.run(); }), Contains("may have taken the SIP") && Contains(operation_id));
  }
}

TEST_CASE(
    "a dry run that was interrupted is taken up, and one of other bytes or another place is run again") {
  DryRun s;
  s.http.then(202, {{"X-Request-Id", operation_id}});
  for (int i = 0; i < 10; ++i) s.http.then_fail(Exit::platform_unreachable);
  CHECK(exit_of([&] { s.run(); }) == Exit::platform_unreachable);
  s.replies("Test OK");
  CHECK(s.run().reply_code == "Test OK");  // no second upload
  CHECK(s.http.answers.empty());

  auto json = core::read_json(s.folder() / "blank-test.json");
  json["ingest_url"] = "https://elsewhere:8443";
  core::write_json(s.folder() / "blank-test.json", json);
  s.answers("Test OK");
  CHECK(s.run().reply_code == "Test OK");
  CHECK(s.http.answers.empty());
}

TEST_CASE("a dry run whose answer is lost leaves no doubt: it is run again") {
  DryRun s;
  s.http.then_fail(Exit::transfer_in_doubt);
  CHECK(exit_of([&] { s.run(); }) == Exit::transfer_in_doubt);
  CHECK_FALSE(s.has("sending.json"));
  s.answers("Test OK");
  CHECK(s.run().reply_code == "Test OK");
}

// A lot sent and followed: what each step leaves on disk and in the journal, whatever happens in between.
#include "vitam/ingest.hpp"

#include "core/digest.hpp"
#include "core/json.hpp"
#include "fixture.hpp"
#include "sip/versement_lock.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

using namespace versoir;
using core::Exit;
using tests::accepting_reply;
using tests::complaint_of;
using tests::exit_of;
using tests::operation_id;
using Names = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

/// A lot in doubt may be sent again at once: how long to wait first is recovery_test's matter.
vitam::Platform without_waiting(vitam::Platform p) {
  p.doubt_grace = std::chrono::seconds(0);
  return p;
}

struct FollowUp : tests::ApprovedLot {
  tests::FakeHttp http;
  vitam::Client client{http, without_waiting(platform())};
  core::SilentProgress progress;
  std::vector<long> waits;
  vitam::Ingest ingest{client, journal, clock, progress,
                       [this](std::chrono::seconds s) { waits.push_back(s.count()); }};

  vitam::OperationId send(bool again = false) { return ingest.send(versement, approved(), again); }
  vitam::Atr follow(std::stop_token stop = {}) { return ingest.follow(versement, id, {operation_id}, stop); }
  void accepted() { http.then(202, {{"X-Request-Id", operation_id}}); }
  void state(const char* state, const char* status) {
    http.then(std::string_view(state) == "COMPLETED" ? 200 : 202,
              {{"X-Global-Execution-State", state}, {"X-Global-Execution-Status", status}});
  }
  bool has(const char* name) const { return fs::exists(folder() / name); }
  core::Json json(const char* name) const { return core::read_json(folder() / name); }
  std::string lot_state() const {
    return std::string(
        sip::state_name(sip::lot_facts(versement, versement.plan().lots.at(0), "approve").state));
  }
  /// Sent, completed, and this is the reply.
  void replied(const std::string& atr) {
    accepted();
    send();
    state("COMPLETED", "OK");
    http.then(200, {}, atr);
  }
};

std::string rejected(const std::string& request) {
  return "<ArchiveTransferReply xmlns='fr:gouv:culture:archivesdefrance:seda:v2.2'><MessageIdentifier>" +
         std::string(operation_id) +
         "</MessageIdentifier><ReplyCode>KO</ReplyCode><Operation><Event><EventTypeCode>CHECK_HEADER</"
         "EventTypeCode>"
         "<Outcome>KO</Outcome><OutcomeDetail>CHECK_HEADER.CHECK_AGENT.UNKNOWN.KO</"
         "OutcomeDetail><OutcomeDetailMessage>"
         "Service inconnu</OutcomeDetailMessage></Event></Operation><MessageRequestIdentifier>" +
         request + "</MessageRequestIdentifier></ArchiveTransferReply>";
}

}  // namespace

TEST_CASE("a SIP that is replaced after it was verified does not leave, nor one that another program holds") {
  FollowUp s;
  auto approved = s.approved();
  const auto file = s.versement.sip(s.id);
  core::write_file(file, core::read_file(file));  // the same bytes, another file
  CHECK(exit_of([&] { static_cast<void>(s.ingest.send(s.versement, std::move(approved), false)); }) ==
        Exit::visa_sip_changed);
  CHECK_FALSE(s.has("sending.json"));
  CHECK(s.events().empty());
  {
    const auto held = sip::lock_lot(s.versement, s.id);
    CHECK(exit_of([&] { s.send(); }) == Exit::lot_state);
  }
  {
    const sip::PlanningLock planning(s.versement);
    CHECK(exit_of([&] { s.send(); }) == Exit::lot_state);
  }
  CHECK(s.events().empty());
  s.accepted();
  CHECK(s.send().value == operation_id);
}

TEST_CASE("a lot is sent, followed and receipted, each step leaving its trace") {
  FollowUp s;
  s.http.answers.push_back([&] {
    // At this moment the bytes are leaving: the trace of the sending is already there, the operation is not.
    CHECK(s.has("sending.json"));
    CHECK_FALSE(s.has("operation.json"));
    CHECK(s.events() == Names{"SEND_STARTED"});
    return core::HttpResponse{202, {{"X-Request-Id", operation_id}}, ""};
  });
  CHECK(s.send().value == operation_id);
  const auto sip_digest = core::digest_file(s.versement.sip(s.id)).sha512.hex();
  CHECK(s.json("sending.json") == core::Json{{"format", "versoir-sending/1"},
                                             {"started", "2026-11-25T10:00:00Z"},
                                             {"platform", "sandbox"},
                                             {"tenant", 3},
                                             {"ingestUrl", "https://ingest.test:8443"},
                                             {"caSha256", ""},
                                             {"sha512", sip_digest},
                                             {"visa", "visa-1.json"}});
  CHECK(s.json("operation.json").at("operation") == operation_id);
  CHECK(s.lot_state() == "sent");

  s.state("PAUSE", "UNKNOWN");
  s.state("RUNNING", "OK");
  s.state("COMPLETED", "OK");
  const auto bytes = accepting_reply(operation_id, s.id.value);
  s.http.then(200, {}, bytes);
  const auto atr = s.follow();
  CHECK(atr.reply_code == "OK");
  CHECK(core::read_file(s.folder() / "atr.xml") == bytes);
  CHECK(s.json("operation.json").at("state") == "COMPLETED");
  const auto receipt = s.json("receipt.json");
  CHECK(receipt.at("format") == "versoir-receipt/1");
  CHECK(receipt.at("operation") == operation_id);
  CHECK(receipt.at("reply_code") == "OK");
  CHECK(receipt.at("atr_sha512") == core::sha512(bytes).hex());
  CHECK(receipt.at("sip_sha512") == sip_digest);
  CHECK((receipt.at("units") == 2 && receipt.at("objects") == 1));
  // What each unit and object is called over there.
  const std::string identifiers =
      "kind,id,system_id,group_id\nobject,BO1,aeaaobj,aebagot\nunit,AU1,aeaqone,\"\"\nunit,AU2,aeaqtwo,"
      "\"\"\n";
  CHECK(core::read_file(s.folder() / "system-ids.csv") == identifiers);
  CHECK(receipt.at("identifiers") ==
        core::Json{{"file", "system-ids.csv"}, {"sha512", core::sha512(identifiers).hex()}});
  CHECK(s.events() == Names{"SEND_STARTED", "SENT", "ATR_RECEIVED"});
  CHECK(s.lot_state() == "accepted");
  CHECK(vitam::verify_receipt(s.versement, s.id).empty());
  // Once received, asking again neither sends nor asks.
  CHECK(s.send().value == operation_id);
  CHECK(s.follow().reply_code == "OK");
  CHECK(s.http.answers.empty());
}

TEST_CASE("a connection that breaks leaves a doubt, and a lot in doubt is not sent again by itself") {
  FollowUp s;
  s.http.then_fail(Exit::transfer_in_doubt);
  CHECK(exit_of([&] { s.send(); }) == Exit::transfer_in_doubt);
  CHECK(s.json("sending.json").at("answer") == "none");
  CHECK(s.events() == Names{"SEND_STARTED", "SEND_IN_DOUBT"});
  CHECK(s.lot_state() == "in_doubt");
  const auto calls = s.http.calls.size();
  CHECK_THAT(complaint_of([&] { s.send(); }), Catch::Contains("--again") && Catch::Contains(s.id.value));
  CHECK(s.http.calls.size() == calls);
  s.accepted();
  CHECK(s.send(true).value == operation_id);
  CHECK_FALSE(s.json("sending.json").contains("answer"));
  CHECK(s.lot_state() == "sent");
}

TEST_CASE("a journal that cannot be written stops a sending before it begins, and leaves the lot approved") {
  FollowUp s;
  const auto whole = core::read_file(s.journal.file());
  fs::remove(s.journal.file());  // append() makes no journal: a disappeared one is a fault
  CHECK(exit_of([&] { s.send(); }) == Exit::journal_broken);
  CHECK(s.http.calls.empty());
  CHECK_FALSE(s.has("sending.json"));
  CHECK(s.lot_state() == "approved");
  core::write_file(s.journal.file(), whole);
  s.accepted();
  CHECK(s.send().value == operation_id);
}

TEST_CASE("a journal that fails while a lot in doubt is sent again leaves the doubt as it was") {
  FollowUp s;
  s.http.then_fail(Exit::transfer_in_doubt);
  CHECK(exit_of([&] { s.send(); }) == Exit::transfer_in_doubt);
  const auto doubt = core::read_file(s.folder() / "sending.json");
  fs::remove(s.journal.file());
  CHECK(exit_of([&] { s.send(true); }) == Exit::journal_broken);
  CHECK(core::read_file(s.folder() / "sending.json") == doubt);
  CHECK(s.lot_state() == "in_doubt");
}

TEST_CASE("what was approved for one address or one bundle of anchors does not leave for another") {
  for (const auto& change : std::vector<std::function<void(vitam::Platform&)>>{
           [](auto& p) { p.ingest_url = "https://elsewhere.test:8443"; },
           [](auto& p) { p.ingest_url += "/base"; }, [](auto& p) { p.ingest_url = "https://ingest.test"; },
           [](auto& p) { p.tls.ca_bytes = "other anchors"; }, [](auto& p) { p.tenant = 4; },
           [](auto& p) { p.name = "other"; }}) {
    FollowUp s;
    auto elsewhere = s.platform();
    change(elsewhere);
    vitam::Client client(s.http, elsewhere);
    vitam::Ingest ingest(client, s.journal, s.clock, s.progress, [](std::chrono::seconds) {});
    CHECK(exit_of([&] { ingest.send(s.versement, s.approved(), false); }) == Exit::visa_other_platform);
    CHECK(s.http.calls.empty());
    CHECK_FALSE(s.has("sending.json"));
  }
}

TEST_CASE("a program that died while sending left a doubt too") {
  FollowUp s;
  core::write_json(s.folder() / "sending.json", {{"format", "versoir-sending/1"}});
  CHECK(s.lot_state() == "sending");
  CHECK(exit_of([&] { s.send(); }) == Exit::transfer_in_doubt);
  CHECK(s.http.calls.empty());
}

TEST_CASE("when nothing left or the platform refused, nothing is in doubt and nothing stays") {
  FollowUp s;
  s.http.then_fail(Exit::platform_unreachable);
  CHECK(exit_of([&] { s.send(); }) == Exit::platform_unreachable);
  CHECK_FALSE(s.has("sending.json"));
  s.http.then(401);
  CHECK(exit_of([&] { s.send(); }) == Exit::platform_refused);
  CHECK_FALSE(s.has("sending.json"));
  CHECK(s.events() == Names{"SEND_STARTED", "SEND_FAILED", "SEND_STARTED", "SEND_FAILED"});
  CHECK(s.lot_state() == "approved");
  s.accepted();
  s.send();
  CHECK(s.lot_state() == "sent");
}

TEST_CASE("a lot approved for another platform or tenant does not leave") {
  FollowUp s;
  auto other = s.platform();
  other.tenant = 4;
  vitam::Client client(s.http, other);
  vitam::Ingest ingest(client, s.journal, s.clock, s.progress, [](auto) {});
  CHECK(exit_of([&] { ingest.send(s.versement, s.approved(), false); }) == Exit::visa_other_platform);
  CHECK(s.http.calls.empty());
  CHECK_FALSE(s.has("sending.json"));
}

TEST_CASE("a rejection is stored before it is told, with its causes, and gives no receipt") {
  FollowUp s;
  s.replied(rejected(s.id.value));
  const auto text = complaint_of([&] { s.follow(); });
  CHECK_THAT(text, Catch::Contains("CHECK_AGENT.UNKNOWN") && Catch::Contains("Service inconnu"));
  CHECK(s.has("atr.xml"));
  CHECK_FALSE(s.has("receipt.json"));
  CHECK(s.lot_state() == "rejected");
  CHECK(exit_of([&] { s.follow(); }) == Exit::transfer_rejected);  // from the stored reply
  CHECK_FALSE(vitam::verify_receipt(s.versement, s.id).empty());
}

TEST_CASE("a reply that cannot be read is kept apart, and asked for again the next time") {
  FollowUp s;
  s.replied("<html>502");
  CHECK(exit_of([&] { s.follow(); }) == Exit::reply_unreadable);
  CHECK(core::read_file(s.folder() / "atr.unreadable") == "<html>502");
  CHECK_FALSE(s.has("atr.xml"));
  CHECK_FALSE(s.has("receipt.json"));
  CHECK(s.lot_state() == "sent");
  s.state("COMPLETED", "OK");
  s.http.then(200, {}, accepting_reply(operation_id, s.id.value));
  CHECK(s.follow().reply_code == "OK");
  CHECK_FALSE(s.has("atr.unreadable"));
}

TEST_CASE("the reply of another operation is kept apart, and does not stand in the way of ours") {
  for (const auto* code : {"OK", "WARNING", "KO"}) {
    FollowUp s;
    s.replied(accepting_reply("another-operation", s.id.value, code));
    CHECK(exit_of([&] { s.follow(); }) == Exit::reply_unreadable);
    CHECK(s.has("atr.unreadable"));
    CHECK_FALSE(s.has("atr.xml"));
    s.state("COMPLETED", "OK");
    s.http.then(200, {}, accepting_reply(operation_id, s.id.value));
    CHECK(s.follow().reply_code == "OK");
    CHECK(s.has("receipt.json"));
  }
}

TEST_CASE("a reply that does not prove acceptance gives no receipt") {
  const std::string id = "ESSAI-TEST-0123456789-0001";
  const auto good = accepting_reply(operation_id, id);
  const auto without = [&](const std::string& from, const std::string& to) {
    auto text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const auto& atr :
       {accepting_reply(operation_id, "OTHER-LOT"), without("aeaqtwo", ""), without("aeaaobj", ""),
        without("id=\"AU2\"", "id=\"AU3\""), without("<SystemId>aeaqone</SystemId>", ""),
        without("<ArchiveUnit id=\"AU2\">",
                "<ArchiveUnit id=\"AU1\"><Content><SystemId>aeaqagain</SystemId></Content></ArchiveUnit>"
                "<ArchiveUnit id=\"AU2\">"),
        accepting_reply(operation_id, id, "Test OK")}) {
    FollowUp s;
    s.replied(atr);
    INFO(atr);
    CHECK(exit_of([&] { s.follow(); }) == Exit::evidence_broken);
    CHECK(s.has("atr.xml"));
    CHECK_FALSE(s.has("receipt.json"));
    CHECK_FALSE(s.has("system-ids.csv"));
    CHECK_FALSE(vitam::verify_receipt(s.versement, s.id).empty());
  }
}

TEST_CASE("warnings are an acceptance, and are told") {
  FollowUp s;
  s.replied(accepting_reply(operation_id, s.id.value, "WARNING"));
  CHECK(s.follow().reply_code == "WARNING");
  CHECK(s.json("receipt.json").at("reply_code") == "WARNING");
  CHECK(s.lot_state() == "accepted_with_warnings");
}

TEST_CASE("a receipt, a reply or a SIP altered afterwards is found") {
  FollowUp s;
  s.replied(accepting_reply(operation_id, s.id.value));
  s.follow();
  REQUIRE(vitam::verify_receipt(s.versement, s.id).empty());
  const auto altered = [&](const char* name, const std::function<void(std::string&)>& change) {
    const auto before = core::read_file(s.folder() / name);
    auto after = before;
    change(after);
    core::write_file(s.folder() / name, after);
    const auto findings = vitam::verify_receipt(s.versement, s.id);
    core::write_file(s.folder() / name, before);
    return findings.size();
  };
  CHECK(altered("receipt.json", [](auto& t) { t.replace(t.find("\"units\": 2"), 10, "\"units\": 3"); }) == 1);
  CHECK(altered("atr.xml", [](auto& t) { t += "\n"; }) == 1);
  CHECK(altered("system-ids.csv", [](auto& t) { t.replace(t.find("aeaqone"), 7, "aeaqtwo"); }) == 1);
  CHECK(altered("atr.xml", [](auto& t) { t = "garbage"; }) == 1);
  CHECK(altered("operation.json", [](auto& t) { t.replace(t.find(operation_id), 1, "z"); }) >= 1);
  tests::SmallSip other("OTHER");
  const auto zip = core::read_file(s.versement.sip(s.id));
  other.write(s.versement.sip(s.id));
  CHECK(vitam::verify_receipt(s.versement, s.id).size() >= 2);
  core::write_file(s.versement.sip(s.id), zip);
  CHECK(vitam::verify_receipt(s.versement, s.id).empty());
}

TEST_CASE("an operation that waits for the platform's operators is neither accepted nor rejected") {
  FollowUp s;
  s.accepted();
  s.send();
  s.state("RUNNING", "OK");
  s.state("PAUSE", "FATAL");
  CHECK(exit_of([&] { s.follow(); }) == Exit::platform_paused);
  CHECK(s.json("operation.json").at("status") == "FATAL");
  CHECK(s.lot_state() == "sent");
}

TEST_CASE("waiting grows after the first minute, outlasts a maintenance, and stops on demand") {
  FollowUp s;
  s.accepted();
  s.send();
  for (int i = 0; i < 30; ++i) s.state("RUNNING", "OK");
  for (int i = 0; i < 9; ++i) s.http.then_fail(Exit::platform_unreachable);
  s.state("COMPLETED", "OK");
  s.http.then(404);  // completed, but the reply is a moment late
  s.http.then(200, {}, accepting_reply(operation_id, s.id.value));
  CHECK(s.follow().reply_code == "OK");
  REQUIRE(s.waits.size() == 40);
  CHECK(std::all_of(s.waits.begin(), s.waits.begin() + 12, [](long w) { return w == 5; }));
  CHECK(std::is_sorted(s.waits.begin(), s.waits.begin() + 39));
  CHECK(s.waits[38] == 60);

  FollowUp gone;
  gone.accepted();
  gone.send();
  for (int i = 0; i < 10; ++i) gone.http.then_fail(Exit::platform_unreachable);
  CHECK(exit_of([&] { gone.follow(); }) == Exit::platform_unreachable);
  for (int i = 0; i < 5; ++i) {
    gone.http.then(404);  // HEAD operations/{id}
    gone.http.then(404);  // its reply
  }
  CHECK(exit_of([&] { gone.follow(); }) == Exit::reply_unreadable);  // no longer known, and no reply
  CHECK(gone.http.answers.empty());
  std::stop_source stop;
  stop.request_stop();
  CHECK(exit_of([&] { gone.follow(stop.get_token()); }) == Exit::interrupted);
  CHECK(gone.has("operation.json"));
}

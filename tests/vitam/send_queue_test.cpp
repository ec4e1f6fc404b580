// Several lots under way: how many at a time, in which order, and what one lot's failure does to the others.
#include "vitam/send_queue.hpp"

#include "core/json.hpp"
#include "fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using core::Exit;
using tests::accepting_reply;
using Names = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

/// A platform on which each operation answers a given number of questions before it ends.
class Platform final : public core::HttpClient {
 public:
  struct Operation {
    int running = 0;  ///< questions before its end
    std::string outcome = "OK", lot;
    bool fatal = false;
  };
  core::HttpResponse perform(const core::HttpRequest& r) override {
    if (closed > 0) {
      --closed;
      throw core::Error(Exit::platform_unreachable, core::msg("closed"));
    }
    const bool reply = r.url.ends_with("/archivetransferreply");
    const auto path = reply ? r.url.substr(0, r.url.rfind('/')) : r.url;
    auto& operation = operations.at(path.substr(path.rfind('/') + 1));
    if (reply) {
      r.on_received(accepting_reply(path.substr(path.rfind('/') + 1), operation.lot, operation.outcome));
      return {200, {}, {}};
    }
    asked.push_back(operation.lot);
    if (operation.fatal) return state(202, "PAUSE", "FATAL");
    if (operation.running-- > 0) return state(202, "RUNNING", "OK");
    return state(200, "COMPLETED", operation.outcome);
  }
  static core::HttpResponse state(int status, const char* state, const std::string& outcome) {
    return {status, {{"X-Global-Execution-State", state}, {"X-Global-Execution-Status", outcome}}, ""};
  }
  std::map<std::string, Operation> operations;
  Names asked;
  int closed = 0;
};

struct Lots : tests::ApprovedLot {
  explicit Lots(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      ids.push_back({"ESSAI-TEST-0123456789-100" + std::to_string(i)});
      fs::create_directories(versement.lot(ids[i]));
      tests::SmallSip(ids[i].value).write(versement.sip(ids[i]));
    }
    steps.send = [this](const sip::MessageIdentifier& lot) { return send(lot); };
    steps.accepted = [this](const auto& lot, const auto&, const auto& atr) {
      told.push_back(lot.value.substr(lot.value.size() - 1) + " " + atr.reply_code);
      --flying;
    };
    steps.failed = [this](const auto& lot, const core::Error& e) {
      told.push_back(lot.value.substr(lot.value.size() - 1) + " " + std::string(core::exit_name(e.code())));
      if (sent.contains(lot.value)) --flying;
    };
  }
  /// As Ingest::send leaves a lot that the platform received.
  std::optional<vitam::OperationId> send(const sip::MessageIdentifier& lot) {
    if (refuse_to_send == lot.value) throw core::Error(Exit::visa_missing, core::msg("no visa"));
    if (closed_for_sending > 0) {
      --closed_for_sending;
      throw core::Error(Exit::platform_unreachable, core::msg("closed"));
    }
    sent.insert(lot.value);
    order.push_back(lot.value.substr(lot.value.size() - 1));
    most = std::max(most, ++flying);
    const std::string operation = "operation-" + lot.value.substr(lot.value.size() - 1);
    http.operations[operation].lot = lot.value;
    core::write_json(versement.lot(lot) / "sending.json", {{"sha512", "0"}});
    core::write_json(versement.lot(lot) / "operation.json", {{"operation", operation}});
    return vitam::OperationId{operation};
  }
  Platform::Operation& operation(std::size_t i) { return http.operations["operation-" + std::to_string(i)]; }
  vitam::QueueOutcome run(vitam::QueueTerms terms, std::stop_token stop = {}) {
    return vitam::run_queue(
        ingest, versement, ids, terms, steps, [this](std::chrono::seconds s) { slept.push_back(s.count()); },
        stop);
  }

  Platform http;
  vitam::Client client{http, platform()};
  core::SilentProgress progress;
  vitam::Ingest ingest{client, journal, clock, progress, [](std::chrono::seconds) {}};
  std::vector<sip::MessageIdentifier> ids;
  vitam::QueueSteps steps;
  std::set<std::string> sent;
  Names order, told;
  std::vector<long> slept;
  std::string refuse_to_send;
  int flying = 0, most = 0, closed_for_sending = 0;
};

}  // namespace

TEST_CASE("no more ingests are under way than the platform allows, and each lot leaves as another ends") {
  for (const std::size_t limit : {1u, 2u, 5u}) {
    Lots s(5);
    for (std::size_t i = 0; i < 5; ++i) s.operation(i).running = static_cast<int>(i % 3);
    const auto outcome = s.run({.parallel = limit});
    CHECK(outcome.accepted == 5);
    CHECK_FALSE(outcome.first_failure);
    CHECK(s.most == static_cast<int>(limit));
    CHECK(s.order == Names{"0", "1", "2", "3", "4"});
    for (const auto& lot : s.ids) CHECK(fs::exists(s.versement.lot(lot) / "receipt.json"));
  }
}

TEST_CASE("a lot that the platform rejects holds back no other") {
  Lots s(4);
  s.operation(1).outcome = "KO";
  const auto outcome = s.run({.parallel = 2});
  CHECK(outcome.accepted == 3);
  REQUIRE(outcome.first_failure);
  CHECK(outcome.first_failure->code() == Exit::transfer_rejected);
  CHECK(s.told == Names{"0 OK", "1 transfer-rejected", "2 OK", "3 OK"});
}

TEST_CASE("after any other failure nothing more is sent, and what is under way is followed to its end") {
  Lots s(5);
  s.operation(0).fatal = true;
  s.operation(1).running = 4;
  const auto outcome = s.run({.parallel = 2});
  CHECK(outcome.accepted == 1);
  CHECK(outcome.not_sent == 3);
  REQUIRE(outcome.first_failure);
  CHECK(outcome.first_failure->code() == Exit::platform_paused);
  CHECK(s.told == Names{"0 platform-paused", "1 OK"});

  Lots refused(4);
  refused.refuse_to_send = refused.ids[1].value;
  refused.operation(0).running = 2;
  CHECK(refused.run({.parallel = 3}).first_failure->code() == Exit::visa_missing);
  CHECK(refused.told == Names{"1 visa-missing", "0 OK"});
  CHECK(refused.order == Names{"0"});
}

TEST_CASE("which failures are one lot's own is the caller's to say") {
  Lots s(4);
  s.refuse_to_send = s.ids[1].value;
  vitam::QueueTerms terms;
  terms.own.insert(Exit::visa_missing);
  const auto outcome = s.run(terms);
  CHECK(outcome.accepted == 3);
  CHECK(outcome.first_failure->code() == Exit::visa_missing);
}

TEST_CASE("a rejection does not hide what stopped the others") {
  Lots s(3);
  s.operation(0).outcome = "KO";
  s.refuse_to_send = s.ids[1].value;
  const auto outcome = s.run({});
  CHECK(outcome.first_failure->code() == Exit::visa_missing);
  CHECK(outcome.not_sent == 1);
}

TEST_CASE("without waiting, what the platform has is asked about once and lots leave up to the limit") {
  Lots s(5);
  s.operation(0).running = 9;
  s.operation(1).running = 0;
  const auto outcome = s.run({.parallel = 2, .under_way = 2, .wait = false});
  CHECK(s.slept.empty());
  CHECK(s.http.asked ==
        Names{s.ids[0].value, s.ids[1].value});  // lot 2 left after that, and is not asked about
  CHECK(s.told == Names{"1 OK"});
  CHECK(s.order == Names{"0", "1", "2"});
  CHECK(outcome.under_way == 2);
  CHECK(outcome.not_sent == 2);
}

TEST_CASE("what the platform has already is followed whatever the limit") {
  Lots s(3);
  const auto outcome = s.run({.parallel = 1, .under_way = 3});
  CHECK(outcome.accepted == 3);
  CHECK(s.most == 3);
}

TEST_CASE("a closed platform ends the queue, unless it is waited out") {
  Lots s(2);
  s.closed_for_sending = 3;
  CHECK(s.run({}).first_failure->code() == Exit::platform_unreachable);
  CHECK(s.order.empty());

  Lots patient(2);
  patient.closed_for_sending = 3;
  patient.operation(0).running = 1;
  CHECK(patient.run({.endless = true}).accepted == 2);
  CHECK(std::count(patient.slept.begin(), patient.slept.end(), 60) == 3);

  Lots outlasting(1);  // far more questions without an answer than a person waits for
  static_cast<void>(outlasting.run({.parallel = 1, .wait = false}));
  outlasting.http.closed = 30;
  CHECK(outlasting.run({.parallel = 1, .under_way = 1, .endless = true}).accepted == 1);
}

TEST_CASE("an endless queue waits for operators, and takes up what they set going again") {
  Lots s(1);
  s.operation(0).fatal = true;
  int questions = 0;
  const auto sleep = [&](std::chrono::seconds) {
    if (++questions == 4) s.operation(0).fatal = false;
  };
  const auto outcome =
      vitam::run_queue(s.ingest, s.versement, s.ids, {.endless = true}, s.steps, sleep, std::stop_token{});
  CHECK(outcome.accepted == 1);
  CHECK(questions == 4);
}

TEST_CASE("a stop leaves what is under way where the next run finds it") {
  Lots s(3);
  s.operation(0).running = 50;
  std::stop_source stop;
  const auto sleep = [&](std::chrono::seconds) { stop.request_stop(); };
  CHECK(tests::exit_of([&] {
          static_cast<void>(
              vitam::run_queue(s.ingest, s.versement, s.ids, {}, s.steps, sleep, stop.get_token()));
        }) == Exit::interrupted);
  CHECK(s.order == Names{"0"});
  CHECK(fs::exists(s.versement.lot(s.ids[0]) / "operation.json"));
}

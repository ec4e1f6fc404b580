// The suite by which an establishment qualifies its platform, run against the sandbox and against what stands
// in the way of one.
#include "vitam/qualification.hpp"

#include "fixture.hpp"
#include "running_sandbox.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using vitam::Trial;

namespace {

/// A proxy that forwards questions without their bodies, as some do.
class DropsBodies final : public core::HttpClient {
 public:
  explicit DropsBodies(core::HttpClient& behind) : behind_(behind) {}
  core::HttpResponse perform(const core::HttpRequest& request) override {
    auto r = request;
    if (r.method == "GET") r.body.clear();
    return behind_.perform(r);
  }

 private:
  core::HttpClient& behind_;
};

struct Qualified {
  tests::RunningSandbox sandbox;
  tests::ApprovedLot lot{sandbox.base()};
  core::SilentProgress progress;

  [[nodiscard]] vitam::Platform platform() const {
    auto p = lot.platform();
    p.access_url = p.ingest_url;
    p.access_contract = "AC-TEST";
    return p;
  }
  std::vector<vitam::TrialResult> run(core::HttpClient& http, const vitam::Platform& p, bool blank = true) {
    vitam::Client client(http, p);
    vitam::Ingest ingest{client, lot.journal, lot.clock, progress, [](std::chrono::seconds) {
                           std::this_thread::sleep_for(std::chrono::milliseconds(5));
                         }};
    const vitam::Qualifying with{client, http, lot.clock, {"IC-TEST"}};
    if (!blank) return vitam::qualify(with, std::nullopt, {});
    const auto approved = lot.approved();
    return vitam::qualify(with, vitam::BlankTrial{ingest, lot.versement, approved}, {});
  }
};

std::string told(const std::vector<vitam::TrialResult>& results, Trial outcome) {
  std::string all;
  for (const auto& r : results)
    if (r.outcome == outcome) all += r.id + ' ';
  return all;
}

}  // namespace

TEST_CASE("the sandbox answers as is relied on, dry run included, and has nothing afterwards") {
  Qualified q;
  const auto results = q.run(*q.sandbox.http, q.platform());
  for (const auto& r : results) UNSCOPED_INFO(r.id << ": " << r.found.english());
  CHECK(told(results, Trial::bad).empty());
  CHECK(told(results, Trial::good) ==
        "services configuration no-tenant unknown-operation unknown-reply get-body blank-test "
        "reply-names-lot same-reply logbook ");
  CHECK(sip::lot_facts(q.lot.versement, q.lot.versement.plan().lots.at(0), "approve").state ==
        sip::LotState::approved);
  const auto json = vitam::qualification_json(results, q.platform(), q.lot.clock);
  CHECK(json.at("format") == "versoir-qualification/1");
  CHECK(json.at("trials").size() == results.size());
}

TEST_CASE("without a versement, or an access contract, what cannot be tried is said") {
  Qualified q;
  auto p = q.platform();
  p.access_contract.clear();
  const auto results = q.run(*q.sandbox.http, p, false);
  CHECK(told(results, Trial::skipped) == "get-body blank-test ");
  CHECK(told(results, Trial::bad).empty());
}

TEST_CASE("a proxy that drops the bodies of questions, and a page that says yes to all, are found out") {
  Qualified q;
  DropsBodies proxy(*q.sandbox.http);
  CHECK_THAT(told(q.run(proxy, q.platform(), false), Trial::bad), Catch::Contains("get-body"));

  class SaysYes final : public core::HttpClient {
    core::HttpResponse perform(const core::HttpRequest& r) override {
      if (r.on_received) r.on_received("<html>welcome</html>");
      return {200, {}, "<html>welcome</html>"};
    }
  } page;
  const auto bad = told(q.run(page, q.platform(), false), Trial::bad);
  CHECK_THAT(bad, Catch::Contains("no-tenant") && Catch::Contains("unknown-operation") &&
                      Catch::Contains("unknown-reply") && Catch::Contains("get-body"));
}

TEST_CASE("a platform that is closed ends the qualification, one that rejects the dry run does not") {
  Qualified q;
  auto away = q.platform();
  away.access_url = "https://localhost:1";
  CHECK(told(q.run(*q.sandbox.http, away), Trial::bad) == "services ");

  tests::RunningSandbox poor;
  core::write_file(poor.work.path() / "referentials" / "agencies.csv",
                   "Identifier,Name,Description\nELSEWHERE,Ailleurs,\n");
  poor.sandbox.reset();
  poor.start();
  tests::ApprovedLot lot(poor.base());
  auto p = lot.platform();
  p.access_url = p.ingest_url;
  p.access_contract = "AC-TEST";
  vitam::Client client(*poor.http, p);
  core::SilentProgress progress;
  vitam::Ingest ingest{client, lot.journal, lot.clock, progress, [](std::chrono::seconds) {
                         std::this_thread::sleep_for(std::chrono::milliseconds(5));
                       }};
  const auto approved = lot.approved();
  const auto results = vitam::qualify({client, *poor.http, lot.clock, {"IC-TEST"}},
                                      vitam::BlankTrial{ingest, lot.versement, approved}, {});
  CHECK(told(results, Trial::bad) == "blank-test ");
}

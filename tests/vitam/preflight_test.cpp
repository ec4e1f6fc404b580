// What a platform would reject today is known before anything leaves.
#include "vitam/preflight.hpp"

#include "core/file.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::Exit;
using tests::exit_of;
namespace fs = std::filesystem;

namespace {

struct Asked : tests::ApprovedLot {
  explicit Asked(const tests::RunningSandbox& r) : tests::ApprovedLot(r.base()), r_(r) {}
  std::vector<core::Finding> judge() {
    auto where = platform();
    where.access_url = where.ingest_url;
    vitam::Client client(*r_.http, where);
    const auto preflight = vitam::Preflight::ask(client, clock);
    REQUIRE(preflight);
    return preflight->judge(versement, versement.plan(), id);
  }

 private:
  const tests::RunningSandbox& r_;
};

void change(const fs::path& file, const std::string& what, const std::string& by) {
  auto text = core::read_file(file);
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  core::write_file(file, text.replace(at, what.size(), by));
}

}  // namespace

TEST_CASE("a contract closed, an agency or a rule taken away since the check are seen before sending") {
  tests::RunningSandbox r;
  Asked lot(r);
  CHECK(lot.judge().empty());
  const auto referentials = r.work.path() / "referentials";
  const auto kept = core::read_file(referentials / "ingestcontracts.json");
  change(referentials / "ingestcontracts.json", "\"Name\":\"Essai\",\"Status\":\"ACTIVE\"",
         "\"Name\":\"Essai\",\"Status\":\"INACTIVE\"");
  const auto closed = lot.judge();
  REQUIRE_FALSE(closed.empty());
  CHECK_THAT(closed[0].code, Catch::Contains("CONTRACT_INACTIVE"));
  core::write_file(referentials / "ingestcontracts.json", kept);
  CHECK(lot.judge().empty());
  auto agencies = core::read_file(referentials / "agencies.csv");
  core::write_file(referentials / "agencies.csv", agencies.substr(0, agencies.find('\n') + 1));
  CHECK_FALSE(lot.judge().empty());
}

TEST_CASE(
    "a platform that keeps its referentials to itself leaves nothing to compare, a closed one is told") {
  tests::ApprovedLot lot;
  tests::FakeHttp http;
  vitam::Client client(http, lot.platform());
  for (const int status : {401, 403, 404}) {
    http.then(status);
    CHECK_FALSE(vitam::Preflight::ask(client, lot.clock));
  }
  http.then(503);
  CHECK(exit_of([&] { static_cast<void>(vitam::Preflight::ask(client, lot.clock)); }) ==
        Exit::platform_unreachable);
  http.then_fail(Exit::platform_unreachable);
  CHECK(exit_of([&] { static_cast<void>(vitam::Preflight::ask(client, lot.clock)); }) ==
        Exit::platform_unreachable);
}

// What a person reads who cannot deposit, and why.
#include "vitam/diagnosis.hpp"

#include "core/file.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Names = std::vector<std::string>;

namespace {

vitam::Platform at(const tests::RunningSandbox& r) {
  vitam::Platform p;
  p.name = "sandbox";
  p.ingest_url = p.access_url = r.base();
  p.tenant = 3;
  p.access_contract = "AC-1";
  p.tls = r.tls();
  return p;
}

Names codes(const tests::RunningSandbox& r, const vitam::Platform& platform,
            const std::set<std::string>& contracts) {
  const auto http = core::make_curl_client(platform.tls);
  vitam::Client client(*http, platform);
  Names out;
  for (const auto& f : vitam::diagnose(client, contracts, r.clock)) {
    INFO(f.message.english());
    out.push_back(std::string(f.severity == core::Severity::error     ? "error "
                              : f.severity == core::Severity::warning ? "warning "
                                                                      : "") +
                  f.code);
  }
  return out;
}

}  // namespace

TEST_CASE("a platform that can be deposited to says so, piece by piece") {
  const tests::RunningSandbox r;
  core::write_file(
      r.work.path() / "referentials" / "accesscontracts.json",
      R"([{"Identifier":"AC-1","Status":"ACTIVE"},{"Identifier":"AC-OLD","Status":"INACTIVE"}])");
  CHECK(codes(r, at(r), {"IC-TEST"}) == Names{"SERVICES_UP", "CERTIFICATE_ACCEPTED", "CONTRACT_ACTIVE",
                                              "CONTRACT_ACTIVE", "LOGBOOK_READABLE"});
  CHECK(codes(r, at(r), {"IC-NONE", "IC-OLD"}) == Names{"SERVICES_UP", "CERTIFICATE_ACCEPTED",
                                                        "error CONTRACT_UNKNOWN", "error CONTRACT_INACTIVE",
                                                        "CONTRACT_ACTIVE", "LOGBOOK_READABLE"});
  auto p = at(r);
  p.access_contract = "AC-OLD";
  CHECK(codes(r, p, {}) ==
        Names{"SERVICES_UP", "CERTIFICATE_ACCEPTED", "error CONTRACT_INACTIVE", "error LOGBOOK_REFUSED"});
  p.access_contract.clear();
  CHECK(codes(r, p, {}) == Names{"SERVICES_UP", "CERTIFICATE_ACCEPTED", "warning NO_ACCESS_CONTRACT"});
  p = at(r);
  p.tenant = 4;
  const auto other = codes(r, p, {"IC-TEST"});
  CHECK(other.at(1) == "error CERTIFICATE_REFUSED");
  CHECK(other.at(2) == "error CONTRACTS_HIDDEN");
}

TEST_CASE(
    "services that do not answer end the diagnosis, one that is closed is told apart from one that is not "
    "there") {
  const tests::RunningSandbox closed("unavailable");
  CHECK(codes(closed, at(closed), {"IC-TEST"}) == Names{"error PLATFORM_DOWN", "error PLATFORM_DOWN"});
  auto p = at(closed);
  p.ingest_url = p.access_url = "https://localhost:1";
  CHECK(codes(closed, p, {"IC-TEST"}) == Names{"error PLATFORM_UNREACHABLE", "error PLATFORM_UNREACHABLE"});
}

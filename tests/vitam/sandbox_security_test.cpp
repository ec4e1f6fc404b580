// Certificate, application context, security profile, tenant and contracts: the chain of VITAM's refusals.
#include "core/digest.hpp"
#include "core/file.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"
#include "trust/certificate.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::Json;
using tests::SmallSip;
using Running = tests::RunningSandbox;
namespace fs = std::filesystem;

namespace {

/// What the chain reads, as a test changes it.
struct Chain {
  Json certificates = {{{"ContextId", "CT-1"}, {"File", "client.pem"}}};
  Json context = {
      {"Identifier", "CT-1"},
      {"Name", "Application versante"},
      {"Status", "ACTIVE"},
      {"EnableControl", true},
      {"SecurityProfile", "SEC-1"},
      {"Permissions", {{{"tenant", 3}, {"IngestContracts", {"IC-TEST"}}, {"AccessContracts", {"AC-TEST"}}}}}};
  Json profile = {{"Identifier", "SEC-1"}, {"Name", "Versant"}, {"FullAccess", true}};

  void write(const fs::path& folder) const {
    fs::create_directories(folder / "certificates");
    fs::remove(folder / "context.json");
    fs::copy_file(tests::pki("client.pem"), folder / "certificates" / "client.pem",
                  fs::copy_options::overwrite_existing);
    core::write_json(folder / "certificates.json", certificates);
    core::write_json(folder / "contexts.json", Json::array({context}));
    core::write_json(folder / "securityprofiles.json", Json::array({profile}));
  }
};

/// A sandbox that reads the chain.
struct Guarded {
  explicit Guarded(const Chain& chain) {
    r.sandbox.reset();
    chain.write(r.work.path() / "referentials");
    r.start();
  }
  /// HTTP status and, of a VitamError, its description.
  std::string asked(const std::string& method, const std::string& path, const std::string& contract = {}) {
    auto q = r.ask(method, path);
    q.headers["Content-Type"] = "application/json";
    if (!contract.empty()) q.headers["X-Access-Contract-Id"] = contract;
    q.body = R"({"$query":{},"$projection":{}})";
    const auto answer = r.send(q);
    if (answer.status != 401) return std::to_string(answer.status);
    const auto error = core::parse_json(answer.body, "error");
    CHECK(error.at("code") == "000700");
    CHECK(error.at("state") == "INTERNAL_SECURITY_UNAUTHORIZED");
    return "401 " + error.at("description").get<std::string>();
  }
  Running r;
};

constexpr const char* agencies_path = "/admin-external/v1/agencies";
constexpr const char* logbook = "/access-external/v1/logbookoperations";

}  // namespace

TEST_CASE("a known certificate with its rights does what the tests do without a chain", "[sandbox]") {
  Guarded g{Chain()};
  CHECK(g.asked("GET", agencies_path) == "200");
  CHECK(g.asked("GET", logbook, "AC-TEST") == "200");
  const auto id = g.r.post_sip(SmallSip("REQ-1"));
  CHECK(g.r.wait(id).header("X-Global-Execution-Status") == "OK");
}

TEST_CASE("the certificate leads to an active context, or nowhere", "[sandbox]") {
  Chain chain;
  const auto fingerprint =
      trust::Certificate::list_from_pem_file(tests::pki("client.pem")).at(0).fingerprint().hex();
  SECTION("by its SHA-256, written as tools write it") {
    std::string spaced;
    for (std::size_t i = 0; i < fingerprint.size(); i += 2)
      spaced += (i ? ":" : "") + fingerprint.substr(i, 2);
    for (auto& c : spaced) c = static_cast<char>(std::toupper(c));
    chain.certificates = {{{"ContextId", "CT-1"}, {"Sha256", spaced}}};
    CHECK(Guarded(chain).asked("GET", agencies_path) == "200");
  }
  SECTION("unknown") {
    chain.certificates = {{{"ContextId", "CT-1"}, {"Sha256", std::string(64, 'a')}}};
    CHECK(Guarded(chain).asked("GET", agencies_path) == "401 Certificate unknown");
  }
  SECTION("revoked") {
    chain.certificates[0]["CertificateStatus"] = "REVOKED";
    CHECK_THAT(Guarded(chain).asked("GET", agencies_path), Catch::Contains("revoked"));
  }
  SECTION("of a context that is not there") {
    chain.certificates[0]["ContextId"] = "CT-2";
    CHECK(Guarded(chain).asked("GET", agencies_path) == "401 Context CT-2 unknown");
  }
  SECTION("of an inactive context") {
    chain.context["Status"] = "INACTIVE";
    Guarded g(chain);
    CHECK(g.asked("GET", agencies_path) == "401 Context CT-1 inactive");
    CHECK(g.asked("GET", "/admin-external/v1/status") == "204");  // needs no tenant, no right
    CHECK(g.asked("GET", "/admin-external/v1/tenants") == "200");
  }
  SECTION("a record that designates nothing is told at the start") {
    chain.certificates = {{{"ContextId", "CT-1"}}};
    CHECK(tests::exit_of([&] { Guarded g(chain); }) == core::Exit::configuration);
  }
}

TEST_CASE("the security profile lists what may be asked", "[sandbox]") {
  Chain chain;
  chain.profile["FullAccess"] = false;
  chain.profile["Permissions"] = {"agencies:read", "operations:id:read:status", "ingests:create"};
  Guarded g(chain);
  CHECK(g.asked("GET", agencies_path) == "200");
  CHECK(g.asked("GET", std::string(agencies_path) + "/AG-TEST") ==
        "401 Permission agencies:id:read not in security profile SEC-1");
  CHECK_THAT(g.asked("GET", logbook, "AC-TEST"), Catch::Contains("logbookoperations:read"));
  const auto id = g.r.post_sip(SmallSip("REQ-1"));
  CHECK(g.r.wait(id).status == 200);
  CHECK(g.r.put(id, "RESUME").status == 401);
  CHECK(g.r.reply(id).status == 401);
  auto local = g.r.post();
  local.headers["Content-Type"] = "application/json";
  local.body = R"({"path":"x.zip"})";
  CHECK_THAT(g.r.send(local).body, Catch::Contains("ingests:local:create"));
  chain.context["SecurityProfile"] = "SEC-2";
  CHECK(Guarded(chain).asked("GET", agencies_path) == "401 Security profile SEC-2 unknown");
}

TEST_CASE("a context that is controlled lists its tenants and contracts", "[sandbox]") {
  Chain chain;
  SECTION("access contracts") {
    Guarded g(chain);
    CHECK(g.asked("GET", logbook, "AC-OTHER") == "401 Access contract AC-OTHER not in context");
  }
  SECTION("tenants") {
    chain.context["Permissions"][0]["tenant"] = 4;
    CHECK(Guarded(chain).asked("GET", agencies_path) == "401 Tenant 3 not in context");
  }
  SECTION("at least one ingest contract to deposit") {
    chain.context["Permissions"][0]["IngestContracts"] = Json::array();
    Guarded g(chain);
    CHECK_THAT(g.asked("POST", "/ingest-external/v1/ingests"), Catch::Contains("ingest contract"));
    CHECK(g.asked("GET", agencies_path) == "200");
  }
  SECTION("not where control is off") {
    chain.context["EnableControl"] = false;
    chain.context["Permissions"] = Json::array();
    CHECK(Guarded(chain).asked("GET", logbook, "AC-OTHER") == "200");
  }
}

TEST_CASE("the contract of a SIP must be in the context of who sends it", "[sandbox]") {
  Chain chain;
  chain.context["Permissions"] = {{{"tenant", 3}, {"IngestContracts", {"IC-OUT"}}},
                                  {{"tenant", 4}, {"IngestContracts", {"IC-TEST"}}}};
  Guarded g(chain);
  // Another application may use it, as a context of the same folder says.
  const auto contexts = g.r.work.path() / "referentials" / "contexts.json";
  auto all = core::read_json(contexts);
  all.push_back({{"Identifier", "CT-2"},
                 {"Name", "Autre"},
                 {"EnableControl", true},
                 {"Permissions", {{{"tenant", 3}, {"IngestContracts", {"IC-TEST"}}}}}});
  core::write_json(contexts, all);
  g.r.sandbox.reset();
  g.r.start();
  const auto refused = g.r.verdict(SmallSip("REQ-1"));
  CHECK_THAT(tests::codes_of(refused), Catch::Contains("CONTRACT_NOT_IN_CONTEXT"));
  CHECK(g.r.verdict(SmallSip("REQ-2").replace("IC-TEST", "IC-OUT")).reply_code == "OK");
}

TEST_CASE("OPTIONS lists the addresses of a service with their permissions", "[sandbox]") {
  Running r;
  const auto listed = [&](const std::string& base) {
    const auto answer = r.send(r.ask("OPTIONS", "/" + base + "/v1/"));
    CHECK(answer.status == 200);
    std::map<std::string, std::string> permissions;
    const auto json = core::parse_json(answer.body, "options");
    for (const auto& one : json)
      permissions[one.at("verb").get<std::string>() + ' ' + one.at("endpoint").get<std::string>()] =
          one.at("permission").get<std::string>();
    return permissions;
  };
  CHECK(listed("ingest-external").at("GET /ingest-external/v1/ingests/{id}/manifests") ==
        "ingests:id:manifests:read");
  CHECK(listed("admin-external").at("HEAD /admin-external/v1/operations/{id}") ==
        "operations:id:read:status");
  const auto access = listed("access-external");
  CHECK(access.at("GET /access-external/v1/units") == "units:read");
  CHECK_FALSE(access.contains("GET /admin-external/v1/agencies"));
  auto q = r.ask("OPTIONS", "/access-external/v1/");
  q.headers.erase("X-Tenant-Id");
  CHECK(r.send(q).status == 412);
}

// Referentials that an administrator posts: taken whole or not at all, and used by the next ingest.
#include "core/file.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::Json;
using tests::SmallSip;
using Running = tests::RunningSandbox;
namespace fs = std::filesystem;

namespace {

core::HttpResponse import(Running& r, const std::string& name, const std::string& body) {
  const bool csv = name == "agencies" || name == "rules";
  auto q = r.ask("POST", "/admin-external/v1/" + name);
  q.headers["Content-Type"] = csv ? "application/octet-stream" : "application/json";
  q.body = body;
  return r.send(q);
}

std::string reason(const core::HttpResponse& answer) {
  CHECK(answer.status == 400);
  const auto error = core::parse_json(answer.body, "error");
  CHECK(error.at("code") == "020120");
  return error.at("description").get<std::string>();
}

std::string outcome(Running& r, const SmallSip& sip) {
  return r.wait(r.post_sip(sip)).header("X-Global-Execution-Status");
}

}  // namespace

TEST_CASE("a contract that is imported is used by the next ingest", "[sandbox]") {
  Running r;
  const auto context = R"({"EnableControl":false})";
  core::write_file(r.work.path() / "referentials" / "context.json", context);
  const auto sip = SmallSip("REQ-1").replace("IC-TEST", "IC-NEW");
  CHECK(outcome(r, sip) == "KO");
  const auto answer =
      import(r, "ingestcontracts",
             R"([{"Identifier":"IC-NEW","Name":"Neuf","Status":"ACTIVE"},{"Name":"Sans nom"}])");
  CHECK(answer.status == 201);
  const auto made = core::parse_json(answer.body, "created").at("$results");
  CHECK(made.at(1).at("Identifier") == "IC-000001");
  CHECK(made.at(1).at("Status") == "INACTIVE");
  CHECK(outcome(r, sip) == "OK");
  CHECK(outcome(r, SmallSip("REQ-2")) == "OK");  // what was there remains
  CHECK(r.send(r.ask("GET", "/admin-external/v1/ingestcontracts/IC-NEW")).status == 200);
  r.sandbox.reset();
  r.start();
  CHECK(outcome(r, sip) == "OK");
}

TEST_CASE("an import that cannot be used changes nothing and says why", "[sandbox]") {
  using Catch::Contains;
  Running r;
  const auto folder = r.work.path() / "referentials";
  const auto before = core::read_file(folder / "ingestcontracts.json") +
                      core::read_file(folder / "rules.csv") + core::read_file(folder / "agencies.csv");
  CHECK_THAT(reason(import(r, "ingestcontracts", R"([{"Identifier":"IC-TEST","Name":"Encore"}])")),
             Contains("IC-TEST exists"));
  CHECK_THAT(
      reason(import(r, "ingestcontracts", R"([{"Identifier":"IC-A","Name":"A"},{"Identifier":"IC-B"}])")),
      Contains("Name"));
  CHECK_THAT(reason(import(r, "ingestcontracts", R"({"Name":"A"})")), Contains("array"));
  reason(import(r, "ingestcontracts", "["));
  CHECK_THAT(reason(import(r, "agencies", "Identifier,Nom\nA,B\n")), Contains("Name"));
  CHECK_THAT(reason(import(r, "agencies", "Identifier,Name,Description\nA,B,\nA,C,\n")), Contains("twice"));
  CHECK_THAT(reason(import(r, "rules",
                           "RuleId,RuleType,RuleValue,RuleDescription,RuleDuration,RuleMeasurement\n"
                           "APP-1,AppraisalRule,Dossiers,,ten,YEAR\n")),
             Contains("APP-1"));
  CHECK_THAT(reason(import(r, "archiveunitprofiles", R"([{"Name":"P","ControlSchema":"{"}])")),
             Contains("P"));
  CHECK(before == core::read_file(folder / "ingestcontracts.json") + core::read_file(folder / "rules.csv") +
                      core::read_file(folder / "agencies.csv"));
  CHECK_FALSE(fs::exists(folder / "archive-unit-profiles.json"));
  auto q = r.ask("POST", "/admin-external/v1/rules");
  q.headers["Content-Type"] = "application/json";
  q.body = "[]";
  CHECK(r.send(q).status == 415);
}

TEST_CASE("agencies and rules are replaced as a whole", "[sandbox]") {
  Running r;
  CHECK(outcome(r, SmallSip("REQ-1")) == "OK");
  CHECK(import(r, "agencies", "Identifier,Name,Description\nARCHIVES,Archives,\n").status == 201);
  CHECK(outcome(r, SmallSip("REQ-2")) == "KO");
  CHECK(
      import(r, "agencies", "\xEF\xBB\xBFIdentifier,Name,Description\nARCHIVES,Archives,\nAG-TEST,Service,\n")
          .status == 201);
  CHECK(outcome(r, SmallSip("REQ-3")) == "OK");
}

TEST_CASE("contexts, profiles and grammars", "[sandbox]") {
  Running r;
  const auto folder = r.work.path() / "referentials";
  CHECK(import(r, "contexts", R"([{"Identifier":"CT-2","Name":"Autre","Status":"ACTIVE"}])").status == 201);
  CHECK(core::read_json(folder / "context.json").size() == 2);  // under the name that the folder has
  CHECK(import(r, "securityprofiles", R"([{"Name":"Tous","FullAccess":true}])").status == 201);
  CHECK(core::read_json(folder / "securityprofiles.json").at(0).at("Identifier") == "SEC_PROFILE-000001");
  CHECK(r.send(r.ask("GET", "/admin-external/v1/securityprofiles/SEC_PROFILE-000001")).status == 200);
  CHECK(import(r, "profiles", R"([{"Identifier":"PR-2","Name":"Profil","Format":"RNG","Status":"ACTIVE"}])")
            .status == 201);
  auto q = r.ask("PUT", "/admin-external/v1/profiles/PR-2");
  q.headers["Content-Type"] = "application/octet-stream";
  q.body = "<grammar/>";
  CHECK(r.send(q).status == 201);
  auto back = r.ask("GET", "/admin-external/v1/profiles/PR-2");
  back.headers["Accept"] = "application/octet-stream";
  CHECK(r.send(back).body == "<grammar/>");
  q.url = r.base() + "/admin-external/v1/profiles/PR-9";
  CHECK(r.send(q).status == 404);
}

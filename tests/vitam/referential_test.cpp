// Referentials fetched from a sandbox over TLS are those of its folder.
#include "vitam/referential.hpp"

#include "check/referentials.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using core::Exit;
using Running = tests::RunningSandbox;
namespace fs = std::filesystem;

namespace {

vitam::Platform platform_of(const Running& r, std::int64_t tenant = 3) {
  vitam::Platform p;
  p.name = "recette";
  p.access_url = p.ingest_url = r.base();
  p.tenant = tenant;
  p.access_contract = "AC-1";
  p.tls = r.tls();
  return p;
}

std::vector<vitam::FetchedReferential> fetch(Running& r, const fs::path& folder, std::int64_t tenant = 3) {
  vitam::Client client(*r.http, platform_of(r, tenant));
  return vitam::fetch_referentials(client, folder, r.clock);
}

template <class Call>
Exit code_of(Call call) {
  try {
    call();
  } catch (const core::Error& e) {
    return e.code();
  }
  return Exit::ok;
}

}  // namespace

TEST_CASE("what is fetched says what the platform's folder says") {
  Running r;
  const auto theirs = r.work.path() / "referentials";
  core::write_file(theirs / "profiles.json",
                   R"([{"Identifier":"PR-1","Status":"ACTIVE","Format":"RNG","Path":"one.rng"},
                       {"Identifier":"PR/../2 x.v1","Status":"ACTIVE","Format":"XSD","Path":"one.rng"},
                       {"Identifier":"PR-é","Status":"ACTIVE","Format":"XSD","Path":"one.rng"},
                       {"Identifier":"PR-3","Status":"ACTIVE","Format":"RNG"},
                       {"Identifier":"..","Status":"ACTIVE","Format":"RNG","Path":"one.rng"}])");
  fs::create_directories(theirs / "profiles");
  core::write_file(theirs / "profiles" / "one.rng", "<grammar/>");
  std::string rules = "RuleId,RuleType,RuleValue,RuleDescription,RuleDuration,RuleMeasurement\n";
  for (int i = 0; i < 2345; ++i)  // three pages
    rules += "APP-" + std::to_string(i) + ",AppraisalRule,\"Dossiers, \"\"n\"\"\",," + std::to_string(i) +
             ",YEAR\n";
  rules += "HOL-1,HoldRule,Gel,,,\nACC-9,AccessRule,Toujours,,unlimited,YEAR\n";
  core::write_file(theirs / "rules.csv", rules);
  fs::create_directories(theirs / "formats");
  core::write_file(theirs / "formats" / "formats.tsv",
                   "puid\tmime\tname\tx\nfmt/18\tapplication/pdf\tPDF\tpdf\nfmt/101\t\tXML\t\n");
  core::write_file(theirs / "ontology.json",
                   R"([{"Identifier":"MyTag","Type":"LONG","Origin":"EXTERNAL","Collections":["Unit"]}])");
  const auto folder = r.work.path() / "mine" / "recette";
  const auto told = fetch(r, folder);
  const auto count = [&](std::string_view name) {
    return std::ranges::find(told, name, &vitam::FetchedReferential::name)->records;
  };
  CHECK(count("rules") == 2347);
  CHECK(count("agencies") == 2);
  CHECK(count("formats") == 2);
  CHECK(std::ranges::find(told, "managementcontracts", &vitam::FetchedReferential::name)->refused == 404);
  const auto mine = check::Referentials::read(folder);
  CHECK(mine.agency("AG-TEST")->name == "Service");
  CHECK(mine.rule("APP-2344")->duration == 2344);
  CHECK(mine.rule("APP-2344")->value == "Dossiers, \"n\"");
  CHECK(mine.rule("HOL-1")->undefined);
  CHECK(mine.rule("ACC-9")->duration == std::nullopt);
  CHECK_FALSE(mine.rule("ACC-9")->undefined);
  CHECK_FALSE(mine.contract("IC-OLD")->active);
  CHECK(mine.contract("IC-FORMAT")->formats == std::vector<std::string>{"fmt/101"});
  CHECK(mine.contract("IC-ATTACHED")->parent_link == "REQUIRED");
  CHECK(mine.format_known("fmt/18"));
  CHECK_FALSE(mine.format_known("fmt/19"));
  CHECK(mine.has_ontology());
  CHECK_FALSE(mine.contract_in_context("IC-OUT"));
  CHECK_FALSE(mine.has_management_contracts());
  CHECK_FALSE(mine.has_classification());
  CHECK(core::read_file(mine.profile("PR-1")->file) == "<grammar/>");
  CHECK(core::read_file(mine.profile("PR/../2 x.v1")->file) == "<grammar/>");
  CHECK(mine.profile("PR-3")->without_grammar);
  CHECK_FALSE(
      mine.profile("..")->without_grammar);  // no question is asked with such a name: nothing is known
  CHECK(mine.profile("..")->file.empty());
  // VITAM's filters take no such letter in an address: what this one has is not known either.
  CHECK_FALSE(mine.profile("PR-é")->without_grammar);
  CHECK(mine.profile("PR-é")->file.empty());
  CHECK(mine.fetched() == core::format_instant(r.clock.now()));
}

TEST_CASE("a fetch replaces what was fetched before, and nothing else, and only when it is whole") {
  Running r;
  const auto theirs = r.work.path() / "referentials";
  const auto folder = r.work.path() / "mine";
  static_cast<void>(fetch(r, folder));
  core::write_file(theirs / "agencies.csv", "Identifier,Name,Description\nNEW,Nouveau,\n");
  static_cast<void>(fetch(r, folder));
  CHECK(check::Referentials::read(folder).agency("NEW"));
  // A contract without a name cannot be used: the folder stays.
  core::write_file(theirs / "ingestcontracts.json", R"([{"Status":"ACTIVE"}])");
  core::write_file(theirs / "agencies.csv", "Identifier,Name,Description\nLATER,Tard,\n");
  CHECK(code_of([&] { static_cast<void>(fetch(r, folder)); }) == Exit::configuration);
  CHECK(check::Referentials::read(folder).agency("NEW"));
  // Another tenant is refused; so is a folder of another origin.
  CHECK(code_of([&] { static_cast<void>(fetch(r, folder, 4)); }) == Exit::platform_refused);
  CHECK(check::Referentials::read(folder).agency("NEW"));
  const auto own = r.work.path() / "own";
  tests::write_referentials(own);
  CHECK(code_of([&] { static_cast<void>(fetch(r, own)); }) == Exit::usage);
  CHECK_FALSE(fs::exists(own / "fetched.json"));
  // Nothing half-made stays beside it.
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(r.work.path())) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  CHECK(names == std::vector<std::string>{"mine", "own", "referentials", "sandbox"});
}

TEST_CASE(
    "a folder named with a slash behind it is that folder, and one that is being fetched is left alone") {
  Running r;
  const auto folder = r.work.path() / "refs";
  static_cast<void>(fetch(r, r.work.path() / "refs/"));
  static_cast<void>(fetch(r, r.work.path() / "refs/"));
  CHECK(check::Referentials::read(folder).agency("AG-TEST"));
  CHECK(std::distance(fs::directory_iterator(r.work.path()), {}) == 3);  // refs, referentials, sandbox
  const auto before = core::read_file(folder / "fetched.json");
  const auto other = core::FileLock::try_lock_folder(folder);
  CHECK(code_of([&] { static_cast<void>(fetch(r, folder)); }) == Exit::temporary);
  CHECK(core::read_file(folder / "fetched.json") == before);
}

TEST_CASE("a platform that gives few records at a time is asked until all are there, in their order") {
  /// Answers as VITAM does: the order is that of $orderby, otherwise another one for each question.
  struct Capped final : core::HttpClient {
    std::size_t records = 0, cap = 100, announced = 0;
    bool totals = true, obeys_order = true;
    int asked = 0;
    core::HttpResponse perform(const core::HttpRequest& request) override {
      const auto query = core::parse_json(request.body, "query");
      const auto offset = query["$filter"]["$offset"].get<std::size_t>();
      CHECK(query["$filter"]["$orderby"] == core::Json{{"RuleId", 1}});
      core::Json results = core::Json::array();
      const std::size_t turn = obeys_order ? 0 : 7 * asked;
      for (auto i = offset; i < std::min(offset + cap, records); ++i)
        results.push_back({{"RuleId", "R" + std::to_string((i + turn) % records)}});
      ++asked;
      core::Json answer{{"$results", results}};
      if (totals) answer["$hits"] = {{"total", announced ? announced : records}, {"size", results.size()}};
      return {200, {}, answer.dump()};
    }
  } http;
  vitam::Platform platform;
  platform.access_url = "https://p";
  vitam::Client client(http, platform);
  for (const bool totals : {true, false})
    for (const std::size_t records : {0, 1, 99, 100, 101, 1000, 2345}) {
      INFO(records << totals);
      http.records = records;
      http.totals = totals;
      CHECK(client.referential("rules").size() == records);
    }
  const auto refused = [&] { return code_of([&] { static_cast<void>(client.referential("rules")); }); };
  http.totals = true;
  http.announced = 3000;
  CHECK(refused() == Exit::reply_unreadable);  // fewer than announced
  http.announced = 1950;
  CHECK(refused() == Exit::reply_unreadable);  // more
  http.announced = 10'001;
  CHECK(refused() == Exit::reply_unreadable);
  http.announced = 0;
  http.obeys_order = false;
  CHECK(refused() == Exit::reply_unreadable);  // pages that overlap
}

TEST_CASE("an answer that is no list of records is an error, not an empty referential") {
  struct Odd final : core::HttpClient {
    std::string body;
    core::HttpResponse perform(const core::HttpRequest& request) override {
      CHECK(request.headers.at("X-Tenant-Id") == "3");
      CHECK(request.headers.at("X-Access-Contract-Id") == "AC-1");
      CHECK(request.method == "GET");
      return {200, {}, body};
    }
  } http;
  vitam::Platform platform;
  platform.access_url = "https://p";
  platform.tenant = 3;
  platform.access_contract = "AC-1";
  vitam::Client client(http, platform);
  for (const auto* body : {"", "[]", "{}", R"({"$results":{}})", R"({"$results":[1]})", "<html/>"}) {
    INFO(body);
    http.body = body;
    CHECK(code_of([&] { static_cast<void>(client.referential("agencies")); }) == Exit::reply_unreadable);
  }
  http.body = R"({"$results":[]})";
  CHECK(client.referential("agencies").empty());
}

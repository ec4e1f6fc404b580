// Questions about deposits, to a sandbox over TLS and to a platform made of memory.
#include "vitam/access.hpp"

#include "deposited.hpp"
#include "exit_of.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <sys/stat.h>

using namespace versoir;
namespace fs = std::filesystem;
using core::Exit;
using core::Json;
using tests::complaint_of;
using tests::Deposited;
using tests::exit_of;
using tests::FakeHttp;

namespace {

struct Asking : Deposited {
  vitam::Access access{*http, platform()};
  vitam::Client client{*http, platform()};
};

/// A platform that answers what it is told.
struct Scripted {
  Scripted() {
    platform.name = "p";
    platform.access_url = "https://access.test";
    platform.access_contract = "AC-1";
    platform.tenant = 3;
  }
  FakeHttp http;
  vitam::Platform platform;
  vitam::Access access() { return {http, platform}; }
  void results(const Json& list, std::size_t total) {
    http.then(200, {}, Json{{"$hits", {{"total", total}}}, {"$results", list}}.dump());
  }
};

const std::string some_id(36, 'a');

}  // namespace

TEST_CASE("units of an ingest, of an identifier, of a title, and the roots") {
  Asking a;
  const auto found = a.access.units({a.operation, {}, {}, {}, false}, 100);
  CHECK(found.total == 3);
  CHECK(found.units.size() == 3);
  CHECK(a.access.units({a.operation, {}, {}, {}, false}, 2).units.size() == 2);
  CHECK(a.access.units({{}, {}, "ETU-1", {}, false}, 10).units.at(0).at("#id") == a.id("AU1"));
  CHECK(a.access.units({{}, {}, {}, "Pièce", false}, 10).units.at(0).at("#id") == a.id("AU2"));
  CHECK(a.access.units({{}, {a.id("AU2"), a.id("AU3")}, {}, {}, false}, 10).total == 2);
  CHECK(a.access.units({a.operation, {}, {}, {}, true}, 10).total == 1);
  CHECK(a.access.units({a.operation, {}, {}, "Pièce", true}, 10).total == 0);
}

TEST_CASE("one unit, its rules, its objects") {
  Asking a;
  const auto unit = a.access.unit(a.id("AU1"));
  REQUIRE(unit);
  CHECK(unit->at("Title") == "Dossier");
  CHECK_FALSE(a.access.unit(some_id));
  CHECK(a.access.inherited_rules(a.id("AU2")).at("AppraisalRule").at("Rules").at(0).at("UnitId") ==
        a.id("AU1"));
  CHECK_FALSE(a.access.object_group(a.id("AU1")));
  const auto group = a.access.object_group(a.id("AU2"));
  REQUIRE(group);
  const auto versions = vitam::versions_of(*group);
  REQUIRE(versions.size() == 1);
  CHECK(versions[0].usage == "BinaryMaster");
  CHECK(versions[0].version == 1);
  CHECK(versions[0].size == 8u);
  CHECK(versions[0].file_name == "BO1.txt");
  CHECK(versions[0].format == "x-fmt/111");
}

TEST_CASE("an object comes whole and verified, or leaves no file") {
  Asking a;
  const auto version = vitam::versions_of(*a.access.object_group(a.id("AU2"))).at(0);
  const auto to = a.work.path() / "given.txt";
  const auto received = a.access.fetch_object(a.id("AU2"), version, to);
  CHECK(core::read_file(to) == "bonjour\n");
  CHECK(received.sha512 == core::sha512("bonjour\n").hex());
  struct stat facts {};
  REQUIRE(::stat(to.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);

  core::write_file(a.stored_object(), "bonsoir\n");
  const auto other = a.work.path() / "other.txt";
  const auto text = complaint_of([&] { a.access.fetch_object(a.id("AU2"), version, other); });
  CHECK_THAT(text, Catch::Contains(version.id));
  CHECK(exit_of([&] { a.access.fetch_object(a.id("AU2"), version, other); }) == Exit::evidence_broken);
  core::write_file(a.stored_object(), "bonjour\net plus\n");
  CHECK(exit_of([&] { a.access.fetch_object(a.id("AU2"), version, other); }) == Exit::evidence_broken);
  auto undeclared = version;
  undeclared.algorithm = "MD5";
  CHECK(exit_of([&] { a.access.fetch_object(a.id("AU2"), undeclared, other); }) == Exit::evidence_broken);
  fs::remove(a.stored_object());
  CHECK(exit_of([&] { a.access.fetch_object(a.id("AU2"), version, other); }) == Exit::not_found);
  CHECK_FALSE(fs::exists(other));
  CHECK_FALSE(fs::exists(other.string() + ".partial"));
}

TEST_CASE("an object on a cold storage is told with what to do") {
  Scripted s;
  auto access = s.access();
  vitam::ObjectVersion version;
  version.usage = "BinaryMaster";
  version.algorithm = "SHA-512";
  s.http.then(460, {}, R"({"code":"UNAVAILABLE_DATA_FROM_ASYNC_OFFER"})");
  s.http.then(460);
  const auto ask = [&] { access.receive_object(some_id, version, [](std::string_view) {}); };
  CHECK_THAT(complaint_of(ask), Catch::Contains("460"));
  CHECK(exit_of(ask) == Exit::temporary);
  const auto& call = s.http.calls.at(0);
  CHECK(call.headers.at("X-Qualifier") == "BinaryMaster");
  CHECK(call.headers.at("X-Version") == "1");
  CHECK(call.headers.at("Accept") == "application/octet-stream");
  CHECK(call.headers.at("Content-Type") == "application/json");
  CHECK(call.headers.at("X-Access-Contract-Id") == "AC-1");
}

TEST_CASE("a DIP is asked for, followed and fetched, one that is not there is told") {
  Asking a;
  const auto operation = a.access.request_dip({a.operation, {}, {}, {}, false}, {});
  const auto status = vitam::follow_operation(a.client, operation, {}, [](std::chrono::seconds) {});
  CHECK(status.completed());
  const auto to = a.work.path() / "dip.zip";
  const auto size = a.access.fetch_dip(operation, to);
  CHECK(size == fs::file_size(to));
  CHECK(core::read_file(to).starts_with("PK"));
  const auto nothing = a.work.path() / "nothing.zip";
  CHECK(exit_of([&] { a.access.fetch_dip({some_id}, nothing); }) == Exit::not_found);
  CHECK_FALSE(fs::exists(nothing));
}

TEST_CASE("a platform that only has the first DIP interface is asked by it, and what is no zip is refused") {
  Scripted s;
  auto access = s.access();
  s.http.then(404);
  s.http.then(202, {{"X-Request-Id", some_id}});
  CHECK(access.request_dip({some_id, {}, {}, {}, false}, {}).value == some_id);
  CHECK(s.http.calls.at(0).url == "https://access.test/access-external/v2/dipexport");
  CHECK(s.http.calls.at(1).url == "https://access.test/access-external/v1/dipexport");
  CHECK(core::parse_json(s.http.calls.at(0).body, "body").at("dslRequest") ==
        core::parse_json(s.http.calls.at(1).body, "body"));
  s.http.then(202);
  CHECK(exit_of([&] {
          static_cast<void>(access.request_dip({some_id, {}, {}, {}, false}, {}));
        }) == Exit::reply_unreadable);
  const core::TemporaryDirectory folder;
  s.http.then(200, {}, "<html>");
  CHECK(exit_of([&] { access.fetch_dip({some_id}, folder.path() / "dip.zip"); }) == Exit::reply_unreadable);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("an operation that is followed ends, waits for operators, or is no longer known") {
  Scripted s;
  vitam::Client client(s.http, s.platform);
  std::vector<int> pauses;
  const auto follow = [&] {
    return vitam::follow_operation(client, {some_id}, {}, [&](std::chrono::seconds p) {
      pauses.push_back(static_cast<int>(p.count()));
    });
  };
  s.platform.poll_first = std::chrono::seconds(5);
  for (int i = 0; i < 5; ++i) s.http.then(202, {{"X-Global-Execution-State", "RUNNING"}});
  s.http.then(202, {{"X-Global-Execution-State", "PAUSE"}, {"X-Global-Execution-Status", "FATAL"}});
  CHECK(follow().waits_for_operators());
  CHECK(pauses == std::vector<int>{5, 10, 20, 40, 60});
  s.http.then(404);
  CHECK(follow().state.empty());
}

TEST_CASE("register, logbook and list of ingests") {
  Asking a;
  const auto details = a.access.register_details({a.operation});
  REQUIRE(details.size() == 1);
  CHECK(details.at(0).at("TotalUnits").at("ingested") == 3);
  CHECK(a.access.register_details({some_id}).empty());
  const auto log = a.access.operation_log({a.operation});
  REQUIRE(log);
  CHECK(log->at("obIdIn") == "DEP-1");
  CHECK(log->at("events").size() > 5);
  CHECK_FALSE(a.access.operation_log({some_id}));
  const auto all = a.access.ingests("2026-11-25", 10);
  REQUIRE(all.size() == 1);
  CHECK(vitam::outcome_of(all.at(0)) == "OK");
  CHECK(a.access.ingests("2026-11-26", 10).empty());
}

TEST_CASE("what the platform's filters would refuse is not sent") {
  Scripted s;
  auto access = s.access();
  for (const char* text : {"<b>", "a > b", "R&amp;D;", "%41", "a\nb", "back\\slash"}) {
    INFO(text);
    CHECK_FALSE(vitam::is_plain_value(text));
    CHECK(exit_of([&] { static_cast<void>(access.units({{}, {}, {}, text, false}, 1)); }) == Exit::usage);
    CHECK(exit_of([&] { static_cast<void>(access.units({{}, {}, text, {}, false}, 1)); }) == Exit::usage);
  }
  for (const char* text : {"L’été à 100 %", "R&D", "a=b; c", "Ébène"}) {
    INFO(text);
    CHECK(vitam::is_plain_value(text));
  }
  for (const char* id : {"", "../x", "a/b", "a b", "é"}) {
    INFO(id);
    CHECK(exit_of([&] { static_cast<void>(access.unit(id)); }) == Exit::usage);
    CHECK(exit_of([&] { static_cast<void>(access.units({{}, {id}, {}, {}, false}, 1)); }) == Exit::usage);
    CHECK(exit_of([&] { static_cast<void>(access.operation_log({id})); }) == Exit::usage);
  }
  CHECK(s.http.calls.empty());
}

TEST_CASE("conditions on one unit go into one element of the query") {
  const auto query = vitam::UnitSearch{some_id, {}, "E1", {}, true}.query();
  REQUIRE(query.size() == 1);
  CHECK(query.at(0).at("$and").size() == 3);
  CHECK(vitam::UnitSearch{some_id, {}, {}, {}, false}.query() ==
        Json::parse(R"([{"$eq":{"#opi":")" + some_id + R"("}}])"));
  CHECK(vitam::UnitSearch{}.empty());
}

TEST_CASE("many units come page by page, a page of another ingest is refused") {
  Scripted s;
  auto access = s.access();
  const auto units = [&](std::size_t n, const std::string& opi) {
    Json list = Json::array();
    for (std::size_t i = 0; i < n; ++i) list.push_back({{"#id", some_id}, {"#opi", opi}});
    return list;
  };
  s.results(units(1000, some_id), 1500);
  s.results(units(500, some_id), 1500);
  const auto found = access.units({some_id, {}, {}, {}, false}, 5000);
  CHECK(found.units.size() == 1500);
  CHECK(core::parse_json(s.http.calls.at(1).body, "body").at("$filter") ==
        Json{{"$limit", 1000}, {"$offset", 1000}});
  s.results(units(1, "another"), 1);
  CHECK(exit_of([&] {
          static_cast<void>(access.units({some_id, {}, {}, {}, false}, 10));
        }) == Exit::reply_unreadable);
}

TEST_CASE("refusals come with the platform's words, other shapes are unreadable") {
  Scripted s;
  auto access = s.access();
  s.http.then(401, {}, R"({"code":"000700","description":"contrat inconnu"})");
  CHECK_THAT(complaint_of([&] { static_cast<void>(access.unit(some_id)); }),
             Catch::Contains("contrat inconnu"));
  s.http.then(503);
  CHECK(exit_of([&] { static_cast<void>(access.unit(some_id)); }) == Exit::platform_unreachable);
  s.http.then(200, {}, "<html>");
  CHECK(exit_of([&] { static_cast<void>(access.unit(some_id)); }) == Exit::reply_unreadable);
  s.http.then(200, {}, R"({"$results":["x"]})");
  CHECK(exit_of([&] { static_cast<void>(access.unit(some_id)); }) == Exit::reply_unreadable);
  s.results(Json::array({{{"#id", std::string(36, 'b')}}}), 1);
  CHECK(exit_of([&] { static_cast<void>(access.unit(some_id)); }) == Exit::reply_unreadable);
  for (const char* group : {R"({})", R"({"#qualifiers":{}})", R"({"#qualifiers":[{}]})"})
    CHECK(exit_of([&] { static_cast<void>(vitam::versions_of(Json::parse(group))); }) ==
          Exit::reply_unreadable);
  s.platform.access_contract.clear();
  CHECK(exit_of([&] { s.access(); }) == Exit::configuration);
}

TEST_CASE("a storage that gives at once wants no access request, and knows none") {
  Asking a;
  const auto version = vitam::versions_of(*a.access.object_group(a.id("AU2"))).at(0);
  CHECK_FALSE(a.access.request_object(a.id("AU2"), version));
  CHECK_THAT(complaint_of([&] {
               static_cast<void>(a.access.state_of({"x", "default"}));
             }),
             Catch::Contains("406"));
}

TEST_CASE("answers about access requests that are none are told") {
  Scripted s;
  auto access = s.access();
  vitam::ObjectVersion version;
  version.usage = "BinaryMaster";
  for (const auto& wrong : {Json{{"accessRequestId", 3}}, Json{{"accessRequestId", "a"}},
                            Json{{"accessRequestId", "<a>"}, {"storageStrategyId", "default"}}}) {
    s.results(Json::array({wrong}), 1);
    CHECK(exit_of([&] { static_cast<void>(access.request_object(some_id, version)); }) ==
          Exit::reply_unreadable);
  }
  s.results(
      Json::array({{{"objectAccessRequest", {{"accessRequestId", "b"}}}, {"accessRequestStatus", "READY"}}}),
      1);
  CHECK(exit_of([&] { static_cast<void>(access.state_of({"a", "default"})); }) == Exit::reply_unreadable);
}

TEST_CASE("more units than a platform gives of one question are had by their identifiers, each once") {
  Scripted s;
  auto access = s.access();
  vitam::UnitSearch search;
  search.operation = some_id;
  for (int i = 0; i < 2500; ++i) search.ids.push_back("aeaq" + std::to_string(i));
  std::size_t asked = 0;
  for (const std::size_t size : {1000u, 1000u, 500u})
    s.http.answers.push_back([&s, &asked, size]() -> core::HttpResponse {
      const auto query = core::parse_json(s.http.calls.back().body, "query");
      const auto ids = query.at("$query").at(0).at("$and").at(1).at("$in").at("#id");
      CHECK(ids.size() == size);
      CHECK(query.at("$query").at(0).at("$and").at(0) == Json{{"$eq", {{"#opi", some_id}}}});
      Json units = Json::array();
      for (const auto& id : ids) units.push_back({{"#id", id}, {"#opi", some_id}});
      asked += ids.size();
      return {200, {}, Json{{"$hits", {{"total", size}}}, {"$results", units}}.dump()};
    });
  std::set<std::string> seen;
  CHECK(access.units(search, 1'000'000, [&](const Json& unit) { seen.insert(unit.at("#id")); }) == 2500);
  CHECK((seen.size() == 2500 && asked == 2500));
}

TEST_CASE("counts that are no numbers count nothing, and the pages still end") {
  Scripted s;
  auto access = s.access();
  for (const auto& hits : {Json("many"), Json{{"total", "3"}}, Json{{"total", -3}}, Json(nullptr)}) {
    s.http.then(200, {}, Json{{"$hits", hits}, {"$results", Json::array({{{"#id", "a"}}})}}.dump());
    const auto found = access.units({{}, {}, "x", {}, false}, 10);
    CHECK((found.units.size() == 1 && found.total == 1));
  }
  CHECK(s.http.answers.empty());
}

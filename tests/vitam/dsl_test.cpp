// The query language of the sandbox, and its logbook over HTTPS.
#include "vitam/sandbox/dsl.hpp"

#include "core/digest.hpp"
#include "core/json.hpp"
#include "running_sandbox.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::Json;
using tests::SmallSip;
using vitam::sandbox::Select;
using Names = std::vector<std::string>;

namespace {

const Json three_people = Json::parse(R"([
  {"#id": "a", "Title": "Anna", "n": 3, "events": [{"code": "X.OK"}, {"code": "Y.KO"}], "day": "2026-01-02"},
  {"#id": "b", "Title": "Bob", "n": 1, "events": [], "day": "2026-02-02"},
  {"#id": "c", "Title": "Cléo", "n": 2, "day": "2026-03-02"}])");

Names ids(const std::string& query, const std::string& more = "") {
  const auto answer = vitam::sandbox::answer_select(
      three_people, R"({"$query":)" + query + more + R"(,"$projection":{"$fields":{"#id":1}}})",
      Select::single, "test");
  if (answer.status != 200) return {std::to_string(answer.status)};
  Names out;
  const auto page = Json::parse(answer.body);
  for (const auto& r : page.at("$results")) out.push_back(r.at("#id"));
  return out;
}

}  // namespace

TEST_CASE("conditions select as their words say") {
  CHECK(ids("{}") == Names{"a", "b", "c"});
  CHECK(ids(R"({"$eq":{"Title":"Bob"}})") == Names{"b"});
  CHECK(ids(R"({"$ne":{"Title":"Bob"}})") == Names{"a", "c"});
  CHECK(ids(R"({"$in":{"n":[1,3]}})") == Names{"a", "b"});
  CHECK(ids(R"({"$nin":{"n":[1,3]}})") == Names{"c"});
  CHECK(ids(R"({"$gte":{"n":2}})") == Names{"a", "c"});
  CHECK(ids(R"({"$lt":{"n":2}})") == Names{"b"});
  CHECK(ids(R"({"$range":{"day":{"$gte":"2026-02-01","$lt":"2026-03-01"}}})") == Names{"b"});
  CHECK(ids(R"({"$exists":"events"})") == Names{"a"});  // an empty list has no value
  CHECK(ids(R"({"$missing":"events.code"})") == Names{"b", "c"});
  CHECK(ids(R"({"$eq":{"events.code":"Y.KO"}})") == Names{"a"});
  CHECK(ids(R"({"$match":{"Title":"n"}})").empty());  // words, not pieces of them
  CHECK(ids(R"({"$match":{"Title":"cleo Bob"}})") == Names{"b", "c"});
  CHECK(ids(R"({"$or":[{"$eq":{"n":1}},{"$eq":{"n":2}}]})") == Names{"b", "c"});
  CHECK(ids(R"({"$and":[{"$gte":{"n":2}},{"$not":[{"$eq":{"Title":"Anna"}}]}]})") == Names{"c"});
  CHECK(ids(R"({"$eq":{"n":"1"}})").empty());  // a text is no number
}

TEST_CASE("a page has the order and the bounds that were asked for") {
  CHECK(ids("{}", R"(,"$filter":{"$orderby":{"n":1}})") == Names{"b", "c", "a"});
  CHECK(ids("{}", R"(,"$filter":{"$orderby":{"n":-1},"$limit":1,"$offset":1})") == Names{"c"});
  CHECK(ids("{}", R"(,"$filter":{"$offset":7})").empty());
  const auto page = Json::parse(
      vitam::sandbox::answer_select(three_people, R"({"$query":{},"$filter":{"$limit":2},"$projection":{}})",
                                    Select::single, "test")
          .body);
  CHECK(page.at("$hits") == Json{{"total", 3}, {"offset", 0}, {"limit", 2}, {"size", 2}});
  CHECK(page.at("$results").at(0).at("Title") == "Anna");
}

TEST_CASE("a query that is wrong is refused as such, wherever it is wrong") {
  for (const std::string wrong :
       {R"({"$same":{"n":1}})", R"({"$eq":{"_id":1}})", R"({"$eq":{"a":1,"b":2}})", R"({"$in":{"n":1}})",
        R"({"$or":[]})", R"({"$or":[{"$eq":{"n":3}},{"$same":1}]})", R"({"$eq":{"n":1},"$ne":{"n":2}})", "[]",
        "3"}) {
    INFO(wrong);
    CHECK(ids(wrong) == Names{"400"});
  }
  CHECK(vitam::sandbox::answer_select(three_people, "{}", Select::single, "t").status == 400);
  CHECK(vitam::sandbox::answer_select(three_people, "", Select::single, "t").status == 400);
  CHECK(vitam::sandbox::answer_select(Json::array(), R"({"$query":{"$same":1},"$projection":{}})",
                                      Select::single, "t")
            .status == 400);
  const auto multiple = [](const std::string& query) {
    return vitam::sandbox::answer_select(three_people, R"({"$query":)" + query + R"(,"$projection":{}})",
                                         Select::multiple, "t");
  };
  CHECK(multiple("{}").status == 400);
  CHECK(Json::parse(multiple(R"([{"$eq":{"n":3}}])").body).at("$hits").at("total") == 1);
  CHECK(Json::parse(multiple("[]").body).at("$hits").at("total") == 3);
}

TEST_CASE(
    "the logbook tells an operation from its first byte to its reply, to those who name an access contract") {
  tests::RunningSandbox r;
  const auto ask = [&](const std::string& path, const Json& query, const char* contract = "AC-1") {
    auto q = r.ask("GET", "/access-external/v1/logbookoperations" + path);
    q.headers["Content-Type"] = "application/json";
    if (*contract) q.headers["X-Access-Contract-Id"] = contract;
    q.body = query.dump();
    return r.send(q);
  };
  const Json all{{"$query", Json::object()}, {"$projection", Json::object()}};
  CHECK(ask("", all, "").status == 401);
  const auto good = r.post_sip(SmallSip("LOT-1"), {{"X-Application-Id", "LOT-1"}});
  r.wait(good);
  const auto dry = r.post_sip(SmallSip("LOT-1"), {{"X-Context-Id", "BLANK_TEST"}});
  r.wait(dry);
  const auto list = Json::parse(ask("", all).body).at("$results");
  REQUIRE(list.size() == 2);
  CHECK(list.at(0).at("events").size() == 2);
  const auto one = Json::parse(ask("/" + good, {{"$projection", Json::object()}}).body).at("$results").at(0);
  CHECK(one.at("obIdIn") == "LOT-1");
  CHECK(one.at("evIdAppSession") == "LOT-1");
  CHECK(one.at("evTypeProc") == "INGEST");
  CHECK(one.at("events").back().at("outDetail") == "PROCESS_SIP_UNITARY.OK");
  const auto& notice = one.at("events").at(one.at("events").size() - 2);
  CHECK(notice.at("evType") == "ATR_NOTIFICATION");
  CHECK(Json::parse(notice.at("evDetData").get<std::string>()).at("MessageDigest") ==
        core::sha512(r.reply(good).body).hex());
  const auto tests_only =
      ask("", {{"$query", {{"$eq", {{"evTypeProc", "INGEST_TEST"}}}}}, {"$projection", Json::object()}});
  CHECK(Json::parse(tests_only.body).at("$results").at(0).at("#id") == dry);
  CHECK(ask("/" + std::string(36, 'a'), {{"$projection", Json::object()}}).status == 404);
  CHECK(ask("", {{"$query", Json::object()}}).status == 400);
  core::write_file(r.work.path() / "referentials" / "accesscontracts.json",
                   R"([{"Identifier":"AC-1","Status":"INACTIVE"},{"Identifier":"AC-2","Status":"ACTIVE"}])");
  CHECK(ask("", all).status == 401);
  CHECK(ask("", all, "AC-2").status == 200);
}

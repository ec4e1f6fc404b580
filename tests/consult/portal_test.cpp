// Behind a reverse proxy: who is believed, and what a page of another site cannot do.
#include "browser.hpp"

#include <thread>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

constexpr const char* one_role = "[role.a]\nusers = mdurand\nextracts = school\nzones = identity results\n";
const std::string pupil_sheet = "/sheet?app=school&record=eleve&key=%5B1%5D";

std::string secret_of_form(const std::string& html) {
  const auto at = html.find("name=\"form\" value=\"");
  REQUIRE(at != std::string::npos);
  return html.substr(at + 19, 64);
}

}  // namespace

TEST_CASE("The identity header counts only when the proxy's account is at the other end") {
  Portal portal(one_role);
  portal.as("mdurand");
  CHECK(portal.get("/").status == 200);
  for (const auto& peer : {std::optional<std::uint32_t>(0), std::optional<std::uint32_t>(proxy_uid + 1)}) {
    portal.peer = peer;
    const auto answer = portal.get("/");
    CHECK(answer.status == 403);
    CHECK_THAT(answer.body, !Contains("École"));
  }
  core::ServerRequest tcp{"GET", "/", {{"Host", portal_host}, {"X-Remote-User", "mdurand"}}, "", {}, "", ""};
  CHECK(portal.service.handle(tcp).status == 403);
}

TEST_CASE("A header that is absent, empty, repeated or strange names nobody") {
  Portal portal(one_role);
  for (const char* value :
       {"", " ", "mdurand, mdurand", "mdurand,dpo", "m durand", "<script>", "mdurand;x"}) {
    INFO(value);
    const auto answer = portal.as(value).get("/");
    CHECK(answer.status == 403);
    CHECK_THAT(answer.body, !Contains("<script>") && !Contains("École"));
  }
  portal.headers = {{"Host", portal_host}, {"Remote-User", "mdurand"}, {"X-Forwarded-User", "mdurand"}};
  CHECK(portal.get("/").status == 403);
  CHECK(portal.as(std::string(200, 'a')).get("/").status == 403);
  CHECK(portal.get("/enter?token=" + portal.service.entry_path().substr(13)).status != 303);
}

TEST_CASE("Only the names of the service are answered") {
  Portal portal(one_role);
  for (const char* name :
       {"127.0.0.1:8080", "localhost", "evil.example", "consultation.test.evil.example", ""}) {
    portal.as("mdurand");
    portal.headers["Host"] = name;
    INFO(name);
    CHECK(portal.get("/").status == 421);
  }
}

TEST_CASE("The cookie is bound to its reader, sent over TLS only, and of this host only") {
  Portal portal(one_role + std::string("[role.b]\nusers = dpo\nextracts = school\nzones = identity\n"));
  const auto first = portal.as("mdurand").get("/");
  CHECK_THAT(first.headers.at("Set-Cookie"), Contains("__Host-versoir=") && Contains("Secure") &&
                                                 Contains("HttpOnly") && Contains("SameSite=Strict") &&
                                                 Contains("Path=/"));
  CHECK(portal.get("/").headers.count("Set-Cookie") == 0);  // it is known
  const auto taken = portal.cookie;
  const auto secret = secret_of_form(first.body);
  portal.as("dpo");
  portal.cookie = taken;
  const auto other = portal.get("/");
  CHECK(other.headers.count("Set-Cookie") == 1);  // a session of his own
  CHECK(secret_of_form(other.body) != secret);
  portal.as("dpo");
  portal.cookie = taken;
  CHECK(portal.post("/quit", "form=" + secret).status == 403);
}

TEST_CASE("A form is taken from a page of the session alone") {
  Portal portal(one_role);
  const auto secret = secret_of_form(portal.as("mdurand").get("/").body);
  CHECK(portal.post("/quit", "form=" + std::string(64, '0')).status == 403);
  CHECK(portal.post("/quit", "form=" + secret, {{"Origin", "https://evil.example"}}).status == 403);
  CHECK(portal.post("/quit", "form=" + secret, {{"Origin", "null"}}).status == 403);
  CHECK(portal.post("/quit", "form=" + secret, {{"Origin", std::string("http://") + portal_host}}).status ==
        403);
  CHECK(portal.post("/quit", "form=" + secret, {{"Sec-Fetch-Site", "cross-site"}}).status == 403);
  CHECK(portal.post("/quit", "form=" + secret, {{"Sec-Fetch-Site", "same-site"}}).status == 403);
  CHECK(portal.post("/search", "form=" + secret).status == 404);
  const auto ended = portal.post("/quit", "form=" + secret, {{"Sec-Fetch-Site", "same-origin"}});
  CHECK(ended.status == 200);
  CHECK_THAT(ended.body, Contains("https://cas.test/logout"));
}

TEST_CASE("An address of a record on another site is asked about before it opens") {
  Portal portal(one_role);
  const auto asked = portal.as("mdurand").get(pupil_sheet, {{"Sec-Fetch-Site", "cross-site"}});
  CHECK_THAT(asked.body, !Contains("LEFÈVRE") && Contains("href=\"/sheet?app=school&amp;record=eleve"));
  CHECK(consult::read_access_log(portal.log_file(), [](const auto&) { return true; }).empty());
  CHECK_THAT(portal.get(pupil_sheet, {{"Sec-Fetch-Site", "same-origin"}}).body, Contains("LEFÈVRE"));
  CHECK(portal.get("/", {{"Sec-Fetch-Site", "cross-site"}}).status == 200);
}

TEST_CASE("A service behind a proxy without any role does not start") {
  CHECK_THROWS_AS(Portal(""), core::Error);
}

TEST_CASE("Twenty readers at once each get their own page, and the log stays whole") {
  Portal portal(one_role);
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> readers;
    for (int r = 0; r < 20; ++r)
      readers.emplace_back([&portal, &right, r] {
        const int number = 1 + r % 2;
        for (int i = 0; i < 5; ++i) {
          core::ServerRequest request{"GET",
                                      fmt::format("/sheet?app=school&record=eleve&key=%5B{}%5D", number),
                                      {{"Host", portal_host}, {"X-Remote-User", "mdurand"}},
                                      "",
                                      {},
                                      "",
                                      ""};
          request.peer_uid = proxy_uid;
          const auto answer = portal.service.handle(request);
          const bool own = answer.body.find(number == 1 ? "Cécile" : "Jean-Paul") != std::string::npos;
          right += answer.status == 200 && own && answer.headers.contains("Server-Timing");
        }
      });
  }
  CHECK(right == 100);
  CHECK(consult::read_access_log(portal.log_file(), [](const auto&) { return true; }).size() == 100);
}

// What the client sends, and what it makes of answers; the platform is a script.
#include "vitam/client.hpp"

#include "core/digest.hpp"
#include "fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

using namespace versoir;
using core::Exit;
using tests::ApprovedLot;
using tests::complaint_of;
using tests::exit_of;
using tests::FakeHttp;
using tests::operation_id;

namespace {

struct ClientSetup : ApprovedLot {
  FakeHttp http;
  vitam::Client client{http, platform()};
  vitam::OperationId send(std::uint64_t* last = nullptr) {
    const auto sip = approved();
    return client.ingest(sip, vitam::Deposit::real, [&](std::uint64_t n) {
      if (last) *last = n;
    });
  }
};

}  // namespace

TEST_CASE("a transfer carries the headers of the platform, all ASCII, and the approved bytes") {
  ClientSetup s;
  s.http.then(202, {{"x-request-id", operation_id}});
  std::uint64_t last = 0;
  CHECK(s.send(&last).value == operation_id);
  REQUIRE(s.http.calls.size() == 1);
  const auto& call = s.http.calls[0];
  CHECK(call.method == "POST");
  CHECK(call.url == "https://ingest.test:8443/ingest-external/v1/ingests");
  CHECK(call.headers.at("X-Tenant-Id") == "3");
  CHECK(call.headers.at("X-Context-Id") == "DEFAULT_WORKFLOW");
  CHECK(call.headers.at("X-Action") == "RESUME");
  CHECK(call.headers.at("Content-Type") == "application/octet-stream");
  CHECK(call.headers.at("X-Manifest-Digest-Algo") == "SHA-512");
  CHECK(call.headers.at("X-Manifest-Digest-Value") == tests::SmallSip(s.id.value).digest());
  CHECK(call.headers.at("X-Application-Id") == s.id.value);
  CHECK(call.headers.at("User-Agent") == "versoir/0.1");
  // The alphabet of the platform's header filter.
  for (const auto& [name, value] : call.headers) {
    INFO(name << ": " << value);
    CHECK(std::all_of(value.begin(), value.end(), [](unsigned char c) {
      return std::isalnum(c) ||
             std::string_view(" ()-=*.?;,+/:&_").find(static_cast<char>(c)) != std::string_view::npos;
    }));
  }
  CHECK(call.body == core::read_file(s.versement.sip(s.id)));
  CHECK(last == call.body.size());
}

TEST_CASE("bytes that changed under the open descriptor stop the transfer before its end") {
  for (const bool longer : {false, true}) {
    ClientSetup s;
    const auto sip = s.approved();
    const auto path = s.versement.sip(s.id);
    {  // in place: the descriptor of the approval sees it
      const core::UniqueFd fd(::open(path.c_str(), O_WRONLY | (longer ? O_APPEND : 0)));
      REQUIRE(::write(fd.get(), "x", 1) == 1);
    }
    s.http.then(202, {{"X-Request-Id", operation_id}});
    CHECK(exit_of([&] { s.client.ingest(sip, vitam::Deposit::real, {}); }) == Exit::visa_sip_changed);
    CHECK(s.http.calls.empty());
  }
  ClientSetup s;
  const auto sip = s.approved();
  REQUIRE(::truncate(s.versement.sip(s.id).c_str(), 100) == 0);
  s.http.then(202, {{"X-Request-Id", operation_id}});
  CHECK(exit_of([&] { s.client.ingest(sip, vitam::Deposit::real, {}); }) == Exit::visa_sip_changed);
}

TEST_CASE("a refused transfer says what the platform said and what to look at") {
  ClientSetup s;
  s.http.then(401, {},
              R"({"httpCode":401,"code":"000700","message":"m","description":"Certificat inconnu"})");
  const auto text = complaint_of([&] { s.send(); });
  CHECK_THAT(text, Catch::Contains("Certificat inconnu"));
  CHECK_THAT(text, Catch::Contains("000700"));
  CHECK_THAT(text, Catch::Contains("401"));
  for (const int status : {400, 401, 403, 412, 415, 503}) {
    s.http.then(status, {}, "<html>not JSON</html>");
    CHECK(exit_of([&] { s.send(); }) == Exit::platform_refused);
  }
}

TEST_CASE("an acceptance without operation, or any failure after the last byte, is a doubt") {
  ClientSetup s;
  s.http.then(202);
  CHECK(exit_of([&] { s.send(); }) == Exit::transfer_in_doubt);
  // A path, a number that a proxy gave to the request, the same with the platform's behind it.
  for (const std::string id :
       {"../../etc", "0123456789abcdef0123456789abcdef", "AEEAAAAAACHK3DZUABCDEALZ4EXAMPLEAAAQ"}) {
    s.http.then(202, {{"X-Request-Id", id}});
    CHECK(exit_of([&] { s.send(); }) == Exit::transfer_in_doubt);
  }
  s.http.then(202, {{"X-Request-Id", std::string("0123456789abcdef, ") + operation_id}});
  CHECK(exit_of([&] { s.send(); }) == Exit::transfer_in_doubt);
  for (const int status : {200, 302, 408, 500, 502, 504}) {
    s.http.then(status);
    CHECK(exit_of([&] { s.send(); }) == Exit::transfer_in_doubt);
  }
}

TEST_CASE("the state of an operation is read from headers") {
  ClientSetup s;
  const vitam::OperationId id{operation_id};
  s.http.then(202, {{"X-Global-Execution-State", "RUNNING"}, {"X-Global-Execution-Status", "OK"}});
  auto state = s.client.status(id);
  CHECK((state.state == "RUNNING" && state.status == "OK" && !state.completed() &&
         !state.waits_for_operators()));
  CHECK(s.http.calls[0].method == "HEAD");
  CHECK(s.http.calls[0].url ==
        std::string("https://access.test:8444/prefix/admin-external/v1/operations/") + operation_id);
  CHECK(s.http.calls[0].headers.at("X-Tenant-Id") == "3");
  s.http.then(200, {{"X-Global-Execution-State", "COMPLETED"}, {"X-Global-Execution-Status", "KO"}});
  CHECK(s.client.status(id).completed());
  s.http.then(202, {{"X-Global-Execution-State", "PAUSE"}, {"X-Global-Execution-Status", "FATAL"}});
  CHECK(s.client.status(id).waits_for_operators());
  for (const int gone : {204, 404, 500}) {
    s.http.then(gone);
    CHECK(s.client.status(id).state.empty());
  }
  s.http.then(503);
  CHECK(exit_of([&] { static_cast<void>(s.client.status(id)); }) == Exit::platform_unreachable);
  s.http.then(401);
  CHECK(exit_of([&] { static_cast<void>(s.client.status(id)); }) == Exit::platform_refused);
}

TEST_CASE("the detail of an operation is JSON, the reply is bytes") {
  ClientSetup s;
  const vitam::OperationId id{operation_id};
  s.http.then(200, {}, R"({"$results":[{"globalState":"COMPLETED"}]})");
  CHECK(s.client.detail(id).at("$results").at(0).at("globalState") == "COMPLETED");
  s.http.then(200, {}, "{");
  CHECK(exit_of([&] { static_cast<void>(s.client.detail(id)); }) == Exit::reply_unreadable);
  s.http.then(200, {}, "anything");
  const core::TemporaryDirectory folder;
  const auto file = folder.path() / "atr.xml";
  s.client.archive_transfer_reply(id, file);
  CHECK(core::read_file(file) == "anything");
  CHECK(s.http.calls.back().url == std::string("https://ingest.test:8443/ingest-external/v1/ingests/") +
                                       operation_id + "/archivetransferreply");
  CHECK(s.http.calls.back().headers.at("Accept") == "application/octet-stream");
  s.http.then(404);
  CHECK(exit_of([&] { s.client.archive_transfer_reply(id, folder.path() / "none.xml"); }) == Exit::not_found);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "none.xml"));
}

TEST_CASE("ping asks both services and says which one is down") {
  ClientSetup s;
  s.http.then(204);
  s.http.then(204);
  CHECK(s.client.ping().empty());
  CHECK(s.http.calls[0].url == "https://ingest.test:8443/ingest-external/v1/status");
  CHECK(s.http.calls[1].url == "https://access.test:8444/prefix/admin-external/v1/status");
  s.http.then(503);
  s.http.then_fail(Exit::platform_unreachable);
  const auto down = s.client.ping();
  REQUIRE(down.size() == 2);
  CHECK((down[0].where == "ingest-external" && down[1].where == "admin-external"));
}

TEST_CASE("a platform is read from its section, with https only") {
  const core::TemporaryDirectory dir;
  core::write_file(dir.path() / "password", "secret\n", 0600);
  core::write_file(dir.path() / "ca.pem", "anchors");
  const auto read = [&](const std::string& lines) {
    const auto config = core::Config::parse("[platform.p]\n" + lines, dir.path() / "versoir.conf");
    return vitam::read_platform(config, "p");
  };
  const std::string good =
      "kind = production\ningest_url = https://i:8443/x/\naccess_url = https://a\ntenant = 7\nca = ca.pem\n"
      "certificate = c.p12\n";
  const auto p =
      read(good + "password_file = password\npoll_first = 2\npoll_max = 30\naccess_contract = AC\n");
  CHECK((p.name == "p" && p.kind == "production" && p.ingest_url == "https://i:8443/x" &&
         p.access_url == "https://a"));
  CHECK((p.tenant == 7 && p.access_contract == "AC" && p.tls.key_password == "secret"));
  CHECK((p.poll_first.count() == 2 && p.poll_max.count() == 30));
  CHECK(p.tls.certificate == dir.path() / "c.p12");
  CHECK(vitam::target_of(p) == sip::Target{"p", 7, "https://i:8443/x", core::sha256("anchors").hex()});
  const auto config_of = [&](const std::string& url) {
    return core::Config::parse("[platform.p]\ntenant = 7\ningest_url = " + url + "\n",
                               dir.path() / "versoir.conf");
  };
  CHECK(vitam::read_target(config_of("https://Archives.Test/Base/"), "p") ==
        sip::Target{"p", 7, "https://archives.test:443/Base", ""});
  CHECK(vitam::read_target(config_of("https://[::1]"), "p").ingest_url == "https://[::1]:443");
  CHECK(vitam::read_target(config_of("https://[::1]:8443"), "p").ingest_url == "https://[::1]:8443");
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"https://i", "http://i"},
                                                        {"production", "real"},
                                                        {"tenant = 7", "tenant = -1"},
                                                        {"ca.pem", "absent.pem"},
                                                        {"https://i:8443", "https://me:secret@i"},
                                                        {"/x/", "/x?a=b"},
                                                        {"ingest_url", "#"}}) {
    auto bad = good;
    bad.replace(bad.find(from), from.size(), to);
    INFO(bad);
    CHECK(exit_of([&] { read(bad); }) == Exit::configuration);
  }
  core::write_file(dir.path() / "password", "secret\n", 0644);
  CHECK(exit_of([&] { read(good + "password_file = password\n"); }) == Exit::configuration);
  const auto config = core::Config::parse("[platform.p]\nkind = rehearsal\n", dir.path() / "versoir.conf");
  CHECK_THAT(complaint_of([&] { static_cast<void>(vitam::read_platform(config, "nowhere")); }),
             Catch::Contains("nowhere") && Catch::Contains("p"));
}

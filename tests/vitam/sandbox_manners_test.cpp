// The filters in front of every resource, and SIPs that were put into a folder beforehand.
#include "core/file.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::HttpRequest;
using tests::SmallSip;
using Running = tests::RunningSandbox;
namespace fs = std::filesystem;

namespace {

constexpr const char* agencies = "/admin-external/v1/agencies";

HttpRequest with_header(const Running& r, const std::string& name, const std::string& value) {
  auto q = r.ask("GET", agencies);
  q.headers[name] = value;
  q.headers["Content-Type"] = "application/json";
  q.body = R"({"$query":{},"$projection":{}})";
  return q;
}

/// A sandbox that takes files of a folder.
struct WithFolder {
  core::TemporaryDirectory folder;
  Running r{{}, [this](auto& o) { o.upload = folder.path(); }};

  core::HttpResponse local(const std::string& body, core::Headers more = {}) {
    auto q = r.post();
    for (const auto& [name, value] : more) q.headers[name] = value;
    q.headers["Content-Type"] = "application/json";
    q.body = body;
    return r.send(q);
  }
};

}  // namespace

TEST_CASE("headers have VITAM's alphabet", "[sandbox]") {
  Running r;
  CHECK(r.send(with_header(r, "User-Agent", "versoir/1.0 (libcurl)")).status == 200);
  CHECK(r.send(with_header(r, "X-Application-Id", std::string(5000, 'a'))).status == 200);
  const std::vector<std::string> refused{
      "me@home", "100%", "a\"b", "~", "#1", "[x]", "a..b", "<b>", std::string(5001, 'a')};
  for (const auto& value : refused) {
    INFO(value);
    const auto answer = r.send(with_header(r, "User-Agent", value));
    REQUIRE(answer.status == 412);
    const auto error = core::parse_json(answer.body, "error");
    CHECK((error.at("code") == "PRECONDITION_FAILED" && error.at("context") == "CHECK_SANITY"));
  }
  CHECK(r.send(with_header(r, "X-" + std::string(49, 'a'), "1")).status == 412);
  CHECK(r.send(with_header(r, "X.Point", "1")).status == 412);
  // Where bytes are expected there are no words.
  auto q = r.ask("GET", "/ingest-external/v1/ingests/" + std::string(36, 'a') + "/archivetransferreply");
  q.headers["Accept"] = "application/octet-stream";
  q.headers["X-Application-Id"] = "~";
  const auto silent = r.send(q);
  CHECK((silent.status == 412 && silent.body.empty()));
}

TEST_CASE("paths, parameters and JSON are looked at as well", "[sandbox]") {
  Running r;
  const auto status = [&](const std::string& path) { return r.send(r.ask("GET", path)).status; };
  CHECK(status(std::string(agencies) + "/AG-TEST") == 200);
  CHECK(status(std::string(agencies) + "/AG%20TEST") == 404);
  CHECK(status(std::string(agencies) + "/AG%C3%A9") == 412);
  CHECK(status(std::string(agencies) + "/AG%253C") == 412);
  CHECK(status(std::string(agencies) + "/AG-TEST?name=value") == 200);
  CHECK(status(std::string(agencies) + "/AG-TEST?a-b=value") == 412);
  CHECK(status(std::string(agencies) + "/AG-TEST?name=%3Cb%3E") == 412);
  CHECK(r.query(agencies, R"({"$query":{},"$projection":{},"x":"a < b & c"})").status == 200);
  CHECK(r.query(agencies, R"({"$query":{},"$projection":{},"x":["<b>"]})").status == 412);
  CHECK(r.query(agencies, R"({"$query":{},"$projection":{},"x":{"y":"&nbsp;"}})").status == 412);
}

TEST_CASE("where chunks are imposed a SIP of announced length is refused", "[sandbox]") {
  Running r({}, [](auto& o) { o.force_chunked = true; });
  auto q = r.post();
  q.body = "x";
  const auto refused = r.send(q);
  CHECK(refused.status == 412);
  CHECK_THAT(refused.body, Catch::Contains("CHECK_SANITY"));
  const auto id = r.post_sip(SmallSip("REQ-1"));  // the client streams
  CHECK(r.wait(id).header("X-Global-Execution-Status") == "OK");
}

TEST_CASE("the announced digest of the bordereau is held against it", "[sandbox]") {
  Running r;
  const SmallSip sip("REQ-1");
  const auto outcome = [&](const core::Headers& headers) {
    const auto id = r.post_sip(sip, headers);
    return r.wait(id).header("X-Global-Execution-Status");
  };
  CHECK(outcome({{"X-Manifest-Digest-Algo", "SHA-512"}, {"X-Manifest-Digest-Value", sip.digest()}}) == "OK");
  CHECK(outcome({{"X-Manifest-Digest-Algo", "SHA-512"},
                 {"X-Manifest-Digest-Value", std::string(128, 'a')}}) == "KO");
  CHECK(outcome({{"X-Manifest-Digest-Algo", "SHA-512"}}) == "KO");
  CHECK(outcome({{"X-Manifest-Digest-Value", sip.digest()}}) == "KO");
}

TEST_CASE("a SIP that was put into the folder is taken by its name", "[sandbox]") {
  WithFolder w;
  SmallSip("REQ-1").write(w.folder.path() / "SIP-2024-001.zip");
  const auto answer = w.local(R"({"path":"SIP-2024-001.zip"})");
  REQUIRE(answer.status == 202);
  CHECK(w.r.wait(answer.header("X-Request-Id")).header("X-Global-Execution-Status") == "OK");
  CHECK(fs::exists(w.folder.path() / "done" / "SIP-2024-001.zip"));
  CHECK_FALSE(fs::exists(w.folder.path() / "SIP-2024-001.zip"));
  CHECK(w.r.sandbox->received().at("REQ-1").operations == 1);
  // It is no longer there.
  const auto again = w.local(R"({"path":"SIP-2024-001.zip"})");
  CHECK(again.status == 500);
  const auto error = core::parse_json(again.body, "error");
  CHECK((error.at("code") == "040110" && error.at("httpCode") == 400));
  CHECK(again.header("X-Global-Execution-State") == "COMPLETED");
  CHECK(again.header("X-Global-Execution-Status") == "FATAL");
  CHECK(again.header("X-Request-Id").size() == 36);
}

TEST_CASE("only a safe name of the folder is taken", "[sandbox]") {
  WithFolder w;
  core::write_file(w.folder.path() / "sip.zip", "x");
  fs::create_directory(w.folder.path() / "dir.zip");
  fs::create_symlink("sip.zip", w.folder.path() / "link.zip");
  for (const auto* path : {"../sip.zip", "a/sip.zip", "/etc/passwd", "sip..zip", ".sip.zip", "sip.zip.",
                           "a b.zip", "", "s\u00e9.zip"}) {
    INFO(path);
    const auto refused = w.local(R"({"path":")" + std::string(path) + "\"}");
    CHECK(refused.status == 400);
    CHECK(core::parse_json(refused.body, "error").at("code") == "040111");
  }
  CHECK(w.local("{}").status == 400);
  CHECK(w.local("x").status == 400);
  CHECK(w.local(R"({"path":"dir.zip"})").status == 500);
  CHECK(w.local(R"({"path":"link.zip"})").status == 500);
  CHECK(w.local(R"({"path":"sip.zip"})", {{"X-Context-Id", "NO_WORKFLOW"}}).status == 503);
  CHECK(fs::exists(w.folder.path() / "failed" / "sip.zip"));
  CHECK(fs::is_empty(w.r.work.path() / "sandbox" / "operations"));
  Running without;
  auto q = without.post();
  q.headers["Content-Type"] = "application/json";
  q.body = R"({"path":"sip.zip"})";
  CHECK(without.send(q).status == 500);
}

// A sandbox in this process, asked over real TLS as a depositor would.
#pragma once
#include "core/clock.hpp"
#include "core/file.hpp"
#include "core/http_client.hpp"
#include "core/json.hpp"
#include "fixture.hpp"
#include "vitam/atr.hpp"
#include "vitam/sandbox/sandbox.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace versoir::tests {

struct RunningSandbox {
  /// `adjust` changes the options at each start.
  using Adjust = std::function<void(vitam::sandbox::Options&)>;
  explicit RunningSandbox(std::string fault = {}, Adjust adjust = {})
      : fault_(std::move(fault)), adjust_(std::move(adjust)) {
    write_referentials(work.path() / "referentials");
    start();
  }
  void start() {
    vitam::sandbox::Options o;
    o.folder = work.path() / "sandbox";
    o.referentials = work.path() / "referentials";
    o.tenant = 3;
    o.fault = fault_;
    o.server.tls = true;
    o.server.certificate = pki("platform.pem");
    o.server.key = pki("platform.key");
    o.server.client_ca = pki("ca.pem");
    o.tsa_certificate = pki("tsa.pem");
    o.tsa_key = pki("tsa.key");
    if (adjust_) adjust_(o);
    sandbox = std::make_unique<vitam::sandbox::Sandbox>(o, clock);
    sandbox->start();
  }
  [[nodiscard]] core::TlsClientOptions tls() const {
    core::TlsClientOptions o;
    o.ca = pki("ca.pem");
    o.certificate = pki("client.pem");
    o.key = pki("client.key");
    return o;
  }
  [[nodiscard]] std::string base() const { return "https://localhost:" + std::to_string(sandbox->port()); }
  [[nodiscard]] core::HttpRequest ask(std::string method, const std::string& path) const {
    core::HttpRequest r;
    r.method = std::move(method);
    r.url = base() + path;
    r.headers = {{"X-Tenant-Id", "3"}};
    return r;
  }
  [[nodiscard]] core::HttpRequest post() const {
    auto r = ask("POST", "/ingest-external/v1/ingests");
    r.headers["Content-Type"] = "application/octet-stream";
    r.headers["X-Context-Id"] = "DEFAULT_WORKFLOW";
    r.headers["X-Action"] = "RESUME";
    return r;
  }
  core::HttpResponse send(const core::HttpRequest& r) { return http->perform(r); }
  std::string post_file(const fs::path& zip, core::Headers more = {}) {
    const auto fd = core::open_read(zip);
    auto r = post();
    for (const auto& [name, value] : more) r.headers[name] = value;
    r.body_fd = fd.get();
    const auto answer = send(r);
    REQUIRE(answer.status == 202);
    CHECK(answer.header("X-Global-Execution-State") == "PAUSE");
    return answer.header("X-Request-Id");
  }
  std::string post_sip(const SmallSip& sip, core::Headers more = {}) {
    sip.write(work.path() / "out.zip");
    return post_file(work.path() / "out.zip", std::move(more));
  }
  /// Asks until the operation no longer moves, for a minute at most.
  core::HttpResponse wait(const std::string& id) {
    for (int asked = 0;; ++asked) {
      auto answer = send(ask("HEAD", "/admin-external/v1/operations/" + id));
      const auto state = answer.header("X-Global-Execution-State");
      const auto status = answer.header("X-Global-Execution-Status");
      if (state == "COMPLETED" || (state == "PAUSE" && status == "FATAL")) return answer;
      if (asked >= 6000) FAIL("operation " << id << " stays " << state << "/" << status);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  core::HttpResponse head(const std::string& id) {
    return send(ask("HEAD", "/admin-external/v1/operations/" + id));
  }
  /// "PAUSE/OK"
  std::string state(const std::string& id) {
    const auto answer = head(id);
    return answer.header("X-Global-Execution-State") + '/' + answer.header("X-Global-Execution-Status");
  }
  /// Asks until the operation is in this state, for a minute at most.
  void until(const std::string& id, const std::string& wanted) {
    for (int asked = 0; state(id) != wanted; ++asked) {
      if (asked >= 6000) FAIL("operation " << id << " is " << state(id) << ", not " << wanted);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  core::HttpResponse put(const std::string& id, const std::string& action) {
    auto r = ask("PUT", "/admin-external/v1/operations/" + id);
    r.headers["X-Action"] = action;
    r.headers["Content-Type"] = "application/json";
    r.body = "{}";
    return send(r);
  }
  core::HttpResponse query(const std::string& path, const std::string& body) {
    auto r = ask("GET", path);
    r.headers["Content-Type"] = "application/json";
    r.headers["X-Access-Contract-Id"] = "AC-TEST";
    r.body = body;
    return send(r);
  }
  core::HttpResponse reply(const std::string& id) {
    return send(ask("GET", "/ingest-external/v1/ingests/" + id + "/archivetransferreply"));
  }
  WholeAtr verdict(const SmallSip& sip, core::Headers more = {}) {
    const auto id = post_sip(sip, std::move(more));
    CHECK(wait(id).status == 200);
    return whole_reply(reply(id).body, id);
  }

  core::TemporaryDirectory work;
  core::FixedClock clock{*core::parse_instant("2026-11-25T12:00:00Z")};
  std::unique_ptr<vitam::sandbox::Sandbox> sandbox;
  std::unique_ptr<core::HttpClient> http = core::make_curl_client(tls());

 private:
  std::string fault_;
  Adjust adjust_;
};

/// Rules of a sandbox script, as they stand between the brackets of "rules".
inline vitam::sandbox::Script script_of(const std::string& rules) {
  return vitam::sandbox::Script::parse(
      core::parse_json(R"({"format":"versoir-sandbox-script/1","rules":[)" + rules + "]}", "script"),
      "script");
}

/// One code a line.
inline std::string codes_of(const vitam::Atr& atr) {
  std::string all;
  for (const auto& event : atr.events) all += event.code + '\n';
  return all;
}

}  // namespace versoir::tests

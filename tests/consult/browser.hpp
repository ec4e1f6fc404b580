// A service over a sealed music school, and a browser that keeps its cookie: on the workstation, or behind
// the proxy of an establishment.
#pragma once
#include "consult/web_service.hpp"
#include "sealed.hpp"

#include <catch2/catch.hpp>

#include <list>
#include <optional>
#include <string>

namespace versoir::tests {

inline constexpr const char* host = "127.0.0.1:8080";
inline constexpr const char* portal_host = "consultation.test";
inline constexpr std::uint32_t proxy_uid = 4242;

/// On the workstation, for one person.
class Browser {
 public:
  explicit Browser(const std::string& more = {}, bool sealed = true, std::vector<std::string> reasons = {})
      : school(more),
        clock(*core::parse_instant("2026-11-27T10:00:00Z")),
        log(log_file(), "test", "jdoe", clock),
        service(extracts(sealed), {"Conservatoire", "jdoe", std::chrono::minutes(480), std::move(reasons)},
                log, clock) {
    service.listens_on(8080);
  }
  [[nodiscard]] std::filesystem::path log_file() const { return school.pki() / "consultation-test.jsonl"; }
  [[nodiscard]] std::vector<consult::AccessLine> accesses() const {
    return consult::read_access_log(log_file(), [](const auto&) { return true; });
  }
  core::ServerResponse ask(core::ServerRequest request) { return service.handle(request); }
  core::ServerResponse get(const std::string& target) {
    core::ServerRequest r{"GET", target, {{"Host", host}}, "", {}, "", ""};
    if (!cookie.empty()) r.headers["Cookie"] = cookie;
    return ask(r);
  }
  core::ServerResponse post(const std::string& body, core::Headers headers,
                            const std::string& path = "/quit") {
    headers.emplace("Host", host);
    headers.emplace("Cookie", cookie);
    headers.emplace("Content-Type", "application/x-www-form-urlencoded");
    return ask({"POST", path, headers, body, {}, "", ""});
  }
  Browser& enter() {
    const auto answer = get(service.entry_path());
    REQUIRE(answer.status == 303);
    const auto set = answer.headers.at("Set-Cookie");
    cookie = set.substr(0, set.find(';'));
    return *this;
  }
  std::string page(const std::string& target) {
    const auto answer = get(target);
    INFO(target);
    CHECK(answer.status == 200);
    return answer.body;
  }

  SealedSchool school;
  core::FixedClock clock;
  consult::AccessLog log;
  consult::WebService service;
  std::string cookie;

 private:
  std::list<consult::ServedExtract> extracts(bool sealed) {
    std::list<consult::ServedExtract> list;
    auto seal = sealed ? school.judged() : consult::SealState{};
    list.emplace_back("school", school.school.open(), std::move(seal));
    return list;
  }
};

/// Behind a proxy, as several readers in turn.
class Portal {
 public:
  /// `conf`: what versoir.conf says of roles and consultation; `more`: SQL run on the source before.
  explicit Portal(const std::string& conf, const std::string& more = {})
      : school(more),
        clock(*core::parse_instant("2026-11-27T10:00:00Z")),
        log(log_file(), "test", "service", clock),
        service(extracts(), options(conf), log, clock) {}
  [[nodiscard]] std::filesystem::path log_file() const { return school.pki() / "consultation-test.jsonl"; }

  /// Who the proxy says is reading from now on, without the cookie of the one before.
  Portal& as(const std::string& user, const std::string& groups = {}) {
    headers = {{"Host", portal_host}, {"X-Remote-User", user}};
    if (!groups.empty()) headers["X-Remote-Groups"] = groups;
    cookie.clear();
    return *this;
  }
  core::ServerResponse ask(core::ServerRequest request) {
    if (!request.peer_uid) request.peer_uid = peer;
    auto answer = service.handle(request);
    if (const auto set = answer.headers.find("Set-Cookie"); set != answer.headers.end())
      cookie = set->second.substr(0, set->second.find(';'));
    return answer;
  }
  core::ServerResponse get(const std::string& target, const core::Headers& more = {}) {
    core::ServerRequest r{"GET", target, headers, "", {}, "", ""};
    for (const auto& [name, value] : more) r.headers[name] = value;
    if (!cookie.empty()) r.headers["Cookie"] = cookie;
    return ask(r);
  }
  core::ServerResponse post(const std::string& path, const std::string& body,
                            const core::Headers& more = {}) {
    core::ServerRequest r{"POST", path, headers, body, {}, "", ""};
    r.headers["Content-Type"] = "application/x-www-form-urlencoded";
    r.headers["Origin"] = std::string("https://") + portal_host;
    for (const auto& [name, value] : more) r.headers[name] = value;
    if (!cookie.empty()) r.headers["Cookie"] = cookie;
    return ask(r);
  }
  std::string page(const std::string& target) {
    const auto answer = get(target);
    INFO(target);
    CHECK(answer.status == 200);
    return answer.body;
  }
  [[nodiscard]] std::string log_text() const { return core::read_file(log_file()); }

  SealedSchool school;
  core::FixedClock clock;
  consult::AccessLog log;
  consult::WebService service;
  core::Headers headers;
  std::string cookie;
  std::optional<std::uint32_t> peer = proxy_uid;

 private:
  std::list<consult::ServedExtract> extracts() {
    std::list<consult::ServedExtract> list;
    list.emplace_back("school", school.school.open(), school.judged());
    list.emplace_back("school-2", school.school.open(), school.judged());
    return list;
  }
  static consult::WebOptions options(const std::string& conf) {
    const auto config = core::Config::parse(conf, "versoir.conf");
    consult::WebOptions o;
    o.establishment = "Conservatoire";
    o.reader = "service";
    o.roles = consult::Roles::read(config);
    o.contact = config.get_or("consultation", "contact", "");
    o.proxy = consult::BehindProxy{
        {portal_host}, proxy_uid, "X-Remote-User", "X-Remote-Groups", "https://cas.test/logout"};
    return o;
  }
};

/// The address behind a link of a page, its text given.
inline std::string link(const std::string& html, const std::string& text) {
  const auto end = html.find("\">" + text + "</a>");
  INFO(text);
  REQUIRE(end != std::string::npos);
  const auto begin = html.rfind("href=\"", end) + 6;
  auto href = html.substr(begin, end - begin);
  for (auto at = href.find("&amp;"); at != std::string::npos; at = href.find("&amp;")) href.erase(at + 1, 4);
  return href;
}

inline std::string form_secret(const std::string& html) {
  const auto at = html.find("name=\"form\" value=\"") + 19;
  return html.substr(at, 64);
}

}  // namespace versoir::tests

// A service over a sealed school, and a browser of the machine that asks it for pages.
#pragma once
#include "consult/web_service.hpp"
#include "sealed.hpp"

#include <catch2/catch.hpp>

#include <list>
#include <string>

namespace versoir::tests {

inline constexpr const char* host = "127.0.0.1:8080";

/// A service over a sealed school, and a browser that keeps its cookie.
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

// What a trace shows of exchanges, and what it must not.
#include "core/http_trace.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "exit_of.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <functional>
#include <sstream>
#include <sys/stat.h>

using namespace versoir::core;
using versoir::tests::exit_of;

namespace {

struct Told final : HttpClient {
  std::function<HttpResponse(const HttpRequest&)> answer;
  HttpResponse perform(const HttpRequest& r) override { return answer(r); }
};

struct Traced {
  Traced() {
    auto inner = std::make_unique<Told>();
    told = inner.get();
    client = trace_client(std::move(inner), file, clock);
  }
  std::vector<Json> lines() {
    std::istringstream in(read_file(file));
    std::vector<Json> all;
    for (std::string line; std::getline(in, line);) all.push_back(parse_json(line, "trace"));
    return all;
  }
  TemporaryDirectory folder;
  std::filesystem::path file = folder.path() / "trace";
  FixedClock clock{*parse_instant("2026-11-25T10:00:00Z")};
  Told* told = nullptr;
  std::unique_ptr<HttpClient> client;
};

HttpRequest question(std::string url, std::string body = {}) {
  HttpRequest r;
  r.url = std::move(url);
  r.body = std::move(body);
  r.headers = {
      {"X-Tenant-Id", "3"}, {"X-Personal-Certificate", "TWFyaWU="}, {"Authorization", "Basic c2VjcmV0"}};
  return r;
}

}  // namespace

TEST_CASE("a trace tells method, address, status, sizes and digests, in a file of its owner alone") {
  Traced t;
  t.told->answer = [](const HttpRequest&) {
    return HttpResponse{200,
                        {{"Content-Type", "application/json"},
                         {"Set-Cookie", "session=abcdef"},
                         {"Content-Disposition", "attachment; filename=DUPONT.pdf"}},
                        R"({"Title":"DUPONT Marie"})"};
  };
  const auto response = t.client->perform(question("https://user:hidden@p.test:8443/units/abc?name=DUPONT",
                                                   R"({"$eq":{"Title":"DUPONT Marie"}})"));
  CHECK(response.body == R"({"Title":"DUPONT Marie"})");
  const auto lines = t.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].at("method") == "GET");
  CHECK(lines[0].at("time") == "2026-11-25T10:00:00Z");
  CHECK(lines[0].at("url") == "https://p.test:8443/units/abc?[...]");
  CHECK(lines[0].at("status") == 200);
  CHECK(lines[0].at("headers").at("X-Tenant-Id") == "3");
  CHECK(lines[0].at("answer").at("headers").at("Content-Type") == "application/json");
  CHECK(lines[0].at("answer").at("body").at("size") == 24);
  CHECK(lines[0].at("answer").at("body").at("sha256") == sha256(response.body).hex());
  CHECK(lines[0].at("milliseconds").is_number());
  const auto text = read_file(t.file);
  for (const char* secret : {"DUPONT", "Marie", "hidden", "TWFyaWU", "c2VjcmV0", "abcdef", "user:"}) {
    INFO(secret);
    CHECK(text.find(secret) == std::string::npos);
  }
  struct stat facts {};
  REQUIRE(::stat(t.file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("the JSON of a refusal is shown, cut, without what the question held") {
  Traced t;
  std::string body =
      R"({"code":"000601","description":"bad value \"DUPONT Marie\" in $eq","$context":{"q":"DUPONT Marie"}})";
  t.told->answer = [&](const HttpRequest&) { return HttpResponse{400, {}, body}; };
  t.client->perform(question("https://p.test/units", R"({"$eq":{"Title":"DUPONT Marie"}})"));
  CHECK(t.lines().at(0).at("answer").at("refusal") ==
        R"({"code":"000601","description":"bad value \"[...]\" in $eq"})");
  body = R"({"code":"000601","description":")" + std::string(5000, 'x') + "\"}";
  t.client->perform(question("https://p.test/units"));
  CHECK(t.lines().at(1).at("answer").at("refusal").get<std::string>().size() < 2100);
  // Neither a page of a proxy, nor JSON that is no refusal of the platform, nor a success.
  for (const auto& [status, other] : {std::pair<int, std::string>{502, "<html>DUPONT</html>"},
                                      {404, R"({"Title":"DUPONT"})"},
                                      {200, R"({"code":"x","description":"DUPONT"})"}}) {
    body = other;
    t.told->answer = [&body, s = status](const HttpRequest&) { return HttpResponse{s, {}, body}; };
    t.client->perform(question("https://p.test/units"));
    CHECK_FALSE(t.lines().back().at("answer").contains("refusal"));
  }
  CHECK(read_file(t.file).find("DUPONT") == std::string::npos);
}

TEST_CASE("streamed bodies are digested on their way, failures written down") {
  Traced t;
  std::string sent, received;
  t.told->answer = [](const HttpRequest& r) {
    r.on_sent("one ");
    r.on_sent("two");
    r.on_sent("");
    r.on_received("the answer");
    return HttpResponse{202, {}, ""};
  };
  auto r = question("https://p.test/ingests");
  r.method = "POST";
  r.body_fd = 0;
  r.on_sent = [&](std::string_view piece) { sent += piece; };
  r.on_received = [&](std::string_view piece) { received += piece; };
  t.client->perform(r);
  CHECK((sent == "one two" && received == "the answer"));
  CHECK(t.lines().at(0).at("sent") == Json{{"size", 7}, {"sha256", sha256("one two").hex()}});
  CHECK(t.lines().at(0).at("answer").at("body").at("sha256") == sha256("the answer").hex());
  t.told->answer = [](const HttpRequest&) -> HttpResponse {
    throw Error(Exit::platform_unreachable, msg("p.test cannot be reached"));
  };
  CHECK(exit_of([&] { t.client->perform(question("https://p.test/units")); }) == Exit::platform_unreachable);
  CHECK(t.lines().at(1).at("failure").at("code") == "platform-unreachable");
  CHECK_FALSE(t.lines().at(1).contains("status"));
}

TEST_CASE("a trace is appended to, made private, and not written through a link") {
  const TemporaryDirectory folder;
  const FixedClock clock{*parse_instant("2026-11-25T10:00:00Z")};
  const auto file = folder.path() / "trace";
  write_file(file, "{\"before\":1}\n", 0644);
  auto inner = std::make_unique<Told>();
  inner->answer = [](const HttpRequest&) { return HttpResponse{204, {}, ""}; };
  trace_client(std::move(inner), file, clock)->perform(question("https://p.test/status"));
  CHECK(read_file(file).starts_with("{\"before\":1}\n{"));
  struct stat facts {};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  std::filesystem::create_symlink(file, folder.path() / "link");
  CHECK(exit_of([&] {
          static_cast<void>(trace_client(std::make_unique<Told>(), folder.path() / "link", clock));
        }) == Exit::disk);
}

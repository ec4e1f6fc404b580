// Failures on demand, over real TLS: which request meets them, how often, and what is left afterwards.
#include "core/file.hpp"
#include "fixture.hpp"
#include "running_sandbox.hpp"
#include "vitam/atr.hpp"
#include "vitam/sandbox/sandbox.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::Exit;
using tests::exit_of;
using tests::script_of;
using tests::SmallSip;
using vitam::sandbox::Script;
using Running = tests::RunningSandbox;
namespace fs = std::filesystem;

namespace {

int status_of(Running& r) { return r.send(r.ask("GET", "/ingest-external/v1/status")).status; }

/// What the sandbox says of a script that it does not take.
std::string refusal_of(const std::string& rules) {
  try {
    script_of(rules);
  } catch (const core::Error& e) {
    CHECK(e.code() == Exit::configuration);
    return e.render();
  }
  return "taken";
}

/// Sends a SIP whose answer never comes.
void post_without_answer(Running& r, const SmallSip& sip) {
  sip.write(r.work.path() / "lost.zip");
  const auto fd = core::open_read(r.work.path() / "lost.zip");
  auto q = r.post();
  q.body_fd = fd.get();
  CHECK(exit_of([&] { r.send(q); }) == Exit::transfer_in_doubt);
}

std::string script_text(const std::string& rules) {
  return R"({"format":"versoir-sandbox-script/1","rules":[)" + rules + "]}";
}

}  // namespace

TEST_CASE("a script is read strictly: what is not known is an error that names its place", "[sandbox]") {
  using Catch::Contains;
  CHECK_THAT(refusal_of(R"({"on":"status","do":{"status":503},"time":1})"),
             Contains("rule 1") && Contains("\"time\""));
  CHECK_THAT(refusal_of(R"({"on":"any","do":{"delay_ms":5}},{"on":"GET","do":{"delay_ms":5}})"),
             Contains("rule 2") && Contains("\"on\"") && Contains("HEAD operation"));
  CHECK_THAT(refusal_of(R"({"on":"any","do":{"status":503,"body":"pdf"}})"), Contains("html"));
  CHECK_THAT(refusal_of(R"({"on":"any","do":{"status":99}})"), Contains("200"));
  CHECK_THAT(refusal_of(R"({"on":"any","do":{"status":"503"}})"), Contains("number"));
  CHECK_THAT(refusal_of(R"({"on":"any","do":{}})"), Contains("nothing to do"));
  CHECK_THAT(refusal_of(R"({"on":"any"})"), Contains("\"do\""));
  CHECK_THAT(refusal_of(R"({"on":"any","do":{"cut":"soon"}})"), Contains("before"));
  CHECK_THAT(refusal_of(R"({"on":"any","do":{"cut":"before","status":503}})"), Contains("not several"));
  CHECK_THAT(refusal_of(R"({"on":"any","do":{"operation":"fatal"}})"), Contains("POST ingests"));
  CHECK_THAT(refusal_of(R"({"on":"HEAD operation","do":{"reply":"missing"}})"), Contains("GET reply"));
  CHECK_THAT(refusal_of(R"({"on":"POST ingests","do":{"operation":"purge","answer":403}})"), Contains("404"));
  CHECK_THAT(refusal_of(R"({"on":"POST ingests","do":{"operation":"fatal","heads":2}})"), Contains("heads"));
  CHECK_THAT(refusal_of(R"({"on":"any","skip":-1,"do":{"cut":"after"}})"), Contains("skip"));
  CHECK(refusal_of(R"({"on":"any","skip":1,"times":2,"do":{"status":503,"body":"vitam","delay_ms":1}})") ==
        "taken");
  CHECK(exit_of([] {
          static_cast<void>(Script::parse({{"rules", core::Json::array()}}, "s"));
        }) == Exit::configuration);
  CHECK(exit_of([] { static_cast<void>(Script::read("/nowhere/script.json")); }) == Exit::configuration);
}

TEST_CASE("rules are tried in order, each with its count", "[sandbox]") {
  Running r;
  r.sandbox->play(script_of(R"({"on":"status","skip":1,"times":2,"do":{"status":503,"body":"html"}},
                               {"on":"any","skip":2,"times":1,"do":{"status":500,"body":"empty"}})"));
  // The second rule sees what the first lets pass: the first, the fourth and the fifth question.
  std::vector<int> got;
  for (int i = 0; i < 6; ++i) got.push_back(status_of(r));
  CHECK(got == std::vector<int>{204, 503, 503, 204, 500, 204});
}

TEST_CASE("a wrong answer has the body of who would give it", "[sandbox]") {
  Running r;
  const auto answer = [&](const std::string& body) {
    r.sandbox->play(script_of(R"({"on":"status","do":{"status":503,"body":")" + body + "\"}}"));
    return r.send(r.ask("GET", "/admin-external/v1/status"));
  };
  CHECK_THAT(answer("html").body, Catch::StartsWith("<html>"));
  CHECK(answer("empty").body.empty());
  CHECK(core::parse_json(answer("vitam").body, "error").at("code") == "000200");
  CHECK(tests::whole_reply(answer("xml").body, "atr").reply_code == "KO");
}

TEST_CASE("the script file is read again when it changes, and a broken one is not passed over", "[sandbox]") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "script.json";
  core::write_file(file, script_text(R"({"on":"status","do":{"status":503}})"));
  Running r({}, [&](auto& o) { o.script_file = file; });
  CHECK(status_of(r) == 503);
  core::write_file(file, script_text(""));
  CHECK(status_of(r) == 204);
  core::write_file(file, script_text(R"({"on":"status","do":{"statu":503}})"));
  const auto broken = r.send(r.ask("GET", "/ingest-external/v1/status"));
  CHECK(broken.status == 500);
  CHECK_THAT(broken.body, Catch::Contains("script.json"));
  fs::remove(file);
  CHECK(status_of(r) == 500);
  core::write_file(file, script_text(R"({"on":"status","times":1,"do":{"status":404}})"));
  CHECK(status_of(r) == 404);
  CHECK(status_of(r) == 204);
}

TEST_CASE("a SIP is cut before or after its operation is registered, and counted either way", "[sandbox]") {
  Running r;
  r.sandbox->play(script_of(R"({"on":"POST ingests","times":1,"do":{"cut":"before"}},
                               {"on":"POST ingests","times":1,"do":{"cut":"after"}},
                               {"on":"POST ingests","times":1,"do":{"status":503,"body":"xml"}})"));
  const auto operations = r.work.path() / "sandbox" / "operations";
  const auto count = [&] {
    return std::distance(fs::directory_iterator(operations), fs::directory_iterator());
  };
  post_without_answer(r, SmallSip("REQ-1"));
  CHECK(count() == 0);
  post_without_answer(r, SmallSip("REQ-1"));
  CHECK(count() == 1);
  SmallSip("REQ-2").write(r.work.path() / "out.zip");
  const auto fd = core::open_read(r.work.path() / "out.zip");
  auto q = r.post();
  q.body_fd = fd.get();
  CHECK(r.send(q).status == 503);
  r.post_sip(SmallSip("REQ-2"));
  CHECK(count() == 2);
  const auto received = r.sandbox->received();
  REQUIRE(received.size() == 2);
  CHECK((received.at("REQ-1").sips == 2 && received.at("REQ-1").operations == 1));
  CHECK((received.at("REQ-2").sips == 2 && received.at("REQ-2").operations == 1));
  const auto lines = core::read_file(r.work.path() / "sandbox" / "deposits.jsonl");
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 4);
  CHECK_THAT(lines, Catch::Contains(R"("message_identifier":"REQ-1","operation":"")"));
}

TEST_CASE("a question can be cut as well, and is answered the next time", "[sandbox]") {
  Running r;
  const auto id = r.post_sip(SmallSip("REQ-1"));
  r.wait(id);
  r.sandbox->play(script_of(R"({"on":"HEAD operation","times":1,"do":{"cut":"before"}},
                               {"on":"GET reply","times":1,"do":{"cut":"after"}})"));
  // On a connection of its own: a client asks again by itself when one that it kept open is closed.
  const auto outcome = [&](const core::HttpRequest& q) {
    return exit_of([&] { core::make_curl_client(r.tls())->perform(q); });
  };
  const auto state = r.ask("HEAD", "/admin-external/v1/operations/" + id);
  CHECK(outcome(state) == Exit::platform_unreachable);
  CHECK(outcome(state) == Exit::ok);
  const auto reply = r.ask("GET", "/ingest-external/v1/ingests/" + id + "/archivetransferreply");
  CHECK(outcome(reply) == Exit::platform_unreachable);
  CHECK(outcome(reply) == Exit::ok);
}

TEST_CASE("a FATAL operation goes on after some HEADs, or when it is replayed", "[sandbox]") {
  Running r;
  r.sandbox->play(script_of(R"({"on":"POST ingests","times":1,"do":{"operation":"fatal","replay_after":3}},
                   {"on":"POST ingests","do":{"operation":"fatal"}})"));
  const auto alone = r.post_sip(SmallSip("REQ-1"));
  CHECK(r.wait(alone).header("X-Global-Execution-Status") == "FATAL");  // the first of three
  CHECK(r.reply(alone).status == 404);
  CHECK(r.state(alone) == "PAUSE/FATAL");
  CHECK(r.state(alone) == "PAUSE/FATAL");
  r.until(alone, "COMPLETED/OK");
  CHECK(tests::whole_reply(r.reply(alone).body, "atr").request == "REQ-1");
  const auto helped = r.post_sip(SmallSip("REQ-2"));
  r.until(helped, "PAUSE/FATAL");
  for (int i = 0; i < 5; ++i) CHECK(r.state(helped) == "PAUSE/FATAL");
  CHECK(r.put(helped, "REPLAY").status == 202);
  r.until(helped, "COMPLETED/OK");
}

TEST_CASE("a FATAL operation is still FATAL after a restart, and can then be replayed", "[sandbox]") {
  Running r("fatal");
  const auto id = r.post_sip(SmallSip("REQ-1"));
  r.until(id, "PAUSE/FATAL");
  r.sandbox.reset();
  r.start();
  CHECK(r.state(id) == "PAUSE/FATAL");
  r.put(id, "RESUME");
  r.until(id, "COMPLETED/OK");
}

TEST_CASE("a forced pause lasts the HEADs that were asked for", "[sandbox]") {
  Running r;
  r.sandbox->play(script_of(R"({"on":"POST ingests","do":{"operation":"pause","heads":4}})"));
  const auto id = r.post_sip(SmallSip("REQ-1"));
  r.until(id, "PAUSE/OK");  // the first
  for (int i = 2; i <= 4; ++i) CHECK(r.state(id) == "PAUSE/OK");
  r.until(id, "COMPLETED/OK");
}

TEST_CASE("what the process engine forgets at once is found in the logbook and by its reply", "[sandbox]") {
  for (const int answer : {404, 204, 500}) {
    Running r;
    r.sandbox->play(script_of(R"({"on":"POST ingests","do":{"operation":"purge","answer":)" +
                              std::to_string(answer) + "}}"));
    const auto id = r.post_sip(SmallSip("REQ-1"));
    const auto gone = [&] { return r.head(id).status == answer; };
    for (int asked = 0; !gone(); ++asked) {
      REQUIRE(asked < 6000);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(r.head(id).header("X-Global-Execution-State").empty());
    CHECK(r.reply(id).status == 200);
    const auto logged = r.query("/access-external/v1/logbookoperations/" + id, R"({"$projection":{}})");
    CHECK_THAT(logged.body, Catch::Contains("PROCESS_SIP_UNITARY.OK") && Catch::Contains("REQ-1"));
  }
}

TEST_CASE("a reply can be missing, garbage, truncated, or that of another operation", "[sandbox]") {
  Running r;
  const auto other = r.post_sip(SmallSip("REQ-1"));
  r.wait(other);
  const auto id = r.post_sip(SmallSip("REQ-2"));
  r.wait(id);
  const auto whole = r.reply(id).body;
  const auto reply = [&](const std::string& word) {
    r.sandbox->play(script_of(R"({"on":"GET reply","times":1,"do":{"reply":")" + word + "\"}}"));
    return r.reply(id);
  };
  CHECK(reply("missing").status == 404);
  CHECK(r.reply(id).body == whole);
  CHECK(exit_of([&] { static_cast<void>(tests::whole_reply(reply("garbage").body, "atr")); }) ==
        Exit::reply_unreadable);
  const auto half = reply("truncated").body;
  CHECK((half.size() == whole.size() / 2 && whole.starts_with(half)));
  CHECK(tests::whole_reply(reply("other").body, "atr").operation == other);
}

TEST_CASE("a delay ends with the sandbox", "[sandbox]") {
  Running r;
  r.sandbox->play(script_of(R"({"on":"status","do":{"delay_ms":3600000}})"));
  std::thread asking([&] {
    const auto own = core::make_curl_client(r.tls());
    try {
      own->perform(r.ask("GET", "/ingest-external/v1/status"));
    } catch (const core::Error&) {  // answered in time, or not at all: the sandbox goes away either way
    }
  });
  r.sandbox->stop();  // would not come back for an hour
  asking.join();
  CHECK(exit_of([&] { status_of(r); }) == Exit::platform_unreachable);
}

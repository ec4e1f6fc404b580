// OCSP: what answers say, which answers count, and a responder asked over real HTTP; the openssl program
// answers.
#include "trust/ocsp.hpp"

#include "pki.hpp"
#include "trust/chain.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>
#include <thread>
#include <unistd.h>

using namespace versoir;
using namespace versoir::tests;
using trust::At;
using trust::OcspStatus;
using trust::Verdict;

namespace {

const std::string approved = "approved\n";

trust::Certificate named(const std::string& name) {
  return trust::Certificate::list_from_pem_file(pki(name + ".pem")).front();
}

/// What the openssl program answers about a certificate of the PKI, by the index that it keeps.
struct Answering {
  std::string responder = "ocsp";
  std::string options = "-nmin 60";
  bool known = true;       ///< the index has the certificate
  std::string asked = {};  ///< how the request names the certificate

  [[nodiscard]] std::string about(const std::string& name) const {
    core::TemporaryDirectory dir;
    const auto at = [&](const char* file) { return quoted(dir.path() / file); };
    std::ifstream index(pki("ca.index"));
    std::ofstream copy(dir.path() / "index");
    const auto serial = run("openssl x509 -noout -serial -in " + quoted(pki(name + ".pem"))).output.substr(7);
    for (std::string line; std::getline(index, line);)
      if (known || line.find(serial.substr(0, serial.find('\n'))) == std::string::npos) copy << line << "\n";
    copy.close();
    core::write_file(dir.path() / "index.attr", "unique_subject = no\n");
    const auto ran = run("openssl ocsp " + asked + " -issuer " + quoted(pki("ca.pem")) + " -cert " +
                         quoted(pki(name + ".pem")) + " -reqout " + at("req") + " && openssl ocsp -index " +
                         at("index") + " -CA " + quoted(pki("ca.pem")) + " -rsigner " +
                         quoted(pki(responder + ".pem")) + " -rkey " + quoted(pki(responder + ".key")) +
                         " -reqin " + at("req") + " -respout " + at("resp") + " " + options);
    INFO(ran.output);
    REQUIRE(ran.code == 0);
    return core::read_file(dir.path() / "resp");
  }
};

trust::OcspFinding judge(const std::string& name, const std::vector<std::string>& answers,
                         trust::OcspMoment moment = {now.now(), false}) {
  return trust::judge_ocsp(named(name), named("ca"), answers, anchors(), moment);
}

std::string why(const trust::OcspFinding& f) {
  std::string text;
  for (const auto& m : f.ignored) text += m.english() + "\n";
  return text;
}

/// A store that wants an answer.
trust::TrustStore store_with(std::vector<std::string> answers) {
  auto trusted = store();
  trusted.ocsp_der = std::move(answers);
  trusted.require_ocsp = true;
  return trusted;
}

trust::Verification verify_by(const std::string& who, const trust::TrustStore& trusted, At at = At::now,
                              const core::Clock& clock = now, trust::TimestampAuthority* tsa = nullptr) {
  const auto der = trust::sign_detached(*signer(who), approved, clock, {trust::Commitment::none, tsa});
  return trust::verify_detached(der, approved, trusted, clock, at);
}

}  // namespace

TEST_CASE(
    "Good, revoked and unknown are what the responder says, by its own certificate or the authority's") {
  for (const char* responder : {"ocsp", "ca"}) {
    const Answering answers{responder};
    CHECK(judge("archivist", {answers.about("archivist")}).status == OcspStatus::good);
    const auto revoked = judge("revoked-archivist", {answers.about("revoked-archivist")});
    CHECK(revoked.status == OcspStatus::revoked);
    CHECK(revoked.revoked);
    CHECK(judge("archivist", {Answering{responder, "-nmin 60", false}.about("archivist")}).status ==
          OcspStatus::unknown);
  }
  // About somebody else: nothing is said.
  const auto silent = judge("archivist", {Answering{}.about("archivist2")});
  CHECK(silent.status == OcspStatus::silent);
  CHECK(silent.ignored.empty());
}

TEST_CASE("An answer counts by its responder, its digest and its dates") {
  const auto good = Answering{}.about("archivist");
  SECTION("a responder without OCSPSigning") {
    const auto f = judge("archivist", {Answering{"producer"}.about("archivist")});
    CHECK(f.status == OcspStatus::silent);
    CHECK(why(f).find("may not answer") != std::string::npos);
  }
  SECTION("a responder under another authority") {
    CHECK(judge("archivist", {Answering{"untrusted-archivist"}.about("archivist")}).status ==
          OcspStatus::silent);
  }
  SECTION("an altered answer") {
    for (const auto back : {20u, 40u}) {
      auto bent = good;
      const auto value = good.find("Répondeur");  // inside the embedded certificate
      bent[value == std::string::npos ? bent.size() - back : value - back] ^= 1;
      CHECK(judge("archivist", {bent}).status == OcspStatus::silent);
    }
  }
  SECTION("SHA-1") {
    const auto f = judge("archivist", {Answering{"ocsp", "-nmin 60 -rmd sha1"}.about("archivist")});
    CHECK(f.status == OcspStatus::silent);
    CHECK(why(f).find("digest") != std::string::npos);
  }
  SECTION("an identifier in SHA-256 designates as well") {
    CHECK(judge("archivist", {Answering{"ocsp", "-nmin 60", true, "-sha256"}.about("archivist")}).status ==
          OcspStatus::good);
  }
  SECTION("too old, too early") {
    const auto later = now.now() + std::chrono::hours(2);
    CHECK(judge("archivist", {good}, {later, false}).status == OcspStatus::silent);
    CHECK(why(judge("archivist", {good}, {later, false})).find("it held until") != std::string::npos);
    const auto earlier = now.now() - std::chrono::hours(2);
    CHECK(judge("archivist", {good}, {earlier, false}).status == OcspStatus::silent);
    CHECK(judge("archivist", {good}, {earlier, true}).status == OcspStatus::good);  // after a time-stamp
  }
  SECTION("without an end it is worth a day") {
    const auto endless = Answering{"ocsp", ""}.about("archivist");
    CHECK(judge("archivist", {endless}, {now.now() + std::chrono::hours(23), false}).status ==
          OcspStatus::good);
    CHECK(judge("archivist", {endless}, {now.now() + std::chrono::hours(25), false}).status ==
          OcspStatus::silent);
  }
  SECTION("a revocation counts however old, and beside good answers") {
    const auto revoked = Answering{}.about("revoked-archivist");
    CHECK(judge("revoked-archivist", {revoked}, {now.now() + std::chrono::hours(1000), false}).status ==
          OcspStatus::revoked);
  }
  SECTION("no answer at all, or of another kind") {
    CHECK(judge("archivist", {}).status == OcspStatus::silent);
    CHECK(judge("archivist", {"nothing", "", good + "x"}).status == OcspStatus::silent);
  }
}

TEST_CASE("A signature is valid, revoked, or cannot be concluded upon, by the answers kept") {
  CHECK(verify_by("archivist", store_with({Answering{}.about("archivist")})).verdict == Verdict::valid);
  const auto revoked = verify_by("revoked-archivist", store_with({Answering{}.about("revoked-archivist")}));
  CHECK(revoked.verdict == Verdict::revoked);
  CHECK(has(revoked, "signature-revocation"));
  const auto none = verify_by("archivist", store_with({}));
  CHECK(none.verdict == Verdict::indeterminate);
  CHECK(has(none, "signature-revocation"));
  CHECK(
      verify_by("archivist", store_with({Answering{"ocsp", "-nmin 60", false}.about("archivist")})).verdict ==
      Verdict::indeterminate);
  const core::FixedClock later(now.now() + std::chrono::hours(2));
  CHECK(verify_by("archivist", store_with({Answering{}.about("archivist")}), At::now, later).verdict ==
        Verdict::indeterminate);
  auto optional = store_with({});
  optional.require_ocsp = false;
  CHECK(verify_by("archivist", optional).verdict == Verdict::valid);
}

TEST_CASE("A time-stamp decides of answers too: one of that time or later, a revocation before or after") {
  LocalTsa then("2018-05-04T10:00:05Z"), today;
  const core::FixedClock in_2018(instant("2018-05-04T10:00:00Z"));
  const auto judged = [&](const std::string& who, trust::TimestampAuthority* tsa, const std::string& answer) {
    const auto der = trust::sign_detached(*signer(who), approved, in_2018, {trust::Commitment::none, tsa});
    return trust::verify_detached(der, approved, store_with({answer}), now, At::signing_time);
  };
  CHECK(judged("archivist", &then, Answering{}.about("archivist")).verdict == Verdict::valid);
  const auto after = judged("revoked-archivist", &then, Answering{}.about("revoked-archivist"));
  CHECK(after.verdict == Verdict::valid);
  CHECK(told(after).find("after the time-stamp") != std::string::npos);
  CHECK(judged("revoked-archivist", &today, Answering{}.about("revoked-archivist")).verdict ==
        Verdict::revoked);
}

TEST_CASE("A list and an answer stand in for each other, and either revokes") {
  auto both = store_with_crl();
  both.require_ocsp = true;
  CHECK(verify_by("archivist", both).verdict == Verdict::valid);  // the list knows
  both.ocsp_der = {Answering{}.about("archivist")};
  CHECK(verify_by("archivist", both).verdict == Verdict::valid);
  auto unlisted = store();
  unlisted.require_crl = true;  // none is there
  unlisted.ocsp_der = both.ocsp_der;
  CHECK(verify_by("archivist", unlisted).verdict == Verdict::valid);
  unlisted.ocsp_der.clear();
  CHECK(verify_by("archivist", unlisted).verdict == Verdict::untrusted);
  both.ocsp_der = {Answering{}.about("revoked-archivist")};
  CHECK(verify_by("revoked-archivist", both).verdict == Verdict::revoked);
  both.ocsp_der.clear();
  CHECK(verify_by("revoked-archivist", both).verdict == Verdict::revoked);
}

namespace {

/// openssl ocsp as a responder on loopback, over real HTTP, until the test ends.
class Responder {
 public:
  explicit Responder(const std::string& options = "-nmin 60") {
    const auto log = dir_.path() / "log";
    core::write_file(dir_.path() / "index.attr", "unique_subject = no\n");
    const auto started =
        run("cp " + quoted(pki("ca.index")) + " " + quoted(dir_.path() / "index") +
            "; openssl ocsp -port 0 -index " + quoted(dir_.path() / "index") + " -CA " +
            quoted(pki("ca.pem")) + " -rsigner " + quoted(pki("ocsp.pem")) + " -rkey " +
            quoted(pki("ocsp.key")) + " " + options + " >" + quoted(log) + " 2>&1 & echo $!");
    pid_ = std::stoi(started.output);
    for (int i = 0; i < 200 && port_.empty(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const auto text = std::filesystem::exists(log) ? core::read_file(log) : std::string();
      const auto at = text.find("ACCEPT "), end = text.find(" PID");
      if (at != std::string::npos && end != std::string::npos)
        port_ = text.substr(text.rfind(':', end) + 1, end - text.rfind(':', end) - 1);
    }
    REQUIRE_FALSE(port_.empty());
  }
  ~Responder() { ::kill(pid_, SIGTERM); }
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port_ + "/"; }

 private:
  core::TemporaryDirectory dir_;
  pid_t pid_ = 0;
  std::string port_;
};

std::string refusal_of(const std::string& url, core::HttpClient& http, const std::string& who = "archivist") {
  try {
    static_cast<void>(trust::ask_ocsp(url, named(who), named("ca"), anchors(), http, now));
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::signing);
    return e.render();
  }
  return {};
}

/// Answers by a function.
class FakeOcsp final : public core::HttpClient {
 public:
  explicit FakeOcsp(std::function<core::HttpResponse(const core::HttpRequest&)> a) : answer(std::move(a)) {}
  core::HttpResponse perform(const core::HttpRequest& r) override { return answer(r); }
  std::function<core::HttpResponse(const core::HttpRequest&)> answer;
};

core::HttpResponse http_reply(std::string body, int status = 200) {
  core::HttpResponse r;
  r.status = status;
  r.body = std::move(body);
  return r;
}

}  // namespace

TEST_CASE("A responder is asked over HTTP, and its answer counts from then on") {
  const Responder responder;
  const auto http = core::make_curl_client({});
  const auto ask = [&](const std::string& who) {
    return trust::ask_ocsp(responder.url(), named(who), named("ca"), anchors(), *http, now);
  };
  CHECK(judge("archivist", {ask("archivist")}).status == OcspStatus::good);
  CHECK(judge("revoked-archivist", {ask("revoked-archivist")}).status == OcspStatus::revoked);
  CHECK(verify_by("archivist", store_with({ask("archivist")})).verdict == Verdict::valid);
}

TEST_CASE("What is not an answer to our question is refused") {
  const auto good = Answering{}.about("archivist");  // with the nonce of another request
  FakeOcsp http([&](const core::HttpRequest&) { return http_reply(good); });
  CHECK(refusal_of("http://ocsp.test/", http).find("another request") != std::string::npos);
  http.answer = [&](const core::HttpRequest& r) {
    CHECK(r.method == "POST");
    CHECK(r.headers.at("Content-Type") == "application/ocsp-request");
    return http_reply("x", 503);
  };
  CHECK(refusal_of("http://ocsp.test/", http).find("HTTP 503") != std::string::npos);
  http.answer = [&](const core::HttpRequest&) { return http_reply("x"); };
  CHECK(refusal_of("http://ocsp.test/", http).find("malformed") != std::string::npos);
  http.answer = [&](const core::HttpRequest&) { return http_reply("\x30\x03\x0a\x01\x03"); };  // tryLater
  CHECK(refusal_of("http://ocsp.test/", http).find("refused the request") != std::string::npos);
  http.answer = [&](const core::HttpRequest&) -> core::HttpResponse {
    throw core::Error(core::Exit::platform_unreachable, core::msg("no route"));
  };
  CHECK(refusal_of("http://ocsp.test/", http).find("did not answer") != std::string::npos);
}

TEST_CASE("Prepared answers have no nonce and are taken by their dates, a folder of them is read whole") {
  core::TemporaryDirectory dir;
  const auto path = [&](const char* name) { return quoted(dir.path() / name); };
  const auto ran = run("openssl ocsp -no_nonce -issuer " + quoted(pki("ca.pem")) + " -cert " +
                       quoted(pki("archivist.pem")) + " -reqout " + path("req") + " && openssl ocsp -index " +
                       quoted(pki("ca.index")) + " -CA " + quoted(pki("ca.pem")) + " -rsigner " +
                       quoted(pki("ocsp.pem")) + " -rkey " + quoted(pki("ocsp.key")) + " -reqin " +
                       path("req") + " -respout " + path("resp") + " -nmin 60");
  INFO(ran.output);
  REQUIRE(ran.code == 0);
  const auto prepared = core::read_file(dir.path() / "resp");
  FakeOcsp http([&](const core::HttpRequest&) { return http_reply(prepared); });
  CHECK(refusal_of("http://ocsp.test/", http).empty());
  CHECK(refusal_of("http://ocsp.test/", http, "archivist2").find("does not count") != std::string::npos);
  std::filesystem::create_directory(dir.path() / "answers");
  core::write_file(dir.path() / "answers" / "a.der", prepared);
  CHECK(trust::read_ocsp_answers(dir.path() / "answers") == std::vector<std::string>{prepared});
  core::write_file(dir.path() / "answers" / "b.der", "x");
  CHECK_THROWS_AS(trust::read_ocsp_answers(dir.path() / "answers"), core::Error);
  CHECK_THROWS_AS(trust::read_ocsp_answers(dir.path() / "nowhere"), core::Error);
}

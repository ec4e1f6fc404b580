// RFC 3161: our client against authorities that behave and that do not, our responder against the openssl
// program.
#include "trust/timestamp.hpp"

#include "pki.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace versoir;
using namespace versoir::tests;
using core::Exit;

namespace {

/// An HTTP client that answers by a function and remembers what was asked.
class FakeHttp final : public core::HttpClient {
 public:
  using Answer = std::function<core::HttpResponse(const core::HttpRequest&)>;
  explicit FakeHttp(Answer a) : answer(std::move(a)) {}
  core::HttpResponse perform(const core::HttpRequest& r) override {
    last = r;
    return answer(r);
  }
  Answer answer;
  core::HttpRequest last;
};

core::HttpResponse reply(std::string body, int status = 200) {
  core::HttpResponse r;
  r.status = status;
  r.headers["Content-Type"] = "application/timestamp-reply";
  r.body = std::move(body);
  return r;
}

struct Authority {
  core::TemporaryDirectory dir;
  trust::TsaResponder responder{pki("tsa.pem"), pki("tsa.key"), dir.path() / "serial"};
  FakeHttp http{[this](const core::HttpRequest& r) { return reply(responder.answer(r.body)); }};
};

trust::TsaOptions options(const std::string& policy = {}) {
  return {"http://tsa.test/", pki("ca.pem"), policy};
}

/// The message of the refusal, "" when a token came.
std::string refused(FakeHttp& http, const trust::TsaOptions& o = options()) {
  try {
    static_cast<void>(trust::make_tsa_client(o, http)->token("bytes"));
    return {};
  } catch (const core::Error& e) {
    CHECK(e.code() == Exit::signing);
    return e.render();
  }
}

}  // namespace

TEST_CASE("The client asks as RFC 3161 wants and gives a token that verifies") {
  Authority tsa;
  const auto client = trust::make_tsa_client(options(), tsa.http);
  const auto token = client->token("bytes");
  CHECK(tsa.http.last.method == "POST");
  CHECK(tsa.http.last.headers.at("content-type") == "application/timestamp-query");
  CHECK(tsa.http.last.timeout == std::chrono::seconds(10));
  CHECK(tsa.http.last.response_limit == 1u << 20);
  core::write_file(tsa.dir.path() / "query", tsa.http.last.body);
  const auto print = run("openssl ts -query -in " + quoted(tsa.dir.path() / "query") + " -text").output;
  CHECK(print.find("Hash Algorithm: sha256") != std::string::npos);
  CHECK(print.find("Certificate required: yes") != std::string::npos);
  CHECK(print.find("Nonce: 0x") != std::string::npos);

  const auto facts = trust::verify_token(token, "bytes", anchors());
  CHECK(facts.policy == "1.3.6.1.4.1.99999.1");
  CHECK(facts.serial == "01");
  CHECK(facts.authority.find("CN=Horodatage d'essai") == 0);
  CHECK(std::chrono::abs(facts.time - core::SystemClock().now()) < std::chrono::minutes(2));
  CHECK(trust::verify_token(client->token("bytes"), "bytes", anchors()).serial == "02");
}

TEST_CASE("Nonces differ from one request to the next") {
  Authority tsa;
  const auto client = trust::make_tsa_client(options(), tsa.http);
  static_cast<void>(client->token("bytes"));
  const auto first = tsa.http.last.body;
  static_cast<void>(client->token("bytes"));
  CHECK(first != tsa.http.last.body);
}

TEST_CASE(
    "openssl ts verifies the responder's answers, for SHA-256 and SHA-512, and serials survive a restart") {
  core::TemporaryDirectory dir;
  core::write_file(dir.path() / "data", "some data");
  for (const char* md : {"-sha256", "-sha512"}) {
    REQUIRE(run("cd " + quoted(dir.path()) + " && openssl ts -query -cert -data data " + md + " -out query")
                .code == 0);
    trust::TsaResponder responder(pki("tsa.pem"), pki("tsa.key"), dir.path() / "serial");
    core::write_file(dir.path() / "reply", responder.answer(core::read_file(dir.path() / "query")));
    const auto ran =
        run("cd " + quoted(dir.path()) + " && openssl ts -verify -queryfile query -in reply -CAfile " +
            quoted(pki("ca.pem")));
    INFO(ran.output);
    CHECK(ran.code == 0);
  }
  CHECK(core::read_file(dir.path() / "serial") == "2\n");
}

TEST_CASE("The responder rejects what it does not accept, and the client says so") {
  core::TemporaryDirectory dir;
  core::write_file(dir.path() / "data", "some data");
  trust::TsaResponder responder(pki("tsa.pem"), pki("tsa.key"), dir.path() / "serial");
  REQUIRE(run("cd " + quoted(dir.path()) + " && openssl ts -query -data data -sha1 -out query").code == 0);
  core::write_file(dir.path() / "reply", responder.answer(core::read_file(dir.path() / "query")));
  CHECK(run("openssl ts -reply -in " + quoted(dir.path() / "reply") + " -text")
            .output.find("Status: Rejected") != std::string::npos);
  core::write_file(dir.path() / "reply", responder.answer("garbage"));
  CHECK(run("openssl ts -reply -in " + quoted(dir.path() / "reply") + " -text")
            .output.find("Status: Rejected") != std::string::npos);
  FakeHttp rejecting([&](const core::HttpRequest&) { return reply(responder.answer("garbage")); });
  CHECK(refused(rejecting).find("refused the request (status 2)") != std::string::npos);
}

TEST_CASE("Only a time-stamping certificate and its own key make a responder") {
  core::TemporaryDirectory dir;
  const auto make = [&](const char* certificate, const char* key) {
    trust::TsaResponder(pki(certificate), pki(key), dir.path() / "serial");
  };
  CHECK_NOTHROW(make("tsa.pem", "tsa.key"));
  CHECK_THROWS_AS(make("tsa-no-eku.pem", "tsa-no-eku.key"), core::Error);
  CHECK_THROWS_AS(make("tsa.pem", "archivist.key"), core::Error);
}

TEST_CASE("A required policy is asked for and must be answered") {
  Authority tsa;
  CHECK(refused(tsa.http, options("1.3.6.1.4.1.99999.1")).empty());
  CHECK_FALSE(refused(tsa.http, options("1.3.6.1.4.1.99999.8")).empty());
  CHECK_THROWS_AS(trust::make_tsa_client(options("not an oid"), tsa.http), core::Error);
}

TEST_CASE("An answer to another request, over other bytes or of another authority is refused") {
  Authority tsa;
  const auto client = trust::make_tsa_client(options(), tsa.http);
  static_cast<void>(client->token("bytes"));
  const auto old = tsa.responder.answer(tsa.http.last.body);
  FakeHttp replay([&](const core::HttpRequest&) { return reply(old); });  // same imprint, another nonce
  CHECK(refused(replay).find("nonce") != std::string::npos);
  auto elsewhere = options();
  elsewhere.ca = pki("untrusted-ca.pem");
  CHECK(refused(tsa.http, elsewhere).find("does not verify") != std::string::npos);
}

TEST_CASE("Damaged answers are refused wherever they are damaged") {
  Authority tsa;
  std::size_t accepted = 0;
  std::size_t size = 1;
  for (std::size_t i = 0; i < size; i += 7) {
    FakeHttp damaged([&](const core::HttpRequest& r) {
      auto body = tsa.responder.answer(r.body);
      size = body.size();
      body[i % size] = static_cast<char>(body[i % size] ^ 0x10);
      return reply(body);
    });
    if (refused(damaged).empty()) ++accepted;
  }
  CHECK(accepted < 5);  // version numbers and the like, outside what is signed
  FakeHttp trailing([&](const core::HttpRequest& r) { return reply(tsa.responder.answer(r.body) + "x"); });
  CHECK(refused(trailing).find("malformed") != std::string::npos);
  FakeHttp cut(
      [&](const core::HttpRequest& r) { return reply(tsa.responder.answer(r.body).substr(0, 100)); });
  CHECK_FALSE(refused(cut).empty());
  FakeHttp empty([&](const core::HttpRequest&) { return reply(""); });
  CHECK_FALSE(refused(empty).empty());
}

TEST_CASE("HTTP failures have their own sentences") {
  const auto status = [](int code) {
    FakeHttp http([code](const core::HttpRequest&) { return reply("", code); });
    return refused(http);
  };
  CHECK(status(403).find("refuses this client") != std::string::npos);
  CHECK(status(429).find("too many requests") != std::string::npos);
  CHECK(status(503).find("HTTP 503") != std::string::npos);
  FakeHttp page([](const core::HttpRequest&) {
    auto r = reply("<html>");
    r.headers["Content-Type"] = "text/html";
    return r;
  });
  CHECK(refused(page).find("is it the address of an authority?") != std::string::npos);
  FakeHttp dead([](const core::HttpRequest&) -> core::HttpResponse {
    throw core::Error(Exit::platform_unreachable, core::msg("connection refused"));
  });
  CHECK(refused(dead).find("did not answer") != std::string::npos);
}

TEST_CASE("A token is refused over other bytes, under other anchors, damaged, or followed by a byte") {
  Authority tsa;
  const auto token = trust::make_tsa_client(options(), tsa.http)->token("bytes");
  const auto refuses = [&](const std::string& t, const char* bytes,
                           const std::vector<trust::Certificate>& a) {
    try {
      static_cast<void>(trust::verify_token(t, bytes, a));
    } catch (const core::Error& e) {
      return e.code() == Exit::evidence_broken;
    }
    return false;
  };
  CHECK_FALSE(refuses(token, "bytes", anchors()));
  CHECK(refuses(token, "bytez", anchors()));
  CHECK(refuses(token, "bytes", trust::Certificate::list_from_pem_file(pki("untrusted-ca.pem"))));
  CHECK(refuses(token, "bytes", {}));
  CHECK(refuses(token + "x", "bytes", anchors()));
  CHECK(refuses("", "bytes", anchors()));
  for (std::size_t n = 0; n < token.size(); n += 11) CHECK(refuses(token.substr(0, n), "bytes", anchors()));
}

TEST_CASE("A token signed by a certificate without the time-stamping usage is refused") {
  // The genuine TSTInfo of a good token, signed again by a certificate of the same authority.
  core::TemporaryDirectory dir;
  LocalTsa tsa;
  core::write_file(dir.path() / "token", tsa.token("bytes"));
  const auto sign = [&](const std::string& who) {
    return run(
        "cd " + quoted(dir.path()) +
        " && openssl cms -verify -noverify -inform DER -in token -out info && openssl cms -sign -cades "
        "-binary -nodetach "
        "-md sha256 -nosmimecap -econtent_type 1.2.840.113549.1.9.16.1.4 -outform DER -in info -signer " +
        quoted(pki(who + ".pem")) + " -inkey " + quoted(pki(who + ".key")) + " -out " + who);
  };
  for (const char* who : {"tsa", "tsa-no-eku", "archivist"}) {
    const auto ran = sign(who);
    INFO(ran.output);
    REQUIRE(ran.code == 0);
  }
  CHECK_NOTHROW(trust::verify_token(core::read_file(dir.path() / "tsa"), "bytes", anchors()));
  CHECK_THROWS_AS(trust::verify_token(core::read_file(dir.path() / "tsa-no-eku"), "bytes", anchors()),
                  core::Error);
  CHECK_THROWS_AS(trust::verify_token(core::read_file(dir.path() / "archivist"), "bytes", anchors()),
                  core::Error);
}

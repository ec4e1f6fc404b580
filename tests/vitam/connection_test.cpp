// Ways to a platform: client keys in files and on cards, a proxy, a trace; each over TLS to a sandbox.
#include "connect_proxy.hpp"
#include "core/config.hpp"
#include "core/http_trace.hpp"
#include "exit_of.hpp"
#include "running_sandbox.hpp"
#include "vitam/access.hpp"
#include "vitam/ingest.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace versoir;
namespace fs = std::filesystem;
using core::Exit;
using tests::complaint_of;
using tests::exit_of;
using tests::pki;

namespace {

constexpr const char* card_driver = "/usr/lib/softhsm/libsofthsm2.so";
constexpr const char* card_pin = "482915";

void must(const std::string& command) {
  INFO(command);
  REQUIRE(std::system((command + " >/dev/null 2>&1").c_str()) == 0);
}

/// The client's key on a card "plateforme", with its certificate; the driver reads its configuration once.
class ClientCard {
 public:
  ClientCard() {
    fs::create_directory(folder_.path() / "tokens");
    core::write_file(folder_.path() / "conf",
                     "directories.tokendir = " + (folder_.path() / "tokens").string() + "\n");
    ::setenv("SOFTHSM2_CONF", (folder_.path() / "conf").c_str(), 1);
    must(std::string("softhsm2-util --init-token --free --label plateforme --so-pin 12345678 --pin ") +
         card_pin);
    const auto file = [&](const char* name) { return (folder_.path() / name).string(); };
    // An RSA key besides: cards hold these more often.
    must("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=essai -keyout " + file("rsa.key") +
         " -out " + file("rsa.pem"));
    add(pki("client.key"), pki("client.pem"), "client", "01");
    add(file("rsa.key"), file("rsa.pem"), "rsa", "02");
    core::write_file(pin_file(), std::string(card_pin) + "\n", 0600);
  }
  [[nodiscard]] fs::path pin_file() const { return folder_.path() / "pin"; }
  [[nodiscard]] fs::path rsa_certificate() const { return folder_.path() / "rsa.pem"; }

 private:
  void add(const fs::path& key, const fs::path& certificate, const std::string& label,
           const std::string& id) {
    const auto file = [&](const char* name) { return (folder_.path() / name).string(); };
    must("openssl pkcs8 -topk8 -nocrypt -in " + key.string() + " -out " + file("key.pem"));
    must("softhsm2-util --import " + file("key.pem") + " --token plateforme --label " + label + " --id " +
         id + " --pin " + card_pin);
    must("openssl x509 -in " + certificate.string() + " -outform DER -out " + file("c.der"));
    must(std::string("pkcs11-tool --module ") + card_driver + " --login --pin " + card_pin +
         " --write-object " + file("c.der") + " --type cert --id " + id + " --label " + label);
  }
  core::TemporaryDirectory folder_;
};
const ClientCard& client_card() {
  static const ClientCard one;
  return one;
}

struct Configured {
  tests::RunningSandbox sandbox;
  core::TemporaryDirectory folder;

  vitam::Platform platform(const std::string& keys) {
    core::write_file(folder.path() / "versoir.conf",
                     "[platform.p]\nkind = rehearsal\ningest_url = " + sandbox.base() + "\naccess_url = " +
                         sandbox.base() + "\ntenant = 3\nca = " + pki("ca.pem").string() + "\n" + keys);
    return vitam::read_platform(core::Config::read(folder.path() / "versoir.conf"), "p");
  }
  int status(const std::string& keys,
             const std::function<std::optional<std::string>(const std::string&)>& ask = {}) {
    const auto p = platform(keys);
    const auto http = vitam::connect_to(p, ask);
    // Twice: a connection is used again, or made anew with the same key.
    static_cast<void>(http->perform(sandbox.ask("GET", "/ingest-external/v1/status")));
    return http->perform(sandbox.ask("GET", "/admin-external/v1/status")).status;
  }
  Exit failure(const std::string& keys) {
    return exit_of([&] { static_cast<void>(status(keys)); });
  }
  [[nodiscard]] std::string pem() const {
    return "certificate = " + pki("client.pem").string() + "\nkey = " + pki("client.key").string() + "\n";
  }
  [[nodiscard]] std::string card(const std::string& uri = "pkcs11:token=plateforme;object=client") const {
    return "key = " + uri + "\npkcs11_module = " + card_driver + "\n";
  }
  [[nodiscard]] std::string pin() const {
    return "password_file = " + client_card().pin_file().string() + "\n";
  }
};

}  // namespace

TEST_CASE("a client certificate in PEM, with an encrypted key, and in PKCS 12") {
  Configured c;
  CHECK(c.status(c.pem()) == 204);
  const auto file = [&](const char* name) { return (c.folder.path() / name).string(); };
  core::write_file(file("password"), "s3cret\n", 0600);
  must("openssl pkey -aes256 -passout pass:s3cret -in " + pki("client.key").string() + " -out " +
       file("locked.key"));
  CHECK(c.status("certificate = " + pki("client.pem").string() + "\nkey = " + file("locked.key") +
                 "\npassword_file = " + file("password") + "\n") == 204);
  must("openssl pkcs12 -export -in " + pki("client.pem").string() + " -inkey " + pki("client.key").string() +
       " -passout pass:s3cret -out " + file("client.p12"));
  CHECK(c.status("certificate = " + file("client.p12") + "\npassword_file = " + file("password") + "\n") ==
        204);
  core::write_file(file("password"), "wrong\n", 0600);
  CHECK(c.failure("certificate = " + file("client.p12") + "\npassword_file = " + file("password") + "\n") ==
        Exit::configuration);
}

TEST_CASE("a client key on a card, its certificate there or in a file, its PIN from a file or asked") {
  Configured c;
  static_cast<void>(client_card());
  CHECK(c.status(c.card() + c.pin()) == 204);
  CHECK(c.status(c.card() + c.pin() + "certificate = " + pki("client.pem").string() + "\n") == 204);
  int asked = 0;
  CHECK(c.status(c.card(), [&](const std::string& prompt) -> std::optional<std::string> {
    CHECK(prompt.find("plateforme") != std::string::npos);
    ++asked;
    return card_pin;
  }) == 204);
  CHECK(asked == 1);
  CHECK(c.failure(c.card()) == Exit::signing);  // nobody to ask
}

TEST_CASE(
    "a key that is not the certificate's, a certificate of nobody, no driver: told before or at the "
    "handshake") {
  Configured c;
  static_cast<void>(client_card());
  CHECK(c.failure(c.card() + c.pin() + "certificate = " + client_card().rsa_certificate().string() + "\n") ==
        Exit::configuration);
  // The RSA key of the card works; the platform does not know who issued its certificate.
  CHECK(c.failure(c.card("pkcs11:object=rsa") + c.pin()) == Exit::platform_unreachable);
  CHECK(c.failure("key = pkcs11:object=client\n" + c.pin()) == Exit::configuration);
  CHECK(c.failure("key = pkcs11:object=client?pin-value=482915\npkcs11_module = x\n") == Exit::configuration);
}

TEST_CASE("an RSA key of a card signs the handshake when the platform knows its issuer") {
  Configured c;
  static_cast<void>(client_card());
  vitam::sandbox::Options o;
  o.folder = c.folder.path() / "other";
  o.referentials = c.sandbox.work.path() / "referentials";
  o.server.tls = true;
  o.server.certificate = pki("platform.pem");
  o.server.key = pki("platform.key");
  o.server.client_ca = client_card().rsa_certificate();
  vitam::sandbox::Sandbox other(o, c.sandbox.clock);
  other.start();
  const auto p = c.platform(c.card("pkcs11:object=rsa") + c.pin());
  core::HttpRequest r;
  r.url = "https://localhost:" + std::to_string(other.port()) + "/ingest-external/v1/status";
  CHECK(vitam::connect_to(p, {})->perform(r).status == 204);
}

TEST_CASE("a proxy is asked for a tunnel, also to this machine, what it refuses is told") {
  Configured c;
  {
    tests::ConnectProxy proxy;
    CHECK(c.status(c.pem() + "proxy = " + proxy.url() + "\n") == 204);
    const auto asked = proxy.asked();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0] == "CONNECT localhost:" + std::to_string(c.sandbox.sandbox->port()) + " HTTP/1.1");
  }
  {
    tests::ConnectProxy closed("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    CHECK(c.failure(c.pem() + "proxy = " + closed.url() + "\n") == Exit::platform_unreachable);
  }
  CHECK(c.failure(c.pem() + "proxy = http://127.0.0.1:1\n") == Exit::platform_unreachable);
  for (const char* wrong :
       {"127.0.0.1:3128", "https://p:1", "http://user:s3cret@p:1", "http://p:1/x", "http://"}) {
    INFO(wrong);
    const auto text = complaint_of([&] { c.platform(c.pem() + "proxy = " + wrong + "\n"); });
    CHECK_FALSE(text.empty());
    CHECK(text.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a transfer through a proxy is whole, and its trace holds neither secrets nor contents") {
  Configured c;
  static_cast<void>(client_card());
  tests::ConnectProxy proxy;
  tests::ApprovedLot lot(c.sandbox.base());
  auto p = lot.platform();
  p.access_url = p.ingest_url;
  p.access_contract = "AC-TEST";
  auto configured = c.platform(c.card() + c.pin() + "proxy = " + proxy.url() + "\n");
  const auto trace = c.folder.path() / "trace";
  const auto http = core::trace_client(vitam::connect_to(configured, {}), trace, lot.clock);
  vitam::Client client(*http, p);
  core::SilentProgress progress;
  vitam::Ingest ingest{client, lot.journal, lot.clock, progress, [](std::chrono::seconds) {
                         std::this_thread::sleep_for(std::chrono::milliseconds(5));
                       }};
  const auto id = ingest.send(lot.versement, lot.approved(), false);
  const auto atr = ingest.follow(lot.versement, lot.id, id, {});
  CHECK(atr.reply_code == "OK");
  const auto au2 = tests::whole_reply(core::read_file(lot.folder() / "atr.xml"), "atr.xml").units.at("AU2");
  vitam::Access access(*http, p);
  const auto unit = access.unit(au2);
  REQUIRE(unit);
  const auto version = vitam::versions_of(*access.object_group(au2)).at(0);
  access.fetch_object(au2, version, c.folder.path() / "object");
  static_cast<void>(access.units({{}, {}, {}, "Dossier", false}, 10));

  const auto text = core::read_file(trace);
  for (const char* there : {"/ingest-external/v1/ingests", "X-Manifest-Digest-Value", "archivetransferreply",
                            "/objects", "\"method\":\"POST\"", "\"status\":202"}) {
    INFO(there);
    CHECK(text.find(there) != std::string::npos);
  }
  CHECK(text.find(core::sha256(core::read_file(lot.versement.sip(lot.id))).hex()) != std::string::npos);
  for (const char* secret : {card_pin, "Dossier", "Pièce", "bonjour", "BO1.txt", "PRIVATE"}) {
    INFO(secret);
    CHECK(text.find(secret) == std::string::npos);
  }
}

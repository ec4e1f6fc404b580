// Keys on a card: SoftHSM plays the card, opensc fills it, openssl verifies what it signs.
#include "trust/pkcs11.hpp"

#include "pki.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace versoir;
using namespace versoir::tests;
using core::Exit;

namespace {

constexpr const char* driver = "/usr/lib/softhsm/libsofthsm2.so";

/// A token "essai" that holds the archivist's EC key with its certificate, and archivist2's RSA key without.
/// One for the whole program: the driver reads its configuration once.
class SoftCard {
 public:
  SoftCard() {
    std::filesystem::create_directory(dir_.path() / "tokens");
    core::write_file(dir_.path() / "conf",
                     "directories.tokendir = " + (dir_.path() / "tokens").string() + "\n");
    ::setenv("SOFTHSM2_CONF", (dir_.path() / "conf").c_str(), 1);
    must("softhsm2-util --init-token --free --label essai --pin 123456 --so-pin 12345678");
    add_key("archivist", "01");
    add_key("archivist2", "02");
    must("openssl x509 -in " + quoted(pki("archivist.pem")) + " -outform DER -out " +
         quoted(dir_.path() / "c.der"));
    must(std::string("pkcs11-tool --module ") + driver + " --login --pin 123456 --write-object " +
         quoted(dir_.path() / "c.der") + " --type cert --id 01 --label archivist");
    core::write_file(pin(), "123456\n", 0600);
    core::write_file(dir_.path() / "wrong", "654321\n", 0600);
  }
  [[nodiscard]] std::filesystem::path pin() const { return dir_.path() / "pin"; }
  [[nodiscard]] std::filesystem::path wrong_pin() const { return dir_.path() / "wrong"; }

 private:
  static void must(const std::string& command) {
    const auto ran = run(command);
    if (ran.code != 0) throw std::runtime_error(command + ": " + ran.output);
  }
  void add_key(const std::string& who, const std::string& id) {
    const auto key = dir_.path() / "key.pem";
    must("openssl pkcs8 -topk8 -nocrypt -in " + quoted(pki(who + ".key")) + " -out " + quoted(key));
    must("softhsm2-util --import " + quoted(key) + " --token essai --label " + who + " --id " + id +
         " --pin 123456");
  }
  core::TemporaryDirectory dir_;
};
const SoftCard& card() {
  static const SoftCard one;
  return one;
}

trust::KeySource source(const std::string& uri, const std::string& certificate = {}) {
  trust::KeySource s;
  s.pkcs11 = uri;
  s.pkcs11_module = driver;
  s.password_file = card().pin();
  if (!certificate.empty()) s.certificate = pki(certificate + ".pem");
  return s;
}

struct Refusal {
  Exit code = Exit::ok;
  std::string text;
};
Refusal refusal(const trust::KeySource& s) {
  try {
    static_cast<void>(trust::load_signer(s, now));
  } catch (const core::Error& e) {
    return {e.code(), e.render()};
  }
  return {};
}
std::string uri_refusal(const std::string& uri) {
  try {
    static_cast<void>(trust::parse_pkcs11_uri(uri));
  } catch (const core::Error& e) {
    return e.render();
  }
  return {};
}

}  // namespace

TEST_CASE("The address of a key on a card is read as RFC 7512 writes it") {
  const auto uri =
      trust::parse_pkcs11_uri("pkcs11:token=Carte%20agent;object=cl%C3%A9;id=%01%ff;type=private");
  CHECK(uri.token == "Carte agent");
  CHECK(uri.object == "clé");
  CHECK(uri.id == "\x01\xff");
  for (const char* wrong : {"", "object=a", "pkcs11:", "pkcs11:token=a", "pkcs11:tokken=a;object=b",
                            "pkcs11:object=", "pkcs11:object=%4", "pkcs11:object=%zz", "pkcs11:object=a;;"})
    CHECK_FALSE(uri_refusal(wrong).empty());
}

TEST_CASE("A PIN has no place in the address of a key, and is not repeated") {
  const auto text = uri_refusal("pkcs11:object=a?pin-value=123456");
  CHECK_FALSE(text.empty());
  CHECK(text.find("123456") == std::string::npos);
}

TEST_CASE("What a card signs, openssl verifies: EC with the card's certificate, RSA with one in a file") {
  core::TemporaryDirectory dir;
  const auto file = dir.path() / "content", signature = dir.path() / "content.p7s";
  core::write_file(file, "some bytes\n");
  for (const auto& s :
       {source("pkcs11:token=essai;object=archivist"), source("pkcs11:object=archivist2", "archivist2"),
        source("pkcs11:id=%02", "archivist2")}) {
    const auto signer = trust::load_signer(s, now);
    core::write_file(signature, trust::sign_detached(*signer, "some bytes\n", now, {}));
    const auto ran = openssl_verify(file, signature);
    INFO(s.pkcs11 << " " << ran.output);
    CHECK(ran.code == 0);
  }
}

TEST_CASE("Two keys of one card sign in turn") {
  const auto a = trust::load_signer(source("pkcs11:object=archivist"), now);
  const auto b = trust::load_signer(source("pkcs11:object=archivist2", "archivist2"), now);
  for (int i = 0; i < 3; ++i)
    for (auto* signer : {a.get(), b.get()})
      CHECK(trust::verify_detached(trust::sign_detached(*signer, "x", now, {}), "x", store(), now,
                                   trust::At::now)
                .verdict == trust::Verdict::valid);
}

TEST_CASE("The PIN is asked when no file gives it") {
  auto s = source("pkcs11:object=archivist");
  s.password_file.clear();
  CHECK(refusal(s).code == Exit::signing);
  std::string asked;
  s.ask = [&](const std::string& prompt) -> std::optional<std::string> {
    asked = prompt;
    return "123456";
  };
  CHECK(refusal(s).code == Exit::ok);
  CHECK(asked.find("essai") != std::string::npos);
}

TEST_CASE("What is not there, or does not fit, is refused with what to do") {
  CHECK(refusal(source("pkcs11:token=autre;object=archivist")).text.find("essai") != std::string::npos);
  CHECK(refusal(source("pkcs11:object=personne")).code == Exit::configuration);
  CHECK(refusal(source("pkcs11:object=archivist2")).code ==
        Exit::configuration);  // no certificate on the card
  CHECK(refusal(source("pkcs11:object=archivist", "archivist2")).code ==
        Exit::configuration);  // of another key
  auto s = source("pkcs11:object=archivist");
  s.pkcs11_module = "/nonexistent.so";
  CHECK(refusal(s).code == Exit::configuration);
  s.pkcs11_module.clear();
  CHECK(refusal(s).code == Exit::configuration);
  s = source("pkcs11:object=archivist", "expired-archivist");
  CHECK(refusal(s).code != Exit::ok);
}

TEST_CASE("A wrong PIN is told, tried once, and is in no message") {
  auto s = source("pkcs11:object=archivist");
  s.password_file = card().wrong_pin();
  const auto refused = refusal(s);
  CHECK(refused.code == Exit::signing);
  CHECK(refused.text.find("654321") == std::string::npos);
  CHECK(refusal(source("pkcs11:object=archivist")).code == Exit::ok);
}

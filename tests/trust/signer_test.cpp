// Loading a key: what may sign, and the advice given for what may not.
#include "trust/signer.hpp"

#include "pki.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

using namespace versoir;
using namespace versoir::tests;
using core::Exit;

namespace {

struct SignerRefusal {
  Exit code = Exit::ok;
  std::string text;
};
SignerRefusal signer_refusal(const trust::KeySource& source, const core::Clock& clock = core::SystemClock()) {
  try {
    static_cast<void>(trust::load_signer(source, clock));
  } catch (const core::Error& e) {
    return {e.code(), e.render()};
  }
  return {};
}
trust::KeySource of(const std::string& certificate, const std::string& key = {}) {
  return {pki(certificate + ".pem"), pki((key.empty() ? certificate : key) + ".key"), {}, {}};
}

}  // namespace

TEST_CASE("What a loaded key signs, the openssl program verifies") {
  core::TemporaryDirectory dir;
  core::write_file(dir.path() / "data", "some bytes");
  for (const char* name : {"archivist", "archivist2", "nonrepudiation", "document-signing"}) {
    const auto key = signer(name);
    CHECK(key->certificate().fingerprint() ==
          trust::Certificate::list_from_pem_file(pki(std::string(name) + ".pem")).front().fingerprint());
    core::write_file(dir.path() / "signature", key->sign("some bytes"));
    const auto ran = run("cd " + quoted(dir.path()) + " && openssl x509 -pubkey -noout -in " +
                         quoted(pki(std::string(name) + ".pem")) +
                         " > pub && openssl dgst -sha256 -verify pub -signature signature data");
    INFO(name << " " << ran.output);
    CHECK(ran.code == 0);
  }
}

TEST_CASE("The intermediates that follow the certificate are kept as its chain, the root is not") {
  CHECK(signer("archivist")->chain().empty());
  REQUIRE(signer("chained-archivist")->chain().size() == 1);
  CHECK(signer("chained-archivist")->chain().front().common_name() == "Autorité intermédiaire d'essai");
}

TEST_CASE("A certificate that must not sign is refused before it signs") {
  CHECK(signer_refusal(of("expired-archivist")).code == Exit::signing);
  CHECK(signer_refusal(of("expired-archivist"), core::FixedClock(instant("2018-01-01T00:00:00Z"))).code ==
        Exit::ok);
  CHECK(signer_refusal(of("future-archivist")).code == Exit::signing);
  CHECK(signer_refusal(of("rsa1024-archivist")).code == Exit::signing);
  CHECK(signer_refusal(of("sha1-archivist")).code == Exit::signing);
  CHECK(signer_refusal(of("ca-signer")).code == Exit::signing);
  CHECK(signer_refusal(of("encipherment")).code == Exit::signing);
  CHECK(signer_refusal(of("client")).code == Exit::signing);  // TLS only
  CHECK(signer_refusal(of("archivist", "same-name")).code == Exit::configuration);
}

TEST_CASE("A key or a password that others can read is refused with the command that helps") {
  core::TemporaryDirectory dir;
  const auto key = dir.path() / "open.key";
  core::write_file(key, core::read_file(pki("archivist.key")), 0644);
  const auto open_key = signer_refusal({pki("archivist.pem"), key, {}, {}});
  CHECK(open_key.code == Exit::configuration);
  CHECK(open_key.text.find("chmod 600 " + key.string()) != std::string::npos);
  ::chmod(key.c_str(), 0600);
  CHECK(signer_refusal({pki("archivist.pem"), key, {}, {}}).code == Exit::ok);
  const auto password = dir.path() / "password";
  core::write_file(password, "demo\n", 0640);
  CHECK(signer_refusal({{}, {}, pki("archivist.p12"), password}).code == Exit::configuration);
}

TEST_CASE(
    "PKCS#12 is read with its password file, and a wrong password and obsolete encryption are told apart") {
  const core::SystemClock clock;
  const auto key = trust::load_signer({{}, {}, pki("archivist.p12"), pki("password")}, clock);
  CHECK(key->certificate().common_name() == "Claire Aubin");
  CHECK(key->chain().empty());  // the root inside is left out
  core::TemporaryDirectory dir;
  const auto wrong = dir.path() / "password";
  core::write_file(wrong, "no\n", 0600);
  const auto bad = signer_refusal({{}, {}, pki("archivist.p12"), wrong});
  CHECK(bad.code == Exit::configuration);
  CHECK(bad.text.find("cannot be opened with this password") != std::string::npos);
  const auto obsolete = signer_refusal({{}, {}, pki("obsolete.p12"), pki("password")});
  CHECK(obsolete.code == Exit::configuration);
  CHECK(obsolete.text.find("obsolete encryption") != std::string::npos);
  CHECK(obsolete.text.find("openssl pkcs12 -legacy") != std::string::npos);
  core::write_file(dir.path() / "x.p12", core::read_file(pki("archivist.p12")) + "x", 0600);
  CHECK(signer_refusal({{}, {}, dir.path() / "x.p12", pki("password")}).code == Exit::configuration);
}

TEST_CASE("An encrypted PEM key takes its password from the file, and never asks") {
  core::TemporaryDirectory dir;
  const auto key = dir.path() / "k.key";
  REQUIRE(run("openssl pkey -in " + quoted(pki("archivist.key")) +
              " -aes256 -passout file:" + quoted(pki("password")) + " -out " + quoted(key))
              .code == 0);
  ::chmod(key.c_str(), 0600);
  CHECK(signer_refusal({pki("archivist.pem"), key, {}, pki("password")}).code == Exit::ok);
  CHECK(signer_refusal({pki("archivist.pem"), key, {}, {}}).code == Exit::configuration);
  CHECK(signer_refusal({pki("archivist.pem"), dir.path() / "absent.key", {}, {}}).code ==
        Exit::configuration);
  CHECK(signer_refusal({}).code == Exit::configuration);
}

TEST_CASE("An Ed25519 key is refused: CMS in OpenSSL 3.0 has no place for it") {
  core::TemporaryDirectory dir;
  REQUIRE(run("cd " + quoted(dir.path()) +
              " && openssl genpkey -algorithm ED25519 -out k && chmod 600 k && openssl req -x509 -new -key k "
              "-subj /CN=x "
              "-addext keyUsage=digitalSignature -addext basicConstraints=CA:FALSE -days 2 -out c")
              .code == 0);
  const auto refused = signer_refusal({dir.path() / "c", dir.path() / "k", {}, {}});
  CHECK(refused.code == Exit::signing);
  CHECK(refused.text.find("RSA or elliptic curve") != std::string::npos);
}

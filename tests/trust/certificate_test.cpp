// Facts of certificates, compared with what the openssl program reads.
#include "trust/certificate.hpp"

#include "pki.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;

namespace {
trust::Certificate load(const std::string& name) {
  return trust::Certificate::list_from_pem_file(pki(name)).front();
}
}  // namespace

TEST_CASE("A certificate's facts are those that openssl reads") {
  const auto c = load("archivist.pem");
  CHECK(c.common_name() == "Claire Aubin");
  CHECK(c.email() == "claire.aubin@example.org");
  CHECK(c.serial_number_attribute().empty());
  CHECK(c.subject() == "CN=Claire Aubin,O=Université de Saint-Aubin (essai),C=FR");
  CHECK(core::format_instant(c.not_before()) == "2015-01-01T00:00:00Z");
  const auto print =
      run("openssl x509 -noout -fingerprint -sha256 -in " + quoted(pki("archivist.pem"))).output;
  std::string hex;
  for (const char ch : print.substr(print.find('=') + 1))
    if (std::isxdigit(static_cast<unsigned char>(ch))) hex.push_back(static_cast<char>(std::tolower(ch)));
  CHECK(c.fingerprint().hex() == hex);
  const auto der = run("openssl x509 -outform DER -in " + quoted(pki("archivist.pem"))).output;
  CHECK(c.der() == der);
  CHECK(trust::Certificate::from_der(der, "test").fingerprint() == c.fingerprint());
  CHECK(trust::Certificate::from_pem(c.pem(), "test").fingerprint() == c.fingerprint());
  CHECK(c.public_key_der() == run("openssl x509 -pubkey -noout -in " + quoted(pki("archivist.pem")) +
                                  " | openssl pkey -pubin -outform DER")
                                  .output);
}

TEST_CASE("A PEM file may hold several certificates, and a damaged block or none at all is an error") {
  CHECK(trust::Certificate::list_from_pem_file(pki("chained-archivist.pem")).size() == 2);
  core::TemporaryDirectory dir;
  const auto file = dir.path() / "x.pem";
  const auto pem = core::read_file(pki("ca.pem"));
  auto damaged = pem;
  damaged[damaged.size() / 2] = '*';
  core::write_file(file, pem + damaged);
  CHECK_THROWS_AS(trust::Certificate::list_from_pem_file(file), core::Error);
  core::write_file(file, "nothing here\n");
  CHECK_THROWS_AS(trust::Certificate::list_from_pem_file(file), core::Error);
  CHECK_THROWS_AS(trust::Certificate::list_from_pem_file(dir.path() / "absent.pem"), core::Error);
  CHECK_THROWS_AS(trust::Certificate::from_der(load("ca.pem").der() + "x", "trailing"), core::Error);
}

TEST_CASE("The same person is the same key or the same e-mail, never the same name") {
  const auto archivist = load("archivist.pem");
  CHECK(trust::same_person(archivist, load("archivist.pem")));
  CHECK(trust::same_person(archivist, load("untrusted-archivist.pem")));  // same e-mail
  CHECK_FALSE(trust::same_person(archivist, load("same-name.pem")));
  CHECK_FALSE(trust::same_person(archivist, load("archivist2.pem")));
  CHECK_FALSE(trust::same_person(load("producer.pem"), load("client.pem")));  // two without e-mail
}

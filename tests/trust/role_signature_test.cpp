// Who may approve is for the archive service to say: a register that it did not sign is none.
#include "trust/role_signature.hpp"

#include "pki.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using core::Exit;

namespace {

/// A copy of the register of the PKI, with its signature.
struct Signed {
  core::TemporaryDirectory dir;
  std::filesystem::path file = dir.path() / "roles.json", signature = dir.path() / "roles.json.p7s";
  std::vector<trust::Certificate> signers =
      trust::Certificate::list_from_pem_file(pki("archive-service.pem"));

  Signed() {
    core::write_file(file, core::read_file(pki("roles.json")));
    core::write_file(signature, core::read_file(pki("roles.json.p7s")));
  }
  /// By the openssl program: what anybody who holds that key can do.
  void sign(const std::string& who, const std::string& options = "-cades -md sha256") {
    core::write_file(signature, openssl_sign(file, who, options));
  }
  void edit() { core::write_file(file, core::read_file(file) + "\n"); }
  /// "ok", or the exit code's name and everything that was said.
  std::string read(const trust::TrustStore& trusted = store(), const core::Clock& clock = now) {
    try {
      static_cast<void>(trust::read_signed_register(file, signers, trusted, clock));
    } catch (const core::Error& e) {
      return std::string(core::exit_name(e.code())) + "\n" + e.render();
    }
    return "ok";
  }
};

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("The register that the archive service signed is read, by openssl's signature and by ours") {
  Signed s;
  CHECK(s.read() == "ok");
  const auto responsible = signer("archive-service");
  LocalTsa tsa;
  trust::sign_register(s.file, core::read_file(s.file), *responsible, now, &tsa);
  CHECK(s.read() == "ok");
  CHECK(openssl_verify(s.file, s.signature).code == 0);
}

TEST_CASE("An unsigned, altered or otherwise signed register is refused, each with its reason") {
  Signed s;
  SECTION("no signature") {
    std::filesystem::remove(s.signature);
    CHECK(says(s.read(), "is not signed"));
  }
  SECTION("one byte more") {
    s.edit();
    CHECK(says(s.read(), "not the one that was signed"));
  }
  SECTION("signed by an archivist, under the same authority") {
    s.sign("archivist");
    CHECK(says(s.read(), "roles_signer does not name"));
  }
  SECTION("signed by a namesake under another authority") {
    s.sign("untrusted-archivist");
    CHECK(says(s.read(), "No configured authority"));
  }
  SECTION("a signature that names no certificate") {
    s.sign("archive-service", "-md sha256");
    CHECK(says(s.read(), "not CAdES"));
  }
  SECTION("signed by the authority of everybody, which roles_signer names") {
    s.signers = trust::Certificate::list_from_pem_file(pki("ca.pem"));
    CHECK(says(s.read(), "roles_signer does not name"));
  }
  SECTION("signed by one of its producers") {
    s.signers = trust::Certificate::list_from_pem_file(pki("producer.pem"));
    s.sign("producer");
    CHECK(says(s.read(), "one of its producers"));
    CHECK_THROWS_AS(trust::sign_register(s.file, core::read_file(s.file), *signer("producer"), now, nullptr),
                    core::Error);
  }
  CHECK(s.read().starts_with("role-register"));
}

TEST_CASE("An expired signer of the register allows no conclusion without a time-stamp") {
  Signed s;
  s.signers = trust::Certificate::list_from_pem_file(pki("expired-archivist.pem"));
  const core::FixedClock in_2018(instant("2018-05-04T10:00:00Z"));
  const auto former = signer("expired-archivist", in_2018);
  const auto bytes = core::read_file(s.file);
  trust::sign_register(s.file, bytes, *former, in_2018, nullptr);
  CHECK(s.read(store(), in_2018) == "ok");
  CHECK(says(s.read(), "cannot be told"));
  LocalTsa tsa("2018-05-04T10:00:05Z");
  trust::sign_register(s.file, bytes, *former, in_2018, &tsa);
  CHECK(s.read() == "ok");
  auto strict = store();
  strict.require_timestamp = true;  // asked of visas and seals, not of the register
  s.sign("archive-service");
  s.signers = trust::Certificate::list_from_pem_file(pki("archive-service.pem"));
  CHECK(s.read(strict) == "ok");
}

TEST_CASE("Several certificates may answer for the register: the old one and its renewal") {
  Signed s;
  s.signers = trust::Certificate::list_from_pem_file(pki("archivist2.pem"));
  CHECK_FALSE(s.read() == "ok");
  s.signers.push_back(trust::Certificate::list_from_pem_file(pki("archive-service.pem")).front());
  CHECK(s.read() == "ok");
}

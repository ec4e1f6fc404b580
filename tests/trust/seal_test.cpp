// Seals of files.
#include "pki.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using trust::At;
using trust::Verdict;

TEST_CASE("A sealed file verifies, here and with openssl, until a byte or the seal goes") {
  core::TemporaryDirectory dir;
  const core::SystemClock now;
  const auto file = dir.path() / "sip.zip";
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 31 % 251);  // more than one buffer
  core::write_file(file, bytes);
  const auto key = signer("producer");
  const auto facts = trust::seal_file(file, *key, now, nullptr);
  CHECK(facts.size == bytes.size());
  CHECK(facts.sha512 == core::sha512(bytes));
  CHECK(facts == core::digest_file(file));
  CHECK(trust::seal_path(file) == dir.path() / "sip.zip.p7s");
  CHECK(openssl_verify(file, trust::seal_path(file)).code == 0);
  const auto v = trust::verify_seal(file, store(), now, At::now);
  CHECK(v.verdict == Verdict::valid);
  CHECK(v.signers.at(0).certificate.common_name() == "Versoir, cachet du service informatique");
  CHECK_FALSE(v.signers.at(0).approval);

  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  core::write_file(file, bytes);
  CHECK(trust::verify_seal(file, store(), now, At::now).verdict == Verdict::bad_signature);
  std::filesystem::remove(trust::seal_path(file));
  try {
    static_cast<void>(trust::verify_seal(file, store(), now, At::now));
    FAIL("a missing seal must throw");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::evidence_broken);
  }
}

TEST_CASE("A seal made elsewhere with SHA-512 verifies over the file") {
  core::TemporaryDirectory dir;
  const auto file = dir.path() / "f";
  core::write_file(file, "content");
  core::write_file(trust::seal_path(file), openssl_sign(file, "producer", "-cades -md sha512"));
  CHECK(trust::verify_seal(file, store(), core::SystemClock(), At::signing_time).verdict == Verdict::valid);
}

TEST_CASE("An empty file can be sealed") {
  core::TemporaryDirectory dir;
  const core::SystemClock now;
  const auto file = dir.path() / "empty";
  core::write_file(file, "");
  CHECK(trust::seal_file(file, *signer("producer"), now, nullptr).size == 0);
  CHECK(trust::verify_seal(file, store(), now, At::now).verdict == Verdict::valid);
}

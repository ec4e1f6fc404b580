// Which time counts: today for an authorisation, the time-stamp for evidence, and a third answer when nothing
// proves it.
#include "pki.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using trust::At;
using trust::Verdict;

namespace {

const std::string proof = "evidence\n";
const core::FixedClock in_2018(instant("2018-05-04T10:00:00Z"));

/// Signed in 2018 by someone whose certificate ended in 2021.
std::string old_signature(trust::TimestampAuthority* tsa) {
  return trust::sign_detached(*signer("expired-archivist", in_2018), proof, in_2018,
                              {trust::Commitment::none, tsa});
}

trust::Verification verify(const std::string& der, At at, const core::Clock& clock = now) {
  return trust::verify_detached(der, proof, store(), clock, at);
}

}  // namespace

TEST_CASE("An expired certificate authorises nothing today") {
  const auto v = verify(old_signature(nullptr), At::now);
  CHECK(v.verdict == Verdict::expired);
  CHECK(has(v, "signature-validity"));
  CHECK(verify(old_signature(nullptr), At::now, in_2018).verdict == Verdict::valid);
  LocalTsa tsa("2018-05-04T10:00:05Z");
  CHECK(verify(old_signature(&tsa), At::now).verdict == Verdict::expired);  // whatever the time-stamp proves
}

TEST_CASE("As evidence, an expired certificate without time-stamp allows no conclusion") {
  const auto v = verify(old_signature(nullptr), At::signing_time);
  INFO(told(v));
  CHECK(v.verdict == Verdict::indeterminate);
  CHECK(has(v, "signature-time"));
}

TEST_CASE("As evidence, a time-stamp of the time when the certificate was valid makes the signature valid") {
  LocalTsa tsa("2018-05-04T10:00:05Z");
  const auto v = verify(old_signature(&tsa), At::signing_time);
  INFO(told(v));
  CHECK(v.verdict == Verdict::valid);
  CHECK(v.findings.empty());
  REQUIRE(v.signers.at(0).timestamp);
  CHECK(v.signers[0].timestamp->time == instant("2018-05-04T10:00:05Z"));
  CHECK(v.signers[0].timestamp->policy == "1.3.6.1.4.1.99999.2");
  CHECK(v.signers[0].timestamp->serial == "07");
  CHECK(v.signers[0].timestamp->authority ==
        "CN=Horodatage d'essai,O=Université de Saint-Aubin (essai),C=FR");
}

TEST_CASE("A time-stamp after the end of the certificate does not save the signature") {
  LocalTsa tsa("2022-01-01T00:00:00Z");
  const auto v = verify(old_signature(&tsa), At::signing_time);
  CHECK(v.verdict == Verdict::expired);
  CHECK(has(v, "signature-time"));  // the claim (2018) and the proof (2022) disagree
}

TEST_CASE("A certificate of the future is refused at both times") {
  const core::FixedClock later(now.now() + std::chrono::hours(24 * 366 * 6));
  const auto der = trust::sign_detached(*signer("future-archivist", later), proof, now, {});
  CHECK(verify(der, At::now).verdict == Verdict::expired);
  CHECK(verify(der, At::signing_time).verdict == Verdict::expired);
  CHECK(verify(der, At::now, later).verdict == Verdict::valid);
}

TEST_CASE("A time-stamp over other bytes, or of the future, is a bad signature") {
  LocalTsa tsa;
  class Other final : public trust::TimestampAuthority {
   public:
    explicit Other(LocalTsa& t) : tsa(t) {}
    std::string token(std::string_view bytes) override { return tsa.token(std::string(bytes) + "x"); }
    LocalTsa& tsa;
  } other(tsa);
  const auto wrong =
      trust::sign_detached(*signer("archivist"), proof, now, {trust::Commitment::none, &other});
  const auto v = verify(wrong, At::now);
  CHECK(v.verdict == Verdict::bad_signature);
  CHECK(has(v, "signature-time-stamp"));
  LocalTsa ahead(core::format_instant(now.now() + std::chrono::hours(2)));
  const auto early =
      trust::sign_detached(*signer("archivist"), proof, now, {trust::Commitment::none, &ahead});
  CHECK(has(verify(early, At::now), "signature-time-stamp"));
}

TEST_CASE("A time-stamp under no configured authority proves nothing") {
  LocalTsa tsa;
  const auto der = trust::sign_detached(*signer("archivist"), proof, now, {trust::Commitment::none, &tsa});
  auto trusted = store();
  trusted.tsa_anchors.clear();
  const auto unknown = trust::verify_detached(der, proof, trusted, now, At::signing_time);
  CHECK(unknown.verdict == Verdict::valid);
  CHECK(has(unknown, "signature-time-stamp"));
  CHECK_FALSE(unknown.signers.at(0).timestamp);
  trusted.tsa_anchors = trust::Certificate::list_from_pem_file(pki("untrusted-ca.pem"));
  CHECK(trust::verify_detached(der, proof, trusted, now, At::signing_time).verdict == Verdict::bad_signature);
}

TEST_CASE("A revocation after the time-stamp does not undo the signature, one before does") {
  const auto revoked = [&](trust::TimestampAuthority* tsa) {
    const auto der =
        trust::sign_detached(*signer("revoked-archivist"), proof, in_2018, {trust::Commitment::none, tsa});
    return trust::verify_detached(der, proof, store_with_crl(), now, At::signing_time);
  };
  LocalTsa before("2018-05-04T10:00:05Z");
  const auto good = revoked(&before);
  INFO(told(good));
  CHECK(good.verdict == Verdict::valid);
  REQUIRE(good.findings.size() == 1);  // told all the same
  CHECK(good.findings[0].severity == core::Severity::warning);
  CHECK(good.findings[0].message.english().find("after the time-stamp") != std::string::npos);
  LocalTsa after;
  CHECK(revoked(&after).verdict == Verdict::revoked);
  CHECK(revoked(nullptr).verdict == Verdict::revoked);
}

TEST_CASE("The token of a signature verifies with openssl ts over the signature value") {
  core::TemporaryDirectory dir;
  LocalTsa tsa;
  const auto der = trust::sign_detached(*signer("archivist2"), proof, now, {trust::Commitment::none, &tsa});
  const auto token = trust::extract_timestamp_token(der);
  REQUIRE(token);
  core::write_file(dir.path() / "token", *token);
  core::write_file(dir.path() / "value", trust::signature_value(der));
  const auto command = "cd " + quoted(dir.path()) + " && openssl ts -verify -token_in -in token -CAfile " +
                       quoted(pki("ca.pem")) + " -data ";
  const auto ran = run(command + "value");
  INFO(ran.output);
  CHECK(ran.code == 0);
  core::write_file(dir.path() / "proof", proof);
  CHECK(run(command + "proof").code != 0);
  CHECK_FALSE(trust::extract_timestamp_token(trust::sign_detached(*signer("archivist"), proof, now, {})));
  CHECK_THROWS_AS(trust::extract_timestamp_token("no CMS"), core::Error);
  CHECK_THROWS_AS(trust::signature_value(der + "x"), core::Error);
}

TEST_CASE("A time-stamp that is required and was taken off makes the signature a bad one") {
  LocalTsa tsa;
  const auto der =
      trust::sign_detached(*signer("archivist"), proof, now, {trust::Commitment::proof_of_approval, &tsa});
  const auto stripped = without_timestamp(der);
  // The arithmetic still holds: OpenSSL sees no difference, nor do we where nothing is required.
  core::TemporaryDirectory dir;
  core::write_file(dir.path() / "proof", proof);
  core::write_file(dir.path() / "s.p7s", stripped);
  CHECK(openssl_verify(dir.path() / "proof", dir.path() / "s.p7s").code == 0);
  CHECK(verify(stripped, At::signing_time).verdict == Verdict::valid);
  auto strict = store();
  strict.require_timestamp = true;
  const auto judged = [&](const std::string& signature) {
    return trust::verify_detached(signature, proof, strict, now, At::signing_time);
  };
  CHECK(judged(der).verdict == Verdict::valid);
  CHECK(judged(stripped).verdict == Verdict::bad_signature);
  CHECK(has(judged(stripped), "signature-time-stamp"));
  strict.timestamps_since = now.now() - std::chrono::hours(1);
  CHECK(judged(stripped).verdict == Verdict::bad_signature);
  strict.timestamps_since = now.now() + std::chrono::hours(1);
  CHECK(judged(stripped).verdict == Verdict::valid);
  strict.timestamps_since.reset();
  strict.tsa_anchors.clear();  // there, and nobody to verify it
  CHECK(judged(der).verdict == Verdict::bad_signature);
}

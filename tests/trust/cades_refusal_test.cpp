// What must not be accepted, each with its verdict: alterations, other formats, weak or wrong certificates.
#include "pki.hpp"
#include "trust/openssl.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using trust::At;
using trust::Verdict;
using trust::Verification;

namespace {

const std::string content = "what was approved\n";

struct File {
  core::TemporaryDirectory dir;
  std::filesystem::path path = dir.path() / "content";
  File() { core::write_file(path, content); }
};

Verification by_openssl(const std::string& who, const std::string& options = "-cades -md sha256") {
  const File file;
  return trust::verify_detached(openssl_sign(file.path, who, options), content, store(), now, At::now);
}

std::string ours(trust::TimestampAuthority* tsa = nullptr) {
  return trust::sign_detached(*signer("archivist"), content, now,
                              {trust::Commitment::proof_of_approval, tsa});
}

/// Position of `needle` in the DER, which must be there once.
std::size_t only(const std::string& der, const std::string& needle) {
  const auto at = der.find(needle);
  REQUIRE(at != std::string::npos);
  REQUIRE(der.find(needle, at + 1) == std::string::npos);
  return at;
}

Verification with_flip(std::string der, std::size_t at) {
  der[at] = static_cast<char>(der[at] ^ 1);
  return trust::verify_detached(der, content, store(), now, At::now);
}

}  // namespace

TEST_CASE("One bit of the content, of the signature value or of a signed attribute makes a bad signature") {
  const auto der = ours();
  REQUIRE(trust::verify_detached(der, content, store(), now, At::now).verdict == Verdict::valid);
  auto other = content;
  other[3] = static_cast<char>(other[3] ^ 1);
  const auto v = trust::verify_detached(der, other, store(), now, At::now);
  CHECK(v.verdict == Verdict::bad_signature);
  CHECK(has(v, "signature-digest"));
  CHECK_FALSE(has(v, "signature-value"));  // each defect is told for what it is

  const auto value = with_flip(der, only(der, trust::signature_value(der)) + 20);
  CHECK(value.verdict == Verdict::bad_signature);
  CHECK(has(value, "signature-value"));

  const auto fingerprint = trust::Certificate::list_from_pem_file(pki("archivist.pem")).front().fingerprint();
  const auto ess = with_flip(der, only(der, std::string(fingerprint.bytes.begin(), fingerprint.bytes.end())));
  CHECK(ess.verdict == Verdict::bad_signature);
  CHECK(has(ess, "signature-cades"));
  CHECK(has(ess, "signature-value"));
}

TEST_CASE("No flipped byte anywhere in the file passes for another signature") {
  LocalTsa tsa;
  const auto der = ours(&tsa);
  const auto trusted = store();
  std::size_t still_valid = 0;
  std::size_t without_time = 0;
  for (std::size_t i = 0; i < der.size(); ++i) {
    auto bent = der;
    bent[i] = static_cast<char>(bent[i] ^ 0x01);
    const auto v = trust::verify_detached(bent, content, trusted, now, At::now);
    if (v.verdict != Verdict::valid) continue;
    // Outside what is signed: version numbers, lists of algorithms that only help readers in one pass. Who
    // signed what is the same.
    ++still_valid;
    REQUIRE(v.signers.size() == 1);
    REQUIRE(v.signers[0].certificate.common_name() == "Claire Aubin");
    REQUIRE(v.signers[0].approval);
    // A time-stamp is not signed by the signer: it can be hidden under another attribute name, never altered.
    if (!v.signers[0].timestamp) ++without_time;
  }
  CHECK(without_time == 11);  // the bytes of its name
  CHECK(still_valid - without_time < 30);
}

TEST_CASE("A signature cut anywhere, followed by a byte, empty or enormous is malformed") {
  const auto der = ours();
  const auto trusted = store();
  for (std::size_t n = 0; n < der.size(); ++n)
    REQUIRE(
        trust::verify_detached(std::string_view(der).substr(0, n), content, trusted, now, At::now).verdict ==
        Verdict::bad_signature);
  for (const auto& bad : {der + std::string(1, '\0'), der + der, std::string(2u << 20, '0'),
                          std::string("-----BEGIN CMS-----")}) {
    const auto v = trust::verify_detached(bad, content, trusted, now, At::now);
    CHECK(v.verdict == Verdict::bad_signature);
    CHECK(has(v, "signature-format"));
  }
}

TEST_CASE("A plain CMS signature is not CAdES") {
  const auto v = by_openssl("archivist", "-md sha256");
  CHECK(v.verdict == Verdict::bad_signature);
  CHECK(has(v, "signature-cades"));
  CHECK_FALSE(has(v, "signature-value"));
  CHECK(v.signers.size() == 1);
}

TEST_CASE(
    "A signature without signed attributes, without certificate or with its content inside is refused") {
  CHECK(by_openssl("archivist", "-noattr -md sha256").verdict == Verdict::bad_signature);
  const auto no_certificate = by_openssl("archivist", "-cades -md sha256 -nocerts");
  CHECK(no_certificate.verdict == Verdict::bad_signature);
  CHECK(has(no_certificate, "signature-certificate"));
  CHECK(has(by_openssl("archivist", "-cades -md sha256 -nodetach"), "signature-format"));
}

TEST_CASE("SHA-1 is refused although OpenSSL accepts it, and so is any other structure than a signature") {
  const auto sha1 = by_openssl("archivist2", "-cades -md sha1");
  CHECK(sha1.verdict == Verdict::bad_signature);
  CHECK(has(sha1, "signature-algorithm"));
  const File file;
  const auto ran = run("openssl cms -digest_create -outform DER -in " + quoted(file.path) + " -out " +
                       quoted(file.dir.path() / "d"));
  REQUIRE(ran.code == 0);
  CHECK(has(trust::verify_detached(core::read_file(file.dir.path() / "d"), content, store(), now, At::now),
            "signature-format"));
}

TEST_CASE("A key of 1024 bits is a forbidden algorithm") {
  const auto v = by_openssl("rsa1024-archivist");
  CHECK(v.verdict == Verdict::bad_signature);
  CHECK(has(v, "signature-key"));
}

TEST_CASE("A certificate under no configured authority is untrusted, whatever name it bears") {
  const auto v = by_openssl("untrusted-archivist");
  CHECK(v.verdict == Verdict::untrusted);
  CHECK(has(v, "signature-chain"));
  REQUIRE(v.signers.size() == 1);
  CHECK(v.signers[0].certificate.common_name() == "Claire Aubin");
  // The root that the signer brings along is no anchor.
  CHECK(by_openssl("untrusted-archivist", "-cades -md sha256 -certfile " + quoted(pki("untrusted-ca.pem")))
            .verdict == Verdict::untrusted);
  // An intermediate that nobody brings cannot be invented.
  const File file;
  core::write_file(file.dir.path() / "alone.pem",
                   trust::Certificate::list_from_pem_file(pki("chained-archivist.pem")).front().pem());
  const auto ran = run("openssl cms -sign -cades -binary -outform DER -md sha256 -in " + quoted(file.path) +
                       " -signer " + quoted(file.dir.path() / "alone.pem") + " -inkey " +
                       quoted(pki("chained-archivist.key")) + " -out " + quoted(file.dir.path() / "s"));
  REQUIRE(ran.code == 0);
  CHECK(trust::verify_detached(core::read_file(file.dir.path() / "s"), content, store(), now, At::now)
            .verdict == Verdict::untrusted);
}

TEST_CASE("A certificate made for something else than signing is untrusted") {
  for (const char* who : {"encipherment", "ca-signer", "client", "tsa"}) {
    const auto v = by_openssl(who);
    INFO(who << "\n" << told(v));
    CHECK(v.verdict == Verdict::untrusted);
    CHECK(has(v, "signature-usage"));
  }
}

TEST_CASE("The certificate next to the signature cannot be swapped for a namesake's") {
  // Same issuer and, by construction, the archivist's own signature: only the certificate inside is another
  // one.
  auto der = ours();
  const auto own = trust::Certificate::list_from_pem_file(pki("archivist.pem")).front().der();
  const auto namesake = trust::Certificate::list_from_pem_file(pki("expired-archivist.pem")).front().der();
  const auto at = only(der, own);
  der = der.substr(0, at) + (namesake.size() == own.size() ? namesake : own.substr(0, own.size() - 1) + "x") +
        der.substr(at + own.size());
  CHECK(trust::verify_detached(der, content, store(), now, At::now).verdict == Verdict::bad_signature);
}

namespace {

std::string serial_of(const trust::Certificate& c) {
  return trust::to_der(i2d_ASN1_INTEGER, X509_get0_serialNumber(c.raw()));
}

/// The same signature, its certificate replaced by another of the same authority, also where the signature
/// designates it by issuer and serial number. Only signing-certificate-v2 is signed.
std::string designating(const std::string& der, const std::string& other) {
  const auto own = trust::Certificate::list_from_pem_file(pki("archivist.pem")).front();
  const auto twin = trust::Certificate::list_from_pem_file(pki(other + ".pem")).front();
  const trust::CmsHandle cms(
      trust::from_der<CMS_ContentInfo>(d2i_CMS_ContentInfo, der, CMS_ContentInfo_free));
  REQUIRE(cms);
  REQUIRE(CMS_add1_cert(cms.get(), twin.raw()) == 1);
  auto swapped = trust::to_der(i2d_CMS_ContentInfo, cms.get());
  const auto issuer = trust::to_der(i2d_X509_NAME, X509_get_issuer_name(own.raw()));
  const auto named = issuer + serial_of(own);
  REQUIRE(serial_of(own).size() == serial_of(twin).size());
  const auto at = swapped.find(named);  // the first one: what is signed comes after
  REQUIRE(at != std::string::npos);
  return swapped.replace(at, named.size(), issuer + serial_of(twin));
}

}  // namespace

TEST_CASE("Another certificate of the same key is not the one that signed") {
  const auto v = trust::verify_detached(designating(ours(), "same-key"), content, store(), now, At::now);
  INFO(told(v));
  CHECK(v.verdict == Verdict::bad_signature);
  CHECK(has(v, "signature-cades"));
  CHECK_FALSE(has(v, "signature-value"));  // the arithmetic holds: only the signed attribute tells
  // Nor does openssl take it with -cades; it would without.
  const File file;
  core::write_file(file.dir.path() / "s", designating(ours(), "same-key"));
  CHECK(openssl_verify(file.path, file.dir.path() / "s").code != 0);
}

TEST_CASE("A certificate substituted in the CMS does not make somebody else the signer") {
  const auto v = trust::verify_detached(designating(ours(), "same-name"), content, store(), now, At::now);
  CHECK(v.verdict == Verdict::bad_signature);
  CHECK(has(v, "signature-cades"));
  CHECK(has(v, "signature-value"));
}

TEST_CASE("SHA-1 under a certificate of the chain makes it untrusted") {
  const auto leaf = by_openssl("sha1-archivist");
  INFO(told(leaf));
  CHECK(leaf.verdict == Verdict::untrusted);
  CHECK(has(leaf, "signature-chain"));
  const auto above =
      by_openssl("under-sha1", "-cades -md sha256 -certfile " + quoted(pki("sha1-intermediate.pem")));
  INFO(told(above));
  CHECK(above.verdict == Verdict::untrusted);
  CHECK(has(above, "signature-chain"));
}

TEST_CASE("Every defect is reported at once, the gravest gives the verdict") {
  const File file;
  auto other = content;
  other += "x";
  const auto v =
      trust::verify_detached(openssl_sign(file.path, "expired-archivist"), other, store(), now, At::now);
  CHECK(v.verdict == Verdict::bad_signature);
  CHECK(has(v, "signature-digest"));
  CHECK(has(v, "signature-validity"));
}

TEST_CASE("A revoked certificate is refused when lists are configured, and only then can it be known") {
  const File file;
  const auto der = openssl_sign(file.path, "revoked-archivist");
  CHECK(trust::verify_detached(der, content, store(), now, At::now).verdict == Verdict::valid);
  const auto v = trust::verify_detached(der, content, store_with_crl(), now, At::now);
  CHECK(v.verdict == Verdict::revoked);
  CHECK(has(v, "signature-revocation"));
  const auto good = openssl_sign(file.path, "archivist");
  CHECK(trust::verify_detached(good, content, store_with_crl(), now, At::now).verdict == Verdict::valid);
}

TEST_CASE(
    "A list that is missing or too old refuses when revocation is required, and is remarked otherwise") {
  const File file;
  const auto chained = openssl_sign(file.path, "chained-archivist",
                                    "-cades -md sha256 -certfile " + quoted(pki("intermediate.pem")));
  auto trusted = store_with_crl();  // of the root, not of the intermediate
  const auto v = trust::verify_detached(chained, content, trusted, now, At::now);
  CHECK(v.verdict == Verdict::untrusted);
  CHECK(has(v, "signature-revocation"));
  trusted.require_crl = false;
  const auto lenient = trust::verify_detached(chained, content, trusted, now, At::now);
  CHECK(lenient.verdict == Verdict::valid);
  CHECK(has(lenient, "signature-revocation"));
  auto none = store();
  none.require_crl = true;
  CHECK(trust::verify_detached(ours(), content, none, now, At::now).verdict == Verdict::untrusted);
  const auto good = openssl_sign(file.path, "archivist");
  const core::FixedClock later(now.now() + std::chrono::hours(24 * 3651));
  CHECK(has(trust::verify_detached(good, content, store_with_crl(), later, At::now), "signature-revocation"));
  core::write_file(file.dir.path() / "crl", "nothing");
  CHECK_THROWS_AS(trust::load_trust_store(pki("ca.pem"), {}, {file.dir.path() / "crl"}), core::Error);
}

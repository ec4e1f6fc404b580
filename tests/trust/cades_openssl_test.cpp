// Two implementations must agree: the openssl program verifies what we sign, we verify what it signs.
#include "pki.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using namespace std::string_literals;
using trust::At;
using trust::Verdict;

namespace {

/// A content of both line endings, a NUL and a byte that is no text, in a folder of its own.
struct Content {
  core::TemporaryDirectory dir;
  std::filesystem::path file = dir.path() / "content", signature = dir.path() / "content.p7s";
  std::string bytes = "line one\nline two\r\n\0binary\xff"s;

  Content() { core::write_file(file, bytes); }
  std::string sign(const std::string& who, const trust::SignOptions& options = {}) const {
    auto der = trust::sign_detached(*signer(who), bytes, now, options);
    core::write_file(signature, der);
    return der;
  }
};

}  // namespace

TEST_CASE("openssl cms -verify -cades accepts our signatures, EC and RSA, with and without time-stamp") {
  const Content content;
  LocalTsa tsa;
  for (const char* who : {"archivist", "archivist2", "producer", "chained-archivist", "document-signing"})
    for (trust::TimestampAuthority* authority :
         {static_cast<trust::TimestampAuthority*>(nullptr), static_cast<trust::TimestampAuthority*>(&tsa)})
      for (const auto commitment : {trust::Commitment::none, trust::Commitment::proof_of_approval,
                                    trust::Commitment::proof_of_origin}) {
        content.sign(who, {commitment, authority});
        const auto ran = openssl_verify(content.file, content.signature);
        INFO(who << " " << ran.output);
        CHECK(ran.code == 0);
      }
}

TEST_CASE("openssl refuses our signature over another content or under another authority") {
  const Content content;
  content.sign("archivist");
  CHECK(openssl_verify(content.file, content.signature, "untrusted-ca.pem").code != 0);
  core::write_file(content.file, content.bytes + "x");
  CHECK(openssl_verify(content.file, content.signature).code != 0);
}

TEST_CASE("A content known only by its SHA-256 gives a signature of the same kind") {
  const Content content;
  core::write_file(content.signature,
                   trust::sign_detached(*signer("archivist2"), core::sha256(content.bytes), now, {}));
  CHECK(openssl_verify(content.file, content.signature).code == 0);
}

TEST_CASE("The attributes are those of CAdES, in DER order, without S/MIME capabilities") {
  const Content content;
  content.sign("archivist", {trust::Commitment::proof_of_approval, nullptr});
  const auto print =
      run("openssl cms -cmsout -print -noout -inform DER -in " + quoted(content.signature)).output;
  for (const char* word : {"contentType", "signingTime", "messageDigest", "id-smime-aa-signingCertificateV2",
                           "id-smime-aa-ets-commitmentType"}) {
    INFO(word);
    CHECK(print.find(word) != std::string::npos);
  }
  CHECK(print.find("SMIME-CAPS") == std::string::npos);
  // What OpenSSL writes again from what it read is identical: our encoding is DER throughout.
  const auto again = content.dir.path() / "again";
  REQUIRE(run("openssl cms -cmsout -inform DER -outform DER -in " + quoted(content.signature) + " -out " +
              quoted(again))
              .code == 0);
  CHECK(core::read_file(again) == core::read_file(content.signature));
}

TEST_CASE("Our verification accepts our signatures and tells their facts") {
  const Content content;
  const core::FixedClock clock(instant("2026-06-01T08:00:00Z"));
  const auto der = trust::sign_detached(*signer("archivist", clock), content.bytes, clock,
                                        {trust::Commitment::proof_of_approval, nullptr});
  const auto v = trust::verify_detached(der, content.bytes, store(), clock, At::now);
  INFO(told(v));
  CHECK(v.verdict == Verdict::valid);
  CHECK(v.findings.empty());
  REQUIRE(v.signers.size() == 1);
  CHECK(v.signers[0].certificate.common_name() == "Claire Aubin");
  CHECK(v.signers[0].claimed_time == clock.now());
  CHECK(v.signers[0].approval);
  CHECK(v.signers[0].digest_algorithm == "SHA256");
  CHECK_FALSE(v.signers[0].timestamp);
  CHECK(trust::verify_detached(der, core::sha256(content.bytes), store(), clock, At::now).verdict ==
        Verdict::valid);
  const auto origin = trust::sign_detached(*signer("producer"), content.bytes, now,
                                           {trust::Commitment::proof_of_origin, nullptr});
  CHECK_FALSE(trust::verify_detached(origin, content.bytes, store(), now, At::now).signers.at(0).approval);
}

TEST_CASE("Signing times from 2050 on are written as RFC 5652 wants") {
  const Content content;
  const auto key = signer("archivist");  // loaded today: only the claim is of the future
  const core::FixedClock clock(instant("2051-02-03T04:05:06Z"));
  const auto der = trust::sign_detached(*key, content.bytes, clock, {});
  core::write_file(content.signature, der);
  CHECK(run("openssl cms -cmsout -print -noout -inform DER -in " + quoted(content.signature))
            .output.find("GENERALIZEDTIME:Feb  3 04:05:06 2051") != std::string::npos);
  const auto v = trust::verify_detached(der, content.bytes, store(), now, At::now);
  CHECK(v.signers.at(0).claimed_time == clock.now());
}

TEST_CASE(
    "We accept what openssl cms -sign -cades makes: EC, RSA, RSA-PSS, SHA-256, 384 and 512, two signers") {
  const Content content;
  const auto verdict = [&](const std::string& who, const std::string& options) {
    const auto v = trust::verify_detached(openssl_sign(content.file, who, options), content.bytes, store(),
                                          now, At::now);
    INFO(who << " " << options << "\n" << told(v));
    CHECK(v.signers.size() == 1);
    return v.verdict;
  };
  CHECK(verdict("archivist", "-cades -md sha256") == Verdict::valid);
  CHECK(verdict("archivist2", "-cades -md sha256") == Verdict::valid);
  CHECK(verdict("archivist2", "-cades -md sha384") == Verdict::valid);
  CHECK(verdict("archivist", "-cades -md sha512") == Verdict::valid);
  CHECK(verdict("archivist2", "-cades -md sha256 -keyopt rsa_padding_mode:pss") == Verdict::valid);
  CHECK(verdict("nonrepudiation", "-cades -md sha256") == Verdict::valid);
  CHECK(verdict("document-signing", "-cades -md sha256") == Verdict::valid);
  CHECK(verdict("chained-archivist", "-cades -md sha256 -certfile " + quoted(pki("intermediate.pem"))) ==
        Verdict::valid);

  core::write_file(content.signature, openssl_sign(content.file, "archivist"));
  const auto both = content.dir.path() / "both.p7s";
  REQUIRE(run("openssl cms -resign -cades -md sha256 -inform DER -outform DER -in " +
              quoted(content.signature) + " -signer " + quoted(pki("archivist2.pem")) + " -inkey " +
              quoted(pki("archivist2.key")) + " -out " + quoted(both))
              .code == 0);
  const auto v = trust::verify_detached(core::read_file(both), content.bytes, store(), now, At::now);
  INFO(told(v));
  CHECK(v.verdict == Verdict::valid);
  CHECK(v.signers.size() == 2);
}

TEST_CASE("A SHA-512 signature is verified from the content, and said to be out of reach of a SHA-256") {
  const Content content;
  const auto der = openssl_sign(content.file, "archivist", "-cades -md sha512");
  CHECK(trust::verify_detached(der, content.bytes, store(), now, At::now).verdict == Verdict::valid);
  const auto v = trust::verify_detached(der, core::sha256(content.bytes), store(), now, At::now);
  CHECK(v.verdict == Verdict::bad_signature);
  CHECK(has(v, "signature-digest"));
}

namespace {

/// A signer whose signature value is not its certificate's.
class WrongSigner final : public trust::Signer {
 public:
  const trust::Certificate& certificate() const override { return certificate_; }
  const std::vector<trust::Certificate>& chain() const override { return chain_; }
  std::string sign(std::string_view bytes) override { return signer("same-name")->sign(bytes); }

 private:
  trust::Certificate certificate_ = trust::Certificate::list_from_pem_file(pki("archivist.pem")).front();
  std::vector<trust::Certificate> chain_;
};

class DeafTsa final : public trust::TimestampAuthority {
 public:
  std::string token(std::string_view) override {
    throw core::Error(core::Exit::signing, core::msg("no answer"));
  }
};

}  // namespace

TEST_CASE("A signer that uses another key, or an authority that does not answer, gives no signature at all") {
  WrongSigner wrong;
  CHECK_THROWS_AS(trust::sign_detached(wrong, "x", now, {}), core::Error);
  DeafTsa deaf;
  CHECK_THROWS_AS(trust::sign_detached(*signer("archivist"), "x", now, {trust::Commitment::none, &deaf}),
                  core::Error);
}

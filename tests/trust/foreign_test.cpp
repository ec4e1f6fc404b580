// Signatures made by the openssl program in every form that tools give, brought to the one that is kept.
#include "trust/foreign.hpp"

#include "pki.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using namespace std::string_literals;

namespace {

struct Desk {
  core::TemporaryDirectory dir;
  std::filesystem::path file = dir.path() / "visa.json", out = dir.path() / "out";
  std::string bytes = "{\"decision\":\"approve\"}\n\r\nété"s;

  Desk() { core::write_file(file, bytes); }
  std::string sign(const std::string& options) const {
    return openssl_sign(file, "archivist", "-cades -md sha256 " + options);
  }
  trust::Verification verify(std::string_view signature) const {
    return trust::verify_detached(signature, bytes, store(), now, trust::At::now);
  }
};

core::Exit refusal(std::string_view given, std::string_view document) {
  try {
    static_cast<void>(trust::detached_signature(given, document, "signature.p7s"));
  } catch (const core::Error& e) {
    return e.code();
  }
  return core::Exit::ok;
}

}  // namespace

TEST_CASE(
    "DER, PEM and base64, with or without the document inside, give one detached signature that holds") {
  const Desk desk;
  for (const std::string options :
       {"-outform DER", "-outform PEM", "-outform DER -nodetach", "-outform PEM -nodetach"}) {
    INFO(options);
    auto given = desk.sign(options);
    const auto signature = trust::detached_signature(given, desk.bytes, "signature.p7s");
    CHECK(desk.verify(signature).verdict == trust::Verdict::valid);
    core::write_file(desk.out, signature);
    CHECK(openssl_verify(desk.file, desk.out).code == 0);
  }
  core::write_file(desk.out, desk.sign("-outform DER"));
  const auto base64 = run("base64 " + quoted(desk.out)).output;
  CHECK(desk.verify(trust::detached_signature(base64, desk.bytes, "signature.b64")).verdict ==
        trust::Verdict::valid);
  const auto armoured = "-----BEGIN PKCS7-----\n" + base64 + "-----END PKCS7-----\n";
  CHECK(desk.verify(trust::detached_signature(armoured, desk.bytes, "s.p7b")).verdict ==
        trust::Verdict::valid);
}

TEST_CASE("A detached DER signature is kept byte for byte") {
  const Desk desk;
  const auto given = desk.sign("-outform DER");
  CHECK(trust::detached_signature(given, desk.bytes, "signature.p7s") == given);
}

TEST_CASE("What is no CMS signature, or carries another document, is refused with what to do") {
  const Desk desk;
  CHECK(refusal("", desk.bytes) == core::Exit::visa_bad_signature);
  CHECK(refusal("%PDF-1.7 ...", desk.bytes) == core::Exit::visa_bad_signature);
  CHECK(refusal("<ds:Signature xmlns:ds=\"...\"/>", desk.bytes) == core::Exit::visa_bad_signature);
  CHECK(refusal("QUJD", desk.bytes) == core::Exit::visa_bad_signature);
  CHECK(refusal(std::string(3u << 20, 'A'), desk.bytes) == core::Exit::visa_bad_signature);
  const auto enveloping = desk.sign("-outform DER -nodetach");
  CHECK(refusal(enveloping, desk.bytes) == core::Exit::ok);
  CHECK(refusal(enveloping, desk.bytes + " ") == core::Exit::visa_bad_signature);
  for (std::size_t n = 0; n < enveloping.size(); n += 37)
    CHECK(refusal(std::string_view(enveloping).substr(0, n), desk.bytes) == core::Exit::visa_bad_signature);
  CHECK(refusal(core::read_file(pki("archivist.pem")), desk.bytes) == core::Exit::visa_bad_signature);
}

TEST_CASE("A signature over another document comes through and does not verify") {
  const Desk desk;
  const auto given = desk.sign("-outform DER");
  const auto signature = trust::detached_signature(given, "another document", "signature.p7s");
  CHECK(trust::verify_detached(signature, "another document", store(), now, trust::At::now).verdict ==
        trust::Verdict::bad_signature);
}

TEST_CASE("A time-stamp is added to a signature that has none, and satisfies a store that requires one") {
  const Desk desk;
  LocalTsa tsa;
  const auto bare = trust::detached_signature(desk.sign("-outform DER"), desk.bytes, "signature.p7s");
  auto strict = store();
  strict.require_timestamp = true;
  CHECK(trust::verify_detached(bare, desk.bytes, strict, now, trust::At::now).verdict !=
        trust::Verdict::valid);
  const auto stamped = trust::with_timestamps(bare, tsa);
  const auto verified = trust::verify_detached(stamped, desk.bytes, strict, now, trust::At::now);
  CHECK(verified.verdict == trust::Verdict::valid);
  REQUIRE(verified.signers.size() == 1);
  CHECK(verified.signers.front().timestamp.has_value());
  CHECK(trust::with_timestamps(stamped, tsa) == stamped);
  core::write_file(desk.out, stamped);
  CHECK(openssl_verify(desk.file, desk.out).code == 0);
}

// The approval that takes two persons: who may give the second signature, on what, and which ones do not
// count.
#include "sip/visa_second.hpp"

#include "trust/seal.hpp"
#include "visa_ready.hpp"

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using core::Json;
using tests::complaint_of;
using tests::edit_roles;
using tests::exit_of;
using tests::flip;
using tests::output_of;
using tests::VisaReady;
namespace fs = std::filesystem;

namespace {

/// An approval that takes two persons, signed by the first.
struct Second : VisaReady {
  explicit Second(int signatures = 2) {
    auto o = options();
    o.signatures = signatures;
    decide(o);
  }
  sip::VisaFile visa() { return sip::list_visas(versement()).back(); }
  void sign(const std::string& who) {
    const auto waiting = sip::visa_to_second(versement());
    const auto trusted = store();
    const auto register_ = roles();
    const auto by = signer(who);
    const sip::SecondSigning s{versement(), plan_, waiting, {"sandbox", 3}, trusted, register_, clock};
    sip::require_second(s, by->certificate());
    sip::sign_second(s, *by, nullptr);
  }
  /// The file that an intruder puts there.
  void put(const std::string& who) {
    sign_with(who, 1);
    fs::copy_file(signature_file(1), sip::second_signature(versement(), 1),
                  fs::copy_options::overwrite_existing);
    sign_with("archivist", 1);
  }
};

}  // namespace

TEST_CASE("an approval that takes two persons is none until another one has signed the same bytes") {
  Second s;
  CHECK(Json::parse(s.visa().bytes).at("signaturesRequired") == 2);
  CHECK(sip::waits_for_second(s.visa()));
  auto result = s.verify();
  CHECK(result.code == Exit::visa_missing);
  CHECK_FALSE(result.approved);
  CHECK_THAT(result.findings.at(0).message.english(), Contains("1 of the 2"));
  s.sign("archivist2");
  CHECK_FALSE(sip::waits_for_second(s.visa()));
  result = s.verify();
  for (const auto& f : result.findings) UNSCOPED_INFO(f.message.english());
  CHECK(result.code == Exit::ok);
  CHECK(exit_of([&] { static_cast<void>(sip::visa_to_second(s.versement())); }) == Exit::lot_state);
  output_of("openssl cms -verify -cades -binary -purpose any -inform DER -in '" +
            sip::second_signature(s.versement(), 1).string() + "' -content '" + s.visa_file(1).string() +
            "' -CAfile '" + (s.pki() / "ca.pem").string() + "' -out /dev/null");
}

TEST_CASE("the second signature is another person's, who may decide and did not produce") {
  Second s;
  CHECK(exit_of([&] { s.sign("archivist"); }) == Exit::visa_untrusted);
  CHECK_THAT(complaint_of([&] { s.sign("archivist"); }), Contains("already signed"));
  CHECK(exit_of([&] { s.sign("producer"); }) == Exit::visa_by_producer);
  CHECK(exit_of([&] { s.sign("nonrepudiation"); }) == Exit::visa_untrusted);  // trusted, without role
  edit_roles(s, [&](Json& roles) {  // an archivist by the register, and still who sealed
    for (auto& e : roles)
      if (e.at("role") == "producer") e["role"] = "archivist";
  });
  CHECK(exit_of([&] { s.sign("producer"); }) == Exit::visa_by_producer);
  CHECK_FALSE(fs::exists(sip::second_signature(s.versement(), 1)));
}

TEST_CASE("a second signature that anybody put there is refused for its own reason") {
  Second s;
  SECTION("the first person again") {
    s.put("archivist");
    CHECK(s.verify().code == Exit::visa_missing);
  }
  SECTION("the same person by the same e-mail under another key") {
    s.put("same-mail");
    CHECK(s.verify().code != Exit::ok);
  }
  SECTION("nobody's role") {
    s.put("nonrepudiation");
    CHECK(s.verify().code == Exit::visa_untrusted);
  }
  SECTION("another authority") {
    s.put("untrusted-archivist");
    CHECK(s.verify().code == Exit::visa_untrusted);
  }
  SECTION("the producer") {
    s.put("producer");
    CHECK(s.verify().code == Exit::visa_untrusted);
  }
  SECTION("over other bytes") {
    fs::copy_file(trust::seal_path(s.versement().sip(s.lot)), sip::second_signature(s.versement(), 1));
    CHECK(s.verify().code == Exit::visa_bad_signature);
  }
  SECTION("expired") {
    s.put("expired-archivist");
    CHECK(s.verify().code == Exit::visa_expired);
  }
  CHECK_FALSE(s.verify().approved);
}

TEST_CASE("the second person signs what is still here, and what the first one read") {
  Second s;
  SECTION("a SIP changed since") {
    flip(s.versement().sip(s.lot), 100);
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::visa_sip_changed);
  }
  SECTION("the report changed since") {
    core::write_file(s.versement().file("review.html"), "x");
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::lot_state);
  }
  SECTION("the first signature altered") {
    flip(s.signature_file(1), core::read_file(s.signature_file(1)).size() - 20);
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::visa_bad_signature);
  }
  SECTION("refused since") {
    s.decide(s.options(sip::Decision::refuse));
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::lot_state);
  }
  SECTION("the window is over") {
    s.clock.set(s.clock.now() + std::chrono::days(91));
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::visa_expired);
  }
  CHECK_FALSE(fs::exists(sip::second_signature(s.versement(), 1)));
}

TEST_CASE("who may ask for two signatures: the visa, the configuration of today, the register") {
  Second s(1);
  REQUIRE(s.verify().code == Exit::ok);
  const auto asking = sip::verify_visa(s.versement(), s.plan_, s.lot, {"sandbox", 3}, s.store(), s.roles(),
                                       s.clock, {2, false});
  CHECK(asking.code == Exit::visa_missing);
  auto json = core::read_json(s.pki() / "roles.json");
  json["signatures"] = 2;
  core::write_json(s.pki() / "roles.json", json);
  CHECK(s.verify().code == Exit::visa_missing);
  CHECK(Json::parse(s.prepare(s.options())).at("signaturesRequired") == 2);
  CHECK(Json::parse(s.prepare(s.options(sip::Decision::refuse))).at("signaturesRequired") == 1);
}

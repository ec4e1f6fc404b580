// A versement that is built, checked and reported, the decisions that can be signed on it, and what an
// intruder would do to them.
#pragma once
#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "sip/visa.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace versoir::tests {

namespace fs = std::filesystem;
using core::Exit;
using core::Json;

/// A club whose versement is ready for a decision.
struct VisaReady : Club {
  sip::Plan plan_ = plan();
  std::unique_ptr<trust::Signer> archivist = signer("archivist");
  sip::MessageIdentifier lot = plan_.lots.at(0).id;

  VisaReady() {
    build_all(plan_);
    check(plan_);
    review(plan_);
  }
  sip::VisaOptions options(sip::Decision decision = sip::Decision::approve) const {
    sip::VisaOptions o;
    o.decision = decision;
    o.confirm = "club-2026";
    if (decision != sip::Decision::approve) o.reason = "Période incomplète";
    return o;
  }
  /// By certificate: some of these people have no key that signs.
  std::string prepare(const sip::VisaOptions& o, const std::string& who = "archivist") {
    const auto certificates = trust::Certificate::list_from_pem_file(pki() / (who + ".pem"));
    return sip::prepare_visa(versement(), plan_, o, certificates.at(0), roles(), clock);
  }
  int decide(const sip::VisaOptions& o, const std::string& who = "archivist") {
    const auto by = signer(who);
    return sip::sign_visa(versement(),
                          sip::prepare_visa(versement(), plan_, o, by->certificate(), roles(), clock), *by,
                          clock, nullptr);
  }
  int approve() { return decide(options()); }
  sip::VisaVerification verify(const sip::Target& target = {"sandbox", 3}) {
    return sip::verify_visa(versement(), plan_, lot, target, store(), roles(), clock);
  }
  fs::path visa_file(int n) { return versement().file(fmt::format("visa-{}.json", n)); }
  fs::path signature_file(int n) { return versement().file(fmt::format("visa-{}.json.p7s", n)); }

  /// Signs the bytes of visa n again with OpenSSL's own tool: what an intruder, or another product, would do.
  void sign_with(const std::string& who, int n = 1) {
    output_of(
        fmt::format("openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in '{0}' "
                    "-signer '{1}/{2}.pem' -inkey '{1}/{2}.key' -out '{0}.p7s'",
                    visa_file(n).string(), pki().string(), who));
  }
  /// Changes the signed document and signs it again with the archivist's own key.
  void resign(const std::function<void(Json&)>& change, int n = 1) {
    auto json = core::read_json(visa_file(n));
    change(json);
    core::write_file(visa_file(n), core::canonical_json(json));
    sign_with("archivist", n);
  }
};

/// One bit of one byte.
inline void flip(const fs::path& file, std::size_t at) {
  auto bytes = core::read_file(file);
  REQUIRE(at < bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  core::write_file(file, bytes);
}

/// Adds or replaces entries of roles.json.
inline void edit_roles(Club& club, const std::function<void(Json&)>& change) {
  auto json = core::read_json(club.pki() / "roles.json");
  change(json.at("roles"));
  core::write_json(club.pki() / "roles.json", json);
}

}  // namespace versoir::tests

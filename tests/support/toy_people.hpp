// What fixtures of several rooms share: errors as tests look at them, and the people of the test PKI.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "exit_of.hpp"
#include "sip/versement.hpp"
#include "trust/cades.hpp"
#include "trust/roles.hpp"
#include "trust/signer.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace versoir::tests {

/// The whole Error, as people read it.
inline std::string complaint_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const core::Error& e) {
    return e.render();
  }
  return {};
}

/// NAME.pem and NAME.key of a folder made by samples/pki/make-pki.
inline std::unique_ptr<trust::Signer> signer_in(const std::filesystem::path& pki, const std::string& name,
                                                const core::Clock& clock) {
  trust::KeySource source;
  source.certificate = pki / (name + ".pem");
  source.key = pki / (name + ".key");
  return trust::load_signer(source, clock);
}
inline trust::TrustStore store_in(const std::filesystem::path& pki) {
  return trust::load_trust_store(pki / "ca.pem", {}, {});
}
/// With the authority of the time-stamps, which are then required.
inline trust::TrustStore strict_store_in(const std::filesystem::path& pki) {
  auto store = trust::load_trust_store(pki / "ca.pem", pki / "ca.pem", {});
  store.require_timestamp = true;
  return store;
}
inline trust::RoleRegister roles_in(const std::filesystem::path& pki) {
  return trust::RoleRegister::read(pki / "roles.json");
}

/// A check.json about the SIP as it is now.
inline void write_check(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                        const std::string& verdict = "OK") {
  core::write_json(
      versement.lot(lot) / "check.json",
      {{"format", "versoir-check/1"},
       {"sip", {{"sha512", core::digest_file(versement.sip(lot)).sha512.hex()}, {"name", "sip.zip"}}},
       {"verdict", verdict},
       {"assumptions", core::Json::array({"No referential was given."})},
       {"events", core::Json::array()}});
}

}  // namespace versoir::tests

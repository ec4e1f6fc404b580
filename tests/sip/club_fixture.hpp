// The invented club: a source, its extract, a workspace with its configuration and a PKI, all in a temporary
// folder.
#pragma once
#include "core/clock.hpp"
#include "core/config.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/progress.hpp"
#include "extract/store.hpp"
#include "sip/build.hpp"
#include "sip/plan.hpp"
#include "sip/versement.hpp"
#include "sip/visa.hpp"
#include "toy_people.hpp"
#include "trust/cades.hpp"
#include "trust/roles.hpp"
#include "trust/signer.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace versoir::tests {

/// Standard output of a command; fails the test when it does not end with 0.
std::string output_of(const std::string& command);

class Club {
 public:
  /// `change` edits the files of the profile before the extract takes them.
  explicit Club(extract::Kind kind = extract::Kind::rehearsal,
                const std::function<void(std::map<std::string, std::string>&)>& change = {});

  core::FixedClock clock;
  core::SilentProgress progress;

  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path extract_file() const { return folder() / "club.extract"; }
  [[nodiscard]] extract::Extract& extract() { return *extract_; }
  [[nodiscard]] std::string config_text() const;
  [[nodiscard]] core::Config config() const {
    return core::Config::parse(config_text(), folder() / "versoir.conf");
  }

  [[nodiscard]] sip::Versement versement(const std::string& id = "club-2026") const { return {folder(), id}; }
  sip::Plan plan(const std::function<void(sip::PlanOptions&)>& change = {},
                 const std::string& id = "club-2026");
  sip::BuildReport build(const sip::Plan& plan, const sip::MessageIdentifier& lot, bool replace = false);
  void build_all(const sip::Plan& plan);
  trust::TimestampAuthority* tsa = nullptr;  ///< of the seals
  /// A favourable (or not) check.json of the SIP as it is now.
  void check(const sip::Plan& plan, const std::string& verdict = "OK");
  void review(const sip::Plan& plan);

  /// A copy of the PKI of samples/pki.
  [[nodiscard]] std::filesystem::path pki();
  [[nodiscard]] std::unique_ptr<trust::Signer> signer(const std::string& name);
  [[nodiscard]] trust::TrustStore store();
  [[nodiscard]] trust::RoleRegister roles();

 private:
  core::TemporaryDirectory folder_;
  std::unique_ptr<extract::Extract> extract_;
  std::unique_ptr<trust::Signer> producer_;
};

}  // namespace versoir::tests

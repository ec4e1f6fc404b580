// What the platform would say of a lot, asked of its referentials as they are today, before a byte leaves.
#pragma once
#include "check/referentials.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "profiles/model.hpp"
#include "sip/versement.hpp"
#include "vitam/client.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace versoir::vitam {

class Preflight {
 public:
  /// Fetches agencies, rules, contracts, profiles, formats... nullopt when the platform does not show its
  /// referentials to this certificate (HTTP 401, 403 or 404): nothing can be compared then.
  static std::optional<Preflight> ask(Client& client, const core::Clock& clock);

  /// Rules whose category or duration there is not what the versement was planned with.
  [[nodiscard]] std::vector<core::Finding> compare(const profiles::Application& app,
                                                   const std::map<std::string, std::string>& rule_ids) const;
  /// Why the platform would reject the SIP of this lot: contract absent or inactive, unknown agency, rule,
  /// format or profile... Empty when it would not.
  [[nodiscard]] std::vector<core::Finding> judge(const sip::Versement& versement, const sip::Plan& plan,
                                                 const sip::MessageIdentifier& lot) const;

 private:
  Preflight(std::unique_ptr<core::TemporaryDirectory> folder, check::Referentials referentials)
      : folder_(std::move(folder)), referentials_(std::move(referentials)) {}
  std::unique_ptr<core::TemporaryDirectory>
      folder_;  ///< grammars of profiles are read from it when they apply
  check::Referentials referentials_;
};

}  // namespace versoir::vitam

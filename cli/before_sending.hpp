// What is asked of a platform before the first byte leaves for it.
#pragma once
#include "cli/context.hpp"
#include "sip/versement.hpp"
#include "vitam/client.hpp"
#include "vitam/preflight.hpp"

#include <optional>

namespace versoir::cli {

/// Asks once, when the first lot is about to leave; --no-preflight asks nothing.
class BeforeSending {
 public:
  BeforeSending(Context& c, vitam::Client& client, const sip::Versement& versement, const sip::Plan& plan)
      : c_(c), client_(client), versement_(versement), plan_(plan) {}

  /// Throws Error(Exit::platform_refused) when the platform, as it is today, would reject the lot, or has
  /// rules of another duration than the versement was planned with: nothing leaves for a KO.
  void require(const sip::MessageIdentifier& lot);

 private:
  void ask();

  Context& c_;
  vitam::Client& client_;
  const sip::Versement& versement_;
  const sip::Plan& plan_;
  bool asked_ = false;
  std::optional<vitam::Preflight> preflight_;
};

}  // namespace versoir::cli

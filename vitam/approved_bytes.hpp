// The bytes of an approved SIP as they leave. Private to vitam.
#pragma once
#include "core/digest.hpp"
#include "sip/visa.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace versoir::vitam {

/// Hashes what leaves and keeps a body that differs from the approved one from ever being complete: an empty
/// piece ends it, and throws Error(Exit::visa_sip_changed) on any difference.
class ApprovedBytes {
 public:
  /// Both must outlive it. `sent`, when set, is told how many bytes have gone through.
  ApprovedBytes(const sip::ApprovedSip& sip, const std::function<void(std::uint64_t)>& sent)
      : sip_(sip), sent_(sent) {}
  void operator()(std::string_view piece);
  [[nodiscard]] bool complete() const noexcept { return complete_; }

 private:
  [[noreturn]] void differs() const;
  const sip::ApprovedSip& sip_;
  const std::function<void(std::uint64_t)>& sent_;
  core::Sha512Hasher hasher_;
  std::uint64_t size_ = 0;
  bool complete_ = false;
};

/// Puts the descriptor of the SIP back at its first byte.
void rewind_sip(const sip::ApprovedSip& sip);

}  // namespace versoir::vitam

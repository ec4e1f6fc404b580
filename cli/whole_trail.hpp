// The trail of the journals, once the chain of this machine's journal was verified.
#pragma once
#include "cli/context.hpp"
#include "sip/followed_trail.hpp"
#include "sip/journal_trail.hpp"

namespace versoir::cli {

/// Throws Error(Exit::journal_broken) with what the verification found.
[[nodiscard]] sip::JournalTrail whole_trail(Context& c);

/// The same for a command that asks again and again: verified whole before the first answer, then followed.
class VerifiedTrail {
 public:
  explicit VerifiedTrail(Context& c) : c_(c), followed_(c.workspace()) {}
  /// As the journals are now; the reference holds until the next call. Throws as whole_trail() does.
  [[nodiscard]] const sip::JournalTrail& now();

 private:
  Context& c_;
  sip::FollowedTrail followed_;
  bool verified_ = false;
};

}  // namespace versoir::cli

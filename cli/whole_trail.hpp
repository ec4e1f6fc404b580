// The trail of the journals, once the chain of this machine's journal was verified.
#pragma once
#include "cli/context.hpp"
#include "sip/journal_trail.hpp"

namespace versoir::cli {

/// Throws Error(Exit::journal_broken) with what the verification found.
[[nodiscard]] sip::JournalTrail whole_trail(Context& c);

}  // namespace versoir::cli

// The role register at hand against the last one that the journal knows.
#pragma once
#include "cli/context.hpp"
#include "sip/journal_trail.hpp"

#include <optional>

namespace versoir::cli {

/// An older register, put back, would give back the rights that the last one ended: what is wrong, if it is
/// one. A register signed later, on another desk, is good. Without [trust] roles_signer nothing can be said.
[[nodiscard]] std::optional<core::Message> older_register(Context& c, const sip::JournalTrail& trail);

}  // namespace versoir::cli

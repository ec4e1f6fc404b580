// Checkpoints of the journal, by whoever has a key at hand.
#include "cli/checkpoint.hpp"

#include "core/error.hpp"

namespace versoir::cli {

using core::Error;
using core::msg;

void checkpoint_by(Context& c, trust::Signer& signer, trust::TimestampAuthority* tsa) {
  try {
    c.journal().checkpoint(signer, tsa);
  } catch (const Error& e) {
    c.out.warn(msg("What was done stands, but the journal got no checkpoint: {0}", e.message().text()));
  }
}

void checkpoint_at_hand(Context& c) {
  const auto name = c.config().get("journal", "checkpoints");
  if (name.empty() || !c.config().has_section("signing." + name)) return;
  try {
    checkpoint_by(c, c.signer_at_hand(name), c.tsa());
  } catch (const Error& e) {
    c.out.warn(msg("What was done stands, but the journal got no checkpoint: {0}", e.message().text()));
  }
}

}  // namespace versoir::cli

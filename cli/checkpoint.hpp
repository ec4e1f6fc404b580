// Checkpoints of the journal after what must stay known: decisions, receipts, closings, eliminations.
#pragma once
#include "cli/context.hpp"

namespace versoir::cli {

/// A checkpoint signed by [signing.NAME] of [journal] checkpoints, where its key is at hand without anybody
/// typing: nothing is asked for. Without that section nothing is done, and `versoir verify` says which lines
/// no checkpoint covers; a key or an authority that fails is told as a warning, what was done stands.
void checkpoint_at_hand(Context& c);

/// The same with the key of whoever has just signed here.
void checkpoint_by(Context& c, trust::Signer& signer, trust::TimestampAuthority* tsa);

}  // namespace versoir::cli

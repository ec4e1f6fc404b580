// Whether the authority that gave a time-stamp was revoked, and what that leaves of the time-stamp.
#pragma once
#include "core/clock.hpp"
#include "trust/chain.hpp"

#include <string_view>
#include <vector>

namespace versoir::trust {

/// For a token that verifies, given at `time`. Verdicts: `revoked`, the token proves nothing: the authority
/// was revoked before, or later for a reason that condemns all it gave (RFC 3161 §4: a compromised key, or no
/// reason told); `indeterminate`, whether it was revoked must be known and is not; `valid`, a remark. Empty:
/// nothing speaks against it.
[[nodiscard]] std::vector<ChainDefect> token_revocation(std::string_view token_der, core::Instant time,
                                                        const TrustStore& store);

}  // namespace versoir::trust

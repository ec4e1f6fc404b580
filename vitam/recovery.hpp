// A lot whose sending got no answer. Private to vitam.
#pragma once
#include "core/error.hpp"
#include "sip/versement.hpp"

#include <vector>

namespace versoir::vitam {

/// Error(Exit::transfer_in_doubt): what was learnt, and what to do before anything is sent again.
[[nodiscard]] core::Error in_doubt(const sip::MessageIdentifier& lot,
                                   const std::vector<core::Message>& reasons);
/// The same of a sending that has just lost its answer: what happened, and what to do next.
[[nodiscard]] core::Error in_doubt_now(const core::Error& e, const sip::MessageIdentifier& lot, bool logbook);

}  // namespace versoir::vitam

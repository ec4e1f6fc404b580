// Records that two versements plan: sent with both, each would be two files on the platform.
#pragma once
#include "core/error.hpp"
#include "sip/versement.hpp"

#include <vector>

namespace versoir::sip {

/// A warning for each other versement of the workspace, of the same application and for the same platform,
/// that plans records of this plan, from whatever extract. A versement that cannot be read is passed over:
/// other commands tell it.
[[nodiscard]] std::vector<core::Finding> planned_twice(const Versement& versement, const Plan& plan);

}  // namespace versoir::sip

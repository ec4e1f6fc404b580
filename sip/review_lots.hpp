// What the report says of lots: states, sizes, remarks of builds and checks. Private to sip.
#pragma once
#include "core/json.hpp"
#include "sip/versement.hpp"

namespace versoir::sip {

/// Adds totals, lots, blocking, buildRemarks, checkRemarks, assumptions.
void add_lots(const Versement& versement, const Plan& plan, core::Json& facts);

}  // namespace versoir::sip

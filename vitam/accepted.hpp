// Lots whose acceptance the platform's reply proves, with or without their SIP.
#pragma once
#include "core/error.hpp"
#include "sip/elimination.hpp"
#include "sip/versement.hpp"

#include <optional>
#include <vector>

namespace versoir::vitam {

struct Acceptance {
  std::optional<sip::AcceptedLot> lot;
  std::vector<core::Finding> findings;  ///< why not
};
/// A lot that is verified (the receipt is proven again, by the manifest) or closed (by what was kept).
[[nodiscard]] Acceptance prove_accepted(const sip::Versement& versement, const sip::PlannedLot& lot);

}  // namespace versoir::vitam

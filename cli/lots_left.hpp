// What is still to be done on a versement whose lots several machines build, or that are named one by one.
#pragma once
#include "sip/versement.hpp"

#include <cstddef>

namespace versoir::cli {

struct LotsLeft {
  std::size_t unbuilt = 0;    ///< without a SIP
  std::size_t unchecked = 0;  ///< with a SIP, and no check of that very SIP
};
/// Lots that were closed are done.
[[nodiscard]] LotsLeft lots_left(const sip::Versement& versement, const sip::Plan& plan);

}  // namespace versoir::cli

// See lots_left.hpp.
#include "cli/lots_left.hpp"

namespace versoir::cli {

LotsLeft lots_left(const sip::Versement& versement, const sip::Plan& plan) {
  LotsLeft left;
  for (const auto& lot : plan.lots) {
    const auto facts = sip::lot_facts(versement, lot, "");
    if (facts.closed) continue;
    if (!std::filesystem::exists(versement.sip(lot.id)))
      ++left.unbuilt;
    else if (facts.check_verdict.empty())
      ++left.unchecked;
  }
  return left;
}

}  // namespace versoir::cli

// Lots of one application in the workspace: which are accepted, which are not yet.
#pragma once
#include "cli/context.hpp"
#include "sip/elimination.hpp"
#include "sip/journal_trail.hpp"

#include <string>
#include <utility>
#include <vector>

namespace versoir::cli {

struct ApplicationLots {
  std::vector<sip::AcceptedLot> accepted;
  /// Lot, why: planned and not accepted, wherever it stands. Lots closed without transfer are not among them.
  std::vector<std::pair<std::string, std::string>> pending;
  std::size_t rehearsed = 0;  ///< lots that only a rehearsal platform accepted, not counted
};
/// `rehearsal`: rehearsal platforms count too. `trail`: of journals whose chains were verified.
[[nodiscard]] ApplicationLots lots_of_application(Context& c, const std::string& application, bool rehearsal,
                                                  const sip::JournalTrail& trail);

/// The sealed extract that eliminations and the ledger are about. A rehearsal one is refused without
/// `rehearsal` (Exit::extract_invalid).
[[nodiscard]] extract::Extract reference_extract(Context& c, const std::string& typed, bool rehearsal);

}  // namespace versoir::cli

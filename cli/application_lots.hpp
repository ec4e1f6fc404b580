// Lots of one application in the workspace: which are accepted, which are on their way.
#pragma once
#include "cli/context.hpp"
#include "sip/elimination.hpp"

#include <string>
#include <vector>

namespace versoir::cli {

struct ApplicationLots {
  std::vector<sip::AcceptedLot> accepted;
  std::vector<std::pair<std::string, std::string>> in_flight;  ///< lot, why: the platform has or may have it
  std::size_t rehearsed = 0;  ///< lots that only a rehearsal platform accepted, not counted
};
/// `rehearsal`: rehearsal platforms count too.
[[nodiscard]] ApplicationLots lots_of_application(Context& c, const std::string& application, bool rehearsal);

/// The sealed extract that eliminations and the ledger are about. A rehearsal one is refused without
/// `rehearsal` (Exit::extract_invalid).
[[nodiscard]] extract::Extract reference_extract(Context& c, const std::string& typed, bool rehearsal);

}  // namespace versoir::cli

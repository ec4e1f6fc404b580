// What the lists of a plan say of one lot, taken out of them once. Private to sip.
#pragma once
#include "sip/attached_file.hpp"
#include "sip/content.hpp"
#include "sip/kept.hpp"
#include "sip/versement.hpp"

#include <filesystem>
#include <vector>

namespace versoir::sip {

struct LotLists {
  std::filesystem::path kept;  ///< the rows of the lot alone, in the working folder
  std::vector<AttachedFile> files;
  Extent extent;
};

/// Reads kept.csv and files.csv once each, hashing what is read: a list that is not the one of the plan is
/// Error(Exit::lot_state), and so is one that has not the records that the plan announces. `work` receives
/// the rows.
[[nodiscard]] LotLists take_lists(const Versement& versement, const Plan& plan, const PlannedLot& lot,
                                  const std::filesystem::path& work);

}  // namespace versoir::sip

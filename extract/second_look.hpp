// Reads what was copied again, without writing it: counts and sums must be those of the copy.
#pragma once
#include "core/progress.hpp"
#include "extract/matching.hpp"
#include "extract/source.hpp"
#include "extract/store.hpp"
#include "extract/values.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace versoir::extract {

struct Seen {
  std::uint64_t rows = 0;
  std::string sum;  ///< as TableFacts::sum: independent of the order of rows
};
/// `storage` and `on` as the copy had them. A value that it cannot hold gives another sum; rows that it left
/// are left.
[[nodiscard]] Seen look_again(Source& source, const TakenTable& table, const std::vector<Storage>& storage,
                              core::Date on, core::Progress& progress, std::stop_token stop);

/// What is known of a table that was copied.
struct CopiedTable {
  const TakenTable* table = nullptr;
  std::vector<Storage> storage;
  TableFacts facts;
};
/// Reads every table once more; the names of those that have other rows now. A look that is cut short counts
/// for nothing: two halves at two moments would prove neither.
[[nodiscard]] std::vector<std::string> changed_tables(Source& source, const std::vector<CopiedTable>& tables,
                                                      core::Date on, core::Progress& progress,
                                                      std::stop_token stop);
/// The refusal of a final extract whose source still changes.
[[nodiscard]] core::Error source_changed(const std::vector<std::string>& tables);

}  // namespace versoir::extract

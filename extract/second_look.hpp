// Reads a table again without writing it: the count and the sum that a copy of it would have.
#pragma once
#include "core/progress.hpp"
#include "extract/matching.hpp"
#include "extract/source.hpp"
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

}  // namespace versoir::extract

// An extract against its source, later: the same rows are there, or the tables that differ are named.
#pragma once
#include "core/error.hpp"
#include "core/progress.hpp"
#include "extract/source.hpp"
#include "extract/store.hpp"

#include <cstdint>
#include <stop_token>
#include <vector>

namespace versoir::extract {

struct SourceComparison {
  std::vector<core::Finding> findings;  ///< differences, of code SOURCE_DIFFERS
  std::uint64_t tables = 0, rows = 0;   ///< read again in the source
  std::uint64_t different = 0;          ///< tables that are not what was copied
};

/// Every table is read again and its count and sum compared. Throws Error(Exit::source_missing) when what was
/// copied is no longer all there.
[[nodiscard]] SourceComparison compare_with_source(Extract& extract, Source& source, core::Progress& progress,
                                                   std::stop_token stop);

}  // namespace versoir::extract

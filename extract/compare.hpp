// An extract against its source, later: the same rows are there, or the tables that differ are named.
#pragma once
#include "core/error.hpp"
#include "core/progress.hpp"
#include "extract/source.hpp"
#include "extract/store.hpp"

#include <stop_token>
#include <vector>

namespace versoir::extract {

/// Every table is read again and its count and sum compared. A difference is a finding of code
/// SOURCE_DIFFERS. Throws Error(Exit::source_missing) when what was copied is no longer all there.
[[nodiscard]] std::vector<core::Finding> compare_with_source(Extract& extract, Source& source,
                                                             core::Progress& progress, std::stop_token stop);

}  // namespace versoir::extract

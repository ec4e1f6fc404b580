// What the copied tables themselves break: declared keys that occur twice, references to nothing. Recorded,
// never mended, never a reason to stop.
#pragma once
#include "extract/copy.hpp"
#include "extract/matching.hpp"
#include "extract/writer.hpp"

#include <set>
#include <stop_token>
#include <string>

namespace versoir::extract {

/// How many rows are listed in versoir_anomaly for one table, column and kind; versoir_integrity has the
/// whole count.
inline constexpr std::int64_t listed_rows = 1000;

/// Fills versoir_integrity and versoir_anomaly (kinds `duplicate` and `orphan`) and adds notes to the report.
/// The copied tables are read by two connections of their own: what was written before is committed first.
/// `unique`: the tables whose rows came in the order of their declared key, each greater than the one before.
/// Throws Error(Exit::interrupted) when `stop` is requested.
void record_integrity(ExtractWriter& writer, const Matching& matching, const std::set<std::string>& unique,
                      CopyReport& report, std::stop_token stop);

}  // namespace versoir::extract

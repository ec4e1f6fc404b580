// What the copied tables themselves break: declared keys that occur twice, references to nothing. Recorded,
// never mended, never a reason to stop.
#pragma once
#include "extract/copy.hpp"
#include "extract/matching.hpp"
#include "extract/writer.hpp"

namespace versoir::extract {

/// How many rows are listed in versoir_anomaly for one table, column and kind; versoir_integrity has the
/// whole count.
inline constexpr std::int64_t listed_rows = 1000;

/// Fills versoir_integrity and versoir_anomaly (kinds `duplicate` and `orphan`) and adds notes to the report.
void record_integrity(ExtractWriter& writer, const Matching& matching, CopyReport& report);

}  // namespace versoir::extract

// The copy itself: source → extract file, with counts, digests, anomalies; whole or absent.
#pragma once
#include "core/clock.hpp"
#include "core/progress.hpp"
#include "extract/source.hpp"
#include "extract/store.hpp"
#include "profiles/model.hpp"

#include <filesystem>
#include <stop_token>

namespace versoir::extract {

struct CopyOptions {
  Kind kind = Kind::rehearsal;
  bool replace = false;      ///< overwrite an existing extract
  std::string source_label;  ///< redacted URI for the provenance
};
struct CopyReport {
  std::vector<TableFacts> tables;
  std::vector<core::Finding>
      notes;  ///< optional columns absent, anomalies, tables of the source not in the profile
  std::uint64_t rows = 0, anomalies = 0;
};

/// Copies every table and column that the profile takes. A missing non-optional table or column is
/// Error(Exit::source_missing) naming all of them, before anything is read. A count that differs between the
/// source's COUNT(*) in the same snapshot and the rows received is Error(Exit::extract_changed). Written
/// under
/// `<target>.partial`, renamed at the end.
CopyReport copy(Source& source, const profiles::Application& profile, const std::filesystem::path& target,
                const CopyOptions& options, const core::Clock& clock, core::Progress& progress,
                std::stop_token stop);

}  // namespace versoir::extract

// What a copy says of itself once its rows are there: dictionary, integrity, anomalies, provenance.
#pragma once
#include "extract/copy.hpp"
#include "extract/matching.hpp"
#include "extract/writer.hpp"

#include <cstdint>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace versoir::extract {

/// What only the run of a copy knows.
struct CopyFacts {
  const profiles::Application& profile;  ///< completed by the decisions
  const Provenance& provenance;
  const CopyOptions& options;
  const core::Clock& clock;
  std::size_t catalogue_size = 0;
  std::uint64_t session_rows = 0;
  Consistency consistency = Consistency::snapshot;
  std::set<std::string> unique;  ///< see record_integrity()
};

/// The decisions that were taken, whoever took them and why, as one digest.
[[nodiscard]] std::string digest_of(const std::vector<Decision>& decisions);
/// Writes it all in the extract, and in the report. The table states must still be there.
void conclude(ExtractWriter& writer, const Matching& matching, CopyFacts facts, CopyReport& report,
              std::stop_token stop);

}  // namespace versoir::extract

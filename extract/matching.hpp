// What a profile takes, found in the catalogue of a source.
#pragma once
#include "core/error.hpp"
#include "extract/source.hpp"
#include "profiles/model.hpp"

#include <vector>

namespace versoir::extract {

struct TakenColumn {
  const profiles::Column* profile;
  const SourceColumn* source;
};
struct TakenTable {
  const profiles::Table* profile;
  const SourceTable* source;
  std::vector<TakenColumn> columns;             ///< in profile order
  std::vector<const profiles::Column*> absent;  ///< optional ones that this source does not have
};
struct Matching {
  std::vector<TakenTable> tables;
  std::vector<const profiles::Table*> absent;  ///< optional tables that this source does not have
  std::vector<core::Finding> notes;      ///< optional absences; tables and columns that the profile ignores
  std::vector<core::Message> undecided;  ///< of the source, on which the profile decides nothing
};

/// Names are compared without regard to case, an exact match first. All that is missing is thrown at once:
/// Error(Exit::source_missing). The result points into both arguments.
[[nodiscard]] Matching match(const profiles::Application& profile, const std::vector<SourceTable>& catalogue);

}  // namespace versoir::extract

// What SQLite's own catalogue says, whichever driver asks.
#pragma once
#include "extract/adapters.hpp"
#include "extract/source.hpp"

#include <string>
#include <vector>

namespace versoir::extract {

/// Tables and views of the main file, in the order of their names.
[[nodiscard]] std::vector<SourceTable> sqlite_catalogue(const Ask& ask);
/// Whether rows have a number that stands for their place: those of views and of tables WITHOUT ROWID have
/// none.
[[nodiscard]] bool sqlite_has_rowid(const Ask& ask, const std::string& table);

}  // namespace versoir::extract

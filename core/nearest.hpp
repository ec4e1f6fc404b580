// What was probably meant by a name that nothing has: only proposed, never taken.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace versoir::core {

class Database;

/// The known name nearest to the written one, whatever the case: a third of its letters may differ, else the
/// only one that begins with it (from three letters on). nullopt when none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view written,
                                                 std::span<const std::string> known);

/// After SQLite refused to prepare `sql` for a table or a column that does not exist: the table of the
/// database, or the column of a table that `sql` names, nearest to it. To be asked before anything else is.
[[nodiscard]] std::optional<std::string> nearest_in_schema(Database& db, std::string_view sql);

}  // namespace versoir::core

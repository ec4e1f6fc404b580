// What PostgreSQL's own catalogue says of a schema: tables, columns, keys, comments, statistics.
#pragma once
#include "extract/pg_connection.hpp"
#include "extract/source.hpp"

#include <string>
#include <vector>

namespace versoir::extract {

/// The schema's name as the server spells it ("" = public); profiles write names the way Oracle does, so case
/// is of no account. Throws Error(Exit::source_missing).
[[nodiscard]] std::string find_schema(const PgConnection& connection, std::string wanted);
[[nodiscard]] std::vector<SourceTable> read_catalogue(const PgConnection& connection,
                                                      const std::string& schema);

}  // namespace versoir::extract

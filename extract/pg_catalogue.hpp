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

/// Asks for a text that stands for what this transaction sees, and that no checkpoint changes: the snapshot,
/// and which cluster it is of (a copy that is restored from a backup counts its transactions anew: its
/// timeline is another). `version`: server_version_num.
[[nodiscard]] std::string snapshot_sql(int version);

}  // namespace versoir::extract

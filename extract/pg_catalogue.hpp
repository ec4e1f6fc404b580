// What PostgreSQL's own catalogue says, whichever driver asks: tables, columns, keys, comments, statistics,
// rights.
#pragma once
#include "extract/adapters.hpp"
#include "extract/source.hpp"

#include <string>
#include <vector>

namespace versoir::extract {

/// Schema and table, quoted.
[[nodiscard]] std::string pg_table(const std::string& schema, const std::string& table);

/// The schema's name as the server spells it ("" = public); profiles write names the way Oracle does, so case
/// is of no account. Throws Error(Exit::source_missing).
[[nodiscard]] std::string pg_schema(const Ask& ask, const std::string& wanted);
[[nodiscard]] std::vector<SourceTable> pg_catalogue(const Ask& ask, const std::string& schema);
/// Rows of tables lie somewhere (tableoid, ctid); those of views and foreign tables do not.
[[nodiscard]] bool pg_has_place(const Ask& ask, const std::string& schema, const std::string& table);
/// Of a type whose order in SQL is the same every time and whose text can be given back as a bound.
[[nodiscard]] bool pg_can_bound(const SourceColumn& column);

/// Rights on these tables, rights of the account, clock, character set.
[[nodiscard]] std::vector<core::Finding> pg_probe(const Ask& ask, const std::string& schema,
                                                  const std::vector<std::string>& tables, core::Instant now);

/// One warning when other sessions may write by default: no standby, and nothing says read-only to everybody.
[[nodiscard]] std::vector<core::Finding> pg_writable(const Ask& ask);

/// What stands for what this transaction sees, and no checkpoint changes: the snapshot, and which cluster it
/// is of (a copy that is restored from a backup counts its transactions anew: its timeline is another).
[[nodiscard]] std::string pg_snapshot(const Ask& ask);

}  // namespace versoir::extract

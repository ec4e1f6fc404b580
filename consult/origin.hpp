// Where what a sheet shows comes from: the tables and columns that a query reads, and the tables that hold
// rows of one person.
#pragma once
#include "core/sqlite.hpp"
#include "profiles/model.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace versoir::consult {

struct ColumnRef {
  std::string table, column;  ///< as in the extract
  auto operator<=>(const ColumnRef&) const = default;
};

/// What SQLite says of a query.
struct NodeOrigin {
  std::vector<std::optional<ColumnRef>> fields;  ///< of each field: its column, nullopt when it is computed
  std::vector<ColumnRef> reads;                  ///< every column that the query reads, in order, each once
  std::vector<std::string> parameters;           ///< their names, in lower case
  std::vector<std::string> names;                ///< of each field, as the query calls it, in lower case
};

/// `db` is an extract whose profile's views exist. Its authorizer is set and taken off again: not on the
/// connection that serves pages, whose prepared statements would be prepared again.
[[nodiscard]] NodeOrigin origin_of(core::Database& db, const std::string& sql);
[[nodiscard]] inline NodeOrigin origin_of(core::Database& db, const profiles::Node& node) {
  return origin_of(db, node.sql);
}

/// Tables that hold rows of the subject of a record, and by which column: the table whose key is called as
/// the record's key (when there is none: the column that the root of the record takes it from), then those
/// that refer to it, directly or through others. Only for records whose key is one column; empty otherwise.
[[nodiscard]] std::map<std::string, std::string> tables_of_subject(
    const profiles::Application& app, const profiles::RecordDef& record,
    const std::optional<ColumnRef>& key_origin = std::nullopt);
/// The column that the root of a record takes its key from; nullopt when the key is several columns, or
/// computed.
[[nodiscard]] std::optional<ColumnRef> origin_of_key(core::Database& db, const profiles::RecordDef& record);

}  // namespace versoir::consult

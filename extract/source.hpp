// The source port: a database as Versoir reads it, whatever its kind. No library type goes through.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// sqlite:FILE | postgresql:CONNINFO (schema in option) — the text before the first colon chooses the
/// adapter.
struct SourceUri {
  std::string kind, rest;
  /// The URI without what could be secret, for the provenance tables and messages.
  [[nodiscard]] std::string redacted() const;
};
/// Refuses (Exit::usage) a text without kind, an unknown kind, and a password written in the connection.
[[nodiscard]] SourceUri parse_source(std::string_view text);

/// A column of the source's own catalogue.
struct SourceColumn {
  std::string name;
  std::string type;  ///< declared type, source spelling
  enum class Kind { integer, number, text, date, timestamp, binary, boolean, other } kind = Kind::text;
  int precision = 0, scale = 0;  ///< of numbers, 0 when not declared
  bool scale_known = false;
  bool nullable = true;
};
struct SourceTable {
  std::string name;
  std::vector<SourceColumn> columns;
};

/// A block of rows as text. nullopt = NULL; binary values are raw bytes; dates are ISO 8601; numbers are
/// exact decimal.
struct RowBlock {
  std::size_t columns = 0;
  std::vector<std::optional<std::string>> cells;  ///< row-major
  [[nodiscard]] std::size_t rows() const noexcept { return columns ? cells.size() / columns : 0; }
};

enum class Consistency { snapshot, per_table, per_chunk };
[[nodiscard]] std::string_view consistency_name(Consistency c) noexcept;

struct Provenance {
  std::string system, version, charset, database, user;
  std::string schema;    ///< owner of the tables read, "" when the source has no such notion
  std::string snapshot;  ///< snapshot id, SCN, or file digest
};

/// One connection inside one consistent read-only transaction. Errors: Exit::source_unreachable,
/// source_rights, source_missing, source_data, always naming the table.
class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual Provenance provenance() = 0;
  [[nodiscard]] virtual Consistency consistency() const = 0;
  [[nodiscard]] virtual std::vector<SourceTable> catalogue() = 0;
  [[nodiscard]] virtual std::uint64_t count(const std::string& table) = 0;
  /// Streams the rows of `table` restricted to `columns`; `emit` may throw to stop.
  virtual void read(const SourceTable& table, const std::vector<std::string>& columns,
                    const std::function<void(RowBlock&&)>& emit, std::stop_token stop) = 0;
};

/// `schema`: owner to read ("" = default). Throws when the kind is unknown (Exit::usage) or unreachable.
[[nodiscard]] std::unique_ptr<Source> open_source(const SourceUri& uri, std::string_view schema);

}  // namespace versoir::extract

// The source port: a database as Versoir reads it, whatever its kind. No library type goes through.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "extract/block.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// sqlite:FILE | postgresql:CONNINFO | odbc:CONNECTION STRING (schema in option) | csv:FOLDER | siard:FILE —
/// the text before the first colon chooses the adapter.
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
  std::string comment;  ///< of the source's catalogue
};
using ColumnKind = SourceColumn::Kind;
/// A declared foreign key whose both ends are in the catalogue: columns here, and there in the same order.
struct SourceReference {
  std::vector<std::string> columns;
  std::string table;
  std::vector<std::string> to;
};
struct SourceTable {
  std::string name;
  std::vector<SourceColumn> columns;
  std::vector<std::string>
      key;  ///< columns that the source itself guarantees to identify a row; may be empty
  std::vector<SourceReference>
      references;       ///< those that the source declares, where its catalogue tells them
  std::string comment;  ///< of the source's catalogue
  bool view = false;    ///< its rows are those of other tables
  std::optional<std::uint64_t> estimated_rows, bytes;  ///< by the source's statistics: approximate
  std::optional<std::uint64_t> large_bytes;  ///< of it, in large values kept apart, where the catalogue says
  [[nodiscard]] const SourceColumn* find(std::string_view column) const;
};

/// What to read of one table.
struct ReadRequest {
  const SourceTable& table;
  std::vector<std::string> columns;
  std::string after;  ///< a RowBlock::position of an earlier reading of the same table and columns, or ""
};

enum class Consistency { snapshot, per_table, per_chunk };
[[nodiscard]] std::string_view consistency_name(Consistency c) noexcept;

struct Provenance {
  std::string system, version, charset, database, user;
  std::string schema;           ///< owner of the tables read, "" when the source has no such notion
  std::string snapshot;         ///< snapshot id, SCN, or file digest: the same text means the same content
  bool has_empty_texts = true;  ///< Oracle keeps '' as NULL: in what it gives the two cannot be told apart
};

/// One connection inside one read-only transaction, consistent as far as consistency() says. Errors:
/// Exit::source_unreachable, source_rights, source_missing, source_data, always naming the table.
class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual Provenance provenance() = 0;
  [[nodiscard]] virtual Consistency consistency() const = 0;
  [[nodiscard]] virtual std::vector<SourceTable> catalogue() = 0;
  [[nodiscard]] virtual std::uint64_t count(const std::string& table) = 0;
  /// Streams rows in an order that is the same each time the table is read unchanged. When `stop` is
  /// requested it throws Error(Exit::interrupted), also while it waits for the server.
  virtual void read(const ReadRequest& request, RowSink& sink, std::stop_token stop) = 0;
  /// A second connection that reads the same moment, for use by another thread; null when there is none.
  [[nodiscard]] virtual std::unique_ptr<Source> sibling() { return nullptr; }
  /// Nothing more will be read: a server need not keep for this what others delete and change.
  virtual void release() noexcept {}
  /// What is wrong before anything is read: rights on these tables, clocks, encryption, settings.
  [[nodiscard]] virtual std::vector<core::Finding> probe(const std::vector<std::string>& tables,
                                                         core::Instant now) {
    static_cast<void>(tables), static_cast<void>(now);
    return {};
  }
  /// What tells that others may still change what is read, asked before a final extract: warnings. A source
  /// that cannot tell says nothing.
  [[nodiscard]] virtual std::vector<core::Finding> probe_writable() { return {}; }
  /// Of tables that the catalogue does not show: those that exist all the same, or may, as far as a source
  /// that hides what the account may not read can tell. An error names one that exists.
  [[nodiscard]] virtual std::vector<core::Finding> probe_absent(const std::vector<std::string>& expected) {
    static_cast<void>(expected);
    return {};
  }
};

/// How to reach a source, beside its URI. Secrets never stand in a URI nor on a command line.
struct Access {
  std::string schema;                   ///< owner of the tables, "" = the source's default
  std::optional<std::string> password;  ///< from a file, a command or a prompt
  int statement_timeout = 0;            ///< seconds, 0 = none
  int lock_timeout = 30;                ///< seconds for which a table that someone locks is waited for
  std::size_t fetch_rows = 0;  ///< rows per fetch where the adapter fetches blocks; 0 = by memory budget
};

/// Throws when the kind is unknown (Exit::usage) or the source unreachable.
[[nodiscard]] std::unique_ptr<Source> open_source(const SourceUri& uri, const Access& access);

}  // namespace versoir::extract

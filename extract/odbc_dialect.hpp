// What differs between the databases behind ODBC: their SQL, their catalogue, their idea of one moment.
#pragma once
#include "extract/adapters.hpp"
#include "extract/odbc_handles.hpp"
#include "extract/odbc_rendering.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

class OdbcDialect {
 public:
  virtual ~OdbcDialect() = default;

  /// Session settings, read-only transaction, choice of the schema. `moment`: shared() of another connection,
  /// or "".
  virtual void begin(OdbcConnection& connection, const std::string& schema, const std::string& moment) = 0;
  virtual void describe(OdbcConnection& connection, Provenance& provenance) = 0;
  [[nodiscard]] virtual Consistency consistency() const { return Consistency::snapshot; }
  /// What another connection needs to see the same moment; "" when no other can.
  [[nodiscard]] virtual std::string shared() const { return {}; }
  [[nodiscard]] virtual std::vector<SourceTable> catalogue(OdbcConnection& connection) = 0;
  /// A file keeps nothing of the past for its readers.
  [[nodiscard]] virtual bool is_server() const { return true; }
  [[nodiscard]] virtual std::string from(const std::string& table) const = 0;
  [[nodiscard]] virtual OdbcRendering render(const SourceColumn& column) const = 0;

  /// In whose bytes some texts come (OdbcForm::tagged); null when none does.
  [[nodiscard]] virtual const CsvCharset* charset() const { return nullptr; }

  /// Where a row lies, so that one of its values can be read apart: expressions to select, and the condition
  /// that finds the row again with a parameter for each. Empty: the rows of this table lie nowhere.
  struct Place {
    std::vector<std::string> select;
    std::string condition;
  };
  [[nodiscard]] virtual Place place(OdbcConnection& connection, const std::string& table) = 0;

  /// The order in which a table is read, and what of a row says where to go on. Empty: in no promised order.
  struct Order {
    std::vector<std::string> columns;  ///< of the table, or what stands for its row number
    std::vector<std::string> select;   ///< the same as text
    std::vector<std::size_t> width;
    std::string by;  ///< after ORDER BY
  };
  [[nodiscard]] virtual Order order(OdbcConnection& connection, const SourceTable& table) = 0;
  /// The rows behind these values.
  [[nodiscard]] virtual std::string behind(const SourceTable& table, const Order& order,
                                           std::span<const std::string> values) const = 0;

  [[nodiscard]] virtual std::vector<core::Finding> probe(OdbcConnection& connection,
                                                         const std::vector<std::string>& tables,
                                                         core::Instant now) {
    static_cast<void>(connection), static_cast<void>(tables), static_cast<void>(now);
    return {};
  }
  /// See Source::probe_writable.
  [[nodiscard]] virtual std::vector<core::Finding> probe_writable(OdbcConnection& connection) {
    static_cast<void>(connection);
    return {};
  }
  /// See Source::probe_absent.
  [[nodiscard]] virtual std::vector<core::Finding> probe_absent(OdbcConnection& connection,
                                                                const std::vector<std::string>& expected) {
    static_cast<void>(connection), static_cast<void>(expected);
    return {};
  }
};

[[nodiscard]] std::unique_ptr<OdbcDialect> oracle_dialect();
[[nodiscard]] std::unique_ptr<OdbcDialect> postgresql_dialect();
[[nodiscard]] std::unique_ptr<OdbcDialect> sqlite_dialect();
/// Any other: catalogue functions of ODBC, table by table.
[[nodiscard]] std::unique_ptr<OdbcDialect> unknown_dialect();

/// The order by the key that the catalogue gives, each column rendered by the dialect.
[[nodiscard]] OdbcDialect::Order order_by_key(const OdbcDialect& dialect, const SourceTable& table,
                                              bool (*can_bound)(const SourceColumn&),
                                              std::string (*quoted)(std::string_view));
[[nodiscard]] std::uint64_t odbc_count(const std::string& text, const std::string& what);

}  // namespace versoir::extract

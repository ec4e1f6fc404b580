// A database of which only ODBC is known: its catalogue functions, its own texts, one table after the other.
#include "core/error.hpp"
#include "extract/odbc_dialect.hpp"

#include <algorithm>
#include <map>

namespace versoir::extract {

using core::msg;

namespace {

ColumnKind kind_of(int type, int scale) {
  switch (type) {
    case SQL_TINYINT:
    case SQL_SMALLINT:
    case SQL_INTEGER:
    case SQL_BIGINT:
      return ColumnKind::integer;
    case SQL_NUMERIC:
    case SQL_DECIMAL:
      static_cast<void>(scale);
      return ColumnKind::number;
    case SQL_REAL:
    case SQL_FLOAT:
    case SQL_DOUBLE:
      return ColumnKind::number;
    case SQL_BIT:
      return ColumnKind::boolean;
    case SQL_TYPE_DATE:
      return ColumnKind::date;
    case SQL_TYPE_TIMESTAMP:
      return ColumnKind::timestamp;
    case SQL_BINARY:
    case SQL_VARBINARY:
    case SQL_LONGVARBINARY:
      return ColumnKind::binary;
    case SQL_CHAR:
    case SQL_VARCHAR:
    case SQL_LONGVARCHAR:
    case SQL_WCHAR:
    case SQL_WVARCHAR:
    case SQL_WLONGVARCHAR:
      return ColumnKind::text;
    default:
      return ColumnKind::other;
  }
}

SQLCHAR* chars(std::string& text) { return reinterpret_cast<SQLCHAR*>(text.data()); }
SQLSMALLINT size(const std::string& text) { return static_cast<SQLSMALLINT>(text.size()); }

class UnknownDialect final : public OdbcDialect {
 public:
  void begin(OdbcConnection& connection, const std::string& schema, const std::string&) override {
    connection.manual_commit();
    schema_ = schema;
    quote_ = connection.info(SQL_IDENTIFIER_QUOTE_CHAR);
    if (quote_ == " ") quote_.clear();
  }
  void describe(OdbcConnection& connection, Provenance& p) override {
    p.version = connection.info(SQL_DBMS_VER);
    p.database = connection.info(SQL_DATABASE_NAME);
    p.user = connection.info(SQL_USER_NAME);
    p.schema = schema_;
    p.charset = "unknown";
  }
  Consistency consistency() const override { return Consistency::per_table; }

  std::vector<SourceTable> catalogue(OdbcConnection& connection) override {
    std::map<std::string, SourceTable> tables;
    for (const auto& row : listed(connection, [&](SQLHANDLE s) {
           std::string types = "TABLE,VIEW";
           return SQLTables(s, nullptr, 0, schema(), size(schema_), nullptr, 0, chars(types), size(types));
         })) {
      auto& table = tables[at(row, 2)];
      table.name = at(row, 2);
      table.comment = at(row, 4);
    }
    for (const auto& row : listed(connection, [&](SQLHANDLE s) {
           return SQLColumns(s, nullptr, 0, schema(), size(schema_), nullptr, 0, nullptr, 0);
         })) {
      const auto it = tables.find(at(row, 2));
      if (it == tables.end()) continue;
      SourceColumn c;
      c.name = at(row, 3);
      c.type = at(row, 5);
      c.kind = kind_of(std::atoi(at(row, 4).c_str()), std::atoi(at(row, 8).c_str()));
      c.nullable = at(row, 10) != "0";
      it->second.columns.push_back(std::move(c));
    }
    std::vector<SourceTable> out;
    for (auto& [name, table] : tables) {
      if (table.columns.empty()) continue;
      std::map<int, std::string> key;
      auto copy = name;
      for (const auto& row : listed(connection, [&](SQLHANDLE s) {
             return SQLPrimaryKeys(s, nullptr, 0, schema(), size(schema_), chars(copy), size(copy));
           }))
        key[std::atoi(at(row, 4).c_str())] = at(row, 3);
      for (const auto& [position, column] : key) table.key.push_back(column);
      out.push_back(std::move(table));
    }
    drop_weak_keys(out);
    return out;
  }

  std::string from(const std::string& table) const override {
    return schema_.empty() ? quoted(table) : quoted(schema_) + "." + quoted(table);
  }
  OdbcRendering render(const SourceColumn& column) const override {
    OdbcRendering r;
    r.body = quoted(column.name);
    r.body_form = column.kind == ColumnKind::binary ? OdbcForm::binary : OdbcForm::text;
    return r;
  }
  Place place(OdbcConnection&, const std::string&) override { return {}; }
  Order order(OdbcConnection&, const SourceTable& table) override {
    // Sorted, so that the same content comes in the same order; where to go on cannot be said without knowing
    // how this database writes its literals.
    Order order;
    for (const auto& k : table.key) order.by += (order.by.empty() ? "" : ", ") + quoted(k);
    return order;
  }
  std::string behind(const SourceTable&, const Order&, std::span<const std::string>) const override {
    return "1 = 1";
  }
  std::vector<core::Finding> probe(OdbcConnection& connection, const std::vector<std::string>&,
                                   core::Instant) override {
    return {
        {core::Severity::warning, "UNKNOWN_DBMS",
         msg("{0} is a database that Versoir does not know: values are taken as the driver renders them, "
             "tables are read one after the other without a common moment, and nothing prevents writing but "
             "the rights of the account.",
             connection.info(SQL_DBMS_NAME)),
         ""}};
  }

 private:
  template <class Call>
  static std::vector<OdbcConnection::Row> listed(OdbcConnection& connection, Call&& call) {
    OdbcStatement statement(connection, "the catalogue");
    statement.check(call(statement.handle()));
    return statement.rows();
  }
  static std::string at(const OdbcConnection::Row& row, std::size_t i) {
    return i < row.size() ? row[i].value_or("") : "";
  }
  SQLCHAR* schema() { return schema_.empty() ? nullptr : chars(schema_); }
  std::string quoted(std::string_view name) const {
    if (quote_.empty()) return std::string(name);
    std::string out = quote_;
    for (char c : name) {
      out += c;
      if (c == quote_.front()) out += c;
    }
    return out + quote_;
  }

  std::string schema_, quote_;
};

}  // namespace

std::unique_ptr<OdbcDialect> unknown_dialect() { return std::make_unique<UnknownDialect>(); }

}  // namespace versoir::extract

// SQLite through ODBC: each value with the letter of its kind, because a column of SQLite may hold all of
// them and the driver knows one type a column, 15 digits and texts without zeros.
#include "core/sqlite.hpp"
#include "extract/odbc_dialect.hpp"
#include "extract/sqlite_content.hpp"
#include "extract/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <optional>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

class SqliteDialect final : public OdbcDialect {
 public:
  void begin(OdbcConnection& connection, const std::string&, const std::string&) override {
    file_.emplace(core::Database::open_read(
        connection.one("SELECT file FROM pragma_database_list WHERE name = 'main'", "the file")));
    connection.manual_commit();
    // The transaction takes its lock with the first read.
    content_.emplace(
        file_->raw(),
        [&] { static_cast<void>(connection.one("SELECT count(*) FROM sqlite_master", "sqlite_master")); },
        [&] { connection.roll_back(); });
  }

  void describe(OdbcConnection& connection, Provenance& p) override {
    p.version = connection.one("SELECT sqlite_version()", "the version");
    p.charset = connection.one("PRAGMA encoding", "the encoding");
    p.database = file_->path().filename().string();
    p.snapshot = "sha512:" + content_->digest().hex();
  }

  std::vector<SourceTable> catalogue(OdbcConnection& connection) override {
    std::vector<SourceTable> tables;
    std::map<std::string, std::map<int, std::string>> keys;
    // hidden: 1 is the parameter of a virtual table; 2 and 3 are generated columns, which are data.
    for (const auto& row : connection.rows(
             "SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master m, "
             "pragma_table_xinfo(m.name) "
             "c WHERE m.type IN ('table', 'view') AND substr(m.name, 1, 7) <> 'sqlite_' AND c.hidden <> 1 "
             "ORDER BY m.name, c.cid",
             "the catalogue")) {
      if (tables.empty() || tables.back().name != row[0].value_or(""))
        tables.emplace_back().name = row[0].value_or("");
      auto column = declared_column(row[1].value_or(""), row[2].value_or(""));
      // INTEGER PRIMARY KEY is never NULL; other primary keys of SQLite may be.
      column.nullable = row[3].value_or("0") == "0";
      if (const auto at = std::atoi(row[4].value_or("0").c_str()); at > 0) {
        keys[tables.back().name][at] = column.name;
        if (is_integer(column.type)) column.nullable = false;
      }
      tables.back().columns.push_back(std::move(column));
    }
    for (auto& table : tables)
      for (auto& [at, name] : keys[table.name]) table.key.push_back(name);
    drop_weak_keys(tables);
    return tables;
  }

  bool is_server() const override { return false; }
  std::string from(const std::string& table) const override { return core::sql_name(table); }

  OdbcRendering render(const SourceColumn& column) const override {
    const auto name = core::sql_name(column.name);
    OdbcRendering r;
    r.body = fmt::format(
        "CASE typeof({0}) WHEN 'null' THEN NULL WHEN 'integer' THEN 't' || {0} WHEN 'real' THEN 'r' || "
        "printf('%!.17g', {0}) WHEN 'text' THEN CASE WHEN instr(CAST({0} AS BLOB), x'00') > 0 THEN 'h' || "
        "hex({0}) ELSE 't' || {0} END ELSE 'h' || hex({0}) END",
        name);
    const auto size = fmt::format("length(CAST({} AS BLOB))", name);
    r.longer = fmt::format("CASE WHEN {} > {} THEN '1' END", size, odbc_characters);
    r.head = fmt::format("CASE WHEN {} <= {} THEN {} END", size, odbc_characters, r.body);
    r.head_form = r.body_form = OdbcForm::tagged;
    r.width = 2 * odbc_characters + 2;
    return r;
  }

  Place place(OdbcConnection& connection, const std::string& table) override {
    if (!has_rowid(connection, table)) return {};
    return {{"rowid"}, "rowid = ?"};
  }

  Order order(OdbcConnection& connection, const SourceTable& table) override {
    if (!has_rowid(connection, table.name)) return {};
    return {{"rowid"}, {"rowid"}, {24}, "rowid"};
  }
  std::string behind(const SourceTable&, const Order&, std::span<const std::string> values) const override {
    std::int64_t row = 0;
    const auto& text = values.front();
    if (const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
        error != std::errc() || end != text.data() + text.size())
      throw Error(Exit::extract_invalid, msg("The position kept by an interrupted copy cannot be read."))
          .hint(msg("Start the copy again with --restart."));
    return fmt::format("rowid > {}", row);
  }

 private:
  static bool is_integer(std::string_view type) {
    return std::ranges::equal(type, std::string_view("INTEGER"),
                              [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 32 : a) == b; });
  }
  bool has_rowid(OdbcConnection& connection, const std::string& table) {
    if (const auto it = rowid_.find(table); it != rowid_.end()) return it->second;
    const auto name = core::sql_text(table);
    const bool has =
        connection.one("SELECT count(*) FROM pragma_table_list(" + name +
                           ") WHERE schema = 'main' AND type = 'table' AND wr = 0",
                       table) == "1" &&
        // A column of that name hides the row number.
        connection.one("SELECT count(*) FROM pragma_table_xinfo(" + name + ") WHERE lower(name) = 'rowid'",
                       table) == "0";
    return rowid_[table] = has;
  }

  std::map<std::string, bool> rowid_;
  // The driver's SQLite and this one are the same library: their descriptors of the file respect each other.
  std::optional<core::Database> file_;
  std::optional<SqliteContent> content_;
};

}  // namespace

std::unique_ptr<OdbcDialect> sqlite_dialect() { return std::make_unique<SqliteDialect>(); }

}  // namespace versoir::extract

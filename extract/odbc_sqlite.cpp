// SQLite through ODBC: each value with the letter of its kind, because a column of SQLite may hold all of
// them and the driver knows one type a column, 15 digits and texts without zeros.
#include "core/sqlite.hpp"
#include "extract/odbc_dialect.hpp"
#include "extract/sqlite_catalogue.hpp"
#include "extract/sqlite_content.hpp"

#include <fmt/format.h>

#include <charconv>
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
    return sqlite_catalogue(asking(connection));
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
  static Ask asking(OdbcConnection& connection) {
    return [&connection](const std::string& sql) { return connection.rows(sql, "the catalogue"); };
  }
  bool has_rowid(OdbcConnection& connection, const std::string& table) {
    const auto it = rowid_.find(table);
    if (it != rowid_.end()) return it->second;
    return rowid_[table] = sqlite_has_rowid(asking(connection), table);
  }

  std::map<std::string, bool> rowid_;
  // The driver's SQLite and this one are the same library: their descriptors of the file respect each other.
  std::optional<core::Database> file_;
  std::optional<SqliteContent> content_;
};

}  // namespace

std::unique_ptr<OdbcDialect> sqlite_dialect() { return std::make_unique<SqliteDialect>(); }

}  // namespace versoir::extract

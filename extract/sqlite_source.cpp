// A SQLite file as a source: one read transaction, declared types understood, values as they are.
#include "core/error.hpp"
#include "core/sqlite.hpp"
#include "extract/adapters.hpp"
#include "extract/sqlite_content.hpp"
#include "extract/values.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <map>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The error of a table's reading, with the table named.
[[noreturn]] void fail_on(const std::string& table, const Error& cause) {
  throw Error(Exit::source_data, msg("The table {0} cannot be read.", table)).because(cause);
}

class SqliteSource final : public Source {
 public:
  explicit SqliteSource(core::Database db)
      : db_(std::move(db)),
        // The transaction takes its lock with the first read: from here on the content does not change.
        content_(
            db_.raw(),
            [this] {
              db_.exec("BEGIN");
              static_cast<void>(db_.one_int("SELECT count(*) FROM sqlite_master"));
            },
            [this] { db_.exec("COMMIT"); }) {}

  Provenance provenance() override {
    Provenance p;
    p.system = "SQLite";
    p.version = sqlite3_libversion();
    p.charset = core::value_text(db_.one("PRAGMA encoding").value_or(std::string("UTF-8")));
    p.database = db_.path().filename().string();
    p.snapshot = "sha512:" + content_.digest().hex();
    return p;
  }

  Consistency consistency() const override { return Consistency::snapshot; }

  std::vector<SourceTable> catalogue() override {
    std::vector<SourceTable> tables;
    auto names = db_.prepare(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' "
        "ORDER BY name");
    while (names.step()) {
      tables.emplace_back();
      tables.back().name = names.text(0);
    }
    // hidden: 1 is the parameter of a virtual table; 2 and 3 are generated columns, which are data.
    auto columns = db_.prepare(
        "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid");
    for (auto& table : tables) {
      std::map<std::int64_t, std::string> key;
      bool whole = true;  // SQLite lets NULL stand in a primary key: it then identifies nothing
      columns.bind(1, std::string_view(table.name));
      while (columns.step()) {
        auto column = declared_column(std::string(columns.text(0)), std::string(columns.text(1)));
        column.nullable = columns.integer(2) == 0;
        if (const auto at = columns.integer(3); at > 0) {
          key[at] = column.name;
          whole = whole && (!column.nullable || sqlite3_stricmp(column.type.c_str(), "INTEGER") == 0);
        }
        table.columns.push_back(std::move(column));
      }
      if (whole)
        for (auto& [at, name] : key) table.key.push_back(name);
      columns.reset();
    }
    return tables;
  }

  std::uint64_t count(const std::string& table) override {
    try {
      return static_cast<std::uint64_t>(db_.one_int("SELECT count(*) FROM " + core::sql_name(table)));
    } catch (const Error& e) {
      fail_on(table, e);
    }
  }

  void read(const ReadRequest& request, RowSink& sink, std::stop_token stop) override {
    const auto& table = request.table.name;
    // Rows of an ordinary table have a number that stands for their place; views and WITHOUT ROWID tables
    // have none.
    const bool numbered = has_rowid(table);
    std::string list;
    for (const auto& c : request.columns) list += core::sql_name(c) + ", ";
    auto sql = fmt::format("SELECT {}{} FROM {}", list, numbered ? "rowid" : "NULL", core::sql_name(table));
    if (numbered) sql += request.after.empty() ? " ORDER BY rowid" : " WHERE rowid > ?1 ORDER BY rowid";
    auto statement = prepare(table, sql);
    if (numbered && !request.after.empty()) statement.bind(1, std::int64_t{std::stoll(request.after)});
    BlockFiller filler(request.columns.size(), sink);
    const int position = static_cast<int>(request.columns.size());
    while (step(table, statement)) {
      if (stop.stop_requested()) throw_interrupted();
      for (int i = 0; i < position; ++i) add_cell(filler.block(), statement.raw(), i);
      filler.end_row(statement.text(position));
    }
    filler.flush();
  }

 private:
  core::Statement prepare(const std::string& table, const std::string& sql) {
    try {
      return db_.prepare(sql);
    } catch (const Error& e) {
      fail_on(table, e);
    }
  }
  static bool step(const std::string& table, core::Statement& statement) {
    try {
      return statement.step();
    } catch (const Error& e) {
      fail_on(table, e);
    }
  }

  bool has_rowid(const std::string& table) {
    auto st =
        db_.prepare("SELECT type = 'table' AND wr = 0 FROM pragma_table_list(?1) WHERE schema = 'main'");
    st.bind(1, std::string_view(table));
    if (!st.step() || st.integer(0) == 0) return false;
    // A column of that name hides the row number.
    auto hidden = db_.prepare("SELECT 1 FROM pragma_table_xinfo(?1) WHERE name = 'rowid' COLLATE NOCASE");
    hidden.bind(1, std::string_view(table));
    return !hidden.step();
  }

  static void add_cell(RowBlock& block, sqlite3_stmt* row, int i) {
    switch (sqlite3_column_type(row, i)) {
      case SQLITE_NULL:
        return block.add_null();
      case SQLITE_INTEGER:
        return block.add(fmt::format_int(sqlite3_column_int64(row, i)).str());
      // Shortest decimal that gives the same double back, where SQLite's own text keeps 15 digits.
      case SQLITE_FLOAT:
        return block.add(fmt::format("{}", sqlite3_column_double(row, i)));
      case SQLITE_TEXT: {
        // The text first, its size after: SQLite may convert from UTF-16 in between.
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, i));
        return block.add({text ? text : "", static_cast<std::size_t>(sqlite3_column_bytes(row, i))});
      }
      default: {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, i));
        return block.add(
            {bytes ? bytes : "", bytes ? static_cast<std::size_t>(sqlite3_column_bytes(row, i)) : 0});
      }
    }
  }

  core::Database db_;
  SqliteContent content_;
};

}  // namespace

std::unique_ptr<Source> open_sqlite(const std::string& file) {
  try {
    return std::make_unique<SqliteSource>(core::Database::open_read(file));
  } catch (const Error& e) {
    throw Error(Exit::source_unreachable, msg("The SQLite file {0} cannot be read.", file))
        .because(e)
        .hint(msg("Look at the path after sqlite:, and at the rights of this account."));
  }
}

}  // namespace versoir::extract

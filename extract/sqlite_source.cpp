// A SQLite file as a source: one read transaction, declared types understood, values as they are.
#include "core/error.hpp"
#include "core/handle.hpp"
#include "core/sqlite.hpp"
#include "extract/adapters.hpp"
#include "extract/sqlite_catalogue.hpp"
#include "extract/sqlite_content.hpp"
#include "extract/values.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

using BlobHandle = core::Handle<sqlite3_blob, sqlite3_blob_close>;

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

  std::vector<SourceTable> catalogue() override { return sqlite_catalogue(ask_); }

  std::uint64_t count(const std::string& table) override {
    try {
      return static_cast<std::uint64_t>(db_.one_int("SELECT count(*) FROM " + core::sql_name(table)));
    } catch (const Error& e) {
      fail_on(table, e);
    }
  }

  void read(const ReadRequest& request, RowSink& sink, std::stop_token stop) override {
    Reading r{request,      sqlite_has_rowid(ask_, request.table.name), false,
              std::nullopt, BlockFiller(request.columns.size(), sink),  classes_of(request)};
    if (r.numbered && !request.after.empty()) r.after = std::stoll(request.after);
    // SQLite refuses a longer value before it holds it: the row is then read piece by piece.
    r.by_pieces = r.numbered && can_read_pieces(request.table.name);
    for (;;) {
      const LengthLimit limit(db_.raw(), r.by_pieces ? static_cast<int>(large_value) : longest_value);
      if (read_rows(r, stop)) break;
      const LengthLimit none(db_.raw(), longest_value);
      read_long_row(r, stop);
    }
    r.filler.flush();
  }

 private:
  static constexpr int longest_value = std::numeric_limits<int>::max();  ///< SQLite lowers it to its own

  class LengthLimit {
   public:
    LengthLimit(sqlite3* db, int most) : db_(db), before_(sqlite3_limit(db, SQLITE_LIMIT_LENGTH, most)) {}
    LengthLimit(const LengthLimit&) = delete;
    LengthLimit& operator=(const LengthLimit&) = delete;
    ~LengthLimit() { sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, before_); }

   private:
    sqlite3* db_;
    int before_;
  };

  /// The storage class that the values of a column should have. SQLite keeps any class in any column, and
  /// 1, '1' and x'31' become the same text.
  struct Classes {
    enum class Rule { not_blob, text, blob, as_first } rule = Rule::not_blob;
    int first = SQLITE_NULL;  ///< as_first: of the first value that is no BLOB
  };
  struct Reading {
    const ReadRequest& request;
    bool numbered;   ///< its rows have a number that stands for their place
    bool by_pieces;  ///< a long value can be read without being held whole
    std::optional<std::int64_t> after;
    BlockFiller filler;
    std::vector<Classes> classes;
  };

  /// Rows up to the end of the table (true) or to a row with a value that is too long for a block.
  bool read_rows(Reading& r, const std::stop_token& stop) {
    const auto& table = r.request.table.name;
    std::string list;
    for (const auto& c : r.request.columns) list += core::sql_name(c) + ", ";
    auto statement = prepare_rows(r, list + (r.numbered ? "rowid" : "NULL"), "");
    const int position = static_cast<int>(r.request.columns.size());
    for (;;) {
      try {
        if (!statement.step()) return true;
      } catch (const Error& e) {
        if (r.numbered && sqlite3_errcode(db_.raw()) == SQLITE_TOOBIG) return false;
        fail_on(table, e);
      }
      if (stop.stop_requested()) throw_interrupted();
      const auto large = r.by_pieces ? std::vector<bool>() : send_large(r, statement.raw(), stop);
      for (int i = 0; i < position; ++i) {
        judge(r, static_cast<std::size_t>(i), sqlite3_column_type(statement.raw(), i));
        if (!large.empty() && large[static_cast<std::size_t>(i)])
          r.filler.block().add_large();
        else
          add_cell(r.filler.block(), statement.raw(), i);
      }
      if (r.numbered) r.after = statement.integer(position);
      r.filler.end_row(statement.text(position));
    }
  }

  /// The long values of a row of a view, of a table WITHOUT ROWID, of a file in UTF-16: SQLite holds each
  /// whole, once, and nobody else does. Which they are; empty when there is none.
  static std::vector<bool> send_large(Reading& r, sqlite3_stmt* row, const std::stop_token& stop) {
    std::vector<bool> large;
    const auto columns = r.request.columns.size();
    for (std::size_t i = 0; i < columns; ++i) {
      const int n = static_cast<int>(i), type = sqlite3_column_type(row, n);
      if (type != SQLITE_TEXT && type != SQLITE_BLOB) continue;
      const auto value = bytes_of(row, n);
      if (value.size() <= large_value) continue;
      large.resize(columns);
      large[i] = true;
      for (std::size_t at = 0; at < value.size(); at += large_value) {
        if (stop.stop_requested()) throw_interrupted();
        r.filler.piece(i, value.substr(at, large_value));
      }
    }
    return large;
  }

  /// The row after r.after, of which no value is held whole if it is longer than large_value.
  void read_long_row(Reading& r, const std::stop_token& stop) {
    const auto& table = r.request.table.name;
    std::string list = "rowid";
    for (const auto& c : r.request.columns) {
      const auto name = core::sql_name(c);
      list += fmt::format(", typeof({0}), CASE WHEN typeof({0}) IN ('text', 'blob') THEN NULL ELSE {0} END",
                          name);
    }
    auto row = prepare_rows(r, list, " LIMIT 1");
    if (!step(table, row)) throw Error(Exit::source_data, msg("The table {0} cannot be read.", table));
    const auto number = row.integer(0);
    const auto columns = r.request.columns.size();
    std::vector<BlobHandle> blobs(columns);
    std::vector<bool> large(columns);
    for (std::size_t i = 0; i < columns; ++i) {
      const auto type = row.text(static_cast<int>(1 + 2 * i));
      if (type != "text" && type != "blob") continue;
      sqlite3_blob* blob = nullptr;
      // What the row itself does not hold (the default of a column that was added later) cannot be opened.
      static_cast<void>(sqlite3_blob_open(db_.raw(), "main", table.c_str(), r.request.columns[i].c_str(),
                                          number, 0, &blob));
      blobs[i].reset(blob);
      large[i] = blob && sqlite3_blob_bytes(blob) > static_cast<int>(large_value);
      if (large[i]) read_pieces(r, i, blob, stop);
    }
    auto& block = r.filler.block();
    for (std::size_t i = 0; i < columns; ++i) {
      const auto type = row.text(static_cast<int>(1 + 2 * i));
      judge(r, i, class_named(type));
      if (large[i]) {
        block.add_large();
      } else if (blobs[i]) {
        std::string value(static_cast<std::size_t>(sqlite3_blob_bytes(blobs[i].get())), '\0');
        read_blob(table, blobs[i].get(), value, 0);
        block.add(value);
      } else if (type == "text" || type == "blob") {
        auto whole = prepare(table, fmt::format("SELECT {} FROM {} WHERE rowid = ?1",
                                                core::sql_name(r.request.columns[i]), core::sql_name(table)));
        whole.bind(1, number);
        if (!step(table, whole)) throw Error(Exit::source_data, msg("The table {0} cannot be read.", table));
        add_cell(block, whole.raw(), 0);
      } else {
        add_cell(block, row.raw(), static_cast<int>(2 + 2 * i));
      }
    }
    r.after = number;
    r.filler.end_row(std::to_string(number));
  }

  static void read_pieces(Reading& r, std::size_t column, sqlite3_blob* blob, const std::stop_token& stop) {
    const auto size = static_cast<std::size_t>(sqlite3_blob_bytes(blob));
    std::string piece;
    for (std::size_t at = 0; at < size; at += piece.size()) {
      if (stop.stop_requested()) throw_interrupted();
      piece.resize(std::min(large_value, size - at));
      read_blob(r.request.table.name, blob, piece, at);
      r.filler.piece(column, piece);
    }
  }
  static void read_blob(const std::string& table, sqlite3_blob* blob, std::string& out, std::size_t at) {
    if (out.empty()) return;
    if (sqlite3_blob_read(blob, out.data(), static_cast<int>(out.size()), static_cast<int>(at)) != SQLITE_OK)
      throw Error(Exit::source_data, msg("The table {0} cannot be read.", table));
  }

  core::Statement prepare_rows(const Reading& r, const std::string& list, std::string_view limit) {
    const auto& table = r.request.table.name;
    auto sql = fmt::format("SELECT {} FROM {}", list, core::sql_name(table));
    if (r.after) sql += " WHERE rowid > ?1";
    if (r.numbered) sql += " ORDER BY rowid";
    auto statement = prepare(table, sql.append(limit));
    if (r.after) statement.bind(1, *r.after);
    return statement;
  }

  static int class_named(std::string_view name) {
    if (name == "integer") return SQLITE_INTEGER;
    if (name == "real") return SQLITE_FLOAT;
    if (name == "text") return SQLITE_TEXT;
    return name == "blob" ? SQLITE_BLOB : SQLITE_NULL;
  }
  static std::string_view class_name(int type) {
    if (type == SQLITE_INTEGER) return "INTEGER";
    if (type == SQLITE_FLOAT) return "REAL";
    return type == SQLITE_TEXT ? "TEXT" : "BLOB";
  }

  std::vector<Classes> classes_of(const ReadRequest& request) {
    std::vector<Classes> out;
    for (const auto& name : request.columns) {
      const auto* column = request.table.find(name);
      auto& c = out.emplace_back();
      if (!column) continue;
      if (column->kind == ColumnKind::binary) c.rule = Classes::Rule::blob;
      if (column->kind != ColumnKind::text && column->kind != ColumnKind::other) continue;
      // Only a type of TEXT affinity turns numbers into text when they are stored.
      c.rule = column->kind == ColumnKind::text && has_text_affinity(column->type) ? Classes::Rule::text
                                                                                   : Classes::Rule::as_first;
      // A reading that goes on judges by the same value as the one that began.
      if (c.rule == Classes::Rule::as_first && !request.after.empty()) c.first = first_class(request, name);
    }
    return out;
  }
  static bool has_text_affinity(
      const std::string& type) {  // https://www.sqlite.org/datatype3.html, section 3.1
    return sqlite3_strlike("%INT%", type.c_str(), 0) != 0 &&
           (sqlite3_strlike("%CHAR%", type.c_str(), 0) == 0 ||
            sqlite3_strlike("%CLOB%", type.c_str(), 0) == 0 ||
            sqlite3_strlike("%TEXT%", type.c_str(), 0) == 0);
  }
  int first_class(const ReadRequest& request, const std::string& column) {
    const auto& table = request.table.name;
    auto st =
        prepare(table, fmt::format("SELECT typeof({0}) FROM {1} WHERE typeof({0}) NOT IN ('null', 'blob') "
                                   "ORDER BY rowid LIMIT 1",
                                   core::sql_name(column), core::sql_name(table)));
    return step(table, st) ? class_named(st.text(0)) : SQLITE_NULL;
  }

  static void judge(Reading& r, std::size_t column, int type) {
    if (type == SQLITE_NULL) return;
    using Rule = Classes::Rule;
    auto& [rule, first] = r.classes[column];
    if (rule == Rule::as_first && type != SQLITE_BLOB) {
      if (first == SQLITE_NULL) first = type;
      if (type != first)
        r.filler.block().remark("class", fmt::format("stored as {}, the first value of the column as {}",
                                                     class_name(type), class_name(first)));
      return;
    }
    const bool right = rule == Rule::text   ? type == SQLITE_TEXT
                       : rule == Rule::blob ? type == SQLITE_BLOB
                                            : type != SQLITE_BLOB;
    if (right) return;
    r.filler.block().remark("class", fmt::format("stored as {}", class_name(type)));
  }

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

  /// Incremental reading gives bytes as the file holds them, of columns that it holds.
  bool can_read_pieces(const std::string& table) {
    auto computed = db_.prepare("SELECT 1 FROM pragma_table_xinfo(?1) WHERE hidden > 1");
    computed.bind(1, std::string_view(table));
    return !computed.step() &&
           core::value_text(db_.one("PRAGMA encoding").value_or(std::string())) == "UTF-8";
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
      default:
        return block.add(bytes_of(row, i));
    }
  }
  /// Of a TEXT or BLOB.
  static std::string_view bytes_of(sqlite3_stmt* row, int i) {
    // The text first, its size after: SQLite may convert from UTF-16 in between.
    const auto* bytes = sqlite3_column_type(row, i) == SQLITE_TEXT
                            ? reinterpret_cast<const char*>(sqlite3_column_text(row, i))
                            : static_cast<const char*>(sqlite3_column_blob(row, i));
    if (!bytes) return "";
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, i))};
  }

  std::vector<std::vector<std::optional<std::string>>> rows(const std::string& sql) {
    std::vector<std::vector<std::optional<std::string>>> out;
    for (auto st = db_.prepare(sql); st.step();) {
      auto& row = out.emplace_back();
      for (int i = 0; i < st.columns(); ++i)
        row.push_back(st.is_null(i) ? std::nullopt : std::optional<std::string>(st.text(i)));
    }
    return out;
  }

  core::Database db_;
  Ask ask_ = [this](const std::string& sql) { return rows(sql); };
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

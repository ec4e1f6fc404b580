// SQLite with RAII and errors that name the file and the SQL.
#pragma once
#include "core/handle.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace versoir::core {

int close_sqlite(sqlite3* db) noexcept;
int finalize_sqlite(sqlite3_stmt* st) noexcept;

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};
/// A value as SQLite keeps it (REAL never occurs in an extract; a source may hold some).
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;
/// Text for people and keys: NULL → "", integers in decimal, blobs in hexadecimal.
[[nodiscard]] std::string value_text(const Value& v);

class Database;

/// A prepared statement. Views returned by text()/blob() live until the next step(), reset() or destruction.
class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) noexcept = default;

  Statement& bind(int index, std::int64_t v);
  Statement& bind(int index, double v);
  Statement& bind(int index, std::string_view text);        ///< copied
  Statement& bind_blob(int index, std::string_view bytes);  ///< copied
  /// Not copied: the bytes must live until the statement has run.
  Statement& bind_view(int index, std::string_view text);
  Statement& bind_blob_view(int index, std::string_view bytes);
  Statement& bind_null(int index);
  Statement& bind(int index, const Value& v);
  /// The name of parameter `index` without its colon, empty if unnamed.
  [[nodiscard]] std::string parameter_name(int index) const;
  [[nodiscard]] int parameter_count() const;

  /// True when a row is available.
  bool step();
  void reset();  ///< ready to run again; bindings stay
  /// step() then reset(), for statements without rows.
  void run();

  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string column_name(int i) const;
  [[nodiscard]] bool is_null(int i) const;
  [[nodiscard]] std::int64_t integer(int i) const;
  [[nodiscard]] std::string_view text(int i) const;
  [[nodiscard]] std::string_view blob(int i) const;
  [[nodiscard]] Value value(int i) const;
  [[nodiscard]] sqlite3_stmt* raw() const noexcept { return st_.get(); }

 private:
  friend class Database;
  Statement(Database& db, std::string_view sql);
  [[noreturn]] void fail() const;
  Database* db_ = nullptr;
  Handle<sqlite3_stmt, finalize_sqlite> st_;
};

/// Used by one thread at a time (SQLite's own mutex is off where rows are written).
class Database {
 public:
  /// Read only. `immutable`: nobody writes the file (finished extracts), no lock is taken.
  /// Throws Error(Exit::disk) when absent, not SQLite, or unreadable.
  static Database open_read(const std::filesystem::path& path, bool immutable = false);
  static Database create(const std::filesystem::path& path);  ///< must not exist
  static Database open_write(const std::filesystem::path& path);
  static Database memory();

  void exec(std::string_view sql);
  [[nodiscard]] Statement prepare(std::string_view sql);
  /// First column of the first row.
  [[nodiscard]] std::optional<Value> one(std::string_view sql);
  [[nodiscard]] std::int64_t one_int(std::string_view sql);  ///< 0 when NULL or no row
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] sqlite3* raw() const noexcept { return db_.get(); }

 private:
  friend class Statement;
  Database() = default;
  std::filesystem::path path_;
  Handle<sqlite3, close_sqlite> db_;
};

/// "NAME" quoted as an SQL identifier, as every SQL product reads it.
[[nodiscard]] std::string sql_name(std::string_view name);
/// 'TEXT' quoted as an SQL string of the standard: quotes are doubled, nothing else is special.
[[nodiscard]] std::string sql_text(std::string_view text);

}  // namespace versoir::core

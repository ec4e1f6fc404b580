// Where a sample database goes: a dictionary gives tables and types, rows are written to SQLite or
// PostgreSQL.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace versoir::samples {

/// A number with three decimals: Milli{12500} is 12.5.
struct Milli {
  std::int64_t thousandths = 0;
};
/// An Oracle DATE: a day, and seconds since midnight.
struct Moment {
  std::chrono::sys_days day{};
  int seconds = 0;
};
struct Bytes {
  std::string content;
};
using Cell = std::variant<std::monostate, std::int64_t, Milli, Moment, std::string, Bytes>;

[[nodiscard]] constexpr std::chrono::sys_days day(int y, unsigned m, unsigned d) {
  return std::chrono::year{y} / std::chrono::month{m} / std::chrono::day{d};
}
[[nodiscard]] std::string milli_text(Milli m);    ///< 12.5, canonical
[[nodiscard]] std::string moment_text(Moment m);  ///< YYYY-MM-DD HH:MM:SS

struct ColumnSpec {
  std::string name;
  std::string type;  ///< source spelling: NUMBER(8), VARCHAR2(40), DATE
  int width = 0;     ///< characters, 0 when the type has none
};
struct TableSpec {
  std::string name;
  std::vector<ColumnSpec> columns;
  std::vector<std::string> key;  ///< names of columns; declared where the destination declares keys
};
/// `type` is an Oracle spelling; the width follows from it.
[[nodiscard]] ColumnSpec column_spec(std::string name, std::string type);
/// Tables and columns of a profile's tables.xml, taken or not: the application has them all. A table that is
/// known by name only has no columns.
[[nodiscard]] std::vector<TableSpec> read_dictionary(const std::filesystem::path& profile_folder);

/// Receives rows in the order of TableSpec::columns.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void create(const std::vector<TableSpec>& tables) = 0;
  virtual void write(std::size_t table, const std::vector<Cell>& row) = 0;
  virtual void finish() = 0;
};
/// A new SQLite file, complete or absent: it is renamed at the end.
[[nodiscard]] std::unique_ptr<Sink> sqlite_sink(const std::filesystem::path& file);
/// Tables in a new schema of a PostgreSQL database, names in lower case, types mapped, primary keys; one
/// transaction.
[[nodiscard]] std::unique_ptr<Sink> postgresql_sink(const std::string& conninfo, const std::string& schema);

/// One row being filled, by column name. A name that the dictionary lacks, or a text too long for its column,
/// is a defect of the generator: core::Error(Exit::unexpected).
class Record {
 public:
  Record& set(std::string_view column, std::string_view text);
  Record& set(std::string_view column, const char* text) { return set(column, std::string_view{text}); }
  Record& set(std::string_view column, const std::string& text) {
    return set(column, std::string_view{text});
  }
  Record& set(std::string_view column, std::int64_t number) { return put(column, number); }
  Record& set(std::string_view column, int number) { return put(column, std::int64_t{number}); }
  Record& set(std::string_view column, Milli number) { return put(column, number); }
  Record& set(std::string_view column, Moment date) { return put(column, date); }
  Record& set(std::string_view column, std::chrono::sys_days d) { return put(column, Moment{d, 0}); }
  Record& set(std::string_view column, Bytes content) { return put(column, std::move(content)); }
  /// A value as a list writes it, understood as the column's type says: 12, 2.5, 2012-02-29, words.
  Record& set_as_declared(std::string_view column, std::string_view text);
  /// Sets nothing when absent: the cell stays NULL.
  template <class T>
  Record& set_if(std::string_view column, bool present, const T& value) {
    return present ? set(column, value) : *this;
  }

 private:
  friend class Output;
  explicit Record(const TableSpec& spec, std::size_t number);
  Record& put(std::string_view column, Cell value);
  [[nodiscard]] std::size_t find(std::string_view column) const;
  void clear();

  const TableSpec* spec_;
  std::size_t number_;
  std::unordered_map<std::string_view, std::size_t> at_;
  std::vector<Cell> cells_;
};

/// The database being made.
class Output {
 public:
  Output(std::vector<TableSpec> tables, std::unique_ptr<Sink> sink);

  [[nodiscard]] bool has(std::string_view table, std::string_view column = {}) const;
  /// An empty row of `table`; the reference is valid until the next row() of the same table.
  [[nodiscard]] Record& row(std::string_view table);
  void write(const Record& row);
  /// Ends the transaction and gives the file its name. Without it nothing remains.
  void finish();
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const noexcept { return counts_; }

 private:
  std::vector<TableSpec> tables_;
  std::unique_ptr<Sink> sink_;
  std::vector<Record> records_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace versoir::samples

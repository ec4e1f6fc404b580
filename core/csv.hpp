// CSV (RFC 4180): UTF-8, comma, lines that end with LF unless asked for CRLF, quotes where needed; NULL
// distinct from empty when asked.
#pragma once
#include "core/file.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

/// A spreadsheet takes a cell that begins with = + - @ (or a tab or CR before them) for a formula, and runs
/// it. Such a cell gets an apostrophe in front, and so does one that has apostrophes before these characters:
/// taking one away gives back the very value, whatever it was.
[[nodiscard]] std::string guard_formula(std::string_view cell);
[[nodiscard]] std::string unguard_formula(std::string_view cell);

/// Who opens the file: programs get the values, people a file without formulas (guard_formula).
enum class CsvFor { programs, people };

class CsvWriter {
 public:
  /// `separator`: spreadsheets of a French desk expect a semicolon.
  explicit CsvWriter(ByteSink& sink, CsvFor reader = CsvFor::programs, char separator = ',',
                     std::string_view line_end = "\n")
      : sink_(sink), reader_(reader), separator_(separator), line_end_(line_end) {}
  /// An empty string is written "" (quoted) and nullopt as nothing: the two stay distinct.
  void row(std::span<const std::optional<std::string>> fields);
  void row(std::initializer_list<std::string_view> fields);

 private:
  void append(std::string_view field);
  ByteSink& sink_;
  CsvFor reader_;
  char separator_;
  std::string_view line_end_;
  std::string line_;
};

/// Reads records one by one from text in memory.
class CsvReader {
 public:
  CsvReader(std::string_view text, std::string origin, char separator = ',')
      : text_(text), origin_(std::move(origin)), separator_(separator) {}
  /// Next record or false at the end. Throws Error(Exit::disk) with origin and line on an unclosed quote.
  bool next(std::vector<std::optional<std::string>>& fields);
  [[nodiscard]] std::size_t line() const noexcept { return line_; }

 private:
  std::string_view text_;
  std::string origin_;
  char separator_;
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace versoir::core

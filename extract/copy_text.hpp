// The text format of PostgreSQL's COPY: fields between tabs, \N for NULL, backslash escapes.
#pragma once
#include <string>
#include <string_view>

namespace versoir::extract {

/// The fields of one line, one after the other. The final line feed is not part of it.
class CopyLine {
 public:
  explicit CopyLine(std::string_view line)
      : rest_(line.ends_with('\n') ? line.substr(0, line.size() - 1) : line), slash_(rest_.find('\\')) {}
  /// False after the last field. The field is still escaped; see is_null and append_unescaped.
  bool next(std::string_view& field);
  /// Whether a backslash stands in the field that next() gave: without one its bytes are the value.
  [[nodiscard]] bool escaped() const noexcept { return escaped_; }
  /// What follows the field that next() gave.
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
  std::size_t slash_;  ///< where the next backslash stands in rest_
  bool escaped_ = false, done_ = false;
};

[[nodiscard]] inline bool is_null(std::string_view field) noexcept { return field == "\\N"; }
void append_unescaped(std::string& out, std::string_view field);
/// The bytes of "\\x4142…" (escaped, as it stands in the line). Throws Error(Exit::source_data) on anything
/// else.
void append_bytea(std::string& out, std::string_view field);

}  // namespace versoir::extract

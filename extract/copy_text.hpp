// The text format of PostgreSQL's COPY: fields between tabs, \N for NULL, backslash escapes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace versoir::extract {

/// The fields of one line, one after the other. The final line feed is not part of it.
class CopyLine {
 public:
  explicit CopyLine(std::string_view line)
      : rest_(line.ends_with('\n') ? line.substr(0, line.size() - 1) : line) {}
  /// False after the last field. nullopt in `value` = NULL.
  bool next(std::optional<std::string>& value);

 private:
  std::string_view rest_;
  bool done_ = false;
};

/// The bytes of "\x4142…". Throws Error(Exit::source_data) on anything else.
[[nodiscard]] std::string decode_bytea(std::string_view text);

}  // namespace versoir::extract

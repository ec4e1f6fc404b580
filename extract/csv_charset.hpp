// Character sets of one byte a character, in which CSV files and databases may be, turned to UTF-8.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::extract {

/// One character set. What its table does not define is left as the byte that it is: never valid UTF-8, so
/// that the copy records an anomaly where others write '?'.
class CsvCharset {
 public:
  /// Those of CSV files: UTF-8, ISO-8859-1, ISO-8859-15 or windows-1252, whatever the case; nullopt for any
  /// other name.
  [[nodiscard]] static std::optional<CsvCharset> named(std::string_view name);
  /// Those of databases, by the name that PostgreSQL gives them (LATIN9, WIN1250); nullopt for UTF-8 and for
  /// sets of several bytes a character.
  [[nodiscard]] static std::optional<CsvCharset> of_postgresql(std::string_view encoding);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool utf8() const noexcept { return utf8_; }
  /// The bytes that mean nothing in it, in their order.
  [[nodiscard]] std::string undefined() const;
  /// Bytes may be given in any pieces.
  void append(std::string& out, std::string_view bytes) const;
  /// Characters that begin in these bytes.
  [[nodiscard]] std::size_t characters(std::string_view bytes) const noexcept;
  /// The same as UTF-16 counts them: two for a character beyond U+FFFF.
  [[nodiscard]] std::size_t units(std::string_view bytes) const noexcept;

 private:
  explicit CsvCharset(const char* name);
  std::string name_;
  bool utf8_;
  std::array<std::string, 128> upper_;  ///< what the bytes 0x80 to 0xFF become
};

}  // namespace versoir::extract

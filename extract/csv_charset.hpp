// The character sets in which CSV files may come, turned to UTF-8.
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
  /// UTF-8, ISO-8859-1, ISO-8859-15 or windows-1252, whatever the case; nullopt for any other name.
  [[nodiscard]] static std::optional<CsvCharset> named(std::string_view name);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool utf8() const noexcept { return utf8_; }
  /// Bytes may be given in any pieces.
  void append(std::string& out, std::string_view bytes) const;
  /// Characters that begin in these bytes.
  [[nodiscard]] std::size_t characters(std::string_view bytes) const noexcept;
  /// The same as UTF-16 counts them: two for a character beyond U+FFFF.
  [[nodiscard]] std::size_t units(std::string_view bytes) const noexcept;

 private:
  CsvCharset(std::string name, bool utf8) : name_(std::move(name)), utf8_(utf8) {}
  std::string name_;
  bool utf8_;
  std::array<std::string, 128> upper_;  ///< what the bytes 0x80 to 0xFF become
};

}  // namespace versoir::extract

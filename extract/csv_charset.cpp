// Single-byte character sets through a table that iconv fills once.
#include "extract/csv_charset.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cerrno>
#include <iconv.h>

namespace versoir::extract {

namespace {

constexpr std::array known{"UTF-8", "ISO-8859-1", "ISO-8859-15", "windows-1252"};

class Converter {
 public:
  explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {
    // iconv reports "unknown character set" as the pointer -1.
    if (handle_ == reinterpret_cast<iconv_t>(-1))
      throw core::Error(core::Exit::unexpected,
                        core::msg("This machine cannot convert the character set {0}.", from));
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() { iconv_close(handle_); }

  /// UTF-8 of one byte; the byte itself when the set does not define it.
  [[nodiscard]] std::string convert(char byte) const {
    char out[8];
    char* in_at = &byte;
    char* out_at = out;
    std::size_t in_left = 1, out_left = sizeof out;
    if (iconv(handle_, &in_at, &in_left, &out_at, &out_left) == static_cast<std::size_t>(-1)) {
      iconv(handle_, nullptr, nullptr, nullptr, nullptr);
      return std::string(1, byte);
    }
    return {out, sizeof out - out_left};
  }

 private:
  iconv_t handle_;
};

}  // namespace

std::optional<CsvCharset> CsvCharset::named(std::string_view name) {
  const auto it = std::ranges::find_if(
      known, [&](std::string_view candidate) { return core::equal_ignoring_case(candidate, name); });
  if (it == known.end()) return std::nullopt;
  CsvCharset charset(*it, it == known.begin());
  if (charset.utf8_) return charset;
  const Converter converter(*it);
  for (std::size_t i = 0; i < charset.upper_.size(); ++i)
    charset.upper_[i] = converter.convert(static_cast<char>(i + 0x80));
  return charset;
}

void CsvCharset::append(std::string& out, std::string_view bytes) const {
  const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (utf8_ || std::ranges::all_of(bytes, ascii)) {
    out.append(bytes);
    return;
  }
  for (char c : bytes) {
    if (ascii(c))
      out += c;
    else
      out += upper_[static_cast<unsigned char>(c) - 0x80u];
  }
}

std::size_t CsvCharset::characters(std::string_view bytes) const noexcept {
  if (!utf8_) return bytes.size();
  return static_cast<std::size_t>(
      std::ranges::count_if(bytes, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::size_t CsvCharset::units(std::string_view bytes) const noexcept {
  if (!utf8_) return bytes.size();  // none of these sets goes beyond U+FFFF
  return characters(bytes) + static_cast<std::size_t>(std::ranges::count_if(
                                 bytes, [](char c) { return static_cast<unsigned char>(c) >= 0xF0; }));
}

}  // namespace versoir::extract

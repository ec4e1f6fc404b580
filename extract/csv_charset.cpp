// Single-byte character sets through a table that iconv fills once.
#include "extract/csv_charset.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cerrno>
#include <iconv.h>

namespace versoir::extract {

namespace {

/// In which CSV files may come: the two letters at the head of an export tell each from the others.
constexpr std::array of_files{"UTF-8", "ISO-8859-1", "ISO-8859-15", "windows-1252"};

struct OfDatabase {
  std::string_view postgresql;  ///< chapter 24.3.1 of its manual
  const char* name;             ///< IANA's
};
/// Of one byte a character. PostgreSQL gives a meaning to the same bytes as these tables of iconv, and the
/// same one (tests/extract/postgresql_charset_test.cpp).
constexpr std::array of_databases{
    OfDatabase{"LATIN1", "ISO-8859-1"},     OfDatabase{"LATIN2", "ISO-8859-2"},
    OfDatabase{"LATIN3", "ISO-8859-3"},     OfDatabase{"LATIN4", "ISO-8859-4"},
    OfDatabase{"LATIN5", "ISO-8859-9"},     OfDatabase{"LATIN6", "ISO-8859-10"},
    OfDatabase{"LATIN7", "ISO-8859-13"},    OfDatabase{"LATIN8", "ISO-8859-14"},
    OfDatabase{"LATIN9", "ISO-8859-15"},    OfDatabase{"LATIN10", "ISO-8859-16"},
    OfDatabase{"ISO_8859_5", "ISO-8859-5"}, OfDatabase{"ISO_8859_6", "ISO-8859-6"},
    OfDatabase{"ISO_8859_7", "ISO-8859-7"}, OfDatabase{"ISO_8859_8", "ISO-8859-8"},
    OfDatabase{"WIN1250", "windows-1250"},  OfDatabase{"WIN1251", "windows-1251"},
    OfDatabase{"WIN1252", "windows-1252"},  OfDatabase{"WIN1253", "windows-1253"},
    OfDatabase{"WIN1254", "windows-1254"},  OfDatabase{"WIN1255", "windows-1255"},
    OfDatabase{"WIN1256", "windows-1256"},  OfDatabase{"WIN1257", "windows-1257"},
    OfDatabase{"WIN1258", "windows-1258"},  OfDatabase{"WIN866", "IBM866"},
    OfDatabase{"WIN874", "windows-874"},    OfDatabase{"KOI8R", "KOI8-R"},
    OfDatabase{"KOI8U", "KOI8-U"}};

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
    // The second call: sets whose accents are characters of their own (windows-1255, windows-1258) wait for
    // the one that may follow.
    if (iconv(handle_, &in_at, &in_left, &out_at, &out_left) == static_cast<std::size_t>(-1) ||
        iconv(handle_, nullptr, nullptr, &out_at, &out_left) == static_cast<std::size_t>(-1)) {
      iconv(handle_, nullptr, nullptr, nullptr, nullptr);
      return std::string(1, byte);
    }
    return {out, sizeof out - out_left};
  }

 private:
  iconv_t handle_;
};

}  // namespace

CsvCharset::CsvCharset(const char* name) : name_(name), utf8_(name_ == of_files.front()) {
  if (utf8_) return;
  const Converter converter(name);
  for (std::size_t i = 0; i < upper_.size(); ++i) upper_[i] = converter.convert(static_cast<char>(i + 0x80));
}

std::optional<CsvCharset> CsvCharset::named(std::string_view name) {
  const auto it = std::ranges::find_if(
      of_files, [&](std::string_view candidate) { return core::equal_ignoring_case(candidate, name); });
  return it == of_files.end() ? std::nullopt : std::optional(CsvCharset(*it));
}

std::optional<CsvCharset> CsvCharset::of_postgresql(std::string_view encoding) {
  const auto it = std::ranges::find(of_databases, encoding, &OfDatabase::postgresql);
  return it == of_databases.end() ? std::nullopt : std::optional(CsvCharset(it->name));
}

std::string CsvCharset::undefined() const {
  std::string bytes;
  for (std::size_t i = 0; !utf8_ && i < upper_.size(); ++i)
    if (upper_[i].size() == 1) bytes += upper_[i];  // beyond ASCII a character takes two bytes or more
  return bytes;
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

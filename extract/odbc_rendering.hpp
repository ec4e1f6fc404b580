// How the server is asked for a value: as text, whole when it is short, apart when it is long.
#pragma once
#include "extract/csv_charset.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace versoir::extract {

/// What the text (or the bytes) that arrive stand for.
enum class OdbcForm {
  text,
  hex,     ///< two digits a byte
  binary,  ///< the bytes themselves, through SQL_C_BINARY
  /// By the first letter: 't' text, 'h' hex, 'r' a double with 17 digits, 'w' a text in the bytes of
  /// the database's own set, in hex.
  tagged
};

struct OdbcRendering {
  /// Gives the value as a text of at most `width` bytes, or NULL when it is longer than that. "": only the
  /// body gives it.
  std::string head;
  OdbcForm head_form = OdbcForm::text;
  std::size_t width = 0;
  std::string longer;  ///< gives 1 when the value is too long for the head, else NULL; "" = it never is
  std::string body;    ///< gives the value whatever its size
  OdbcForm body_form = OdbcForm::text;
  bool last = false;  ///< must be the last of its SELECT (Oracle's LONG)
};

/// A bound text is never wider than this many characters: longer values are read apart.
inline constexpr std::size_t odbc_characters = 4000;
/// UTF-8 takes up to four bytes a character; a zero ends the text.
[[nodiscard]] constexpr std::size_t odbc_width(std::size_t characters) {
  return (characters < odbc_characters ? characters : odbc_characters) * 4 + 1;
}

/// Puts the slices of one value back into its bytes.
class OdbcDecoder {
 public:
  /// `charset`: that of the database, when texts may come in its bytes.
  OdbcDecoder(OdbcForm form, const CsvCharset* charset)
      : form_(form), known_(form != OdbcForm::tagged), charset_(charset) {}
  void append(std::string& out, std::string_view slice);
  void finish(std::string& out);

 private:
  void append_hex(std::string& out, std::string_view digits);
  OdbcForm form_;
  bool known_, real_ = false, foreign_ = false;
  const CsvCharset* charset_;
  std::string carry_;  ///< half a byte, or the digits of a double
};

}  // namespace versoir::extract

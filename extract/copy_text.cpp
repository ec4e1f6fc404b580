// The text format of PostgreSQL's COPY.
#include "extract/copy_text.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

namespace versoir::extract {

namespace {

int octal_digit(char c) noexcept { return c >= '0' && c <= '7' ? c - '0' : -1; }

/// Digits at text[at...] in the given base, at most `most`; at is left after them.
int read_digits(std::string_view text, std::size_t& at, int most, int base, int (*digit)(char) noexcept) {
  int value = 0;
  for (int n = 0; n < most && at < text.size() && digit(text[at]) >= 0; ++n, ++at)
    value = value * base + digit(text[at]);
  return value;
}

}  // namespace

void append_unescaped(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto slash = text.find('\\', i);
    out.append(text.substr(i, slash - i));
    if (slash == std::string_view::npos) break;
    i = slash + 1;
    if (i == text.size()) break;
    const char c = text[i++];
    switch (c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'v':
        out += '\v';
        break;
      case 'x':
        if (i < text.size() && core::hex_digit(text[i]) >= 0)
          out += static_cast<char>(read_digits(text, i, 2, 16, core::hex_digit));
        else
          out += 'x';
        break;
      default:
        if (octal_digit(c) >= 0) {
          --i;
          out += static_cast<char>(read_digits(text, i, 3, 8, octal_digit));
        } else {
          out += c;
        }
    }
  }
}

bool CopyLine::next(std::string_view& field) {
  if (done_) return false;
  const auto tab = rest_.find('\t');  // a tab inside a value is written \t
  field = rest_.substr(0, tab);
  escaped_ = slash_ < field.size();
  if (tab == std::string_view::npos) {
    done_ = true;
    rest_ = {};
    return true;
  }
  if (escaped_) slash_ = rest_.find('\\', tab);
  rest_.remove_prefix(tab + 1);
  if (slash_ != std::string_view::npos) slash_ -= tab + 1;
  return true;
}

void append_bytea(std::string& out, std::string_view text) {
  const auto refuse = [] {
    throw core::Error(core::Exit::source_data, core::msg("A binary value did not come in hexadecimal."));
  };
  if (!text.starts_with("\\\\x") || text.size() % 2 == 0) refuse();
  out.reserve(out.size() + text.size() / 2);
  for (std::size_t i = 3; i < text.size(); i += 2) {
    const int high = core::hex_digit(text[i]), low = core::hex_digit(text[i + 1]);
    if (high < 0 || low < 0) refuse();
    out += static_cast<char>(high * 16 + low);
  }
}

}  // namespace versoir::extract

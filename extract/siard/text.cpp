// Escapes of SIARD, both ways.
#include "extract/siard/text.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <optional>

namespace versoir::extract {

namespace {

/// The code of the character at `at` if it must be escaped: controls of both sets, backslash, U+FFFE, U+FFFF.
std::optional<std::pair<unsigned, std::size_t>> escaped_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const unsigned c = byte(at);
  if (c < 0x20 || c == 0x5C || c == 0x7F) return std::pair(c, std::size_t{1});
  if (c == 0xC2 && byte(at + 1) >= 0x80 && byte(at + 1) < 0xA0)
    return std::pair(byte(at + 1), std::size_t{2});
  if (c == 0xEF && byte(at + 1) == 0xBF && byte(at + 2) >= 0xBE)
    return std::pair(0xFFC0u + (byte(at + 2) & 0x3F), std::size_t{3});
  return std::nullopt;
}

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// The unit of \uXXXX at `at`.
std::optional<unsigned> unit_at(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  unsigned unit = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const int digit = core::hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  return unit;
}

}  // namespace

void append_siard_text(std::string& out, std::string_view utf8, bool markup) {
  for (std::size_t at = 0; at < utf8.size();) {
    const char c = utf8[at];
    if (c == ' ') {
      const bool kept = at > 0 && at + 1 < utf8.size() && utf8[at - 1] != ' ';
      out += kept ? " " : "\\u0020";
      ++at;
    } else if (markup && (c == '&' || c == '<' || c == '>')) {
      out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;";
      ++at;
    } else if (const auto escape = escaped_at(utf8, at)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04X}", escape->first);
      at += escape->second;
    } else {
      out += c;
      ++at;
    }
  }
}

std::string siard_text(std::string_view utf8) {
  std::string out;
  append_siard_text(out, utf8, false);
  return out;
}

std::string plain_siard_text(std::string_view escaped) {
  std::string out;
  out.reserve(escaped.size());
  for (std::size_t at = 0; at < escaped.size();) {
    const auto unit = escaped[at] == '\\' ? unit_at(escaped, at) : std::nullopt;
    if (!unit) {
      out += escaped[at++];
      continue;
    }
    if (*unit < 0xD800 || *unit > 0xDFFF) {
      append_utf8(out, *unit);
      at += 6;
      continue;
    }
    const auto low = *unit < 0xDC00 ? unit_at(escaped, at + 6) : std::nullopt;
    if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
      append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
      at += 12;
    } else {
      out.append(escaped.substr(at, 6));
      at += 6;
    }
  }
  return out;
}

}  // namespace versoir::extract

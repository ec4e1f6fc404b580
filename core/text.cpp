// UTF-8 checks and repairs, and the folding of French names.
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace versoir::core {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Length of the valid sequence at `at`, 0 when invalid (overlong forms, surrogates and > U+10FFFF included).
std::size_t sequence(std::string_view s, std::size_t at, char32_t& code) noexcept {
  const auto b = [&](std::size_t i) { return static_cast<unsigned char>(s[at + i]); };
  const auto tail = [&](std::size_t i) { return at + i < s.size() && (b(i) & 0xC0) == 0x80; };
  const unsigned char c = b(0);
  if (c < 0x80) {
    code = c;
    return 1;
  }
  if (c >= 0xC2 && c <= 0xDF && tail(1)) {
    code = (c & 0x1Fu) << 6 | (b(1) & 0x3Fu);
    return 2;
  }
  if (c >= 0xE0 && c <= 0xEF && tail(1) && tail(2)) {
    code = (c & 0x0Fu) << 12 | (b(1) & 0x3Fu) << 6 | (b(2) & 0x3Fu);
    return code >= 0x800 && (code < 0xD800 || code > 0xDFFF) ? 3 : 0;
  }
  if (c >= 0xF0 && c <= 0xF4 && tail(1) && tail(2) && tail(3)) {
    code = (c & 0x07u) << 18 | (b(1) & 0x3Fu) << 12 | (b(2) & 0x3Fu) << 6 | (b(3) & 0x3Fu);
    return code >= 0x10000 && code <= 0x10FFFF ? 4 : 0;
  }
  return 0;
}

/// Upper-case base letters of U+00C0..U+00FF and U+0100..U+017F, "" = a separator (× ÷).
constexpr const char* latin1[64] = {"A", "A", "A", "A", "A",  "A",  "AE", "C", "E", "E", "E",  "E", "I",
                                    "I", "I", "I", "D", "N",  "O",  "O",  "O", "O", "O", "",   "O", "U",
                                    "U", "U", "U", "Y", "TH", "SS", "A",  "A", "A", "A", "A",  "A", "AE",
                                    "C", "E", "E", "E", "E",  "I",  "I",  "I", "I", "D", "N",  "O", "O",
                                    "O", "O", "O", "",  "O",  "U",  "U",  "U", "U", "Y", "TH", "Y"};
constexpr std::string_view extended_a =
    "AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIII--JJKKKLLLLLLLLLLNNNNNNNNNOOOOOO--"
    "RRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS";
static_assert(extended_a.size() == 128);

// Vietnamese letters, U+1EA0..U+1EF9.
constexpr std::string_view vietnamese =
    "AAAAAAAAAAAAAAAAAAAAAAAAEEEEEEEEEEEEEEEEIIIIOOOOOOOOOOOOOOOOOOOOOOOOUUUUUUUUUUUUUUYYYYYYYY";
static_assert(vietnamese.size() == 90);

/// The folded form of a code point; nullptr-like empty = separator; " " is never returned.
std::string_view fold_code(char32_t c, char (&one)[2]) {
  if (c < 0x80) {
    const char ch = static_cast<char>(c);
    if ((ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9')) return one[0] = ch, std::string_view(one, 1);
    if (ch >= 'a' && ch <= 'z') return one[0] = static_cast<char>(ch - 32), std::string_view(one, 1);
    return {};
  }
  if (c >= 0xC0 && c <= 0xFF) return latin1[c - 0xC0];
  if (c == 0x132 || c == 0x133) return "IJ";
  if (c == 0x152 || c == 0x153) return "OE";
  if (c >= 0x100 && c <= 0x17F) return one[0] = extended_a[c - 0x100], std::string_view(one, 1);
  if (c == 0x1E9E) return "SS";
  if (c >= 0x1EA0 && c <= 0x1EF9) return one[0] = vietnamese[c - 0x1EA0], std::string_view(one, 1);
  switch (c) {
    case 0x1A0:
    case 0x1A1:
      return "O";
    case 0x1AF:
    case 0x1B0:
      return "U";
    case 0x218:  // Romanian
    case 0x219:
      return "S";
    case 0x21A:
    case 0x21B:
      return "T";
    default:
      return {};
  }
}

/// Small letters among those that fold: capitals come first in each pair, at an even or an odd number.
bool lower_case(char32_t c) {
  if (c < 0x100) return c >= 0xDF;
  const bool odd_first = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E) || c == 0x1AF || c == 0x1B0;
  return odd_first ? (c & 1) == 0 : (c & 1) == 1 && c != 0x1E9E;
}

/// Combining marks vanish: e + U+0301 folds as é.
bool combining(char32_t c) { return c >= 0x300 && c <= 0x36F; }

/// Letters of other scripts are kept as they are: they still match themselves.
bool other_letter(char32_t c) {
  return c >= 0x180 && !(c >= 0x2000 && c <= 0x206F) && c != 0x3000 && c != 0xFFFD && c != 0xFEFF &&
         !combining(c);
}

}  // namespace

bool is_utf8(std::string_view bytes) noexcept {
  char32_t code = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    // Most text is ASCII: 32 bytes at a time, then eight.
    if (std::array<std::uint64_t, 4> many{}; i + sizeof many <= bytes.size()) {
      std::memcpy(many.data(), bytes.data() + i, sizeof many);
      if (((many[0] | many[1] | many[2] | many[3]) & 0x8080808080808080ull) == 0) {
        i += sizeof many;
        continue;
      }
    }
    if (std::uint64_t eight = 0; i + sizeof eight <= bytes.size()) {
      std::memcpy(&eight, bytes.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080ull) == 0) {
        i += sizeof eight;
        continue;
      }
    }
    const auto n = sequence(bytes, i, code);
    if (n == 0) return false;
    i += n;
  }
  return true;
}

std::string repair_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  char32_t code = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto n = sequence(bytes, i, code);
    if (n == 0) {
      out += replacement;
      ++i;
    } else {
      out.append(bytes, i, n);
      i += n;
    }
  }
  return out;
}

std::string xml_characters(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  char32_t code = 0;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto n = sequence(utf8, i, code);
    if (n == 0) {
      ++i;
      continue;
    }
    const bool allowed =
        code >= 0x20 ? code != 0xFFFE && code != 0xFFFF : code == 9 || code == 10 || code == 13;
    if (allowed) out.append(utf8, i, n);
    i += n;
  }
  return out;
}

void append_markup(std::string& out, std::string_view utf8, Markup place) {
  const bool attribute = place == Markup::attribute;
  for (const char c : xml_characters(utf8)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      // A reader makes LF of CR (XML 1.0 §2.11), and a space of a line end or tab in an attribute (§3.3.3):
      // they travel as character references.
      case '\r':
        out += "&#13;";
        break;
      case '"':
        out += attribute ? "&quot;" : "\"";
        break;
      case '\'':
        out += attribute ? "&#39;" : "'";
        break;
      case '\t':
        out += attribute ? "&#9;" : "\t";
        break;
      case '\n':
        out += attribute ? "&#10;" : "\n";
        break;
      default:
        out += c;
    }
  }
}

namespace {

/// Overrides and isolates of the direction of writing: a text could show its end before its beginning.
bool turns_direction(char32_t c) {
  return c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::string terminal_text(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  char32_t code = 0;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto n = sequence(bytes, i, code);
    if (n == 0)
      out += replacement;
    else if (code == '\t')
      out += ' ';
    else if (code != '\n' && (code < 0x20 || (code >= 0x7F && code < 0xA0)))
      out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(code));
    else if (code == 0x2028 || code == 0x2029 || turns_direction(code))
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code));
    else
      out.append(bytes, i, n);
    i += std::max<std::size_t>(n, 1);
  }
  return out;
}

std::string fold_name(std::string_view utf8) {
  std::string out;
  bool gap = false;
  char32_t code = 0;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto n = sequence(utf8, i, code);
    if (n == 0) {
      gap = true;
      ++i;
      continue;
    }
    char one[2] = {};
    std::string_view folded = fold_code(code, one);
    if (folded.empty() && other_letter(code) && code != 0x1E9E) folded = utf8.substr(i, n);
    if (!combining(code)) {
      if (folded.empty()) {
        gap = true;
      } else {
        if (gap && !out.empty()) out += ' ';
        gap = false;
        out += folded;
      }
    }
    i += n;
  }
  return out;
}

std::string slug(std::string_view utf8) {
  std::string out;
  char32_t code = 0;
  bool gap = false;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto n = sequence(utf8, i, code);
    const std::size_t step = n == 0 ? 1 : n;
    if (n == 1 && ((code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
                   (code >= '0' && code <= '9') || code == '_' || code == '-')) {
      if (gap && !out.empty()) out += '-';
      gap = false;
      out += static_cast<char>(code);
    } else if (n != 0 && !combining(code)) {
      char one[2] = {};
      const auto folded = code < 0x80 ? std::string_view{} : fold_code(code, one);
      if (folded.empty()) {
        gap = true;
      } else {
        if (gap && !out.empty()) out += '-';
        gap = false;
        for (char letter : folded) out += lower_case(code) ? static_cast<char>(letter | 0x20) : letter;
      }
    }
    i += step;
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string single_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::string percent_encoded(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[u >> 4];
      out += digits[u & 0xF];
    }
  }
  return out;
}

namespace {

constexpr char lowered(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char raised(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::string ascii_upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), raised);
  return out;
}
std::string ascii_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lowered);
  return out;
}
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lowered, lowered);
}

}  // namespace versoir::core

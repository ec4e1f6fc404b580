// Cleaning of values before they enter a manifest.
#include "sip/seda_text.hpp"

#include "core/text.hpp"

#include <algorithm>

namespace versoir::sip {

namespace {

/// VITAM allows tab, line feed and carriage return and no other control character: DEL and the C1 block
/// (C2 80 - C2 9F in UTF-8) are legal XML and still refused.
std::string without_controls(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c == 0x7F) continue;
    if (c == 0xC2 && i + 1 < utf8.size()) {
      const auto next = static_cast<unsigned char>(utf8[i + 1]);
      if (next >= 0x80 && next <= 0x9F) {
        ++i;
        continue;
      }
    }
    out += utf8[i];
  }
  return out;
}

/// `<` opens markup when a letter, `/`, `!` or `?` follows.
bool opens_markup(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return false;
  const char c = text[at + 1];
  return core::is_letter(c) || c == '/' || c == '!' || c == '?';
}

/// `&name;` or `&#12;`.
bool is_entity(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  if (i < text.size() && text[i] == '#') ++i;
  const std::size_t first = i;
  while (i < text.size() && (core::is_letter(text[i]) || core::is_digit(text[i]))) ++i;
  return i > first && i < text.size() && text[i] == ';';
}

std::string without_markup(std::string_view text) {
  bool markup = false;
  for (std::size_t i = 0; i < text.size() && !markup; ++i) markup = text[i] == '<' && opens_markup(text, i);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' && markup) {
      out += "\u2039";
    } else if (text[i] == '>' && markup) {
      out += "\u203A";
    } else if (text[i] == '&' && is_entity(text, i)) {
      out += "& ";
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string cut(std::string text) {
  if (text.size() <= max_field_bytes) return text;
  std::size_t end = max_field_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

std::string softened(std::string text) {
  text = without_markup(text);
  if (!text.empty() && (text.front() == '_' || text.front() == '#')) text.insert(0, "- ");
  return core::trim(cut(std::move(text)));
}

std::string characters(std::string_view text) {
  return without_controls(core::xml_characters(core::repair_utf8(text)));
}

}  // namespace

std::string token(std::string_view text) { return softened(core::single_line(characters(text))); }

std::string paragraph(std::string_view text) {
  std::string clean = characters(text);
  // XML readers see CR LF and a lone CR as one line feed: written so, what is read is what was meant.
  std::string lines;
  lines.reserve(clean.size());
  for (std::size_t i = 0; i < clean.size(); ++i) {
    if (clean[i] != '\r') {
      lines += clean[i];
    } else if (i + 1 >= clean.size() || clean[i + 1] != '\n') {
      lines += '\n';
    }
  }
  return softened(core::trim(lines));
}

std::string safe_extension(std::string_view extension) {
  std::string out;
  for (const char c : extension) {
    if (out.size() == 10) break;
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || core::is_digit(c)) {
      out += c;
    }
  }
  return out.empty() ? "bin" : out;
}

}  // namespace versoir::sip

// SQL types of the standard as kinds of columns, and names that a profile may have.
#include "core/text.hpp"
#include "extract/siard/archive.hpp"
#include "extract/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace versoir::extract {

namespace {

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 18> text_words{"CHARACTER",
                                                      "CHAR",
                                                      "CHARACTER VARYING",
                                                      "CHAR VARYING",
                                                      "VARCHAR",
                                                      "CHARACTER LARGE OBJECT",
                                                      "CLOB",
                                                      "NATIONAL CHARACTER",
                                                      "NATIONAL CHAR",
                                                      "NCHAR",
                                                      "NATIONAL CHARACTER VARYING",
                                                      "NATIONAL CHAR VARYING",
                                                      "NCHAR VARYING",
                                                      "NATIONAL CHARACTER LARGE OBJECT",
                                                      "NCHAR LARGE OBJECT",
                                                      "NCLOB",
                                                      "XML",
                                                      "NVARCHAR"};
constexpr std::array<std::string_view, 9> binary_words{
    "BINARY", "BINARY VARYING", "VARBINARY", "BINARY LARGE OBJECT", "BLOB", "DATALINK",
    "BIT",    "BIT VARYING",    "VARBIT"};

bool name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         c == '#';
}
bool name_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

std::string siard_type_word(std::string_view type) {
  std::string out;
  int depth = 0;
  for (const char c : type) {
    if (c == '(') ++depth;
    if (depth == 0 && !(c == ' ' && (out.empty() || out.back() == ' ')))
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (c == ')') --depth;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

ColumnKind siard_kind(std::string_view type) {
  const auto word = siard_type_word(type);
  if (one_of(text_words, word)) return ColumnKind::text;
  if (one_of(binary_words, word)) return ColumnKind::binary;
  if (word == "DATE") return ColumnKind::date;
  if (word.starts_with("TIMESTAMP")) return ColumnKind::timestamp;
  if (word.starts_with("TIME") || word.starts_with("INTERVAL")) return ColumnKind::other;
  const auto kind = declared_column("", std::string(type)).kind;
  // A decimal that says no precision may have any number of digits.
  if ((word == "NUMERIC" || word == "DECIMAL" || word == "DEC") && type.find('(') == std::string_view::npos)
    return ColumnKind::number;
  return kind;
}

std::string profile_name(std::string_view original) {
  std::string out;
  if (std::ranges::all_of(original, name_character)) {
    out = original;
  } else {
    // Blanks and signs one by one; letters that are not ASCII lose their accents.
    std::string word;
    const auto end_word = [&] {
      if (!word.empty()) out += core::slug(word);
      word.clear();
    };
    for (const char c : original) {
      const bool ascii = static_cast<unsigned char>(c) < 0x80;
      if (!ascii || name_letter(c)) {
        word += c;
        continue;
      }
      end_word();
      out += name_character(c) ? c : '_';
    }
    end_word();
    std::ranges::replace_if(
        out, [](char c) { return !name_character(c); }, '_');
  }
  if (out.empty() || !name_letter(out.front())) out.insert(0, "X_");
  return out;
}

}  // namespace versoir::extract

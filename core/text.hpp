// Text in UTF-8: validity, what XML allows, folding of French names.
#pragma once
#include <string>
#include <string_view>

namespace versoir::core {

[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

/// Replaces each invalid sequence by U+FFFD.
[[nodiscard]] std::string repair_utf8(std::string_view bytes);

/// Drops the characters that XML 1.0 forbids (C0 controls but tab, LF, CR; FFFE, FFFF). Input is valid UTF-8.
[[nodiscard]] std::string xml_characters(std::string_view utf8);

/// Text as a terminal may have it: controls (ESC, C1, DEL), and what turns the direction of writing, become
/// visible as \x1b or \u202e; bytes that are no UTF-8 become U+FFFD. Line ends stay, tabs are spaces.
[[nodiscard]] std::string terminal_text(std::string_view bytes);

/// Where escaped text stands in XML or HTML: between tags, or between the quotes of an attribute.
enum class Markup { text, attribute };
/// Appends text as markup that reads back as it was, without the characters that XML forbids. Valid UTF-8 in.
void append_markup(std::string& out, std::string_view utf8, Markup place);

/// A name as a French officer would type it: upper case without accents, ligatures opened (Œ → OE, ß → SS),
/// apostrophes, hyphens and runs of blanks as one space, trimmed. "Lefèvre-d’Ébène" → "LEFEVRE D EBENE".
[[nodiscard]] std::string fold_name(std::string_view utf8);

/// Letters, digits, - and _ only, accents folded; for file names and identifiers.
[[nodiscard]] std::string slug(std::string_view utf8);

/// Bytes to change, add, remove, or swap with their neighbour, to make one of the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

[[nodiscard]] std::string trim(std::string_view text);

/// Blanks, tabs and line ends collapsed into one space as xs:token does, none at either end.
[[nodiscard]] std::string single_line(std::string_view text);

/// One segment of the path of an address: all but the unreserved characters of RFC 3986 as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view bytes);

/// ASCII, whatever the locale.
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] std::string ascii_upper(std::string_view text);
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
/// Value of a hexadecimal digit of either case, -1 for another character.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace versoir::core

// Text in UTF-8: validity, what XML allows, folding of French names.
#pragma once
#include <string>
#include <string_view>

namespace versoir::core {

[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

/// Replaces each invalid sequence by U+FFFD; says whether something was replaced.
[[nodiscard]] std::string repair_utf8(std::string_view bytes, bool& repaired);

/// Drops the characters that XML 1.0 forbids (C0 controls but tab, LF, CR; FFFE, FFFF). Input is valid UTF-8.
[[nodiscard]] std::string xml_characters(std::string_view utf8);

/// A name as a French officer would type it: upper case without accents, ligatures opened (Œ → OE, ß → SS),
/// apostrophes, hyphens and runs of blanks as one space, trimmed. "Lefèvre-d’Ébène" → "LEFEVRE D EBENE".
[[nodiscard]] std::string fold_name(std::string_view utf8);

/// Letters, digits, - and _ only, accents folded; for file names and identifiers.
[[nodiscard]] std::string slug(std::string_view utf8);

/// Bytes to change, add, remove, or swap with their neighbour, to make one of the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

[[nodiscard]] std::string trim(std::string_view text);

}  // namespace versoir::core

// Values as VITAM accepts them: what the schema lets through and the platform's later controls refuse is
// softened here.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace versoir::sip {

/// Longest value of a field, in bytes. VITAM's guide says 32 000 characters, its index 32 766 bytes: the
/// smaller of the two whatever the script.
inline constexpr std::size_t max_field_bytes = 32'000;

/// One line: blanks collapsed as xs:token does, trimmed. "" when nothing is left: the element must then be
/// omitted.
///
/// Common to token() and paragraph(): invalid UTF-8 repaired, control characters dropped, cut at
/// max_field_bytes on a character boundary; what looks like HTML loses its look (`<b>` becomes `‹b›`,
/// `&nbsp;` becomes `& nbsp;`), and a value that starts with `_` or `#`, which VITAM keeps for itself, is
/// preceded by "- ".
[[nodiscard]] std::string token(std::string_view text);

/// The same, keeping line feeds and tabs inside.
[[nodiscard]] std::string paragraph(std::string_view text);

/// A file extension for a Uri: lower-case letters and digits only, at most 10, "bin" when nothing is left.
/// VITAM allows few characters in the names of an archive's entries.
[[nodiscard]] std::string safe_extension(std::string_view extension);

}  // namespace versoir::sip

// How a text stands in a SIARD archive (G_3.3-3, G_3.3-4): what XML would lose or refuse is written \uXXXX.
#pragma once
#include <string>
#include <string_view>

namespace versoir::extract {

/// Appends `utf8` (valid) in the escapes of SIARD: control characters, backslash, blanks at either end and
/// blanks after a blank. `markup` also writes & < > as entities; without it, a writer of XML does.
void append_siard_text(std::string& out, std::string_view utf8, bool markup);
[[nodiscard]] std::string siard_text(std::string_view utf8);

/// The text that was meant: each \u and four hexadecimal digits is a UTF-16 unit. Any other backslash stays,
/// and so does half of a surrogate pair: it is no character.
[[nodiscard]] std::string plain_siard_text(std::string_view escaped);

}  // namespace versoir::extract

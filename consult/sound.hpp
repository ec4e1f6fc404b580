// How a French name sounds, roughly: names that officers confuse have keys that are equal or nearly so.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace versoir::consult {

/// Key of one folded word: DUPOND and DUPONT, LEFEVRE and LEFEBVRE, PHILIPPE and FILIP have one key. Never
/// empty for a word that has a letter.
[[nodiscard]] std::string sound_key(std::string_view word);
/// The key, the word, and what remains of each when one letter is left out: two words whose lists meet
/// differ, as they sound or as they are spelt, by one letter added, left out, changed or swapped with its
/// neighbour.
[[nodiscard]] std::vector<std::string> sound_keys(std::string_view word);

}  // namespace versoir::consult

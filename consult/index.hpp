// The search index beside an extract: names, numbers and dates of the profile's searches. Rebuilt at need.
#pragma once
#include "consult/annotations.hpp"
#include "core/progress.hpp"
#include "core/sqlite.hpp"
#include "extract/store.hpp"
#include "profiles/model.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::consult {

inline constexpr int index_format = 6;

/// Tables of the index. Hits are numbered in the order of a register (names, then the extract's order), so
/// that the first rows of any query are the first lines to show.
///   hit(id, search, key, names, shown)   names: one folded name a line, birth name first; then names of
///                                        several words in one: FLOC H is also FLOCH, LE GALL also LEGALL
///   name(value, hit)                     each of these names, for "is called" and "begins with"
///   word(names, numbers, dates)          full text of a hit: words; bare numbers; 19800201 and 1980
///   sound(key, word)                     each word of a name under the keys of its sound (sound.hpp)
///   meta(key, value)                     identity: format, extract root, profile digest

/// `X.extract.index`.
[[nodiscard]] std::filesystem::path index_path(const std::filesystem::path& extract);

/// Opens the index of this extract, building it first when it is absent, of another format, or of another
/// extract, profile or annotations: whoever has another name today is found under both, and listed under it.
/// In a folder that cannot be written, the index is made in memory for the time of the program.
[[nodiscard]] core::Database open_index(extract::Extract& extract, const profiles::Application& app,
                                        const Annotations& annotations, core::Progress& progress);

/// The words of a folded name, as the full-text index cuts them: punctuation separates.
[[nodiscard]] std::vector<std::string> name_words(std::string_view folded);
/// How a number is compared: letters and digits only, capitals, without the zeros that pad it on the left.
[[nodiscard]] std::string bare_number(std::string_view text);

}  // namespace versoir::consult

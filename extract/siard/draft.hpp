// The profile of an application drafted from the metadata of an archive.
#pragma once
#include "extract/draft.hpp"

#include <filesystem>
#include <string_view>

namespace versoir::extract {

/// The profile of an archive, as draft_profile() makes one of any catalogue. `application`: its identifier,
/// or
/// "" for one made of the name of the database. Throws what opening it as a source throws.
[[nodiscard]] ProfileDraft draft_siard(const std::filesystem::path& file, std::string_view application);

}  // namespace versoir::extract

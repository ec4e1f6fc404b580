// Where the translated messages are.
#pragma once
#include <filesystem>

namespace versoir::core {

/// The environment's choice (VERSOIR_LOCALEDIR), that of a build tree, or that of an installation. It may not
/// exist: messages are then in English.
[[nodiscard]] std::filesystem::path locale_folder();

}  // namespace versoir::core

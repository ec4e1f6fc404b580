// Referentials fetched from a platform and kept in the workspace: referential/<platform>/.
#pragma once
#include "cli/context.hpp"
#include "vitam/referential.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace versoir::cli {

/// The platform of the configuration with that name, or with that address; "" when there is none.
[[nodiscard]] std::string platform_named(Context& c, const std::string& name_or_url);
[[nodiscard]] std::filesystem::path fetched_folder(const Context& c, const std::string& platform);
/// Asks the platform; see vitam::fetch_referentials.
std::vector<vitam::FetchedReferential> fetch_platform(Context& c, const std::string& platform,
                                                      const std::filesystem::path& folder);

}  // namespace versoir::cli

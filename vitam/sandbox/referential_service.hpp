// What the sandbox's folder of referentials holds, as admin-external shows it.
#pragma once
#include "core/http_server.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

namespace versoir::vitam::sandbox {

/// GET /admin-external/v1/{agencies, rules, ingestcontracts...}[/{identifier}], read from the folder at each
/// question; 404 for what it does not hold, nullopt when the path is no referential.
[[nodiscard]] std::optional<core::ServerResponse> answer_referential(const std::filesystem::path& folder,
                                                                     const core::ServerRequest& request);

/// Listed in accesscontracts.json and not inactive; any name will do where the folder has no such file.
[[nodiscard]] bool knows_access_contract(const std::filesystem::path& folder, std::string_view identifier);

}  // namespace versoir::vitam::sandbox

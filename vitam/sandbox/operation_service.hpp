// admin-external/operations: state, detail, list, and what an operator may ask. Private to the sandbox.
#pragma once
#include "core/http_server.hpp"
#include "vitam/sandbox/operations.hpp"

#include <cstdint>
#include <optional>

namespace versoir::vitam::sandbox {

/// HEAD, GET, PUT and DELETE of /admin-external/v1/operations[/{id}]; nullopt for another path.
[[nodiscard]] std::optional<core::ServerResponse> answer_operations(Operations& operations,
                                                                    std::int64_t tenant,
                                                                    const core::ServerRequest& request);

}  // namespace versoir::vitam::sandbox

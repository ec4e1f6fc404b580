// The logbook of operations, as access-external shows it. Private to the sandbox.
#pragma once
#include "core/http_server.hpp"
#include "core/json.hpp"
#include "vitam/sandbox/operations.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace versoir::vitam::sandbox {

/// One operation as VITAM's logbook tells it: obIdIn is there once the manifest was read, the events of the
/// controls and the one that closes the workflow once it ended. `status` and `check` are its status.json and
/// check.json.
[[nodiscard]] core::Json logged_operation(const core::Json& status, const std::optional<core::Json>& check,
                                          std::int64_t tenant);

/// GET /access-external/v1/logbookoperations[/{id}] with its query; a list has the first and the last event
/// of each operation only. nullopt when the path is none of the logbook.
[[nodiscard]] std::optional<core::ServerResponse> answer_logbook(const Operations& operations,
                                                                 std::int64_t tenant,
                                                                 const core::ServerRequest& request);

}  // namespace versoir::vitam::sandbox

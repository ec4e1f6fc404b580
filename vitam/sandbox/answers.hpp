// The shapes of VITAM's answers. Private to the sandbox.
#pragma once
#include "core/http_server.hpp"
#include "core/json.hpp"

#include <string_view>

namespace versoir::vitam::sandbox {

[[nodiscard]] core::ServerResponse json_answer(int status, const core::Json& body);

/// VitamError: `code` is service, domain, item; `description` the useful sentence.
[[nodiscard]] core::ServerResponse vitam_error(int status, std::string_view code, std::string_view context,
                                               std::string_view state, std::string_view description);

/// The body of a request, wherever the server put it; "" when there is none.
[[nodiscard]] std::string body_of(const core::ServerRequest& request);

}  // namespace versoir::vitam::sandbox

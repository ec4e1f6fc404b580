// The shapes of VITAM's answers. Private to the sandbox.
#pragma once
#include "core/http_server.hpp"
#include "core/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace versoir::vitam::sandbox {

[[nodiscard]] core::ServerResponse json_answer(int status, const core::Json& body);

/// VitamError: `code` is service, domain, item; `description` the useful sentence.
[[nodiscard]] core::ServerResponse vitam_error(int status, std::string_view code, std::string_view context,
                                               std::string_view state, std::string_view description);

/// HTTP of another machine than VITAM's own code: Jetty, a proxy.
[[nodiscard]] core::ServerResponse page(int status, std::string_view words);

/// A path that exists, asked with another method.
[[nodiscard]] core::ServerResponse not_allowed();

/// A refusal of the filters that look at every request.
[[nodiscard]] core::ServerResponse insane(std::string_view description);

/// Something of the caller's identity or rights, told as the internal security filter does.
[[nodiscard]] core::ServerResponse unauthorized(std::string_view description);

/// The usual envelope around records that were all found.
[[nodiscard]] core::Json results(int status, core::Json records);

/// The first element of a header, "" when it is absent.
[[nodiscard]] std::string header_of(const core::ServerRequest& request, const std::string& name);
[[nodiscard]] std::string_view path_of(const core::ServerRequest& request);
/// The piece between `before` and `after`, when the path has this shape and the piece no slash.
[[nodiscard]] std::optional<std::string> id_in(std::string_view path, std::string_view before,
                                               std::string_view after);
[[nodiscard]] bool is_id(std::string_view id);  ///< 36 lower-case letters and digits

/// The body of a request, wherever the server put it; "" when there is none.
[[nodiscard]] std::string body_of(const core::ServerRequest& request);

}  // namespace versoir::vitam::sandbox

// Which permission each address of VITAM's external API asks for, as OPTIONS lists them. Private to the
// sandbox.
#pragma once
#include "core/http_server.hpp"

#include <optional>
#include <string_view>

namespace versoir::vitam::sandbox {

struct Endpoint {
  std::string_view method;
  std::string_view base;  ///< ingest-external/v1
  std::string_view path;  ///< /ingests/{id}/manifests
  std::string_view permission;
  std::string_view consumes, produces;  ///< "" = anything, nothing
};

/// The one that a request is for: "{id}" takes one segment, "{id_path}" the rest of the path. nullptr when
/// VITAM has no such address, or has it without permission (status, tenants, OPTIONS).
[[nodiscard]] const Endpoint* endpoint_of(const core::ServerRequest& request);

/// OPTIONS /{base}/; nullopt for another request.
[[nodiscard]] std::optional<core::ServerResponse> answer_options(const core::ServerRequest& request);

}  // namespace versoir::vitam::sandbox

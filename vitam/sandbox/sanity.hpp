// The filters that VITAM puts in front of every resource: alphabets of headers, paths and parameters, JSON
// without markup. Private to the sandbox.
#pragma once
#include "core/http_server.hpp"

#include <optional>

namespace versoir::vitam::sandbox {

/// The refusal of a request that VITAM's sanity filters stop; nullopt when it goes through. Binary bodies are
/// not looked at.
[[nodiscard]] std::optional<core::ServerResponse> refused_by_filters(const core::ServerRequest& request);

/// One component of a path, as uploads and archive entries may be named: groups of A-Za-z0-9_@- separated by
/// single dots.
[[nodiscard]] bool is_safe_name(std::string_view name);

}  // namespace versoir::vitam::sandbox

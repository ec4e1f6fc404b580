// What every question to the platform has, and every answer in JSON. Private to vitam.
#pragma once
#include "core/http_client.hpp"
#include "core/json.hpp"
#include "vitam/client.hpp"

#include <cstdint>
#include <string>

namespace versoir::vitam {

/// Tenant, agent and time limit; an answer in JSON is expected.
[[nodiscard]] core::HttpRequest question(const Platform& platform, std::string method, std::string url);

/// The `$results` of an answer, all objects. Throws Error(Exit::reply_unreadable).
[[nodiscard]] const core::Json& results_of(const core::Json& answer, const std::string& url);

/// How many records the platform says that there are; 0 when it says nothing that can be read.
[[nodiscard]] std::uint64_t total_of(const core::Json& answer);

/// The identifier itself, fit to be one segment of a path: persons type some of them. Error(Exit::usage).
[[nodiscard]] const std::string& path_segment(const std::string& id);

}  // namespace versoir::vitam

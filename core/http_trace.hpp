// A record of HTTP exchanges for whoever has to find out what went wrong, without what must not leave:
// neither secrets nor what the bodies say of persons.
#pragma once
#include "core/clock.hpp"
#include "core/http_client.hpp"

#include <filesystem>
#include <memory>

namespace versoir::core {

/// Passes each request on to `client` and appends one line of JSON to `file` (mode 0600), also of those that
/// fail: time, method, address without its query, headers (the values of a known list, the names of the
/// others), size and SHA-256 of both bodies, status, duration in milliseconds. Of bodies only the JSON of a
/// refusal is shown, cut at 2 KiB, without the values that the question held. Throws Error(Exit::disk) when
/// the file cannot be written.
[[nodiscard]] std::unique_ptr<HttpClient> trace_client(std::unique_ptr<HttpClient> client,
                                                       const std::filesystem::path& file, const Clock& clock);

}  // namespace versoir::core

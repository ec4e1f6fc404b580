// JSON: strict reading with limits, canonical writing (what is signed is byte-stable).
#pragma once
#include "core/exit.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace versoir::core {

using Json = nlohmann::json;

/// RFC 8785-like: keys sorted, no blank, UTF-8, integers only (a float throws), one LF at the end.
[[nodiscard]] std::string canonical_json(const Json& value);

/// Two-space indentation, sorted keys, LF at the end: state files that people read.
[[nodiscard]] std::string pretty_json(const Json& value);

/// Parses untrusted text: UTF-8, at most 64 levels, no duplicate key. `origin` names the file in errors.
/// Throws Error(code).
[[nodiscard]] Json parse_json(std::string_view text, std::string_view origin, Exit code = Exit::disk);
[[nodiscard]] Json read_json(const std::filesystem::path& path, Exit code = Exit::disk);
void write_json(const std::filesystem::path& path, const Json& value);

/// A required member with its type checked; throws Error(code) naming origin and member.
[[nodiscard]] std::string json_string(const Json& object, const char* key, std::string_view origin,
                                      Exit code = Exit::disk);
[[nodiscard]] std::int64_t json_int(const Json& object, const char* key, std::string_view origin,
                                    Exit code = Exit::disk);

/// An optional text: `fallback` where the member is absent or no string.
[[nodiscard]] std::string text_of(const Json& object, const char* key, std::string_view fallback = {});

}  // namespace versoir::core

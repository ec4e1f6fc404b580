// Inside the room: the lines of an annotations file. Each is a signed statement chained to the line before.
#pragma once
#include "core/digest.hpp"
#include "core/json.hpp"
#include "trust/cades.hpp"

#include <string>
#include <string_view>

namespace versoir::consult::parts {

inline constexpr const char* annotation_format = "versoir-annotation/1";
/// More than anybody writes by hand in fifty years.
inline constexpr std::uint64_t largest_annotations = 64u << 20;

/// What the first line is chained to: the extract that it is about.
[[nodiscard]] std::string first_link(const std::string& origin);
/// What the next line is chained to.
[[nodiscard]] std::string link_of(std::string_view line);

[[nodiscard]] std::string to_hex(std::string_view bytes);
/// "" when it is no hexadecimal.
[[nodiscard]] std::string from_hex(std::string_view text);
[[nodiscard]] std::string random_hex(std::size_t bytes);

/// The line of a statement under `name` ("entry", "removed"), signed; LF at its end.
[[nodiscard]] std::string signed_line(const char* name, const core::Json& statement, trust::Signer& signer,
                                      trust::TimestampAuthority* tsa, const core::Clock& clock);

}  // namespace versoir::consult::parts

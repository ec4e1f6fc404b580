// Single values judged as VITAM judges them: names, dates, versions, identifiers, harmful text. Pure
// functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::check {

/// `manifest.xml`, or a prefix of at most 57 of [A-Za-z0-9_-] that ends with _ or -, then `manifest.xml`. The
/// dot of VITAM's pattern is not escaped: any character stands for it.
[[nodiscard]] bool is_manifest_name(std::string_view name);

/// Is the entry at `path` the manifest? The first name that fits is, `name` keeps it, and later entries of
/// that name replace the first.
[[nodiscard]] bool takes_manifest(std::optional<std::string>& name, std::string_view path);

/// Every component is `[A-Za-z0-9_@-]+(\.[A-Za-z0-9_@-]+)*` (VITAM's workspace).
[[nodiscard]] bool is_safe_path(std::string_view path);

/// `Usage` or `Usage_N`.
struct ObjectVersion {
  std::string usage;
  std::uint64_t number = 1;  ///< a usage without number counts as version 1
};
/// nullopt when it is neither, or the usage is in neither list of VITAM's default configuration.
[[nodiscard]] std::optional<ObjectVersion> parse_object_version(std::string_view text);
[[nodiscard]] bool is_binary_usage(std::string_view usage);
[[nodiscard]] bool is_physical_usage(std::string_view usage);

/// A GUID of the platform: 36 characters of base32 in lower case.
[[nodiscard]] bool is_guid(std::string_view text);

/// How a date fares after the grammar let it through.
enum class DateVerdict {
  good,
  unreadable,    ///< the platform's typing refuses it (a year alone, a month, a long fraction)
  out_of_range,  ///< its schema of units refuses it (year above 8999, fraction of 4 to 6 digits)
};
[[nodiscard]] DateVerdict judge_date(std::string_view text);
/// Comparable form, "2020-01-31T00:00:00.000000"; "" when unreadable.
[[nodiscard]] std::string date_key(std::string_view text);

/// Why VITAM's harmlessness control would refuse a decoded value; nullopt = accepted.
enum class Harm { control_character, markup, entity };
[[nodiscard]] std::optional<Harm> find_harm(std::string_view value);

}  // namespace versoir::check

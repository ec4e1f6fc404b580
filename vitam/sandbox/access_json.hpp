// Units and object groups as VITAM shows them. Private to the sandbox.
#pragma once
#include "check/referentials.hpp"
#include "core/json.hpp"
#include "core/xml.hpp"

#include <string>
#include <string_view>

namespace versoir::vitam::sandbox {

/// Categories of rules, by the names of their elements.
[[nodiscard]] bool is_rule_category(std::string_view name) noexcept;

/// The fields of a Content at the top of a unit: what may be repeated is a list, a text that bears a language
/// goes under `Title_`, `Description_`.
[[nodiscard]] core::Json content_json(const core::XmlElement& content);

/// A Management, or a ManagementMetadata, as `#management`: per category the Rules with the EndDate that the
/// referential's duration gives, the properties and the Inheritance; other leaves as they are.
[[nodiscard]] core::Json management_json(const core::XmlElement& management,
                                         const check::Referentials& referentials);
/// `more` under `own`: what `own` says of a category counts.
void add_management(core::Json& own, const core::Json& more);

/// A data object as a version of its usage; `id`, `group` and `operation` of the platform.
[[nodiscard]] core::Json object_json(const core::XmlElement& object, const std::string& id,
                                     const std::string& group, const std::string& operation);
/// BinaryMaster of "BinaryMaster_1"; "_1" is understood when it is missing.
struct UsageVersion {
  std::string usage;
  int version = 1;
};
[[nodiscard]] UsageVersion usage_of(std::string_view data_object_version);

}  // namespace versoir::vitam::sandbox

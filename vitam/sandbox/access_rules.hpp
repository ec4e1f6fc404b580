// Rules that a unit has from itself and from the units above it. Private to the sandbox.
#pragma once
#include "core/json.hpp"

#include <functional>
#include <optional>
#include <string>

namespace versoir::vitam::sandbox {

/// A unit as the index shows it, by its id.
using UnitSource = std::function<std::optional<core::Json>(const std::string&)>;

/// `InheritedRules` of a unit: per category Rules and Properties, each with the unit that declares it, its
/// agency and the ways that lead there. A unit's own rule or property replaces the same one from above;
/// PreventInheritance keeps a whole category from passing, PreventRulesId the named rules.
[[nodiscard]] core::Json inherited_rules(const core::Json& unit, const UnitSource& source);

}  // namespace versoir::vitam::sandbox

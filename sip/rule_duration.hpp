// Durations that the establishment gives to rules in the place of the profile's: retention is decided by its
// tableau de gestion, after the extract as well as before.
#pragma once
#include "profiles/model.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::sip {

struct RuleDuration {
  std::optional<int> count;  ///< nullopt = unlimited
  core::TimeUnit unit = core::TimeUnit::year;
};

/// "60 YEAR", "18 MONTH", "unlimited" (the words of VITAM's referential of rules, in any case); nullopt for
/// anything else. 999 years at most, as in a referential.
[[nodiscard]] std::optional<RuleDuration> parse_rule_duration(std::string_view text);
[[nodiscard]] std::string rule_duration_text(const RuleDuration& duration);
/// "20 years", "unlimited": in the user's language.
[[nodiscard]] std::string rule_duration_label(const RuleDuration& duration);

/// Logical code → duration. Codes that the application does not have are left alone: a configuration serves
/// several applications.
using RuleDurations = std::map<std::string, RuleDuration>;
void apply_durations(profiles::Application& app, const RuleDurations& durations);

}  // namespace versoir::sip

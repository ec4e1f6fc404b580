// The rules of a plan held against the platform's referential, before a SIP is built: an archivist must not
// learn from the platform, or from nobody, that a rule lasts there another time than what was validated.
#pragma once
#include "check/referentials.hpp"
#include "core/error.hpp"
#include "profiles/model.hpp"

#include <map>
#include <string>
#include <vector>

namespace versoir::check {

/// `rule_ids`: logical code → RuleId, for the rules that the SIPs will cite; their durations are those of
/// `app`, as the establishment set them. One error for each RuleId that the platform does not have, has in
/// another category or with another duration (12 MONTH is 1 YEAR).
[[nodiscard]] std::vector<core::Finding> compare_rules(const profiles::Application& app,
                                                       const std::map<std::string, std::string>& rule_ids,
                                                       const Referentials& platform);

}  // namespace versoir::check

// What the establishment decides of the start dates of a rule: units whose start is not known, rounding to
// the end of the year ([start.RULE] of versoir.conf).
#pragma once
#include "profiles/model.hpp"
#include "sip/settings.hpp"

#include <map>
#include <string>
#include <vector>

namespace versoir::sip {

class SettingsReader;

/// Reads [start.CODE] of these rules. A bound is refused when no unit of `archives` has one for the rule, and
/// for a production platform when nobody approved it in writing.
void read_starts(SettingsReader& reader, const std::vector<std::string>& codes,
                 const std::vector<const profiles::ArchiveDef*>& archives, Settings& settings);

/// Puts the decisions on the rules, where descriptions find them.
void apply_starts(profiles::Application& app, const std::map<std::string, StartDecision>& starts);

}  // namespace versoir::sip

// See start_policy.hpp.
#include "sip/start_policy.hpp"

#include "sip/settings_reader.hpp"

#include <algorithm>

namespace versoir::sip {

using core::msg;

namespace {

bool bounds(const profiles::UnitDef& unit, const std::string& code) {
  return std::ranges::any_of(unit.rules, [&](const profiles::UnitRule& rule) {
    return rule.code == code && !rule.start_bound.empty();
  });
}

bool bounds(const std::vector<const profiles::ArchiveDef*>& archives, const std::string& code) {
  return std::ranges::any_of(archives, [&](const profiles::ArchiveDef* a) {
    return bounds(a->unit, code) || (a->group && bounds(*a->group, code));
  });
}

void read_bound(SettingsReader& reader, const std::string& section, const std::string& code,
                const std::vector<const profiles::ArchiveDef*>& archives, const Settings& settings,
                StartDecision& decision) {
  const auto unknown = reader.config().get(section, "unknown");
  decision.bound = unknown == "bound";
  if (!decision.bound && unknown != "none")
    reader.report(msg("[{0}] unknown must be \"none\" or \"bound\".", section));
  if (!decision.bound) return;
  if (!bounds(archives, code))
    reader.report(
        msg("[{0}] unknown = bound is not possible: no archive profile of this plan computes a bound "
            "for this rule.",
            section));
  const auto text = reader.optional(section, "approval");
  decision.approval = parse_validation(text);
  if (!decision.approval && !text.empty())
    reader.report(msg("[{0}] approval is not written as: reference; who; YYYY-MM-DD.", section));
  if (text.empty() && settings.platform_kind == "production")
    reader.report(
        msg("[{0}] approval is not set: nobody approved in writing that a bound stands in the place "
            "of a date that is not known.",
            section));
}

}  // namespace

void read_starts(SettingsReader& reader, const std::vector<std::string>& codes,
                 const std::vector<const profiles::ArchiveDef*>& archives, Settings& settings) {
  for (const auto& code : codes) {
    const auto section = "start." + code;
    if (!reader.config().has_section(section)) continue;
    StartDecision decision;
    read_bound(reader, section, code, archives, settings, decision);
    decision.round_to_year_end = reader.config().get_bool(section, "round_to_year_end");
    if (decision.bound || decision.round_to_year_end) settings.starts[code] = std::move(decision);
  }
}

void apply_starts(profiles::Application& app, const std::map<std::string, StartDecision>& starts) {
  for (auto& rule : app.rules) {
    const auto set = starts.find(rule.code);
    if (set == starts.end()) continue;
    rule.bounded_start = set->second.bound;
    rule.round_to_year_end = set->second.round_to_year_end;
  }
}

}  // namespace versoir::sip

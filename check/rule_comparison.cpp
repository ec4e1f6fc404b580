// Compares, rule by rule, existence, category and duration.
#include "check/rule_comparison.hpp"

#include "core/i18n.hpp"
#include "core/text.hpp"
#include "sip/rule_duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace versoir::check {

using core::Finding;
using core::msg;
using core::Severity;

namespace {

/// Months and years on one scale, days on another: VITAM adds a year as twelve months.
struct Length {
  long long count = 0;
  bool days = false;
  bool operator==(const Length&) const = default;
};

std::optional<Length> length_of(const profiles::RuleDef& rule) {
  if (!rule.duration) return std::nullopt;
  if (rule.unit == core::TimeUnit::day) return Length{*rule.duration, true};
  return Length{*rule.duration * (rule.unit == core::TimeUnit::year ? 12LL : 1LL), false};
}

std::optional<Length> length_of(const Rule& rule) {
  if (!rule.duration) return std::nullopt;
  const auto measurement = core::ascii_upper(rule.measurement);
  if (measurement == "DAY") return Length{*rule.duration, true};
  return Length{*rule.duration * (measurement == "YEAR" ? 12LL : 1LL), false};
}

/// In words of the user; as written where the referential has a measurement of its own.
std::string words(const Rule& rule) {
  if (!rule.duration) return sip::rule_duration_label({});
  const auto measurement = core::ascii_upper(rule.measurement);
  const auto text = fmt::format("{} {}", *rule.duration, measurement);
  const auto duration = sip::parse_rule_duration(text);
  return duration ? sip::rule_duration_label(*duration) : text;
}

void compare(const profiles::RuleDef& ours, const std::string& id, const Referentials& platform,
             std::vector<Finding>& findings) {
  const auto tell = [&](const char* code, core::Message message) {
    findings.push_back({Severity::error, code, std::move(message), ours.code});
  };
  const auto* theirs = platform.rule(id);
  if (!theirs) {
    tell("rule-unknown", msg("{0}: the platform has no rule {1}.", ours.code, id));
    return;
  }
  const std::string category(profiles::rule_element(ours.category));
  if (theirs->type != category)
    tell("rule-category",
         msg("{0}: the platform's {1} is of category {2}, not {3}.", ours.code, id, theirs->type, category));
  if (length_of(ours) != length_of(*theirs))
    tell("rule-duration", msg("{0}: the platform's {1} lasts {2}, not {3}.", ours.code, id, words(*theirs),
                              sip::rule_duration_label({ours.duration, ours.unit})));
}

}  // namespace

std::vector<Finding> compare_rules(const profiles::Application& app,
                                   const std::map<std::string, std::string>& rule_ids,
                                   const Referentials& platform) {
  std::vector<Finding> findings;
  for (const auto& [code, id] : rule_ids)
    if (const auto* rule = app.find_rule(code)) compare(*rule, id, platform, findings);
  return findings;
}

}  // namespace versoir::check

// Reads and writes the durations of [durations], and puts them in the place of the profile's.
#include "sip/rule_duration.hpp"

#include "core/i18n.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace versoir::sip {

namespace {

std::string_view unit_text(core::TimeUnit unit) {
  if (unit == core::TimeUnit::day) return "DAY";
  return unit == core::TimeUnit::month ? "MONTH" : "YEAR";
}

std::optional<core::TimeUnit> parse_unit(std::string_view text) {
  if (text == "DAY") return core::TimeUnit::day;
  if (text == "MONTH") return core::TimeUnit::month;
  if (text == "YEAR") return core::TimeUnit::year;
  return std::nullopt;
}

/// VITAM refuses a rule of more than 999 years, in whatever unit.
int most(core::TimeUnit unit) {
  if (unit == core::TimeUnit::day) return 999 * 365;
  return unit == core::TimeUnit::month ? 999 * 12 : 999;
}

}  // namespace

std::optional<RuleDuration> parse_rule_duration(std::string_view given) {
  const auto text = core::ascii_upper(core::trim(given));
  if (text == "UNLIMITED") return RuleDuration{};
  const auto blank = text.find(' ');
  if (blank == std::string::npos) return std::nullopt;
  RuleDuration duration;
  int count = 0;
  const auto read = std::from_chars(text.data(), text.data() + blank, count);
  const auto unit = parse_unit(core::trim(text.substr(blank + 1)));
  if (read.ec != std::errc() || read.ptr != text.data() + blank || count < 0 || !unit || count > most(*unit))
    return std::nullopt;
  duration.count = count;
  duration.unit = *unit;
  return duration;
}

std::string rule_duration_text(const RuleDuration& duration) {
  return duration.count ? fmt::format("{} {}", *duration.count, unit_text(duration.unit)) : "unlimited";
}

std::string rule_duration_label(const RuleDuration& duration) {
  if (!duration.count) return core::tr("unlimited");
  const auto n = static_cast<unsigned long>(*duration.count);
  if (duration.unit == core::TimeUnit::day) return core::ntr("{0} day", "{0} days", n);
  if (duration.unit == core::TimeUnit::month) return core::ntr("{0} month", "{0} months", n);
  return core::ntr("{0} year", "{0} years", n);
}

void apply_durations(profiles::Application& app, const RuleDurations& durations) {
  for (auto& rule : app.rules) {
    const auto set = durations.find(rule.code);
    if (set == durations.end()) continue;
    rule.duration = set->second.count;
    rule.unit = set->second.unit;
  }
}

}  // namespace versoir::sip

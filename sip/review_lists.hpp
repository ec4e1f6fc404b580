// What the lists of a plan say, counted by archive profile and by rule. Private to sip.
#pragma once
#include "core/clock.hpp"
#include "core/json.hpp"
#include "sip/kept.hpp"
#include "sip/versement.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace versoir::sip {

/// Units under one rule: when their terms end.
struct RuleStats {
  std::uint64_t units = 0, without_end = 0, elapsed = 0;
  std::optional<core::Date> first, last;
  std::map<int, std::uint64_t> decades;
  std::map<std::string, std::uint64_t> actions;

  /// "today" is the day of the plan: VITAM counts the end date itself as reached.
  void add(const std::optional<core::Date>& end, const std::string& action, core::Date today);
};

/// Records of one archive profile.
struct ProfileStats {
  std::uint64_t kept = 0, left_out = 0, deferred = 0, without_dates = 0;
  Extent extent;
  std::map<std::pair<bool, std::string>, std::uint64_t> reasons;   ///< (deferred, reason)
  std::map<std::pair<std::string, std::string>, RuleStats> rules;  ///< (category, codes)
};

/// ISO, empty when there is none.
[[nodiscard]] std::string iso_or_empty(const std::optional<core::Date>& date);

/// Reads both lists once; "today" is the day of the plan. The sample is spread evenly: the same plan always
/// shows the same units.
struct ReviewLists {
  core::Date today;
  std::map<std::string, ProfileStats> profiles;
  core::Json sample = core::Json::array();

  /// `kept`: how many rows kept.csv has.
  void read(const Versement& versement, std::uint64_t kept);

 private:
  void add(const KeptRow& row);
};

}  // namespace versoir::sip

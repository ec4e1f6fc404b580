// The table of a plan, as an archivist reads it: units by year and rule, extreme dates, end dates, what is
// left out.
#pragma once
#include "core/json.hpp"
#include "profiles/model.hpp"
#include "sip/content.hpp"
#include "sip/versement.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace versoir::sip {

/// One rule of the units, or several of a category that stand together on them.
struct RuleCount {
  std::string category, codes, rule_ids, label, duration, final_action;
  std::uint64_t units = 0, without_start = 0, without_end = 0;
  Extent dates;                                       ///< of the units
  std::optional<core::Date> first_start, last_start;  ///< of the rule, what its duration runs from
  std::optional<core::Date> first_end, last_end;      ///< of the rule
};
struct YearCount {
  std::uint64_t units = 0;
  std::map<std::size_t, std::uint64_t> by_rule;  ///< position in ProfileTable::rules
};
struct ProfileTable {
  std::string id, label;
  std::uint64_t kept = 0;
  std::uint64_t left_out = 0, deferred = 0;  ///< the deferred ones are among those left out
  Extent extent;
  std::vector<RuleCount> rules;
  std::map<int, YearCount> years;                  ///< of the unit's end date
  YearCount undated;                               ///< units without end date
  std::map<std::string, std::uint64_t> reasons;    ///< of those that stay for good
  std::map<std::string, std::uint64_t> deferrals;  ///< of the deferred ones: plan --closed can transfer them
  /// What is left out by year, where the profile's key says it.
  std::map<std::pair<std::string, std::string>, std::uint64_t> left_by_year;  ///< by (year, reason)
};
using PlanTable = std::vector<ProfileTable>;

/// Reads kept.csv and left-out.csv row by row: memory grows with years and rules, never with units. `app` as
/// the extract carries it: what [durations] changes is told beside it.
[[nodiscard]] PlanTable plan_table(const Versement& versement, const Plan& plan,
                                   const profiles::Application& app);
[[nodiscard]] core::Json to_json(const ProfileTable& table);
/// Writes tableau.csv and tableau.html beside the lists, in the user's language. Gives Plan::tables.
[[nodiscard]] core::Json write_plan_table(const Versement& versement, const PlanTable& table);
[[nodiscard]] core::Sha512 write_plan_page(const Versement& versement, const PlanTable& table);

}  // namespace versoir::sip

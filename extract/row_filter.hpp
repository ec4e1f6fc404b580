// The rows of a table that its profile leaves: read, counted by reason, not kept.
#pragma once
#include "core/clock.hpp"
#include "extract/matching.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// Decides on values in the form in which an extract keeps them, so that every kind of source is filtered
/// alike.
class RowFilter {
 public:
  /// `on`: the day from which ages are counted. Throws Error(Exit::profile_invalid) when a decision leaves a
  /// column that a condition needs; an optional column that the source does not have satisfies no condition.
  RowFilter(const TakenTable& table, core::Date on);

  [[nodiscard]] std::size_t rules() const noexcept { return rules_.size(); }
  /// The first rule of the profile that leaves the row. `value(i)` gives the text of the table's i-th copied
  /// column, nullopt for NULL.
  template <class Value>
  [[nodiscard]] std::optional<std::size_t> leaves(const Value& value) const {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
      bool all = !rules_[rule].empty();
      for (const auto& condition : rules_[rule]) all = all && holds(condition, value(condition.column));
      if (all) return rule;
    }
    return std::nullopt;
  }

 private:
  struct Condition {
    std::size_t column = 0;
    std::vector<std::string> values;
    std::string before;  ///< a date: ISO texts compare as dates do
    bool empty = false;
  };
  [[nodiscard]] static bool holds(const Condition& condition, std::optional<std::string_view> value);
  std::vector<std::vector<Condition>> rules_;  ///< a rule without conditions never holds
};

}  // namespace versoir::extract

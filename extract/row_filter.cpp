// The rows of a table that its profile leaves.
#include "extract/row_filter.hpp"

#include "core/error.hpp"

#include <algorithm>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

RowFilter::RowFilter(const TakenTable& table, core::Date on) {
  for (const auto& left : table.profile->left_rows) {
    auto& rule = rules_.emplace_back();
    for (const auto& when : left.when) {
      const auto* column = table.profile->find(when.column);
      const auto copied = std::ranges::find(table.columns, column, &TakenColumn::profile);
      if (copied == table.columns.end()) {
        if (std::ranges::find(table.absent, column) == table.absent.end())
          throw Error(Exit::profile_invalid,
                      msg("The column {0}.{1} says which rows are left: it cannot be left itself.",
                          table.profile->name, when.column));
        rule.clear();  // nothing can be said: the rows are kept
        break;
      }
      Condition condition;
      condition.column = static_cast<std::size_t>(copied - table.columns.begin());
      condition.values = when.values;
      condition.empty = when.empty;
      if (when.older)
        condition.before = core::format_date(core::add_duration(on, -when.older->count, when.older->unit));
      rule.push_back(std::move(condition));
    }
  }
}

bool RowFilter::holds(const Condition& condition, std::optional<std::string_view> value) {
  auto text = value.value_or(std::string_view());
  while (text.ends_with(' ')) text.remove_suffix(1);  // CHAR columns are padded
  if (condition.empty) return text.empty();
  if (!condition.before.empty()) {
    // What is no date has no age: the row is kept.
    const auto date = core::parse_date(text.substr(0, 10));
    return date && core::format_date(*date) < condition.before;
  }
  return value && std::ranges::find(condition.values, text) != condition.values.end();
}

}  // namespace versoir::extract

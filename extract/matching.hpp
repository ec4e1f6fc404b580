// What a profile takes, found in the catalogue of a source.
#pragma once
#include "core/error.hpp"
#include "extract/source.hpp"
#include "profiles/model.hpp"

#include <string_view>
#include <vector>

namespace versoir::extract {

[[nodiscard]] bool same_name(std::string_view a, std::string_view b) noexcept;  ///< without regard to case

/// Exact name, otherwise the only one that differs by case; nullptr when none, or when several could be
/// meant.
template <class Item>
const Item* find_name(const std::vector<Item>& items, std::string_view name) {
  const Item* found = nullptr;
  int alike = 0;
  for (const auto& item : items) {
    if (item.name == name) return &item;
    if (same_name(item.name, name)) {
      found = &item;
      ++alike;
    }
  }
  return alike == 1 ? found : nullptr;
}
/// What the profile says of one of `items`: the same pair, seen from the other side. Of two tables that
/// differ by case, only the one that find_name() gives is known.
template <class Known, class Item>
const Known* find_known(const std::vector<Known>& known, const std::vector<Item>& items, const Item& item) {
  for (const auto& k : known)
    if (same_name(k.name, item.name)) return find_name(items, k.name) == &item ? &k : nullptr;
  return nullptr;
}

struct TakenColumn {
  const profiles::Column* profile;
  const SourceColumn* source;
};
struct TakenTable {
  const profiles::Table* profile;
  const SourceTable* source;
  std::vector<TakenColumn> columns;             ///< in profile order
  std::vector<const profiles::Column*> absent;  ///< optional ones that this source does not have
};
struct Matching {
  std::vector<TakenTable> tables;
  std::vector<const profiles::Table*> absent;  ///< optional tables that this source does not have
  std::vector<core::Finding> notes;      ///< optional absences; tables and columns that the profile ignores
  std::vector<core::Message> undecided;  ///< of the source, on which the profile decides nothing
};

/// Names are compared without regard to case, an exact match first. All that is missing is thrown at once:
/// Error(Exit::source_missing); names that an extract cannot hold are Error(Exit::profile_invalid). The
/// result points into both arguments.
[[nodiscard]] Matching match(const profiles::Application& profile, const std::vector<SourceTable>& catalogue);

}  // namespace versoir::extract

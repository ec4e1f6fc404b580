// Rows of a copied table that refer to nothing.
#include "extract/references.hpp"

#include "extract/key_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace versoir::extract {

namespace {

constexpr std::uint64_t rows_between_calls = 10'000;

/// The values of a row as bytes that are equal when the values are; false when one is NULL.
bool append_value(std::string& key, const core::Statement& row, int column, Storage storage) {
  if (row.is_null(column)) return false;
  if (storage == Storage::integer) {
    const auto n = row.integer(column);
    key.append(reinterpret_cast<const char*>(&n), sizeof n);
    return true;
  }
  const auto bytes = storage == Storage::text ? row.text(column) : row.blob(column);
  const auto size = static_cast<std::uint32_t>(bytes.size());
  key.append(reinterpret_cast<const char*>(&size), sizeof size);
  key.append(bytes);
  return true;
}

/// One reference while the table is read.
struct Walk {
  const CopiedReference* reference = nullptr;
  BrokenRows* broken = nullptr;
  KeySet targets;
  std::vector<int> columns;  ///< of the SELECT
  std::string key, last;
  bool last_is_broken = false;

  void look_at(const core::Statement& row, std::size_t listed) {
    key.clear();
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (!append_value(key, row, columns[i], reference->columns[i].storage_here)) return;
    if (last.empty() || key != last) {
      last_is_broken = !targets.contains(key);
      std::swap(key, last);
    }
    if (!last_is_broken) return;
    ++broken->count;
    if (broken->first.size() < listed) broken->first.push_back(row.integer(0));
  }
};

/// What the reference may point at; nullopt when it does not fit.
std::optional<KeySet> targets_of(core::Database& db, const CopiedReference& reference,
                                 std::size_t most_bytes) {
  KeySet set(most_bytes);
  std::string names;
  for (const auto& c : reference.columns) names += (names.empty() ? "" : ", ") + core::sql_name(c.there);
  auto st = db.prepare("SELECT " + names + " FROM " + core::sql_name(reference.target));
  std::string key;
  while (st.step()) {
    key.clear();
    bool whole = true;
    for (std::size_t i = 0; whole && i < reference.columns.size(); ++i)
      whole = append_value(key, st, static_cast<int>(i), reference.columns[i].storage_there);
    if (whole && !set.add(key)) return std::nullopt;
  }
  return set;
}

/// SQLite compares a number and a text by rules of its own.
bool kept_alike(const CopiedReference& reference) {
  return std::ranges::all_of(reference.columns,
                             [](const auto& c) { return c.storage_here == c.storage_there; });
}

BrokenRows by_sql(core::Database& db, const std::string& table, const CopiedReference& reference,
                  std::size_t listed) {
  const auto own = core::sql_name(table);
  std::string given, equal;
  for (const auto& c : reference.columns) {
    given += fmt::format("{}{}.{} IS NOT NULL", given.empty() ? "" : " AND ", own, core::sql_name(c.here));
    equal += fmt::format("{}there.{} = {}.{}", equal.empty() ? "" : " AND ", core::sql_name(c.there), own,
                         core::sql_name(c.here));
  }
  BrokenRows out;
  auto st = db.prepare(
      fmt::format("SELECT _row FROM {} WHERE {} AND NOT EXISTS (SELECT 1 FROM {} AS there WHERE {}) "
                  "ORDER BY _row",
                  own, given, core::sql_name(reference.target), equal));
  for (; st.step(); ++out.count)
    if (out.first.size() < listed) out.first.push_back(st.integer(0));
  return out;
}

/// The place of a column in the SELECT, which it joins when it is not there.
int place_of(std::vector<std::string>& names, const std::string& name) {
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) {
    names.push_back(name);
    return static_cast<int>(names.size() - 1);
  }
  return static_cast<int>(at - names.begin());
}

}  // namespace

std::vector<BrokenRows> find_broken(core::Database& db, const std::string& table,
                                    const std::vector<CopiedReference>& references, std::size_t listed,
                                    std::size_t most_bytes,
                                    const std::function<void(std::uint64_t)>& on_rows) {
  std::vector<BrokenRows> out(references.size());
  std::vector<Walk> walks;
  std::vector<std::string> names{"_row"};
  for (std::size_t i = 0; i < references.size(); ++i) {
    const auto& reference = references[i];
    auto targets = kept_alike(reference) ? targets_of(db, reference, most_bytes) : std::nullopt;
    if (!targets) {
      out[i] = by_sql(db, table, reference, listed);
      continue;
    }
    most_bytes -= std::min(most_bytes, targets->bytes());
    Walk walk{&reference, &out[i], std::move(*targets), {}, {}, {}, false};
    for (const auto& c : reference.columns) walk.columns.push_back(place_of(names, c.here));
    walks.push_back(std::move(walk));
  }
  if (walks.empty()) return out;
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + core::sql_name(name);
  auto st = db.prepare(fmt::format("SELECT {} FROM {} ORDER BY _row", list, core::sql_name(table)));
  std::uint64_t rows = 0;
  while (st.step()) {
    for (auto& walk : walks) walk.look_at(st, listed);
    if (++rows == rows_between_calls) on_rows(std::exchange(rows, 0));
  }
  on_rows(rows);
  return out;
}

}  // namespace versoir::extract

// What the export scripts of all dialects share.
#include "extract/make_script.hpp"

#include "core/error.hpp"
#include "extract/matching.hpp"
#include "extract/scripts.hpp"

#include <algorithm>

namespace versoir::extract {

std::optional<ScriptKind> script_kind(std::string_view name) noexcept {
  if (name == "psql") return ScriptKind::psql;
  if (name == "sqlplus") return ScriptKind::sqlplus;
  return std::nullopt;
}

namespace {

template <class Item>
Item* find_alike(std::vector<Item>& items, std::string_view name) {
  const auto it = std::ranges::find_if(items, [&](const Item& i) { return same_name(i.name, name); });
  return it == items.end() ? nullptr : &*it;
}

void decide_column(profiles::Table& table, const Decision& d) {
  if (auto* known = find_alike(table.columns, d.column)) {
    known->take = *d.take;
  } else if (*d.take) {
    profiles::Column column;
    column.name = d.column;
    column.optional = true;  // decided on another day: what is gone since is no reason to stop
    table.columns.push_back(std::move(column));
  }
}

/// As complete() does with a catalogue, which only the server has here.
ScriptPlan plan_of(const profiles::Application& profile, const std::vector<Decision>& decisions) {
  ScriptPlan plan{profile, {}};
  std::erase_if(plan.profile.tables,
                &profiles::Table::only_named);  // known to nobody, as far as a script goes
  for (const auto& d : decisions) {
    if (!d.take || !d.column.empty()) continue;
    if (auto* known = find_alike(plan.profile.tables, d.table))
      known->take = *d.take;
    else if (*d.take && !find_alike(plan.decided, d.table))
      plan.decided.push_back({d.table, {}});
  }
  for (const auto& d : decisions) {
    if (!d.take || d.column.empty()) continue;
    if (auto* known = find_alike(plan.profile.tables, d.table))
      decide_column(*known, d);
    else if (auto* decided = find_alike(plan.decided, d.table); decided && !*d.take)
      decided->left.push_back(d.column);
  }
  return plan;
}

}  // namespace

std::string make_script(const profiles::Application& profile, ScriptKind kind, const std::string& schema,
                        const std::vector<Decision>& decisions) {
  const auto& owner = schema.empty() ? profile.schema : schema;
  const auto plan = plan_of(profile, decisions);
  return kind == ScriptKind::psql ? psql_script(plan, owner) : sqlplus_script(plan, owner);
}

std::string csv_file_name(const std::string& table) {
  // The name goes through two interpreters and a file system: only what means nothing to any of them.
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  std::string out;
  for (char c : table) out += plain(c) ? c : '-';  // Oracle allows $ and #
  if (out.empty() || !plain(table.front()))
    throw core::Error(core::Exit::profile_invalid,
                      core::msg("No file can be named after the table {0}.", table));
  return out + ".csv";
}

std::string fill_in(std::string text, std::initializer_list<std::pair<std::string_view, std::string>> words) {
  for (const auto& [word, value] : words)
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size()))
      text.replace(at, word.size(), value);
  return text;
}

}  // namespace versoir::extract

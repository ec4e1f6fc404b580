// Keys and references of an archive against its rows.
#include "extract/siard/check_keys.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "extract/siard/text.hpp"
#include "extract/values.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

namespace versoir::extract {

using core::msg;

namespace {

/// Values that are equal give equal bytes: 1 and 1.0, a text however it is escaped.
void append_key_value(std::string& key, const SiardCell& cell, const SiardLeaf& leaf) {
  auto text = plain_siard_text(cell.text);
  if (leaf.kind != ColumnKind::text) {
    text = core::trim(text);
    if (leaf.kind == ColumnKind::integer || leaf.kind == ColumnKind::number)
      text = canonical_number(text).value_or(text);
    else if (leaf.kind == ColumnKind::date || leaf.kind == ColumnKind::timestamp)
      text = canonical_timestamp(text).value_or(text);
  }
  key += fmt::format("{}:", text.size());
  key += text;
}

}  // namespace

SiardKeyCheck::SiardKeyCheck(const SiardDatabase& db, const std::filesystem::path& scratch, SiardNotes& notes)
    : db_(db), notes_(notes), keys_(core::Database::create(scratch / "keys")) {
  keys_.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768; BEGIN");
  notes_.judged("V_KEYS");
  for (const auto& table : db_.tables) watch_table(table);
}

std::string SiardKeyCheck::table_of(std::size_t watched) const { return fmt::format("k{}", watched); }

std::size_t SiardKeyCheck::watch(const SiardTableRead& table, const std::vector<std::string>& columns,
                                 bool unique, std::string name) {
  Watched w;
  w.table = &table;
  w.unique = unique;
  w.name = std::move(name);
  for (const auto& c : columns) {
    const auto* leaf = table.single_leaf(c);
    if (!leaf) {
      notes_.error("V_KEYS",
                   msg("the key {0} names the column {1}, which the table {2} does not have as a plain one",
                       w.name, c, table.original_name),
                   table.original_name);
      return none;
    }
    w.leaves.push_back(static_cast<std::size_t>(leaf - table.leaves.data()));
  }
  if (w.leaves.empty()) return none;
  watched_.push_back(std::move(w));
  const auto number = watched_.size() - 1;
  keys_.exec(fmt::format("CREATE TABLE {} (h BLOB PRIMARY KEY, n INTEGER) WITHOUT ROWID", table_of(number)));
  return number;
}

void SiardKeyCheck::watch_table(const SiardTableRead& table) {
  if (!table.primary_key.empty())
    if (const auto n = watch(table, table.primary_key, true, "primaryKey"); n != none)
      watched_[n].primary = true;
  for (const auto& key : table.candidate_keys) static_cast<void>(watch(table, key, true, "candidateKey"));
  for (const auto& key : table.foreign_keys) {
    const auto target = std::ranges::find_if(db_.tables, [&](const SiardTableRead& t) {
      return t.original_name == key.table && (key.schema.empty() || t.schema == key.schema);
    });
    if (target == db_.tables.end()) {
      notes_.warning(
          "V_KEYS",
          msg("the reference {0} points at the table {1}, which is not in the archive", key.name, key.table),
          table.original_name);
      continue;
    }
    std::vector<std::string> here, there;
    for (const auto& [from, to] : key.columns) here.push_back(from), there.push_back(to);
    const auto to = watch(*target, there, false, key.name);
    const auto from = to == none ? none : watch(table, here, false, key.name);
    if (from != none) watched_[from].target = to;
  }
}

void SiardKeyCheck::begin_table(const SiardTableRead& table) {
  inserts_.clear();
  for (std::size_t i = 0; i < watched_.size(); ++i)
    if (watched_[i].table == &table)
      inserts_.emplace_back(
          i, keys_.prepare(fmt::format("INSERT OR IGNORE INTO {} VALUES (?1, ?2)", table_of(i))));
}

void SiardKeyCheck::row(const std::vector<SiardCell>& cells, std::uint64_t number) {
  std::string key;
  for (auto& [index, insert] : inserts_) {
    const auto& w = watched_[index];
    const auto null = std::ranges::any_of(
        w.leaves, [&](std::size_t l) { return cells[l].state == SiardCell::State::null; });
    if (null) {
      if (w.primary)
        notes_.error("T_6.0-1", msg("a column of the primary key is NULL"),
                     fmt::format("{} row {}", w.table->original_name, number));
      continue;
    }
    key.clear();
    for (const auto l : w.leaves) append_key_value(key, cells[l], w.table->leaves[l]);
    const auto digest = core::sha256(std::string_view(key));
    insert.bind_blob(1, {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()});
    insert.bind(2, static_cast<std::int64_t>(number)).run();
    if (w.unique && sqlite3_changes(keys_.raw()) == 0)
      notes_.error("T_6.0-1", msg("the value of {0} is that of an earlier row", w.name),
                   fmt::format("{} row {}", w.table->original_name, number));
  }
}

void SiardKeyCheck::end_table() { inserts_.clear(); }

void SiardKeyCheck::conclude() {
  for (std::size_t i = 0; i < watched_.size(); ++i) {
    const auto& w = watched_[i];
    if (w.target == none) continue;
    auto lost = keys_.prepare(
        fmt::format("SELECT n FROM {0} AS a WHERE NOT EXISTS (SELECT 1 FROM {1} AS b WHERE b.h = a.h) "
                    "ORDER BY n",
                    table_of(i), table_of(w.target)));
    while (lost.step())
      notes_.error(
          "T_6.0-1",
          msg("the reference {0} points at no row of {1}", w.name, watched_[w.target].table->original_name),
          fmt::format("{} row {}", w.table->original_name, lost.integer(0)));
  }
}

}  // namespace versoir::extract

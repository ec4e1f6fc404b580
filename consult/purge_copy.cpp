// See purge_copy.hpp.
#include "consult/purge_copy.hpp"

#include "consult/generation.hpp"
#include "core/error.hpp"
#include "extract/digests.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

namespace versoir::consult::parts {

namespace {

constexpr std::uint64_t rows_between_ticks = 4096;
/// Their lines are those of rows: written with the rows that stay.
constexpr std::string_view tables_of_rows =
    "'versoir_block', 'versoir_lob', 'versoir_anomaly', 'versoir_table'";

/// A row keeps its order among those that stay; numbers have no gap, as blocks go by 256.
std::int64_t new_number(std::int64_t row, const std::vector<std::int64_t>& gone) {
  return row - (std::ranges::lower_bound(gone, row) - gone.begin());
}

void copy_rows(core::Database& from, core::Database& to, const std::string& table) {
  auto rows = from.prepare(fmt::format("SELECT * FROM main.{}", core::sql_name(table)));
  std::string marks;
  for (int i = 1; i <= rows.columns(); ++i) marks += fmt::format("{}?{}", i > 1 ? ", " : "", i);
  auto insert = to.prepare(fmt::format("INSERT INTO {} VALUES ({})", core::sql_name(table), marks));
  while (rows.step()) {
    for (int i = 0; i < rows.columns(); ++i) insert.bind(i + 1, rows.value(i));
    insert.run();
  }
}

/// Adds the value to the digest of its row, as it was when it was copied.
void add_value(extract::RowHasher& hasher, extract::Extract& from, const std::string& table,
               const std::string& column, const core::Statement& rows, int at) {
  switch (sqlite3_column_type(rows.raw(), at)) {
    case SQLITE_INTEGER:
      return hasher.add(extract::Tag::integer, std::to_string(rows.integer(at)));
    case SQLITE_BLOB:
      return hasher.add(extract::Tag::blob, rows.blob(at));
    case SQLITE_NULL:
      break;
    default:
      return hasher.add(extract::Tag::text, rows.text(at));
  }
  auto pieces = from.database().prepare(
      "SELECT bytes FROM versoir_lob WHERE table_name = ?1 AND row = ?2 AND column_name = ?3 ORDER BY chunk");
  pieces.bind(1, std::string_view(table)).bind(2, rows.integer(0)).bind(3, std::string_view(column));
  core::Sha256Hasher content;
  bool large = false;
  for (; pieces.step(); large = true) content.update(pieces.blob(0));
  if (!large) return hasher.add(extract::Tag::null, {});
  const auto digest = content.finish();
  hasher.add(extract::Tag::lob, {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()});
}

}  // namespace

void PurgedCopy::begin() {
  auto& db = from_.database();
  auto tables = db.prepare(
      "SELECT name, sql FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE "
      "'\\' ORDER BY rowid");
  while (tables.step()) to_.exec(tables.text(1));
  to_.exec(eliminated_table);
  auto own =
      db.prepare(fmt::format("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name LIKE "
                             "'versoir\\_%' ESCAPE '\\' AND name NOT IN ({})",
                             tables_of_rows));
  while (own.step()) copy_rows(db, to_, std::string(own.text(0)));
}

std::uint64_t PurgedCopy::table(const extract::TableFacts& facts, const TableCut& cut,
                                core::Progress& progress) {
  auto& db = from_.database();
  std::vector<std::string> columns;
  {
    auto st = db.prepare(
        "SELECT name FROM versoir_column WHERE table_name = ?1 AND taken = 'yes' ORDER BY position");
    st.bind(1, std::string_view(facts.name));
    while (st.step()) columns.emplace_back(st.text(0));
  }
  const auto name = core::sql_name(facts.name);
  std::string list = "_row", marks = "?1";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    list += ", " + core::sql_name(columns[i]);
    marks += fmt::format(", ?{}", i + 2);
  }
  std::vector<int> key_at;
  for (const auto& [column, values] : cut.keys) {
    const auto it = std::ranges::find(columns, column);
    key_at.push_back(it == columns.end() ? -1 : static_cast<int>(it - columns.begin()) + 1);
  }
  auto rows = db.prepare(fmt::format("SELECT {} FROM main.{} ORDER BY _row", list, name));
  auto insert = to_.prepare(fmt::format("INSERT INTO {} ({}) VALUES ({})", name, list, marks));
  auto block = to_.prepare("INSERT INTO versoir_block VALUES (?1, ?2, ?3, ?4, ?5)");
  extract::TableHasher hasher([&](const extract::Block& b) {
    block.bind(1, std::string_view(facts.name)).bind(2, static_cast<std::int64_t>(b.number));
    block.bind(3, static_cast<std::int64_t>(b.first_row)).bind(4, static_cast<std::int64_t>(b.rows));
    block.bind(5, std::string_view(b.digest.hex())).run();
  });
  extract::RowHasher row_hasher(facts.name);
  std::vector<std::int64_t> gone;
  std::uint64_t seen = 0;
  progress.begin(facts.name, facts.copied_rows, core::tr("rows"));
  while (rows.step()) {
    if (++seen % rows_between_ticks == 0) progress.advance(rows_between_ticks);
    bool goes = cut.whole;
    for (std::size_t i = 0; !goes && i < key_at.size(); ++i)
      goes = key_at[i] >= 0 && cut.keys[i].second.contains(core::value_text(rows.value(key_at[i])));
    if (goes) {
      gone.push_back(rows.integer(0));
      continue;
    }
    insert.bind(1, new_number(rows.integer(0), gone));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const int at = static_cast<int>(i) + 1;
      if (cut.columns.contains(columns[i])) {
        insert.bind_null(at + 1);
        row_hasher.add(extract::Tag::null, {});
        continue;
      }
      insert.bind(at + 1, rows.value(at));
      add_value(row_hasher, from_, facts.name, columns[i], rows, at);
    }
    insert.run();
    hasher.add(row_hasher.finish());
  }
  hasher.finish();
  progress.end();
  large_values(facts.name, cut, gone);
  anomalies(facts.name, cut, gone);
  auto described = db.prepare("SELECT source_columns FROM versoir_table WHERE name = ?1");
  described.bind(1, std::string_view(facts.name));
  const auto source_columns = described.step() ? std::string(described.text(0)) : std::string();
  auto written = to_.prepare("INSERT INTO versoir_table VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  written.bind(1, std::string_view(facts.name)).bind(2, std::string_view(facts.label));
  written.bind(3, static_cast<std::int64_t>(facts.source_rows))
      .bind(4, static_cast<std::int64_t>(hasher.rows()));
  written.bind(5, std::string_view(hasher.sum())).bind(6, std::string_view(hasher.root().hex()));
  written.bind(7, std::string_view(source_columns)).run();
  return gone.size();
}

void PurgedCopy::large_values(const std::string& table, const TableCut& cut,
                              const std::vector<std::int64_t>& gone) {
  auto pieces = from_.database().prepare(
      "SELECT row, column_name, chunk, bytes FROM versoir_lob WHERE table_name = ?1 ORDER BY row, "
      "column_name, chunk");
  pieces.bind(1, std::string_view(table));
  auto insert = to_.prepare("INSERT INTO versoir_lob VALUES (?1, ?2, ?3, ?4, ?5)");
  while (pieces.step()) {
    const auto row = pieces.integer(0);
    if (cut.whole || cut.columns.contains(std::string(pieces.text(1))) ||
        std::ranges::binary_search(gone, row))
      continue;
    insert.bind(1, std::string_view(table)).bind(2, new_number(row, gone)).bind(3, pieces.text(1));
    insert.bind(4, pieces.integer(2)).bind_blob(5, pieces.blob(3)).run();
  }
}

/// They hold raw bytes of rows.
void PurgedCopy::anomalies(const std::string& table, const TableCut& cut,
                           const std::vector<std::int64_t>& gone) {
  auto lines = from_.database().prepare(
      "SELECT row, column_name, kind, raw, note FROM versoir_anomaly WHERE table_name = ?1 ORDER BY rowid");
  lines.bind(1, std::string_view(table));
  auto insert = to_.prepare("INSERT INTO versoir_anomaly VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  while (lines.step()) {
    const auto row = lines.integer(0);
    if (cut.whole || cut.columns.contains(std::string(lines.text(1))) ||
        std::ranges::binary_search(gone, row))
      continue;
    insert.bind(1, std::string_view(table));
    if (lines.is_null(0))
      insert.bind_null(2);
    else
      insert.bind(2, new_number(row, gone));
    for (int i = 1; i < 5; ++i) insert.bind(i + 2, lines.value(i));
    insert.run();
  }
}

void PurgedCopy::indexes() {
  auto indexes = from_.database().prepare(
      "SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid");
  auto made = to_.prepare("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?1");
  while (indexes.step()) {
    made.bind(1, indexes.text(0));
    const bool exists = made.step();
    made.reset();
    if (!exists) to_.exec(indexes.text(1));
  }
}

}  // namespace versoir::consult::parts

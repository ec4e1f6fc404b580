// The records that were accepted, read again in the extract; their rows held against those of the tables.
#include "sip/shown_rows.hpp"

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "extract/digests.hpp"
#include "records/record.hpp"
#include "sip/kept.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <optional>

namespace versoir::sip {

namespace {

using Column = std::pair<std::string, std::string>;

/// Columns of one table that one query gives as they are, and the sum of the digests of the rows that it
/// gave: equal sums are equal multisets of rows, whatever their order.
struct Part {
  std::vector<std::string> columns;  ///< of the table
  std::vector<std::string> fields;   ///< of the record, in the same order
  std::uint64_t rows = 0;
  extract::DigestSum sum;
};
struct Query {
  std::map<std::string, Part> tables;
};
using Queries = std::map<const profiles::Node*, Query>;

/// A record shows a date without its midnight: both sides are compared without.
void add_value(std::string& row, const std::optional<std::string>& value) {
  if (!value) {
    row += 'N';
    return;
  }
  std::string_view text = *value;
  if (text.size() > 10 && text.find_first_not_of("T 0:.", 10) == std::string_view::npos &&
      core::parse_date(text))
    text = text.substr(0, 10);
  row += fmt::format("T{}:", text.size());
  row += text;
}

void columns_of(core::Database& db, const profiles::Node& node, Queries& queries) {
  if (!node.archived) return;
  auto& query = queries[&node];
  const auto st = db.prepare(node.sql);
  for (int i = 0; i < st.columns(); ++i) {
    const char* table = sqlite3_column_table_name(st.raw(), i);
    const char* column = sqlite3_column_origin_name(st.raw(), i);
    const auto name = st.column_name(i);
    const auto field = std::ranges::find_if(node.fields, [&](const profiles::Field& f) {
      return sqlite3_stricmp(f.name.c_str(), name.c_str()) == 0;
    });
    // What is hidden feeds other queries: it is not written in what is transferred.
    if (!table || !column || field == node.fields.end() || field->hidden) continue;
    auto& part = query.tables[table];
    if (std::ranges::find(part.columns, column) != part.columns.end()) continue;
    part.columns.emplace_back(column);
    part.fields.push_back(field->name);
  }
  for (const auto& child : node.children) columns_of(db, child, queries);
}

void add_rows(const records::RowNode& row, Queries& queries) {
  if (const auto at = queries.find(row.node); at != queries.end())
    for (auto& [table, part] : at->second.tables) {
      std::string bytes;
      for (const auto& field : part.fields) {
        const auto* cell = row.find(field);
        add_value(bytes, cell ? cell->value : std::nullopt);
      }
      part.sum.add(core::sha256(bytes));
      ++part.rows;
    }
  for (const auto& child : row.children) add_rows(child, queries);
}

/// The whole table shows the same rows, as often. Counted first: most queries show fewer.
bool shows_whole(core::Database& db, const std::string& table, const Part& part, std::uint64_t rows) {
  if (part.rows != rows) return false;
  std::string columns;
  for (const auto& c : part.columns) columns += (columns.empty() ? "" : ", ") + core::sql_name(c);
  auto st = db.prepare("SELECT " + columns + " FROM main." + core::sql_name(table));
  extract::DigestSum sum;
  while (st.step()) {
    std::string bytes;
    for (int i = 0; i < st.columns(); ++i)
      add_value(bytes, st.is_null(i) ? std::nullopt : std::optional(core::value_text(st.value(i))));
    sum.add(core::sha256(bytes));
  }
  return sum.hex() == part.sum.hex();
}

}  // namespace

ShownColumns shown_columns(extract::Extract& extract, const std::filesystem::path& workspace,
                           const std::vector<AcceptedLot>& lots, core::Progress& progress) {
  ShownColumns shown;
  const auto app = extract.profile();
  records::RecordReader reader(extract.database(), app);
  std::map<std::string, std::uint64_t> rows_of;
  for (const auto& t : extract.tables()) rows_of[t.name] = t.copied_rows;
  std::map<std::string, std::map<std::string, const AcceptedLot*>> by_versement;
  for (const auto& lot : lots) by_versement[lot.versement][lot.lot] = &lot;
  for (const auto& archive : app.archives) {
    const auto* def = app.find_record(archive.record);
    if (!def) continue;
    Queries queries;
    columns_of(extract.database(), def->root, queries);
    std::set<std::string> operations, seen;
    progress.begin(archive.label, std::nullopt, core::tr("records"));
    for (const auto& [versement, accepted] : by_versement)
      read_kept(Versement(workspace, versement).file("kept.csv"), [&](const KeptRow& row) {
        const auto lot = accepted.find(row.lot);
        if (row.profile != archive.id || lot == accepted.end()) return true;
        if (!seen.insert(row.key).second) return true;  // planned twice: its rows count once
        if (const auto record = reader.read(*def, records::Key::parse(row.key)))
          add_rows(record->root, queries);
        operations.insert(lot->second->operation);
        progress.advance(1);
        return true;
      });
    progress.end();
    if (operations.empty()) continue;
    for (const auto& [node, query] : queries)
      for (const auto& [table, part] : query.tables) {
        const auto total = rows_of.find(table);
        const bool whole =
            total != rows_of.end() && shows_whole(extract.database(), table, part, total->second);
        for (const auto& column : part.columns) {
          auto& s = shown[{table, column}];
          s.operations.insert(operations.begin(), operations.end());
          s.whole = s.whole || whole;
        }
      }
  }
  return shown;
}

}  // namespace versoir::sip

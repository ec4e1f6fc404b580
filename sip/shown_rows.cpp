// The records that were accepted, read again in the extract; rows counted per query.
#include "sip/shown_rows.hpp"

#include "records/record.hpp"
#include "sip/kept.hpp"

#include <sqlite3.h>

namespace versoir::sip {

namespace {

using Column = std::pair<std::string, std::string>;

/// Per query: the source columns that it gives as they are, and the rows that it gave.
struct Query {
  std::set<Column> columns;
  std::uint64_t rows = 0;
};

void columns_of(core::Database& db, const profiles::Node& node,
                std::map<const profiles::Node*, Query>& queries) {
  if (!node.archived) return;
  auto& query = queries[&node];
  const auto st = db.prepare(node.sql);
  for (int i = 0; i < st.columns(); ++i) {
    const char* table = sqlite3_column_table_name(st.raw(), i);
    const char* column = sqlite3_column_origin_name(st.raw(), i);
    if (table && column) query.columns.emplace(table, column);
  }
  for (const auto& child : node.children) columns_of(db, child, queries);
}

void count_rows(const records::RowNode& row, std::map<const profiles::Node*, Query>& queries) {
  if (const auto at = queries.find(row.node); at != queries.end()) ++at->second.rows;
  for (const auto& child : row.children) count_rows(child, queries);
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
    std::map<const profiles::Node*, Query> queries;
    columns_of(extract.database(), def->root, queries);
    std::set<std::string> operations, seen;
    progress.begin(archive.label, std::nullopt, core::tr("records"));
    for (const auto& [versement, accepted] : by_versement)
      read_kept(Versement(workspace, versement).file("kept.csv"), [&](const KeptRow& row) {
        const auto lot = accepted.find(row.lot);
        if (row.profile != archive.id || lot == accepted.end()) return true;
        if (!seen.insert(row.key).second) return true;  // planned twice: its rows count once
        if (const auto record = reader.read(*def, records::Key::parse(row.key)))
          count_rows(record->root, queries);
        operations.insert(lot->second->operation);
        progress.advance(1);
        return true;
      });
    progress.end();
    if (operations.empty()) continue;
    for (const auto& [node, query] : queries)
      for (const auto& column : query.columns) {
        auto& s = shown[column];
        s.operations.insert(operations.begin(), operations.end());
        const auto total = rows_of.find(column.first);
        s.whole = s.whole || (total != rows_of.end() && query.rows == total->second);
      }
  }
  return shown;
}

}  // namespace versoir::sip

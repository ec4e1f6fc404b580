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

namespace {

using LotsOfVersement = std::map<std::string, const AcceptedLot*>;

/// Columns with values that stand in versoir_lob: in their place is NULL, and no record shows them.
bool holds_large_values(core::Database& db, const std::string& table, const std::string& column) {
  auto st = db.prepare(
      "SELECT 1 FROM versoir_lob WHERE table_name = ?1 COLLATE NOCASE AND column_name = ?2 COLLATE NOCASE "
      "LIMIT 1");
  st.bind(1, std::string_view(table));
  st.bind(2, std::string_view(column));
  return st.step();
}

/// The records of one archive profile in the accepted lots: those of this extract are read again, of the
/// others only the operation is told.
class ArchiveReader {
 public:
  ArchiveReader(extract::Extract& extract, records::RecordReader& reader, const profiles::ArchiveDef& archive,
                const profiles::RecordDef& def)
      : extract_(extract), reader_(reader), archive_(archive), def_(def) {
    columns_of(extract.database(), def.root, queries_);
  }
  void read(const std::filesystem::path& kept, const LotsOfVersement& lots, core::Progress& progress) {
    read_kept(kept, [&](const KeptRow& row) {
      const auto lot = lots.find(row.lot);
      if (row.profile != archive_.id || lot == lots.end()) return true;
      operations_.insert(lot->second->operation);
      progress.advance(1);
      // A row of now is not the row that was transferred from another extract, whatever its key.
      if (!lot->second->is_of(extract_)) return true;
      if (!seen_.insert(row.key).second) return true;  // planned twice: its rows count once
      if (const auto record = reader_.read(def_, records::Key::parse(row.key)))
        add_rows(record->root, queries_);
      return true;
    });
  }
  void conclude(const std::map<std::string, std::uint64_t>& rows_of, ShownColumns& shown) {
    if (operations_.empty()) return;
    for (const auto& [node, query] : queries_)
      for (const auto& [table, part] : query.tables) {
        const auto total = rows_of.find(table);
        const bool whole =
            total != rows_of.end() && shows_whole(extract_.database(), table, part, total->second);
        for (const auto& column : part.columns) {
          auto& s = shown[{table, column}];
          s.operations.insert(operations_.begin(), operations_.end());
          s.whole = s.whole || (whole && !holds_large_values(extract_.database(), table, column));
        }
      }
  }

 private:
  extract::Extract& extract_;
  records::RecordReader& reader_;
  const profiles::ArchiveDef& archive_;
  const profiles::RecordDef& def_;
  Queries queries_;
  std::set<std::string> operations_, seen_;
};

}  // namespace

ShownColumns shown_columns(extract::Extract& extract, const std::filesystem::path& workspace,
                           const std::vector<AcceptedLot>& lots, core::Progress& progress) {
  ShownColumns shown;
  const auto app = extract.profile();
  records::RecordReader reader(extract.database(), app);
  std::map<std::string, std::uint64_t> rows_of;
  for (const auto& t : extract.tables()) rows_of[t.name] = t.copied_rows;
  std::map<std::string, LotsOfVersement> by_versement;
  for (const auto& lot : lots)
    if (lot.profile_digest == extract.run().profile_digest) by_versement[lot.versement][lot.lot] = &lot;
  for (const auto& archive : app.archives) {
    const auto* def = app.find_record(archive.record);
    if (!def) continue;
    ArchiveReader rows(extract, reader, archive, *def);
    progress.begin(archive.label, std::nullopt, core::tr("records"));
    for (const auto& [versement, accepted] : by_versement)
      rows.read(Versement(workspace, versement).file("kept.csv"), accepted, progress);
    progress.end();
    rows.conclude(rows_of, shown);
  }
  return shown;
}

}  // namespace versoir::sip

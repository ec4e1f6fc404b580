// The profiles that ship, over an empty extract made from their own dictionary: rows are added by the tests.
#pragma once
#include "fixture.hpp"
#include "records/selection.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace versoir::tests {

/// Type of an extract column for a source type, as docs/formats/extract.md says.
inline std::string storage(const std::string& type) {
  const bool whole = type.starts_with("NUMBER(") && type.find(',') == std::string::npos;
  return whole ? "INTEGER" : "TEXT";
}

class Shipped {
 public:
  explicit Shipped(const std::string& name) : Shipped(profiles::load(source_dir() / "profiles" / name)) {}
  /// The same, completed by a site.
  explicit Shipped(profiles::Application application)
      : app(std::move(application)), db(core::Database::memory()) {
    for (const auto& table : app.tables)
      if (table.take) create(table);
    db.exec(
        "CREATE TABLE versoir_run (key TEXT PRIMARY KEY, value TEXT) STRICT;"
        "INSERT INTO versoir_run VALUES ('finished', '2026-06-30T10:00:00Z')");
  }

  /// Columns and values as SQL: add("INDIVIDU", "COD_IND, LIB_NOM_PAT_IND", "1, 'DUPONT'").
  void add(const std::string& table, const std::string& columns, const std::string& values) {
    db.exec("INSERT INTO main." + table + " (" + columns + ") VALUES (" + values + ")");
  }
  /// What a site may lack is lacking. Call before anything is read.
  void drop_optional() {
    for (const auto& table : app.tables) {
      if (!table.take) continue;
      db.exec("DROP TABLE " + table.name);
      if (!table.optional) create(table, false);
    }
  }

  records::RecordReader& reader() {
    if (!reader_) reader_ = std::make_unique<records::RecordReader>(db, app);
    return *reader_;
  }
  records::Record record(const std::string& id, const records::Key& k) {
    auto found = reader().read(*app.find_record(id), k);
    REQUIRE(found);
    return std::move(*found);
  }
  /// Candidates of an archive profile by the text of their key.
  std::map<std::string, records::Candidate> candidates(const std::string& archive) {
    static_cast<void>(reader());
    std::map<std::string, records::Candidate> out;
    records::select(db, app, *app.find_archive(archive), [&](records::Candidate&& c) {
      const auto text = c.key.text();
      out.emplace(text, std::move(c));
    });
    return out;
  }
  records::Described describe(const std::string& archive, const records::Key& k) {
    const auto all = candidates(archive);
    const auto& c = all.at(k.text());
    INFO(c.left_out.value_or(""));
    REQUIRE_FALSE(c.left_out);
    std::vector<core::Finding> findings;
    const auto* def = app.find_archive(archive);
    return records::describe(app, *def, def->unit, c.facts, findings);
  }

  profiles::Application app;
  core::Database db;

 private:
  void create(const profiles::Table& table, bool optional = true) {
    std::string columns = "_row INTEGER PRIMARY KEY";
    for (const auto& c : table.columns)
      if (c.take && (optional || !c.optional)) columns += ", " + c.name + " " + storage(c.type);
    db.exec("CREATE TABLE " + table.name + " (" + columns + ") STRICT");
    if (!optional) return;
    auto indexes = table.indexes;
    if (!table.key.empty()) indexes.push_back(table.key);
    for (std::size_t i = 0; i < indexes.size(); ++i)
      db.exec(fmt::format("CREATE INDEX i_{}_{} ON {} ({})", table.name, i, table.name,
                          fmt::join(indexes[i], ", ")));
  }

  std::unique_ptr<records::RecordReader> reader_;
};

/// Rows of a node anywhere under a row.
inline std::vector<const records::RowNode*> rows_of(const records::RowNode& row, std::string_view node) {
  std::vector<const records::RowNode*> out;
  for (const auto& child : row.children) {
    if (child.node->name == node) out.push_back(&child);
    for (const auto* deeper : rows_of(child, node)) out.push_back(deeper);
  }
  return out;
}

/// The rows would go with the temporary record.
std::vector<const records::RowNode*> rows_of(records::RowNode&&, std::string_view) = delete;

/// Steps of the plan of a query that read a whole table of the extract; names of common table expressions are
/// given.
inline std::vector<std::string> full_scans(core::Database& db, const std::string& sql,
                                           const std::vector<std::string>& expressions) {
  std::vector<std::string> out;
  auto st = db.prepare("EXPLAIN QUERY PLAN " + sql);
  while (st.step()) {
    const std::string detail(st.text(3));
    if (!detail.starts_with("SCAN ") || detail.starts_with("SCAN (") || detail == "SCAN CONSTANT ROW")
      continue;
    const auto name = detail.substr(5, detail.find(' ', 5) - 5);
    if (std::find(expressions.begin(), expressions.end(), name) == expressions.end()) out.push_back(detail);
  }
  return out;
}

inline std::string date_or(const std::optional<core::Date>& date) {
  return date ? core::format_date(*date) : "none";
}

}  // namespace versoir::tests

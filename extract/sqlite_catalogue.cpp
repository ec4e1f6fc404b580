// What SQLite's own catalogue says.
#include "extract/sqlite_catalogue.hpp"

#include "core/sqlite.hpp"
#include "extract/values.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace versoir::extract {

namespace {

/// A reference that names no column there leads to the key; SQLite checks neither that its table exists.
void add_foreign_keys(const Ask& ask, std::vector<SourceTable>& tables) {
  std::string last;
  for (const auto& row :
       ask("SELECT m.name, f.id, f.\"table\", f.\"from\", f.\"to\" FROM sqlite_master m, "
           "pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_' "
           "ORDER BY m.name, f.id DESC, f.seq")) {
    const auto name = row[0].value_or(""), target_name = row[2].value_or("");
    auto* table = find_table(tables, name);
    const auto target = std::ranges::find_if(tables, [&](const SourceTable& t) {
      return sqlite3_stricmp(t.name.c_str(), target_name.c_str()) == 0;
    });
    if (!table || target == tables.end()) continue;
    if (const auto id = name + "\n" + row[1].value_or(""); id != last) {
      table->references.push_back({{}, target->name, {}});
      last = id;
    }
    auto& reference = table->references.back();
    const auto at = reference.columns.size();
    reference.columns.push_back(row[3].value_or(""));
    reference.to.push_back(row[4] ? *row[4] : at < target->key.size() ? target->key[at] : std::string());
  }
}

/// Declared names are compared without regard to case, and may be wrong: only what leads somewhere stays.
void settle_references(std::vector<SourceTable>& tables) {
  const auto settle = [](const SourceTable& table, std::string& column) {
    for (const auto& c : table.columns)
      if (sqlite3_stricmp(c.name.c_str(), column.c_str()) == 0) {
        column = c.name;
        return true;
      }
    return false;
  };
  for (auto& table : tables)
    std::erase_if(table.references, [&](SourceReference& r) {
      const auto* target = find_table(tables, r.table);
      bool whole = target != nullptr;
      for (auto& c : r.columns) whole = settle(table, c) && whole;
      for (auto& c : r.to) whole = whole && settle(*target, c);
      return !whole;
    });
}

}  // namespace

std::vector<SourceTable> sqlite_catalogue(const Ask& ask) {
  std::vector<SourceTable> tables;
  std::map<std::string, std::map<int, std::string>> keys;
  // hidden: 1 is the parameter of a virtual table; 2 and 3 are generated columns, which are data.
  for (const auto& row :
       ask("SELECT m.name, c.name, c.type, c.\"notnull\", c.pk, m.type FROM sqlite_master m, "
           "pragma_table_xinfo(m.name) c "
           "WHERE m.type IN ('table', 'view') AND substr(m.name, 1, 7) <> 'sqlite_' AND "
           "c.hidden <> 1 ORDER BY "
           "m.name, c.cid")) {
    if (tables.empty() || tables.back().name != row[0].value_or(""))
      tables.emplace_back().name = row[0].value_or("");
    tables.back().view = row[5].value_or("") == "view";
    auto column = declared_column(row[1].value_or(""), row[2].value_or(""));
    column.nullable = row[3].value_or("0") == "0";
    if (const auto at = std::atoi(row[4].value_or("0").c_str()); at > 0) {
      keys[tables.back().name][at] = column.name;
      // An INTEGER PRIMARY KEY is never NULL; SQLite lets NULL stand in other primary keys.
      if (sqlite3_stricmp(column.type.c_str(), "INTEGER") == 0) column.nullable = false;
    }
    tables.back().columns.push_back(std::move(column));
  }
  for (auto& table : tables)
    for (auto& [at, name] : keys[table.name]) table.key.push_back(name);
  add_foreign_keys(ask, tables);
  settle_references(tables);
  drop_weak_keys(tables);
  return tables;
}

bool sqlite_has_rowid(const Ask& ask, const std::string& table) {
  const auto name = core::sql_text(table);
  return ask_one(ask, "SELECT count(*) FROM pragma_table_list(" + name +
                          ") WHERE schema = 'main' AND type = 'table' AND wr = 0") == "1" &&
         // A column of that name hides the row number.
         ask_one(ask, "SELECT count(*) FROM pragma_table_xinfo(" + name + ") WHERE lower(name) = 'rowid'") ==
             "0";
}

}  // namespace versoir::extract

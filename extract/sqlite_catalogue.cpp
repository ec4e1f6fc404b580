// What SQLite's own catalogue says.
#include "extract/sqlite_catalogue.hpp"

#include "core/sqlite.hpp"
#include "extract/values.hpp"

#include <sqlite3.h>

#include <cstdlib>
#include <map>
#include <utility>

namespace versoir::extract {

std::vector<SourceTable> sqlite_catalogue(const Ask& ask) {
  std::vector<SourceTable> tables;
  std::map<std::string, std::map<int, std::string>> keys;
  // hidden: 1 is the parameter of a virtual table; 2 and 3 are generated columns, which are data.
  for (const auto& row : ask("SELECT m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master m, "
                             "pragma_table_xinfo(m.name) c "
                             "WHERE m.type IN ('table', 'view') AND substr(m.name, 1, 7) <> 'sqlite_' AND "
                             "c.hidden <> 1 ORDER BY "
                             "m.name, c.cid")) {
    if (tables.empty() || tables.back().name != row[0].value_or(""))
      tables.emplace_back().name = row[0].value_or("");
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

// Names that every query of a profile may use: the profile's TEMP views, and stand-ins for what a site lacks.
#include "records/query.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace versoir::records::parts {

using core::Error;
using core::Exit;
using core::msg;

namespace {

std::vector<std::string> columns_of(core::Database& db, const std::string& table) {
  auto st = db.prepare("SELECT name FROM pragma_table_info(?1, 'main')");
  st.bind(1, std::string_view(table));
  std::vector<std::string> names;
  while (st.step()) names.emplace_back(st.text(0));
  return names;
}

// A profile is written for many sites. What its dictionary calls optional reads as NULL, or as an empty
// table, where it does not exist: one text of the queries serves everywhere, in thirty years too. Anything
// else that is missing stays an error.
std::string stand_in(core::Database& db, const profiles::Table& table) {
  const auto present = columns_of(db, table.name);
  std::string columns;
  if (present.empty()) {
    if (!table.optional) return {};
    for (const auto& column : table.columns)
      if (column.take) columns += ", NULL AS " + core::sql_name(column.name);
    return "SELECT NULL AS _row" + columns + " WHERE 0";
  }
  for (const auto& column : table.columns)
    if (column.take && column.optional && !find_name(present, column.name))
      columns += ", NULL AS " + core::sql_name(column.name);
  if (columns.empty()) return {};
  return "SELECT *" + columns + " FROM main." + core::sql_name(table.name);
}

// views.sql may create TEMP views, nothing else: a profile comes with the extract that it explains, maybe
// from another house.
int only_views(void*, int action, const char* first, const char*, const char*, const char*) {
  switch (action) {
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
      return std::string_view(first ? first : "") == "sqlite_temp_master" ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

class OnlyViews {
 public:
  explicit OnlyViews(core::Database& db) : db_(db) { sqlite3_set_authorizer(db_.raw(), only_views, nullptr); }
  ~OnlyViews() { sqlite3_set_authorizer(db_.raw(), nullptr, nullptr); }
  OnlyViews(const OnlyViews&) = delete;
  OnlyViews& operator=(const OnlyViews&) = delete;

 private:
  core::Database& db_;
};

void drop_views(core::Database& db) {
  std::vector<std::string> names;
  {
    auto st = db.prepare("SELECT name FROM sqlite_temp_master WHERE type = 'view'");
    while (st.step()) names.emplace_back(st.text(0));
  }
  for (const auto& name : names) db.exec("DROP VIEW temp." + core::sql_name(name));
}

/// Identifies what make_views() would create, so that a second reader on the same connection creates nothing.
std::string signature(const profiles::Application& app) {
  return app.id + '\n' + app.version + '\n' + app.views;
}

bool already_made(core::Database& db, const profiles::Application& app) {
  if (db.one_int("SELECT count(*) FROM sqlite_temp_master WHERE name = 'versoir_views'") == 0) return false;
  const auto made = db.one("SELECT signature FROM temp.versoir_views");
  return made && core::value_text(*made) == signature(app);
}

}  // namespace

void make_views(core::Database& db, const profiles::Application& app) {
  if (already_made(db, app)) return;
  drop_views(db);
  for (const auto& table : app.tables) {
    if (!table.take) continue;
    const auto select = stand_in(db, table);
    if (!select.empty()) db.exec("CREATE TEMP VIEW " + core::sql_name(table.name) + " AS " + select);
  }
  try {
    const OnlyViews guard(db);
    db.exec(app.views);
  } catch (const Error& e) {
    throw Error(Exit::profile_invalid,
                msg("views.sql of the profile {0} cannot run on this extract.", app.id))
        .because(e)
        .hint(msg("views.sql holds CREATE TEMP VIEW statements and nothing else."));
  }
  db.exec("CREATE TEMP TABLE IF NOT EXISTS versoir_views(signature TEXT); DELETE FROM temp.versoir_views");
  auto st = db.prepare("INSERT INTO temp.versoir_views VALUES (?1)");
  st.bind(1, std::string_view(signature(app)));
  st.run();
}

}  // namespace versoir::records::parts

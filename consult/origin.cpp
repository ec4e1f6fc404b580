// See origin.hpp.
#include "consult/origin.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace versoir::consult {

namespace {

std::string in_capitals(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string in_small_letters(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

using Reads = std::set<ColumnRef>;

/// Called by SQLite for each column that a statement reads, those behind views included.
int note_read(void* reads, int action, const char* table, const char* column, const char* database,
              const char*) {
  if (action == SQLITE_READ && table && column && *column && database &&
      std::string_view(database) == "main" && !std::string_view(table).starts_with("sqlite_"))
    static_cast<Reads*>(reads)->insert({table, column});
  return SQLITE_OK;
}

/// The authorizer of a connection, for a scope.
class Watching {
 public:
  Watching(core::Database& db, Reads& reads) : db_(db) {
    sqlite3_set_authorizer(db_.raw(), note_read, &reads);
  }
  ~Watching() { sqlite3_set_authorizer(db_.raw(), nullptr, nullptr); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

 private:
  core::Database& db_;
};

}  // namespace

NodeOrigin origin_of(core::Database& db, const std::string& sql) {
  Reads reads;
  NodeOrigin origin;
  const Watching watching(db, reads);
  const auto st = db.prepare(sql);
  for (int i = 0; i < st.columns(); ++i) {
    origin.names.push_back(in_small_letters(st.column_name(i)));
    const char* database = sqlite3_column_database_name(st.raw(), i);
    const char* table = sqlite3_column_table_name(st.raw(), i);
    const char* column = sqlite3_column_origin_name(st.raw(), i);
    if (database && table && column && std::string_view(database) == "main")
      origin.fields.emplace_back(ColumnRef{table, column});
    else
      origin.fields.emplace_back();
  }
  for (int i = 1; i <= st.parameter_count(); ++i)
    origin.parameters.push_back(in_small_letters(st.parameter_name(i)));
  std::ranges::copy_if(reads, std::back_inserter(origin.reads),
                       [](const ColumnRef& r) { return r.column != "_row"; });
  return origin;
}

std::optional<ColumnRef> origin_of_key(core::Database& db, const profiles::RecordDef& record) {
  if (record.key.size() != 1) return std::nullopt;
  const auto& fields = record.root.fields;
  const auto at = std::ranges::find(fields, record.key.front(), &profiles::Field::name);
  if (at == fields.end()) return std::nullopt;
  const auto origin = origin_of(db, record.root);
  const auto number = static_cast<std::size_t>(at - fields.begin());
  return number < origin.fields.size() ? origin.fields[number] : std::nullopt;
}

std::map<std::string, std::string> tables_of_subject(const profiles::Application& app,
                                                     const profiles::RecordDef& record,
                                                     const std::optional<ColumnRef>& key_origin) {
  std::map<std::string, std::string> found;
  if (record.key.size() != 1) return found;
  const auto key = in_capitals(record.key.front());
  for (const auto& table : app.tables)
    if (table.take && table.key.size() == 1 && in_capitals(table.key.front()) == key)
      found.emplace(table.name, table.key.front());
  // A key that no table calls so is the column that the record takes it from.
  if (found.empty() && key_origin) found.emplace(key_origin->table, key_origin->column);
  for (bool more = true; more;) {
    more = false;
    for (const auto& table : app.tables) {
      if (!table.take || found.contains(table.name)) continue;
      for (const auto& reference : table.references) {
        const auto target = found.find(reference.table);
        if (reference.columns.size() != 1 || target == found.end()) continue;
        if (reference.to.size() != 1 || in_capitals(reference.to.front()) != in_capitals(target->second))
          continue;
        const auto* column = table.find(reference.columns.front());
        if (!column || !column->take) continue;
        found.emplace(table.name, column->name);
        more = true;
        break;
      }
    }
  }
  return found;
}

}  // namespace versoir::consult

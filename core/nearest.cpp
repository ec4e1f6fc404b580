#include "core/nearest.hpp"

#include "core/error.hpp"
#include "core/sqlite.hpp"
#include "core/text.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <vector>

namespace versoir::core {

namespace {

std::string folded(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::optional<std::string> only_beginning(const std::string& typed, std::span<const std::string> known) {
  if (typed.size() < 3) return std::nullopt;
  const std::string* found = nullptr;
  for (const auto& name : known) {
    if (!folded(name).starts_with(typed) || (found && *found == name)) continue;
    if (found) return std::nullopt;
    found = &name;
  }
  return found ? std::optional(*found) : std::nullopt;
}

/// The name in "no such table: main.X", "no such column: a.X"; empty in any other message.
std::string missing_name(std::string_view message, std::string_view beginning) {
  if (!message.starts_with(beginning)) return {};
  auto name = message.substr(beginning.size());
  name = name.substr(0, name.find(" - "));
  if (const auto dot = name.rfind('.'); dot != std::string_view::npos) name = name.substr(dot + 1);
  std::string out(name);
  std::erase(out, '"');
  return out;
}

std::vector<std::string> first_column(Database& db, std::string_view sql) {
  std::vector<std::string> out;
  auto st = db.prepare(sql);
  while (st.step()) out.emplace_back(st.text(0));
  return out;
}

std::vector<std::string> tables_of(Database& db) {
  auto names = first_column(db,
                            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') UNION "
                            "SELECT name FROM sqlite_temp_master WHERE type IN ('table', 'view')");
  std::erase_if(names, [](const std::string& n) {
    return folded(n).starts_with("sqlite_") || folded(n).starts_with("versoir_");
  });
  return names;
}

std::vector<std::string> columns_in(Database& db, std::string_view sql) {
  std::vector<std::string> out;
  const auto text = folded(sql);
  for (const auto& table : tables_of(db)) {
    if (text.find(folded(table)) == std::string::npos) continue;
    try {
      const auto columns =
          first_column(db, fmt::format("SELECT name FROM pragma_table_info({})", sql_text(table)));
      out.insert(out.end(), columns.begin(), columns.end());
    } catch (const Error&) {
      // A view that does not compile: it has its own complaint.
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> nearest(std::string_view written, std::span<const std::string> known) {
  const auto typed = folded(written);
  std::size_t least = std::max<std::size_t>(1, typed.size() / 3) + 1;
  // A name of one or two letters is near to everything.
  if (typed.size() < 3) least = 1;
  const std::string* best = nullptr;
  for (const auto& name : known) {
    const auto away = edit_distance(typed, folded(name));
    if (away >= least) continue;
    least = away;
    best = &name;
  }
  return best ? std::optional(*best) : only_beginning(typed, known);
}

std::optional<std::string> nearest_in_schema(Database& db, std::string_view sql) {
  const std::string message = sqlite3_errmsg(db.raw());
  if (const auto table = missing_name(message, "no such table: "); !table.empty())
    return nearest(table, tables_of(db));
  if (const auto column = missing_name(message, "no such column: "); !column.empty())
    return nearest(column, columns_in(db, sql));
  return std::nullopt;
}

}  // namespace versoir::core

// An extract against its source, later.
#include "extract/compare.hpp"

#include "extract/decisions.hpp"
#include "extract/second_look.hpp"

#include <algorithm>

namespace versoir::extract {

using core::msg;

namespace {

std::vector<Decision> decisions_of(Extract& extract) {
  std::vector<Decision> out;
  if (extract.database().one_int("SELECT count(*) FROM sqlite_master WHERE name = 'versoir_decision'") == 0)
    return out;
  auto st = extract.database().prepare("SELECT table_name, column_name, taken FROM versoir_decision");
  while (st.step())
    out.push_back({std::string(st.text(0)), std::string(st.text(1)), st.integer(2) != 0, "", "", ""});
  return out;
}

/// The columns that were copied, with the storage that they have in the extract; what the profile took and
/// the source did not have is not asked for.
std::vector<Storage> keep_copied(Extract& extract, TakenTable& table) {
  std::vector<Storage> storage;
  auto st = extract.database().prepare(
      "SELECT name, storage FROM versoir_column WHERE table_name = ?1 AND taken = 'yes' ORDER BY position");
  st.bind(1, std::string_view(table.profile->name));
  std::vector<TakenColumn> columns;
  while (st.step()) {
    const auto name = st.text(0);
    const auto it =
        std::ranges::find_if(table.columns, [&](const TakenColumn& c) { return c.profile->name == name; });
    if (it == table.columns.end()) continue;
    columns.push_back(*it);
    const auto kept = st.text(1);
    storage.push_back(kept == "INTEGER" ? Storage::integer : kept == "BLOB" ? Storage::blob : Storage::text);
  }
  table.columns = std::move(columns);
  return storage;
}

}  // namespace

std::vector<core::Finding> compare_with_source(Extract& extract, Source& source, core::Progress& progress,
                                               std::stop_token stop) {
  std::vector<core::Finding> out;
  const auto catalogue = source.catalogue();
  const auto profile = complete(extract.profile(), catalogue, decisions_of(extract));
  auto matching = match(profile, catalogue);
  for (auto& table : matching.tables) {
    const auto facts = std::ranges::find(extract.tables(), table.profile->name, &TableFacts::name);
    if (facts == extract.tables().end()) continue;
    const auto storage = keep_copied(extract, table);
    progress.begin(facts->name, facts->copied_rows, "rows");
    const auto seen = look_again(source, table, storage, progress, stop);
    progress.end();
    if (seen.rows != facts->copied_rows)
      out.push_back({core::Severity::error, "SOURCE_DIFFERS",
                     msg("The table {0} has {1} rows in the source and {2} in the extract.", facts->name,
                         seen.rows, facts->copied_rows),
                     facts->name});
    else if (seen.sum != facts->sum)
      out.push_back({core::Severity::error, "SOURCE_DIFFERS",
                     msg("The table {0} has other content in the source than in the extract.", facts->name),
                     facts->name});
  }
  return out;
}

}  // namespace versoir::extract

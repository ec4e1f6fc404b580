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

/// The columns that were copied, with the storage that they have in the extract; those that the source does
/// not have any more are named in `gone`. What the profile took and the source did not have is not asked for.
std::vector<Storage> keep_copied(Extract& extract, TakenTable& table, std::vector<std::string>& gone) {
  std::vector<Storage> storage;
  auto st = extract.database().prepare(
      "SELECT name, storage FROM versoir_column WHERE table_name = ?1 AND taken = 'yes' ORDER BY position");
  st.bind(1, std::string_view(table.profile->name));
  std::vector<TakenColumn> columns;
  while (st.step()) {
    const auto name = st.text(0);
    const auto it =
        std::ranges::find_if(table.columns, [&](const TakenColumn& c) { return c.profile->name == name; });
    if (it == table.columns.end()) {
      gone.emplace_back(name);
      continue;
    }
    columns.push_back(*it);
    const auto kept = st.text(1);
    storage.push_back(kept == "INTEGER" ? Storage::integer : kept == "BLOB" ? Storage::blob : Storage::text);
  }
  table.columns = std::move(columns);
  return storage;
}

class Comparison {
 public:
  Comparison(Extract& extract, Source& source, core::Progress& progress, std::stop_token stop)
      : extract_(extract), source_(source), progress_(progress), stop_(stop) {}

  SourceComparison run() {
    const auto catalogue = source_.catalogue();
    const auto profile = complete(extract_.profile(), catalogue, decisions_of(extract_));
    auto matching = match(profile, catalogue);
    for (const auto& facts : extract_.tables()) {
      const auto before = out_.findings.size();
      const auto table = std::ranges::find_if(
          matching.tables, [&](const TakenTable& t) { return t.profile->name == facts.name; });
      if (table == matching.tables.end())
        differs(msg("The table {0} is not in the source.", facts.name), facts.name);
      else
        compare(*table, facts);
      if (out_.findings.size() > before) ++out_.different;
    }
    return std::move(out_);
  }

 private:
  void compare(TakenTable& table, const TableFacts& facts) {
    std::vector<std::string> gone;
    const auto storage = keep_copied(extract_, table, gone);
    for (const auto& column : gone)
      differs(msg("The column {0}.{1} is not in the source.", facts.name, column), facts.name + "." + column);
    if (!gone.empty()) return;
    progress_.begin(facts.name, facts.copied_rows, "rows");
    const auto seen =
        look_again(source_, table, storage,
                   core::parse_date(core::format_instant(extract_.run().started)).value_or(core::Date{}),
                   progress_, stop_);
    progress_.end();
    ++out_.tables;
    out_.rows += seen.rows;
    if (seen.rows != facts.copied_rows)
      differs(core::nmsg("The table {1} has {0} row in the source and {2} in the extract.",
                         "The table {1} has {0} rows in the source and {2} in the extract.", seen.rows,
                         facts.name, facts.copied_rows),
              facts.name);
    else if (seen.sum != facts.sum)
      differs(msg("The table {0} has other content in the source than in the extract.", facts.name),
              facts.name);
  }

  void differs(core::Message message, std::string where) {
    out_.findings.push_back({core::Severity::error, "SOURCE_DIFFERS", std::move(message), std::move(where)});
  }

  Extract& extract_;
  Source& source_;
  core::Progress& progress_;
  std::stop_token stop_;
  SourceComparison out_;
};

}  // namespace

SourceComparison compare_with_source(Extract& extract, Source& source, core::Progress& progress,
                                     std::stop_token stop) {
  return Comparison(extract, source, progress, stop).run();
}

}  // namespace versoir::extract

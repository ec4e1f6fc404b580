// Declared keys that occur twice, references to nothing.
#include "extract/integrity.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::extract {

using core::msg;
using core::nmsg;
using core::Severity;

namespace {

class Integrity {
 public:
  Integrity(ExtractWriter& writer, const Matching& matching, CopyReport& report)
      : db_(writer.database()), matching_(matching), report_(report) {
    db_.exec("DELETE FROM versoir_anomaly WHERE kind IN ('duplicate', 'orphan')");
    db_.exec("DELETE FROM versoir_integrity");
  }

  void run() {
    for (const auto& table : matching_.tables) {
      duplicates(table);
      orphans(table);
    }
  }

 private:
  static bool copied(const TakenTable& table, const profiles::Column* column) {
    return column && std::ranges::find(table.columns, column, &TakenColumn::profile) != table.columns.end();
  }
  const TakenTable* find(const std::string& name) const {
    const auto it =
        std::ranges::find_if(matching_.tables, [&](const TakenTable& t) { return t.profile->name == name; });
    return it == matching_.tables.end() ? nullptr : &*it;
  }

  /// The source's own constraint forbids that the declared key occurs twice.
  static bool guaranteed(const TakenTable& table) {
    const auto fold = [](std::string_view name) {
      std::string out(name);
      std::ranges::transform(out, out.begin(),
                             [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      return out;
    };
    const auto& own = table.source->key;
    return !own.empty() && std::ranges::all_of(own, [&](const std::string& k) {
      return std::ranges::any_of(table.profile->key,
                                 [&](const std::string& p) { return fold(p) == fold(k); });
    });
  }

  void duplicates(const TakenTable& table) {
    const auto& key = table.profile->key;
    if (key.empty() || guaranteed(table)) return;
    std::string names;
    for (const auto& k : key) {
      const auto* column = table.profile->find(k);
      if (!copied(table, column)) return;
      names += (names.empty() ? "" : ", ") + core::sql_name(column->name);
    }
    const auto t = core::sql_name(table.profile->name);
    // Rows after the first of each key.
    record(table.profile->name, key.size() == 1 ? key.front() : "", "duplicate",
           fmt::format("SELECT _row FROM (SELECT _row, row_number() OVER (PARTITION BY {} ORDER BY _row) AS "
                       "nth FROM {}) "
                       "WHERE nth > 1",
                       names, t),
           db_.one_int(fmt::format(
               "SELECT COALESCE(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {} GROUP BY {} HAVING n > 1)",
               t, names)),
           "the declared key occurs more than once");
  }

  /// A reference that can be judged, and how.
  struct Judged {
    std::string columns, target;
    std::string broken;  ///< SQL: true in a row whose values refer to nothing
  };

  /// Nullopt when a column or the target was left by decision, or is absent: nothing can be said then.
  std::optional<Judged> judged(const TakenTable& table, const profiles::Reference& reference) const {
    const auto* target = find(reference.table);
    if (!target) return std::nullopt;
    const auto own = core::sql_name(table.profile->name), theirs = core::sql_name(reference.table);
    std::string names, given, equal, first, first_there;
    for (std::size_t i = 0; i < reference.columns.size(); ++i) {
      const auto* column = table.profile->find(reference.columns[i]);
      const auto* there = target->profile->find(reference.to[i]);
      if (!copied(table, column) || !copied(*target, there)) return std::nullopt;
      const auto c = core::sql_name(column->name), t = core::sql_name(there->name);
      names += (i ? ", " : "") + column->name;
      given += fmt::format("{}{}.{} IS NOT NULL", i ? " AND " : "", own, c);
      equal += fmt::format("{}there.{} = {}.{}", i ? " AND " : "", t, own, c);
      if (i == 0) first = c, first_there = t;
    }
    // Of one column, the list of the target is made once.
    auto broken =
        reference.columns.size() == 1
            ? fmt::format("({} AND {} NOT IN (SELECT {} FROM {} WHERE {} IS NOT NULL))", given, first,
                          first_there, theirs, first_there)
            : fmt::format("({} AND NOT EXISTS (SELECT 1 FROM {} AS there WHERE {}))", given, theirs, equal);
    return Judged{std::move(names), reference.table, std::move(broken)};
  }

  /// All the references of a table are counted in one reading of it; only those that are broken are listed.
  void orphans(const TakenTable& table) {
    std::vector<Judged> references;
    std::string counts;
    for (const auto& reference : table.profile->references)
      if (auto found = judged(table, reference)) {
        counts += fmt::format("{}COALESCE(sum({}), 0)", counts.empty() ? "" : ", ", found->broken);
        references.push_back(std::move(*found));
      }
    if (references.empty()) return;
    const auto from = " FROM " + core::sql_name(table.profile->name);
    std::vector<std::int64_t> broken;
    {
      auto st = db_.prepare("SELECT " + counts + from);
      st.step();
      for (std::size_t i = 0; i < references.size(); ++i) broken.push_back(st.integer(static_cast<int>(i)));
    }
    for (std::size_t i = 0; i < references.size(); ++i)
      record(table.profile->name, references[i].columns, "orphan",
             "SELECT _row" + from + " WHERE " + references[i].broken, broken[i],
             fmt::format("refers to no row of {}", references[i].target));
  }

  void record(const std::string& table, const std::string& column, std::string_view kind,
              const std::string& rows, std::int64_t n, std::string_view note) {
    if (n == 0) return;
    auto list = db_.prepare(fmt::format(
        "INSERT INTO versoir_anomaly SELECT ?1, _row, ?2, ?3, NULL, ?4 FROM ({}) ORDER BY _row LIMIT {}",
        rows, listed_rows));
    list.bind(1, std::string_view(table)).bind(2, std::string_view(column)).bind(3, kind).bind(4, note);
    list.run();
    auto count = db_.prepare("INSERT INTO versoir_integrity VALUES (?1, ?2, ?3, ?4)");
    count.bind(1, std::string_view(table)).bind(2, std::string_view(column)).bind(3, kind).bind(4, n);
    count.run();
    report_.integrity += static_cast<std::uint64_t>(n);
    const auto where = column.empty() ? table : table + "." + column;
    report_.notes.push_back({Severity::info, "INTEGRITY",
                             kind == "orphan"
                                 ? nmsg("{0} row refers to something that is not there.",
                                        "{0} rows refer to something that is not there.", n)
                                 : nmsg("{0} row has a key that an earlier row has already.",
                                        "{0} rows have a key that an earlier row has already.", n),
                             where});
  }

  core::Database& db_;
  const Matching& matching_;
  CopyReport& report_;
};

}  // namespace

void record_integrity(ExtractWriter& writer, const Matching& matching, CopyReport& report) {
  Integrity(writer, matching, report).run();
}

}  // namespace versoir::extract

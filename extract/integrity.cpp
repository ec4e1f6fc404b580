// Declared keys that occur twice, references to nothing.
#include "extract/integrity.hpp"

#include "extract/adapters.hpp"
#include "extract/references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <numeric>
#include <optional>
#include <thread>

namespace versoir::extract {

using core::msg;
using core::nmsg;
using core::Severity;

namespace {

/// Of one table: what a connection that checks it holds of the tables it refers to.
constexpr std::size_t most_target_bytes = std::size_t{16} << 20;
constexpr std::size_t connections = 2;

/// What one key or reference of a table breaks.
struct Broken {
  std::string column;
  bool duplicate = false;
  std::string note;
  BrokenRows rows;
};

/// Checks one table on a connection of its own.
class Check {
 public:
  Check(const std::filesystem::path& file, const Matching& matching,
        const std::vector<std::vector<Storage>>& storage, const std::set<std::string>& unique,
        std::stop_token stop)
      : db_(core::Database::open_read(file)),
        matching_(matching),
        storage_(storage),
        unique_(unique),
        stop_(std::move(stop)) {}

  std::vector<Broken> run(std::size_t table) {
    if (stop_.stop_requested()) throw_interrupted();
    std::vector<Broken> out;
    duplicates(matching_.tables[table], out);
    orphans(table, out);
    return out;
  }

 private:
  /// The number of a copied column of a copied table.
  static std::optional<std::size_t> copied(const TakenTable& table, const profiles::Column* column) {
    const auto at = std::ranges::find(table.columns, column, &TakenColumn::profile);
    if (!column || at == table.columns.end()) return std::nullopt;
    return static_cast<std::size_t>(at - table.columns.begin());
  }

  /// The source's own constraint forbids that the declared key occurs twice.
  static bool guaranteed(const TakenTable& table) {
    const auto& own = table.source->key;
    return !own.empty() && std::ranges::all_of(own, [&](const std::string& k) {
      return std::ranges::any_of(table.profile->key, [&](const std::string& p) { return same_name(p, k); });
    });
  }

  void duplicates(const TakenTable& table, std::vector<Broken>& out) {
    const auto& key = table.profile->key;
    if (key.empty() || guaranteed(table) || unique_.contains(table.profile->name)) return;
    std::string names;
    for (const auto& k : key) {
      const auto* column = table.profile->find(k);
      if (!copied(table, column)) return;
      names += (names.empty() ? "" : ", ") + core::sql_name(column->name);
    }
    const auto t = core::sql_name(table.profile->name);
    Broken broken{key.size() == 1 ? key.front() : "", true, "the declared key occurs more than once", {}};
    broken.rows.count = static_cast<std::uint64_t>(db_.one_int(fmt::format(
        "SELECT COALESCE(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {} GROUP BY {} HAVING n > 1)", t,
        names)));
    if (broken.rows.count == 0) return;
    // Rows after the first of each key.
    auto list = db_.prepare(
        fmt::format("SELECT _row FROM (SELECT _row, row_number() OVER (PARTITION BY {} ORDER BY _row) AS nth "
                    "FROM {}) WHERE nth > 1 ORDER BY _row LIMIT {}",
                    names, t, listed_rows));
    while (list.step()) broken.rows.first.push_back(list.integer(0));
    out.push_back(std::move(broken));
  }

  /// Nullopt when a column or the target was left by decision, or is absent: nothing can be said then.
  std::optional<CopiedReference> judged(std::size_t number, const profiles::Reference& reference) const {
    const auto& table = matching_.tables[number];
    const auto target = std::ranges::find_if(
        matching_.tables, [&](const TakenTable& t) { return t.profile->name == reference.table; });
    if (target == matching_.tables.end()) return std::nullopt;
    const auto& target_storage = storage_[static_cast<std::size_t>(target - matching_.tables.begin())];
    CopiedReference out;
    out.target = reference.table;
    for (std::size_t i = 0; i < reference.columns.size(); ++i) {
      const auto here = copied(table, table.profile->find(reference.columns[i]));
      const auto there = copied(*target, target->profile->find(reference.to[i]));
      if (!here || !there) return std::nullopt;
      out.columns.push_back({table.columns[*here].profile->name, target->columns[*there].profile->name,
                             storage_[number][*here], target_storage[*there]});
    }
    return out;
  }

  void orphans(std::size_t number, std::vector<Broken>& out) {
    const auto& table = *matching_.tables[number].profile;
    std::vector<CopiedReference> references;
    for (const auto& reference : table.references)
      if (auto found = judged(number, reference)) references.push_back(std::move(*found));
    if (references.empty()) return;
    const auto broken = find_broken(db_, table.name, references, static_cast<std::size_t>(listed_rows),
                                    most_target_bytes, [&](std::uint64_t) {
                                      if (stop_.stop_requested()) throw_interrupted();
                                    });
    for (std::size_t i = 0; i < references.size(); ++i) {
      if (broken[i].count == 0) continue;
      std::string names;
      for (const auto& c : references[i].columns) names += (names.empty() ? "" : ", ") + c.here;
      out.push_back({std::move(names), false, "refers to no row of " + references[i].target, broken[i]});
    }
  }

  core::Database db_;
  const Matching& matching_;
  const std::vector<std::vector<Storage>>& storage_;
  const std::set<std::string>& unique_;
  std::stop_token stop_;
};

/// The result of every table, in their order; the largest tables are begun first.
std::vector<std::vector<Broken>> check_all(const std::filesystem::path& file, const Matching& matching,
                                           const std::vector<std::vector<Storage>>& storage,
                                           const std::vector<std::uint64_t>& rows,
                                           const std::set<std::string>& unique, const std::stop_token& stop) {
  std::vector<std::vector<Broken>> out(matching.tables.size());
  std::vector<std::size_t> order(matching.tables.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return rows[a] > rows[b]; });
  std::atomic<std::size_t> next = 0;
  std::array<std::exception_ptr, connections> failures;
  {
    std::array<std::jthread, connections> threads;
    for (std::size_t t = 0; t < connections; ++t)
      threads[t] = std::jthread([&, t] {
        try {
          Check check(file, matching, storage, unique, stop);
          for (auto i = next++; i < order.size(); i = next++) out[order[i]] = check.run(order[i]);
        } catch (...) {
          failures[t] = std::current_exception();
          next = order.size();
        }
      });
  }
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
  return out;
}

class Record {
 public:
  Record(ExtractWriter& writer, CopyReport& report)
      : report_(report),
        list_(writer.database().prepare("INSERT INTO versoir_anomaly VALUES (?1, ?2, ?3, ?4, NULL, ?5)")),
        count_(writer.database().prepare("INSERT INTO versoir_integrity VALUES (?1, ?2, ?3, ?4)")) {}

  void add(const std::string& table, const Broken& broken) {
    const std::string_view kind = broken.duplicate ? "duplicate" : "orphan", column = broken.column;
    for (const auto row : broken.rows.first) {
      list_.bind(1, std::string_view(table)).bind(2, row).bind(3, column).bind(4, kind);
      list_.bind(5, std::string_view(broken.note)).run();
    }
    const auto n = broken.rows.count;
    count_.bind(1, std::string_view(table)).bind(2, column).bind(3, kind);
    count_.bind(4, static_cast<std::int64_t>(n)).run();
    report_.integrity += n;
    report_.notes.push_back({Severity::info, "INTEGRITY",
                             broken.duplicate
                                 ? nmsg("{0} row has a key that an earlier row has already.",
                                        "{0} rows have a key that an earlier row has already.", n)
                                 : nmsg("{0} row refers to something that is not there.",
                                        "{0} rows refer to something that is not there.", n),
                             broken.column.empty() ? table : table + "." + broken.column});
  }

 private:
  CopyReport& report_;
  core::Statement list_, count_;
};

}  // namespace

void record_integrity(ExtractWriter& writer, const Matching& matching, const std::set<std::string>& unique,
                      CopyReport& report, std::stop_token stop) {
  std::vector<std::vector<Storage>> storage;
  std::vector<std::uint64_t> rows;
  for (const auto& table : matching.tables) {
    const auto state = writer.state(table.profile->name);
    storage.push_back(state ? state->storage : std::vector<Storage>(table.columns.size(), Storage::text));
    rows.push_back(state ? state->rows : 0);
  }
  writer.commit();
  const auto broken = check_all(writer.partial(), matching, storage, rows, unique, stop);
  auto& db = writer.database();
  db.exec("DELETE FROM versoir_anomaly WHERE kind IN ('duplicate', 'orphan')");
  db.exec("DELETE FROM versoir_integrity");
  Record record(writer, report);
  for (std::size_t i = 0; i < broken.size(); ++i)
    for (const auto& b : broken[i]) record.add(matching.tables[i].profile->name, b);
}

}  // namespace versoir::extract

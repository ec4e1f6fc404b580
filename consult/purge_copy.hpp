// Inside the room: the rows that a purge keeps, written into a new file with their digests.
#pragma once
#include "core/progress.hpp"
#include "core/sqlite.hpp"
#include "extract/store.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace versoir::consult::parts {

/// What of one table goes.
struct TableCut {
  std::set<std::string> columns;  ///< columns that go: they stay in the table, without a value
  bool whole = false;             ///< every row goes
  /// Columns by whose value rows go, with the values (as text).
  std::vector<std::pair<std::string, std::set<std::string>>> keys;
  [[nodiscard]] bool nothing() const noexcept { return columns.empty() && !whole && keys.empty(); }
};

/// Writes a purged copy, table by table. Nothing that goes is ever written into `to`: there is nothing to
/// erase.
class PurgedCopy {
 public:
  PurgedCopy(extract::Extract& from, core::Database& to) : from_(from), to_(to) {}
  /// Schema, dictionary, profile and facts of the run: all but rows, blocks, large values and anomalies.
  void begin();
  /// Returns the rows that went.
  std::uint64_t table(const extract::TableFacts& facts, const TableCut& cut, core::Progress& progress);
  /// Once the rows are there.
  void indexes();

 private:
  void large_values(const std::string& table, const TableCut& cut, const std::vector<std::int64_t>& gone);
  void anomalies(const std::string& table, const TableCut& cut, const std::vector<std::int64_t>& gone);

  extract::Extract& from_;
  core::Database& to_;
};

}  // namespace versoir::consult::parts

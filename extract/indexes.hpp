// The indexes of a copied table: which ones, and which are written as rows come.
#pragma once
#include "core/sqlite.hpp"
#include "extract/encoder.hpp"
#include "extract/matching.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace versoir::extract {

struct WantedIndex {
  std::string name;
  std::vector<std::size_t> columns;  ///< numbers in TakenTable::columns
  bool key = false;                  ///< of the declared key
};
/// The declared key and the profile's indexes, unless a column is absent. One whose columns begin another's
/// is not made: that other serves the same queries.
[[nodiscard]] std::vector<WantedIndex> wanted_indexes(const TakenTable& table);
/// Those that are not there yet, sorted from the rows that are.
void create_indexes(core::Database& db, const TakenTable& table);

/// Indexes whose order is that in which rows come: written at their end, row by row, they cost less than a
/// sort of all entries after the load. An index is given up with the first row that comes before the one it
/// follows, and made after the load.
class OrderedIndexes {
 public:
  /// `begun`: rows are there already; only the indexes that were kept until then go on.
  OrderedIndexes(core::Database& db, const TakenTable& table, bool begun);
  /// To be called before the rows of the block are written.
  void expect(const EncodedBlock& block);
  /// Every row so far, of this and no earlier run, has a greater declared key than the one before it.
  [[nodiscard]] bool key_is_unique() const noexcept { return unique_; }

 private:
  /// A value of the last row.
  struct Kept {
    Tag tag = Tag::null;
    std::int64_t number = 0;
    std::string bytes;
  };
  void resume();
  void create();
  void give_up(std::size_t index);
  [[nodiscard]] bool follows(const EncodedBlock& block, const WantedIndex& index);
  [[nodiscard]] int compare_with_last(const EncodedBlock& block, std::size_t column) const;
  void keep_last(const EncodedBlock& block);

  core::Database& db_;
  const TakenTable& table_;
  std::vector<WantedIndex> live_;
  std::vector<Kept> last_;  ///< by column of the table; those of no index stay empty
  bool any_row_ = false, made_ = false, unique_ = false;
};

}  // namespace versoir::extract

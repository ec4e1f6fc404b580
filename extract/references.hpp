// Rows of a copied table that refer to nothing.
#pragma once
#include "core/sqlite.hpp"
#include "extract/values.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace versoir::extract {

/// A reference between two copied tables: columns there in the order of the columns here.
struct CopiedReference {
  struct Column {
    std::string here, there;
    Storage storage_here, storage_there;
  };
  std::vector<Column> columns;
  std::string target;
};

struct BrokenRows {
  std::uint64_t count = 0;
  std::vector<std::int64_t> first;  ///< numbers of the first of them, as many as are listed
};

/// One reading of the table for all its references: what they may point at stands in memory, and a row that
/// refers where the row before it did is not looked up. A reference whose target does not fit `most_bytes`,
/// or whose columns are kept otherwise on either side, is left to SQL. `on_rows` is called now and then with
/// the number of rows read since: it may throw to stop. One result for each reference, in order.
[[nodiscard]] std::vector<BrokenRows> find_broken(core::Database& db, const std::string& table,
                                                  const std::vector<CopiedReference>& references,
                                                  std::size_t listed, std::size_t most_bytes,
                                                  const std::function<void(std::uint64_t)>& on_rows);

}  // namespace versoir::extract

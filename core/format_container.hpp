// Which container signatures of the format table a zip or an OLE2 file answers.
#pragma once
#include "core/format_search.hpp"
#include "core/format_table.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace versoir::core {

/// A whole file: in memory, or in `fd` when that is not -1.
struct ContainerBytes {
  std::string_view memory;
  int fd = -1;
  std::uint64_t size = 0;
};

struct ContainerMatches {
  std::vector<std::size_t> formats;
  bool readable = true;  ///< false: damaged, or more members than the limit
};

/// Members are read up to 1 MiB each, whatever they expand to; a zip of more than 65 534 members is not
/// opened.
[[nodiscard]] ContainerMatches match_zip(const ContainerBytes& file, PatternBudget& budget);
[[nodiscard]] ContainerMatches match_ole2(const ContainerBytes& file, PatternBudget& budget);

}  // namespace versoir::core

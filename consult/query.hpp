// What a person typed in the one search box, told apart: names, numbers, dates.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace versoir::consult {

struct Query {
  std::vector<std::string> words;             ///< folded
  std::vector<std::string> numbers;           ///< bare
  std::string grouped;                        ///< the same typed in groups, put together: 1234 056 789
  std::vector<std::string> written, swapped;  ///< dates as the index keeps them: 19800201, 1980
  std::vector<std::string> impossible;        ///< written as dates, but of no calendar: 31/02/1987
};

/// Dates: 14/03/1987, 14-3-1987, 14/3/87 (of either century), 1987-03-14, 14 mars 1987, 1987.
[[nodiscard]] Query understand(std::string_view text);

}  // namespace versoir::consult

// Questions about units and object groups, before they are asked of the index. Private to the sandbox.
#pragma once
#include "vitam/sandbox/access_index.hpp"

#include <string>
#include <string_view>

namespace versoir::vitam::sandbox {

struct AccessQuery {
  std::string body;   ///< for answer_select(): without $roots and $depth
  Narrowed narrowed;  ///< the records that it can touch
};

/// $roots and $depth become the identifiers of what lies below, at most `$depth` levels down (0: the roots
/// themselves); conditions on #id and #opi that every answer must meet narrow the search. Several conditions
/// of $query must all hold: VITAM walks down one level at each. `add_field`: a field that the answer always
/// has, "" for none. Throws InvalidQuery.
[[nodiscard]] AccessQuery prepare_query(std::string_view body, AccessIndex& index,
                                        std::string_view add_field);

/// Nothing has this identifier: for a question that can touch nothing.
inline constexpr std::string_view no_identifier = "-";

}  // namespace versoir::vitam::sandbox

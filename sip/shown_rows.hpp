// Private to sip: which rows and columns of an extract the accepted records show.
#pragma once
#include "core/progress.hpp"
#include "extract/store.hpp"
#include "sip/elimination.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace versoir::sip {

struct Shown {
  bool whole = false;                ///< some query shows the rows of the table, each as often as it is there
  std::set<std::string> operations;  ///< of the platform
};
/// (table, column) → what is shown of it. A column counts when a query gives it as it is: what is computed
/// from it is not it (SQLite's own word, sqlite3_column_origin_name). Nodes that are not archived do not
/// count. A lot of another extract tells its operation only; one of another profile, which may have archived
/// other columns, tells nothing. A column with values that the extract keeps apart (versoir_lob) is never
/// whole: records do not show them.
using ShownColumns = std::map<std::pair<std::string, std::string>, Shown>;
[[nodiscard]] ShownColumns shown_columns(extract::Extract& extract, const std::filesystem::path& workspace,
                                         const std::vector<AcceptedLot>& lots, core::Progress& progress);

}  // namespace versoir::sip

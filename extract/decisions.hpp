// What is decided, table by table and column by column: on what the profile does not know, and where a site
// departs from it.
#pragma once
#include "extract/source.hpp"
#include "profiles/model.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// One line of the decision file. An empty `column` decides on a whole table.
struct Decision {
  std::string table, column;
  std::optional<bool> take;  ///< nullopt: not decided yet
  std::string reason, who, date;
};

/// How a table or column of the source and the profile stand to each other.
enum class Standing {
  present,    ///< taken, and there
  left,       ///< left by the profile or by a decision
  missing,    ///< taken, not optional, not there
  absent,     ///< optional, not there: normal, versions differ
  extra,      ///< there, unknown to the profile, not decided
  taken,      ///< there, unknown to the profile, taken by decision
  wider,      ///< there with more room or another type than the profile says: copied all the same
  elsewhere,  ///< decided on, and not in this source: kept for the one that has it
};
[[nodiscard]] std::string_view standing_name(Standing s) noexcept;

struct InventoryLine {
  std::string table, column;  ///< column empty: the table itself
  Standing standing = Standing::present;
  std::string source_type, profile_type;
  std::optional<std::uint64_t> rows, bytes, large_bytes;  ///< of tables
  std::string label;                                      ///< the profile's, else the source's comment
  std::string suggestion;  ///< of what nobody knows: "empty", "technical", "person", or ""
  Decision decision;
};

/// The decision file: CSV with `;`, header `table;column;decision;reason;who;date;…`; further columns are for
/// the reader. `decision` is taken, left, or empty (French: pris, laissé). Throws Error(Exit::configuration)
/// with its line. A file that does not exist decides nothing.
[[nodiscard]] std::vector<Decision> read_decisions(const std::filesystem::path& file);
/// Writes every line that needs or has a decision, with what helps to decide. A file that says the same
/// decisions and the same open questions is left alone; one that is replaced is kept as `<file>.bak`. True
/// when it was written.
bool write_decisions(const std::filesystem::path& file, const std::vector<InventoryLine>& inventory);

/// Everything the source has and everything the profile takes, in the source's order, then what is missing,
/// then what was decided on things that this source does not have: another one may.
[[nodiscard]] std::vector<InventoryLine> take_inventory(const profiles::Application& profile,
                                                        const std::vector<SourceTable>& catalogue,
                                                        const std::vector<Decision>& decisions);

/// The profile as the decisions complete it: unknown tables and columns are added, taken or left with the
/// reason, with the types and keys of the source; of what the profile knows, a decision changes whether it is
/// taken.
[[nodiscard]] profiles::Application complete(profiles::Application profile,
                                             const std::vector<SourceTable>& catalogue,
                                             const std::vector<Decision>& decisions);

}  // namespace versoir::extract

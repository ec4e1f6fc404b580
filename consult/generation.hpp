// Generations of an extract: what consult purge took out of it, under which visa, and of which first extract
// it remains the copy. docs/decisions/0043-annotations-and-purges.md.
#pragma once
#include "extract/store.hpp"
#include "records/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::consult {

/// Something that was in the extract, and is not any more.
struct Eliminated {
  enum class Kind { table, column, record };
  Kind kind = Kind::table;
  std::string elimination, visa, authority, visa_date;  ///< the paper: its reference, who gave it, its date
  std::string purged;                                   ///< the day when this was applied, 2031-02-14
  std::string table, column;                            ///< of a table or column
  std::string record, key;                              ///< of a record: "etudiant", "[1001]"
  std::uint64_t rows = 0;                               ///< that went, of a table
};

/// A table of these exists in purged extracts alone.
inline constexpr std::string_view eliminated_table = R"sql(
CREATE TABLE IF NOT EXISTS versoir_eliminated (elimination TEXT, visa TEXT, authority TEXT, visa_date TEXT, purged TEXT,
  kind TEXT, table_name TEXT, column_name TEXT, record TEXT, key TEXT, rows INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS versoir_eliminated_record ON versoir_eliminated(record, key);
)sql";
[[nodiscard]] std::string_view eliminated_kind(Eliminated::Kind kind) noexcept;

/// The root of the first generation, under which documents and annotations were made; of an extract that was
/// never purged, its own.
[[nodiscard]] std::string origin_root(extract::Extract& extract);
/// Tables and columns that were eliminated, oldest first; records are too many to list.
[[nodiscard]] std::vector<Eliminated> eliminated_parts(extract::Extract& extract);
[[nodiscard]] std::optional<Eliminated> eliminated_record(extract::Extract& extract, std::string_view record,
                                                          const records::Key& key);
/// "eliminated on 14/02/2031, visa AD 2031-7 of 02/02/2031 (Archives départementales)"
[[nodiscard]] std::string eliminated_text(const Eliminated& e);

}  // namespace versoir::consult

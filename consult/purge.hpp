// Applies an approved elimination to an extract: a new file that never held what was eliminated, sealed,
// which cites the extract it comes from and the visa. The old file is not touched. docs/decisions/0043.
#pragma once
#include "consult/annotations.hpp"
#include "consult/generation.hpp"
#include "core/progress.hpp"
#include "extract/store.hpp"
#include "trust/signer.hpp"
#include "trust/timestamp.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace versoir::consult {

/// What an approved bordereau lets go.
struct PurgeOrder {
  std::string elimination, visa, authority, visa_date;
  std::set<std::string> tables;                           ///< whole
  std::set<std::pair<std::string, std::string>> columns;  ///< (table, column)
  std::map<std::string, std::set<std::string>> records;   ///< RecordDef id → keys, "[1001]"
  [[nodiscard]] bool empty() const noexcept { return tables.empty() && columns.empty() && records.empty(); }
};

struct PurgeReport {
  std::map<std::string, std::uint64_t> rows;  ///< table → rows that went
  std::uint64_t records = 0;
  std::uint64_t annotations = 0;  ///< that went with their records
  std::string root, previous_root, previous_seal_sha512;
};

/// Tables that hold rows of the subject of a record, and by which column: those of tables_of_subject(), and
/// those with a column called as the record's key that nobody declared a reference of.
[[nodiscard]] std::map<std::string, std::string> tables_to_purge(const profiles::Application& app,
                                                                 const profiles::RecordDef& record);

/// Writes `to`, its seal and its annotations, whole or not at all; every kept row is read, digested and
/// written again, then the new file is verified. Refused: a record under hold among what goes, or whose rows
/// would go with a table (Error(Exit::lot_state)); a record whose rows the profile does not tell
/// (Error(Exit::profile_invalid)); a table or column that the extract has not (Error(Exit::not_found)); `to`
/// is there (Error(Exit::usage)).
[[nodiscard]] PurgeReport purge(extract::Extract& from, const std::filesystem::path& to,
                                const PurgeOrder& order, const Annotations& annotations,
                                trust::Signer& signer, trust::TimestampAuthority* tsa,
                                const core::Clock& clock, core::Progress& progress);

}  // namespace versoir::consult

// The ledger of a decommissioning: every table, column and row count of an extract is transferred, kept for
// consultation until a date, or eliminated under a visa; what is none of these remains, and blocks.
// docs/formats/elimination.md says what each word proves.
#pragma once
#include "core/clock.hpp"
#include "core/config.hpp"
#include "core/json.hpp"
#include "core/progress.hpp"
#include "extract/store.hpp"
#include "sip/elimination.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace versoir::sip {

/// One column of one table, or what was left of a table ("*": rows, or the whole table).
struct LedgerLine {
  std::string table, column;
  std::optional<std::uint64_t> rows;  ///< nullopt: not counted, the table was not copied
  bool copied = false;
  std::string transferred;  ///< "", "in part", or the operations of the platform that prove it
  bool whole_transfer = false;
  std::string consultation;  ///< "" or the date until which it is kept
  std::string eliminated;    ///< "" or the elimination and the reference of its visa
  [[nodiscard]] bool remains() const { return !whole_transfer && consultation.empty() && eliminated.empty(); }
};
struct LedgerBackup {
  std::string name, description, place, destroyed, reference;
  core::Message defect;  ///< empty when it is destroyed
};
struct Ledger {
  std::string application, label, extract, root, kind;
  bool rehearsal = false;
  std::vector<LedgerLine> lines;
  std::vector<LedgerBackup> backups;
  std::vector<std::pair<std::string, std::string>> pending;  ///< lots planned and not accepted, and why
  std::vector<core::Message>
      ignored;  ///< lots and eliminations of another extract, or rehearsed: they settle nothing
  std::uint64_t unnamed_tables = 0;  ///< tables of the source that neither profile nor decision names
  std::vector<AcceptedLot> lots;

  /// Lines that nothing but the consultation settles: nobody transferred them whole.
  [[nodiscard]] std::size_t consulted_only() const;
  [[nodiscard]] std::vector<core::Message> remainders() const;  ///< what blocks; empty = may be turned off
  [[nodiscard]] core::Json to_json() const;
};

struct LedgerSources {
  const core::Config& config;
  std::filesystem::path workspace;
  std::vector<AcceptedLot> accepted;
  std::vector<std::pair<std::string, std::string>> pending;
  bool rehearsal = false;
};
/// Reads the accepted records again in the extract: a table is transferred when a query of an archive profile
/// shows its very rows (shown_rows.hpp). Throws as read_ended_lines does, and
/// Error(Exit::configuration) on a wrong [consultation.X].
[[nodiscard]] Ledger make_ledger(extract::Extract& extract, const LedgerSources& sources,
                                 core::Progress& progress, const core::Clock& clock);

void write_ledger_csv(const std::filesystem::path& file, const Ledger& ledger);
void write_ledger_page(const std::filesystem::path& file, const Ledger& ledger, const core::Clock& clock);

}  // namespace versoir::sip

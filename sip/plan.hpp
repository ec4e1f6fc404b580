// Planning: which records go in which lots, which are left out and why.
#pragma once
#include "core/clock.hpp"
#include "core/config.hpp"
#include "core/progress.hpp"
#include "extract/store.hpp"
#include "sip/plan_table.hpp"
#include "sip/stray_names.hpp"
#include "sip/versement.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace versoir::sip {

struct PlanOptions {
  std::string versement;              ///< id, [A-Za-z0-9_-]{1,40}
  std::vector<std::string> profiles;  ///< archive profile ids; empty = all of the application
  std::string platform;               ///< [platform.NAME]
  SedaVersion seda = SedaVersion::v2_2;
  std::uint64_t max_entries = 99'000;  ///< units + objects per lot (VITAM: fewer than 100 000)
  std::uint64_t max_bytes = 1'000'000'000;
  std::string extract_sha512;  ///< of the file, as its seal was just verified; "" = computed here
  /// Records that the archivist declares closed: only these are planned, although they were deferred. A list
  /// that names others, or records that stay for another reason, is Error(Exit::usage).
  std::filesystem::path closed;
  /// What the configuration may name although this application does not know it.
  NamesElsewhere names_elsewhere;
  bool replace = false;  ///< plan again: attempt + 1, new MessageIdentifiers; refused once a lot was sent
};
/// Writes plan.json, kept.csv (lot, profile, key, title, start, end, rules with end dates, selection),
/// left-out.csv (profile, key, reason, year, whether it is deferred), and their table (plan_table.hpp), which
/// `table` receives. Refuses a rehearsal extract for a production platform (Exit::lot_state), an unmapped
/// rule or missing agency or agreement (Exit::configuration, all of them at once), a selection that keeps
/// nothing (Exit::profile_invalid).
Plan make_plan(extract::Extract& extract, const core::Config& config, const Versement& versement,
               const PlanOptions& options, const core::Clock& clock, core::Progress& progress,
               PlanTable* table = nullptr);

/// Plans the transfer of a filing plan (filing_plan.hpp): one lot of units without objects or rules, and a
/// copy of `file` in the versement's folder. No table is written. Of `options`, the archive profiles, the
/// limit of bytes, the extract and the list of closed records do not count.
Plan make_filing_plan(const std::filesystem::path& file, const core::Config& config,
                      const Versement& versement, const PlanOptions& options, const core::Clock& clock);

}  // namespace versoir::sip

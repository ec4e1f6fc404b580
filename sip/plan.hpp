// Planning: which records go in which lots, which are left out and why.
#pragma once
#include "core/clock.hpp"
#include "core/config.hpp"
#include "core/progress.hpp"
#include "extract/store.hpp"
#include "sip/versement.hpp"

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
  bool replace = false;  ///< plan again: attempt + 1, new MessageIdentifiers; refused once a lot was sent
};
/// Writes plan.json, kept.csv (lot, profile, key, title, start, end, rules with end dates) and left-out.csv
/// (profile, key, reason). Refuses a rehearsal extract for a production platform (Exit::lot_state), an
/// unmapped rule or missing agency or agreement (Exit::configuration, all of them at once), a selection that
/// keeps nothing (Exit::profile_invalid).
Plan make_plan(extract::Extract& extract, const core::Config& config, const Versement& versement,
               const PlanOptions& options, const core::Clock& clock, core::Progress& progress);

}  // namespace versoir::sip

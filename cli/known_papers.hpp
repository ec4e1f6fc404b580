// The papers of an elimination that the journal knows: anybody can write a file.
#pragma once
#include "cli/context.hpp"
#include "sip/elimination.hpp"
#include "sip/journal_trail.hpp"

#include <string>
#include <vector>

namespace versoir::cli {

/// These very bytes stand in the journal under this name. `c` and `trail` are kept by reference.
[[nodiscard]] sip::KnownFile known_files(Context& c, const sip::JournalTrail& trail);

/// Of bordereau.json, visa.json and destruction.json, those that are there and that the journal does not
/// know.
[[nodiscard]] std::vector<std::string> unknown_papers(Context& c, const sip::JournalTrail& trail,
                                                      const sip::Elimination& elimination);

/// Error(Exit::evidence_broken) naming the first of unknown_papers().
void require_known_papers(Context& c, const sip::JournalTrail& trail, const sip::Elimination& elimination);

}  // namespace versoir::cli

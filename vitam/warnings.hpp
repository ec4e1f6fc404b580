// A lot that the platform accepted with warnings: it is taken, and somebody must have read why before
// anything rests on it. The decision is a file of the lot and a line of the journal.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "sip/journal_trail.hpp"
#include "sip/versement.hpp"
#include "trust/journal.hpp"
#include "vitam/atr.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace versoir::vitam {

enum class WarningsVerdict {
  accepted,  ///< read, and the transfer is good as it is
  contested  ///< the archive service or the platform is asked: nothing is closed meanwhile
};

/// warnings.json of a lot (docs/formats/versement.md).
struct WarningsDecision {
  WarningsVerdict verdict = WarningsVerdict::contested;
  std::string reason, by;
  core::Instant decided{};
  std::string atr_sha512;  ///< of the reply that was read
};

[[nodiscard]] std::filesystem::path warnings_file(const std::filesystem::path& lot_folder);
/// nullopt when nobody decided. Throws Error(Exit::evidence_broken) on a file that is not of our shape.
[[nodiscard]] std::optional<WarningsDecision> read_warnings_decision(const std::filesystem::path& lot_folder);

/// The warnings of a reply by their kinds, the most frequent first. A WARNING reply without any event gives
/// one kind without code.
[[nodiscard]] std::vector<AtrEventKind> warning_kinds(const Atr& atr);

/// Writes the decision and its line. `reason` must say something: Error(Exit::usage) otherwise. A lot whose
/// reply is not WARNING is Error(Exit::lot_state). A later decision replaces an earlier one; the journal
/// keeps both.
void decide_warnings(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                     WarningsVerdict verdict, const std::string& reason, const std::string& by,
                     trust::Journal& journal, const core::Clock& clock);

/// What keeps a lot from counting as settled: warnings that nobody decided on, a decision that contests them,
/// that is about another reply or that the journal does not know. Empty for any other reply than WARNING.
[[nodiscard]] std::vector<core::Finding> open_warnings(const sip::Versement& versement,
                                                       const sip::MessageIdentifier& lot,
                                                       const sip::JournalTrail& trail);

}  // namespace versoir::vitam

// The right to remove a SIP: nothing leaves that no accepted receipt covers, and only the proof of one makes
// a ClosableLot.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "sip/closing.hpp"
#include "sip/journal_trail.hpp"
#include "sip/versement.hpp"
#include "trust/journal.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace versoir::vitam {

struct ClosingTerms {
  const sip::JournalTrail& trail;  ///< of a journal whose chain was verified
  std::chrono::days delay{};       ///< from the verified receipt, and from the platform's reply
  /// Also lots that the platform never accepted and that nobody will send: refused, rejected, left out, not
  /// built.
  bool without_transfer = false;
};

/// What the journal knows of a closing.json; of one that a crash left before its last line, the beginning.
[[nodiscard]] sip::ClosingTrace trace_of(const sip::JournalTrail& trail, const sip::Versement& versement,
                                         const std::filesystem::path& folder, const sip::Closing& closing);

/// A lot whose SIP may be removed. Made by prove_closable only.
class ClosableLot {
 public:
  [[nodiscard]] const sip::MessageIdentifier& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& reply_code() const noexcept { return reply_code_; }
  [[nodiscard]] const std::string& operation() const noexcept { return operation_; }
  /// What leaves and what stays, as digested when it was proven; already begun or ended after a crash.
  [[nodiscard]] const sip::Closing& closing() const noexcept { return closing_; }
  [[nodiscard]] bool begun() const noexcept { return begun_; }

 private:
  friend struct ClosingJudge;
  ClosableLot() = default;
  sip::MessageIdentifier id_;
  std::string reply_code_, operation_;
  sip::Closing closing_;
  bool begun_ = false;
};

struct ClosingVerdict {
  std::optional<ClosableLot> lot;
  bool already = false;                 ///< closed, and the journal knows it: nothing to do
  std::vector<core::Finding> findings;  ///< every obstacle; empty with a lot
};
/// Against the files as they are now: state verified, receipt proven again by the reply and the manifest, the
/// SIP that was sent is the one that is here, journal and folder agree, the delay is over. A closing that a
/// crash interrupted is closable again when the journal knows that it began, and so is one whose files were
/// put back. Without transfer: the journal knows of no sending, or that the platform rejected it.
[[nodiscard]] ClosingVerdict prove_closable(const sip::Versement& versement, const sip::PlannedLot& lot,
                                            const ClosingTerms& terms, const core::Clock& clock);

/// Journal, closing.json, removal, closing.json ended, journal: whatever a crash leaves, the next call ends
/// it.
void close_lot(const sip::Versement& versement, const ClosableLot& lot, trust::Journal& journal,
               const core::Clock& clock);
/// The reports of a versement whose every lot is closed: they show samples of records. Returns the names.
std::vector<std::string> close_reports(const sip::Versement& versement, const sip::Plan& plan,
                                       const sip::JournalTrail& trail, trust::Journal& journal,
                                       const core::Clock& clock);

/// The reply of a closed lot against its receipt and what was removed: what still can be proven without the
/// SIP.
[[nodiscard]] std::vector<core::Finding> verify_closed_lot(const sip::Versement& versement,
                                                           const sip::MessageIdentifier& lot);

}  // namespace versoir::vitam

// Lots whose acceptance the platform's reply proves, with or without their SIP.
#pragma once
#include "core/error.hpp"
#include "sip/bound_lists.hpp"
#include "sip/elimination.hpp"
#include "sip/journal_trail.hpp"
#include "sip/versement.hpp"

#include <optional>
#include <vector>

namespace versoir::vitam {

struct Acceptance {
  std::optional<sip::AcceptedLot> lot;
  std::vector<core::Finding> findings;  ///< why not
};

/// Judges the lots of one versement. Replies are not signed and folders can be written: a lot counts when the
/// journal knows its sending, its reply, its visa and its closing, and when the plan and the lists are those
/// that its visa signed.
class AcceptanceJudge {
 public:
  /// Both are kept by reference.
  AcceptanceJudge(const sip::Versement& versement, const sip::JournalTrail& trail);
  [[nodiscard]] const sip::Plan& plan() const noexcept { return plan_; }
  [[nodiscard]] const std::vector<sip::VisaFile>& visas() const noexcept { return visas_; }
  /// A lot that is verified (the receipt is proven again, by the manifest) or closed (by what was kept).
  [[nodiscard]] Acceptance prove(const sip::PlannedLot& lot) const;

 private:
  [[nodiscard]] std::vector<core::Finding> obstacles(const sip::PlannedLot& lot) const;

  const sip::Versement& versement_;
  const sip::JournalTrail& trail_;
  sip::Plan plan_;
  std::vector<sip::VisaFile> visas_;
  sip::ListDigests lists_;
  std::vector<core::Finding> missing_;  ///< of the versement as a whole
};

}  // namespace versoir::vitam

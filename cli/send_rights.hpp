// The right to send a lot, as it stands today: visa, roles, revocation, journal.
#pragma once
#include "cli/context.hpp"
#include "cli/whole_trail.hpp"
#include "sip/visa_shelf.hpp"

namespace versoir::cli {

/// What the rights of every lot of a versement rest on, read once and followed.
struct RightsAtHand {
  RightsAtHand(Context& c, const sip::Versement& versement) : journals(c), visas(versement) {}
  VerifiedTrail journals;
  sip::VisaShelf visas;
};

/// Verifies everything before anything leaves. The first defect in verification order is the code of the
/// Error (41 to 49, 60, 61); what it refuses is noted in the journal.
[[nodiscard]] sip::ApprovedSip authorise(Context& c, const sip::Versement& versement, const sip::Plan& plan,
                                         const sip::MessageIdentifier& lot, const sip::Target& target,
                                         RightsAtHand& rights);

}  // namespace versoir::cli

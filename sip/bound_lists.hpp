// The plan and its lists against the visa that signed their digests: what they say later, of a bordereau or
// of a ledger, is what was approved.
#pragma once
#include "core/error.hpp"
#include "sip/versement.hpp"
#include "sip/visa.hpp"

#include <string>
#include <vector>

namespace versoir::sip {

/// Digests of plan.json, kept.csv and left-out.csv as they are now; "" for one that is missing.
struct ListDigests {
  std::string plan, kept, left_out;
};
[[nodiscard]] ListDigests digest_lists(const Versement& versement);

/// The approval that decides about a lot: the one under which it was sent, else the latest that covers it;
/// nullptr without.
[[nodiscard]] const VisaFile* approval_of(const Versement& versement, const MessageIdentifier& lot,
                                          const std::vector<VisaFile>& visas);

/// What the visa signed of the plan and of the lists, and what plan.json says of them, against `now`. Each
/// finding names its file.
[[nodiscard]] std::vector<core::Finding> unbound_lists(const ListDigests& now, const Plan& plan,
                                                       const VisaFile& visa);

}  // namespace versoir::sip

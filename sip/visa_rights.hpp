// Private to sip: by what right a person signed a visa, and whether that person also produced.
#pragma once
#include "sip/visa.hpp"
#include "trust/cades.hpp"
#include "trust/roles.hpp"

#include <string>
#include <vector>

namespace versoir::sip {

/// The roles that may sign a visa.
inline constexpr trust::Role deciding_roles[]{trust::Role::archivist, trust::Role::control_authority};

/// Where the visa was signed for: the platform and tenant of its target. Views into the visa.
[[nodiscard]] trust::Place place_of(const VisaFile& visa);

/// One of the deciding roles at the time of the signature; the first of them that is held, else that cannot
/// be told, else the reasons of all.
struct SigningRight {
  trust::Standing standing = trust::Standing::lacking;
  trust::Role role = trust::Role::archivist;
  std::vector<core::Message> reasons;
};
[[nodiscard]] SigningRight signing_right(const trust::RoleRegister& roles, const trust::SignerFacts& signer,
                                         trust::Place place, core::Instant now);

/// A defect and the exit code of its kind.
struct RightDefect {
  core::Exit code;
  core::Message message;
};
/// What the right of one signer at the time of the signature can be reproached with.
[[nodiscard]] std::vector<RightDefect> right_defects(const SigningRight& right,
                                                     const trust::SignerFacts& signer, trust::Place place);

/// How many different persons these certificates are (trust::same_person).
[[nodiscard]] std::size_t distinct_persons(const std::vector<trust::Certificate>& certificates);

/// One of the seal's certificates, verified or not, is this person's. The seal stays when the SIP goes.
[[nodiscard]] bool sealed_by(const Versement& versement, const MessageIdentifier& lot,
                             const trust::Certificate& who);

}  // namespace versoir::sip

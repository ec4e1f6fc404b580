// The second signature of an approval: another person signs the very bytes that the first one signed.
#pragma once
#include "sip/visa.hpp"
#include "sip/visa_elsewhere.hpp"

#include <string_view>

namespace versoir::sip {

/// The latest decision, when it is an approval that waits for another person: Error(Exit::lot_state)
/// otherwise.
[[nodiscard]] VisaFile visa_to_second(const Versement& versement);

/// What the second signature relies on.
struct SecondSigning {
  const Versement& versement;
  const Plan& plan;
  const VisaFile& visa;
  Target target;  ///< as the configuration says now
  const trust::TrustStore& store;
  const trust::RoleRegister& roles;
  const core::Clock& clock;
};
/// The first signature holds today: before anything in the visa is believed or shown.
void require_first(const SecondSigning& s);
/// That this person may give it (a deciding role today, neither producer nor who signed first), and that the
/// approval would otherwise hold for each of its lots as they are now, under the report that was read. Throws
/// with every defect: 41 to 48, lot_state.
void require_second(const SecondSigning& s, const trust::Certificate& signer);

/// Signs the bytes of the visa and writes visa-<n>.json.2.p7s.
void sign_second(const SecondSigning& s, trust::Signer& signer, trust::TimestampAuthority* tsa);
/// Takes in a signature made elsewhere, as import_visa does; returns the SHA-256 of the signer's certificate.
std::string import_second(const SecondSigning& s, std::string_view signature, std::string_view origin,
                          trust::TimestampAuthority* tsa);
/// The bytes and a sheet, under to-sign/.
PreparedVisa write_prepared_second(const Versement& versement, const VisaFile& visa);

}  // namespace versoir::sip

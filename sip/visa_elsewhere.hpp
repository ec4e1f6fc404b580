// A visa signed on another desk: the exact bytes leave with a sheet to read, the signature comes back. The
// folder `to-sign/` of the versement holds what left; a later preparation of the same number replaces it.
#pragma once
#include "sip/visa.hpp"

#include <filesystem>
#include <string_view>

namespace versoir::sip {

struct PreparedVisa {
  std::filesystem::path document;  ///< visa-<n>.json: what is signed, byte for byte
  std::filesystem::path sheet;     ///< visa-<n>.html: the same for people, with its digests and how to sign
};
/// Writes what `prepare_visa` gave, and its sheet in the user's language.
PreparedVisa write_prepared(const Versement& versement, std::string_view visa);

/// The visa that waits for its signature, "" when none does: of the next number only, since a decision taken
/// in the meantime ends what was prepared before it.
[[nodiscard]] std::string waiting_visa(const Versement& versement);

/// The sheet of a prepared visa; `second`: of one that somebody signed already.
void write_visa_sheet(const Versement& versement, std::string_view visa, const std::filesystem::path& file,
                      bool second = false);

/// to-sign/visa-<n> and its extension.
[[nodiscard]] std::filesystem::path waiting_path(const Versement& versement, int number,
                                                 std::string_view extension);
/// Throws with every defect of the signature as a cause.
void require_valid(const trust::Verification& verified, std::string_view origin);

struct Import {
  std::string_view signature;             ///< as the tool gave it, see trust::detached_signature
  std::string_view origin;                ///< its file, for messages
  Decision decision = Decision::approve;  ///< that the person at the keyboard means
  Target target;                          ///< of an approval, as the configuration says now
};
struct ImportedVisa {
  int number = 0;
  core::Json visa;
  std::string certificate;  ///< SHA-256 of the signer's, hexadecimal
};
/// Verifies the signature over the waiting visa and the signer's right, looks at every fact again (what was
/// prepared must still be what is here: only the window and the nonce may be older), adds a time-stamp where
/// an authority is given and the tool gave none, and stores the visa. Errors: lot_state (nothing waits, or
/// what is here changed), usage (another decision), visa_* as in `verify_visa`; nothing is written then.
[[nodiscard]] ImportedVisa import_visa(const Versement& versement, const Plan& plan, const Import& import,
                                       const trust::TrustStore& store, const trust::RoleRegister& roles,
                                       const core::Clock& clock, trust::TimestampAuthority* tsa);

}  // namespace versoir::sip

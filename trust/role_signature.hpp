// The signature of the role register: who may approve is for the archive service to say, and for nobody who
// can write the file.
#pragma once
#include "trust/cades.hpp"
#include "trust/roles.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace versoir::trust {

/// What the signature over the bytes of a register is worth. `signers`: certificates of those who answer for
/// it, each for itself: an authority's certificate lets nobody else sign. Judged at its time-stamp when it
/// has one, otherwise now, whether or not time-stamps are required elsewhere.
[[nodiscard]] Verification verify_register(std::string_view bytes, std::string_view signature_der,
                                           const std::vector<Certificate>& signers, const TrustStore& store,
                                           const core::Clock& clock);

/// Signs the bytes that were read from `file` and shown, and writes its .p7s. A producer of the register does
/// not sign it: Error(Exit::role_register).
void sign_register(const std::filesystem::path& file, std::string_view bytes, Signer& signer,
                   const core::Clock& clock, TimestampAuthority* tsa);

/// The register, once its .p7s holds. Error(Exit::role_register) with every defect otherwise.
[[nodiscard]] RoleRegister read_signed_register(const std::filesystem::path& file,
                                                const std::vector<Certificate>& signers,
                                                const TrustStore& store, const core::Clock& clock);

/// When its signature says that it was made: by its time-stamp, else by its own claim. nullopt when it does
/// not hold.
[[nodiscard]] std::optional<core::Instant> register_signed_at(const std::filesystem::path& file,
                                                              const std::vector<Certificate>& signers,
                                                              const TrustStore& store,
                                                              const core::Clock& clock);

}  // namespace versoir::trust

// A seal: the detached CAdES signature of a file by the producing tool's key, beside the file.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "trust/cades.hpp"

#include <filesystem>

namespace versoir::trust {

/// `<file>.p7s`.
[[nodiscard]] std::filesystem::path seal_path(const std::filesystem::path& file);

/// Signs a closed file in one pass and writes its .p7s atomically. Returns the file's SHA-512 and size,
/// computed in the same pass.
core::FileDigest seal_file(const std::filesystem::path& file, Signer& signer, const core::Clock& clock,
                           TimestampAuthority* tsa);

/// Verifies `<file>.p7s` over the file as it is now. Throws Error(Exit::evidence_broken) when the seal is
/// missing.
[[nodiscard]] Verification verify_seal(const std::filesystem::path& file, const TrustStore& store,
                                       const core::Clock& clock, At at);

}  // namespace versoir::trust

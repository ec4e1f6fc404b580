// X.extract.seal.json and its signature: what the extract was on the day it was made.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "extract/store.hpp"
#include "trust/cades.hpp"

#include <filesystem>

namespace versoir::extract {

[[nodiscard]] std::filesystem::path seal_file(const std::filesystem::path& extract);  ///< X.extract.seal.json

/// Writes the seal (file SHA-512, size, run facts, tables with counts, sums and roots, extract root) and
/// signs it into .p7s. Both atomic.
void write_seal(Extract& extract, trust::Signer& signer, trust::TimestampAuthority* tsa,
                const core::Clock& clock);

/// Signature of the seal, then digest and size of the file, then the facts against the file's own tables.
[[nodiscard]] std::vector<core::Finding> verify_seal(Extract& extract, const trust::TrustStore& store,
                                                     const core::Clock& clock);

}  // namespace versoir::extract

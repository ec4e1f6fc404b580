// X.extract.seal.json and its signature: what the extract was on the day it was made.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "extract/store.hpp"
#include "trust/cades.hpp"
#include "trust/roles.hpp"

#include <filesystem>
#include <functional>

namespace versoir::extract {

[[nodiscard]] std::filesystem::path seal_file(const std::filesystem::path& extract);  ///< X.extract.seal.json

/// A seal made beside the one that may be there, which stays until publish(); thrown away otherwise.
class StagedSeal {
 public:
  /// Writes the seal of `extract` (file SHA-512, size, run facts, tables with counts, sums and roots, extract
  /// root) as that of the file that will be called `published`, and signs it.
  StagedSeal(Extract& extract, const std::filesystem::path& published, trust::Signer& signer,
             trust::TimestampAuthority* tsa, const core::Clock& clock);
  ~StagedSeal();
  StagedSeal(const StagedSeal&) = delete;
  StagedSeal& operator=(const StagedSeal&) = delete;
  /// Puts seal and signature in place, then does `rest` (the extract takes its name). When anything fails the
  /// seal that was there is put back; until the end it is also kept as <seal>.old, so that a machine that
  /// stops loses nothing.
  void publish(const std::function<void()>& rest = {});

 private:
  std::filesystem::path published_, staged_;
};

/// Seals an extract where it is.
void write_seal(Extract& extract, trust::Signer& signer, trust::TimestampAuthority* tsa,
                const core::Clock& clock);

/// What uses an extract first asks this: sealed (Error(Exit::extract_invalid) otherwise), and the file, its
/// size and its facts are the sealed ones, under a valid signature of a registered producer
/// (Error(Exit::extract_altered) otherwise). Returns the SHA-512 of the file.
[[nodiscard]] core::Sha512 require_sealed(Extract& extract, const trust::TrustStore& store,
                                          const trust::RoleRegister& roles, const core::Clock& clock);

/// Signature of the seal, then digest and size of the file, then the facts against the file's own tables;
/// with `roles`, whether a registered producer sealed, as require_sealed() asks.
[[nodiscard]] std::vector<core::Finding> verify_seal(Extract& extract, const trust::TrustStore& store,
                                                     const core::Clock& clock,
                                                     const trust::RoleRegister* roles = nullptr);

}  // namespace versoir::extract

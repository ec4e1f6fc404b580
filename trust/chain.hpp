// From a signer's certificate to an anchor: path validation (RFC 5280 §6) whose every defect is collected.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "trust/cades.hpp"

#include <openssl/x509.h>

#include <optional>
#include <string>
#include <vector>

namespace versoir::trust {

struct ChainDefect {
  Verdict verdict = Verdict::valid;  ///< valid: a remark that condemns nothing
  core::Finding finding;
  bool ended = false;                         ///< expired because time went by, not because it has not begun
  std::optional<core::Instant> revoked = {};  ///< since when, where that is known
  int unknown_at = -1;  ///< depth of the certificate of which neither list nor answer tells; -1: of none
};

/// When the chain is judged. `trusted_past`: the moment is a verified time-stamp's, and what happened to the
/// certificate afterwards does not undo the signature (EN 319 102-1 §5.5).
struct JudgedAt {
  core::Instant when{};
  bool trusted_past = false;
  /// It is an authority that dates: revoked later, it only keeps what it dated for some reasons (RFC 3161
  /// §4).
  bool dates = false;
};

[[nodiscard]] std::vector<ChainDefect> check_chain(X509* signer, STACK_OF(X509) * others,
                                                   STACK_OF(X509_CRL) * embedded_crls,
                                                   const TrustStore& store, JudgedAt at);

}  // namespace versoir::trust

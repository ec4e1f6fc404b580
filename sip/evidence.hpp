// The evidence of a versement in a folder of its own, verifiable with openssl alone, and the chain of
// time-stamps that carries it on while algorithms and certificates age (the reasoning of RFC 4998, with plain
// files). docs/formats/evidence.md.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "sip/versement.hpp"
#include "trust/certificate.hpp"
#include "trust/timestamp.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

/// What the configuration adds to the folder of the versement. A path that is absent is left out.
struct EvidenceSources {
  std::filesystem::path config, roles, anchors, tsa_anchors, journal;
  std::optional<std::filesystem::path> crl;
  std::vector<std::string> ocsp;       ///< answers, each in DER
  std::filesystem::path extract_seal;  ///< X.extract.seal.json, its .p7s beside it
};

struct EvidencePack {
  std::filesystem::path folder;
  std::filesystem::path manifest;  ///< the last one
  std::size_t files = 0;           ///< that it covers
  bool timestamped = false;
};

/// versements/<id>/evidence-<n>, n one more than the last: certificates, revocation lists, time-stamp tokens,
/// configuration, visas, lists, seals, replies, receipts, journal. No SIP, no report with samples. Whole or
/// absent.
[[nodiscard]] EvidencePack pack_evidence(const Versement& versement, const EvidenceSources& sources,
                                         trust::TimestampAuthority* tsa, const core::Clock& clock);

/// A further list over everything, the earlier lists and tokens among it, and a token over that list. The
/// caller verifies the pack first: what is wrong would be proven for ever. A failure leaves it as it was.
[[nodiscard]] EvidencePack renew_evidence(const std::filesystem::path& pack,
                                          const std::filesystem::path& tsa_anchors,
                                          trust::TimestampAuthority& tsa, const core::Clock& clock);

/// Folders evidence-<n> of a versement, by number.
[[nodiscard]] std::vector<std::filesystem::path> evidence_packs(const Versement& versement);

struct EvidenceVerification {
  std::vector<core::Finding> findings;
  std::size_t timestamps = 0;
  std::optional<core::Instant> since;  ///< what the first token proves
  std::optional<core::Instant> until;  ///< end of the certificates of the last token: renew before
};
/// Every list against the files, every token, each renewed while the one before still stood. The last token
/// is judged by the configured anchors, those before by the anchors in the pack, which the last one covers.
/// `margin`: how long before `until` a warning says to renew.
[[nodiscard]] EvidenceVerification verify_evidence(const std::filesystem::path& pack,
                                                   const std::vector<trust::Certificate>& tsa_anchors,
                                                   std::chrono::days margin, const core::Clock& clock);

}  // namespace versoir::sip

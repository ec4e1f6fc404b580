// The evidence of a versement in a folder of its own, verifiable with openssl alone, and the chain of
// time-stamps that carries it on while certificates end (the time-stamp renewal of RFC 4998, with plain
// files). docs/formats/evidence.md.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "sip/versement.hpp"
#include "trust/cades.hpp"
#include "trust/certificate.hpp"
#include "trust/timestamp.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

/// What the configuration adds to the folder of the versement. A path that is absent is left out.
struct EvidenceSources {
  std::filesystem::path config, roles, anchors, tsa_anchors;
  std::vector<std::filesystem::path> journals;  ///< every one that decides, their checkpoints beside them
  std::filesystem::path extract_seal;           ///< X.extract.seal.json, its .p7s beside it
  trust::TrustStore store;                      ///< what the signatures are judged by
};

struct EvidencePack {
  std::filesystem::path folder;
  std::filesystem::path manifest;  ///< the last one
  std::size_t files = 0;           ///< that it covers
  bool timestamped = false;
  std::vector<core::Finding> findings;  ///< what the pack lacks, and why
};

/// Called with the name and the digest of a list that is about to be published: the journal says that it
/// began, so that what an interruption leaves is told from what somebody put there.
using BeforePublishing = std::function<void(const std::filesystem::path& manifest, const core::Sha512&)>;

/// versements/<id>/evidence-<n>, n one more than the last: certificates, revocation lists, time-stamp tokens,
/// configuration, visas, lists, seals, replies, receipts, journals. No SIP, no report with samples, and of
/// the folder of the versement only what this program writes there. Whole or absent. The caller verifies the
/// versement first: here every signature is verified, not what the files say of one another.
[[nodiscard]] EvidencePack pack_evidence(const Versement& versement, const EvidenceSources& sources,
                                         trust::TimestampAuthority* tsa, const BeforePublishing& announce,
                                         const core::Clock& clock);

/// Takes away what a renewal left that did not come to its list. The caller has asked the journal whether the
/// lists that it knows are there.
void discard_unfinished_renewal(const std::filesystem::path& pack);

/// A further list over everything, the earlier lists and tokens among it, and a token over that list. The
/// caller verifies the pack first: what is wrong would be proven for ever. A failure leaves it as it was.
[[nodiscard]] EvidencePack renew_evidence(const std::filesystem::path& pack,
                                          const std::filesystem::path& tsa_anchors,
                                          trust::TimestampAuthority& tsa, const BeforePublishing& announce,
                                          const core::Clock& clock);

/// Folders evidence-<n> of a versement, by number.
[[nodiscard]] std::vector<std::filesystem::path> evidence_packs(const Versement& versement);

struct EvidenceVerification {
  std::vector<core::Finding> findings;
  std::size_t timestamps = 0;
  std::filesystem::path last;          ///< the last list, empty without: the journal must know it
  std::optional<core::Instant> since;  ///< what the tokens prove; a late one begins anew
  std::optional<core::Instant> until;  ///< end of the certificates of the last token: renew before
};
/// Every list against the files, every token. One that came when the one before had ended is a warning: what
/// the pack proves then begins with it. The last token is judged by the configured anchors, else with a
/// warning by those in the pack; the tokens before by the anchors in the pack, which the last one covers.
/// An authority that was revoked takes its token with it, unless a later token came before. What an
/// interrupted renewal left is a warning. `margin`: how long before `until` a warning says to renew.
[[nodiscard]] EvidenceVerification verify_evidence(const std::filesystem::path& pack,
                                                   const trust::TrustStore& store, std::chrono::days margin,
                                                   const core::Clock& clock);

}  // namespace versoir::sip

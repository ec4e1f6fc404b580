// CAdES-BES and -T: detached CMS signatures, and a verification that is more than "CMS_verify returned 1".
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "trust/certificate.hpp"
#include "trust/signer.hpp"
#include "trust/timestamp.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust {

/// What the signature declares itself to be (commitment-type-indication, ETSI EN 319 122-1 §5.2.3).
enum class Commitment { none, proof_of_origin, proof_of_approval };

struct SignOptions {
  Commitment commitment = Commitment::none;
  TimestampAuthority* tsa = nullptr;  ///< set = CAdES-T; its failure aborts the signature
};

/// DER of a detached CAdES signature over `content` (signedAttrs: contentType, messageDigest SHA-256,
/// signingTime, signing-certificate-v2, commitment). Verifies with `openssl cms -verify -cades -binary`.
[[nodiscard]] std::string sign_detached(Signer& signer, std::string_view content, const core::Clock& clock,
                                        const SignOptions& options);
/// Same over a content known by its SHA-256 (a large file hashed elsewhere).
[[nodiscard]] std::string sign_detached(Signer& signer, const core::Sha256& content_digest,
                                        const core::Clock& clock, const SignOptions& options);

/// What a verification relies on: only these anchors, never the system's TLS bundle.
struct TrustStore {
  std::vector<Certificate> anchors;
  std::vector<Certificate> tsa_anchors;
  std::vector<std::string> crls_der;  ///< when not empty, revocation is checked
  bool require_crl = false;
  std::vector<std::string> ocsp_der;  ///< answers kept, each in DER
  /// An answer that counts is needed where no list knows the certificate: without one, no conclusion.
  bool require_ocsp = false;
  /// Of the authorities that give time-stamps; what is told of signers' certificates is asked as well.
  std::vector<std::string> tsa_crls_der, tsa_ocsp_der;
  /// Whether such an authority was revoked must be known: a time-stamp of which it is not proves nothing.
  bool require_tsa_revocation = false;
  bool require_timestamp = false;  ///< a signature without a time-stamp that verifies is a bad one
  std::optional<core::Instant> timestamps_since;  ///< those that claim to be older need none
};
[[nodiscard]] TrustStore load_trust_store(const std::filesystem::path& anchors_pem,
                                          const std::filesystem::path& tsa_anchors_pem,
                                          const std::vector<std::filesystem::path>& crls);
/// Each list of a file, PEM (one or several) or DER, in DER. Throws Error(Exit::configuration).
[[nodiscard]] std::vector<std::string> read_revocation_lists(const std::filesystem::path& file);
/// A revocation list among these names this certificate. Neither signatures nor dates of the lists are looked
/// at: for refusing to sign, not for judging a signature.
[[nodiscard]] bool is_listed(const Certificate& certificate, const std::vector<std::string>& crls_der);

enum class Verdict {
  valid,
  bad_signature,  ///< altered, malformed, not CAdES, forbidden algorithm
  untrusted,      ///< chain does not lead to an anchor, wrong key usage
  expired,        ///< certificate outside its validity at the time that counts
  revoked,
  indeterminate,  ///< arithmetic right, certificate expired since, no trusted time
};

struct SignerFacts {
  Certificate certificate;
  std::optional<core::Instant> claimed_time;  ///< signing-time attribute: a claim
  std::optional<TimestampFacts> timestamp;
  bool approval = false;  ///< commitment proof of approval present
  std::string digest_algorithm;
};
struct Verification {
  Verdict verdict = Verdict::bad_signature;
  std::vector<core::Finding> findings;  ///< every defect, in verification order
  std::vector<SignerFacts> signers;
};

/// Which moment the chain is judged at.
enum class At {
  now,           ///< an authorisation must hold today (send)
  signing_time,  ///< evidence: at the time-stamp if any, otherwise today
};

/// Full verification, crypto note §5: limits (1 MB, 4 signers, 20 certificates), no trailing byte, digest,
/// CAdES attributes, own anchors, key usage, algorithm allow-list, time-stamp, revocation. Reports
/// everything.
[[nodiscard]] Verification verify_detached(std::string_view signature_der, const core::Sha256& content_sha256,
                                           const TrustStore& store, const core::Clock& clock, At at);
[[nodiscard]] Verification verify_detached(std::string_view signature_der, std::string_view content,
                                           const TrustStore& store, const core::Clock& clock, At at);

/// The digest of the content under the algorithm that the signature names (SHA256, SHA384 or SHA512), nullopt
/// when it cannot be told. Content too large for memory is then hashed once, by the right algorithm.
using ContentDigest = std::function<std::optional<std::string>(std::string_view algorithm)>;
[[nodiscard]] Verification verify_detached_with(std::string_view signature_der, const ContentDigest& digest,
                                                const TrustStore& store, const core::Clock& clock, At at);

/// The DER time-stamp token of the first signer, nullopt when none (to be checked by `openssl ts -verify`).
[[nodiscard]] std::optional<std::string> extract_timestamp_token(std::string_view signature_der);
/// The octets of the first signer's signature value: what the token covers.
[[nodiscard]] std::string signature_value(std::string_view signature_der);

}  // namespace versoir::trust

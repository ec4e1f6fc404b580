// The visa: the archivist's signed decision on a versement. Nothing is sent without one; only its
// verification makes an ApprovedSip, and only an ApprovedSip can be sent.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sip/versement.hpp"
#include "trust/cades.hpp"
#include "trust/roles.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// Member "format" of a visa.
inline constexpr std::string_view visa_format = "versoir-visa/1";

enum class Decision { approve, refuse, revoke };
[[nodiscard]] std::string_view decision_name(Decision d) noexcept;

/// Where an approval lets a SIP go. The name is a word of the configuration: what it points to, and whose
/// certificates are believed there, are approved with it.
struct Target {
  std::string platform;
  std::int64_t tenant = 0;
  std::string ingest_url = {};  ///< canonical: scheme, host, port, base path
  std::string ca_sha256 = {};   ///< of the bundle of trust anchors; "" = the system's, which nothing freezes
  bool operator==(const Target&) const = default;
};

struct VisaOptions {
  Decision decision = Decision::approve;
  std::vector<MessageIdentifier> exclude;  ///< lots that this approval does not cover
  std::string reason;                      ///< mandatory for refuse and revoke
  std::string confirm;                     ///< what the person typed: must equal the versement's id
  std::chrono::days validity{90};
  /// Of an approval: what the platform's name stands for today. Empty: its name and tenant only.
  Target target;
  /// Written in the visa: its own signature and the seals of its lots count with a time-stamp only, whatever
  /// the configuration says later.
  bool timestamp_required = false;
  /// Written in an approval: it holds once as many persons have signed it, whatever the configuration says
  /// later. The role register may ask for more.
  int signatures = 1;
  /// Under what it was prepared, written where it is known: SHA-256 of the configuration,
  /// core::clock_state().
  std::string configuration = {}, clock_state = {};
};

/// Canonical JSON of a visa for the versement as it is now: facts recomputed from the SIPs themselves
/// (digest, size, counts), never copied from build.json. Approval requires for every covered lot a check.json
/// that is not KO and is of this very digest, and a seal: otherwise Error(Exit::lot_state) listing each lot
/// and why. `signer` gives identity and quality printed in the visa (from the role register); signer without
/// the archivist role: Error(Exit::visa_untrusted); signer = producer of a seal:
/// Error(Exit::visa_by_producer); a target that is not the plan's: Error(Exit::visa_other_platform).
[[nodiscard]] std::string prepare_visa(const Versement& versement, const Plan& plan,
                                       const VisaOptions& options, const trust::Certificate& signer,
                                       const trust::RoleRegister& roles, const core::Clock& clock);

/// Signs the prepared bytes (CAdES, commitment proof of approval for approvals) and writes visa-<n>.json +
/// .p7s. Returns n.
int sign_visa(const Versement& versement, std::string_view visa, trust::Signer& signer,
              const core::Clock& clock, trust::TimestampAuthority* tsa);
/// Writes a visa that was signed elsewhere (--import). Returns its number; Error(Exit::lot_state) when
/// another decision took that number since. The signature is verified when it is used, as any other.
int store_visa(const Versement& versement, std::string_view visa, std::string_view signature);

struct VisaFile {
  int number = 0;
  std::string bytes, signature;  ///< signature "" when the .p7s is missing
  std::string second = {};       ///< of the other person, visa-<n>.json.2.p7s; "" when there is none
  core::Json json;               ///< empty object when the bytes cannot be read as JSON
};
[[nodiscard]] std::vector<VisaFile> list_visas(const Versement& versement);  ///< by number

/// How a visa speaks of a lot. Excluded by a later visa = an older approval no longer holds; an unreadable
/// visa might have been a refusal: both block.
enum class Coverage { none, covered, excluded, unreadable };
[[nodiscard]] Coverage coverage(const VisaFile& visa, const MessageIdentifier& lot);

/// The visa says that its signature and the seals of its lots are time-stamped.
[[nodiscard]] bool requires_timestamp(const VisaFile& visa);

/// Where the signature of the other person stands.
[[nodiscard]] std::filesystem::path second_signature(const Versement& versement, int number);
/// Persons who must have signed it, by its own words: 1 or 2.
[[nodiscard]] int signatures_required(const VisaFile& visa);
/// An approval that somebody else must sign too, as far as the files tell: for status and for commands.
[[nodiscard]] bool waits_for_second(const VisaFile& visa);

/// The latest decision that covers a lot, unverified: for status and lists only.
[[nodiscard]] std::string latest_decision(const std::vector<VisaFile>& visas, const MessageIdentifier& lot);

/// A SIP that may be sent: the open file that was hashed, and what it was approved for. Only verify_visa
/// makes one.
class ApprovedSip {
 public:
  [[nodiscard]] const MessageIdentifier& id() const noexcept { return id_; }
  [[nodiscard]] const core::FileDigest& digest() const noexcept { return digest_; }
  /// Positioned anywhere: seek before use. The same descriptor that was hashed: no swap between check and
  /// use.
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const Target& target() const noexcept { return target_; }
  [[nodiscard]] const core::Sha512& manifest_digest() const noexcept { return manifest_; }
  [[nodiscard]] int visa() const noexcept { return visa_; }
  /// The workflow that the plan is for (X-Context-Id): the visa binds the plan.
  [[nodiscard]] const std::string& context_id() const noexcept { return context_id_; }

 private:
  friend struct VisaVerifier;
  ApprovedSip() = default;
  MessageIdentifier id_;
  core::FileDigest digest_;
  core::UniqueFd fd_;
  Target target_;
  core::Sha512 manifest_;
  int visa_ = 0;
  std::string context_id_;
};

/// What a signature that does not hold makes of the visa: 42, 43 or 46; ok when it is valid.
[[nodiscard]] core::Exit exit_of(trust::Verdict verdict) noexcept;

/// Result of verifying the right to send one lot.
struct VisaVerification {
  std::optional<ApprovedSip> approved;
  std::vector<core::Finding> findings;  ///< every defect, in verification order
  core::Exit code = core::Exit::ok;     ///< of the first defect: 41..48
};
/// What is asked of an approval beyond its own words.
struct Signatures {
  int at_least = 1;            ///< by the configuration of today
  bool before_second = false;  ///< the second one is about to be given: the first must hold, and the rest
};
/// In order: a visa exists and is signed, by as many persons as it says (41), signature (42), trust and role
/// (43), versement and lot (44), not the producer (45), window, certificate validity and revocation today
/// (46), platform and tenant (47), SIP bytes (48). The latest visa decides: a later refusal, revocation or
/// exclusion withdraws an approval (41).
[[nodiscard]] VisaVerification verify_visa(const Versement& versement, const Plan& plan,
                                           const MessageIdentifier& lot, const Target& target,
                                           const trust::TrustStore& store, const trust::RoleRegister& roles,
                                           const core::Clock& clock, Signatures signatures = {});

/// A visa as evidence: each signer had a deciding role when signing, by the register as it is kept (who left
/// office stays in it), one is an archivist, none is a producer nor sealed a SIP; one that waits for a second
/// person is remarked. Its signature and what it
/// is about are verified apart; nothing is told when the signature does not hold.
[[nodiscard]] std::vector<core::Finding> verify_visa_rights(const Versement& versement, const VisaFile& visa,
                                                            const trust::TrustStore& store,
                                                            const trust::RoleRegister& roles,
                                                            const core::Clock& clock);

}  // namespace versoir::sip

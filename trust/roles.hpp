// The role register: which certificate may do what, where and when. A signature says who; this says by what
// right.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/i18n.hpp"
#include "trust/certificate.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust {

enum class Role {
  producer,
  archivist,
  control_authority,
  authority,  ///< delegates, and signs nothing here: the president, say
};
[[nodiscard]] std::string_view role_name(Role r) noexcept;

/// Where a role is exercised: a platform of the configuration, and its tenant.
struct Place {
  std::string_view platform;
  std::int64_t tenant = 0;
};

/// The act by which somebody holds a role in the place of another.
struct Delegation {
  std::string by;   ///< `id` of the entry that delegates
  std::string act;  ///< its reference: "arrêté 2026-014 du 2 mars 2026"
  core::Instant from{}, to{};
};

struct RoleEntry {
  std::string id;                          ///< by which others name it, "" when none does
  std::optional<Fingerprint> certificate;  ///< of an authority that signs nothing: none
  std::string subject, issuer;             ///< instead of the certificate, both in RFC 2253
  std::string name;                        ///< first name, name
  std::string quality;                     ///< "archiviste de l'établissement"
  std::vector<std::string> logins = {};    ///< accounts of this person on the machines of Versoir
  Role role = Role::archivist;
  std::vector<std::string> platforms;  ///< empty = all
  std::vector<std::int64_t> tenants;   ///< empty = all
  core::Instant from{}, to{};
  std::optional<Delegation> delegation;

  [[nodiscard]] bool is(const Certificate& c) const;
};

/// Whether somebody held a role at a moment: yes, no, or it cannot be told for want of a trusted time.
enum class Standing { held, lacking, unproven };
struct RoleJudgement {
  Standing standing = Standing::lacking;
  const RoleEntry* entry = nullptr;    ///< that gives the role, when it is held
  std::vector<core::Message> reasons;  ///< otherwise why not, for each entry of this person
};

/// When something was signed, as far as it is known.
struct SignedWhen {
  std::optional<core::Instant> proven;   ///< by a verified time-stamp
  std::optional<core::Instant> claimed;  ///< by the signer's clock
  core::Instant now{};
};

/// roles.json, docs/formats/trust.md. Whose it is, is another question: see role_signature.hpp.
class RoleRegister {
 public:
  static RoleRegister read(const std::filesystem::path& file);
  static RoleRegister parse(std::string_view json, std::string_view origin);
  /// The entry by which this certificate is in office at `when`, whoever delegated to it.
  [[nodiscard]] const RoleEntry* find(const Certificate& c, Role role, Place place, core::Instant when) const;
  /// In office at `when`, and, where the role is delegated, under an act in force whose author was in office.
  [[nodiscard]] RoleJudgement judge(const Certificate& c, Role role, Place place, core::Instant when) const;
  /// The same at the time of a signature: at the time-stamp, otherwise both at the claimed time and now. Held
  /// at the claimed time only, it may be an old signature or one of today with a wrong clock: unproven.
  [[nodiscard]] RoleJudgement judge_signature(const Certificate& c, Role role, Place place,
                                              const SignedWhen& when) const;
  /// "timestamps": "required" in the register: no seal or visa counts without a time-stamp.
  [[nodiscard]] bool timestamps_required() const noexcept { return timestamps_; }
  /// "signatures": 2 in the register: an approval is signed by as many persons at least; 1 otherwise.
  [[nodiscard]] int signatures_required() const noexcept { return signatures_; }
  /// The certificate is a producer's, on any platform: whose it is, not whether it is still in office.
  [[nodiscard]] bool is_producer(const Certificate& c) const;
  /// Roles in office at `when` of whoever works under this account, each once: what the journal says of an
  /// event that nobody signs. It gives no right.
  [[nodiscard]] std::vector<std::string> roles_of_login(std::string_view login, core::Instant when) const;
  /// Roles in office at `when` of this certificate, wherever, each once. It gives no right either.
  [[nodiscard]] std::vector<std::string> roles_of(const Certificate& c, core::Instant when) const;
  /// The entry of this id; nullptr when there is none.
  [[nodiscard]] const RoleEntry* by_id(std::string_view id) const;
  [[nodiscard]] const std::vector<RoleEntry>& entries() const noexcept { return entries_; }
  /// SHA-512 of the file as read: a visa cites it.
  [[nodiscard]] const core::Sha512& digest() const noexcept { return digest_; }

 private:
  void check_delegations(std::string_view origin) const;
  [[nodiscard]] std::vector<core::Message> defects(const RoleEntry& entry, Place place,
                                                   core::Instant when) const;
  std::vector<RoleEntry> entries_;
  bool timestamps_ = false;
  int signatures_ = 1;
  core::Sha512 digest_;
};

/// The bytes of a role register. Throws Error(Exit::configuration).
[[nodiscard]] std::string read_register_file(const std::filesystem::path& file);

}  // namespace versoir::trust

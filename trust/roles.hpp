// The role register: which certificate may do what, where and when. A signature says who; this says by what
// right.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "trust/certificate.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust {

enum class Role { producer, archivist, control_authority };
[[nodiscard]] std::string_view role_name(Role r) noexcept;

struct RoleEntry {
  Fingerprint certificate;
  std::string name;     ///< first name, name
  std::string quality;  ///< "archiviste de l'établissement"
  Role role = Role::archivist;
  std::vector<std::string> platforms;  ///< empty = all
  core::Instant from{}, to{};
};

/// roles.json: {"roles":[{"certificate":"<sha256
/// hex>","name":…,"quality":…,"role":"archivist","platforms":[…], "from":"…Z","to":"…Z"}],
/// "timestamps":"required"}; the last is optional
class RoleRegister {
 public:
  static RoleRegister read(const std::filesystem::path& file);
  static RoleRegister parse(std::string_view json, std::string_view origin);
  /// The entry that gives `role` to this certificate on `platform` at `when`.
  [[nodiscard]] const RoleEntry* find(const Certificate& c, Role role, std::string_view platform,
                                      core::Instant when) const;
  /// "timestamps": "required" in the register: no seal or visa counts without a time-stamp.
  [[nodiscard]] bool timestamps_required() const noexcept { return timestamps_; }
  /// The certificate is a producer's, on any platform: whose it is, not whether it is still in office.
  [[nodiscard]] bool is_producer(const Certificate& c) const;
  [[nodiscard]] const std::vector<RoleEntry>& entries() const noexcept { return entries_; }
  /// SHA-512 of the file as read: a visa cites it.
  [[nodiscard]] const core::Sha512& digest() const noexcept { return digest_; }

 private:
  std::vector<RoleEntry> entries_;
  bool timestamps_ = false;
  core::Sha512 digest_;
};

}  // namespace versoir::trust

// The role register at hand against the last one that the journal knows.
#include "cli/last_register.hpp"

#include "core/digest.hpp"
#include "trust/role_signature.hpp"
#include "trust/seal.hpp"

namespace versoir::cli {

std::optional<core::Message> older_register(Context& c, const sip::JournalTrail& trail) {
  const auto file = c.config().find_path("trust", "roles");
  const auto signers = c.roles_signers();
  if (!file || signers.empty()) return std::nullopt;
  const auto name = file->filename().string();
  std::error_code ec;
  if (!std::filesystem::exists(trust::seal_path(*file), ec)) return std::nullopt;  // told when it is read
  const auto* known = trail.last_register(name);
  if (!known || known->sha512 == core::digest_file(*file).sha512.hex()) return std::nullopt;
  const auto when = trust::register_signed_at(*file, signers, c.plain_trust_store(), c.clock);
  if (!when) return std::nullopt;  // its signature does not hold: told when it is read
  if (core::format_instant(*when) >= known->time) return std::nullopt;
  return core::msg("{0} was signed before the role register that the journal knows as the last one.", name);
}

}  // namespace versoir::cli

// The role register: strict reading, and the one question that is asked of it.
#include "trust/roles.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"

#include <algorithm>
#include <array>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::array<std::pair<Role, std::string_view>, 3> names{
    {{Role::producer, "producer"},
     {Role::archivist, "archivist"},
     {Role::control_authority, "control_authority"}}};

constexpr std::array<std::string_view, 7> members{"certificate", "name", "quality", "role",
                                                  "platforms",   "from", "to"};

Role parse_role(std::string_view text, std::string_view where) {
  for (const auto& [role, name] : names)
    if (name == text) return role;
  throw Error(Exit::configuration, msg("{0}: {1} is not a role.", where, text))
      .hint(msg("Roles are producer, archivist and control_authority."));
}

core::Instant parse_time(const Json& entry, const char* key, std::string_view where) {
  const auto text = core::json_string(entry, key, where, Exit::configuration);
  const auto instant = core::parse_instant(text);
  if (!instant)
    throw Error(Exit::configuration,
                msg("{0}: {1} is not a date and time such as 2026-01-01T00:00:00Z.", where, text));
  return *instant;
}

RoleEntry parse_entry(const Json& json, const std::string& where) {
  if (!json.is_object()) throw Error(Exit::configuration, msg("{0} is not an object.", where));
  // A misspelt "platforms" must not silently mean "all platforms".
  for (const auto& [key, value] : json.items())
    if (std::find(members.begin(), members.end(), key) == members.end())
      throw Error(Exit::configuration, msg("{0}: unknown member {1}.", where, key));
  RoleEntry entry;
  const auto hex = core::json_string(json, "certificate", where, Exit::configuration);
  const auto fingerprint = Fingerprint::from_hex(hex);
  if (!fingerprint)
    throw Error(Exit::configuration,
                msg("{0}: the certificate is not a SHA-256 in 64 lower-case hexadecimal digits.", where))
        .hint(msg("openssl x509 -in CERTIFICATE -outform DER | sha256sum gives it."));
  entry.certificate = *fingerprint;
  entry.name = core::json_string(json, "name", where, Exit::configuration);
  entry.quality = core::json_string(json, "quality", where, Exit::configuration);
  entry.role = parse_role(core::json_string(json, "role", where, Exit::configuration), where);
  if (const auto platforms = json.find("platforms"); platforms != json.end()) {
    if (!platforms->is_array())
      throw Error(Exit::configuration, msg("{0}: platforms is not a list of names.", where));
    for (const auto& p : *platforms) {
      if (!p.is_string())
        throw Error(Exit::configuration, msg("{0}: platforms is not a list of names.", where));
      entry.platforms.push_back(p.get<std::string>());
    }
  }
  entry.from = parse_time(json, "from", where);
  entry.to = parse_time(json, "to", where);
  if (entry.to < entry.from) throw Error(Exit::configuration, msg("{0} ends before it begins.", where));
  return entry;
}

}  // namespace

std::string_view role_name(Role r) noexcept {
  for (const auto& [role, name] : names)
    if (role == r) return name;
  return {};
}

RoleRegister RoleRegister::read(const std::filesystem::path& file) {
  std::string text;
  try {
    text = core::read_file(file, 16u << 20);
  } catch (const Error& e) {
    throw Error(Exit::configuration, msg("The role register {0} cannot be read.", file.string()))
        .because(e.message())
        .hint(msg("It says who may produce and who may approve; [trust] roles names it."));
  }
  return parse(text, file.string());
}

RoleRegister RoleRegister::parse(std::string_view json, std::string_view origin) {
  const Json document = core::parse_json(json, origin, Exit::configuration);
  if (!document.is_object() || !document.contains("roles") || !document.at("roles").is_array())
    throw Error(Exit::configuration, msg("{0} is not a role register: it has no list \"roles\".", origin));
  RoleRegister reg;
  // A misspelt "timestamps" must not silently mean that none are needed.
  for (const auto& [key, value] : document.items())
    if (key != "roles" && key != "timestamps")
      throw Error(Exit::configuration, msg("{0}: unknown member {1}.", origin, key));
  if (const auto stamps = document.find("timestamps"); stamps != document.end()) {
    if (*stamps != "required")
      throw Error(Exit::configuration, msg("{0}: timestamps can only be \"required\".", origin));
    reg.timestamps_ = true;
  }
  std::size_t number = 0;
  for (const auto& entry : document.at("roles"))
    reg.entries_.push_back(parse_entry(entry, fmt::format("{}, roles[{}]", origin, number++)));
  reg.digest_ = core::sha512(json);
  return reg;
}

bool RoleRegister::is_producer(const Certificate& c) const {
  const auto fingerprint = c.fingerprint();
  return std::any_of(entries_.begin(), entries_.end(), [&](const RoleEntry& e) {
    return e.role == Role::producer && e.certificate == fingerprint;
  });
}

const RoleEntry* RoleRegister::find(const Certificate& c, Role role, std::string_view platform,
                                    core::Instant when) const {
  const auto fingerprint = c.fingerprint();
  const auto holds = [&](const RoleEntry& e) {
    return e.certificate == fingerprint && e.role == role && e.from <= when && when <= e.to &&
           (e.platforms.empty() ||
            std::find(e.platforms.begin(), e.platforms.end(), platform) != e.platforms.end());
  };
  const auto found = std::find_if(entries_.begin(), entries_.end(), holds);
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace versoir::trust

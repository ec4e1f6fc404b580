// The role register: strict reading. role_judgement.cpp answers what is asked of it.
#include "trust/roles.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::array<std::pair<Role, std::string_view>, 4> names{
    {{Role::producer, "producer"},
     {Role::archivist, "archivist"},
     {Role::control_authority, "control_authority"},
     {Role::authority, "authority"}}};

constexpr std::array<std::string_view, 13> entry_members{
    "id",        "certificate", "subject", "issuer", "name",       "quality", "role",
    "platforms", "tenants",     "from",    "to",     "delegation", "logins"};
constexpr std::array<std::string_view, 4> delegation_members{"by", "act", "from", "to"};

Role parse_role(std::string_view text, std::string_view where) {
  for (const auto& [role, name] : names)
    if (name == text) return role;
  throw Error(Exit::configuration, msg("{0}: {1} is not a role.", where, text))
      .hint(msg("Roles are producer, archivist, control_authority and authority."));
}

core::Instant parse_time(const Json& entry, const char* key, std::string_view where) {
  const auto text = core::json_string(entry, key, where, Exit::configuration);
  const auto instant = core::parse_instant(text);
  if (!instant)
    throw Error(Exit::configuration,
                msg("{0}: {1} is not a date and time such as 2026-01-01T00:00:00Z.", where, text));
  return *instant;
}

/// A misspelt "platforms" must not silently mean "all platforms".
template <std::size_t N>
void require_known(const Json& object, const std::array<std::string_view, N>& known, std::string_view where) {
  for (const auto& [key, value] : object.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw Error(Exit::configuration, msg("{0}: unknown member {1}.", where, key));
}

std::string text_member(const Json& json, const char* key, const std::string& where) {
  return core::json_string(json, key, where, Exit::configuration);
}

std::vector<std::string> parse_names(const Json& json, const char* key, const std::string& where) {
  std::vector<std::string> list;
  const auto names_given = json.find(key);
  if (names_given == json.end()) return list;
  const auto wrong = [&] {
    return Error(Exit::configuration, msg("{0}: {1} is not a list of names.", where, key));
  };
  if (!names_given->is_array()) throw wrong();
  for (const auto& p : *names_given) {
    if (!p.is_string()) throw wrong();
    list.push_back(p.get<std::string>());
  }
  return list;
}

std::vector<std::int64_t> parse_tenants(const Json& json, const std::string& where) {
  std::vector<std::int64_t> list;
  const auto tenants = json.find("tenants");
  if (tenants == json.end()) return list;
  const auto wrong = [&] {
    return Error(Exit::configuration, msg("{0}: tenants is not a list of numbers.", where));
  };
  if (!tenants->is_array()) throw wrong();
  for (const auto& t : *tenants) {
    if (!t.is_number_unsigned()) throw wrong();
    list.push_back(t.get<std::int64_t>());
  }
  return list;
}

Delegation parse_delegation(const Json& json, const std::string& where) {
  if (!json.is_object()) throw Error(Exit::configuration, msg("{0} is not an object.", where));
  require_known(json, delegation_members, where);
  Delegation d{text_member(json, "by", where), text_member(json, "act", where),
               parse_time(json, "from", where), parse_time(json, "to", where)};
  if (d.act.empty()) throw Error(Exit::configuration, msg("{0}: the reference of the act is empty.", where));
  if (d.to < d.from) throw Error(Exit::configuration, msg("{0} ends before it begins.", where));
  return d;
}

/// By its certificate, or by the names that every certificate of this person bears; an authority by neither.
void parse_identity(const Json& json, RoleEntry& entry, const std::string& where) {
  const bool named = json.contains("subject") || json.contains("issuer");
  if (json.contains("certificate")) {
    if (named)
      throw Error(Exit::configuration,
                  msg("{0}: give the certificate, or subject and issuer, not both.", where));
    entry.certificate = Fingerprint::from_hex(text_member(json, "certificate", where));
    if (!entry.certificate)
      throw Error(Exit::configuration,
                  msg("{0}: the certificate is not a SHA-256 in 64 lower-case hexadecimal digits.", where))
          .hint(msg("openssl x509 -in CERTIFICATE -outform DER | sha256sum gives it."));
  } else if (named || entry.role != Role::authority) {
    entry.subject = text_member(json, "subject", where);
    entry.issuer = text_member(json, "issuer", where);
    if (entry.subject.empty() || entry.issuer.empty())
      throw Error(Exit::configuration, msg("{0}: subject or issuer is empty.", where));
  }
}

RoleEntry parse_entry(const Json& json, const std::string& where) {
  if (!json.is_object()) throw Error(Exit::configuration, msg("{0} is not an object.", where));
  require_known(json, entry_members, where);
  RoleEntry entry;
  entry.role = parse_role(text_member(json, "role", where), where);
  parse_identity(json, entry, where);
  if (json.contains("id")) entry.id = text_member(json, "id", where);
  entry.name = text_member(json, "name", where);
  entry.quality = text_member(json, "quality", where);
  entry.logins = parse_names(json, "logins", where);
  entry.platforms = parse_names(json, "platforms", where);
  entry.tenants = parse_tenants(json, where);
  entry.from = parse_time(json, "from", where);
  entry.to = parse_time(json, "to", where);
  if (entry.to < entry.from) throw Error(Exit::configuration, msg("{0} ends before it begins.", where));
  if (const auto delegation = json.find("delegation"); delegation != json.end())
    entry.delegation = parse_delegation(*delegation, where + ", delegation");
  return entry;
}

}  // namespace

std::string_view role_name(Role r) noexcept {
  for (const auto& [role, name] : names)
    if (role == r) return name;
  return {};
}

std::string read_register_file(const std::filesystem::path& file) {
  try {
    return core::read_file(file, 16u << 20);
  } catch (const Error& e) {
    throw Error(Exit::configuration, msg("The role register {0} cannot be read.", file.string()))
        .because(e.message())
        .hint(msg("It says who may produce and who may approve; [trust] roles names it."));
  }
}

RoleRegister RoleRegister::read(const std::filesystem::path& file) {
  return parse(read_register_file(file), file.string());
}

RoleRegister RoleRegister::parse(std::string_view json, std::string_view origin) {
  const Json document = core::parse_json(json, origin, Exit::configuration);
  if (!document.is_object() || !document.contains("roles") || !document.at("roles").is_array())
    throw Error(Exit::configuration, msg("{0} is not a role register: it has no list \"roles\".", origin));
  RoleRegister reg;
  // A misspelt "timestamps" must not silently mean that none are needed.
  for (const auto& [key, value] : document.items())
    if (key != "roles" && key != "timestamps" && key != "signatures")
      throw Error(Exit::configuration, msg("{0}: unknown member {1}.", origin, key));
  if (const auto stamps = document.find("timestamps"); stamps != document.end()) {
    if (*stamps != "required")
      throw Error(Exit::configuration, msg("{0}: timestamps can only be \"required\".", origin));
    reg.timestamps_ = true;
  }
  if (const auto signatures = document.find("signatures"); signatures != document.end()) {
    if (*signatures != 1 && *signatures != 2)
      throw Error(Exit::configuration, msg("{0}: signatures can only be 1 or 2.", origin));
    reg.signatures_ = signatures->get<int>();
  }
  std::size_t number = 0;
  for (const auto& entry : document.at("roles"))
    reg.entries_.push_back(parse_entry(entry, fmt::format("{}, roles[{}]", origin, number++)));
  reg.check_delegations(origin);
  reg.digest_ = core::sha512(json);
  return reg;
}

/// A delegation that leads nowhere, in circles or to another role would never hold: better told at once.
void RoleRegister::check_delegations(std::string_view origin) const {
  std::set<std::string_view> ids;
  for (const auto& e : entries_)
    if (!e.id.empty() && !ids.insert(e.id).second)
      throw Error(Exit::configuration, msg("{0}: two roles have the id {1}.", origin, e.id));
  for (const auto& e : entries_) {
    std::set<const RoleEntry*> seen{&e};
    for (const auto* at = &e; at->delegation;) {
      const auto* by = by_id(at->delegation->by);
      if (!by)
        throw Error(Exit::configuration, msg("{0}: {1} acts by delegation of {2}, and no role has that id.",
                                             origin, at->name, at->delegation->by));
      if (by->role != at->role && by->role != Role::authority)
        throw Error(Exit::configuration, msg("{0}: {1} cannot delegate to {2} a role that is not theirs.",
                                             origin, by->name, at->name));
      if (!seen.insert(by).second)
        throw Error(Exit::configuration, msg("{0}: the delegation to {1} goes in circles.", origin, e.name));
      at = by;
    }
  }
}

}  // namespace versoir::trust

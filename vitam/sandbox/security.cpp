// See security.hpp. VITAM says 401 for every refusal of the chain; the reason is in the description.
#include "vitam/sandbox/security.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "trust/certificate.hpp"
#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/endpoints.hpp"

#include <algorithm>
#include <initializer_list>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;
using core::ServerRequest;
using core::ServerResponse;
using core::text_of;

namespace {

Json records_of(const fs::path& file) {
  auto text = core::read_file(file);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  auto json = core::parse_json(text, file.string(), Exit::configuration);
  if (json.is_object()) json = Json::array({json});
  const bool objects =
      json.is_array() && std::ranges::all_of(json, [](const Json& one) { return one.is_object(); });
  if (!objects) throw Error(Exit::configuration, msg("{0}: an array of objects is expected.", file.string()));
  return json;
}

std::map<std::string, Json> by_identifier(const fs::path& folder, std::initializer_list<const char*> names) {
  std::map<std::string, Json> all;
  for (const auto* name : names) {
    if (!fs::exists(folder / name)) continue;
    const auto records = records_of(folder / name);
    for (const auto& one : records)
      all.insert_or_assign(text_of(one, "Identifier", text_of(one, "Name")), one);
    return all;
  }
  return all;
}

/// What a record of certificates.json designates.
std::string fingerprint_in(const Json& record, const fs::path& folder) {
  const auto file = fs::path(text_of(record, "File")).filename();
  if (!file.empty())
    return trust::Certificate::list_from_pem_file(folder / "certificates" / file).at(0).fingerprint().hex();
  auto text = text_of(record, "Sha256");
  std::erase(text, ':');
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool is_true(const Json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end()) return false;
  return at->is_boolean() ? at->get<bool>()
                          : text_of(object, key) == "true" || text_of(object, key) == "TRUE";
}

bool lists(const Json& object, const char* key, std::string_view value) {
  const auto at = object.find(key);
  return at != object.end() && at->is_array() &&
         std::ranges::any_of(*at, [&](const Json& one) { return one == value; });
}

bool lists_something(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_array() && !at->empty();
}

const Json* of_tenant(const Json& context, std::int64_t tenant) {
  const auto permissions = context.find("Permissions");
  if (permissions == context.end() || !permissions->is_array()) return nullptr;
  for (const auto& one : *permissions)
    if (one.is_object() && one.contains("tenant") && one["tenant"] == tenant) return &one;
  return nullptr;
}

}  // namespace

Security Security::read(const fs::path& folder) {
  Security s;
  const auto file = folder / "certificates.json";
  s.in_force_ = fs::exists(file);
  if (!s.in_force_) return s;
  const auto records = records_of(file);
  for (const auto& record : records) {
    const auto fingerprint = fingerprint_in(record, folder), context = text_of(record, "ContextId");
    if (fingerprint.size() != 64 || context.empty())
      throw Error(Exit::configuration,
                  msg("{0}: a certificate has no ContextId, or neither Sha256 nor File.", file.string()));
    s.identities_[fingerprint] = {context, text_of(record, "CertificateStatus", "VALID") == "VALID"};
  }
  s.contexts_ = by_identifier(folder, {"context.json", "contexts.json"});
  s.profiles_ = by_identifier(folder, {"securityprofiles.json", "security-profiles.json"});
  return s;
}

std::string Security::context_of(const ServerRequest& request) const {
  const auto at = identities_.find(request.client_fingerprint);
  return at == identities_.end() ? std::string() : at->second.context;
}

std::optional<ServerResponse> Security::refuse(const ServerRequest& request, std::int64_t tenant) const {
  if (!in_force_) return std::nullopt;
  const auto identity = identities_.find(request.client_fingerprint);
  if (identity == identities_.end()) return unauthorized("Certificate unknown");
  if (!identity->second.valid) return unauthorized("Certificate revoked or expired");
  const auto context = contexts_.find(identity->second.context);
  if (context == contexts_.end()) return unauthorized("Context " + identity->second.context + " unknown");
  if (text_of(context->second, "Status", "ACTIVE") != "ACTIVE")
    return unauthorized("Context " + identity->second.context + " inactive");
  if (auto refused = refuse_by_profile(context->second, request)) return refused;
  return refuse_by_contracts(context->second, request, tenant);
}

std::optional<ServerResponse> Security::refuse_by_profile(const Json& context,
                                                          const ServerRequest& request) const {
  const auto* endpoint = endpoint_of(request);
  if (!endpoint) return std::nullopt;
  const auto name = text_of(context, "SecurityProfile");
  const auto profile = profiles_.find(name);
  if (profile == profiles_.end()) return unauthorized("Security profile " + name + " unknown");
  if (is_true(profile->second, "FullAccess") || lists(profile->second, "Permissions", endpoint->permission))
    return std::nullopt;
  return unauthorized("Permission " + std::string(endpoint->permission) + " not in security profile " + name);
}

std::optional<ServerResponse> Security::refuse_by_contracts(const Json& context, const ServerRequest& request,
                                                            std::int64_t tenant) {
  if (!is_true(context, "EnableControl")) return std::nullopt;
  const auto* allowed = of_tenant(context, tenant);
  if (!allowed) return unauthorized("Tenant " + std::to_string(tenant) + " not in context");
  const auto path = path_of(request);
  if (path.starts_with("/ingest-external/") && !lists_something(*allowed, "IngestContracts"))
    return unauthorized("No ingest contract for tenant " + std::to_string(tenant) + " in context");
  const auto contract = header_of(request, "X-Access-Contract-Id");
  if (path.starts_with("/access-external/") && !lists(*allowed, "AccessContracts", contract))
    return unauthorized("Access contract " + contract + " not in context");
  return std::nullopt;
}

}  // namespace versoir::vitam::sandbox

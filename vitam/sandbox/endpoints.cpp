// See endpoints.hpp. Permissions: those of VITAM 7.0.1 that concern a depositor.
#include "vitam/sandbox/endpoints.hpp"

#include "core/json.hpp"
#include "vitam/sandbox/answers.hpp"

#include <algorithm>
#include <array>

namespace versoir::vitam::sandbox {

using core::Json;

namespace {

constexpr std::string_view ingest = "ingest-external/v1", admin = "admin-external/v1",
                           access = "access-external/v1", access2 = "access-external/v2";
constexpr std::string_view json = "application/json", bytes = "application/octet-stream";

constexpr std::array endpoints{
    Endpoint{"POST", ingest, "/ingests", "ingests:create", bytes, bytes},
    Endpoint{"POST", ingest, "/ingests", "ingests:local:create", json, bytes},
    Endpoint{"GET", ingest, "/ingests/{id}/archivetransferreply", "ingests:id:archivetransfertreply:read", "",
             bytes},
    Endpoint{"GET", ingest, "/ingests/{id}/manifests", "ingests:id:manifests:read", "", bytes},
    Endpoint{"GET", admin, "/operations", "operations:read", json, json},
    Endpoint{"HEAD", admin, "/operations/{id}", "operations:id:read:status", "", json},
    Endpoint{"GET", admin, "/operations/{id}", "operations:id:read", json, json},
    Endpoint{"PUT", admin, "/operations/{id}", "operations:id:update", json, json},
    Endpoint{"DELETE", admin, "/operations/{id}", "operations:id:delete", json, json},
    Endpoint{"GET", admin, "/workflows", "workflows:read", json, json},
    Endpoint{"POST", admin, "/agencies", "agencies:create", bytes, json},
    Endpoint{"POST", admin, "/rules", "rules:create", bytes, json},
    Endpoint{"POST", admin, "/ingestcontracts", "ingestcontracts:create:json", json, json},
    Endpoint{"POST", admin, "/accesscontracts", "accesscontracts:create:json", json, json},
    Endpoint{"POST", admin, "/managementcontracts", "managementcontracts:create:json", json, json},
    Endpoint{"POST", admin, "/contexts", "contexts:create:json", json, json},
    Endpoint{"POST", admin, "/securityprofiles", "securityprofiles:create:json", json, json},
    Endpoint{"POST", admin, "/profiles", "profiles:create:json", json, json},
    Endpoint{"PUT", admin, "/profiles/{id}", "profiles:create:binary", bytes, json},
    Endpoint{"POST", admin, "/archiveunitprofiles", "archiveunitprofiles:create:json", json, json},
    Endpoint{"POST", admin, "/ontologies", "ontologies:create:json", json, json},
    Endpoint{"GET", admin, "/agencies", "agencies:read", json, json},
    Endpoint{"GET", admin, "/agencies/{id}", "agencies:id:read", "", json},
    Endpoint{"GET", admin, "/rules", "rules:read", json, json},
    Endpoint{"GET", admin, "/rules/{id}", "rules:id:read", "", json},
    Endpoint{"GET", admin, "/formats", "formats:read", json, json},
    Endpoint{"GET", admin, "/formats/{id_path}", "formats:id:read", "", json},
    Endpoint{"GET", admin, "/ingestcontracts", "ingestcontracts:read", json, json},
    Endpoint{"GET", admin, "/ingestcontracts/{id}", "ingestcontracts:id:read", "", json},
    Endpoint{"GET", admin, "/accesscontracts", "accesscontracts:read", json, json},
    Endpoint{"GET", admin, "/accesscontracts/{id}", "accesscontracts:id:read", "", json},
    Endpoint{"GET", admin, "/managementcontracts", "managementcontracts:read", json, json},
    Endpoint{"GET", admin, "/managementcontracts/{id}", "managementcontracts:id:read", "", json},
    Endpoint{"GET", admin, "/profiles", "profiles:read", json, json},
    Endpoint{"GET", admin, "/profiles/{id}", "profiles:id:read:json", "", json},
    Endpoint{"GET", admin, "/profiles/{id}", "profiles:id:read:binary", "", bytes},
    Endpoint{"GET", admin, "/archiveunitprofiles", "archiveunitprofiles:read", json, json},
    Endpoint{"GET", admin, "/archiveunitprofiles/{id}", "archiveunitprofiles:id:read:json", "", json},
    Endpoint{"GET", admin, "/ontologies", "ontologies:read", json, json},
    Endpoint{"GET", admin, "/ontologies/{id}", "ontologies:id:read:json", "", json},
    Endpoint{"GET", admin, "/contexts", "contexts:read", json, json},
    Endpoint{"GET", admin, "/contexts/{id}", "contexts:id:read", "", json},
    Endpoint{"GET", admin, "/securityprofiles", "securityprofiles:read", json, json},
    Endpoint{"GET", admin, "/securityprofiles/{id}", "securityprofiles:id:read", "", json},
    Endpoint{"GET", admin, "/accessionregisters", "accessionregisters:read", json, json},
    Endpoint{"GET", admin, "/accessionregisterdetails", "accessionregisterdetails:read", json, json},
    Endpoint{"GET", admin, "/accessionregisters/{id}/accessionregisterdetails",
             "accessionregisters:id:accessionregisterdetails:read", json, json},
    Endpoint{"GET", access, "/logbookoperations", "logbookoperations:read", json, json},
    Endpoint{"GET", access, "/logbookoperations/{id}", "logbookoperations:id:read", json, json},
    Endpoint{"GET", access, "/logbookunitlifecycles/{id}", "logbookunitlifecycles:id:read", json, json},
    Endpoint{"GET", access, "/logbookobjectslifecycles/{id}", "logbookobjectslifecycles:id:read", json, json},
    Endpoint{"GET", access, "/units", "units:read", json, json},
    Endpoint{"GET", access, "/unitsWithInheritedRules", "unitsWithInheritedRules:read", json, json},
    Endpoint{"GET", access, "/units/{id}", "units:id:read:json", json, json},
    Endpoint{"GET", access, "/units/{id}/objects", "units:id:objects:read:json", json, json},
    Endpoint{"GET", access, "/units/{id}/objects", "units:id:objects:read:binary", json, bytes},
    Endpoint{"GET", access, "/objects", "objects:read", json, json},
    // The names of these three permissions are not in the version that was read.
    Endpoint{"POST", access, "/units/{id}/objects/accessRequests", "units:id:objects:accessrequests:create",
             json, json},
    Endpoint{"GET", access, "/accessRequests", "accessrequests:check", json, json},
    Endpoint{"DELETE", access, "/accessRequests", "accessrequests:remove", json, json},
    Endpoint{"POST", access, "/dipexport", "dipexport:create", json, json},
    Endpoint{"POST", access2, "/dipexport", "dipexportv2:create", json, json},
    Endpoint{"GET", access, "/dipexport/{id}/dip", "dipexport:id:dip:read", "", bytes}};

std::string_view segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto one = path.substr(0, path.find('/'));
  path.remove_prefix(one.size());
  return one;
}

bool fits(std::string_view pattern, std::string_view path) {
  while (pattern.starts_with('/') && path.starts_with('/')) {
    if (pattern == "/{id_path}") return path.size() > 1;
    const auto wanted = segment(pattern), given = segment(path);
    if (wanted == "{id}" ? given.empty() : wanted != given) return false;
  }
  return pattern.empty() && path.empty();
}

/// What follows "/<base>", nullopt when the path is not under it.
std::optional<std::string_view> under(std::string_view path, std::string_view base) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  if (!path.starts_with(base)) return std::nullopt;
  path.remove_prefix(base.size());
  return path.empty() || path.front() == '/' ? std::optional(path) : std::nullopt;
}

/// Two endpoints can differ by what they take or give only.
bool media_fit(const Endpoint& e, const core::ServerRequest& r) {
  if (e.path == "/ingests") return header_of(r, "Content-Type").starts_with(json) == (e.consumes == json);
  const bool wants_bytes = header_of(r, "Accept") == bytes;
  return e.produces.empty() || e.method != "GET" || wants_bytes == (e.produces == bytes);
}

}  // namespace

const Endpoint* endpoint_of(const core::ServerRequest& r) {
  const Endpoint* other_media = nullptr;
  for (const auto& e : endpoints) {
    const auto path = under(path_of(r), e.base);
    if (e.method != r.method || !path || !fits(e.path, *path)) continue;
    if (media_fit(e, r)) return &e;
    if (!other_media) other_media = &e;
  }
  return other_media;
}

std::optional<core::ServerResponse> answer_options(const core::ServerRequest& r) {
  if (r.method != "OPTIONS") return std::nullopt;
  for (const auto base : {ingest, admin, access, access2}) {
    const auto path = under(path_of(r), base);
    if (!path || (!path->empty() && *path != "/")) continue;
    Json list = Json::array();
    for (const auto& e : endpoints) {
      if (e.base != base) continue;
      const auto media = [](std::string_view one) {
        return one.empty() ? Json::array() : Json::array({one});
      };
      list.push_back({{"permission", e.permission},
                      {"verb", e.method},
                      {"endpoint", '/' + std::string(base) + std::string(e.path)},
                      {"consumedMediaTypes", media(e.consumes)},
                      {"producedMediaTypes", media(e.produces)}});
    }
    return json_answer(200, list);
  }
  return std::nullopt;
}

}  // namespace versoir::vitam::sandbox

// See referential_import.hpp. VITAM's manners: agencies and rules are replaced as a whole, the rest is added.
#include "vitam/sandbox/referential_import.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/sanity.hpp"
#include "vitam/sandbox/security.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::Error;
using core::Json;
using core::ServerResponse;
using core::text_of;

namespace {

constexpr std::string_view referential_service = "admin-external";

struct Imported {
  std::string_view name;  ///< in addresses
  /// The second is taken when it is there; the first is made.
  std::array<const char*, 2> files;
  const char* prefix;  ///< of identifiers that the platform gives; nullptr for CSV
};
constexpr std::array<Imported, 9> imports{
    {{"agencies", {"agencies.csv", ""}, nullptr},
     {"rules", {"rules.csv", ""}, nullptr},
     {"ingestcontracts", {"ingestcontracts.json", "ingest-contracts.json"}, "IC"},
     {"accesscontracts", {"accesscontracts.json", "access-contracts.json"}, "AC"},
     {"managementcontracts", {"management-contracts.json", "managementcontracts.json"}, "MC"},
     {"contexts", {"context.json", "contexts.json"}, "CT"},
     {"securityprofiles", {"securityprofiles.json", "security-profiles.json"}, "SEC_PROFILE"},
     {"profiles", {"profiles.json", ""}, "PR"},
     {"archiveunitprofiles", {"archive-unit-profiles.json", "archiveunitprofiles.json"}, "AUP"}}};

ServerResponse import_refused(const std::string& why) {
  return vitam_error(400, "020120", referential_service, "Business", why);
}

ServerResponse created(Json records) { return json_answer(201, results(201, std::move(records))); }

/// "" when it can be added to `known`, else why not. A record without identifier gets one.
std::string add_record(Json& record, Json& known, const char* prefix) {
  if (!record.is_object()) return "an array of objects is expected";
  if (text_of(record, "Name").empty()) return "the field Name is mandatory";
  auto id = text_of(record, "Identifier");
  const auto taken = [&](const std::string& wanted) {
    return std::ranges::any_of(known, [&](const Json& one) { return text_of(one, "Identifier") == wanted; });
  };
  if (!id.empty() && taken(id)) return "the identifier " + id + " exists already";
  for (std::size_t number = 1; id.empty(); ++number)
    if (auto next = fmt::format("{}-{:06}", prefix, number); !taken(next)) id = std::move(next);
  record["Identifier"] = id;
  if (!record.contains("Status")) record["Status"] = "INACTIVE";  // VITAM's default
  known.push_back(record);
  return {};
}

std::string reason_of(const Error& e) {
  std::string text = e.message().english();
  for (const auto& cause : e.causes()) text += ' ' + cause.english();
  return text;
}

}  // namespace

std::optional<ServerResponse> ReferentialImport::answer(const core::ServerRequest& request) {
  constexpr std::string_view base = "/admin-external/v1/";
  const auto path = path_of(request);
  const auto profile = id_in(path, "/admin-external/v1/profiles/", "");
  const bool grammar = request.method == "PUT" && profile;
  if (!grammar && (request.method != "POST" || !path.starts_with(base))) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  if (grammar) return import_grammar(*profile, body_of(request));
  const auto at = std::ranges::find(imports, path.substr(base.size()), &Imported::name);
  if (at == imports.end()) return std::nullopt;
  const auto* type = at->prefix ? "application/json" : "application/octet-stream";
  if (header_of(request, "Content-Type").substr(0, std::string_view(type).size()) != type)
    return vitam_error(415, "000200", referential_service, "Network",
                       std::string("only ") + type + " is taken");
  const bool other_name =
      at->files[1][0] != '\0' && !fs::exists(folder_ / at->files[0]) && fs::exists(folder_ / at->files[1]);
  const std::string file = at->files[other_name ? 1 : 0];
  const auto content = body_of(request);
  return at->prefix ? import_json(file, at->prefix, content) : import_csv(file, content);
}

ServerResponse ReferentialImport::import_csv(const std::string& file, const std::string& content) {
  try {
    try_out(file, content);
  } catch (const Error& e) {
    return import_refused(reason_of(e));
  }
  store(file, content);
  return created(Json::array());
}

ServerResponse ReferentialImport::import_json(const std::string& file, const char* prefix,
                                              const std::string& content) {
  Json known = Json::array(), added;
  try {
    if (fs::exists(folder_ / file)) known = core::read_json(folder_ / file);
    if (known.is_object()) known = Json::array({known});
    added = core::parse_json(content, "body");
    if (!added.is_array()) return import_refused("an array of objects is expected");
    for (auto& record : added)
      if (auto why = add_record(record, known, prefix); !why.empty()) return import_refused(why);
    try_out(file, core::pretty_json(known));
  } catch (const Error& e) {
    return import_refused(reason_of(e));
  }
  store(file, core::pretty_json(known));
  return created(std::move(added));
}

ServerResponse ReferentialImport::import_grammar(const std::string& identifier, const std::string& content) {
  const auto file = folder_ / "profiles.json";
  auto profiles = fs::exists(file) ? core::read_json(file) : Json::array();
  if (profiles.is_object()) profiles = Json::array({profiles});
  const auto at = std::ranges::find_if(
      profiles, [&](const Json& one) { return text_of(one, "Identifier") == identifier; });
  if (at == profiles.end() || !is_safe_name(identifier))
    return vitam_error(404, "020122", referential_service, "IO", "not found");
  const auto name = identifier + (text_of(*at, "Format") == "XSD" ? ".xsd" : ".rng");
  (*at)["Path"] = name;
  fs::create_directories(folder_ / "profiles");
  core::write_file(folder_ / "profiles" / name, content);
  store("profiles.json", core::pretty_json(profiles));
  return created(Json::array());
}

void ReferentialImport::try_out(const std::string& file, const std::string& content) const {
  const core::TemporaryDirectory as_it_would_be;
  for (const auto& entry : fs::directory_iterator(folder_))
    if (entry.path().filename() != file)
      fs::create_symlink(fs::absolute(entry.path()), as_it_would_be.path() / entry.path().filename());
  core::write_file(as_it_would_be.path() / file, content);
  static_cast<void>(check::Referentials::read(as_it_would_be.path()));
  static_cast<void>(Security::read(as_it_would_be.path()));
}

void ReferentialImport::store(const std::string& file, const std::string& content) {
  core::write_file(folder_ / file, content);
  imported_();
}

}  // namespace versoir::vitam::sandbox

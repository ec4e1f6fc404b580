// Import files turned back into the records that the platform answers.
#include "vitam/sandbox/referential_service.hpp"

#include "core/csv.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <vector>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::Json;
using core::ServerRequest;
using core::ServerResponse;

namespace {

struct Collection {
  std::string_view name;  ///< in addresses
  const char* key;        ///< what {identifier} is compared with
  std::array<const char*, 2> files;
};
constexpr std::array<Collection, 11> collections{
    {{"agencies", "Identifier", {"agencies.csv", ""}},
     {"rules", "RuleId", {"rules.csv", ""}},
     {"ingestcontracts", "Identifier", {"ingestcontracts.json", "ingest-contracts.json"}},
     {"accesscontracts", "Identifier", {"accesscontracts.json", "access-contracts.json"}},
     {"managementcontracts", "Identifier", {"management-contracts.json", "managementcontracts.json"}},
     {"profiles", "Identifier", {"profiles.json", ""}},
     {"archiveunitprofiles", "Identifier", {"archive-unit-profiles.json", "archiveunitprofiles.json"}},
     {"ontologies", "Identifier", {"ontology.json", "ontologies.json"}},
     {"contexts", "Identifier", {"context.json", "contexts.json"}},
     {"securityprofiles", "Identifier", {"securityprofiles.json", "security-profiles.json"}},
     {"formats", "PUID", {"formats/formats.tsv", ""}}}};

Json records_of_csv(const std::string& text, const fs::path& file) {
  core::CsvReader reader(text, file.string());
  Json records = Json::array();
  std::vector<std::optional<std::string>> header, row;
  if (!reader.next(header)) return records;
  while (reader.next(row)) {
    Json record = Json::object();
    for (std::size_t i = 0; i < std::min(header.size(), row.size()); ++i)
      if (row[i] && header[i]) record[*header[i]] = *row[i];
    records.push_back(std::move(record));
  }
  return records;
}

Json records_of_tsv(const std::string& text) {
  Json records = Json::array();
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string puid, mime, name;
    std::getline(fields, puid, '\t');
    std::getline(fields, mime, '\t');
    std::getline(fields, name, '\t');
    records.push_back({{"PUID", puid}, {"MimeType", mime}, {"Name", name}});
  }
  return records;
}

Json read_records(const fs::path& file) {
  auto text = core::read_file(file);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (file.extension() == ".csv") return records_of_csv(text, file);
  if (file.extension() == ".tsv") return records_of_tsv(text);
  auto json = core::parse_json(text, file.string());
  return json.is_array() ? json : Json::array({json});
}

ServerResponse answer_json(int status, const Json& body) {
  ServerResponse r;
  r.status = status;
  r.headers["Content-Type"] = "application/json";
  r.body = body.dump();
  return r;
}

ServerResponse absent() {
  return answer_json(404, {{"httpCode", 404},
                           {"code", "020122"},
                           {"context", "admin-external"},
                           {"state", "IO"},
                           {"message", "not found"},
                           {"description", "not found"}});
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && core::hex_digit(text[i + 1]) >= 0 &&
                         core::hex_digit(text[i + 2]) >= 0;
    out += escaped ? static_cast<char>(core::hex_digit(text[i + 1]) * 16 + core::hex_digit(text[i + 2]))
                   : text[i];
    if (escaped) i += 2;
  }
  return out;
}

std::size_t filter_of(const Json& query, const char* key, std::size_t otherwise) {
  const auto filter = query.find("$filter");
  if (filter == query.end() || !filter->is_object()) return otherwise;
  const auto at = filter->find(key);
  return at != filter->end() && at->is_number_unsigned() ? at->get<std::size_t>() : otherwise;
}

/// By one field, as $orderby says.
void order(Json& records, const Json& query) {
  const auto filter = query.find("$filter");
  if (filter == query.end() || !filter->is_object()) return;
  const auto by = filter->find("$orderby");
  if (by == filter->end() || !by->is_object() || by->empty()) return;
  const auto& field = by->begin().key();
  const bool descending = *by->begin() == -1;
  std::ranges::stable_sort(records.get_ref<Json::array_t&>(), [&](const Json& a, const Json& b) {
    return descending ? core::text_of(b, field.c_str()) < core::text_of(a, field.c_str())
                      : core::text_of(a, field.c_str()) < core::text_of(b, field.c_str());
  });
}

/// A select without condition: limit, offset and order are the only part of the query that is looked at.
ServerResponse select(Json records, const ServerRequest& request) {
  const auto body = request.body_file.empty() ? request.body : core::read_file(request.body_file, 1u << 20);
  Json query;
  try {
    query = core::parse_json(body, "query");
  } catch (const core::Error&) {
  }
  if (!query.is_object() || !query.contains("$query"))
    return answer_json(412, {{"httpCode", 412}, {"code", "020121"}, {"description", "$query is missing"}});
  order(records, query);
  const auto offset = std::min(filter_of(query, "$offset", 0), records.size());
  const auto limit = std::min(filter_of(query, "$limit", 10'000), records.size() - offset);
  Json page = Json::array();
  for (std::size_t i = 0; i < limit; ++i) page.push_back(std::move(records[offset + i]));
  return answer_json(
      200, {{"httpCode", 200},
            {"$hits", {{"total", records.size()}, {"offset", offset}, {"limit", limit}, {"size", limit}}},
            {"$results", std::move(page)},
            {"$context", query}});
}

ServerResponse one(const fs::path& folder, const Collection& collection, const Json& records,
                   std::string_view identifier, bool content) {
  const auto found = std::ranges::find_if(records, [&](const Json& record) {
    return record.is_object() && core::text_of(record, collection.key) == identifier;
  });
  if (found == records.end()) return absent();
  if (!content)
    return answer_json(200, {{"httpCode", 200},
                             {"$hits", {{"total", 1}, {"offset", 0}, {"limit", 1}, {"size", 1}}},
                             {"$results", Json::array({*found})},
                             {"$context", Json::object()}});
  const auto name = fs::path(core::text_of(*found, "Path")).filename();
  const auto file = folder / "profiles" / name;
  if (collection.name != "profiles" || name.empty() || !fs::is_regular_file(file)) return absent();
  ServerResponse r;
  r.headers["Content-Type"] = "application/octet-stream";
  r.body = core::read_file(file);
  return r;
}

}  // namespace

std::optional<ServerResponse> answer_referential(const fs::path& folder, const ServerRequest& request) {
  constexpr std::string_view base = "/admin-external/v1/";
  auto path = std::string_view(request.target);
  path = path.substr(0, path.find('?'));
  if (!path.starts_with(base)) return std::nullopt;
  path.remove_prefix(base.size());
  const auto slash = path.find('/');
  const auto name = path.substr(0, slash);
  const auto found = std::ranges::find(collections, name, &Collection::name);
  if (found == collections.end()) return std::nullopt;
  if (request.method != "GET")
    return answer_json(405, {{"httpCode", 405}, {"description", "method not allowed"}});
  for (const auto* file : found->files) {
    if (!*file || !fs::exists(folder / file)) continue;
    auto records = read_records(folder / file);
    if (slash == std::string_view::npos) return select(std::move(records), request);
    const auto accept = request.headers.find("Accept");
    const bool content = accept != request.headers.end() && accept->second == "application/octet-stream";
    return one(folder, *found, records, percent_decoded(path.substr(slash + 1)), content);
  }
  return absent();
}

bool knows_access_contract(const fs::path& folder, std::string_view identifier) {
  const auto file = folder / "accesscontracts.json";
  if (!fs::exists(file)) return true;
  return std::ranges::any_of(read_records(file), [&](const Json& record) {
    return record.is_object() && core::text_of(record, "Identifier") == identifier &&
           core::text_of(record, "Status", "ACTIVE") == "ACTIVE";
  });
}

}  // namespace versoir::vitam::sandbox

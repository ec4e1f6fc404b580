// See access.hpp.
#include "vitam/sandbox/access.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "vitam/sandbox/access_json.hpp"
#include "vitam/sandbox/access_query.hpp"
#include "vitam/sandbox/access_rules.hpp"
#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/dsl.hpp"

#include <algorithm>
#include <charconv>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::Json;
using core::ServerRequest;
using core::ServerResponse;
using core::text_of;

namespace {

constexpr std::string_view access_service = "access-external";
constexpr std::string_view octets = "application/octet-stream";

/// The one segment of `path` between the two, when it has this shape.
std::optional<std::string> between(std::string_view path, std::string_view before, std::string_view after) {
  if (!path.starts_with(before) || !path.ends_with(after) || path.size() <= before.size() + after.size())
    return std::nullopt;
  std::string id(path.substr(before.size(), path.size() - before.size() - after.size()));
  return id.find('/') == std::string::npos ? std::optional(id) : std::nullopt;
}

std::vector<std::string> texts_in(const Json& object, const char* key) {
  std::vector<std::string> out;
  const auto at = object.find(key);
  if (at != object.end() && at->is_array())
    for (const auto& item : *at)
      if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

ServerResponse not_shown(std::string_view code, std::string_view what) {
  return vitam_error(404, code, access_service, "IO", what);
}

ServerResponse unauthorised(std::string_view why) {
  return vitam_error(401, "020103", access_service, "Security", why);
}

ServerResponse invalid_query(const InvalidQuery& e) {
  return vitam_error(400, "000601", access_service, "Validation", e.what());
}

Json life_cycle_event(const Json& record, const std::string& type, bool main) {
  const auto name = main ? type : "LFC." + type;
  return {{"evType", name},
          {"evDateTime", text_of(record, "#approximate_creation_date")},
          {"evIdProc", text_of(record, "#opi")},
          {"evTypeProc", "INGEST"},
          {"outcome", "OK"},
          {"outDetail", name + ".OK"},
          {"outMessg", name},
          {"obId", text_of(record, "#id")},
          {"evDetData", ""}};
}

/// The fields of a dipexport v2, or those of v1: a query alone.
DipOrder dip_order(const Json& body, bool second_version) {
  DipOrder order;
  if (!second_version) return order;
  if (!body.contains("dslRequest")) throw InvalidQuery("dslRequest is missing");
  const auto type = text_of(body, "dipExportType", "FULL");
  if (type != "MINIMAL" && type != "FULL") throw InvalidQuery("dipExportType: MINIMAL or FULL");
  for (const auto& v :
       texts_in(body.value("dataObjectVersionToExport", Json::object()), "dataObjectVersions"))
    order.versions.insert(v);
  if (const auto most = body.find("maxSizeThreshold"); most != body.end() && most->is_number_unsigned())
    order.size_most = most->get<std::uint64_t>();
  order.seda = text_of(body, "sedaVersion", "2.2");
  if (order.seda != "2.1" && order.seda != "2.2" && order.seda != "2.3") throw InvalidQuery("sedaVersion");
  const auto parameters = body.value("dipRequestParameters", Json::object());
  order.message_request = text_of(parameters, "messageRequestIdentifier");
  order.archival_agency = text_of(parameters, "archivalAgencyIdentifier");
  order.requester = text_of(parameters, "requesterIdentifier");
  order.agreement = text_of(parameters, "archivalAgreement");
  order.comment = text_of(parameters, "comment");
  if (type == "FULL" &&
      (order.message_request.empty() || order.archival_agency.empty() || order.requester.empty()))
    throw InvalidQuery(
        "dipRequestParameters: messageRequestIdentifier, archivalAgencyIdentifier and "
        "requesterIdentifier are needed");
  return order;
}

/// One line per agency, out of the details.
Json summaries(const Json& details) {
  std::map<std::string, Json> by_agency;
  for (const auto& detail : details) {
    const auto agency = text_of(detail, "OriginatingAgency");
    auto& sum = by_agency[agency];
    if (sum.is_null())
      sum = {{"#id", "register-" + agency},
             {"OriginatingAgency", agency},
             {"CreationDate", text_of(detail, "StartDate")}};
    for (const char* total : {"TotalUnits", "TotalObjectGroups", "TotalObjects", "ObjectSize"})
      for (const char* count : {"ingested", "deleted", "remained"}) {
        const auto before = sum.value(total, Json::object()).value(count, std::int64_t{0});
        sum[total][count] = before + detail.at(total).at(count).get<std::int64_t>();
      }
  }
  Json out = Json::array();
  for (auto& [agency, sum] : by_agency) out.push_back(std::move(sum));
  return out;
}

/// X-Qualifier and X-Version; nullopt when they name nothing.
std::optional<UsageVersion> wanted_version(const ServerRequest& r) {
  UsageVersion wanted{header_of(r, "X-Qualifier"), 0};
  const auto number = header_of(r, "X-Version");
  const auto [end, ec] = std::from_chars(number.data(), number.data() + number.size(), wanted.version);
  if (wanted.usage.empty() || ec != std::errc() || end != number.data() + number.size()) return std::nullopt;
  return wanted;
}

/// The version of a group that has a file; nullptr when there is none.
const Json* version_in(const Json& group, const UsageVersion& wanted) {
  for (const auto& q : group.at("#qualifiers"))
    for (const auto& v : q.at("versions")) {
      const auto [usage, number] = usage_of(text_of(v, "DataObjectVersion"));
      if (usage == wanted.usage && number == wanted.version && v.contains("Uri")) return &v;
    }
  return nullptr;
}

}  // namespace

bool Visibility::shows(const Json& record) const {
  if (every_agency) return true;
  return std::ranges::any_of(texts_in(record, "#originating_agencies"), [&](const std::string& agency) {
    return std::ranges::find(agencies, agency) != agencies.end();
  });
}

bool Visibility::shows_usage(std::string_view usage) const {
  return every_usage || std::ranges::find(usages, usage) != usages.end();
}

Visibility visibility_of(const fs::path& referentials, std::string_view contract) {
  Visibility v;
  for (const char* name : {"accesscontracts.json", "access-contracts.json"}) {
    if (!fs::exists(referentials / name)) continue;
    const auto all = core::read_json(referentials / name);
    for (const auto& record : all) {
      if (!record.is_object() || text_of(record, "Identifier") != contract) continue;
      const auto every = [&](const char* key, const char* list) {
        return record.contains(key) ? record.value(key, false) : !record.contains(list);
      };
      v.every_agency = every("EveryOriginatingAgency", "OriginatingAgencies");
      v.agencies = texts_in(record, "OriginatingAgencies");
      v.every_usage = every("EveryDataObjectVersion", "DataObjectVersion");
      v.usages = texts_in(record, "DataObjectVersion");
    }
    break;
  }
  return v;
}

Access::Access(const Operations& operations, fs::path folder, fs::path referentials, std::int64_t tenant,
               std::optional<std::chrono::seconds> cold, const core::Clock& clock)
    : operations_(operations),
      folder_(std::move(folder)),
      referentials_(std::move(referentials)),
      tenant_(tenant),
      clock_(clock),
      requests_(cold, clock) {}

AccessIndex& Access::index() {
  if (!index_) {
    fs::create_directories(folder_ / "dips");
    index_ = std::make_unique<AccessIndex>(folder_ / "access.sqlite", referentials_, tenant_);
  }
  return *index_;
}

std::optional<ServerResponse> Access::answer(const ServerRequest& request) {
  const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
  const bool registers_asked = path.starts_with("/admin-external/v1/accessionregister");
  if (!registers_asked && !path.starts_with("/access-external/")) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  index().take(operations_.held(tenant_));
  try {
    return registers_asked ? registers(request, path.substr(std::string_view("/admin-external/v1/").size()))
                           : access(request, path.substr(std::string_view("/access-external/").size()));
  } catch (const InvalidQuery& e) {
    return invalid_query(e);
  }
}

std::optional<ServerResponse> Access::access(const ServerRequest& r, std::string_view path) {
  const bool get = r.method == "GET";
  if (path == "v1/units" && get) return select(r, Kind::unit, false);
  if (path == "v1/objects" && get) return select(r, Kind::group, false);
  if (path == "v1/unitsWithInheritedRules" && get) return select(r, Kind::unit, true);
  if (path == "v1/accessRequests" || path == "v1/accessRequests/") return requests_.answer(r);
  if (const auto id = between(path, "v1/units/", "/objects/accessRequests"); id && r.method == "POST")
    return ask_for_object(r, *id);
  if (const auto id = between(path, "v1/units/", "/objects"); id && get) return group_of(r, *id);
  if (const auto id = between(path, "v1/units/", ""); id && get) return one_unit(r, *id);
  if (const auto id = between(path, "v1/logbookunitlifecycles/", ""); id && get)
    return life_cycle(r, Kind::unit, *id);
  if (const auto id = between(path, "v1/logbookobjectslifecycles/", ""); id && get)
    return life_cycle(r, Kind::group, *id);
  if (path == "v1/dipexport" && r.method == "POST") return order_dip(r, false);
  if (path == "v2/dipexport" && r.method == "POST") return order_dip(r, true);
  if (const auto id = between(path, "v1/dipexport/", "/dip"); id && get) return dip(*id);
  return std::nullopt;
}

ServerResponse Access::select(const ServerRequest& r, Kind kind, bool rules) {
  auto query = prepare_query(body_of(r), index(), rules ? "InheritedRules" : "");
  const auto seen = visibility_of(referentials_, header_of(r, "X-Access-Contract-Id"));
  const auto records = index().records(kind, query.narrowed);
  const UnitSource source = [&](const std::string& id) { return index().record(Kind::unit, id); };
  return answer_select(
      [&]() -> std::optional<Json> {
        while (auto record = records()) {
          if (!seen.shows(*record)) continue;
          if (rules) (*record)["InheritedRules"] = inherited_rules(*record, source);
          return record;
        }
        return std::nullopt;
      },
      query.body, Select::multiple, access_service);
}

std::optional<Json> Access::visible(const ServerRequest& r, Kind kind, const std::string& id) {
  auto record = index().record(kind, id);
  if (record && !visibility_of(referentials_, header_of(r, "X-Access-Contract-Id")).shows(*record))
    return std::nullopt;
  return record;
}

ServerResponse Access::one_unit(const ServerRequest& r, const std::string& id) {
  const auto unit = visible(r, Kind::unit, id);
  if (!unit) return not_shown("020101", "no such unit");
  return answer_one(*unit, body_of(r), access_service);
}

ServerResponse Access::group_of(const ServerRequest& r, const std::string& id) {
  const auto unit = visible(r, Kind::unit, id);
  const auto group = unit ? index().record(Kind::group, text_of(*unit, "#object")) : std::nullopt;
  if (!group) return not_shown("020103", "the unit has no object group");
  if (header_of(r, "Accept") == octets) return binary(r, *group);
  return answer_one(*group, body_of(r), access_service);
}

ServerResponse Access::binary(const ServerRequest& r, const Json& group) {
  if (header_of(r, "Content-Type") != "application/json")
    return vitam_error(415, "000200", access_service, "Network", "Content-Type must be application/json");
  const auto wanted = wanted_version(r);
  if (!wanted)
    return vitam_error(412, "020119", access_service, "Business", "X-Qualifier and X-Version are needed");
  if (!visibility_of(referentials_, header_of(r, "X-Access-Contract-Id")).shows_usage(wanted->usage))
    return unauthorised("the access contract does not show this usage");
  const auto* version = version_in(group, *wanted);
  if (!version) return not_shown("020119", "no such object");
  const auto uri = fs::path(text_of(*version, "Uri")).lexically_normal();
  const auto file = index().content_folder(text_of(group, "#opi")) / uri;
  if (uri.is_absolute() || uri.string().starts_with("..") || !fs::is_regular_file(file))
    return not_shown("020119", "no such object");
  if (!requests_.shows(text_of(*version, "#id")))
    return vitam_error(460, "UNAVAILABLE_DATA_FROM_ASYNC_OFFER", access_service, "Storage",
                       "the object is on a tape: an access request is needed");
  ServerResponse response;
  response.headers = {{"Content-Type", std::string(octets)},
                      {"X-Qualifier", wanted->usage},
                      {"X-Version", std::to_string(wanted->version)}};
  response.body_file = file;
  return response;
}

ServerResponse Access::ask_for_object(const ServerRequest& r, const std::string& id) {
  const auto wanted = wanted_version(r);
  if (!wanted)
    return vitam_error(412, "020155", access_service, "Business", "X-Qualifier and X-Version are needed");
  const auto unit = visible(r, Kind::unit, id);
  const auto group = unit ? index().record(Kind::group, text_of(*unit, "#object")) : std::nullopt;
  const auto* version = group ? version_in(*group, *wanted) : nullptr;
  if (!version) return not_shown("020155", "no such object");
  return requests_.ask(text_of(*version, "#id"));
}

ServerResponse Access::life_cycle(const ServerRequest& r, Kind kind, const std::string& id) {
  const auto record = index().record(kind, id);
  const bool unit = kind == Kind::unit;
  const auto code = unit ? "020106" : "020108";
  if (!record) return not_shown(code, "no such life cycle");
  if (!visible(r, kind, id))
    return vitam_error(401, code, access_service, "Security", "not within the access contract");
  auto life = life_cycle_event(*record, "LFC_CREATION", true);
  life["#id"] = id;
  life["#tenant"] = tenant_;
  life["events"] = Json::array();
  for (const char* type : {"CHECK_MANIFEST", unit ? "UNITS_RULES_COMPUTE" : "CHECK_DIGEST",
                           unit ? "UNIT_METADATA_INDEXATION" : "OG_METADATA_INDEXATION"})
    life["events"].push_back(life_cycle_event(*record, type, false));
  return answer_one(life, body_of(r), access_service);
}

ServerResponse Access::order_dip(const ServerRequest& r, bool second_version) {
  Json body;
  try {
    body = core::parse_json(body_of(r), "query");
  } catch (const core::Error&) {
    throw InvalidQuery("the body is no JSON");
  }
  if (!body.is_object()) throw InvalidQuery("the body is no object");
  auto order = dip_order(body, second_version);
  auto question = r;
  question.body_file.clear();
  question.body = (second_version ? body.at("dslRequest") : body).dump();
  const auto found = select(question, Kind::unit, false);
  if (found.status != 200) return found;
  const auto answer = core::parse_json(found.body, "units");
  for (const auto& unit : answer.at("$results")) order.units.push_back(text_of(unit, "#id"));
  order.operation = Operations::new_id();
  const bool written = write_dip(dip_file(order.operation), order, index(), clock_.now());
  exports_[order.operation] = {"COMPLETED", written ? "OK" : "KO", "EXPORT_DIP"};
  auto response = json_answer(202, {{"httpCode", 202},
                                    {"$hits", {{"total", 1}, {"offset", 0}, {"limit", 1}, {"size", 1}}},
                                    {"$results", Json::array({{{"itemId", order.operation}}})},
                                    {"$context", Json::object()}});
  response.headers["X-Request-Id"] = order.operation;
  return response;
}

fs::path Access::dip_file(const std::string& id) const { return folder_ / "dips" / (id + ".zip"); }

ServerResponse Access::dip(const std::string& id) const {
  const bool name =
      std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  if (!name || !fs::exists(dip_file(id))) return not_shown("020100", "no such DIP");
  ServerResponse response;
  response.headers["Content-Type"] = std::string(octets);
  response.body_file = dip_file(id);
  return response;
}

std::optional<ServerResponse> Access::answer_export(const ServerRequest& request) const {
  constexpr std::string_view base = "/admin-external/v1/operations/";
  const auto path = path_of(request);
  if (!path.starts_with(base) || (request.method != "HEAD" && request.method != "GET")) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  const auto at = exports_.find(std::string(path.substr(base.size())));
  if (at == exports_.end()) return std::nullopt;
  const auto& state = at->second;
  const int status = state.state == "COMPLETED" ? 200 : 202;
  auto r = json_answer(status, {{"httpCode", status},
                                {"$hits", {{"total", 1}, {"offset", 0}, {"limit", 1}, {"size", 1}}},
                                {"$results", Json::array({{{"itemId", at->first},
                                                           {"globalState", state.state},
                                                           {"globalStatus", state.status},
                                                           {"message", state.context}}})},
                                {"$context", Json::object()}});
  r.headers["X-Global-Execution-State"] = state.state;
  r.headers["X-Global-Execution-Status"] = state.status;
  r.headers["X-Context-Id"] = state.context;
  return r;
}

std::optional<ServerResponse> Access::registers(const ServerRequest& r, std::string_view path) {
  const auto agency = between(path, "accessionregisters/", "/accessionregisterdetails");
  if (path != "accessionregisters" && path != "accessionregisterdetails" && !agency) return std::nullopt;
  if (r.method != "GET") return vitam_error(405, "000200", access_service, "Network", "method not allowed");
  Json details = index().registers();
  if (path == "accessionregisters")
    return answer_select(summaries(details), body_of(r), Select::single, access_service);
  if (agency) {
    Json own = Json::array();
    for (auto& detail : details)
      if (text_of(detail, "OriginatingAgency") == *agency) own.push_back(std::move(detail));
    details = std::move(own);
  }
  return answer_select(details, body_of(r), Select::single, access_service);
}

}  // namespace versoir::vitam::sandbox

// See access.hpp.
#include "vitam/access.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "vitam/exchange.hpp"
#include "vitam/refused.hpp"

#include <algorithm>
#include <charconv>

namespace versoir::vitam {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;
using core::text_of;

namespace {

constexpr std::size_t units_page = 1000;
constexpr std::size_t query_most = 16'000'000;  ///< of VITAM's filter of bodies

const std::string& plain_value(const std::string& text) {
  if (!is_plain_value(text))
    throw Error(Exit::usage, msg("The platform takes no such text in a question: {0}", text))
        .hint(
            msg("Neither < nor > nor codes such as &amp; or %41 may stand in it: search with other words."));
  return text;
}

std::optional<std::uint64_t> size_of(const Json& version) {
  const auto at = version.find("Size");
  if (at == version.end() || !at->is_number_unsigned()) return std::nullopt;
  return at->get<std::uint64_t>();
}

}  // namespace

bool is_plain_value(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F || c == '<' || c == '>' || c == '\\') return false;
    if (c == '&' && text.find(';', i) != std::string_view::npos) return false;
    if (c == '%' && i + 2 < text.size() && core::hex_digit(text[i + 1]) >= 0 &&
        core::hex_digit(text[i + 2]) >= 0)
      return false;
  }
  return core::is_utf8(text) && text.size() <= 10'000'000;
}

bool UnitSearch::empty() const {
  return operation.empty() && ids.empty() && identifier.empty() && title.empty();
}

Json UnitSearch::query() const {
  Json all = Json::array();
  if (!operation.empty()) all.push_back({{"$eq", {{"#opi", path_segment(operation)}}}});
  if (!ids.empty()) {
    for (const auto& id : ids) static_cast<void>(path_segment(id));
    all.push_back({{"$in", {{"#id", ids}}}});
  }
  if (!identifier.empty())
    all.push_back({{"$eq", {{"OriginatingAgencyArchiveUnitIdentifier", plain_value(identifier)}}}});
  if (!title.empty()) all.push_back({{"$match", {{"Title", plain_value(title)}}}});
  if (roots) all.push_back({{"$eq", {{"#max", 1}}}});
  // VITAM walks one level down at each element of $query: conditions on one unit go into one.
  if (all.size() == 1) return all;
  return all.empty() ? all : Json::array({{{"$and", all}}});
}

std::vector<ObjectVersion> versions_of(const Json& group) {
  const auto wrong = [] {
    return Error(Exit::reply_unreadable, msg("the object group has no list of versions"));
  };
  std::vector<ObjectVersion> out;
  const auto qualifiers = group.find("#qualifiers");
  if (qualifiers == group.end() || !qualifiers->is_array()) throw wrong();
  for (const auto& q : *qualifiers) {
    const auto versions = q.is_object() ? q.find("versions") : q.end();
    if (!q.is_object() || versions == q.end() || !versions->is_array()) throw wrong();
    for (const auto& v : *versions) {
      if (!v.is_object()) throw wrong();
      ObjectVersion o;
      o.id = text_of(v, "#id");
      o.usage = text_of(q, "qualifier");
      const auto name = text_of(v, "DataObjectVersion");
      if (const auto at = name.rfind('_'); at != std::string::npos)
        std::from_chars(name.data() + at + 1, name.data() + name.size(), o.version);
      o.file_name = text_of(v.value("FileInfo", Json::object()), "Filename");
      o.format = text_of(v.value("FormatIdentification", Json::object()), "FormatId");
      o.digest = core::ascii_lower(text_of(v, "MessageDigest"));
      o.algorithm = text_of(v, "Algorithm");
      o.size = size_of(v);
      o.physical = o.usage.starts_with("Physical");
      out.push_back(std::move(o));
    }
  }
  return out;
}

Access::Access(core::HttpClient& http, Platform platform) : http_(http), platform_(std::move(platform)) {
  if (platform_.access_contract.empty())
    throw Error(Exit::configuration, msg("[platform.{0}] access_contract is not set: what was deposited "
                                         "cannot be asked for.",
                                         platform_.name));
}

core::HttpRequest Access::ask(std::string method, const std::string& path) const {
  auto r = question(platform_, std::move(method), platform_.access_url + path);
  r.headers["Content-Type"] = "application/json";
  r.headers["X-Access-Contract-Id"] = platform_.access_contract;
  return r;
}

core::HttpRequest Access::ask(std::string method, const std::string& path, const Json& body) const {
  auto r = ask(std::move(method), path);
  r.body = body.dump();
  if (r.body.size() > query_most)
    throw Error(Exit::usage, msg("The question is too large for the platform: {0} bytes.", r.body.size()))
        .hint(msg("Ask for fewer units at a time."));
  return r;
}

std::optional<Json> Access::answer_of(const core::HttpRequest& request, core::Message doing) {
  const auto response = http_.perform(request);
  if (response.status == 404) return std::nullopt;
  if (response.status != 200) throw_refused(std::move(doing), response);
  return core::parse_json(response.body, request.url, Exit::reply_unreadable);
}

std::optional<Json> Access::first_of(const core::HttpRequest& request, core::Message doing) {
  const auto answer = answer_of(request, std::move(doing));
  if (!answer) return std::nullopt;
  const auto& results = results_of(*answer, request.url);
  return results.empty() ? std::nullopt : std::optional(results.front());
}

FoundUnits Access::units(const UnitSearch& search, std::size_t most) {
  FoundUnits found;
  found.total = units(search, most, [&](const Json& unit) { found.units.push_back(unit); });
  return found;
}

std::uint64_t Access::units(const UnitSearch& search, std::size_t most, const UnitTaker& take) {
  if (search.ids.size() <= units_page) return units_of(search, most, take);
  std::uint64_t total = 0;
  std::size_t given = 0;
  const auto counting = [&](const Json& unit) {
    ++given;
    take(unit);
  };
  for (std::size_t at = 0; at < search.ids.size(); at += units_page) {
    auto piece = search;
    const auto first = search.ids.begin() + static_cast<std::ptrdiff_t>(at);
    piece.ids.assign(first,
                     first + static_cast<std::ptrdiff_t>(std::min(units_page, search.ids.size() - at)));
    total += units_of(piece, most - given, counting);
  }
  return total;
}

/// One question, page by page.
std::uint64_t Access::units_of(const UnitSearch& search, std::size_t most, const UnitTaker& take) {
  const auto query = search.query();
  most = std::min(most, units_of_one_question);
  std::uint64_t total = 0;
  for (std::size_t given = 0;;) {
    const auto page = std::min(units_page, most - given);
    const auto request = ask("GET", "/access-external/v1/units",
                             {{"$roots", Json::array()},
                              {"$query", query},
                              {"$filter", {{"$limit", std::max<std::size_t>(page, 1)}, {"$offset", given}}},
                              {"$projection", Json::object()}});
    const auto answer = answer_of(request, msg("while looking for archive units"));
    if (!answer) return total;
    const auto& results = results_of(*answer, request.url);
    total = std::max<std::uint64_t>(total_of(*answer), given + results.size());
    if (page == 0) return total;  // only the count was wanted
    for (const auto& record : results) {
      if (!search.operation.empty() && text_of(record, "#opi") != search.operation)
        throw Error(Exit::reply_unreadable,
                    msg("{0}: a unit of another operation is in the answer.", request.url));
      take(record);
    }
    given += results.size();
    if (results.empty() || given >= most || given >= total) return total;
  }
}

std::optional<Json> Access::unit(const std::string& id) {
  auto found =
      first_of(ask("GET", "/access-external/v1/units/" + path_segment(id), {{"$projection", Json::object()}}),
               msg("while asking for the archive unit {0}", id));
  if (found && text_of(*found, "#id") != id)
    throw Error(Exit::reply_unreadable, msg("the platform answered with another unit than {0}", id));
  return found;
}

Json Access::inherited_rules(const std::string& id) {
  const auto found = first_of(ask("GET", "/access-external/v1/unitsWithInheritedRules",
                                  {{"$roots", Json::array()},
                                   {"$query", Json::array({{{"$eq", {{"#id", path_segment(id)}}}}})},
                                   {"$filter", {{"$limit", 1}}},
                                   {"$projection", Json::object()}}),
                              msg("while asking for the rules of {0}", id));
  if (!found || text_of(*found, "#id") != id) return {};
  return found->value("InheritedRules", Json());
}

std::optional<Json> Access::object_group(const std::string& unit) {
  return first_of(ask("GET", "/access-external/v1/units/" + path_segment(unit) + "/objects",
                      {{"$projection", Json::object()}}),
                  msg("while asking for the objects of {0}", unit));
}

Json Access::register_details(const OperationId& operation) {
  const auto request =
      ask("GET", "/admin-external/v1/accessionregisterdetails",
          {{"$query", {{"$eq", {{"Opi", path_segment(operation.value)}}}}}, {"$projection", Json::object()}});
  const auto answer =
      answer_of(request, msg("while asking for the accession register of operation {0}", operation.value));
  return answer ? results_of(*answer, request.url) : Json::array();
}

std::optional<Json> Access::operation_log(const OperationId& operation) {
  return first_of(ask("GET", "/access-external/v1/logbookoperations/" + path_segment(operation.value),
                      {{"$projection", Json::object()}}),
                  msg("while asking the platform's logbook for operation {0}", operation.value));
}

Json Access::ingests(const std::string& since, std::size_t most) {
  Json conditions = Json::array({{{"$eq", {{"evTypeProc", "INGEST"}}}}});
  if (!since.empty()) conditions.push_back({{"$gte", {{"evDateTime", plain_value(since) + "T00:00:00"}}}});
  const auto request =
      ask("GET", "/access-external/v1/logbookoperations",
          {{"$query", {{"$and", conditions}}},
           {"$filter", {{"$limit", most}, {"$offset", 0}, {"$orderby", {{"evDateTime", -1}}}}},
           {"$projection", Json::object()}});
  const auto answer = answer_of(request, msg("while asking the platform's logbook for its operations"));
  return answer ? results_of(*answer, request.url) : Json::array();
}

OperationStatus follow_operation(Client& client, const OperationId& operation, const std::stop_token& stop,
                                 const std::function<void(std::chrono::seconds)>& sleep) {
  const auto& platform = client.platform();
  for (auto pause = platform.poll_first;; pause = std::min(pause * 2, platform.poll_max)) {
    const auto status = client.status(operation);
    // "": no longer known to the process engine; its product says what became of it.
    if (status.completed() || status.waits_for_operators() || status.state.empty()) return status;
    if (!stop.stop_requested()) sleep(pause);
    if (stop.stop_requested())
      throw Error(Exit::interrupted,
                  msg("Interrupted: the platform goes on with operation {0}.", operation.value));
  }
}

}  // namespace versoir::vitam

// What the platform's logbook knows of operations: the only place to ask when an answer was lost, or when the
// process engine has dropped an operation that ended.
#include "core/error.hpp"
#include "vitam/client.hpp"
#include "vitam/exchange.hpp"
#include "vitam/refused.hpp"

namespace versoir::vitam {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;
using core::text_of;

namespace {

constexpr std::size_t most_found = 10;

}  // namespace

std::string outcome_of(const Json& operation) {
  const auto events = operation.find("events");
  if (events == operation.end() || !events->is_array()) return {};
  for (auto it = events->rbegin(); it != events->rend(); ++it) {
    if (!it->is_object()) continue;
    const auto type = text_of(*it, "evType"), detail = text_of(*it, "outDetail");
    const bool ends =
        type.starts_with("PROCESS_SIP_UNITARY") || type == "FILINGSCHEME" || type == "HOLDINGSCHEME";
    if (!ends || !detail.starts_with(type + '.')) continue;
    const auto outcome = detail.substr(type.size() + 1);
    if (outcome != "STARTED") return outcome;
  }
  return {};
}

namespace {

LoggedOperation operation_of(const Json& record) {
  auto id = text_of(record, "#id");
  if (id.empty()) id = text_of(record, "evIdProc");
  return {{std::move(id)}, text_of(record, "evDateTime"), outcome_of(record)};
}

}  // namespace

core::HttpRequest Client::logbook_request(const std::string& path, const Json& query) const {
  if (!can_ask_logbook())
    throw Error(Exit::configuration,
                msg("[platform.{0}] access_contract is not set: the platform's logbook cannot be asked.",
                    platform_.name));
  auto r = request("GET", platform_.access_url + "/access-external/v1/logbookoperations" + path);
  r.headers["Content-Type"] = "application/json";
  r.headers["X-Access-Contract-Id"] = platform_.access_contract;
  r.body = query.dump();
  return r;
}

std::vector<LoggedOperation> Client::find_ingests(const std::string& message_identifier) {
  // obIdIn is known once the manifest was read; the name of the session from the first byte on.
  const Json named{{"$or", Json::array({{{"$eq", {{"obIdIn", message_identifier}}}},
                                        {{"$eq", {{"evIdAppSession", message_identifier}}}}})}};
  const auto r = logbook_request(
      "", {{"$query", {{"$and", Json::array({{{"$eq", {{"evTypeProc", "INGEST"}}}}, named})}}},
           {"$filter", {{"$limit", most_found}, {"$offset", 0}, {"$orderby", {{"evDateTime", -1}}}}},
           {"$projection", Json::object()}});
  const auto response = http_.perform(r);
  if (response.status == 404) return {};
  if (response.status != 200)
    throw_refused(msg("while looking for {0} in the platform's logbook", message_identifier), response);
  const auto answer = core::parse_json(response.body, r.url, Exit::reply_unreadable);
  const auto& records = results_of(answer, r.url);
  std::vector<LoggedOperation> found;
  bool others = false;
  for (const auto& record : records) {
    // What the platform selected is looked at again: neither another's operation nor a dry run, which bears
    // the same name, must ever be taken for the transfer.
    if (text_of(record, "evTypeProc", "INGEST") != "INGEST" ||
        (text_of(record, "obIdIn") != message_identifier &&
         text_of(record, "evIdAppSession") != message_identifier)) {
      others = true;
      continue;
    }
    auto operation = operation_of(record);
    if (is_operation_id(operation.id.value)) found.push_back(std::move(operation));
  }
  // A proxy that drops the body of the question has the platform list everything: that ours is not among the
  // first ones then says nothing, and it would be sent again.
  if (others && records.size() >= most_found)
    throw Error(Exit::reply_unreadable,
                msg("{0}: the platform's logbook answers with operations that were not asked for.", r.url))
        .hint(msg("Something on the way may drop the bodies of questions: versoir vitam qualify tells."));
  return found;
}

std::optional<LoggedOperation> Client::logged(const OperationId& id) {
  const auto r = logbook_request('/' + id.value, {{"$projection", Json::object()}});
  const auto response = http_.perform(r);
  if (response.status == 404) return std::nullopt;
  if (response.status != 200)
    throw_refused(msg("while asking the platform's logbook for operation {0}", id.value), response);
  const auto answer = core::parse_json(response.body, r.url, Exit::reply_unreadable);
  const auto& results = results_of(answer, r.url);
  if (results.empty()) return std::nullopt;
  return operation_of(results.front());
}

}  // namespace versoir::vitam

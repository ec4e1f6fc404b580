// See access_requests.hpp.
#include "vitam/sandbox/access_requests.hpp"

#include "core/error.hpp"
#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/operations.hpp"

#include <algorithm>
#include <set>

namespace versoir::vitam::sandbox {

using core::Json;
using core::ServerResponse;
using core::text_of;

namespace {

constexpr std::string_view request_service = "access-external";
constexpr const char* storage_strategy = "default";

ServerResponse refused_request(int status, const char* code, std::string_view why) {
  return vitam_error(status, code, request_service, "IO", why);
}

bool names_request(const Json& reference) {
  return reference.is_object() && !text_of(reference, "accessRequestId").empty() &&
         !text_of(reference, "storageStrategyId").empty();
}

Json reference_to(const std::string& id) {
  return {{"accessRequestId", id}, {"storageStrategyId", storage_strategy}};
}

}  // namespace

bool AccessRequests::shows(const std::string& object) const {
  if (!cold_) return true;
  return std::ranges::any_of(requests_, [&](const auto& entry) {
    return entry.second.object == object && entry.second.ready <= clock_.now();
  });
}

ServerResponse AccessRequests::ask(const std::string& object) {
  Json references = Json::array();
  if (cold_) {
    const auto id = Operations::new_id();
    requests_[id] = {object, clock_.now() + *cold_};
    references.push_back(reference_to(id));
  }
  return json_answer(200, results(200, std::move(references)));
}

ServerResponse AccessRequests::answer(const core::ServerRequest& request) {
  const bool removal = request.method == "DELETE";
  if (!removal && request.method != "GET") return not_allowed();
  const auto* code = removal ? "020157" : "020156";
  Json body;
  try {
    body = core::parse_json(body_of(request), "body");
  } catch (const core::Error&) {
    return refused_request(412, code, "the body is no JSON");
  }
  // A storage that gives everything at once knows no requests.
  if (!cold_) return refused_request(406, code, "not an asynchronous storage");
  if (!removal) return states(body);
  if (!names_request(body)) return refused_request(412, code, "accessRequestId and storageStrategyId");
  requests_.erase(text_of(body, "accessRequestId"));  // one that is gone already is no failure
  return json_answer(200, results(200, Json::array()));
}

ServerResponse AccessRequests::states(const Json& references) const {
  std::set<std::string> names;
  Json list = Json::array();
  if (!references.is_array() || references.empty() || !std::ranges::all_of(references, names_request))
    return refused_request(412, "020156", "a list of accessRequestId and storageStrategyId");
  for (const auto& reference : references) {
    const auto id = text_of(reference, "accessRequestId");
    if (!names.insert(id).second) return refused_request(412, "020156", "the same request twice");
    const auto at = requests_.find(id);
    const auto* state = at == requests_.end()              ? "NOT_FOUND"
                        : at->second.ready <= clock_.now() ? "READY"
                                                           : "NOT_READY";
    list.push_back({{"objectAccessRequest", reference}, {"accessRequestStatus", state}});
  }
  return json_answer(200, results(200, std::move(list)));
}

}  // namespace versoir::vitam::sandbox

// See operation_service.hpp.
#include "vitam/sandbox/operation_service.hpp"

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/dsl.hpp"

#include <algorithm>

namespace versoir::vitam::sandbox {

using core::Json;
using core::ServerRequest;
using core::ServerResponse;

namespace {

constexpr std::string_view operation_side = "access-external";

void state_headers(ServerResponse& r, const Process& process) {
  r.headers["X-Global-Execution-State"] = process.state;
  r.headers["X-Global-Execution-Status"] = process.status;
  r.headers["X-Context-Id"] = type_of(process.context);
}

int http_status(const Process& process) { return process.completed() ? 200 : 202; }

ServerResponse head(Operations& operations, const std::string& id, std::int64_t tenant) {
  ServerResponse r;
  const auto process = operations.is_of(id, tenant) ? operations.head(id) : std::nullopt;
  if (!process) {
    r.status = operations.is_of(id, tenant) ? operations.forgotten_answer(id) : 404;
    return r;
  }
  r.status = http_status(*process);
  state_headers(r, *process);
  return r;
}

ServerResponse detail(const Operations& operations, const std::string& id, std::int64_t tenant) {
  const auto process = operations.is_of(id, tenant) ? operations.process(id) : std::nullopt;
  if (!process) return vitam_error(404, "040109", operation_side, "Business", "no such operation");
  auto r = json_answer(http_status(*process),
                       results(http_status(*process), Json::array({item_status(*process)})));
  state_headers(r, *process);
  return r;
}

ServerResponse list(const Operations& operations, std::int64_t tenant, const ServerRequest& request) {
  const auto body = body_of(request);
  Json found = Json::array();
  try {
    const auto query = core::trim(body).empty() ? Json::object() : core::parse_json(body, "query");
    static_cast<void>(answers({}, query));  // a wrong query is refused whether there are operations or not
    for (const auto& process : operations.processes())
      if (operations.is_of(process.id, tenant) && answers(process, query))
        found.push_back(process_detail(process));
  } catch (const InvalidQuery& e) {
    return vitam_error(400, "020113", operation_side, "Validation", e.what());
  } catch (const core::Error&) {
    return vitam_error(400, "020113", operation_side, "Validation", "the body is no JSON");
  }
  return json_answer(200, results(200, std::move(found)));
}

ServerResponse act(Operations& operations, const std::string& id, std::int64_t tenant, Action action) {
  const auto before = operations.is_of(id, tenant) ? operations.process(id) : std::nullopt;
  if (!before) return vitam_error(404, "040109", operation_side, "Business", "no such operation");
  // Inside VITAM a conflict; what reaches the outside is an internal client error.
  if (!operations.act(id, action))
    return vitam_error(500, "040106", "ingest-external", "Business",
                       "the operation does not allow this in state " + before->state + '/' + before->status);
  const auto after = operations.process(id).value_or(*before);
  auto r = json_answer(http_status(after), results(http_status(after), Json::array({item_status(after)})));
  state_headers(r, after);
  return r;
}

}  // namespace

std::optional<ServerResponse> answer_operations(Operations& operations, std::int64_t tenant,
                                                const ServerRequest& r) {
  constexpr std::string_view base = "/admin-external/v1/operations";
  const auto path = path_of(r);
  if (path == base) return r.method == "GET" ? list(operations, tenant, r) : not_allowed();
  const auto id = id_in(path, "/admin-external/v1/operations/", "");
  if (!id) return std::nullopt;
  if (!is_id(*id))
    return vitam_error(412, "020121", operation_side, "Business", "not an operation identifier");
  if (r.method == "HEAD") return head(operations, *id, tenant);
  if (r.method == "GET") return detail(operations, *id, tenant);
  if (r.method == "DELETE") return act(operations, *id, tenant, Action::cancel);
  if (r.method != "PUT") return not_allowed();
  const auto action = parse_action(header_of(r, "X-Action"));
  if (!action)
    return vitam_error(412, "020121", operation_side, "Business", "X-Action: RESUME, NEXT, PAUSE or REPLAY");
  return act(operations, *id, tenant, *action);
}

}  // namespace versoir::vitam::sandbox

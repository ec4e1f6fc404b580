// See answers.hpp.
#include "vitam/sandbox/answers.hpp"

#include "core/file.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace versoir::vitam::sandbox {

core::ServerResponse json_answer(int status, const core::Json& body) {
  core::ServerResponse r;
  r.status = status;
  r.headers["Content-Type"] = "application/json";
  r.body = body.dump();
  return r;
}

core::ServerResponse vitam_error(int status, std::string_view code, std::string_view context,
                                 std::string_view state, std::string_view description) {
  return json_answer(status, {{"httpCode", status},
                              {"code", code},
                              {"context", context},
                              {"state", state},
                              {"message", description},
                              {"description", description}});
}

core::ServerResponse page(int status, std::string_view words) {
  core::ServerResponse r;
  r.status = status;
  r.headers["Content-Type"] = "text/html";
  r.body = "<html><body>" + std::string(words) + "</body></html>";
  return r;
}

core::ServerResponse not_allowed() {
  return vitam_error(405, "000200", "sandbox", "Network", "method not allowed");
}

core::ServerResponse insane(std::string_view description) {
  return json_answer(412, {{"httpCode", 412},
                           {"code", "PRECONDITION_FAILED"},
                           {"context", "CHECK_SANITY"},
                           {"state", "code_vitam"},
                           {"message", "Precondition Failed"},
                           {"description", description}});
}

core::ServerResponse unauthorized(std::string_view description) {
  return vitam_error(401, "000700", R"({"Name":"sandbox","Role":"sandbox"})",
                     "INTERNAL_SECURITY_UNAUTHORIZED", description);
}

core::Json results(int status, core::Json records) {
  const auto size = records.size();
  return {{"httpCode", status},
          {"$hits", {{"total", size}, {"offset", 0}, {"limit", size}, {"size", size}}},
          {"$results", std::move(records)},
          {"$context", core::Json::object()}};
}

std::string header_of(const core::ServerRequest& r, const std::string& name) {
  const auto at = r.headers.find(name);
  return at == r.headers.end() ? std::string() : core::trim(at->second.substr(0, at->second.find(',')));
}

std::string_view path_of(const core::ServerRequest& r) {
  return std::string_view(r.target).substr(0, r.target.find('?'));
}

std::optional<std::string> id_in(std::string_view path, std::string_view before, std::string_view after) {
  if (!path.starts_with(before) || !path.ends_with(after) || path.size() < before.size() + after.size())
    return std::nullopt;
  std::string id(path.substr(before.size(), path.size() - before.size() - after.size()));
  return id.find('/') == std::string::npos ? std::optional(id) : std::nullopt;
}

bool is_id(std::string_view id) {
  return id.size() == 36 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

std::string body_of(const core::ServerRequest& request) {
  return request.body_file.empty() ? request.body : core::read_file(request.body_file, 16'000'000);
}

}  // namespace versoir::vitam::sandbox

// See answers.hpp.
#include "vitam/sandbox/answers.hpp"

#include "core/file.hpp"

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

std::string body_of(const core::ServerRequest& request) {
  return request.body_file.empty() ? request.body : core::read_file(request.body_file, 16'000'000);
}

}  // namespace versoir::vitam::sandbox

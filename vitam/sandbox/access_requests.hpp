// Objects on a cold storage (a tape): asked for, ready some time later, released when they were fetched. As
// AccessExternalResource of VITAM 7 has it. Private to the sandbox.
#pragma once
#include "core/clock.hpp"
#include "core/http_server.hpp"
#include "core/json.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace versoir::vitam::sandbox {

/// Forgotten when the sandbox stops, as a platform forgets them after some days. Used by one thread at a
/// time.
class AccessRequests {
 public:
  /// `cold` unset: every object can be had at once, and nothing is ever asked for.
  AccessRequests(std::optional<std::chrono::seconds> cold, const core::Clock& clock)
      : cold_(cold), clock_(clock) {}

  /// The object can be had now.
  [[nodiscard]] bool shows(const std::string& object) const;
  /// POST …/objects/accessRequests: a reference, or none when the object needs none.
  [[nodiscard]] core::ServerResponse ask(const std::string& object);
  /// GET and DELETE of /accessRequests.
  [[nodiscard]] core::ServerResponse answer(const core::ServerRequest& request);

 private:
  struct Request {
    std::string object;
    core::Instant ready;
  };
  [[nodiscard]] core::ServerResponse states(const core::Json& references) const;
  std::optional<std::chrono::seconds> cold_;
  const core::Clock& clock_;
  std::map<std::string, Request> requests_;
};

}  // namespace versoir::vitam::sandbox

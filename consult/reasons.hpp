// Why a record is opened, asked once and kept for a while for the same person.
#pragma once
#include "consult/access_log.hpp"
#include "core/clock.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace versoir::consult {

/// Used by several threads.
class GivenReasons {
 public:
  /// The clock outlives this.
  GivenReasons(const core::Clock& clock, std::chrono::minutes kept) : clock_(clock), kept_(kept) {}
  void give(const std::string& session, const std::string& person, AccessReason reason);
  /// nullopt when none was given, or too long ago.
  [[nodiscard]] std::optional<AccessReason> find(const std::string& session, const std::string& person);

 private:
  struct Given {
    AccessReason reason;
    core::Instant at;
  };
  const core::Clock& clock_;
  std::chrono::minutes kept_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Given> given_;
};

}  // namespace versoir::consult

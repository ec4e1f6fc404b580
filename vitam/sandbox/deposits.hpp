// What came in, whatever became of it: tests count deposits here. Private to the sandbox.
#pragma once
#include "vitam/sandbox/sandbox.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace versoir::vitam::sandbox {

/// Thread-safe. Each deposit is also a line of `file`, for tests outside of this process.
class Deposits {
 public:
  explicit Deposits(std::filesystem::path file) : file_(std::move(file)) {}
  /// A SIP whose last byte arrived; `operation` is "" when none was registered for it.
  void note(const std::string& message_identifier, const std::string& operation, std::uint64_t bytes);
  [[nodiscard]] std::map<std::string, Received> counts() const;

 private:
  std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::map<std::string, Received> counts_;
};

}  // namespace versoir::vitam::sandbox

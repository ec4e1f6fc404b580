// The sandbox's time-stamping authority: RFC 3161 over plain HTTP on the loopback interface. Private to the
// sandbox.
#pragma once
#include "core/http_server.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace versoir::vitam::sandbox {

class TimestampServer {
 public:
  /// `folder` keeps the serial number and what is received.
  TimestampServer(const std::filesystem::path& certificate, const std::filesystem::path& key,
                  const std::filesystem::path& folder, std::uint16_t port);
  ~TimestampServer();
  void start();
  void stop();
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::vitam::sandbox

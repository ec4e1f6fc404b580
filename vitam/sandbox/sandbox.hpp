// A local stand-in for the platform: receives bytes over HTTPS with client certificates, controls them,
// answers as VITAM does. For rehearsals and tests; nothing is preserved.
#pragma once
#include "check/referentials.hpp"
#include "core/clock.hpp"
#include "core/http_server.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace versoir::vitam::sandbox {

struct Options {
  core::ServerOptions server;
  std::filesystem::path folder;        ///< operations/<id>/: received.zip, status.json, atr.xml
  std::filesystem::path referentials;  ///< see check::Referentials
  std::int64_t tenant = 0;
  /// Fault injection for rehearsals: "" none, "fatal" (PAUSE/FATAL), "garbage-atr", "drop" (cut after the
  /// body), "unavailable" (503).
  std::string fault;
  std::filesystem::path tsa_certificate, tsa_key;  ///< when set, also serves RFC 3161 on http://…/tsa
  std::uint16_t tsa_port = 0;
};

class Sandbox {
 public:
  Sandbox(Options options, const core::Clock& clock);
  ~Sandbox();
  void start();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t tsa_port() const;
  void stop();

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::vitam::sandbox

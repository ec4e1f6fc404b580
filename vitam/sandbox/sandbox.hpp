// A local stand-in for the platform: receives bytes over HTTPS with client certificates, controls them,
// answers as VITAM does. For rehearsals and tests; nothing is preserved.
#pragma once
#include "check/referentials.hpp"
#include "core/clock.hpp"
#include "core/http_server.hpp"
#include "vitam/sandbox/script.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace versoir::vitam::sandbox {

struct Options {
  core::ServerOptions server;
  /// operations/<id>/: received.zip, status.json, check.json, atr.xml, SIP/; deposits.jsonl, one line per SIP
  /// that arrived.
  std::filesystem::path folder;
  std::filesystem::path referentials;  ///< see check::Referentials, and Security for who may do what
  std::int64_t tenant = 0;
  std::vector<std::int64_t> more_tenants;  ///< they share the referentials, not the operations
  /// Faults on demand: `script_file` is read again whenever it changes; after its rules those of `script`,
  /// then the word `fault` ("" none, "fatal", "garbage-atr", "drop", "unavailable").
  std::filesystem::path script_file;
  Script script;
  std::string fault;
  std::chrono::seconds purge_after{3600};  ///< the process engine then forgets what ended
  bool force_chunked = false;              ///< a SIP without Transfer-Encoding: chunked is refused
  /// Objects lie on a tape: each must be asked for, and can be fetched so long after it was. Unset: at once.
  std::optional<std::chrono::seconds> cold;
  std::filesystem::path upload;                    ///< of ingests of local files, "" = none
  std::filesystem::path tsa_certificate, tsa_key;  ///< when set, also serves RFC 3161 on http://…/tsa
  std::uint16_t tsa_port = 0;
};

/// What came in for one MessageIdentifier ("" when the SIP had none that can be read).
struct Received {
  std::uint64_t sips = 0;        ///< whose last byte arrived
  std::uint64_t operations = 0;  ///< registered, whatever their outcome
};

class Sandbox {
 public:
  /// Throws Error(Exit::configuration) on a script or referentials that cannot be used.
  Sandbox(Options options, const core::Clock& clock);
  ~Sandbox();
  void start();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t tsa_port() const;
  void stop();
  /// Since this sandbox began; thread-safe.
  [[nodiscard]] std::map<std::string, Received> received() const;
  /// Another script from now on, its counts at zero; thread-safe.
  void play(Script script);

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::vitam::sandbox

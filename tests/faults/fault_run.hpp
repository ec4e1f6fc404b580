// One deposit under faults, then its recovery by the commands that a person would type.
#pragma once
#include "tcp_proxy.hpp"
#include "vitam/sandbox/script.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace versoir::tests {

/// A workspace with a versement of several approved lots, whose platform is https://localhost:`port`.
struct Prepared {
  std::filesystem::path workspace, program;
  std::string versement;
  std::uint16_t port = 0;
};

/// How much of each connection a deposit without fault uses: where bytes can be cut.
struct Traffic {
  std::vector<std::map<TcpProxy::Way, std::uint64_t>> connections;
};

/// What goes wrong in one run. Drawn from its number alone: a run can be repeated.
struct FaultPlan {
  enum class Act { none, close, reset, kill };  ///< kill: the client, with SIGKILL
  Act act = Act::none;
  std::size_t connection = 0;
  TcpProxy::Way way = TcpProxy::Way::to_server;
  std::uint64_t at = 0;  ///< byte of that connection
  vitam::sandbox::Script script;
  bool logbook = true;    ///< the platform shows its logbook to this depositor
  bool preflight = true;  ///< contracts and rules are asked about first
  bool restart = false;   ///< the platform is restarted before the recovery
  std::size_t parallel = 1;
  std::string words;  ///< for reports
};
[[nodiscard]] FaultPlan draw_plan(std::uint64_t run, const Traffic& traffic);

struct RunResult {
  std::vector<std::string> defects;  ///< what must never happen and did; empty = good
  std::string ended;                 ///< "deposited" or "in doubt"
  int sends = 0;                     ///< commands that it took
  std::filesystem::path folder;      ///< kept when there are defects
};
[[nodiscard]] RunResult play(const Prepared& prepared, const FaultPlan& plan);

/// Bytes of a deposit without fault. Throws std::runtime_error when it does not succeed.
[[nodiscard]] Traffic measure_traffic(const Prepared& prepared);

}  // namespace versoir::tests

// One operation as the process engine sees it: steps, states, what may be asked of it. Private to the
// sandbox.
#pragma once
#include "check/checker.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "vitam/sandbox/script.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::vitam::sandbox {

/// What the folder of an operation says: its status.json and, once it was controlled, its check.json.
struct OperationFacts {
  core::Json status;
  std::optional<core::Json> check;
};

/// The process and its type, as events and answers name them: PROCESS_SIP_UNITARY, INGEST...
[[nodiscard]] std::string process_of(std::string_view context);
[[nodiscard]] std::string type_of(std::string_view context);

enum class Action { resume, next, pause, replay, cancel };
/// Of X-Action: RESUME, NEXT, PAUSE, REPLAY.
[[nodiscard]] std::optional<Action> parse_action(std::string_view word);

struct Step {
  std::string name;
  check::Status status = check::Status::ok;
  std::array<int, 7> meter{};  ///< events by status: UNKNOWN STARTED ALREADY_EXECUTED OK WARNING KO FATAL
};

/// The steps that this SIP goes through, the finalisation included, from what its control found.
[[nodiscard]] std::vector<Step> steps_of(const check::Report& report, check::Workflow workflow);

/// Of an operation that was kept without its tenant.
inline constexpr std::int64_t any_tenant = -1;

struct Process {
  std::string id, context;
  std::int64_t tenant = any_tenant;
  std::string state = "PAUSE", status = "UNKNOWN";
  bool step_by_step = false;
  std::vector<Step> done;
  std::string next_step;
  core::Instant received{};
  std::optional<core::Instant> ended;
  std::optional<OperationFault> fault;
  std::uint64_t heads = 0;     ///< HEADs since the fault stopped it
  std::optional<Action> wish;  ///< pause or cancel, of a process that is running

  [[nodiscard]] bool completed() const { return state == "COMPLETED"; }
  [[nodiscard]] bool never_started() const { return state == "PAUSE" && status == "UNKNOWN"; }
  [[nodiscard]] bool failed() const { return !done.empty() && done.back().status == check::Status::fatal; }
  /// VITAM answers an action that does not fit the state with an error.
  [[nodiscard]] bool allows(Action action) const;
  /// The worst of the steps that are done, as a status.
  [[nodiscard]] std::string worst() const;
  /// Undoes what stopped it, and says what it is to do next. For an action that is allowed.
  void start_again(Action action);
  /// Does one step, or stops before it as the fault, a wish or the mode want it. True when it goes on.
  [[nodiscard]] bool advance(const std::vector<Step>& steps);
  /// The place of the fault: after the control of the bordereau, where the SIP gets that far.
  [[nodiscard]] bool fault_due(std::size_t steps) const;
};

/// GET operations/{id}: ItemStatus.
[[nodiscard]] core::Json item_status(const Process& process);
/// An entry of GET operations: ProcessDetail.
[[nodiscard]] core::Json process_detail(const Process& process);
/// Does it answer a ProcessQuery? Throws InvalidQuery.
[[nodiscard]] bool answers(const Process& process, const core::Json& query);

/// The parts of status.json that are the process's own.
void to_status(const Process& process, core::Json& status);
[[nodiscard]] Process from_status(const core::Json& status);

}  // namespace versoir::vitam::sandbox

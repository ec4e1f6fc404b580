// Who may work on a versement at the same time, on one machine or on several that share the workspace: its
// plan is made alone, its lots are built and sent together, and each lot by one program.
#pragma once
#include "core/file.hpp"
#include "sip/versement.hpp"

#include <filesystem>
#include <optional>

namespace versoir::sip {

/// While a versement is planned. The folder of versements, made when it was not there, goes again when
/// nothing was planned.
class PlanningLock {
 public:
  /// Error(Exit::lot_state) when another program plans, builds or sends it.
  explicit PlanningLock(const Versement& versement);
  ~PlanningLock();
  PlanningLock(const PlanningLock&) = delete;
  PlanningLock& operator=(const PlanningLock&) = delete;

 private:
  std::filesystem::path made_;  ///< the folder of versements, when this made it
  std::optional<core::FileLock> lock_;
};

/// While what the plan says is built or sent: the plan stays. Others may hold it too. Error(Exit::lot_state)
/// when another program makes the plan.
[[nodiscard]] core::FileLock lock_plan(const Versement& versement);

/// While a built lot is replaced or sent. Error(Exit::lot_state) when another program has it.
[[nodiscard]] core::FileLock lock_lot(const Versement& versement, const MessageIdentifier& lot);

}  // namespace versoir::sip

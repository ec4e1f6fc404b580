// Who may work on a versement at the same time, on one machine or on several that share the workspace: its
// plan is made alone, its lots are built and sent together, and each lot by one program.
#pragma once
#include "core/file.hpp"
#include "sip/versement.hpp"

#include <filesystem>
#include <utility>

namespace versoir::sip {

/// The lock of who makes a plan. The folder of all versements goes away with it when it was made for it and
/// nothing was planned there.
class PlanLock {
 public:
  PlanLock(core::FileLock lock, std::filesystem::path made) noexcept
      : lock_(std::move(lock)), made_(std::move(made)) {}
  PlanLock(PlanLock&& other) noexcept
      : lock_(std::move(other.lock_)), made_(std::exchange(other.made_, {})) {}
  PlanLock& operator=(PlanLock&&) = delete;
  ~PlanLock();

 private:
  core::FileLock lock_;
  std::filesystem::path made_;
};

/// While a versement is planned. Error(Exit::lot_state) when another program plans, builds or sends it.
[[nodiscard]] PlanLock lock_to_plan(const Versement& versement);

/// While what the plan says is built or sent: the plan stays. Others may hold it too. Error(Exit::lot_state)
/// when another program makes the plan.
[[nodiscard]] core::FileLock lock_plan(const Versement& versement);

/// While a built lot is replaced or sent. Error(Exit::lot_state) when another program has it.
[[nodiscard]] core::FileLock lock_lot(const Versement& versement, const MessageIdentifier& lot);

}  // namespace versoir::sip

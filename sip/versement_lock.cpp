// See versement_lock.hpp.
#include "sip/versement_lock.hpp"

#include "core/error.hpp"

#include <system_error>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::FileLock;
using core::msg;

PlanLock::~PlanLock() {
  lock_ = {};
  std::error_code ignored;
  if (!made_.empty()) fs::remove(made_, ignored);  // only when it is empty
}

PlanLock lock_to_plan(const Versement& versement) {
  auto parent = versement.folder().parent_path();
  if (!fs::create_directories(parent)) parent.clear();
  if (auto lock = FileLock::try_lock_folder(versement.folder()))
    return PlanLock(std::move(*lock), std::move(parent));
  throw Error(Exit::lot_state,
              msg("The versement {0} is being planned, built or sent by another program.", versement.id()))
      .hint(msg("Wait until it has finished, or stop it; then plan again."));
}

core::FileLock lock_plan(const Versement& versement) {
  if (auto lock = FileLock::try_lock_folder(versement.folder(), FileLock::Sharing::shared))
    return std::move(*lock);
  throw Error(Exit::lot_state, msg("The versement {0} is being planned by another program.", versement.id()))
      .hint(msg("Wait until it has finished: the plan may have changed then."));
}

core::FileLock lock_lot(const Versement& versement, const MessageIdentifier& lot) {
  if (auto lock = FileLock::try_lock_folder(versement.lot(lot))) return std::move(*lock);
  throw Error(Exit::lot_state, msg("{0} is in use by another program.", lot.value));
}

}  // namespace versoir::sip

// See versement_lock.hpp.
#include "sip/versement_lock.hpp"

#include "core/error.hpp"

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::FileLock;
using core::msg;

PlanningLock::PlanningLock(const Versement& versement) {
  const auto all = versement.folder().parent_path();
  if (fs::create_directories(all)) made_ = all;
  lock_ = FileLock::try_lock_folder(versement.folder());
  if (lock_) return;
  throw Error(Exit::lot_state,
              msg("The versement {0} is being planned, built or sent by another program.", versement.id()))
      .hint(msg("Wait until it has finished, or stop it; then plan again."));
}

PlanningLock::~PlanningLock() {
  lock_.reset();
  std::error_code not_empty;
  if (!made_.empty()) fs::remove(made_, not_empty);
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

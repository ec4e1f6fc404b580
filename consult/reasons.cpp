// See reasons.hpp.
#include "consult/reasons.hpp"

namespace versoir::consult {

void GivenReasons::give(const std::string& session, const std::string& person, AccessReason reason) {
  const std::scoped_lock lock(mutex_);
  const auto now = clock_.now();
  std::erase_if(given_, [&](const auto& entry) { return now - entry.second.at >= kept_; });
  given_[{session, person}] = {std::move(reason), now};
}

std::optional<AccessReason> GivenReasons::find(const std::string& session, const std::string& person) {
  const std::scoped_lock lock(mutex_);
  const auto it = given_.find({session, person});
  if (it == given_.end() || clock_.now() - it->second.at >= kept_) return std::nullopt;
  return it->second.reason;
}

}  // namespace versoir::consult

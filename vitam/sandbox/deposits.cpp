// See deposits.hpp.
#include "vitam/sandbox/deposits.hpp"

#include "core/json.hpp"

#include <fstream>

namespace versoir::vitam::sandbox {

void Deposits::note(const std::string& message_identifier, const std::string& operation,
                    std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  auto& counted = counts_[message_identifier];
  ++counted.sips;
  if (!operation.empty()) ++counted.operations;
  std::ofstream file(file_, std::ios::app);
  file << core::canonical_json(
      {{"message_identifier", message_identifier}, {"operation", operation}, {"bytes", bytes}});
}

std::map<std::string, Received> Deposits::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace versoir::vitam::sandbox

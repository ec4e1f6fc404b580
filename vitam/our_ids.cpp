// See our_ids.hpp.
#include "vitam/our_ids.hpp"

#include "core/digest.hpp"

#include <algorithm>

namespace versoir::vitam {

OurIds::Key OurIds::key_of(std::string_view id) {
  const auto digest = core::sha256(id);
  Key key;
  std::copy_n(digest.bytes.begin(), key.size(), key.begin());
  return key;
}

void OurIds::add(std::string_view id) { keys_.push_back(key_of(id)); }

void OurIds::seal() {
  std::ranges::sort(keys_);
  const auto rest = std::ranges::unique(keys_);
  keys_.erase(rest.begin(), rest.end());
  marked_.assign(keys_.size(), false);
}

std::size_t OurIds::place(const Key& key) const {
  const auto at = std::ranges::lower_bound(keys_, key);
  return at != keys_.end() && *at == key ? static_cast<std::size_t>(at - keys_.begin()) : keys_.size();
}

OurIds::Mark OurIds::mark(std::string_view id) {
  const auto at = place(key_of(id));
  if (at == keys_.size()) return Mark::unknown;
  if (marked_[at]) return Mark::again;
  marked_[at] = true;
  ++marks_;
  return Mark::first;
}

bool OurIds::contains(std::string_view id) const { return place(key_of(id)) != keys_.size(); }

bool OurIds::marked(std::string_view id) const {
  const auto at = place(key_of(id));
  return at != keys_.size() && marked_[at];
}

}  // namespace versoir::vitam

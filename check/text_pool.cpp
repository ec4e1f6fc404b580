// Blocks that never move, and a table without nodes.
#include "check/text_pool.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace versoir::check {

std::string_view TextPool::keep(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > left_) {
    // A large text has a block of its own: what is left of the current one still serves.
    const bool alone = text.size() > block_bytes / 4;
    const auto size = alone ? text.size() : block_bytes;
    auto& block = blocks_.emplace_back(new char[size]);
    if (alone) {
      std::memcpy(block.get(), text.data(), text.size());
      return {block.get(), text.size()};
    }
    room_ = block.get();
    left_ = size;
  }
  std::memcpy(room_, text.data(), text.size());
  const std::string_view kept(room_, text.size());
  room_ += text.size();
  left_ -= text.size();
  return kept;
}

std::string_view TextPool::keep_once(std::string_view text) {
  const auto found = once_.find(text);
  return found != once_.end() ? *found : *once_.insert(keep(text)).first;
}

void NumberTable::put(Place place) {
  auto at = place.hash & mask();
  while (places_[at].number != none) at = (at + 1) & mask();
  places_[at] = place;
}

void NumberTable::add(std::uint64_t hash, std::uint32_t number) {
  if (taken_ + 1 > places_.size() / 4 * 3) {
    std::vector<Place> larger(std::max<std::size_t>(64, places_.size() * 2));
    std::swap(places_, larger);
    for (const auto& place : larger)
      if (place.number != none) put(place);
  }
  put({static_cast<std::uint32_t>(hash), number});
  ++taken_;
}

}  // namespace versoir::check

// An exact set of keys in memory, within a number of bytes.
#include "extract/key_set.hpp"

#include <algorithm>
#include <functional>

namespace versoir::extract {

namespace {

std::uint32_t hash_of(std::string_view key) noexcept {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(key));
}

}  // namespace

/// The slot of the key, or the empty one where it would stand. Never called without slots.
std::size_t KeySet::find(std::string_view key, std::uint32_t hash) const noexcept {
  const auto mask = slots_.size() - 1;
  auto i = hash & mask;
  for (;; i = (i + 1) & mask) {
    const auto& slot = slots_[i];
    if (slot.at == none) return i;
    if (slot.hash == hash && std::string_view(bytes_).substr(slot.at, slot.size) == key) return i;
  }
}

bool KeySet::add(std::string_view key) {
  if (count_ * 4 >= slots_.size() * 3) {
    // The old slots stand beside the new ones for a moment.
    if (bytes() + std::max<std::size_t>(2 * slots_.size(), 64) * sizeof(Slot) > most_bytes_) return false;
    grow();
  }
  const auto hash = hash_of(key);
  auto& slot = slots_[find(key, hash)];
  if (slot.at != none) return true;
  if (bytes_.size() + key.size() > bytes_.capacity()) {
    const auto wanted = std::max(bytes_.capacity() * 3 / 2, bytes_.size() + key.size() + 1024);
    if (wanted + bytes() > most_bytes_ || wanted >= none) return false;
    bytes_.reserve(wanted);
  }
  slot = {hash, static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(bytes_.size())};
  bytes_.append(key);
  ++count_;
  return true;
}

bool KeySet::contains(std::string_view key) const noexcept {
  return !slots_.empty() && slots_[find(key, hash_of(key))].at != none;
}

void KeySet::grow() {
  const auto before = std::move(slots_);
  slots_.assign(std::max<std::size_t>(2 * before.size(), 64), Slot{});
  for (const auto& slot : before)
    if (slot.at != none) slots_[find(std::string_view(bytes_).substr(slot.at, slot.size), slot.hash)] = slot;
}

}  // namespace versoir::extract

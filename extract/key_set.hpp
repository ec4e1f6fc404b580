// An exact set of keys in memory, within a number of bytes: what the references of a table may point at.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// Keys as bytes, one after the other in one buffer; an open table of their places. A set of std::string
/// takes three times the memory.
class KeySet {
 public:
  explicit KeySet(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  /// False when the key does not fit: the set is then of no use.
  [[nodiscard]] bool add(std::string_view key);
  [[nodiscard]] bool contains(std::string_view key) const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept {
    return bytes_.capacity() + slots_.size() * sizeof(Slot);
  }

 private:
  struct Slot {
    std::uint32_t hash = 0, size = 0;
    std::uint32_t at = none;
  };
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  [[nodiscard]] std::size_t find(std::string_view key, std::uint32_t hash) const noexcept;
  void grow();
  std::size_t most_bytes_, count_ = 0;
  std::string bytes_;
  std::vector<Slot> slots_;
};

}  // namespace versoir::extract

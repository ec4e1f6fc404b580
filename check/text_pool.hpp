// Texts and numbers of a large SIP, kept side by side: an identifier costs its bytes and a view, where a
// string of its own costs 32 bytes and often an allocation. Private to check.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace versoir::check {

/// Gives views that last as long as the pool, wherever it is moved to.
class TextPool {
 public:
  [[nodiscard]] std::string_view keep(std::string_view text);
  /// The same, once for all equal texts: for what repeats, as usages and formats do.
  [[nodiscard]] std::string_view keep_once(std::string_view text);

 private:
  static constexpr std::size_t block_bytes = 64u << 10;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* room_ = nullptr;
  std::size_t left_ = 0;
  std::unordered_set<std::string_view> once_;
};

/// Finds a number again by the hash of what it stands for; who asks says whether it is that one. Eight bytes
/// for a place, three places in four at most are taken.
class NumberTable {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  template <class IsIt>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, IsIt is_it) const {
    if (places_.empty()) return none;
    const auto short_hash = static_cast<std::uint32_t>(hash);
    for (std::size_t at = short_hash & mask();; at = (at + 1) & mask()) {
      const auto& place = places_[at];
      if (place.number == none) return none;
      if (place.hash == short_hash && is_it(place.number)) return place.number;
    }
  }
  /// A number that find() does not find.
  void add(std::uint64_t hash, std::uint32_t number);

 private:
  struct Place {
    std::uint32_t hash = 0, number = none;
  };
  [[nodiscard]] std::size_t mask() const { return places_.size() - 1; }
  void put(Place place);

  std::vector<Place> places_;  ///< their count is a power of two
  std::size_t taken_ = 0;
};

}  // namespace versoir::check

// A generator of pseudo-random numbers whose sequence is the same on every machine and library.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace versoir::samples {

/// xoshiro256** seeded by splitmix64. The distributions are ours: those of <random> differ between libraries,
/// and the same options must give the same database, byte for byte.
class Random {
 public:
  explicit Random(std::uint64_t seed) { fill(seed); }
  /// A stream of its own for one thing (a person): what others draw does not move it.
  Random(std::uint64_t seed, std::string_view stream, std::uint64_t number = 0) {
    std::uint64_t h = 0xcbf29ce484222325U;  // FNV-1a
    for (const char c : stream) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    std::uint64_t s = seed ^ h;
    mix(s);
    s += number * 0x9e3779b97f4a7c15U;
    fill(s);
  }

  std::uint64_t next() {
    const std::uint64_t result = rotate(s_[1] * 5, 7) * 9;
    const std::uint64_t t = s_[1] << 17U;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = rotate(s_[3], 45);
    return result;
  }
  /// 0 ≤ result < n, n > 0.
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32U) * n) >> 32U); }
  /// Both ends included.
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint32_t>(high - low + 1)));
  }
  bool per_thousand(int n) { return static_cast<int>(below(1000)) < n; }

  template <class T, std::size_t N>
  const T& pick(std::span<const T, N> from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }
  template <class Container>
  const typename Container::value_type& pick(const Container& from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, unsigned k) { return (x << k) | (x >> (64U - k)); }
  static std::uint64_t mix(std::uint64_t& x) {
    std::uint64_t z = (x += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  void fill(std::uint64_t seed) {
    for (auto& word : s_) word = mix(seed);
  }
  std::array<std::uint64_t, 4> s_{};
};

}  // namespace versoir::samples

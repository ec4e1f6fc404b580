// Byte patterns of the format table, parsed and prepared for the search of core/format_search.hpp.
#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

/// One pattern in the notation explained at the head of core/formats.tsv.
class BytePattern {
 public:
  static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

  struct Token {
    enum class Kind : std::uint8_t { range, not_range, mask } kind = Kind::range;
    unsigned char low = 0, high = 0;
    [[nodiscard]] bool accepts(unsigned char b) const noexcept {
      const bool inside = b >= low && b <= high;
      return kind == Kind::range ? inside : kind == Kind::not_range ? !inside : (b & low) == low;
    }
  };
  using Alternative = std::vector<Token>;
  /// One of its alternatives.
  using Step = std::vector<Alternative>;
  /// A gap of any bytes, then steps that follow each other.
  struct Run {
    std::size_t min = 0, max = 0;  ///< of the gap
    std::vector<Step> steps;
    /// The longest fixed bytes in it, and how far from its start they can stand; empty when it has none.
    std::string anchor;
    std::size_t lead_min = 0, lead_max = 0;
    std::size_t rarest = 0;  ///< in the anchor, the byte that files hold least often
    std::size_t min_width = 0;
    std::bitset<256> first;  ///< the bytes that can stand first
  };

  /// Reads a pattern at the start of `text` and drops it from there. Throws std::invalid_argument.
  static BytePattern parse(std::string_view& text);

  /// Counts back from the end of the file: runs, steps and tokens are then in that order.
  [[nodiscard]] bool from_end() const noexcept { return from_end_; }
  [[nodiscard]] const std::vector<Run>& runs() const noexcept { return runs_; }
  /// No gap without upper limit: only so many bytes from the anchor are looked at.
  [[nodiscard]] bool bounded() const noexcept;
  /// The bytes that can stand first in the file; all of them when that is not known.
  [[nodiscard]] std::bitset<256> first_bytes() const noexcept;

 private:
  void add_step(std::size_t min, std::size_t max, Step step);
  void turn_round(std::size_t last_min, std::size_t last_max);
  bool from_end_ = false;
  std::vector<Run> runs_;  ///< from the anchor: backwards when from_end_
};

}  // namespace versoir::core

// Byte patterns of the format table: parsed once, searched within a budget of steps.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

/// Work that one identification may still spend: hostile bytes can make nested gaps cost the product of their
/// lengths. When it is used up nothing matches any more.
struct PatternBudget {
  std::uint64_t steps = 20'000'000;
  [[nodiscard]] bool spend(std::uint64_t n = 1) noexcept {
    if (steps < n) {
      steps = 0;
      return false;
    }
    steps -= n;
    return true;
  }
};

/// One pattern in the notation explained at the head of core/formats.tsv.
class BytePattern {
 public:
  /// Reads a pattern at the start of `text` and drops it from there. Throws std::invalid_argument.
  static BytePattern parse(std::string_view& text);

  [[nodiscard]] bool from_end() const noexcept { return from_end_; }
  /// `window`: the first bytes of the file when the pattern counts from the beginning, else the last ones.
  [[nodiscard]] bool found_in(std::string_view window, PatternBudget& budget) const;
  /// The byte that must stand first in the file; -1 when several may.
  [[nodiscard]] int first_byte() const noexcept;

  struct Token {
    enum class Kind : std::uint8_t { range, not_range, mask } kind = Kind::range;
    unsigned char low = 0, high = 0;
  };
  struct Alternative {
    std::vector<Token> tokens;
    std::string literal;  ///< the same bytes when every token is one fixed byte, else empty
  };
  /// A gap of any bytes, then one of the alternatives.
  struct Step {
    std::size_t min = 0, max = 0;
    std::vector<Alternative> alternatives;
  };

 private:
  bool from_end_ = false;
  std::vector<Step> steps_;  ///< from the anchor: backwards when from_end_
};

}  // namespace versoir::core

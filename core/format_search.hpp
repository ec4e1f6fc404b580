// Search of byte patterns in one file: linear in what the gaps allow, within a budget of steps.
#pragma once
#include "core/format_pattern.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace versoir::core {

/// Work that one identification may still spend, whatever the bytes. When it is used up nothing matches any
/// more.
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

/// Looks for patterns in the first and the last bytes of one file. Run after run it keeps every place where
/// the runs so far can end, so no place is tried twice; in a run it looks for the fixed bytes first. What an
/// unlimited search has learnt of them serves the next patterns, which must outlive it.
class PatternSearch {
 public:
  PatternSearch(std::string_view head, std::string_view tail, PatternBudget& budget)
      : head_(head), tail_(tail), budget_(budget) {}

  [[nodiscard]] bool finds(const BytePattern& pattern);

 private:
  /// Places are counted from the anchor of the pattern: backwards from the end of the tail.
  struct Window {
    std::string_view bytes;
    bool reverse = false;
    [[nodiscard]] std::size_t size() const noexcept { return bytes.size(); }
    [[nodiscard]] unsigned char at(std::size_t place) const noexcept {
      return static_cast<unsigned char>(bytes[reverse ? bytes.size() - 1 - place : place]);
    }
  };
  /// There is none of these bytes from `from` to before `first`; npos: none at all.
  struct Known {
    std::size_t from = 0, first = 0;
  };

  bool find_run(const Window& w, const BytePattern::Run& run, const BytePattern::Run* next);
  bool try_interval(const Window& w, const BytePattern::Run& run, const BytePattern::Run* next,
                    std::size_t from, std::size_t to);
  bool try_place(const Window& w, const BytePattern::Run& run, const BytePattern::Run* next,
                 std::size_t place);
  bool follow(const Window& w, const BytePattern::Run& run, const BytePattern::Run* next, std::size_t step,
              std::size_t place);
  std::size_t next_anchor(const Window& w, const BytePattern::Run& run, std::size_t from, std::size_t to);
  std::size_t scan(const Window& w, const BytePattern::Run& run, std::size_t from, std::size_t to);
  std::size_t scan_all(const Window& w, const std::string& anchor, std::size_t from, std::size_t to);
  static std::size_t next_byte(const Window& w, unsigned char byte, std::size_t from, std::size_t to);
  [[nodiscard]] bool done(const BytePattern::Run& run, const BytePattern::Run* next, std::size_t place) const;

  std::string_view head_, tail_;
  PatternBudget& budget_;
  std::vector<std::size_t> starts_, ends_;
  std::unordered_map<std::string_view, Known> known_;
};

}  // namespace versoir::core

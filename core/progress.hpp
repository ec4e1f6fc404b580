// How long work tells where it is; the console draws it, tests record it.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace versoir::core {

class Progress {
 public:
  virtual ~Progress() = default;
  /// A new phase ("INS_ADM_ETP", "lot 3/12"); total in `unit`s when known.
  virtual void begin(std::string_view label, std::optional<std::uint64_t> total, std::string_view unit) = 0;
  virtual void advance(std::uint64_t n) = 0;
  virtual void end() = 0;
  /// Units of this phase that an earlier run did: they count in where it is, not in its rate.
  virtual void already(std::uint64_t n) { advance(n); }
  /// All the phases together, when their total is known or estimated.
  virtual void overall(std::uint64_t done, std::uint64_t total) {
    static_cast<void>(done), static_cast<void>(total);
  }
};

class SilentProgress final : public Progress {
 public:
  void begin(std::string_view, std::optional<std::uint64_t>, std::string_view) override {}
  void advance(std::uint64_t) override {}
  void end() override {}
};

}  // namespace versoir::core

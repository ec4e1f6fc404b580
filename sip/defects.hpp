// Defects of a list: the first hundred word for word, the others counted. Private to sip.
#pragma once
#include "core/i18n.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace versoir::sip {

/// A list that was exported wrong has as many defects as lines: memory does not grow with them.
class Defects {
 public:
  static constexpr std::size_t most = 100;
  void add(core::Message defect) {
    if (list_.size() < most) list_.push_back(std::move(defect));
    ++count_;
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] const std::vector<core::Message>& list() const noexcept { return list_; }

 private:
  std::vector<core::Message> list_;
  std::uint64_t count_ = 0;
};

}  // namespace versoir::sip

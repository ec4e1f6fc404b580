// Cycles among units, without recursion: a hostile manifest decides how deep the graph is. Private to check.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace versoir::check {

class Edges {
 public:
  explicit Edges(std::size_t nodes) : first_(nodes + 1, 0) {}
  void add(std::uint32_t from, std::uint32_t to) { list_.emplace_back(from, to); }

  /// A node on a cycle, if there is one.
  [[nodiscard]] std::optional<std::uint32_t> find_cycle() {
    const auto targets = arrange();
    enum : std::uint8_t { unseen, open, done };
    std::vector<std::uint8_t> state(first_.size() - 1, unseen);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> path;  // node, next edge to follow
    for (std::uint32_t start = 0; start + 1 < first_.size(); ++start) {
      if (state[start] != unseen) continue;
      state[start] = open;
      path.emplace_back(start, first_[start]);
      while (!path.empty()) {
        auto& [node, edge] = path.back();
        if (edge == first_[node + 1]) {
          state[node] = done;
          path.pop_back();
          continue;
        }
        const auto next = targets[edge++];
        if (state[next] == open) return next;
        if (state[next] == done) continue;
        state[next] = open;
        path.emplace_back(next, first_[next]);
      }
    }
    return std::nullopt;
  }

 private:
  /// Targets grouped by source; first_[n] .. first_[n + 1] are those of node n.
  std::vector<std::uint32_t> arrange() {
    for (const auto& [from, to] : list_) ++first_[from + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    std::vector<std::uint32_t> targets(list_.size()), at(first_.begin(), first_.end());
    for (const auto& [from, to] : list_) targets[at[from]++] = to;
    return targets;
  }

  std::vector<std::uint32_t> first_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> list_;
};

}  // namespace versoir::check

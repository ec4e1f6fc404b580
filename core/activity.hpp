// When a connection last moved: one atomic value, so that "busy" and "since when" are never read apart.
#pragma once
#include <atomic>
#include <chrono>

namespace versoir::core {

/// Written by the thread of a connection, asked by the one that ends idle connections.
class Activity {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit Activity(Time now) : last_(now) {}

  /// Bytes went in or out. Ends the time inside a handler, too.
  void progress(Time now) noexcept { last_.store(now); }
  /// Inside a handler, however long it takes: not idle until the next progress().
  void begin_work() noexcept { last_.store(Time::max()); }
  [[nodiscard]] bool idle(Time now, Time::duration most) const noexcept {
    const Time last = last_.load();
    return last != Time::max() && now - last > most;
  }

 private:
  std::atomic<Time> last_;
};

}  // namespace versoir::core

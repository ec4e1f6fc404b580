// A bounded queue between two threads, closed normally or by the exception that stopped a side.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace versoir::core {

/// Holds so many items, and so many bytes of them (one more item than that at most). A side that sleeps is
/// woken when a part of the queue waits for it (or after a moment): woken for every item, the kernel puts
/// both threads on one processor, where they take turns instead of working together.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity, std::size_t most_bytes = static_cast<std::size_t>(-1))
      : capacity_(capacity), part_((capacity + 7) / 8), most_bytes_(most_bytes) {}

  /// Waits for room. False when the consumer has gone (it called abandon()).
  bool push(T item, std::size_t bytes = 0) {
    std::unique_lock lock(mutex_);
    if (full()) emptied_.wait(lock, [&] { return room() || abandoned_; });
    if (abandoned_) return false;
    items_.emplace_back(std::move(item), bytes);
    bytes_ += bytes;
    if (worth_waking()) ready_.notify_one();
    return true;
  }

  /// Next item, nullopt at the end; rethrows the producer's exception after the items before it.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    while (items_.empty() && !closed_)
      ready_.wait_for(lock, std::chrono::milliseconds(20), [&] { return worth_waking() || closed_; });
    if (items_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return std::nullopt;
    }
    const bool had_room = room();
    auto [item, bytes] = std::move(items_.front());
    items_.pop_front();
    bytes_ -= bytes;
    if (!had_room && room()) emptied_.notify_all();
    return std::optional<T>(std::move(item));
  }

  /// The producer has finished, well or with an exception. Of several producers, the first exception is the
  /// one to tell: the others stopped because of it.
  void close(std::exception_ptr failure = nullptr) {
    std::lock_guard lock(mutex_);
    closed_ = true;
    if (!failure_) failure_ = failure;
    ready_.notify_all();
  }

  /// The consumer stops: producers waiting for room are released.
  void abandon() {
    std::lock_guard lock(mutex_);
    abandoned_ = true;
    emptied_.notify_all();
  }

 private:
  [[nodiscard]] bool full() const { return items_.size() >= capacity_ || bytes_ >= most_bytes_; }
  /// Enough to wake who waits for it.
  [[nodiscard]] bool room() const { return items_.size() + part_ <= capacity_ && bytes_ <= most_bytes_ / 2; }
  [[nodiscard]] bool worth_waking() const { return items_.size() >= part_ || bytes_ >= most_bytes_ / 2; }
  std::mutex mutex_;
  std::condition_variable emptied_, ready_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t capacity_, part_, most_bytes_, bytes_ = 0;
  bool closed_ = false, abandoned_ = false;
  std::exception_ptr failure_;
};

}  // namespace versoir::core

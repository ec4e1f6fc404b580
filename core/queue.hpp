// A bounded queue between two threads, closed normally or by the exception that stopped a side.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>

namespace versoir::core {

/// A side that sleeps is woken when half the queue waits for it (or after a moment): woken for every item,
/// the kernel puts both threads on one processor, where they take turns instead of working together.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity), half_((capacity + 7) / 8) {}

  /// Waits for room. False when the consumer has gone (it called abandon()).
  bool push(T item) {
    std::unique_lock lock(mutex_);
    if (items_.size() >= capacity_)
      room_.wait(lock, [&] { return items_.size() <= capacity_ - half_ || abandoned_; });
    if (abandoned_) return false;
    items_.push_back(std::move(item));
    if (items_.size() == half_) ready_.notify_one();
    return true;
  }

  /// Next item, nullopt at the end; rethrows the producer's exception after the items before it.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    const auto worth_waking = [&] { return items_.size() >= half_ || closed_; };
    while (items_.empty() && !closed_) ready_.wait_for(lock, std::chrono::milliseconds(20), worth_waking);
    if (items_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return std::nullopt;
    }
    T item = std::move(items_.front());
    items_.pop_front();
    if (items_.size() == capacity_ - half_) room_.notify_all();
    return item;
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
    room_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable room_, ready_;
  std::deque<T> items_;
  std::size_t capacity_, half_;
  bool closed_ = false, abandoned_ = false;
  std::exception_ptr failure_;
};

}  // namespace versoir::core

// A bounded queue between two threads, closed normally or by the exception that stopped a side.
#pragma once
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>

namespace versoir::core {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. False when the consumer has gone (it called abandon()).
  bool push(T item) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return items_.size() < capacity_ || abandoned_; });
    if (abandoned_) return false;
    items_.push_back(std::move(item));
    ready_.notify_one();
    return true;
  }

  /// Next item, nullopt at the end; rethrows the producer's exception after the items before it.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return !items_.empty() || closed_; });
    if (items_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return std::nullopt;
    }
    T item = std::move(items_.front());
    items_.pop_front();
    room_.notify_one();
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
  std::size_t capacity_;
  bool closed_ = false, abandoned_ = false;
  std::exception_ptr failure_;
};

}  // namespace versoir::core

// The reading side of a copy: per source a thread that fetches and one that encodes, and one writer for all.
#pragma once
#include "core/clock.hpp"
#include "core/queue.hpp"
#include "extract/encoder.hpp"
#include "extract/matching.hpp"
#include "extract/source.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace versoir::extract {

/// A table to read, and from where.
struct ReadTask {
  const TakenTable* table = nullptr;
  std::size_t number = 0;  ///< comes back in every item
  std::vector<Storage> storage;
  std::string after;
  core::Date on;  ///< the day of the copy, for the rows that are left by their age
};

/// What the writer receives, in order for each table.
struct ReadItem {
  enum class What { begin, block, restart, end } what = What::block;
  std::size_t number = 0;
  EncodedBlock block;
  std::uint64_t source_rows = 0;  ///< of begin and end
  std::size_t column = 0;         ///< of restart: this column becomes TEXT, the table starts again
};

/// Keeps several threads together under a number of rows per second.
class Throttle {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit Throttle(std::uint64_t rows_per_second) : rate_(rows_per_second) {}  ///< 0: as fast as it goes
  /// When rows that are ready at `now` may go. Time that a slow source left unused is not made up for.
  [[nodiscard]] Time turn(std::uint64_t rows, Time now);
  /// Waits for that turn, or for the stop.
  void spend(std::uint64_t rows, std::stop_token stop);

 private:
  const std::uint64_t rate_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  Time due_{};
};

/// Reads the tasks with two threads per source, one that fetches and one that encodes. `take` is called by
/// the caller's own thread with every item; what it throws, or what a source throws, stops all threads and is
/// thrown.
void read_tables(const std::vector<Source*>& sources, const std::vector<ReadTask>& tasks, Throttle& throttle,
                 const std::function<void(ReadItem&&)>& take, std::stop_token stop);

}  // namespace versoir::extract

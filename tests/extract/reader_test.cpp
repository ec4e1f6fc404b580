// The pace of a copy. Time is counted here, not waited for.
#include "extract/reader.hpp"

#include <catch2/catch.hpp>

#include <stop_token>
#include <thread>

using namespace versoir::extract;
using namespace std::chrono_literals;

TEST_CASE("a throttled copy takes the time that its rate asks, no less and no more") {
  Throttle throttle(1000);
  const Throttle::Time begin{1h};
  auto now = begin;
  std::uint64_t given = 0;
  for (const std::uint64_t rows : {256, 256, 1, 0, 5000, 256, 231}) {
    now = throttle.turn(rows, now);
    // What was given before takes its share of time, to the millisecond, before anything more goes.
    CHECK(now - begin == std::chrono::milliseconds(given));
    given += rows;
  }
  CHECK(given == 6000);
}

TEST_CASE("several readers keep to one rate together") {
  Throttle throttle(1000);
  const Throttle::Time begin{1h};
  // Two sources with a block ready at every instant: each waits for what the other gave.
  Throttle::Time first = begin, second = begin;
  for (int i = 0; i < 10; ++i) {
    first = throttle.turn(100, first);
    second = throttle.turn(100, second);
    CHECK(first - begin == i * 200ms);
    CHECK(second - begin == i * 200ms + 100ms);
  }
}

TEST_CASE("time that a slow source left unused is not made up for") {
  Throttle throttle(1000);
  const Throttle::Time begin{1h};
  CHECK(throttle.turn(500, begin) == begin);
  CHECK(throttle.turn(500, begin + 10s) == begin + 10s);  // the source thought for ten seconds
  CHECK(throttle.turn(500, begin + 10s) == begin + 10s + 500ms);
}

TEST_CASE("without a rate nothing waits, and a stop ends a wait") {
  Throttle free(0);
  const Throttle::Time begin{1h};
  for (int i = 0; i < 3; ++i) CHECK(free.turn(1'000'000'000, begin) == begin);
  Throttle slow(1);
  std::stop_source stop;
  slow.spend(1'000'000, {});  // the next turn is in eleven days
  const std::jthread later([&] { stop.request_stop(); });
  slow.spend(1, stop.get_token());
  CHECK(stop.stop_requested());
}

// Texts and numbers of a large SIP: nothing moves, nothing is taken for another.
#include "check/text_pool.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace versoir::check;

TEST_CASE("texts of every length stay where they are, also when the pool moves") {
  TextPool pool;
  std::vector<std::pair<std::string, std::string_view>> kept;
  for (std::size_t i = 0; i < 3000; ++i) {
    const std::string text(i % 97 == 0 ? 20'000 + i : i % 50, static_cast<char>('a' + i % 26));
    kept.emplace_back(text, pool.keep(text));
  }
  const TextPool moved = std::move(pool);
  for (const auto& [text, view] : kept) CHECK(view == text);
}

TEST_CASE("what repeats is kept once") {
  TextPool pool;
  const auto first = pool.keep_once("BinaryMaster_1");
  CHECK(pool.keep_once("Dissemination_1") == "Dissemination_1");
  CHECK(pool.keep_once(std::string("BinaryMaster_") + "1").data() == first.data());
  CHECK(pool.keep("BinaryMaster_1").data() != first.data());
}

TEST_CASE("numbers are found by what they stand for, though their hashes are alike") {
  NumberTable table;
  CHECK(table.find(3, [](std::uint32_t) { return true; }) == NumberTable::none);
  for (std::uint32_t number = 0; number < 2000; ++number) table.add(number % 7, number);
  for (std::uint32_t number = 0; number < 2000; number += 131)
    CHECK(table.find(number % 7, [&](std::uint32_t n) { return n == number; }) == number);
  CHECK(table.find(2, [](std::uint32_t) { return false; }) == NumberTable::none);
  CHECK(table.find(8, [](std::uint32_t) { return true; }) == NumberTable::none);
  // The upper half of a hash does not count.
  CHECK(table.find((1ull << 40) + 5, [](std::uint32_t n) { return n == 5; }) == 5);
}

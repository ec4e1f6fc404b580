// The hours in which a source may be read.
#include "extract/window.hpp"

#include "core/error.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <string>

using versoir::core::Instant;
using versoir::core::parse_instant;
using versoir::extract::Window;

namespace {

/// Paris in winter, without its changes of hour.
std::tm one_hour_east(Instant t) {
  const std::time_t seconds = t.time_since_epoch().count() + 3600;
  std::tm out{};
  gmtime_r(&seconds, &out);
  return out;
}
std::string closes(const char* hours, const char* days, const char* at) {
  const auto end = Window::parse(hours, days).closes(*parse_instant(at), one_hour_east);
  return end ? versoir::core::format_instant(*end) : "closed";
}
std::string opens(const char* hours, const char* days, const char* at) {
  return versoir::core::format_instant(Window::parse(hours, days).opens(*parse_instant(at), one_hour_east));
}

}  // namespace

TEST_CASE("a window past midnight belongs to the day on which it opens") {
  // 2026-11-25 is a Wednesday.
  CHECK(closes("22:00-06:00", "", "2026-11-25T20:59:59Z") == "closed");
  CHECK(closes("22:00-06:00", "", "2026-11-25T21:00:00Z") == "2026-11-26T05:00:00Z");
  CHECK(closes("22:00-06:00", "", "2026-11-26T04:59:59Z") == "2026-11-26T05:00:00Z");
  CHECK(closes("22:00-06:00", "", "2026-11-26T05:00:00Z") == "closed");
  CHECK(closes("22:00-06:00", "mon-fri", "2026-11-28T03:00:00Z") ==
        "2026-11-28T05:00:00Z");                                                // Friday's night
  CHECK(closes("22:00-06:00", "mon-fri", "2026-11-28T22:00:00Z") == "closed");  // Saturday's
  CHECK(closes("22:00-06:00", "ven-lun", "2026-11-28T22:00:00Z") == "2026-11-29T05:00:00Z");
}

TEST_CASE("the next opening is told") {
  CHECK(opens("22:00-06:00", "", "2026-11-25T10:30:30Z") == "2026-11-25T21:00:00Z");
  CHECK(opens("22:00-06:00", "mon-fri", "2026-11-28T10:00:00Z") == "2026-11-30T21:00:00Z");
  CHECK(opens("08:00-12:00", "sam,dim", "2026-11-25T10:00:00Z") == "2026-11-28T07:00:00Z");
}

TEST_CASE("a window that cannot be understood is refused") {
  for (const char* hours :
       {"", "22:00", "22:00-", "24:00-06:00", "22:60-06:00", "22-06", "22:00-22:00", "a:b-c:d"})
    CHECK_THROWS_AS(Window::parse(hours, ""), versoir::core::Error);
  for (const char* days : {"monday", "mon-", "-fri", "mon,", ",", "xyz"})
    CHECK_THROWS_AS(Window::parse("22:00-06:00", days), versoir::core::Error);
}

// Instants and dates as text; calendar arithmetic of java.time.LocalDate.
#include "core/clock.hpp"

#include <fmt/format.h>

#include <charconv>

namespace versoir::core {

using namespace std::chrono;

namespace {

/// Reads exactly `n` digits at `at`.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t n) {
  if (at + n > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + n; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<Date> date_at_start(std::string_view text) {
  const auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  if (!y || !m || !d || text[4] != '-' || text[7] != '-') return std::nullopt;
  const Date date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

Date clamp(year_month ym, day d) {
  const year_month_day last{ym.year() / ym.month() / std::chrono::last};
  return Date{ym.year(), ym.month(), d > last.day() ? last.day() : d};
}

}  // namespace

Instant SystemClock::now() const { return floor<seconds>(system_clock::now()); }

std::string format_instant(Instant t) {
  const auto day_start = floor<days>(t);
  const hh_mm_ss time{t - day_start};
  return fmt::format("{}T{:02}:{:02}:{:02}Z", format_date(Date{day_start}), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

std::optional<Instant> parse_instant(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != ' ')) return std::nullopt;
  const auto date = date_at_start(text);
  const auto h = digits(text, 11, 2), m = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!date || !h || !m || !s || text[13] != ':' || text[16] != ':' || *h > 23 || *m > 59 || *s > 60)
    return std::nullopt;
  Instant t = sys_days{*date} + hours{*h} + minutes{*m} + seconds{*s};
  std::size_t at = 19;
  if (text[at] == '.') {
    ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  }
  const auto zone = text.substr(at);
  if (zone == "Z") return t;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  const auto zh = digits(zone, 1, 2), zm = digits(zone, 4, 2);
  if (!zh || !zm || *zh > 18 || *zm > 59) return std::nullopt;  // ISO 8601; java.time stops at 18 hours too
  const auto offset = hours{*zh} + minutes{*zm};
  return zone[0] == '+' ? t - offset : t + offset;
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 && !(text.size() > 10 && (text[10] == 'T' || text[10] == ' '))) return std::nullopt;
  return date_at_start(text);
}

std::string format_date(Date d) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(d.year()), static_cast<unsigned>(d.month()),
                     static_cast<unsigned>(d.day()));
}

std::string format_date_fr(Date d) {
  return fmt::format("{:02}/{:02}/{:04}", static_cast<unsigned>(d.day()), static_cast<unsigned>(d.month()),
                     static_cast<int>(d.year()));
}

Date add_duration(Date start, int count, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::day:
      return Date{sys_days{start} + days{count}};
    case TimeUnit::month:
      return clamp(year_month{start.year(), start.month()} + months{count}, start.day());
    case TimeUnit::year:
      return clamp(year_month{start.year() + years{count}, start.month()}, start.day());
  }
  return start;
}

}  // namespace versoir::core

// The few habits of writing that differ between French and English.
#include "core/display.hpp"

#include "core/i18n.hpp"

#include <ctime>

namespace versoir::core {

namespace {

constexpr std::string_view narrow_space = "\u202f";

bool french() { return language_tag() == "fr"; }

}  // namespace

std::string group_digits(std::uint64_t n, std::string_view separator) {
  const auto digits = std::to_string(n);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += separator;
    grouped += digits[i];
  }
  return grouped;
}

std::string show_count(std::uint64_t n) { return group_digits(n, french() ? narrow_space : ","); }

std::string show_size(std::uint64_t bytes) {
  if (bytes < 1000) return ntr("{0} byte", "{0} bytes", bytes);
  std::uint64_t unit = 1000;
  int step = 0;
  // 999 950 bytes already round to 1.0 MB.
  while (step < 3 && bytes >= unit * 1000 - unit / 20) {
    unit *= 1000;
    ++step;
  }
  const auto tenths = bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit;
  const auto number = show_count(tenths / 10) + (french() ? "," : ".") + std::to_string(tenths % 10);
  switch (step) {
    case 0:
      return msg("{0} kB", number).text();
    case 1:
      return msg("{0} MB", number).text();
    case 2:
      return msg("{0} GB", number).text();
    default:
      return msg("{0} TB", number).text();
  }
}

std::string show_date(Date d) { return french() ? format_date_fr(d) : format_date(d); }

std::string show_date(Instant t) { return show_date(Date{std::chrono::floor<std::chrono::days>(t)}); }

std::string show_date(std::string_view iso) {
  const auto date = parse_date(iso);
  return date ? show_date(*date) : std::string();
}

std::string show_instant(Instant t) {
  return msg("{0} at {1} UTC", show_date(t), format_instant(t).substr(11, 5)).text();
}

namespace {

std::tm local_tm(Instant t) {
  const std::time_t seconds = t.time_since_epoch().count();
  std::tm out{};
  ::localtime_r(&seconds, &out);
  return out;
}

}  // namespace

std::string show_local_time(Instant t) {
  const auto tm = local_tm(t);
  return fmt::format("{:02}:{:02}", tm.tm_hour, tm.tm_min);
}

std::string show_local_instant(Instant t) {
  using namespace std::chrono;
  const auto tm = local_tm(t);
  const Date today{year{tm.tm_year + 1900}, month{static_cast<unsigned>(tm.tm_mon + 1)},
                   day{static_cast<unsigned>(tm.tm_mday)}};
  return msg("{0} at {1}, local time", show_date(today), show_local_time(t)).text();
}

}  // namespace versoir::core

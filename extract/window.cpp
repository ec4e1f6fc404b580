// The hours in which a source may be read.
#include "extract/window.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

std::optional<int> minute_of_day(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view digits, int most) -> std::optional<int> {
    int n = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (digits.empty() || digits.size() > 2 || error != std::errc{} || end != digits.data() + digits.size() ||
        n < 0 || n > most)
      return std::nullopt;
    return n;
  };
  const auto hour = number(text.substr(0, colon), 23), minute = number(text.substr(colon + 1), 59);
  if (!hour || !minute) return std::nullopt;
  return *hour * 60 + *minute;
}

std::optional<std::size_t> day_number(std::string_view name) {
  static constexpr std::array names{"mon", "tue", "wed", "thu", "fri", "sat", "sun",
                                    "lun", "mar", "mer", "jeu", "ven", "sam", "dim"};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto it = std::ranges::find(names, std::string_view(lower));
  if (it == names.end()) return std::nullopt;
  return static_cast<std::size_t>(it - names.begin()) % 7;
}

[[noreturn]] void refuse_days(std::string_view days) {
  throw Error(Exit::usage, msg("The days {0} cannot be understood.", days))
      .hint(msg("For example: mon-fri, or sat,sun (in French too: lun-ven)."));
}

}  // namespace

std::tm machine_time(core::Instant t) {
  const std::time_t seconds = t.time_since_epoch().count();
  std::tm out{};
  ::localtime_r(&seconds, &out);
  return out;
}

Window Window::parse(std::string_view hours, std::string_view days) {
  Window w;
  const auto dash = hours.find('-');
  const auto from = dash == std::string_view::npos ? std::nullopt : minute_of_day(hours.substr(0, dash));
  const auto to = dash == std::string_view::npos ? std::nullopt : minute_of_day(hours.substr(dash + 1));
  if (!from || !to || *from == *to)
    throw Error(Exit::usage, msg("The window {0} cannot be understood.", hours))
        .hint(msg("For example: 22:00-06:00."));
  w.from_ = *from;
  w.to_ = *to;
  if (days.empty()) w.days_.fill(true);
  while (!days.empty()) {
    const auto comma = days.find(',');
    const auto part = days.substr(0, comma);
    const auto range = part.find('-');
    const auto first = day_number(part.substr(0, range));
    const auto last = range == std::string_view::npos ? first : day_number(part.substr(range + 1));
    if (!first || !last) refuse_days(part);
    for (auto d = *first;; d = (d + 1) % 7) {
      w.days_[d] = true;
      if (d == *last) break;
    }
    if (comma == std::string_view::npos) break;
    days.remove_prefix(comma + 1);
    if (days.empty()) refuse_days(part);
  }
  return w;
}

bool Window::open_at(const std::tm& local) const noexcept {
  const int minute = local.tm_hour * 60 + local.tm_min;
  const auto today = static_cast<std::size_t>((local.tm_wday + 6) % 7), yesterday = (today + 6) % 7;
  if (from_ < to_) return days_[today] && minute >= from_ && minute < to_;
  // Past midnight the window is that of the day before.
  return (days_[today] && minute >= from_) || (days_[yesterday] && minute < to_);
}

std::optional<core::Instant> Window::closes(core::Instant t, const LocalTime& local) const {
  if (!open_at(local(t))) return std::nullopt;
  // Minute by minute: a change of hour in the night is then the machine's business, not ours.
  auto at = t - std::chrono::seconds(local(t).tm_sec);
  do at += std::chrono::minutes(1);
  while (open_at(local(at)) && at - t < std::chrono::days(8));
  return at;
}

core::Instant Window::opens(core::Instant t, const LocalTime& local) const {
  auto at = t - std::chrono::seconds(local(t).tm_sec);
  bool was_open = open_at(local(at));
  for (int i = 0; i < 8 * 24 * 60; ++i) {
    at += std::chrono::minutes(1);
    const bool open = open_at(local(at));
    if (open && !was_open) return at;
    was_open = open;
  }
  return at;
}

}  // namespace versoir::extract

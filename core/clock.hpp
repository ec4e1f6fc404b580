// Time: one clock port, RFC 3339 texts, and calendar arithmetic that agrees with VITAM's.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::core {

using Instant = std::chrono::sys_seconds;

/// The clock as the program sees it; tests give a FixedClock.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
};
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
};
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Instant t) : t_(t) {}
  [[nodiscard]] Instant now() const override { return t_; }
  void set(Instant t) { t_ = t; }

 private:
  Instant t_;
};

/// 2026-11-25T10:00:00Z
[[nodiscard]] std::string format_instant(Instant t);
/// Accepts Z, ±hh:mm and a fraction (dropped); nullopt when it is not a date-time.
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);

using Date = std::chrono::year_month_day;
/// YYYY-MM-DD; also takes the date part of YYYY-MM-DDTHH:MM:SS. nullopt when not a real date.
[[nodiscard]] std::optional<Date> parse_date(std::string_view text);
[[nodiscard]] std::string format_date(Date d);
/// 25/11/2026, for people.
[[nodiscard]] std::string format_date_fr(Date d);

enum class TimeUnit { day, month, year };
/// Adds a duration as java.time.LocalDate does (29 February + 50 years = 28 February), which is what VITAM
/// applies to rules: our forecast end dates then equal the platform's.
[[nodiscard]] Date add_duration(Date start, int count, TimeUnit unit);

}  // namespace versoir::core

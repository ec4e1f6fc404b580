// The hours in which a source may be read: "22:00-06:00", on chosen days of the week.
#pragma once
#include "core/clock.hpp"

#include <array>
#include <ctime>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// Local time of the machine, with its changes of hour.
using LocalTime = std::function<std::tm(core::Instant)>;
[[nodiscard]] std::tm machine_time(core::Instant t);

class Window {
 public:
  /// `hours`: HH:MM-HH:MM, may pass midnight; the day is that of its opening. `days`: "" for all, else
  /// names joined by commas or ranges, in English or French ("mon-fri", "sam,dim"). Throws
  /// Error(Exit::usage).
  static Window parse(std::string_view hours, std::string_view days);

  /// When the window that is open at `t` closes; nullopt when none is open.
  [[nodiscard]] std::optional<core::Instant> closes(core::Instant t,
                                                    const LocalTime& local = machine_time) const;
  /// The first opening after `t`.
  [[nodiscard]] core::Instant opens(core::Instant t, const LocalTime& local = machine_time) const;
  [[nodiscard]] int open_minute() const noexcept { return from_; }
  [[nodiscard]] int close_minute() const noexcept { return to_; }
  /// Monday first.
  [[nodiscard]] const std::array<bool, 7>& days() const noexcept { return days_; }

 private:
  [[nodiscard]] bool open_at(const std::tm& local) const noexcept;
  int from_ = 0, to_ = 0;  ///< minutes of the day
  std::array<bool, 7> days_{};
};

}  // namespace versoir::extract

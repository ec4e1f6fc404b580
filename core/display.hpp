// Counts, sizes and dates as people of the user's language write them. Files and JSON keep machine forms.
#pragma once
#include "core/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace versoir::core {

/// 77726 → "77 726" in French (narrow no-break space, U+202F), "77,726" in English.
[[nodiscard]] std::string show_count(std::uint64_t n);
/// Decimal units, one decimal, rounded to the nearest: "792,7 ko", "1,2 Mo"; "792.7 kB", "1.2 MB".
[[nodiscard]] std::string show_size(std::uint64_t bytes);
/// 25/11/2026 in French, 2026-11-25 in English.
[[nodiscard]] std::string show_date(Date d);
[[nodiscard]] std::string show_date(Instant t);
/// The date of an ISO text (date or instant); "" when it is none.
[[nodiscard]] std::string show_date(std::string_view iso);
/// With the time, which is universal: "25/11/2026 à 16:14 UTC".
[[nodiscard]] std::string show_instant(Instant t);
/// The time of day where the machine stands, "06:00": for what people said in local time (a window).
[[nodiscard]] std::string show_local_time(Instant t);
/// With its date: "25/11/2026 à 06:00, heure locale".
[[nodiscard]] std::string show_local_instant(Instant t);

/// Digits by threes, whatever the language: for acts written in French.
[[nodiscard]] std::string group_digits(std::uint64_t n, std::string_view separator);

}  // namespace versoir::core

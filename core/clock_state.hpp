// Whether the clock of this machine is kept right, as far as its kernel knows.
#pragma once
#include <string_view>

namespace versoir::core {

/// "synchronised": something (NTP, PTP, a radio) keeps it; "unsynchronised": nothing does, as far as the
/// kernel knows; "unknown": it does not tell. adjtimex(2), which anybody may read.
[[nodiscard]] std::string_view clock_state() noexcept;

}  // namespace versoir::core

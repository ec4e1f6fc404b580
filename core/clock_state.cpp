// What the kernel says of its clock.
#include "core/clock_state.hpp"

#include <sys/timex.h>

namespace versoir::core {

std::string_view clock_state() noexcept {
  timex state{};  // modes = 0 only reads
  const int told = ::adjtimex(&state);
  if (told < 0) return "unknown";
  return told == TIME_ERROR || (state.status & STA_UNSYNC) != 0 ? "unsynchronised" : "synchronised";
}

}  // namespace versoir::core

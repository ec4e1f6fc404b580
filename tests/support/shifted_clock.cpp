// Preloaded into a program under test: the time of day, moved by the seconds that a file holds
// (VERSOIR_CLOCK_SHIFT). Clocks that only measure how long something takes are left alone.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

extern "C" int clock_gettime(clockid_t which, timespec* out) noexcept {
  const auto code = static_cast<int>(syscall(SYS_clock_gettime, which, out));
  if (code != 0 || which != CLOCK_REALTIME) return code;
  const char* name = std::getenv("VERSOIR_CLOCK_SHIFT");
  std::FILE* file = name ? std::fopen(name, "re") : nullptr;
  if (!file) return code;
  long seconds = 0;
  if (std::fscanf(file, "%ld", &seconds) == 1) out->tv_sec += seconds;
  std::fclose(file);
  return code;
}

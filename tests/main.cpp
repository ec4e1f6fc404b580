// One main for all test programs: Catch2, and exit code 77 when the selected test asked to be skipped.
#define CATCH_CONFIG_RUNNER
#include "test_support.hpp"

#include <catch2/catch.hpp>

namespace versoir::tests {
bool& skip_requested() {
  static bool value = false;
  return value;
}
}  // namespace versoir::tests

#ifdef __SANITIZE_ADDRESS__
/// fontconfig keeps what it reads of fonts behind offsets, which the leak checker does not follow: what the
/// papers hold for the whole life of the program looks lost to it.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
#endif

int main(int argc, char** argv) {
  const int failures = Catch::Session().run(argc, argv);
  if (failures == 0 && versoir::tests::skip_requested()) return 77;
  return failures == 0 ? 0 : 1;
}

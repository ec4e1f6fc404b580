// What every test program may use: where the sources are, the shared reference material, skipping.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace versoir::tests {

bool& skip_requested();

/// Under a sanitizer the memory of a process is not what the program uses: its size is then not judged.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool memory_tells = false;
#else
inline constexpr bool memory_tells = true;
#endif

inline std::filesystem::path source_dir() { return VERSOIR_SOURCE_DIR; }

/// Reference material beside the checkout (../shared). In CI its absence is a failure; elsewhere the test is
/// skipped.
inline std::filesystem::path shared_dir() { return source_dir().parent_path() / "shared"; }

/// Call at the start of a test that needs `path`: true = go on. False = the caller returns; the program
/// exits 77. With CI=true a missing path fails instead of skipping.
inline bool have(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) return true;
  const char* ci = std::getenv("CI");
  if (ci && std::string(ci) == "true") throw std::runtime_error("missing in CI: " + path.string());
  std::cerr << "skipped: " << path << " is not there\n";
  skip_requested() = true;
  return false;
}

}  // namespace versoir::tests

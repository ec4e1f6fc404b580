// A profile is loaded or refused with an Error, nothing else. Each line "== name" begins a file.
#include "core/error.hpp"
#include "profiles/loader.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  std::map<std::string, std::string> files;
  while (rest.starts_with("== ")) {
    const auto line = rest.find('\n');
    if (line == std::string_view::npos) break;
    const auto next = rest.find("\n== ", line);
    files[std::string(rest.substr(3, line - 3))] =
        std::string(rest.substr(line + 1, next == std::string_view::npos ? next : next - line));
    rest = next == std::string_view::npos ? std::string_view() : rest.substr(next + 1);
  }
  try {
    static_cast<void>(versoir::profiles::load(files, "profile"));
  } catch (const versoir::core::Error&) {
  }
  return 0;
}

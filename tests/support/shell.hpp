// Commands of other people's programs, as tests of every room run them.
#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>

namespace versoir::tests {

struct Ran {
  int code = -1;
  std::string output;
};
/// A shell command; standard error is part of the output.
inline Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (!pipe) return ran;
  std::array<char, 4096> buffer{};
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    ran.output.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}
/// Its exit code alone.
inline int exit_code(const std::string& command) { return run(command).code; }

}  // namespace versoir::tests

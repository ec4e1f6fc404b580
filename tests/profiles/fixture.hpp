// An invented application with three tables, read from files and changed one piece at a time.
#pragma once
#include "core/error.hpp"
#include "profiles/loader.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace versoir::tests {

inline std::filesystem::path biblio_folder() { return source_dir() / "tests/profiles/fixtures/biblio"; }

inline std::map<std::string, std::string> biblio_files() {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(biblio_folder())) {
    std::ifstream in(entry.path(), std::ios::binary);
    files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
  }
  return files;
}

/// Replaces one occurrence of `from`, which must exist: a test that changes nothing would prove nothing.
inline std::map<std::string, std::string> with_change(std::map<std::string, std::string> files,
                                                      const std::string& file, const std::string& from,
                                                      const std::string& to) {
  auto& text = files.at(file);
  const auto at = text.find(from);
  INFO("looked for: " << from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  return files;
}

/// The causes of the error that loading gives, in English; empty when it loads.
inline std::vector<std::string> defects_of(const std::map<std::string, std::string>& files) {
  try {
    static_cast<void>(profiles::load(files, "essai"));
    return {};
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    std::vector<std::string> out;
    for (const auto& cause : e.causes()) out.push_back(cause.english());
    return out;
  }
}

}  // namespace versoir::tests

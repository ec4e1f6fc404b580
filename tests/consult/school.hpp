// An invented music school: twelve pupils whose names are awkward on purpose, extracted as any application
// is.
#pragma once
#include "consult/archive.hpp"
#include "core/clock.hpp"
#include "core/file.hpp"
#include "core/progress.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace versoir::tests {

class School {
 public:
  /// `more`: SQL run on the source before the extraction.
  explicit School(const std::string& more = {});
  /// Extracts again, over the same file.
  void extract(const std::string& more);

  [[nodiscard]] std::filesystem::path folder() const { return dir_.path() / "ws"; }
  [[nodiscard]] std::filesystem::path file() const { return folder() / "school.extract"; }
  [[nodiscard]] std::filesystem::path index() const { return folder() / "school.extract.index"; }
  [[nodiscard]] consult::Archive open() const;

 private:
  core::TemporaryDirectory dir_;
};

/// The keys of the hits, best first: "3 1".
std::string keys(const std::vector<consult::Hit>& hits);
/// The same with ranks: "3:0 1:2".
std::string ranked(const std::vector<consult::Hit>& hits);

}  // namespace versoir::tests

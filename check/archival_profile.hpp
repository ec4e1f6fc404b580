// The manifest against the grammar of an archival profile (RELAX NG or XML Schema). Private to check.
#pragma once
#include "check/referentials.hpp"
#include "core/xml.hpp"

#include <filesystem>
#include <vector>

namespace versoir::check {

struct ProfileVerdict {
  /// False: libxml2 cannot use the grammar, and nothing is said of the manifest.
  bool decided = false;
  std::vector<core::XmlIssue> issues;  ///< the first ones
};

/// Reads the manifest by stream. The grammar may include no other file.
[[nodiscard]] ProfileVerdict validate_by_profile(const std::filesystem::path& manifest,
                                                 const ArchivalProfile& profile);

/// Can libxml2 use the grammar of this profile?
[[nodiscard]] bool grammar_usable(const ArchivalProfile& profile);

}  // namespace versoir::check

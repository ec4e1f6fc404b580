// A small SIP that VITAM would accept, to be spoilt one way at a time.
#pragma once
#include "check/checker.hpp"
#include "core/file.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace versoir::tests {

struct SmallSip {
  std::string manifest_name = "manifest.xml";
  std::string manifest;
  std::vector<std::pair<std::string, std::string>> files;  ///< name in the archive, bytes

  /// Two groups (SHA-512, SHA-256), three units, one of them reached by a pointer.
  SmallSip();
  /// Replaces the first occurrence; fails the test when there is none.
  SmallSip& replace(const std::string& from, const std::string& to);
  /// The manifest first, then the files.
  std::filesystem::path write(const core::TemporaryDirectory& dir, const std::string& name = "sip.zip") const;
};

/// Codes of the defects, in order, without the events of the steps.
std::vector<std::string> defects(const check::Report& report);
/// Steps reached, in order.
std::vector<std::string> steps(const check::Report& report);

/// Writes a small folder of referentials that suits SmallSip.
std::filesystem::path write_referentials(const core::TemporaryDirectory& dir);

/// Runs `python3 -c script arg...`; true when it succeeds.
bool python(const std::string& script, const std::vector<std::string>& arguments);

}  // namespace versoir::tests

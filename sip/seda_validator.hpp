// Validation of a SEDA message of any size: structure, values, identifiers and references, every fault at
// once.
#pragma once
#include "core/xml.hpp"
#include "sip/seda_machine.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

struct SedaLimits {
  core::XmlLimits xml;
  std::size_t issues = 1000;              ///< kept; all are counted
  std::uint64_t identifiers = 8'000'000;  ///< more are refused: each takes 21 to 43 bytes
};

struct SedaReport {
  std::optional<SedaVersion> version;  ///< none: the namespace of the root is not one that we know
  std::string message;                 ///< name of the root element
  std::vector<SedaIssue> issues;       ///< in the order of the document; dangling references last
  std::uint64_t total = 0;
  /// The file stopped being XML, or went over a limit, at the last issue.
  bool unreadable = false;

  [[nodiscard]] bool valid() const noexcept { return total == 0; }
};

/// Reads the file once, and once more only when a reference designates nothing (to tell where). Memory grows
/// by 21 to 43 bytes for each identifier, 8 for each reference to what comes later. The version is that of
/// the root's namespace. Throws for a file that cannot be opened; what is wrong in it is an issue.
[[nodiscard]] SedaReport validate_seda(const std::filesystem::path& file, SedaMode mode,
                                       SedaLimits limits = {});
/// The same in memory.
[[nodiscard]] SedaReport validate_seda_text(std::string_view bytes, SedaMode mode, SedaLimits limits = {});

/// The fault with its place, in the user's language: line 12, unit “Dossier de …”, ArchiveTransfer/…/Title:
/// ….
[[nodiscard]] core::Message issue_message(const SedaIssue& issue);

}  // namespace versoir::sip

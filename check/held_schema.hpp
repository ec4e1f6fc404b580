// The manifest of a SIP against a schema that the user holds: an archival profile, in RELAX NG or XML Schema.
#pragma once
#include "core/json.hpp"
#include "core/xml.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace versoir::check {

/// Faults kept of one manifest; the reading stops there.
inline constexpr std::size_t most_schema_faults = 1000;

struct SchemaVerdict {
  std::string manifest;                ///< its name in the SIP
  std::vector<core::XmlIssue> faults;  ///< in the order of the document
  bool more = false;                   ///< the reading stopped at most_schema_faults

  [[nodiscard]] bool valid() const noexcept { return faults.empty(); }
};

class HeldSchema {
 public:
  /// Error(Exit::profile_invalid) for a schema that cannot be used, or that asks for more than files beside
  /// it.
  explicit HeldSchema(const std::filesystem::path& file);
  /// `sip` is a SIP, or a manifest by itself. Error(Exit::sip_unreadable) when it holds no manifest.
  [[nodiscard]] SchemaVerdict validate(const std::filesystem::path& sip) const;

 private:
  core::Grammar grammar_;
};

/// One fault as a line: "line 12, ArchiveTransfer/…/Content/Title: … Expected: …", in the user's language.
[[nodiscard]] std::string fault_line(const core::XmlIssue& fault);
[[nodiscard]] core::Json fault_json(const core::XmlIssue& fault);

}  // namespace versoir::check

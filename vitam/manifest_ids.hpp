// Identifiers that the manifest of a SIP declares: what a reply has to answer for. Private to vitam.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace versoir::vitam {

struct ManifestIds {
  std::string message_identifier;
  std::vector<std::string> units, objects;
};
/// Streams manifest.xml out of the container. Throws Error(Exit::sip_unreadable).
[[nodiscard]] ManifestIds read_manifest_ids(const std::filesystem::path& sip);

}  // namespace versoir::vitam

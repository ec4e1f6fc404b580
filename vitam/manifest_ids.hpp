// Identifiers that the manifest of a SIP declares: what a reply has to answer for. Private to vitam.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace versoir::vitam {

/// A unit that stands for one that the platform holds (UpdateOperation): nothing of it is transferred.
struct AttachedUnit {
  std::string id, parent;  ///< of our manifest; `parent` "" at the root
  std::string system_id;   ///< or the key:
  std::string key_name, key_value;
};
struct ManifestIds {
  std::string message_identifier;
  std::vector<std::string> units, objects;  ///< what is transferred
  std::vector<AttachedUnit> attached;
};
/// The same from a manifest that stands by itself.
[[nodiscard]] ManifestIds read_ids(const std::filesystem::path& manifest);
/// The manifest of a container, under another name.
void extract_manifest(const std::filesystem::path& sip, const std::filesystem::path& to);
/// Streams manifest.xml out of the container. Throws Error(Exit::sip_unreadable).
[[nodiscard]] ManifestIds read_manifest_ids(const std::filesystem::path& sip);

}  // namespace versoir::vitam

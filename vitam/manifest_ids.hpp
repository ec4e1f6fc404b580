// Identifiers that the manifest of a SIP declares: what a reply has to answer for. Private to vitam.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::vitam {

/// A unit that stands for one that the platform holds (UpdateOperation): nothing of it is transferred.
struct AttachedUnit {
  std::string id, parent;  ///< of our manifest; `parent` "" at the root
  std::string system_id;   ///< or the key:
  std::string key_name, key_value;
};
struct ManifestHead {
  std::string message_identifier;
  std::vector<AttachedUnit> attached;
};
struct ManifestIds : ManifestHead {
  std::vector<std::string> units, objects;  ///< what is transferred
};
/// Is given the identifier of each unit and data object that is transferred, whatever their number.
struct IdSink {
  std::function<void(std::string_view)> unit, object;
};
/// From a manifest that stands by itself. Throws Error(Exit::sip_unreadable).
[[nodiscard]] ManifestHead scan_ids(const std::filesystem::path& manifest, const IdSink& sink);
[[nodiscard]] ManifestIds read_ids(const std::filesystem::path& manifest);
/// The manifest of a container, as a new file that lasts as long as the program that needs it.
void extract_manifest(const std::filesystem::path& sip, const std::filesystem::path& to);
}  // namespace versoir::vitam

// What a stored manifest declares, unit by unit, for the sandbox's index. Private to the sandbox.
#pragma once
#include "core/xml.hpp"
#include "vitam/manifest_ids.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versoir::vitam::sandbox {

struct DeclaredObject {
  std::string id, group;     ///< the object's own id where it is in no group
  core::XmlElement element;  ///< BinaryDataObject or PhysicalDataObject
};

struct DeclaredUnit {
  std::string id;
  std::uint64_t place = 0;           ///< in the order of the manifest, from 1
  std::vector<std::string> parents;  ///< local ids; the one around it
  std::string group, object;         ///< what it references, one of both or none
  std::optional<core::XmlElement> management, content;
  std::optional<AttachedUnit> attached;  ///< stands for a unit of the platform
};

/// A unit named inside another one by ArchiveUnitRefId.
struct DeclaredLink {
  std::string parent, child;
};

/// Leaves of the message and of its ManagementMetadata.
struct DeclaredHead {
  std::string seda, message_identifier, archival_agreement, archival_agency, transferring_agency, comment;
  std::string originating_agency, submission_agency, archival_profile, acquisition_information, legal_status;
  core::XmlElement rules;  ///< the ManagementMetadata, whose rules hold for the units at the top
};

struct ManifestTakers {
  std::function<void(const DeclaredObject&)> object;
  std::function<void(const DeclaredUnit&)> unit;
  std::function<void(const DeclaredLink&)> link;
};

/// Streams a manifest: nothing of a unit is kept once it is closed.
[[nodiscard]] DeclaredHead read_declared(const std::filesystem::path& manifest, const ManifestTakers& takers);

/// An element as it was taken from a manifest.
void write_element(core::XmlWriter& writer, const core::XmlElement& element);

}  // namespace versoir::vitam::sandbox

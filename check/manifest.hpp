// One reading of the manifest: what the controls need to know, ids as hashes where a name is not shown.
// Private to check.
#pragma once
#include "check/any_digest.hpp"
#include "check/checker.hpp"
#include "core/xml.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace versoir::check {

inline constexpr std::uint32_t none = 0xFFFFFFFF;

/// VITAM has no limit of depth; ours protects the stack of what follows the reading.
inline constexpr core::XmlLimits manifest_limits{8'000'000'000, 4000, 10'000'000};

/// Defects met while reading, kept until the step that reports them. The first hundred keep their text.
struct Defects {
  struct Item {
    std::string code;  ///< without its status
    Status status = Status::ko;
    core::Message message;
    std::string where;
  };
  std::vector<Item> items;
  std::uint64_t total = 0;
  Status worst = Status::ok;

  void add(std::string_view code, Status status, core::Message message, std::string where);
};

struct ObjectFacts {
  std::string id, version, uri, format;
  std::uint32_t group = none;         ///< none: it has a group of its own
  std::uint64_t group_reference = 0;  ///< hash of DataObjectGroupReferenceId, resolved at the end
  std::uint64_t size = 0;
  DeclaredDigest digest;
  bool physical = false, has_address = false, has_version = false, references_group = false;
};
struct GroupFacts {
  std::string id;
  bool attached = false;  ///< adds objects to a group that the platform holds
};
struct UnitFacts {
  std::string id;
  std::uint32_t parent = none;
  bool existing = false;  ///< stands for a unit that the platform holds (UpdateOperation)
};
/// From a unit to a group, an object or (pointer nodes) a unit.
struct Reference {
  std::uint32_t unit = none;
  std::uint64_t target = 0;
  long line = 0;
  bool to_existing_group = false;
};
enum class IdKind : std::uint8_t { unit, pointer, group, object, other };
struct IdFacts {
  IdKind kind = IdKind::other;
  std::uint32_t index = none;
};

struct ManifestModel {
  Manifest head;  ///< its lists of units and objects are filled at the end of the control
  std::vector<GroupFacts> groups;
  std::vector<ObjectFacts> objects;
  std::vector<UnitFacts> units;
  std::vector<Reference> object_references, unit_references;
  std::unordered_map<std::uint64_t, IdFacts> ids;

  Defects attachments;    ///< CHECK_MANIFEST, in document order: malformed references, GUIDs, keys
  Defects group_values;   ///< CHECK_OBJECT_GROUP_SCHEMA
  Defects unit_schema;    ///< CHECK_UNIT_SCHEMA
  Defects unit_profiles;  ///< CHECK_ARCHIVE_UNIT_PROFILE
  Defects classification, rules;
  bool attaches = false;               ///< something of the SIP is tied to what the platform holds
  bool unit_profiles_assumed = false;  ///< a unit names an archive unit profile that could not be applied
};

/// Reads a manifest of a known version. `referentials` may be null: rules and levels are then not compared.
/// Throws Error(Exit::sip_unreadable) when the document is not well-formed.
void read_manifest(const std::filesystem::path& file, const Referentials* referentials, ManifestModel& model);

/// Name and namespace of the root, and whether something stood before it. Throws Error(Exit::sip_unreadable).
struct Root {
  std::string name, ns;
  bool preceded = false;
};
[[nodiscard]] Root read_root(const std::filesystem::path& file);

}  // namespace versoir::check

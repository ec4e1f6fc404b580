// One reading of the manifest: what the controls need to know, ids as hashes where a name is not shown.
// Private to check.
#pragma once
#include "check/any_digest.hpp"
#include "check/checker.hpp"
#include "check/text_pool.hpp"
#include "core/xml.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
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

// Texts are views into ManifestModel::texts.
struct ObjectFacts {
  std::string_view id, version, uri, format;
  std::uint64_t size = 0;
  std::uint32_t group = none;  ///< none: it has a group of its own
  DeclaredDigest digest;
  bool physical = false, has_address = false, has_version = false;
};
struct GroupFacts {
  std::string_view id;
  bool attached = false;  ///< adds objects to a group that the platform holds
};
struct UnitFacts {
  std::string_view id;
  std::uint32_t parent = none;
  bool existing = false;  ///< stands for a unit that the platform holds (UpdateOperation)
};
/// From a unit to a group, an object or (pointer nodes) a unit.
struct Reference {
  std::uint32_t unit = none;
  std::uint32_t met = 0;  ///< units that stand before it in the manifest
  std::uint64_t target = 0;
  long line = 0;
  bool to_existing_group = false;
};
/// A file of the history of custody: a group or an object of the SIP.
struct CustodialFile {
  std::uint32_t unit = none;
  std::uint64_t target = 0;
  bool group = false;
};
enum class IdKind : std::uint8_t { unit, pointer, group, object, other };
struct IdFacts {
  IdKind kind = IdKind::other;
  std::uint32_t index = none;
};

/// Identifiers by their hash. They are declared while the manifest is read, and asked for afterwards: sorted
/// then, sixteen bytes each.
class IdTable {
 public:
  void declare(std::string_view id, IdFacts facts);
  /// Of two equal ones the first counts; the schema refuses the second.
  void close();
  [[nodiscard]] std::optional<IdFacts> find(std::uint64_t hash) const;

 private:
  struct Entry {
    std::uint64_t hash = 0;
    IdFacts facts;
  };
  std::deque<Entry> entries_;
};

/// Lists that grow in blocks: a list that doubles would need three times its bytes while it moves.
struct ManifestModel {
  Manifest head;  ///< its lists of units and objects are filled at the end of the control
  TextPool texts;
  std::deque<GroupFacts> groups;
  std::deque<ObjectFacts> objects;
  std::deque<UnitFacts> units;
  std::deque<Reference> object_references, unit_references;
  std::vector<CustodialFile> custodial_files;
  IdTable ids;

  Defects attachments;    ///< CHECK_MANIFEST, in document order: malformed references, GUIDs, keys
  Defects group_values;   ///< CHECK_OBJECT_GROUP_SCHEMA
  Defects unit_schema;    ///< CHECK_UNIT_SCHEMA
  Defects unit_profiles;  ///< CHECK_ARCHIVE_UNIT_PROFILE
  Defects classification, rules;
  bool attaches = false;               ///< something of the SIP is tied to what the platform holds
  bool unit_profiles_assumed = false;  ///< a unit names an archive unit profile that could not be applied
};

/// A leaf anywhere in the document: VITAM takes the last occurrence wherever it stands. `parent` is given for
/// a child of a child of the root.
void take_head_value(Manifest& head, std::string_view name, std::string_view parent, const std::string& text);
/// A leaf that is a child of an object.
void take_object_value(ManifestModel& model, std::uint32_t number, std::string_view name,
                       const std::string& text);

/// Reads a manifest of a known version. `referentials` may be null: rules and levels are then not compared.
/// Throws Error(Exit::sip_unreadable) when the document is not well-formed.
/// `now`: events of a unit's log have happened before.
void read_manifest(const std::filesystem::path& file, const Referentials* referentials, ManifestModel& model,
                   core::Instant now = core::SystemClock().now());

/// Name and namespace of the root, and whether something stood before it. Throws Error(Exit::sip_unreadable).
struct Root {
  std::string name, ns;
  bool preceded = false;
};
[[nodiscard]] Root read_root(const std::filesystem::path& file);

}  // namespace versoir::check

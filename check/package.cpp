// CHECK_DATAOBJECTPACKAGE: versions of objects, files against addresses, groups and graph, orphan groups.
#include "check/graph.hpp"
#include "check/steps.hpp"
#include "check/values.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace versoir::check {

using core::msg;

namespace {

constexpr std::string_view version_code = "CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_DATAOBJECT_VERSION.";
constexpr std::string_view number_code = "CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_OBJECTNUMBER.";
constexpr std::string_view manifest_code = "CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST";

std::string code(std::string_view action, std::string_view sub) { return std::string(action).append(sub); }

void check_no_object(const ManifestModel& model, Recorder& out) {
  if (!model.objects.empty())
    out.add("CHECK_DATAOBJECTPACKAGE.CHECK_NO_OBJECT", Status::ko,
            msg("A filing or holding scheme holds no object."), model.objects.front().id);
}

// ------------------------------------------------------------------------------------- versions (VITAM's
// CheckVersion)

void check_version(const ObjectFacts& object, Recorder& out) {
  const auto refuse = [&](std::string_view sub, core::Message why) {
    out.add(code(version_code, sub), Status::ko, std::move(why), object.id);
  };
  if (object.digest.algorithm == DigestName::unknown ||
      (!object.digest.empty && object.digest.algorithm == DigestName::absent))
    return refuse("INVALIDE_ALGO",
                  msg("The digest algorithm is none of MD5, SHA-1, SHA-256, SHA-384, SHA-512."));
  if (!object.has_version) return;
  const auto version = parse_object_version(object.version);
  if (!version)
    return refuse("INVALID_DATAOBJECTVERSION",
                  msg("{0} is not a usage and version of an object.", object.version));
  if (!object.physical && !is_binary_usage(version->usage))
    return refuse("BDO_DATAOBJECTIONVERSION_PHYSICALMASTER",
                  msg("{0} is a usage of physical objects.", object.version));
  if (object.physical && !is_physical_usage(version->usage))
    return refuse("PDO_DATAOBJECTIONVERSION_BINARYMASTER",
                  msg("{0} is a usage of binary objects.", object.version));
  if (!object.has_address)
    return refuse("EMPTY_REQUIRED_FIELD",
                  object.physical ? msg("PhysicalId is absent or empty.") : msg("Uri is absent or empty."));
}

// ---------------------------------------------------------------------------------- files (VITAM's
// CheckObjectsNumber)

/// Sets are compared: two objects may share one file.
void check_numbers(const ContainerFacts& container, const ManifestModel& model, Recorder& out) {
  std::unordered_map<std::uint64_t, const std::string*> addresses;
  const std::string* missing = nullptr;
  for (const auto& object : model.objects) {
    if (object.uri.empty()) continue;
    addresses.emplace(name_hash(object.uri), &object.uri);
    if (!missing && !container.find(object.uri)) missing = &object.uri;
  }
  const auto undeclared = std::ranges::find_if(
      container.files, [&](const FileFacts& f) { return !addresses.contains(name_hash(f.path)); });
  if (!missing && undeclared == container.files.end()) return;
  const auto declared = addresses.size(), present = container.files.size();
  if (declared > present) {
    out.add(code(number_code, "MANIFEST_SUPERIOR_BDO"), Status::ko,
            msg("The manifest declares {0} files, the archive holds {1}.", declared, present),
            missing ? *missing : "");
  } else if (declared < present) {
    out.add(code(number_code, "MANIFEST_INFERIOR_BDO"), Status::ko,
            msg("The manifest declares {0} files, the archive holds {1}.", declared, present),
            undeclared != container.files.end() ? undeclared->path : "");
  } else {
    out.add(code(number_code, "INVALID_URI"), Status::ko,
            msg("A declared address is not a file of the archive."), missing ? *missing : "");
  }
}

// ----------------------------------------------------------------------------------------- graph (VITAM's
// ExtractSeda)

/// What one group holds of each usage.
struct GroupContent {
  std::set<std::pair<std::string, std::uint64_t>> versions;
  [[nodiscard]] bool has(std::string_view usage) const {
    return std::ranges::any_of(versions, [&](const auto& v) { return v.first == usage; });
  }
};

class Graph {
 public:
  Graph(const Request& request, ManifestModel& model, Recorder& out)
      : request_(request),
        m_(model),
        out_(out),
        group_of_unit_(model.units.size(), no_group),
        referenced_(model.groups.size(), false) {}

  void check() {
    out_.add(m_.attachments);
    out_.hide_rest_after_ko();
    check_versions_in_groups();
    out_.hide_rest_after_ko();
    for (const auto& reference : m_.object_references) check_object_reference(reference);
    out_.hide_rest_after_ko();
    check_unit_references();
    out_.hide_rest_after_ko();
    check_masters();
  }
  [[nodiscard]] const std::vector<bool>& referenced() const { return referenced_; }

 private:
  static constexpr std::uint64_t no_group = ~0ull;

  /// The platform stops at the first defect of this action: the others are hidden.
  void refuse(std::string_view sub, core::Message why, std::string where) {
    out_.add(sub.empty() ? std::string(manifest_code) : code(manifest_code, "." + std::string(sub)),
             Status::ko, std::move(why), std::move(where));
    out_.hide_rest_after_ko();
  }

  void check_versions_in_groups() {
    contents_.resize(m_.groups.size());
    for (const auto& object : m_.objects) {
      if (object.group == none || !object.has_version) continue;
      const auto version = parse_object_version(object.version);
      if (!version) continue;
      if (!contents_[object.group].versions.emplace(version->usage, version->number).second)
        refuse("", msg("The group {0} holds {1} twice.", m_.groups[object.group].id, object.version),
               object.id);
    }
  }

  void check_object_reference(const Reference& reference) {
    const auto& unit = m_.units[reference.unit].id;
    const auto found = m_.ids.find(reference.target);
    if (found == m_.ids.end() ||
        (found->second.kind != IdKind::group && found->second.kind != IdKind::object))
      return refuse("", msg("The unit refers to a group or object that does not exist."), unit);
    std::uint64_t target = found->second.index;
    if (found->second.kind == IdKind::object) {
      const auto& object = m_.objects[found->second.index];
      if (object.group != none) {
        referenced_[object.group] = true;  // meant, if not said: one fault is enough
        return refuse("EXISTING_OG_NOT_DECLARED",
                      msg("The unit refers to the object {0}: it must refer to its group {1}.", object.id,
                          m_.groups[object.group].id),
                      unit);
      }
      target |= lone_object;
    } else {
      referenced_[found->second.index] = true;
      if (reference.to_existing_group || m_.units[reference.unit].existing)
        m_.groups[found->second.index].attached = true;
    }
    auto& own = group_of_unit_[reference.unit];
    if (own != no_group && own != target)
      refuse("ARCHIVEUNIT_REFERENCES_MULTIPLE_OBJECTGROUP", msg("The unit refers to several object groups."),
             unit);
    own = target;
  }

  void check_unit_references() {
    Edges edges(m_.units.size());
    for (std::uint32_t i = 0; i < m_.units.size(); ++i) {
      const auto parent = m_.units[i].parent;
      if (parent == none) continue;
      if (m_.units[i].existing && !m_.units[parent].existing)
        refuse("MODIFY_PARENT_EXISTING_UNIT_UNAUTHORIZED",
               msg("A unit that the platform holds cannot be given a new parent."), m_.units[i].id);
      edges.add(parent, i);
    }
    for (const auto& reference : m_.unit_references) {
      if (reference.unit == none) continue;
      const auto found = m_.ids.find(reference.target);
      if (found != m_.ids.end() && found->second.kind == IdKind::pointer)
        continue;  // leads to where that one leads
      if (found == m_.ids.end() || found->second.kind != IdKind::unit)
        refuse("", msg("A pointer designates no unit of the manifest."),
               fmt::format("line {}", reference.line));
      else
        edges.add(reference.unit, found->second.index);
    }
    if (const auto looping = edges.find_cycle())
      refuse("CHECK_MANIFEST_LOOP", msg("Units contain each other in a circle."), m_.units[*looping].id);
  }

  void check_masters() {
    const auto* contract =
        request_.referentials ? request_.referentials->contract(m_.head.archival_agreement) : nullptr;
    for (std::size_t i = 0; i < m_.groups.size(); ++i) {
      if (m_.groups[i].attached) continue;
      const auto& content = contents_[i];
      for (const auto* master : {"BinaryMaster", "PhysicalMaster"})
        if (content.has(master) && !content.versions.contains({master, 1}))
          refuse("EXPECTED_MANDATORY_VERSION_1", msg("A new group holds {0} without its version 1.", master),
                 m_.groups[i].id);
      if (contract && contract->master_mandatory && !content.versions.empty() &&
          !content.has("BinaryMaster") && !content.has("PhysicalMaster"))
        refuse("MASTER_MANDATORY_REQUIRED", msg("The ingest contract asks for a master in each group."),
               m_.groups[i].id);
    }
    if (contract && contract->parent_link == "UNAUTHORIZED" && m_.attaches)
      refuse("UNAUTHORIZED_ATTACHMENT_BY_CONTRACT", msg("The ingest contract forbids attachments."), "");
    if (contract && contract->parent_link == "REQUIRED" && !m_.attaches)
      refuse("ATTACHMENT_REQUIRED", msg("The ingest contract asks for an attachment."), "");
  }

  static constexpr std::uint64_t lone_object = 1ull << 32;
  const Request& request_;
  ManifestModel& m_;
  Recorder& out_;
  std::vector<std::uint64_t> group_of_unit_;
  std::vector<bool> referenced_;
  std::vector<GroupContent> contents_;
};

void check_orphans(const ManifestModel& model, const std::vector<bool>& referenced, Recorder& out) {
  for (std::size_t i = 0; i < referenced.size(); ++i)
    if (!referenced[i])
      out.add("CHECK_DATAOBJECTPACKAGE.CHECK_CONSISTENCY.CHECK_CONSISTENCY_ORPHAN_OBJECT", Status::ko,
              msg("No unit refers to this object group."), model.groups[i].id);
  std::vector<bool> lone(model.objects.size(), false);
  for (const auto& reference : model.object_references) {
    const auto found = model.ids.find(reference.target);
    if (found != model.ids.end() && found->second.kind == IdKind::object) lone[found->second.index] = true;
  }
  for (std::size_t i = 0; i < lone.size(); ++i)
    if (model.objects[i].group == none && !lone[i])
      out.add("CHECK_DATAOBJECTPACKAGE.CHECK_CONSISTENCY.CHECK_CONSISTENCY_ORPHAN_OBJECT", Status::ko,
              msg("No unit refers to this object."), model.objects[i].id);
}

}  // namespace

void control_package(const Request& request, const ContainerFacts& container, ManifestModel& model,
                     Recorder& out) {
  const bool scheme =
      request.workflow == Workflow::filing_scheme || request.workflow == Workflow::holding_scheme;
  if (scheme) {
    // All three run whatever the others found; versions and orphans are not looked at.
    check_no_object(model, out);
    check_numbers(container, model, out);
    Graph(request, model, out).check();
    return;
  }
  for (const auto& object : model.objects) check_version(object, out);
  out.hide_rest_after_ko();
  check_numbers(container, model, out);
  out.hide_rest_after_ko();
  Graph graph(request, model, out);
  graph.check();
  out.hide_rest_after_ko();
  check_orphans(model, graph.referenced(), out);
}

}  // namespace versoir::check

// CHECK_DATAOBJECTPACKAGE: versions of objects, files against addresses, groups and graph, orphan groups.
#include "check/graph.hpp"
#include "check/steps.hpp"
#include "check/values.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

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
            msg("A filing or holding scheme holds no object."), std::string(model.objects.front().id));
}

// ------------------------------------------------------------------------------------- versions (VITAM's
// CheckVersion)

void check_version(const ObjectFacts& object, Recorder& out) {
  const auto refuse = [&](std::string_view sub, core::Message why) {
    out.add(code(version_code, sub), Status::ko, std::move(why), std::string(object.id));
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
  std::vector<bool> declared_files(container.files.size(), false);
  std::vector<std::uint64_t> astray;  // hashes of addresses that are no file
  std::string missing;
  for (const auto& object : model.objects) {
    if (object.uri.empty()) continue;
    const auto file = container.number_of(object.uri);
    if (file != NumberTable::none) {
      declared_files[file] = true;
      continue;
    }
    if (missing.empty()) missing = object.uri;
    astray.push_back(name_hash(object.uri));
  }
  const auto undeclared = std::ranges::find(declared_files, false);
  if (astray.empty() && undeclared == declared_files.end()) return;
  std::ranges::sort(astray);
  const auto repeated = std::ranges::unique(astray);
  astray.erase(repeated.begin(), repeated.end());
  const auto present = container.files.size();
  const auto declared = astray.size() + static_cast<std::size_t>(std::ranges::count(declared_files, true));
  if (declared > present) {
    out.add(code(number_code, "MANIFEST_SUPERIOR_BDO"), Status::ko,
            msg("The manifest declares {0} files, the archive holds {1}.", declared, present), missing);
  } else if (declared < present) {
    const auto number = static_cast<std::size_t>(undeclared - declared_files.begin());
    out.add(code(number_code, "MANIFEST_INFERIOR_BDO"), Status::ko,
            msg("The manifest declares {0} files, the archive holds {1}.", declared, present),
            std::string(container.files[number].path));
  } else {
    out.add(code(number_code, "INVALID_URI"), Status::ko,
            msg("A declared address is not a file of the archive."), missing);
  }
}

// ----------------------------------------------------------------------------------------- graph (VITAM's
// ExtractSeda)

/// A version that a group holds.
struct Held {
  std::uint32_t group = none;
  std::uint16_t usage = 0;  ///< its place among the usages
  std::uint32_t number = 0, object = 0;
  [[nodiscard]] auto version() const { return std::tuple(group, usage, number); }
};
constexpr std::uint16_t binary_master = 0, physical_master = 1;
constexpr std::array<std::string_view, 5> usages{"BinaryMaster", "PhysicalMaster", "Dissemination",
                                                 "Thumbnail", "TextContent"};

class Graph {
 public:
  Graph(const Request& request, ManifestModel& model, Recorder& out)
      : m_(model),
        out_(out),
        contract_(request.referentials ? request.referentials->contract(model.head.archival_agreement)
                                       : nullptr),
        group_of_unit_(model.units.size(), no_group),
        referenced_(model.groups.size(), false) {}

  void check() {
    // The contract comes before the identifiers that an attachment gives.
    if (contract_ && contract_->parent_link == "UNAUTHORIZED" && m_.attaches)
      refuse("UNAUTHORIZED_ATTACHMENT_BY_CONTRACT", msg("The ingest contract forbids attachments."), "");
    out_.add(m_.attachments);
    out_.hide_rest_after_ko();
    for (const auto& file : m_.custodial_files) check_custodial_file(file);
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
  void refuse(std::string_view sub, core::Message why, std::string_view where) {
    out_.add(sub.empty() ? std::string(manifest_code) : code(manifest_code, "." + std::string(sub)),
             Status::ko, std::move(why), std::string(where));
    out_.hide_rest_after_ko();
  }

  void check_versions_in_groups() {
    for (std::uint32_t i = 0; i < m_.objects.size(); ++i) {
      const auto& object = m_.objects[i];
      if (object.group == none || !object.has_version) continue;
      const auto version = parse_object_version(object.version);
      if (!version) continue;
      const auto usage = std::ranges::find(usages, version->usage) - usages.begin();
      held_.push_back(
          {object.group, static_cast<std::uint16_t>(usage), static_cast<std::uint32_t>(version->number), i});
    }
    std::ranges::stable_sort(held_, {}, &Held::version);
    std::vector<std::uint32_t> again;  // objects whose version an earlier one has
    for (std::size_t i = 1; i < held_.size(); ++i)
      if (held_[i].version() == held_[i - 1].version()) again.push_back(held_[i].object);
    std::ranges::sort(again);
    for (const auto i : again) {
      const auto& object = m_.objects[i];
      refuse("", msg("The group {0} holds {1} twice.", m_.groups[object.group].id, object.version),
             object.id);
    }
  }

  /// VITAM's own code for it has the name of another fault.
  void check_custodial_file(const CustodialFile& file) {
    const auto found = m_.ids.find(file.target);
    if (found && found->kind == (file.group ? IdKind::group : IdKind::object)) return;
    refuse("SUBTASK_UNAUTHORIZED_ATTACHMENT_BY_BAD_SP",
           file.group ? msg("CustodialHistoryFile designates no object group of the SIP.")
                      : msg("CustodialHistoryFile designates no object of the SIP."),
           m_.units[file.unit].id);
  }

  void check_object_reference(const Reference& reference) {
    const auto unit = m_.units[reference.unit].id;
    const auto found = m_.ids.find(reference.target);
    if (!found || (found->kind != IdKind::group && found->kind != IdKind::object))
      return refuse("", msg("The unit refers to a group or object that does not exist."), unit);
    std::uint64_t target = found->index;
    if (found->kind == IdKind::object) {
      const auto& object = m_.objects[found->index];
      if (object.group != none) {
        referenced_[object.group] = true;  // meant, if not said: one fault is enough
        return refuse("EXISTING_OG_NOT_DECLARED",
                      msg("The unit refers to the object {0}: it must refer to its group {1}.", object.id,
                          m_.groups[object.group].id),
                      unit);
      }
      target |= lone_object;
    } else {
      referenced_[found->index] = true;
      if (reference.to_existing_group || m_.units[reference.unit].existing)
        m_.groups[found->index].attached = true;
    }
    auto& own = group_of_unit_[reference.unit];
    if (own != no_group && own != target)
      refuse("ARCHIVEUNIT_REFERENCES_MULTIPLE_OBJECTGROUP", msg("The unit refers to several object groups."),
             unit);
    own = target;
  }

  void check_pointer(const Reference& reference, std::uint32_t target, Edges& edges) {
    // The platform knows of the units that it has read, and of no other.
    if (m_.units[target].existing && target < reference.met)
      refuse("MODIFY_PARENT_EXISTING_UNIT_UNAUTHORIZED",
             msg("A unit that the platform holds cannot be given a new parent."), m_.units[target].id);
    edges.add(reference.unit, target);
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
      if (found && found->kind == IdKind::pointer) continue;  // leads to where that one leads
      if (!found || found->kind != IdKind::unit)
        refuse("", msg("A pointer designates no unit of the manifest."),
               fmt::format("line {}", reference.line));
      else
        check_pointer(reference, found->index, edges);
    }
    if (const auto looping = edges.find_cycle())
      refuse("CHECK_MANIFEST_LOOP", msg("Units contain each other in a circle."), m_.units[*looping].id);
  }

  /// The usages that may be added to a group that the platform holds.
  void check_added(const GroupFacts& group, std::span<const Held> held) {
    if (!contract_ || contract_->every_version) return;
    for (const auto& version : held) {
      if (std::ranges::find(contract_->versions, usages[version.usage]) != contract_->versions.end())
        continue;
      return refuse("ATTACHMENT_OBJECTGROUP",
                    msg("The ingest contract does not let {0} be added to an object group of the platform.",
                        usages[version.usage]),
                    group.id);
    }
  }

  /// `held`: what a new group holds, at least one version.
  void check_masters(const GroupFacts& group, std::span<const Held> held) {
    bool any = false;
    for (const auto usage : {binary_master, physical_master}) {
      if (std::ranges::find(held, usage, &Held::usage) == held.end()) continue;
      any = true;
      if (std::ranges::none_of(held, [&](const Held& h) { return h.usage == usage && h.number == 1; }))
        refuse("EXPECTED_MANDATORY_VERSION_1",
               msg("A new group holds {0} without its version 1.", usages[usage]), group.id);
    }
    if (contract_ && contract_->master_mandatory && !any)
      refuse("MASTER_MANDATORY_REQUIRED", msg("The ingest contract asks for a master in each group."),
             group.id);
  }

  void check_masters() {
    std::span<const Held> rest(held_);
    while (!rest.empty()) {
      const auto& group = m_.groups[rest.front().group];
      const auto end =
          std::ranges::find_if(rest, [&](const Held& h) { return h.group != rest.front().group; });
      const auto held = rest.first(static_cast<std::size_t>(end - rest.begin()));
      if (group.attached)
        check_added(group, held);
      else
        check_masters(group, held);
      rest = rest.subspan(held.size());
    }
    if (contract_ && contract_->parent_link == "REQUIRED" && !m_.attaches)
      refuse("ATTACHMENT_REQUIRED", msg("The ingest contract asks for an attachment."), "");
  }

  static constexpr std::uint64_t lone_object = 1ull << 32;
  ManifestModel& m_;
  Recorder& out_;
  const IngestContract* contract_;
  std::vector<std::uint64_t> group_of_unit_;
  std::vector<bool> referenced_;
  std::vector<Held> held_;  ///< by group, usage and number
};

void check_orphans(const ManifestModel& model, const std::vector<bool>& referenced, Recorder& out) {
  for (std::size_t i = 0; i < referenced.size(); ++i)
    if (!referenced[i])
      out.add("CHECK_DATAOBJECTPACKAGE.CHECK_CONSISTENCY.CHECK_CONSISTENCY_ORPHAN_OBJECT", Status::ko,
              msg("No unit refers to this object group."), std::string(model.groups[i].id));
  std::vector<bool> lone(model.objects.size(), false);
  for (const auto& reference : model.object_references) {
    const auto found = model.ids.find(reference.target);
    if (found && found->kind == IdKind::object) lone[found->index] = true;
  }
  for (std::size_t i = 0; i < lone.size(); ++i)
    if (model.objects[i].group == none && !lone[i])
      out.add("CHECK_DATAOBJECTPACKAGE.CHECK_CONSISTENCY.CHECK_CONSISTENCY_ORPHAN_OBJECT", Status::ko,
              msg("No unit refers to this object."), std::string(model.objects[i].id));
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

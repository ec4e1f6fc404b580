// The manifest read once: structure and references into the model, values of units and objects judged on the
// way.
#include "check/manifest.hpp"

#include "check/container.hpp"
#include "check/unit_values.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"

#include <algorithm>
#include <optional>

namespace versoir::check {

using core::Error;
using core::Exit;
using core::msg;
using core::XmlReader;

namespace {

class Reader {
 public:
  Reader(const std::filesystem::path& file, const Referentials* referentials, ManifestModel& model,
         core::Instant now)
      : xml_(XmlReader::from_file(file, Exit::sip_unreadable, manifest_limits)),
        referentials_(referentials),
        ontology_(referentials ? referentials->ontology() : own_ontology_),
        m_(model),
        now_(date_key(core::format_instant(now))) {}

  void run() {
    while (xml_.next()) {
      switch (xml_.node()) {
        case XmlReader::Node::start:
          start();
          break;
        case XmlReader::Node::text:
          if (!text_used_) text_ = xml_.text();
          break;
        case XmlReader::Node::end:
          end();
          break;
      }
    }
    m_.ids.close();
    resolve_group_references();
  }

 private:
  struct Frame {
    std::string name, ns;
    long line = 0;
    bool has_child = false;
  };

  // ---- moving in the tree

  /// Name of the element `up` levels above the current one: 0 is its parent.
  [[nodiscard]] std::string_view above(std::size_t up) const {
    return up + 2 <= depth_ ? std::string_view(frames_[depth_ - 2 - up].name) : std::string_view();
  }
  [[nodiscard]] const Frame& here() const { return frames_[depth_ - 1]; }

  void start() {
    if (depth_ > 0) frames_[depth_ - 1].has_child = true;
    if (depth_ == frames_.size()) frames_.emplace_back();
    auto& frame = frames_[depth_++];
    frame.name = xml_.name();
    frame.ns = xml_.ns();
    frame.line = xml_.line();
    frame.has_child = false;
    text_.clear();
    text_used_ = false;
    if (depth_ == 1) seda_ = frame.ns;
    if (frame.ns == seda_) opened(frame.name);
    if (in_unit_values_ && !units_.empty() && units_.back().json)
      units_.back().json->open(frame.name, xml_.attribute("lang").value_or(""));
  }

  void end() {
    const bool leaf = !here().has_child;
    if (here().ns == seda_) {
      if (leaf) take_head_value(m_.head, here().name, depth_ == 3 ? above(0) : "", text_);
      if (leaf && object_ != none) object_value();
      if (leaf && !units_.empty()) unit_reference();
    }
    if (leaf) any_value();
    if (in_unit_values_ && !units_.empty() && units_.back().json) units_.back().json->close(text_);
    if (here().ns == seda_) closed();
    --depth_;
    text_.clear();
    text_used_ = depth_ > 0 && frames_[depth_ - 1].has_child;
  }

  [[nodiscard]] std::string where(std::string_view id) const {
    return fmt::format("{} (line {})", id, here().line);
  }

  // ---- identifiers

  std::uint32_t declare(std::string_view id, IdKind kind, std::uint32_t index) {
    if (id.empty()) return index;
    m_.ids.declare(id, {kind, index});
    return index;
  }

  void resolve_group_references() {
    for (const auto& [number, reference] : group_references_) {
      const auto found = m_.ids.find(reference);
      if (found && found->kind == IdKind::group) m_.objects[number].group = found->index;
    }
  }

  // ---- openings

  void opened(const std::string& name) {
    const auto id = core::trim(xml_.attribute("id").value_or(""));
    const auto parent = above(0);
    if (name == "ArchiveUnit" && (parent == "ArchiveUnit" || parent == "DescriptiveMetadata")) {
      if (parent == "ArchiveUnit" && !units_.empty()) become_unit();
      units_.emplace_back();
      units_.back().id = id;
      return;  // what it is, and its identifier's kind, is known at its first child
    }
    if (parent == "ArchiveUnit" && !units_.empty()) child_of_unit(name);
    if (name == "DataObjectGroup" && parent == "DataObjectPackage") {
      group_ = declare(id, IdKind::group, add_group(id));
    } else if ((name == "BinaryDataObject" || name == "PhysicalDataObject") &&
               (parent == "DataObjectGroup" || parent == "DataObjectPackage")) {
      open_object(name, id);
    } else {
      declare(id, IdKind::other, none);
    }
    if (name == "ManagementMetadata" && parent == "DataObjectPackage") metadata_.emplace().id = name;
    if (name == "MessageDigest" && parent != "" && object_ != none) read_algorithm();
  }

  std::uint32_t add_group(std::string_view id) {
    m_.groups.push_back({m_.texts.keep(id), false});
    return static_cast<std::uint32_t>(m_.groups.size() - 1);
  }

  void open_object(const std::string& name, const std::string& id) {
    ObjectFacts object;
    object.id = m_.texts.keep(id);
    object.physical = name == "PhysicalDataObject";
    object.group = above(0) == "DataObjectGroup" ? group_ : none;
    m_.objects.push_back(object);
    object_ = declare(id, IdKind::object, static_cast<std::uint32_t>(m_.objects.size() - 1));
    object_harm_ = false;
  }

  void read_algorithm() {
    // The first attribute, whatever its name: so does VITAM.
    const auto attributes = xml_.attributes();
    m_.objects[object_].digest.algorithm =
        attributes.empty() ? DigestName::absent : parse_digest_name(attributes.front().second);
  }

  void child_of_unit(const std::string& name) {
    if (name == "ArchiveUnitRefId") {
      declare(units_.back().id, IdKind::pointer, none);
      units_.back().pointer = true;
      return;
    }
    become_unit();
    if (name == "Content" || name == "Management") in_unit_values_ = true;
  }

  /// The unit on top of the stack turns out to be one, and not a pointer.
  void become_unit() {
    auto& unit = units_.back();
    if (unit.index != none || unit.pointer) return;
    UnitFacts facts;
    facts.id = m_.texts.keep(unit.id);
    if (units_.size() > 1) facts.parent = units_[units_.size() - 2].index;
    m_.units.push_back(facts);
    unit.index = declare(unit.id, IdKind::unit, static_cast<std::uint32_t>(m_.units.size() - 1));
  }

  void closed() {
    const auto& name = here().name;
    const auto parent = above(0);
    if ((name == "BinaryDataObject" || name == "PhysicalDataObject") && object_ != none) object_ = none;
    if (name == "DataObjectGroup" && parent == "DataObjectPackage") group_ = none;
    if (parent == "ArchiveUnit" && (name == "Content" || name == "Management")) in_unit_values_ = false;
    if (parent == "ArchiveUnit" && name == "Content" && !units_.empty())
      units_.back().judge(referentials_, m_);
    if (name == "ArchiveUnit" && !units_.empty() &&
        (parent == "ArchiveUnit" || parent == "DescriptiveMetadata"))
      units_.pop_back();
    if (name == "ManagementMetadata" && metadata_) {
      metadata_->judge_rules(referentials_, m_);
      metadata_.reset();
    }
  }

  // ---- values

  void object_value() {
    auto& object = m_.objects[object_];
    const auto& name = here().name;
    const auto parent = above(0);
    if (parent == "FormatIdentification" && name == "FormatId")
      object.format = m_.texts.keep_once(core::trim(text_));
    if (parent != "BinaryDataObject" && parent != "PhysicalDataObject") return;
    const auto text = core::trim(text_);
    if (name == "DataObjectGroupId") {
      // Inside a nested group it is only another name of that group.
      if (object.group == none) object.group = add_group(text);
      declare(text, IdKind::group, object.group);
    } else if (name == "DataObjectGroupReferenceId") {
      if (object.group == none) group_references_.emplace_back(object_, name_hash(text));
    } else {
      take_object_value(m_, object_, name, text_);
    }
  }

  void unit_reference() {
    auto& unit = units_.back();
    const auto& name = here().name;
    const auto parent = above(0);
    const auto text = core::trim(text_);
    if (name == "ArchiveUnitRefId" && parent == "ArchiveUnit") {
      pointer(text);
    } else if (name == "ArchiveUnitProfile" && parent == "ArchiveUnit") {
      unit.profile = text;
      open_json(unit);
    } else if (name == "DataObjectGroupReferenceId" || name == "DataObjectReferenceId") {
      if (unit.index == none) return;
      if (parent == "CustodialHistoryFile")
        m_.custodial_files.push_back({unit.index, name_hash(text), name == "DataObjectGroupReferenceId"});
      if (parent != "DataObjectReference") return;
      const bool existing = above(1) == "DataObjectGroup" && above(2) == "ArchiveUnit";
      if (above(1) == "ArchiveUnit" || existing)
        m_.object_references.push_back({unit.index, 0, name_hash(text), here().line, existing});
    } else if (name == "DataObjectGroupExistingReferenceId") {
      m_.attaches = true;
      static_cast<void>(guid(text));
    } else if (name == "EventDateTime" && parent == "Event" && above(1) == "LogBook") {
      past_event(text);
    } else if (name == "SystemId" && parent == "UpdateOperation") {
      existing_unit(unit);
      static_cast<void>(guid(text));
    } else if (parent == "ArchiveUnitIdentifierKey") {
      existing_unit(unit);
      if (text.empty())
        m_.attachments.add("CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.EMPTY_KEY_ATTACHMENT", Status::ko,
                           msg("The key that designates a unit of the platform is empty."), where(unit.id));
    }
  }

  /// An event of the unit's own log has happened. A date without zone is taken as UTC's.
  void past_event(const std::string& date) {
    const auto instant = core::parse_instant(date);
    const auto key = date_key(instant ? core::format_instant(*instant) : date);
    if (key > now_)
      m_.attachments.add("CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.CHECK_MANIFEST_MALFORMED_DATA", Status::ko,
                         msg("An event of the unit's log is dated in the future: {0}", date),
                         where(units_.back().id));
  }

  void pointer(const std::string& target) {
    if (target != text_ || target.find_first_of(" \t\r\n") != std::string::npos)
      m_.attachments.add("CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.CHECK_MANIFEST_MALFORMED_DATA", Status::ko,
                         msg("A reference to a unit holds blanks or line breaks."), where(units_.back().id));
    if (units_.size() < 2) return;  // a pointer at the root leads nowhere from nowhere
    m_.unit_references.push_back({units_[units_.size() - 2].index,
                                  static_cast<std::uint32_t>(m_.units.size()), name_hash(target), here().line,
                                  false});
  }

  /// Its values are gathered as the platform's JSON only when a profile will judge them.
  void open_json(UnitValues& unit) {
    const auto* profile = referentials_ ? referentials_->unit_profile(unit.profile) : nullptr;
    if (profile && profile->active && profile->has_schema)
      unit.json = std::make_shared<UnitJson>(ontology_, unit.profile);
  }

  void existing_unit(UnitValues& unit) {
    m_.attaches = true;
    if (unit.index != none) m_.units[unit.index].existing = true;
  }

  bool guid(const std::string& text) {
    if (is_guid(text)) return true;
    m_.attachments.add("CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.INVALID_GUID_ATTACHMENT", Status::ko,
                       msg("This is not an identifier of the platform."), where(units_.back().id));
    return false;
  }

  /// Leaves of units, objects and management metadata, extension elements included.
  void any_value() {
    if (in_unit_values_ && !units_.empty())
      units_.back().take(here().name, above(0), above(1), text_, ontology_);
    if (metadata_) metadata_->take(here().name, above(0), above(1), text_, ontology_);
    if (object_ == none || object_harm_) return;
    if (const auto harm = find_harm(text_)) {
      object_harm_ = true;
      m_.group_values.add("CHECK_OBJECT_GROUP_SCHEMA.OBJECT_GROUP_SANITIZE", Status::ko,
                          harm_message(*harm, here().name), std::string(m_.objects[object_].id));
    } else if (auto fault = find_typing_fault(ontology_, here().name, text_)) {
      object_harm_ = true;
      m_.group_values.add("CHECK_OBJECT_GROUP_SCHEMA.ONTOLOGY_VALIDATION", Status::ko, std::move(*fault),
                          std::string(m_.objects[object_].id));
    }
  }

  XmlReader xml_;
  const Referentials* referentials_;
  const Ontology own_ontology_;
  const Ontology& ontology_;
  ManifestModel& m_;
  const std::string now_;  ///< as date_key() writes it
  std::vector<Frame> frames_;
  std::size_t depth_ = 0;
  std::string seda_, text_;
  bool text_used_ = false, in_unit_values_ = false, object_harm_ = false;
  std::uint32_t group_ = none, object_ = none;
  /// Objects that name their group outside of it: hash of DataObjectGroupReferenceId, resolved at the end.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> group_references_;
  std::vector<UnitValues> units_;
  std::optional<UnitValues> metadata_;
};

}  // namespace

Root read_root(const std::filesystem::path& file) {
  auto xml = XmlReader::from_file(file, Exit::sip_unreadable, manifest_limits);
  Root root;
  while (xml.next()) {
    if (xml.node() != XmlReader::Node::start) continue;
    root.name = xml.name();
    root.ns = xml.ns();
    root.preceded = xml.prolog_has_extra();
    break;
  }
  return root;
}

void read_manifest(const std::filesystem::path& file, const Referentials* referentials, ManifestModel& model,
                   core::Instant now) {
  Reader(file, referentials, model, now).run();
}

}  // namespace versoir::check

// See access_manifest.hpp.
#include "vitam/sandbox/access_manifest.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <array>

namespace versoir::vitam::sandbox {

namespace {

using core::Exit;
using core::XmlElement;
using core::XmlReader;

/// The element on whose start the reader stands, consumed up to its end.
XmlElement take_element(XmlReader& reader) {
  XmlElement e;
  e.name = reader.name();
  e.ns = reader.ns();
  e.line = reader.line();
  for (const auto& a : reader.attribute_list()) e.attributes.emplace_back(std::string(a.local()), a.value);
  const int depth = reader.depth();
  while (reader.next()) {
    if (reader.node() == XmlReader::Node::end && reader.depth() == depth) break;
    if (reader.node() == XmlReader::Node::start)
      e.children.push_back(take_element(reader));
    else if (reader.node() == XmlReader::Node::text)
      e.text += reader.text_view();
  }
  return e;
}

AttachedUnit attached_of(const XmlElement& update) {
  AttachedUnit unit;
  unit.system_id = update.child_text("SystemId");
  if (const auto* key = update.child("ArchiveUnitIdentifierKey")) {
    unit.key_name = key->child_text("MetadataName");
    unit.key_value = key->child_text("MetadataValue");
  }
  return unit;
}

struct HeadField {
  std::string_view name;
  std::string DeclaredHead::*member;
};
constexpr std::array message_fields{HeadField{"MessageIdentifier", &DeclaredHead::message_identifier},
                                    HeadField{"ArchivalAgreement", &DeclaredHead::archival_agreement},
                                    HeadField{"Comment", &DeclaredHead::comment}};
constexpr std::array management_fields{
    HeadField{"OriginatingAgencyIdentifier", &DeclaredHead::originating_agency},
    HeadField{"SubmissionAgencyIdentifier", &DeclaredHead::submission_agency},
    HeadField{"ArchivalProfile", &DeclaredHead::archival_profile},
    HeadField{"AcquisitionInformation", &DeclaredHead::acquisition_information},
    HeadField{"LegalStatus", &DeclaredHead::legal_status}};

class DeclaredReading {
 public:
  DeclaredReading(const std::filesystem::path& manifest, const ManifestTakers& takers)
      : reader_(XmlReader::from_file(manifest, Exit::sip_unreadable)), takers_(takers) {}

  DeclaredHead run() {
    while (reader_.next()) {
      if (reader_.node() == XmlReader::Node::start)
        on_start();
      else if (reader_.node() == XmlReader::Node::end)
        on_end();
    }
    return std::move(head_);
  }

 private:
  struct Open {
    DeclaredUnit unit;
    int depth = 0;
    bool own = false, reference = false;
  };

  void on_start() {
    const std::string name(reader_.name());
    const int depth = reader_.depth();
    if (depth == 0) {
      const auto ns = std::string(reader_.ns());
      if (const auto v = ns.rfind(":v"); v != std::string::npos) head_.seda = ns.substr(v + 2);
      return;
    }
    if (!open_.empty() && depth == open_.back().depth + 1) return inside_unit(name);
    if (name == "ArchiveUnit") return open_unit();
    if (depth == 1) return message_field(name);
    if (name == "DataObjectGroup") {
      group_ = reader_.attribute("id").value_or("");
      group_depth_ = depth;
    } else if (name == "BinaryDataObject" || name == "PhysicalDataObject") {
      data_object();
    } else if (name == "ManagementMetadata") {
      head_.rules = take_element(reader_);
      for (const auto& field : management_fields) head_.*field.member = head_.rules.child_text(field.name);
    }
  }

  void on_end() {
    const auto name = reader_.name();
    if (name == "DataObjectGroup" && reader_.depth() == group_depth_) group_.clear();
    if (name == "ArchiveUnit" && !open_.empty() && reader_.depth() == open_.back().depth) close_unit();
  }

  void message_field(const std::string& name) {
    for (const auto& field : message_fields)
      if (field.name == name && (head_.*field.member).empty())
        head_.*field.member = core::trim(reader_.element_text());
    if (name == "ArchivalAgency") head_.archival_agency = take_element(reader_).child_text("Identifier");
    if (name == "TransferringAgency")
      head_.transferring_agency = take_element(reader_).child_text("Identifier");
  }

  void data_object() {
    DeclaredObject object{reader_.attribute("id").value_or(""), group_, take_element(reader_)};
    for (const char* name : {"DataObjectGroupId", "DataObjectGroupReferenceId"})
      if (object.group.empty()) object.group = object.element.child_text(name);
    if (object.group.empty()) object.group = object.id;
    takers_.object(object);
  }

  void open_unit() {
    Open open;
    open.unit.id = reader_.attribute("id").value_or("");
    open.unit.place = ++places_;
    open.depth = reader_.depth();
    if (!open_.empty()) open.unit.parents.push_back(open_.back().unit.id);
    open_.push_back(std::move(open));
  }

  void inside_unit(const std::string& name) {
    auto& open = open_.back();
    if (name == "ArchiveUnitRefId") {
      open.reference = true;
      const auto child = core::trim(reader_.element_text());
      if (!open.unit.parents.empty()) takers_.link({open.unit.parents.front(), child});
      return;
    }
    open.own = true;
    if (name == "ArchiveUnit") return open_unit();
    auto element = take_element(reader_);
    if (name == "Management") {
      if (const auto* update = element.child("UpdateOperation")) open.unit.attached = attached_of(*update);
      open.unit.management = std::move(element);
    } else if (name == "Content") {
      open.unit.content = std::move(element);
    } else if (name == "DataObjectReference") {
      open.unit.group = element.child_text("DataObjectGroupReferenceId");
      open.unit.object = element.child_text("DataObjectReferenceId");
    }
  }

  void close_unit() {
    auto open = std::move(open_.back());
    open_.pop_back();
    if (open.reference && !open.own) return;  // points at another one
    if (open.unit.attached) open.unit.attached->id = open.unit.id;
    takers_.unit(open.unit);
  }

  XmlReader reader_;
  const ManifestTakers& takers_;
  DeclaredHead head_;
  std::vector<Open> open_;
  std::string group_;
  int group_depth_ = -1;
  std::uint64_t places_ = 0;
};

}  // namespace

DeclaredHead read_declared(const std::filesystem::path& manifest, const ManifestTakers& takers) {
  return DeclaredReading(manifest, takers).run();
}

void write_element(core::XmlWriter& w, const core::XmlElement& e) {
  std::vector<std::pair<std::string_view, std::string_view>> attributes;
  for (const auto& [name, value] : e.attributes)
    attributes.emplace_back(name == "lang" ? std::string_view("xml:lang") : std::string_view(name), value);
  if (e.children.empty()) return w.leaf_with(e.name, e.text, attributes);
  w.open_with(e.name, attributes);
  for (const auto& child : e.children) write_element(w, child);
  w.close();
}

}  // namespace versoir::vitam::sandbox

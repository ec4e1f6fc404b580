// See access_dip.hpp.
#include "vitam/sandbox/access_dip.hpp"

#include "core/file.hpp"
#include "core/xml.hpp"
#include "core/zip_stream.hpp"
#include "vitam/sandbox/access_json.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::Exit;
using core::Json;
using core::text_of;
using core::XmlElement;
using core::XmlWriter;

namespace {

using Kind = AccessIndex::Kind;

struct DipFile {
  std::string name;
  fs::path from;
  std::uint64_t size = 0;
};

/// The elements that a manifest gave for a unit or a group, in their order.
std::vector<XmlElement> sources(AccessIndex& index, Kind kind, const std::string& id) {
  const auto root = core::parse_xml(index.source_xml(kind, id), "index", Exit::unexpected);
  std::vector<XmlElement> out;
  for (const auto& source : root.children)
    for (const auto& element : source.children) out.push_back(element);
  return out;
}

class Dip {
 public:
  Dip(const DipOrder& order, AccessIndex& index) : order_(order), index_(index) {
    ids_.insert(order.units.begin(), order.units.end());
  }

  void write(XmlWriter& w, core::Instant now) {
    w.declaration();
    const auto ns = "fr:gouv:culture:archivesdefrance:seda:v" + order_.seda;
    w.open("ArchiveDeliveryRequestReply", {{"xmlns", ns}});
    if (!order_.comment.empty()) w.leaf("Comment", order_.comment);
    w.leaf("Date", core::format_instant(now));
    w.leaf("MessageIdentifier", order_.operation);
    if (!order_.agreement.empty()) w.leaf("ArchivalAgreement", order_.agreement);
    w.empty("CodeListVersions");
    w.open("DataObjectPackage");
    for (const auto& unit : order_.units) group_of(w, unit);
    w.open("DescriptiveMetadata");
    for (const auto& unit : order_.units) archive_unit(w, unit);
    w.close();
    w.open("ManagementMetadata");
    if (const auto first = index_.record(Kind::unit, order_.units.front()))
      w.leaf("OriginatingAgencyIdentifier", text_of(*first, "#originating_agency"));
    w.close();
    w.close();
    w.leaf("MessageRequestIdentifier", said(order_.message_request, order_.operation));
    for (const auto& unit : order_.units) w.leaf("UnitIdentifier", unit);
    organisation(w, "ArchivalAgency", order_.archival_agency);
    organisation(w, "Requester", order_.requester);
    w.close();
  }

  [[nodiscard]] const std::vector<DipFile>& files() const { return files_; }

 private:
  static std::string said(const std::string& text, const std::string& otherwise) {
    return text.empty() ? otherwise : text;
  }
  static void organisation(XmlWriter& w, std::string_view element, const std::string& identifier) {
    w.open(element);
    w.leaf("Identifier", said(identifier, "unspecified"));
    w.close();
  }

  /// The group of a unit, the first time that one of its units comes.
  void group_of(XmlWriter& w, const std::string& unit) {
    const auto record = index_.record(Kind::unit, unit);
    const auto group = record ? text_of(*record, "#object") : std::string();
    if (group.empty() || groups_.contains(group)) return;
    const auto json = index_.record(Kind::group, group);
    if (!json) return;
    std::map<std::string, Json> versions;  // "BinaryMaster_1" → its metadata
    for (const auto& q : json->at("#qualifiers"))
      for (const auto& v : q.at("versions")) versions[text_of(v, "DataObjectVersion")] = v;
    auto objects = sources(index_, Kind::group, group);
    std::erase_if(objects, [&](const XmlElement& o) {
      return !order_.versions.empty() &&
             !order_.versions.contains(usage_of(o.child_text("DataObjectVersion")).usage);
    });
    if (objects.empty()) return;
    groups_.insert(group);
    w.open("DataObjectGroup", {{"id", group}});
    for (auto& object : objects) {
      const auto [usage, version] = usage_of(object.child_text("DataObjectVersion"));
      data_object(w, object, versions[usage + '_' + std::to_string(version)], text_of(*json, "#opi"));
    }
    w.close();
  }

  void data_object(XmlWriter& w, XmlElement& object, const Json& version, const std::string& operation) {
    const auto id = text_of(version, "#id");
    object.attributes = {{"id", id}};
    std::erase_if(object.children, [](const XmlElement& e) {
      return e.name == "DataObjectGroupId" || e.name == "DataObjectGroupReferenceId" ||
             e.name == "DataObjectSystemId" || e.name == "DataObjectGroupSystemId";
    });
    for (auto& child : object.children) {
      if (child.name != "Uri") continue;
      DipFile file;
      file.from = index_.content_folder(operation) / child.text;
      file.name = "content/" + id + fs::path(child.text).extension().string();
      file.size = fs::file_size(file.from);
      child.text = file.name;
      files_.push_back(std::move(file));
    }
    write_element(w, object);
  }

  void archive_unit(XmlWriter& w, const std::string& id) {
    const auto record = index_.record(Kind::unit, id);
    if (!record) return;
    w.open("ArchiveUnit", {{"id", id}});
    for (auto& element : sources(index_, Kind::unit, id)) {
      if (element.name == "Content") add_system_id(element, id);
      write_element(w, element);
    }
    for (const auto& child : index_.children(id)) {
      if (!ids_.contains(child)) continue;
      w.open("ArchiveUnit", {{"id", "ref-" + child + '-' + std::to_string(++references_)}});
      w.leaf("ArchiveUnitRefId", child);
      w.close();
    }
    if (const auto group = text_of(*record, "#object"); groups_.contains(group)) {
      w.open("DataObjectReference");
      w.leaf("DataObjectGroupReferenceId", group);
      w.close();
    }
    w.close();
  }

  /// Where SEDA has it: after the title and the position in the filing plan.
  static void add_system_id(XmlElement& content, const std::string& id) {
    constexpr std::array<std::string_view, 4> before{"DescriptionLevel", "Title", "FilePlanPosition",
                                                     "SystemId"};
    auto at = std::ranges::find_if(content.children, [&](const XmlElement& e) {
      return std::ranges::find(before, e.name) == before.end();
    });
    XmlElement system;
    system.name = "SystemId";
    system.text = id;
    content.children.insert(at, std::move(system));
  }

  const DipOrder& order_;
  AccessIndex& index_;
  std::set<std::string> ids_, groups_;
  std::vector<DipFile> files_;
  std::size_t references_ = 0;
};

}  // namespace

bool write_dip(const fs::path& file, const DipOrder& order, AccessIndex& index, core::Instant now) {
  if (order.units.empty()) return false;
  const core::TemporaryDirectory folder;
  const auto manifest = folder.path() / "manifest.xml";
  Dip dip(order, index);
  {
    core::AtomicFile out(manifest);
    core::FileSink sink(out);
    XmlWriter writer(sink);
    dip.write(writer, now);
    out.commit();
  }
  std::uint64_t total = 0;
  for (const auto& f : dip.files()) total += f.size;
  if (total > order.size_most) return false;
  core::ZipStream zip(file);
  zip.add_slice("manifest.xml", manifest, 0, fs::file_size(manifest));
  for (const auto& f : dip.files()) zip.add_slice(f.name, f.from, 0, f.size, core::ZipStream::Method::store);
  zip.commit();
  return true;
}

}  // namespace versoir::vitam::sandbox

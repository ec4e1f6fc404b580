// Reads the identifiers of a manifest, whatever its size.
#include "vitam/manifest_ids.hpp"

#include "core/container.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"

#include <fcntl.h>
#include <optional>

namespace versoir::vitam {

namespace {

using core::Error;
using core::Exit;
using core::msg;
using core::XmlReader;

/// An ArchiveUnit that only holds ArchiveUnitRefId points at another one: it is not a unit of its own.
struct OpenUnit {
  std::string id;
  int depth = 0;
  bool reference = false, own = false;
  std::optional<AttachedUnit> attached;
};

void close(std::vector<OpenUnit>& open, ManifestHead& head, const IdSink& sink) {
  auto& unit = open.back();
  if (unit.attached) {
    unit.attached->id = std::move(unit.id);
    if (open.size() > 1) unit.attached->parent = open[open.size() - 2].id;
    head.attached.push_back(std::move(*unit.attached));
  } else if (unit.own || !unit.reference) {
    sink.unit(unit.id);
  }
  open.pop_back();
}

/// Management/UpdateOperation of the open unit, its leaves in whatever order.
void take_update(XmlReader& reader, AttachedUnit& unit) {
  const auto depth = reader.depth();
  while (reader.next() && (reader.node() != XmlReader::Node::end || reader.depth() > depth)) {
    if (reader.node() != XmlReader::Node::start) continue;
    const std::string name(reader.name());
    if (name == "SystemId") unit.system_id = core::trim(reader.element_text());
    if (name == "MetadataName") unit.key_name = core::trim(reader.element_text());
    if (name == "MetadataValue") unit.key_value = reader.element_text();
  }
}

}  // namespace

void extract_manifest(const std::filesystem::path& sip, const std::filesystem::path& to) {
  core::ContainerReader reader(sip);
  core::Entry entry;
  while (reader.next(entry)) {
    // Our own SIPs: their one file at the root is the manifest.
    if (entry.directory || !entry.readable || entry.path.find('/') != std::string::npos) continue;
    // For a moment only, in a folder of ours: nothing of it has to survive the machine.
    const core::UniqueFd fd(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) core::throw_errno("create", to.string());
    reader.read([&](std::string_view piece) { core::write_all(fd.get(), piece, to); },
                core::XmlLimits{}.bytes);
    return;
  }
  throw Error(Exit::sip_unreadable, msg("{0} holds no manifest", sip.string()));
}

ManifestHead scan_ids(const std::filesystem::path& manifest, const IdSink& sink) {
  auto reader = XmlReader::from_file(manifest, Exit::sip_unreadable);
  ManifestHead head;
  std::vector<OpenUnit> open;
  while (reader.next()) {
    const auto name = reader.name();
    if (reader.node() == XmlReader::Node::end) {
      if (open.empty() || name != "ArchiveUnit" || reader.depth() != open.back().depth) continue;
      close(open, head, sink);
      continue;
    }
    if (reader.node() != XmlReader::Node::start) continue;
    if (!open.empty() && reader.depth() == open.back().depth + 1) {
      open.back().reference = open.back().reference || name == "ArchiveUnitRefId";
      open.back().own = open.back().own || name != "ArchiveUnitRefId";
    }
    if (name == "ArchiveUnit")
      open.push_back({reader.attribute("id").value_or(""), reader.depth(), false, false, std::nullopt});
    else if (name == "BinaryDataObject" || name == "PhysicalDataObject")
      sink.object(reader.attribute("id").value_or(""));
    else if (name == "UpdateOperation" && !open.empty() && reader.depth() == open.back().depth + 2)
      take_update(reader, open.back().attached.emplace());
    else if (name == "MessageIdentifier" && reader.depth() == 1)
      head.message_identifier = core::trim(reader.element_text());
  }
  return head;
}

ManifestIds read_ids(const std::filesystem::path& manifest) {
  ManifestIds ids;
  static_cast<ManifestHead&>(ids) =
      scan_ids(manifest, {[&](std::string_view id) { ids.units.emplace_back(id); },
                          [&](std::string_view id) { ids.objects.emplace_back(id); }});
  return ids;
}

}  // namespace versoir::vitam

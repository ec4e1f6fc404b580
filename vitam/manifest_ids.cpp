// Reads the identifiers of a manifest, whatever its size.
#include "vitam/manifest_ids.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "core/zip.hpp"

namespace versoir::vitam {

namespace {

using core::Error;
using core::Exit;
using core::msg;
using core::XmlReader;

void extract_manifest(const std::filesystem::path& sip, const std::filesystem::path& to) {
  core::ContainerReader reader(sip);
  core::Entry entry;
  while (reader.next(entry)) {
    // Our own SIPs: their one file at the root is the manifest.
    if (entry.directory || !entry.readable || entry.path.find('/') != std::string::npos) continue;
    core::AtomicFile file(to, 0600);
    reader.read([&](std::string_view piece) { file.write(piece); }, core::XmlLimits{}.bytes);
    file.commit();
    return;
  }
  throw Error(Exit::sip_unreadable, msg("{0} holds no manifest", sip.string()));
}

/// An ArchiveUnit that only holds ArchiveUnitRefId points at another one: it is not a unit of its own.
struct OpenUnit {
  std::string id;
  int depth = 0;
  bool reference = false, own = false;
};

}  // namespace

ManifestIds read_manifest_ids(const std::filesystem::path& sip) {
  const core::TemporaryDirectory folder;
  const auto manifest = folder.path() / "manifest.xml";
  extract_manifest(sip, manifest);
  auto reader = XmlReader::from_file(manifest, Exit::sip_unreadable);
  ManifestIds ids;
  std::vector<OpenUnit> open;
  while (reader.next()) {
    const auto name = reader.name();
    if (reader.node() == XmlReader::Node::end) {
      if (open.empty() || name != "ArchiveUnit" || reader.depth() != open.back().depth) continue;
      if (open.back().own || !open.back().reference) ids.units.push_back(std::move(open.back().id));
      open.pop_back();
      continue;
    }
    if (reader.node() != XmlReader::Node::start) continue;
    if (!open.empty() && reader.depth() == open.back().depth + 1) {
      open.back().reference = open.back().reference || name == "ArchiveUnitRefId";
      open.back().own = open.back().own || name != "ArchiveUnitRefId";
    }
    if (name == "ArchiveUnit")
      open.push_back({reader.attribute("id").value_or(""), reader.depth()});
    else if (name == "BinaryDataObject" || name == "PhysicalDataObject")
      ids.objects.push_back(reader.attribute("id").value_or(""));
    else if (name == "MessageIdentifier" && reader.depth() == 1)
      ids.message_identifier = core::trim(reader.element_text());
  }
  return ids;
}

}  // namespace versoir::vitam

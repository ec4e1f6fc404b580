// See stored_sip.hpp.
#include "vitam/sandbox/stored_sip.hpp"

#include "core/container.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "vitam/sandbox/quick_file.hpp"

#include <algorithm>
#include <string_view>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t header_most = 256u << 10;  ///< of a manifest: its header is far smaller

bool stays_inside(const std::string& name) {
  const fs::path p(name);
  return !p.is_absolute() &&
         std::none_of(p.begin(), p.end(), [](const fs::path& part) { return part == ".."; });
}

bool at_root(const core::Entry& entry) { return entry.path.find('/') == std::string::npos; }

struct Enough {};

std::string beginning_of(core::ContainerReader& reader) {
  std::string text;
  try {
    reader.read([&](std::string_view piece) {
      text += piece.substr(0, header_most - text.size());
      if (text.size() == header_most) throw Enough();
    });
  } catch (const Enough&) {
  }
  return text;
}

std::string identifier_in(const std::string& manifest) {
  auto reader = core::XmlReader::from_memory(manifest, "manifest.xml", core::Exit::sip_unreadable);
  while (reader.next())
    if (reader.node() == core::XmlReader::Node::start && reader.depth() == 1 &&
        reader.name() == "MessageIdentifier")
      return core::trim(reader.element_text());
  return {};
}

}  // namespace

void unpack(const fs::path& archive, const fs::path& folder) {
  core::ContainerReader reader(archive);
  core::Entry entry;
  while (reader.next(entry)) {
    if (entry.directory || !entry.readable || !stays_inside(entry.path)) continue;
    const auto to = folder / (at_root(entry) ? "manifest.xml" : entry.path);
    fs::create_directories(to.parent_path());
    QuickFile file(to);
    reader.read([&](std::string_view piece) { file.write(piece); });
    file.commit();
  }
}

std::string message_identifier_of(const fs::path& archive) {
  try {
    core::ContainerReader reader(archive);
    core::Entry entry;
    while (reader.next(entry))
      if (!entry.directory && entry.readable && at_root(entry) && entry.path.ends_with("manifest.xml"))
        return identifier_in(beginning_of(reader));
  } catch (const core::Error&) {  // not an archive, or damaged: it has no identifier
  }
  return {};
}

}  // namespace versoir::vitam::sandbox

// The format table against what others say: the signature files that PRONOM publishes, and the formats that
// VITAM's own test SIPs declare.
#include "core/container.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/format.hpp"
#include "core/format_table.hpp"
#include "core/handle.hpp"
#include "core/zip_stream.hpp"
#include "ole2_sample.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <unistd.h>

using namespace versoir;

namespace {

namespace fs = std::filesystem;
using Document = core::Handle<xmlDoc, xmlFreeDoc>;
using Nodes = std::vector<xmlNode*>;

Nodes children(xmlNode* parent, std::string_view name) {
  Nodes found;
  for (auto* n = parent ? parent->children : nullptr; n; n = n->next)
    if (n->type == XML_ELEMENT_NODE && name == reinterpret_cast<const char*>(n->name)) found.push_back(n);
  return found;
}

std::optional<std::string> attribute(xmlNode* node, const char* name) {
  auto* value = xmlGetNoNsProp(node, reinterpret_cast<const xmlChar*>(name));
  if (!value) return std::nullopt;
  std::string text(reinterpret_cast<const char*>(value));
  xmlFree(value);
  return text;
}

std::size_t count_of(xmlNode* node, const char* name, std::size_t otherwise) {
  const auto text = attribute(node, name);
  return text ? std::stoul(*text) : otherwise;
}

std::string text_of(xmlNode* node) {
  auto* value = xmlNodeGetContent(node);
  std::string text(reinterpret_cast<const char*>(value));
  xmlFree(value);
  return text;
}

/// Bytes that answer a published sequence; `last` takes the last of alternatives and the upper end of ranges.
std::string answer_to(std::string_view sequence, bool last) {
  std::string bytes;
  const auto hex = [](std::string_view two) {
    return static_cast<char>(std::stoi(std::string(two), nullptr, 16));
  };
  while (!sequence.empty()) {
    const char c = sequence.front();
    if (c == '\'') {
      const auto close = sequence.find('\'', 1);
      bytes += sequence.substr(1, close - 1);
      sequence.remove_prefix(close + 1);
    } else if (c == '(') {
      const auto close = sequence.find(')');
      const auto inside = sequence.substr(1, close - 1);
      bytes +=
          answer_to(last ? inside.substr(inside.rfind('|') + 1) : inside.substr(0, inside.find('|')), last);
      sequence.remove_prefix(close + 1);
    } else if (c == '[') {
      const auto close = sequence.find(']');
      std::string inside(sequence.substr(1, close - 1));
      sequence.remove_prefix(close + 1);
      if (inside[0] == '&') {
        bytes += hex(inside.substr(1));
        continue;
      }
      const bool negated = inside[0] == '!';
      if (negated) inside.erase(0, 1);
      const auto middle = inside.find_first_of(":-");
      const auto low = answer_to(inside.substr(0, middle), false);
      const auto high = middle == std::string::npos ? low : answer_to(inside.substr(middle + 1), false);
      bytes += negated ? static_cast<char>(high[0] + 1) : last ? high[0] : low[0];
    } else if (std::isspace(static_cast<unsigned char>(c))) {
      sequence.remove_prefix(1);
    } else {
      bytes += hex(sequence.substr(0, 2));
      sequence.remove_prefix(2);
    }
  }
  return bytes;
}

/// A subsequence with its fragments, without the offset that places it.
std::string answer_to_subsequence(xmlNode* sub, bool last) {
  const auto fragments = [&](const char* kind) {
    std::map<std::size_t, std::pair<std::string, std::size_t>> by_position;
    for (auto* f : children(sub, kind)) {
      const auto position = count_of(f, "Position", 1);
      if (!last && by_position.contains(position)) continue;
      by_position[position] = {answer_to(text_of(f), last), count_of(f, "MinOffset", 0)};
    }
    return by_position;
  };
  auto bytes = answer_to(text_of(children(sub, "Sequence").at(0)), last);
  for (const auto& [position, fragment] : fragments("LeftFragment"))
    bytes = fragment.first + std::string(fragment.second, ' ') + bytes;
  for (const auto& [position, fragment] : fragments("RightFragment"))
    bytes += std::string(fragment.second, ' ') + fragment.first;
  return bytes;
}

/// A file that answers every byte sequence of a published signature; nullopt when they would overlap.
std::optional<std::string> answer_to_signature(xmlNode* signature, bool last) {
  std::string front, back;
  for (auto* sequence : children(signature, "ByteSequence")) {
    const bool end = attribute(sequence, "Reference").value_or("").starts_with("EOF");
    if (end) {
      auto* sub = children(sequence, "SubSequence").at(0);
      back += answer_to_subsequence(sub, last) + std::string(count_of(sub, "SubSeqMinOffset", 0), ' ');
      continue;
    }
    bool first = true;
    for (auto* sub : children(sequence, "SubSequence")) {
      const auto min = count_of(sub, "SubSeqMinOffset", 0),
                 max = count_of(sub, "SubSeqMaxOffset", std::string::npos);
      if (first && max != std::string::npos && front.size() > std::max(min, max)) return std::nullopt;
      const auto gap = first ? min - std::min(min, front.size()) : min;
      front += std::string(gap, ' ') + answer_to_subsequence(sub, last);
      first = false;
    }
  }
  return front + back;
}

struct Pronom {
  Document bytes, containers;
  std::map<std::string, xmlNode*> formats, by_id, signatures, container_signatures;
  std::map<std::string, std::vector<std::string>> container_ids;
};

Pronom read_pronom(const fs::path& folder) {
  Pronom p;
  p.bytes.reset(xmlReadFile((folder / "DROID_SignatureFile_V120.xml").c_str(), nullptr, XML_PARSE_NONET));
  p.containers.reset(
      xmlReadFile((folder / "container-signature-20240715.xml").c_str(), nullptr, XML_PARSE_NONET));
  auto* root = xmlDocGetRootElement(p.bytes.get());
  for (auto* f : children(children(root, "FileFormatCollection").at(0), "FileFormat")) {
    p.formats[*attribute(f, "PUID")] = f;
    p.by_id[*attribute(f, "ID")] = f;
  }
  for (auto* s : children(children(root, "InternalSignatureCollection").at(0), "InternalSignature"))
    p.signatures[*attribute(s, "ID")] = s;
  root = xmlDocGetRootElement(p.containers.get());
  for (auto* s : children(children(root, "ContainerSignatures").at(0), "ContainerSignature"))
    p.container_signatures[*attribute(s, "Id")] = s;
  for (auto* m : children(children(root, "FileFormatMappings").at(0), "FileFormatMapping"))
    p.container_ids[*attribute(m, "Puid")].push_back(*attribute(m, "signatureId"));
  return p;
}

bool is_or_beats(const core::FormatTable& table, const std::string& told, const std::string& puid,
                 int depth = 6) {
  if (told == puid) return true;
  if (depth == 0) return false;
  const auto& over = table.formats[table.by_puid.at(told)].over;
  return std::ranges::any_of(over, [&](const auto& o) { return is_or_beats(table, o, puid, depth - 1); });
}

/// The sample is told as that format, or as one that has priority over it.
bool told_as(const std::string& bytes, const std::string& puid) {
  core::FormatProbe probe;
  probe.feed(bytes);
  const auto answer = probe.finish("sample");
  return std::ranges::any_of(answer.matches, [&](const core::FormatMatch& m) {
    return m.basis != core::FormatBasis::text && is_or_beats(core::format_table(), m.puid, puid);
  });
}

std::optional<std::string> answer_to_container(xmlNode* signature, bool last) {
  std::vector<std::pair<std::string, std::string>> parts;
  for (auto* file : children(children(signature, "Files").at(0), "File")) {
    std::string content = "x";
    for (auto* binary : children(file, "BinarySignatures"))
      for (auto* s : children(children(binary, "InternalSignatureCollection").at(0), "InternalSignature")) {
        const auto bytes = answer_to_signature(s, last);
        if (!bytes) return std::nullopt;
        content = *bytes;
      }
    const auto path = text_of(children(file, "Path").at(0));
    const auto named = [&](const auto& part) { return part.first == path; };
    if (const auto at = std::ranges::find_if(parts, named); at != parts.end())
      at->second = content;  // its presence first, then what it holds
    else
      parts.emplace_back(path, content);
  }
  if (attribute(signature, "ContainerType") == "OLE2") return tests::ole2_sample(parts);
  const auto path = fs::temp_directory_path() / ("versoir-oracle-" + std::to_string(::getpid()) + ".zip");
  core::ZipStream zip(path);
  for (const auto& [name, content] : parts) zip.add(name, content);
  zip.commit();
  auto bytes = core::read_file(path);
  fs::remove(path);
  return bytes;
}

}  // namespace

TEST_CASE("format table: every line agrees with PRONOM", "[format]") {
  const auto folder = tests::shared_dir() / "reference" / "pronom";
  if (!tests::have(folder)) return;
  const auto pronom = read_pronom(folder);
  const auto& table = core::format_table();
  CHECK(table.formats.size() >= 60);
  for (const auto& f : table.formats) {
    INFO(f.puid);
    REQUIRE(pronom.formats.contains(f.puid));
    auto* theirs = pronom.formats.at(f.puid);
    CHECK(" " + f.name == " " + std::string(attribute(theirs, "Name")->find_first_not_of(' ') == 0
                                                ? *attribute(theirs, "Name")
                                                : attribute(theirs, "Name")->substr(1)));
    CHECK(f.version == attribute(theirs, "Version").value_or(""));
    std::string mimes;
    for (const auto& m : f.mimes) mimes += (mimes.empty() ? "" : ", ") + m;
    CHECK(mimes == attribute(theirs, "MIMEType").value_or(""));
    std::set<std::string> extensions, over;
    for (auto* e : children(theirs, "Extension")) {
      auto text = text_of(e);
      std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
      extensions.insert(text);
    }
    CHECK(std::set<std::string>(f.extensions.begin(), f.extensions.end()) == extensions);
    for (auto* o : children(theirs, "HasPriorityOverFileFormatID")) {
      const auto puid = *attribute(pronom.by_id.at(text_of(o)), "PUID");
      if (table.by_puid.contains(puid)) over.insert(puid);
    }
    CHECK(std::set<std::string>(f.over.begin(), f.over.end()) == over);
    CHECK(f.has_signature ==
          (!children(theirs, "InternalSignatureID").empty() || pronom.container_ids.contains(f.puid)));
  }
}

TEST_CASE("format table: files made from PRONOM's signatures are told as their format", "[format]") {
  const auto folder = tests::shared_dir() / "reference" / "pronom";
  if (!tests::have(folder)) return;
  const auto pronom = read_pronom(folder);
  int samples = 0, impossible = 0, moved = 0, still_told = 0;
  std::string failed;
  const auto judge = [&](const std::optional<std::string>& sample, const std::string& puid,
                         const std::string& id) {
    if (!sample) return static_cast<void>(++impossible);
    ++samples;
    if (!told_as(*sample, puid)) failed += puid + " signature " + id + "\n";
  };
  for (const auto& f : core::format_table().formats) {
    auto* theirs = pronom.formats.at(f.puid);
    for (const bool last : {false, true}) {
      for (auto* s : children(theirs, "InternalSignatureID")) {
        auto* signature = pronom.signatures.at(text_of(s));
        const auto sample = answer_to_signature(signature, last);
        judge(sample, f.puid, text_of(s));
        auto* first = children(children(signature, "ByteSequence").at(0), "SubSequence").at(0);
        if (!sample || attribute(first, "SubSeqMaxOffset") != "0" ||
            attribute(first->parent, "Reference") != "BOFoffset")
          continue;
        ++moved;  // what must stand first no longer does
        still_told += told_as("\x02" + *sample, f.puid);
      }
      if (const auto ids = pronom.container_ids.find(f.puid); ids != pronom.container_ids.end())
        for (const auto& id : ids->second)
          judge(answer_to_container(pronom.container_signatures.at(id), last), f.puid, "container " + id);
    }
  }
  std::cerr << samples << " samples, " << impossible
            << " signatures whose sequences overlap in the simplest sample\n";
  std::cerr << still_told << " of " << moved
            << " samples are still told when their first byte is not the first\n";
  CHECK(failed == "");
  CHECK(moved > 500);
  CHECK(still_told * 100 < moved * 3);  // other signatures of the same format allow it
  CHECK(samples > 1300);
}

namespace {

std::string between(std::string_view text, std::string_view open, std::string_view close) {
  const auto at = text.find(open);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + open.size());
  return std::string(rest.substr(0, rest.find(close)));
}

/// Uri -> FormatId of the binary objects of a manifest.
std::map<std::string, std::string> declared_formats(std::string_view manifest) {
  std::map<std::string, std::string> declared;
  for (;;) {
    const auto at = manifest.find("<BinaryDataObject ");
    if (at == std::string_view::npos) return declared;
    manifest.remove_prefix(at + 1);
    const auto object = manifest.substr(0, manifest.find("</BinaryDataObject>"));
    declared[between(object, "<Uri>", "</Uri>")] = between(object, "<FormatId>", "</FormatId>");
  }
}

}  // namespace

TEST_CASE("formats of the objects that VITAM's accepted SIPs declare", "[format]") {
  const auto corpus = tests::shared_dir() / "corpus" / "vitam";
  if (!tests::have(corpus / "labels.tsv")) return;
  std::ifstream labels(corpus / "labels.tsv");
  std::string line, file, skipped, expected;
  int same = 0, other = 0;
  std::map<std::string, int> differences;
  while (std::getline(labels, line)) {
    std::istringstream fields(line);
    std::getline(fields, file, '\t');
    for (auto* to : {&skipped, &skipped, &skipped, &expected}) std::getline(fields, *to, '\t');
    if (expected != "OK") continue;
    std::map<std::string, core::Identification> objects;
    std::string manifest;
    core::FormatProbe probe;
    try {
      core::ContainerReader reader(corpus / file);
      for (core::Entry entry; reader.next(entry);) {
        if (entry.directory || !entry.readable) continue;
        const bool root = entry.path.find('/') == std::string::npos;
        reader.read(
            [&](std::string_view piece) { root ? static_cast<void>(manifest += piece) : probe.feed(piece); });
        if (!root) objects[entry.path] = probe.finish(entry.path);
      }
    } catch (const core::Error&) {
      continue;
    }
    for (const auto& [uri, format] : declared_formats(manifest)) {
      if (format.empty() || !objects.contains(uri)) continue;
      const auto& m = objects[uri].matches;
      const auto told = m.empty() ? std::string("UNKNOWN") : m.front().puid;
      if (told == format) {
        ++same;
      } else {
        ++other;
        ++differences[format + " declared, " + told + " told" +
                      (objects[uri].incomplete ? " (incomplete)" : "") + ' ' + file + ' ' + uri];
      }
    }
  }
  std::cerr << same << " objects told as declared, " << other << " otherwise\n";
  for (const auto& [what, times] : differences) std::cerr << "  " << times << " x " << what << '\n';
  CHECK(same > 4000);
  // A .dif whose lines end with LF alone: PRONOM's signature wants CR LF. Its SIP is labelled by its name
  // only.
  CHECK(other <= 1);
}

// The verdict is libxml2's. For RELAX NG, where it says little after the first fault, a second reading tells
// all.
#include "check/held_schema.hpp"

#include "check/manifest.hpp"
#include "check/values.hpp"
#include "core/container.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

#include <fmt/format.h>

namespace versoir::check {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// Names told when something was expected: a wider choice says no more.
constexpr std::size_t most_expected = 12;

struct FoundManifest {
  std::string name;
  fs::path file;
};

/// Takes out of the SIP the manifest that the platform would take; a file that is no archive is the manifest.
FoundManifest find_manifest(const fs::path& sip, const fs::path& folder) {
  core::ContainerReader reader(sip);
  if (reader.kind() == core::Container::other) return {sip.filename().string(), sip};
  // To the end, as the platform reads: a later entry of the same name takes the place of the first.
  std::optional<std::string> name;
  core::Entry entry;
  while (reader.next(entry)) {
    if (entry.directory || !entry.readable || !takes_manifest(name, entry.path)) continue;
    core::AtomicFile copy(folder / "manifest.xml", 0600);
    reader.read([&](std::string_view piece) { copy.write(piece); }, manifest_limits.bytes);
    copy.commit();
  }
  if (name) return {*name, folder / "manifest.xml"};
  throw Error(Exit::sip_unreadable, msg("{0} holds no manifest.", sip.string()));
}

/// libxml2 tells a value at fault twice, by its facet and by its type.
bool repeats(const core::XmlIssue& fault, const core::XmlIssue& before) {
  return fault.line == before.line && fault.path == before.path &&
         before.message.find("[facet") != std::string::npos;
}

}  // namespace

HeldSchema::HeldSchema(const fs::path& file)
    : grammar_(core::Grammar::from_file(file, Exit::profile_invalid)) {}

SchemaVerdict HeldSchema::validate(const fs::path& sip) const {
  const core::TemporaryDirectory folder;
  const auto manifest = find_manifest(sip, folder.path());
  SchemaVerdict verdict{manifest.name, {}, false};
  auto found =
      grammar_.validate_file(manifest.file, grammar_.recovers() ? most_schema_faults : 1, manifest_limits);
  if (!found.empty() && !grammar_.recovers())
    if (auto all = grammar_.explain_file(manifest.file, most_schema_faults, manifest_limits); !all.empty())
      found = std::move(all);
  verdict.more = found.size() >= most_schema_faults;
  for (auto& fault : found)
    if (verdict.faults.empty() || !repeats(fault, verdict.faults.back()))
      verdict.faults.push_back(std::move(fault));
  return verdict;
}

std::string fault_line(const core::XmlIssue& fault) {
  auto line = fault.path.empty()
                  ? core::msg("line {0}: {1}", fault.line, fault.message).text()
                  : core::msg("line {0}, {1}: {2}", fault.line, fault.path, fault.message).text();
  if (fault.expected.empty()) return line;
  std::string names;
  for (std::size_t i = 0; i < fault.expected.size() && i < most_expected; ++i) {
    const auto& name = fault.expected[i];
    names += (names.empty() ? "" : ", ") + (name.empty() ? core::tr("the end of the element") : name);
  }
  if (fault.expected.size() > most_expected) names += ", …";
  return line + " " + core::msg("Expected: {0}.", names).text();
}

core::Json fault_json(const core::XmlIssue& fault) {
  return {
      {"line", fault.line}, {"path", fault.path}, {"message", fault.message}, {"expected", fault.expected}};
}

}  // namespace versoir::check

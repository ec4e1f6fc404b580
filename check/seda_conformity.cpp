// CHECK_SEDA: is the manifest a SEDA document of a version that the platform takes?
#include "check/steps.hpp"
#include "core/error.hpp"
#include "core/xml.hpp"
#include "sip/seda_validator.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::check {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::string_view namespace_prefix = "fr:gouv:culture:archivesdefrance:seda:v";

/// "2.2" out of the namespace; "" when it is not of the form v<digit>.<digits>.
std::string version_of(std::string_view ns) {
  if (!ns.starts_with(namespace_prefix)) return {};
  const auto version = ns.substr(namespace_prefix.size());
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() < 3 || !digit(version[0]) || version[1] != '.' ||
      !std::ranges::all_of(version.substr(2), digit))
    return {};
  return std::string(version);
}

bool in_content_folder(std::string_view path) {
  constexpr std::string_view content = "content";
  const auto folder = path.substr(0, path.find('/'));
  return folder.size() == content.size() && std::ranges::equal(folder, content, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
         });
}

/// Folders are looked at before the version, and both before the schema.
void check_layout(const ContainerFacts& container, Recorder& out) {
  if (container.root_files.size() > 1) {
    out.add("CHECK_SEDA.CONTAINER_FORMAT.FILE", Status::ko, msg("The archive has several files at its root."),
            container.root_files[1]);
    out.hide_rest_after_ko();
  }
  const auto stray =
      std::ranges::find_if_not(container.files, [](const FileFacts& f) { return in_content_folder(f.path); });
  if (stray == container.files.end()) return;
  out.add("CHECK_SEDA.CONTAINER_FORMAT.DIRECTORY", Status::ko,
          msg("A file is in another folder than content."), std::string(stray->path));
}

/// Where a fault stands: its line, the path of the element, the title of its unit.
std::string place_of(const sip::SedaIssue& issue) {
  auto place = fmt::format("line {}, {}", issue.line, issue.path);
  if (!issue.title.empty()) place += " (" + issue.title + ")";
  return place;
}

/// Structure, values, identifiers and references, by the automaton of sip/: as VITAM's schema has them.
void check_schema(const sip::SedaReport& found, Recorder& out) {
  for (const auto& issue : found.issues)
    out.add("CHECK_SEDA.NOT_XSD_VALID", Status::ko, issue.message, place_of(issue));
}

}  // namespace

std::vector<std::string> known_seda_versions() { return {"2.1", "2.2", "2.3"}; }

bool control_seda(const ContainerFacts& container, ManifestAhead& ahead, ManifestModel& model,
                  Recorder& out) {
  Root root;
  try {
    root = read_root(container.manifest);
  } catch (const Error& e) {
    if (e.code() != Exit::sip_unreadable) throw;
    out.add("CHECK_SEDA.NOT_XML_FILE", Status::ko, e.message(), *container.manifest_name);
    return false;
  }
  const auto version = version_of(root.ns);
  if (version.empty()) {
    out.add("CHECK_SEDA", Status::ko,
            msg("The namespace of the root element is not one of SEDA: {0}", root.ns));
    return false;
  }
  if (root.preceded) {
    out.add("CHECK_SEDA", Status::ko,
            msg("A comment or a processing instruction stands before the root element."));
  }
  out.hide_rest_after_ko();
  model.head.seda = version;
  check_layout(container, out);
  out.hide_rest_after_ko();
  if (!std::ranges::count(known_seda_versions(), version)) {
    out.add("CHECK_SEDA.UNSUPPORTED_SEDA_VERSION", Status::ko,
            msg("The platform does not take SEDA {0}.", version));
    return false;
  }
  try {
    model = ahead.model();
  } catch (const Error& e) {
    if (e.code() != Exit::sip_unreadable) throw;
    out.add("CHECK_SEDA.NOT_XML_FILE", Status::ko, e.message(), *container.manifest_name);
    return false;
  }
  model.head.seda = version;
  check_schema(ahead.schema(), out);
  return true;
}

}  // namespace versoir::check

// Controls of the zip and of the names within.
#include "extract/siard/check_container.hpp"

#include <algorithm>
#include <set>

namespace versoir::extract {

namespace {

using core::msg;

bool plain_segment(std::string_view segment) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const auto dot = std::min(segment.rfind('.'), segment.size());
  const auto plain = [&](std::string_view part) {
    return std::ranges::all_of(part, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
  };
  return !segment.empty() && letter(segment.front()) && plain(segment.substr(0, dot)) &&
         plain(segment.substr(std::min(dot + 1, segment.size())));
}

/// The segments of a path; the folder of a version ("2.2") is not one of them.
bool plain_path(std::string_view name) {
  if (name.ends_with('/')) name.remove_suffix(1);
  for (const std::string_view version : {"header/siardversion/", "header/version/"})
    if (name.starts_with(version)) return true;
  while (!name.empty()) {
    const auto slash = std::min(name.find('/'), name.size());
    if (!plain_segment(name.substr(0, slash))) return false;
    name.remove_prefix(std::min(slash + 1, name.size()));
  }
  return true;
}

bool leads_out(std::string_view name) {
  return name.empty() || name.starts_with('/') || name.find("..") != std::string_view::npos ||
         name.find('\\') != std::string_view::npos || name.find(':') != std::string_view::npos;
}

}  // namespace

void check_zip_entries(const core::ZipArchive& zip, SiardNotes& notes) {
  for (const auto* id : {"G_4.1-2", "G_4.1-3", "P_4.2-1", "P_4.2-6", "V_ZIP"}) notes.judged(id);
  std::set<std::string_view> seen;
  for (const auto& e : zip.entries()) {
    if (e.method != 0 && e.method != 8)
      notes.error("G_4.1-2", msg("the compression method is {0}", e.method), e.name);
    if (e.encrypted()) notes.error("G_4.1-3", msg("the entry is encrypted"), e.name);
    if (!e.name.starts_with("content/") && !e.name.starts_with("header/"))
      notes.error("P_4.2-1", msg("something else stands at the root"), e.name);
    if (leads_out(e.name))
      notes.error("V_ZIP", msg("the name leads out of the archive"), e.name);
    else if (!plain_path(e.name))
      notes.warning("P_4.2-6", msg("the name has other characters, or begins with none of the letters"),
                    e.name);
    if (!seen.insert(e.name).second) notes.error("V_ZIP", msg("the name occurs twice"), e.name);
  }
}

void check_header(const core::ZipArchive& zip, const std::string& said_version, SiardNotes& notes) {
  notes.judged("P_4.2-4");
  std::set<std::string> stamps;
  for (const auto& e : zip.entries())
    for (const std::string_view prefix : {"header/siardversion/", "header/version/"})
      if (e.name.starts_with(prefix) && e.name.size() > prefix.size())
        stamps.insert(e.name.substr(prefix.size(), e.name.find('/', prefix.size()) - prefix.size()));
  if (stamps.size() > 1) notes.error("P_4.2-4", msg("several folders say the version"), "header/");
  if (stamps.empty() && said_version != "1.0")
    notes.error("P_4.2-4", msg("no folder header/siardversion/{0}/ says the version", said_version),
                "header/");
  if (!stamps.empty() && *stamps.begin() != said_version)
    notes.error("P_4.2-4", msg("the folder says {0}, the metadata say {1}", *stamps.begin(), said_version),
                "header/");
  notes.judged("P_4.2-5");
  if (!zip.find("header/metadata.xsd"))
    notes.error("P_4.2-5", msg("the file is not there"), "header/metadata.xsd");
}

void check_content_names(const core::ZipArchive& zip, const SiardDatabase& db, SiardNotes& notes) {
  notes.judged("P_4.2-2");
  notes.judged("P_4.2-3");
  notes.judged("P_4.3-1");
  std::set<std::string> folders;
  for (const auto& t : db.tables) {
    if (!folders.insert(t.folder).second)
      notes.error("P_4.3-1", msg("two tables have the same folder"), t.schema + "." + t.original_name);
    auto schema = t.file;
    schema.replace(schema.size() - 3, 3, "xsd");
    for (const auto& name : {t.file, schema})
      if (!zip.find(name)) notes.error("P_4.2-3", msg("the file is not there"), name);
  }
  std::set<std::string> told;
  for (const auto& e : zip.entries()) {
    if (!e.name.starts_with("content/")) continue;
    // content/SCHEMA/TABLE/
    auto slash = e.name.find('/', 8);
    if (slash == std::string::npos) {
      if (e.name.size() > 8) notes.error("P_4.2-2", msg("a file that belongs to no table"), e.name);
      continue;
    }
    slash = e.name.find('/', slash + 1);
    if (slash == std::string::npos) continue;
    const auto folder = e.name.substr(0, slash + 1);
    if (!folders.contains(folder) && told.insert(folder).second)
      notes.error("P_4.2-2", msg("the metadata describe no table that has this folder"), folder);
  }
}

}  // namespace versoir::extract

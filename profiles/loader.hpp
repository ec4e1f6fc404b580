// Loads and validates a profile folder, or the copy of it that an extract carries.
#pragma once
#include "core/error.hpp"
#include "profiles/model.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::profiles {

/// Text of a grammar compiled into the program (profiles/schemas/*.rng), "" when unknown.
[[nodiscard]] std::string_view embedded_schema(std::string_view file_name);

/// Reads profiles/<application>/: tables.xml, local.xml, rules.xml, records.xml, consult.xml, views.sql and
/// every other *.xml as an archive profile. Each XML is checked by RELAX NG with line numbers, then for
/// consistency (unknown record, rule, code list, duplicate names, missing reason). Throws
/// Error(Exit::profile_invalid) with all defects as causes.
[[nodiscard]] Application load(const std::filesystem::path& folder);
/// The same, completed by a local.xml that stands elsewhere.
[[nodiscard]] Application load_completed(const std::filesystem::path& folder,
                                         const std::optional<std::filesystem::path>& local);
/// The same from files in memory (name → text): the copy kept in an extract.
[[nodiscard]] Application load(const std::map<std::string, std::string>& files, std::string_view origin);

/// Folder of a profile given by name or path: a path with tables.xml, else <dir>/<name> for each of `dirs`.
/// Throws Error(Exit::profile_invalid) listing what is available.
[[nodiscard]] std::filesystem::path find_profile(std::string_view name_or_path,
                                                 const std::vector<std::filesystem::path>& dirs);

/// What a site adds to this profile: the first <dir>/<name of the profile>/local.xml. Shipped files are thus
/// never touched, and the folder of a workspace comes first.
[[nodiscard]] std::optional<std::filesystem::path> find_local(const std::filesystem::path& profile,
                                                              const std::vector<std::filesystem::path>& dirs);

/// SHA-256 over names and contents of the files, in name order: "which profile made this".
[[nodiscard]] std::string profile_digest(const std::map<std::string, std::string>& files);

/// Prepares every query of the profile against an empty database made from its dictionary: for those who
/// write profiles, before any extract exists. Findings: queries that do not compile, columns that are not the
/// declared fields, unknown parameters, templates that ask for what `facts` does not give.
[[nodiscard]] std::vector<core::Finding> check_queries(const Application& app);
/// Before a source is copied: Error(Exit::profile_invalid) that tells everything check_queries() finds.
void require_queries(const Application& app);

/// Replaces {column}, {column:date} in a template; unknown column = Error(Exit::profile_invalid). NULL prints
/// "".
using Row = std::map<std::string, std::optional<std::string>, std::less<>>;
[[nodiscard]] std::string expand(std::string_view tmpl, const Row& row, std::string_view origin);

}  // namespace versoir::profiles

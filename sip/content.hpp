// From the profile's words to what stands in a manifest: units fit for VITAM, holders of a lot,
// documentation.
#pragma once
#include "core/error.hpp"
#include "extract/store.hpp"
#include "records/record.hpp"
#include "records/selection.hpp"
#include "sip/seda.hpp"
#include "sip/settings.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// Extreme dates of the records of a lot.
struct Extent {
  std::optional<core::Date> start, end;
  void add(const std::optional<core::Date>& from, const std::optional<core::Date>& to);
};

/// Describes a record's unit and repairs what VITAM would refuse, with a finding that names the key: an empty
/// title is replaced, inconsistent extreme dates are left out.
[[nodiscard]] records::Described describe_record(const profiles::Application& app,
                                                 const profiles::ArchiveDef& archive,
                                                 const profiles::Row& facts, const records::Key& key,
                                                 std::vector<core::Finding>& findings);

/// The unit says which signed paper the archivist cites for a record that the application left unfinished.
void cite_decision(records::Described& unit, const std::string& reference);

/// Value of the profile's group template, nullopt when the profile has no group.
[[nodiscard]] std::optional<std::string> group_of(const profiles::ArchiveDef& archive,
                                                  const profiles::Row& facts);

/// What templates of `root` and `documentation` know.
[[nodiscard]] profiles::Row holder_facts(const Settings& settings, const extract::RunFacts& run,
                                         const profiles::ArchiveDef& archive, int lot, int lots,
                                         const Extent& extent);

/// Rules translated to the platform's RuleIds.
[[nodiscard]] UnitContent unit_content(records::Described described, const Settings& settings);

/// The record's key as OriginatingSystemId, and as lists of files may write it: bare when single.
[[nodiscard]] std::string system_id(const records::Key& key);

/// A document that explains the data, archived with them in every lot.
struct DocumentationItem {
  std::string_view title, file_name, extension;
  std::function<void(core::ByteSink&)> write;
};
[[nodiscard]] std::array<DocumentationItem, 3> documentation_items(const profiles::Application& app,
                                                                   const profiles::RecordDef& record);

/// Units and objects that so many physical objects of one unit add: those after the first have units of their
/// own.
[[nodiscard]] constexpr std::uint64_t entries_of_physical(std::uint64_t objects) {
  return objects == 0 ? 0 : 2 * objects - 1;
}

/// Units and objects of one record, attached files and physical objects apart: its unit, its XML, a page for
/// people, a table.
[[nodiscard]] std::uint64_t entries_of_record(const profiles::ArchiveDef& archive, const Settings& settings);

/// Units and objects that a lot holds besides its records: root, documentation, its items and their objects.
inline constexpr std::uint64_t fixed_entries = 2 + 3 * 2;

}  // namespace versoir::sip

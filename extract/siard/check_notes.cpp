// The table of requirements, and the findings under each.
#include "extract/siard/check_notes.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace versoir::extract {

namespace {

constexpr std::uint64_t most_listed = 50;

/// Marks a text of the table for translation.
consteval const char* mark(const char* english) { return english; }

constexpr std::array requirement_table{
    SiardRequirement{"G_4.1-1", mark("the archive is one whole zip file")},
    SiardRequirement{"G_4.1-2", mark("entries are stored or deflated")},
    SiardRequirement{"G_4.1-3", mark("nothing is encrypted")},
    SiardRequirement{"G_4.1-5", mark("the name of the file ends in .siard")},
    SiardRequirement{"P_4.2-1", mark("content/ and header/ stand at the root, and nothing else")},
    SiardRequirement{"P_4.2-2", mark("folders of content/ are those of the schemas and tables described")},
    SiardRequirement{"P_4.2-3", mark("each table has its rows and their schema")},
    SiardRequirement{"P_4.2-4",
                     mark("one folder of header/ says the version, and the metadata say the same")},
    SiardRequirement{"P_4.2-5", mark("header/ holds metadata.xml and metadata.xsd")},
    SiardRequirement{"P_4.2-6", mark("names of files are made of letters, digits and _")},
    SiardRequirement{"M_5.0-1", mark("the metadata obey the schema of their version")},
    SiardRequirement{"P_4.3-1", mark("each table described is there, once")},
    SiardRequirement{"P_4.3-2", mark("the schema of a table has as many columns as the metadata")},
    SiardRequirement{"P_4.3-3", mark("the types of the schema of a table are those of the metadata")},
    SiardRequirement{"P_4.3-4", mark("a distinct type has, in the schema, the type of its base")},
    SiardRequirement{"P_4.3-5", mark("an array has, in the schema, an element for each of its own")},
    SiardRequirement{"P_4.3-6", mark("a structured type has, in the schema, an element for each attribute")},
    SiardRequirement{"P_4.3-7", mark("what may be NULL is the same in both")},
    SiardRequirement{"P_4.3-8", mark("columns have the same order in both")},
    SiardRequirement{"P_4.3-9", mark("fields of structured columns have the same order in both")},
    SiardRequirement{"P_4.3-10", mark("each table has the number of rows that is said")},
    SiardRequirement{"T_6.0-1", mark("values fit their types; keys and references hold")},
    SiardRequirement{"T_6.0-2", mark("rows obey the schema of their table")},
    SiardRequirement{"T_6.1-1", mark("each table has a schema, which describes it")},
    SiardRequirement{"T_6.1-2", mark("columns are numbered from 1, in their order")},
    SiardRequirement{"T_6.1-3", mark("the schema uses the types that the standard knows")},
    SiardRequirement{"T_6.1-4", mark("parts of arrays and structured types are numbered from 1")},
    SiardRequirement{"T_6.2-1", mark("each large value is there, with its length and digest")},
    SiardRequirement{"T_6.3-1", mark("dates are of the years 0001 to 9999")},
    SiardRequirement{"T_6.4-5", mark("the cell of a large value says file, length and digest")},
    SiardRequirement{"5.1", mark("the digest of the content is the one that is said")},
    SiardRequirement{"V_ZIP", mark("no name occurs twice, and none leads out of the archive")},
    SiardRequirement{"V_KEYS", mark("keys name columns and tables that are described")},
    SiardRequirement{"V_ORPHAN", mark("no large value is left that no cell names")},
    SiardRequirement{"V_USERS",
                     mark("a user is named: a known tool takes an archive without one for invalid")},
};

}  // namespace

std::span<const SiardRequirement> siard_requirements() { return requirement_table; }

std::string_view verdict_name(SiardVerdict::Result r) noexcept {
  switch (r) {
    case SiardVerdict::Result::passed:
      return "passed";
    case SiardVerdict::Result::warned:
      return "warned";
    case SiardVerdict::Result::failed:
      return "failed";
    case SiardVerdict::Result::skipped:
      break;
  }
  return "skipped";
}

std::uint64_t SiardCheckReport::errors() const noexcept {
  return std::accumulate(verdicts.begin(), verdicts.end(), std::uint64_t{0},
                         [](std::uint64_t n, const SiardVerdict& v) { return n + v.errors; });
}
std::uint64_t SiardCheckReport::warnings() const noexcept {
  return std::accumulate(verdicts.begin(), verdicts.end(), std::uint64_t{0},
                         [](std::uint64_t n, const SiardVerdict& v) { return n + v.warnings; });
}

SiardVerdict& SiardNotes::verdict(std::string_view id) {
  if (report_.verdicts.empty())
    for (const auto& r : requirement_table) report_.verdicts.push_back({r});
  const auto found =
      std::ranges::find_if(report_.verdicts, [&](const auto& v) { return v.requirement.id == id; });
  if (found == report_.verdicts.end())
    throw core::Error(core::Exit::unexpected, core::msg("There is no requirement {0}.", id));
  return *found;
}

void SiardNotes::judged(std::string_view id) {
  auto& v = verdict(id);
  if (v.result == SiardVerdict::Result::skipped) v.result = SiardVerdict::Result::passed;
}

void SiardNotes::add(std::string_view id, core::Severity severity, core::Message what, std::string where) {
  auto& v = verdict(id);
  const bool fault = severity == core::Severity::error;
  ++(fault ? v.errors : v.warnings);
  if (fault)
    v.result = SiardVerdict::Result::failed;
  else if (v.result != SiardVerdict::Result::failed)
    v.result = SiardVerdict::Result::warned;
  if (v.errors + v.warnings <= most_listed)
    report_.findings.push_back({severity, std::string(id), std::move(what), std::move(where)});
}

void SiardNotes::error(std::string_view id, core::Message what, std::string where) {
  add(id, core::Severity::error, std::move(what), std::move(where));
}
void SiardNotes::warning(std::string_view id, core::Message what, std::string where) {
  add(id, core::Severity::warning, std::move(what), std::move(where));
}
void SiardNotes::error(std::string_view id, const core::Error& failure, std::string where) {
  error(id, failure.message(), where);
  for (const auto& cause : failure.causes()) error(id, cause, where);
}

}  // namespace versoir::extract

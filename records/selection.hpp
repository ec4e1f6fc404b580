// Selection of records for an archive profile, with the facts that feed titles, dates and rules.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/sqlite.hpp"
#include "profiles/loader.hpp"
#include "profiles/model.hpp"
#include "records/record.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versoir::records {

namespace parts {
struct Facts;
}

/// A rule as it will stand on a unit, with the end date that the platform will compute.
struct RuleOutcome {
  const profiles::RuleDef* rule;
  profiles::RuleCategory category;
  std::optional<core::Date> start, end;  ///< no start: no end either (never destroyable)
  std::string final_action;
  bool prevent_inheritance = false;
  bool bounded = false;   ///< the start is a bound in the place of a date that is not known
  bool optional = false;  ///< only written when the establishment asks for it
};
/// An element of SEDA with its values. What had nothing to say is not there.
struct DescribedElement {
  std::string name, text;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<DescribedElement> children;
  std::vector<std::string> versions;  ///< of SEDA that it is for; empty = all
};
/// A unit described: templates expanded over the facts.
struct Described {
  std::string level, title, description, identifier, file_name;
  std::optional<core::Date> start, end;
  std::vector<std::pair<std::string, std::string>> keywords;
  std::vector<RuleOutcome> rules;
  std::vector<DescribedElement> elements;  ///< further elements of the description
  std::vector<DescribedElement> physical;  ///< physical objects
};
/// Expands a UnitDef; runs of blanks become one space, empty keywords are dropped. Bad dates are
/// Error(Exit::profile_invalid) naming archive profile and template. Findings: a date whose year is below 1
/// or above 8999 (it counts as unknown), extreme dates in the wrong order (neither is kept), a rule whose
/// start is empty, a rule that would end beyond what VITAM accepts (its start is dropped).
[[nodiscard]] Described describe(const profiles::Application& app, const profiles::ArchiveDef& archive,
                                 const profiles::UnitDef& unit, const profiles::Row& facts,
                                 std::vector<core::Finding>& findings);

/// One candidate record of the selection.
struct Candidate {
  Key key;
  std::optional<std::string> left_out;  ///< reason; nullopt = kept
  /// Kept because it was declared closed: a deferral was the only reason against it.
  bool closed = false;
  /// Left out by deferrals alone: it could be kept once declared closed.
  bool deferred = false;
  bool cited = false;   ///< closed or deferred, and the deferral asks for the signed paper to be cited
  profiles::Row facts;  ///< of kept candidates
};
/// Streams the candidates of an archive profile in the order of its select; a key that it gives twice is
/// Error(Exit::profile_invalid). Views must exist (RecordReader
/// makes them). With `closed`, only the candidates that it says are closed are given, and deferrals do not
/// hold them back.
void select(core::Database& db, const profiles::Application& app, const profiles::ArchiveDef& archive,
            const std::function<void(Candidate&&)>& visit,
            const std::function<bool(const Key&)>& closed = {});
/// The facts of one record again (building from a plan). Names of columns are lower case. A key without
/// facts, or with several rows of them, is Error(Exit::profile_invalid).
class FactReader {
 public:
  FactReader(core::Database& db, const profiles::Application& app, const profiles::ArchiveDef& archive);
  [[nodiscard]] profiles::Row read(const Key& key);

 private:
  FactReader(core::Database& db, const profiles::ArchiveDef& archive, parts::Facts&& facts);
  core::Database& db_;
  core::Statement st_;
  std::vector<std::size_t> parameters_;  ///< position in the key, per parameter
  std::vector<std::string> columns_;
  const profiles::ArchiveDef& archive_;
};

}  // namespace versoir::records

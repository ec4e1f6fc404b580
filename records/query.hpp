// Inside the room: the queries of a profile, prepared against an extract, their parameters resolved by name.
#pragma once
#include "core/error.hpp"
#include "core/sqlite.hpp"
#include "profiles/model.hpp"
#include "records/record.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::records::parts {

/// Makes every name of the profile readable on this extract: stand-ins for what the dictionary calls optional
/// and the extract lacks, then the profile's own TEMP views. Done once per connection.
void make_views(core::Database& db, const profiles::Application& app);

/// Position of a name in a list, compared as SQL compares names (ASCII case apart).
[[nodiscard]] std::optional<std::size_t> find_name(std::span<const std::string> names, std::string_view name);

/// Prepares one reading query. Every failure is Error(Exit::profile_invalid) that names `place` and has the
/// reason as its first cause.
[[nodiscard]] core::Statement prepare_select(core::Database& db, std::string_view sql,
                                             std::string_view place);
[[noreturn]] void refuse(std::string_view place, core::Message reason,
                         const std::optional<std::string>& near = std::nullopt);

[[nodiscard]] std::vector<std::string> column_names(const core::Statement& st);
/// Shows the name of each parameter, in order, to `resolve`, which says whether it knows it.
void each_parameter(const core::Statement& st, std::string_view place,
                    const std::function<bool(std::string_view)>& resolve);

/// step(): a defect of the query is Error(Exit::profile_invalid), a defect of the file keeps its own code.
bool step(core::Database& db, core::Statement& st, std::string_view place);

/// Resets a statement at the end of a scope, so that an error leaves nothing half read.
class Rewind {
 public:
  explicit Rewind(core::Statement& st) : st_(st) {}
  ~Rewind();
  Rewind(const Rewind&) = delete;
  Rewind& operator=(const Rewind&) = delete;

 private:
  core::Statement& st_;
};

/// A query that gives keys and takes no parameter (select, leave-out).
[[nodiscard]] core::Statement prepare_keys(core::Database& db, std::string_view sql, std::size_t width,
                                           std::string_view place);
/// The query of facts with, for each parameter, the position in the key.
struct Facts {
  core::Statement st;
  std::vector<std::size_t> parameters;
  std::vector<std::string> columns;  ///< lower case
};
[[nodiscard]] Facts prepare_facts(core::Database& db, const profiles::RecordDef& record,
                                  const profiles::ArchiveDef& archive);
/// The record of an archive profile. Throws Error(Exit::profile_invalid).
[[nodiscard]] const profiles::RecordDef& record_of(const profiles::Application& app,
                                                   const profiles::ArchiveDef& archive);
/// "dossiers.xml:12 facts"
[[nodiscard]] std::string place_of(const profiles::ArchiveDef& archive, std::string_view part);
[[nodiscard]] std::string place_of(const profiles::ArchiveDef& archive, std::string_view part, long line);

/// Findings for the queries and templates of archive profiles, for the queries of searches.
void check_archives(core::Database& db, const profiles::Application& app,
                    std::vector<core::Finding>& findings);
void check_consult(core::Database& db, const profiles::Application& app,
                   std::vector<core::Finding>& findings);
/// Runs `part` and turns its Error(Exit::profile_invalid) into a finding.
void collect(std::vector<core::Finding>& findings, std::string_view place, const std::function<void()>& part);

}  // namespace versoir::records::parts

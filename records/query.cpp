// Preparing and running the queries of a profile: what they may be, and whose fault a failure is.
#include "records/query.hpp"

#include "core/nearest.hpp"
#include "core/text.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace versoir::records::parts {

using core::Error;
using core::Exit;
using core::msg;

std::optional<std::size_t> find_name(std::span<const std::string> names, std::string_view name) {
  const auto wanted = core::ascii_lower(name);
  const auto it =
      std::ranges::find_if(names, [&](const std::string& n) { return core::ascii_lower(n) == wanted; });
  if (it == names.end()) return std::nullopt;
  return static_cast<std::size_t>(it - names.begin());
}

void refuse(std::string_view place, core::Message reason, const std::optional<std::string>& near) {
  Error e(Exit::profile_invalid, msg("{0}: the query of the profile is wrong.", place));
  std::move(e).because(std::move(reason));
  if (near) std::move(e).hint(msg("Did you mean {0}?", *near));
  throw std::move(e);
}

core::Statement prepare_select(core::Database& db, std::string_view sql, std::string_view place) {
  try {
    auto st = db.prepare(sql);
    // A profile travels inside extracts: its queries read, whatever the file says.
    if (st.columns() == 0 || sqlite3_stmt_readonly(st.raw()) == 0)
      refuse(place, msg("It is not a reading query."));
    return st;
  } catch (const Error& e) {
    if (e.code() == Exit::profile_invalid) throw;
    Error refusal(Exit::profile_invalid,
                  msg("{0}: the query of the profile cannot run on this extract.", place));
    std::move(refusal).because(e);
    if (const auto near = core::nearest_in_schema(db, sql))
      std::move(refusal).hint(msg("Did you mean {0}?", *near));
    throw std::move(refusal);
  }
}

std::vector<std::string> column_names(const core::Statement& st) {
  std::vector<std::string> names;
  for (int i = 0; i < st.columns(); ++i) names.push_back(core::ascii_lower(st.column_name(i)));
  return names;
}

void each_parameter(const core::Statement& st, std::string_view place,
                    const std::function<bool(std::string_view)>& resolve) {
  for (int i = 1; i <= st.parameter_count(); ++i) {
    const auto name = st.parameter_name(i);
    if (name.empty()) refuse(place, msg("A parameter has no name."));
    if (!resolve(name))
      refuse(place,
             msg("The parameter {0} is neither a column of a row above nor a column of the key.", name));
  }
}

bool step(core::Database& db, core::Statement& st, std::string_view place) {
  try {
    return st.step();
  } catch (Error& e) {
    switch (sqlite3_errcode(db.raw()) & 0xff) {
      case SQLITE_CORRUPT:
      case SQLITE_IOERR:
      case SQLITE_NOMEM:
      case SQLITE_FULL:
      case SQLITE_CANTOPEN:
      case SQLITE_NOTADB:
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
      case SQLITE_INTERRUPT:
        e.while_doing(msg("while running the query of {0}", place));
        throw;
      default:
        throw Error(Exit::profile_invalid, msg("{0}: the query of the profile fails on this extract.", place))
            .because(e);
    }
  }
}

Rewind::~Rewind() {
  try {
    st_.reset();
  } catch (const std::exception&) {
    // The failure that step() already reported.
  }
}

core::Statement prepare_keys(core::Database& db, std::string_view sql, std::size_t width,
                             std::string_view place) {
  auto st = prepare_select(db, sql, place);
  if (static_cast<std::size_t>(st.columns()) != width)
    refuse(place, core::nmsg("It gives {0} column, the key of the record has {1}.",
                             "It gives {0} columns, the key of the record has {1}.",
                             static_cast<unsigned long>(st.columns()), width));
  if (st.parameter_count() != 0) refuse(place, msg("It must not have parameters."));
  return st;
}

Facts prepare_facts(core::Database& db, const profiles::RecordDef& record,
                    const profiles::ArchiveDef& archive) {
  const auto place = place_of(archive, "facts");
  auto st = prepare_select(db, archive.facts, place);
  std::vector<std::size_t> parameters;
  each_parameter(st, place, [&](std::string_view name) {
    const auto at = find_name(record.key, name);
    if (at) parameters.push_back(*at);
    return at.has_value();
  });
  auto columns = column_names(st);
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (find_name(std::span(columns).first(i), columns[i]))
      refuse(place, msg("It gives the column {0} twice.", columns[i]));
  return {std::move(st), std::move(parameters), std::move(columns)};
}

const profiles::RecordDef& record_of(const profiles::Application& app, const profiles::ArchiveDef& archive) {
  const auto* record = app.find_record(archive.record);
  if (!record)
    throw Error(Exit::profile_invalid,
                msg("The archive profile {0} wants the record {1}, which does not exist.", archive.id,
                    archive.record));
  return *record;
}

std::string place_of(const profiles::ArchiveDef& archive, std::string_view part) {
  const auto line = part == "select"                   ? archive.select_line
                    : part == "facts"                  ? archive.facts_line
                    : part == "unit"                   ? archive.unit.line
                    : part == "group" && archive.group ? archive.group->line
                                                       : archive.line;
  return place_of(archive, part, line);
}

std::string place_of(const profiles::ArchiveDef& archive, std::string_view part, long line) {
  return fmt::format("{}.xml:{} {}", archive.id, line, part);
}

void collect(std::vector<core::Finding>& findings, std::string_view place,
             const std::function<void()>& part) {
  try {
    part();
  } catch (const Error& e) {
    if (e.code() != Exit::profile_invalid) throw;
    findings.push_back({core::Severity::error, "query", e.causes().empty() ? e.message() : e.causes().front(),
                        std::string(place)});
    for (const auto& hint : e.hints())
      findings.push_back({core::Severity::info, "nearest", hint, std::string(place)});
  }
}

}  // namespace versoir::records::parts

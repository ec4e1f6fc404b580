// See access_log.hpp.
#include "consult/access_log.hpp"

#include "consult/document.hpp"
#include "core/csv.hpp"
#include "core/i18n.hpp"
#include "core/text.hpp"
#include "trust/journal_purge.hpp"

#include <algorithm>
#include <array>

namespace versoir::consult {

using core::Json;
using core::msg;

namespace {

constexpr const char* sheet_event = "SHEET_SHOWN";
constexpr const char* source_event = "SOURCE_SHOWN";
constexpr const char* document_event = "DOCUMENT_MADE";
constexpr const char* earlier_event = "EARLIER_VALUES_SHOWN";
constexpr const char* code_event = "CODE_CHECKED";
constexpr const char* list_event = "LIST_SHOWN";
constexpr const char* export_event = "LIST_EXPORTED";

/// Of a person, or of the persons of a list.
bool is_about_persons(const std::string& event, const Json& object) {
  constexpr std::array always{sheet_event, source_event, document_event,
                              list_event,  export_event, earlier_event};
  return std::ranges::find(always, event) != always.end() ||
         (event == code_event && object.contains("found") && object.at("found") == true);
}

Json object_in(const Json& line, const char* key) {
  const auto it = line.find(key);
  return it != line.end() && it->is_object() ? *it : Json::object();
}

std::string member(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace

AccessLog::AccessLog(const std::filesystem::path& file, const std::string& node, std::string reader,
                     const core::Clock& clock, trust::Circumstances circumstances)
    : reader_(std::move(reader)), journal_(file, node, clock, std::move(circumstances)) {}

void AccessLog::session(bool opened, const std::string& reader) {
  journal_.append(opened ? "SESSION_OPENED" : "SESSION_ENDED", {{"reader", who(reader)}}, trust::Outcome::ok);
}

void AccessLog::searched(const std::string& application, std::size_t shown, const std::string& reader) {
  journal_.append("SEARCHED", {{"reader", who(reader)}, {"application", application}, {"shown", shown}},
                  trust::Outcome::ok);
}

void AccessLog::refused(const std::string& reader, const std::string& page, const std::string& why) {
  journal_.append("ACCESS_REFUSED", {{"reader", who(reader)}, {"page", page}}, trust::Outcome::ko,
                  {{"why", why}});
}

void AccessLog::log_read(const std::string& reader, const AccessedRecord& about, std::size_t shown,
                         bool exported) {
  journal_.append(exported ? "LOG_EXPORTED" : "LOG_READ",
                  {{"reader", who(reader)},
                   {"application", about.application},
                   {"record", about.record},
                   {"key", about.key},
                   {"shown", shown}},
                  trust::Outcome::ok);
}

void AccessLog::write(const char* event, Json object, const AccessReason& why) {
  object["reader"] = who(why.reader);
  Json detail{{"reason", why.reason}, {"reference", why.reference}};
  if (!why.zones.empty()) detail["zones"] = why.zones;
  journal_.append(event, object, trust::Outcome::ok, detail);
}

void AccessLog::write(const char* event, const AccessedRecord& what, const AccessReason& why, Json more) {
  more.update({{"application", what.application},
               {"extract", what.extract_root},
               {"record", what.record},
               {"key", what.key}});
  write(event, std::move(more), why);
}

void AccessLog::shown(const AccessedRecord& what, const AccessReason& why) {
  write(sheet_event, what, why, Json::object());
}

void AccessLog::earlier_shown(const AccessedRecord& what, const AccessReason& why) {
  write(earlier_event, what, why, Json::object());
}

void AccessLog::source_shown(const AccessedRecord& what, const AccessReason& why) {
  write(source_event, what, why, Json::object());
}

void AccessLog::document_made(const AccessedRecord& what, const AccessReason& why, const MadeDocument& made) {
  Json more{{"document", made.document}, {"code", made.code}, {"row", made.row}};
  if (!made.paper.empty()) more["override"] = {{"paper", made.paper}, {"reason", made.reason}};
  write(document_event, what, why, std::move(more));
}

void AccessLog::code_checked(const std::optional<AccessedRecord>& found, const std::string& code,
                             const AccessReason& why) {
  write(code_event, found.value_or(AccessedRecord{}), why, {{"code", code}, {"found", found.has_value()}});
}

void AccessLog::list_shown(const AccessedList& what, const AccessReason& why) {
  write(what.exported ? export_event : list_event,
        {{"application", what.application},
         {"extract", what.extract_root},
         {"list", what.list},
         {"parameters", what.parameters},
         {"rows", what.rows}},
        why);
}

std::vector<AccessLine> AccessLog::documents_of_code(std::string_view code) const {
  return read_access_log(journal_.file(), [&](const AccessLine& line) {
    return line.event == document_event && same_code(code, line.code);
  });
}

std::string access_label(const std::string& event) {
  if (event == sheet_event) return core::tr("record shown");
  if (event == source_event) return core::tr("source rows shown");
  if (event == document_event) return core::tr("document made");
  if (event == earlier_event) return core::tr("earlier values shown");
  if (event == code_event) return core::tr("code checked");
  if (event == list_event) return core::tr("list shown");
  if (event == export_event) return core::tr("list exported");
  return event;
}

std::string access_object(const AccessLine& line) {
  return line.list.empty() ? line.what.record + ":" + line.what.key : line.list + " " + line.parameters;
}

void write_access_csv(core::ByteSink& sink, const std::vector<AccessLine>& lines) {
  using Cells = std::vector<std::optional<std::string>>;
  core::CsvWriter csv(sink, core::CsvFor::programs, ',', "\r\n");
  csv.row(Cells{"time", "reader", "event", "application", "extract", "record", "key", "reason", "reference",
                "document", "code", "zones", "list", "parameters", "rows"});
  for (const auto& l : lines)
    csv.row(Cells{l.time, l.reader, l.event, l.what.application, l.what.extract_root, l.what.record,
                  l.what.key, l.why.reason, l.why.reference, l.document, l.code, l.zones, l.list,
                  l.parameters, l.list.empty() ? std::string() : std::to_string(l.rows)});
}

std::filesystem::path access_log_file(const std::filesystem::path& workspace, const std::string& node) {
  return (workspace / ("consultation-" + node + ".jsonl")).lexically_normal();
}

std::vector<AccessLine> read_access_log(const std::filesystem::path& file,
                                        const std::function<bool(const AccessLine&)>& wanted) {
  const auto report = trust::verify_purged_journal(file);
  if (!report.intact())
    throw core::Error(
        core::Exit::journal_broken,
        msg("The log of accesses is broken at {0}: it proves nothing.",
            report.findings.empty() ? file.filename().string() : report.findings.front().where));
  std::vector<AccessLine> lines;
  trust::read_journal(file, [&](const Json& line) {
    const auto event = member(line, "event");
    const auto object = object_in(line, "object"), detail = object_in(line, "detail");
    if (!is_about_persons(event, object)) return;
    AccessLine one;
    one.time = member(line, "ts");
    one.event = event;
    one.reader = member(object, "reader");
    one.what = {member(object, "application"), member(object, "extract"), member(object, "record"),
                member(object, "key")};
    one.why = {member(detail, "reason"), member(detail, "reference")};
    one.document = member(object, "document");
    one.code = member(object, "code");
    one.zones = member(detail, "zones");
    one.row = member(object, "row");
    const auto decision = object_in(object, "override");
    one.override_paper = member(decision, "paper");
    one.override_reason = member(decision, "reason");
    one.list = member(object, "list");
    if (object.contains("parameters"))
      one.parameters = core::trim(core::canonical_json(object.at("parameters")));
    if (object.contains("rows") && object.at("rows").is_number_unsigned())
      one.rows = object.at("rows").get<std::uint64_t>();
    if (wanted(one)) lines.push_back(std::move(one));
  });
  return lines;
}

}  // namespace versoir::consult

// See access_log.hpp.
#include "consult/access_log.hpp"

#include "consult/document.hpp"
#include "core/text.hpp"

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

std::string member(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace

AccessLog::AccessLog(const std::filesystem::path& file, const std::string& node, std::string reader,
                     const core::Clock& clock)
    : reader_(std::move(reader)), journal_(file, node, clock) {}

void AccessLog::session(bool opened) {
  journal_.append(opened ? "SESSION_OPENED" : "SESSION_ENDED", {{"reader", reader_}}, trust::Outcome::ok);
}

void AccessLog::searched(const std::string& application, std::size_t shown) {
  journal_.append("SEARCHED", {{"reader", reader_}, {"application", application}, {"shown", shown}},
                  trust::Outcome::ok);
}

void AccessLog::write(const char* event, const AccessedRecord& what, const AccessReason& why, Json more) {
  Json object{{"reader", reader_},
              {"application", what.application},
              {"extract", what.extract_root},
              {"record", what.record},
              {"key", what.key}};
  object.update(more);
  journal_.append(event, object, trust::Outcome::ok, {{"reason", why.reason}, {"reference", why.reference}});
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

void AccessLog::code_checked(const std::optional<AccessedRecord>& found, const std::string& code) {
  write(code_event, found.value_or(AccessedRecord{}), {}, {{"code", code}, {"found", found.has_value()}});
}

void AccessLog::list_shown(const AccessedList& what, const AccessReason& why) {
  journal_.append(what.exported ? export_event : list_event,
                  {{"reader", reader_},
                   {"application", what.application},
                   {"extract", what.extract_root},
                   {"list", what.list},
                   {"parameters", what.parameters},
                   {"rows", what.rows}},
                  trust::Outcome::ok, {{"reason", why.reason}, {"reference", why.reference}});
}

std::vector<AccessLine> AccessLog::documents_of_code(std::string_view code) const {
  return read_access_log(journal_.file(), [&](const AccessLine& line) {
    return line.event == document_event && same_code(code, line.code);
  });
}

std::filesystem::path access_log_file(const std::filesystem::path& workspace, const std::string& node) {
  return (workspace / ("consultation-" + node + ".jsonl")).lexically_normal();
}

std::vector<AccessLine> read_access_log(const std::filesystem::path& file,
                                        const std::function<bool(const AccessLine&)>& wanted) {
  const auto report = trust::verify_journal(file);
  if (!report.intact())
    throw core::Error(
        core::Exit::journal_broken,
        msg("The log of accesses is broken at {0}: it proves nothing.",
            report.findings.empty() ? file.filename().string() : report.findings.front().where));
  std::vector<AccessLine> lines;
  trust::read_journal(file, [&](const Json& line) {
    const auto event = member(line, "event");
    if (event != sheet_event && event != source_event && event != document_event && event != list_event &&
        event != export_event && event != earlier_event)
      return;
    const auto object = line.value("object", Json::object()), detail = line.value("detail", Json::object());
    AccessLine one{
        member(line, "ts"),
        event,
        member(object, "reader"),
        {member(object, "application"), member(object, "extract"), member(object, "record"),
         member(object, "key")},
        {member(detail, "reason"), member(detail, "reference")},
        member(object, "document"),
        member(object, "code"),
        member(object, "row"),
        member(object.value("override", Json::object()), "paper"),
        member(object.value("override", Json::object()), "reason"),
        member(object, "list"),
        object.contains("parameters") ? core::trim(core::canonical_json(object.at("parameters"))) : "",
        object.contains("rows") && object.at("rows").is_number_unsigned()
            ? object.at("rows").get<std::uint64_t>()
            : 0};
    if (wanted(one)) lines.push_back(std::move(one));
  });
  return lines;
}

}  // namespace versoir::consult

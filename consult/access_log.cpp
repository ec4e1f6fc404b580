// See access_log.hpp.
#include "consult/access_log.hpp"

#include "core/csv.hpp"
#include "core/i18n.hpp"
#include "trust/journal_purge.hpp"

namespace versoir::consult {

using core::Json;
using core::msg;

namespace {

constexpr const char* sheet_event = "SHEET_SHOWN";
constexpr const char* source_event = "SOURCE_SHOWN";
constexpr const char* document_event = "DOCUMENT_MADE";

std::string member(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace

AccessLog::AccessLog(const std::filesystem::path& file, const std::string& node, std::string reader,
                     const core::Clock& clock)
    : reader_(std::move(reader)), journal_(file, node, clock) {}

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

void AccessLog::write(const char* event, const AccessedRecord& what, const AccessReason& why, Json more) {
  Json object{{"reader", who(why.reader)},
              {"application", what.application},
              {"extract", what.extract_root},
              {"record", what.record},
              {"key", what.key}};
  object.update(more);
  Json detail{{"reason", why.reason}, {"reference", why.reference}};
  if (!why.zones.empty()) detail["zones"] = why.zones;
  journal_.append(event, object, trust::Outcome::ok, detail);
}

void AccessLog::shown(const AccessedRecord& what, const AccessReason& why) {
  write(sheet_event, what, why, Json::object());
}

void AccessLog::source_shown(const AccessedRecord& what, const AccessReason& why) {
  write(source_event, what, why, Json::object());
}

void AccessLog::document_made(const AccessedRecord& what, const AccessReason& why,
                              const std::string& document, const std::string& code) {
  write(document_event, what, why, {{"document", document}, {"code", code}});
}

std::string access_label(const std::string& event) {
  if (event == sheet_event) return core::tr("record shown");
  if (event == source_event) return core::tr("source rows shown");
  if (event == document_event) return core::tr("document made");
  return event;
}

void write_access_csv(core::ByteSink& sink, const std::vector<AccessLine>& lines) {
  using Cells = std::vector<std::optional<std::string>>;
  core::CsvWriter csv(sink, core::CsvFor::programs, ',', "\r\n");
  csv.row(Cells{"time", "reader", "event", "application", "extract", "record", "key", "reason", "reference",
                "document", "code", "zones"});
  for (const auto& l : lines)
    csv.row(Cells{l.time, l.reader, l.event, l.what.application, l.what.extract_root, l.what.record,
                  l.what.key, l.why.reason, l.why.reference, l.document, l.code, l.zones});
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
    if (event != sheet_event && event != source_event && event != document_event) return;
    const auto object = line.value("object", Json::object()), detail = line.value("detail", Json::object());
    AccessLine one{member(line, "ts"),
                   event,
                   member(object, "reader"),
                   {member(object, "application"), member(object, "extract"), member(object, "record"),
                    member(object, "key")},
                   {member(detail, "reason"), member(detail, "reference")},
                   member(object, "document"),
                   member(object, "code"),
                   member(detail, "zones")};
    if (wanted(one)) lines.push_back(std::move(one));
  });
  return lines;
}

}  // namespace versoir::consult

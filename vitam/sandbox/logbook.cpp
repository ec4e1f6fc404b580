// See logbook.hpp.
#include "vitam/sandbox/logbook.hpp"

#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/dsl.hpp"

#include <set>
#include <string_view>

namespace versoir::vitam::sandbox {

using core::Json;
using core::text_of;

namespace {

constexpr std::string_view logbook_service = "access-external";

Json event(const std::string& type, const std::string& date, const std::string& outcome,
           const std::string& detail, const std::string& message) {
  return {{"evType", type},      {"evDateTime", date},  {"outcome", outcome},
          {"outDetail", detail}, {"outMessg", message}, {"evDetData", ""}};
}

/// What of the manifest VITAM writes down, as texts in JSON.
void add_header(Json& operation, const Json& manifest) {
  const auto identifier = text_of(manifest, "message_identifier");
  if (identifier.empty()) return;
  operation["obIdIn"] = identifier;
  operation["agIdExt"] = Json{{"originatingAgency", text_of(manifest, "originating_agency")},
                              {"TransferringAgency", text_of(manifest, "transferring_agency")},
                              {"ArchivalAgency", text_of(manifest, "archival_agency")},
                              {"submissionAgency", text_of(manifest, "submission_agency")}}
                             .dump();
  operation["rightsStatementIdentifier"] = Json{
      {"ArchivalAgreement", text_of(manifest, "archival_agreement")},
      {"ArchivalProfile",
       text_of(manifest, "archival_profile")}}.dump();
}

/// `steps`: only theirs; nullptr = all.
void add_events(Json& operation, const Json& status, const Json& check, const std::set<std::string>* steps) {
  const auto date = text_of(status, "updated");
  auto& events = operation["events"];
  for (const auto& e : check.value("events", Json::array())) {
    if (steps && !steps->contains(text_of(e, "step"))) continue;
    const auto code = text_of(e, "code");
    events.push_back(
        event(code.substr(0, code.find('.')), date, text_of(e, "status"), code, text_of(e, "message")));
  }
  const auto stopped =
      text_of(status, "status") == "FATAL" ? status.value("steps", Json::array()) : Json::array();
  for (const auto& step : stopped)
    if (text_of(step, "status") == "FATAL") {
      const auto name = text_of(step, "name");
      events.push_back(event(name, date, "FATAL", name + ".FATAL", name));
    }
}

void add_reply(Json& operation, const Json& status) {
  const auto ended = text_of(status, "updated");
  auto& events = operation["events"];
  auto reply = event("ATR_NOTIFICATION", ended, "OK", "ATR_NOTIFICATION.OK", "ATR_NOTIFICATION");
  reply["evDetData"] = Json{
      {"FileName", "ATR_" + text_of(status, "operation")},
      {"MessageDigest", text_of(status, "atr_sha512")},
      {"Algorithm",
       "SHA-512"}}.dump();
  events.push_back(std::move(reply));
}

Json closing_event(const Json& status, const std::string& process) {
  const auto outcome = text_of(status, "status");
  return event(process, text_of(status, "updated"), outcome, process + '.' + outcome, process);
}

}  // namespace

Json logged_operation(const Json& status, const std::optional<Json>& check, std::int64_t tenant) {
  const auto context = text_of(status, "context"), id = text_of(status, "operation"),
             received = text_of(status, "received"), process = process_of(context);
  Json operation = event(process, received, "STARTED", process + ".STARTED", process);
  operation["#id"] = id;
  operation["#tenant"] = tenant;
  operation["evId"] = id;
  operation["evIdProc"] = id;
  operation["evIdReq"] = id;
  operation["evTypeProc"] = type_of(context);
  operation["events"] = Json::array();
  if (const auto application = text_of(status, "application"); !application.empty())
    operation["evIdAppSession"] = application;
  const bool ended = text_of(status, "state") == "COMPLETED";
  if (!check) {  // it waits, or was cancelled before it began
    if (ended) operation["events"].push_back(closing_event(status, process));
    return operation;
  }
  // Of a process that stopped on its way: what its steps found so far, the bordereau once it was controlled.
  std::set<std::string> done;
  for (const auto& step : status.value("steps", Json::array())) done.insert(text_of(step, "name"));
  if (ended || done.contains("STP_INGEST_CONTROL_SIP"))
    add_header(operation, check->value("manifest", Json::object()));
  add_events(operation, status, *check, ended ? nullptr : &done);
  if (!ended) return operation;
  add_reply(operation, status);
  operation["events"].push_back(closing_event(status, process));
  return operation;
}

std::optional<core::ServerResponse> answer_logbook(const Operations& operations, std::int64_t tenant,
                                                   const core::ServerRequest& request) {
  constexpr std::string_view base = "/access-external/v1/logbookoperations";
  auto path = std::string_view(request.target);
  path = path.substr(0, path.find('?'));
  if (!path.starts_with(base)) return std::nullopt;
  path.remove_prefix(base.size());
  if (!path.empty() && path.front() != '/') return std::nullopt;
  if (request.method != "GET")
    return vitam_error(405, "000200", logbook_service, "Network", "method not allowed");
  if (!path.empty()) {
    const std::string id(path.substr(1));
    const auto facts = operations.is_of(id, tenant) ? operations.facts(id) : std::nullopt;
    if (!facts) return vitam_error(404, "020105", logbook_service, "IO", "no such operation");
    return answer_one(logged_operation(facts->status, facts->check, tenant), body_of(request),
                      logbook_service);
  }
  Json all = Json::array();
  for (const auto& facts : operations.all_facts()) {
    if (!operations.is_of(text_of(facts.status, "operation"), tenant)) continue;
    auto operation = logged_operation(facts.status, facts.check, tenant);
    if (auto& events = operation["events"]; events.size() > 2)
      events = Json::array({events.front(), events.back()});
    all.push_back(std::move(operation));
  }
  return answer_select(all, body_of(request), Select::single, logbook_service);
}

}  // namespace versoir::vitam::sandbox

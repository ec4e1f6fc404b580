// See process.hpp. Names and states are VITAM's.
#include "vitam/sandbox/process.hpp"

#include "vitam/sandbox/dsl.hpp"

#include <algorithm>
#include <utility>

namespace versoir::vitam::sandbox {

using check::Status;
using check::Workflow;
using core::Json;
using core::text_of;

namespace {

constexpr std::string_view final_step = "STP_INGEST_FINALISATION";

/// What VITAM does after the controls; each name with the workflows that have it.
struct LateStep {
  std::string_view name;
  bool blank, filing, holding;
};
constexpr std::array<LateStep, 7> late_steps{{{"STP_STORAGE_AVAILABILITY_CHECK", true, false, false},
                                              {"STP_OBJ_STORING", false, false, false},
                                              {"STP_UNIT_METADATA", false, true, true},
                                              {"STP_OG_STORING", false, false, false},
                                              {"STP_UNIT_STORING", false, true, true},
                                              {"STP_UPDATE_OBJECT_GROUP", false, false, false},
                                              {"STP_ACCESSION_REGISTRATION", false, true, false}}};

bool has_step(const LateStep& step, Workflow workflow) {
  switch (workflow) {
    case Workflow::blank_test:
      return step.blank;
    case Workflow::filing_scheme:
      return step.filing;
    case Workflow::holding_scheme:
      return step.holding;
    case Workflow::default_workflow:
      return true;
  }
  return true;
}

std::size_t level_of(Status status) {
  constexpr std::array<std::size_t, 4> levels{3, 4, 5, 6};
  return levels.at(static_cast<std::size_t>(status));
}

Step plain_step(std::string_view name, Status status) {
  Step step{std::string(name), status, {}};
  step.meter.at(level_of(status)) = 1;
  return step;
}

/// A step without objects is a warning of the platform.
Status late_status(std::string_view name, const check::Report& report) {
  const bool on_objects = name == "STP_OBJ_STORING" || name == "STP_OG_STORING";
  return on_objects && report.groups == 0 ? Status::warning : Status::ok;
}

std::optional<Status> status_of(std::string_view name) {
  for (const auto status : {Status::ok, Status::warning, Status::ko, Status::fatal})
    if (check::status_name(status) == name) return status;
  return std::nullopt;
}

Json meter_of(const std::array<int, 7>& meter) { return Json(meter); }

Json item(std::string_view id, const std::string& status, const std::string& state, Json meter) {
  return {{"itemId", id},
          {"message", ""},
          {"globalStatus", status},
          {"globalState", state},
          {"statusMeter", std::move(meter)},
          {"itemsStatus", Json::object()},
          {"subTaskStatus", Json::object()},
          {"data", Json::object()},
          {"lifecycleEnable", true}};
}

bool among(const Json& query, const char* key, std::string_view value) {
  const auto list = query.find(key);
  if (list == query.end() || list->is_null()) return true;
  if (!list->is_array()) throw InvalidQuery(std::string(key) + ": a list is expected");
  return list->empty() || std::ranges::any_of(*list, [&](const Json& one) { return one == value; });
}

/// dd/MM/yyyy
core::Date day_of(const std::string& text, const char* key) {
  if (text.size() == 10 && text[2] == '/' && text[5] == '/')
    if (const auto date =
            core::parse_date(text.substr(6) + '-' + text.substr(3, 2) + '-' + text.substr(0, 2)))
      return *date;
  throw InvalidQuery(std::string(key) + ": dd/MM/yyyy is expected");
}

bool in_period(core::Instant at, const Json& query) {
  const auto from = text_of(query, "startDateMin"), to = text_of(query, "startDateMax");
  if (from.empty() && to.empty()) return true;
  if (from.empty() || to.empty()) throw InvalidQuery("startDateMin and startDateMax go together");
  const core::Date day{std::chrono::floor<std::chrono::days>(at)};
  return day_of(from, "startDateMin") <= day && day <= day_of(to, "startDateMax");
}

}  // namespace

std::string process_of(std::string_view context) {
  if (context == "BLANK_TEST") return "PROCESS_SIP_UNITARY_TEST";
  if (context == "FILING_SCHEME") return "FILINGSCHEME";
  if (context == "HOLDING_SCHEME") return "HOLDINGSCHEME";
  return "PROCESS_SIP_UNITARY";
}

std::string type_of(std::string_view context) {
  if (context == "BLANK_TEST") return "INGEST_TEST";
  return context == "HOLDING_SCHEME" ? "MASTERDATA" : "INGEST";
}

std::optional<Action> parse_action(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, Action>, 4> words{{{"RESUME", Action::resume},
                                                                      {"NEXT", Action::next},
                                                                      {"PAUSE", Action::pause},
                                                                      {"REPLAY", Action::replay}}};
  for (const auto& [name, action] : words)
    if (name == word) return action;
  return std::nullopt;
}

std::vector<Step> steps_of(const check::Report& report, Workflow workflow) {
  std::vector<Step> steps;
  for (const auto& e : report.events) {
    if (steps.empty() || steps.back().name != e.step) steps.push_back({e.step, Status::ok, {}});
    auto& step = steps.back();
    step.status = std::max(step.status, e.status);
    ++step.meter.at(level_of(e.status));
  }
  if (report.status < Status::ko)
    for (const auto& late : late_steps)
      if (has_step(late, workflow)) steps.push_back(plain_step(late.name, late_status(late.name, report)));
  steps.push_back(plain_step(final_step, Status::ok));
  return steps;
}

bool Process::allows(Action action) const {
  if (completed()) return false;
  if (action == Action::pause) return state == "RUNNING";
  if (action == Action::cancel) return true;
  return state == "PAUSE" && (action != Action::replay || !done.empty());
}

std::string Process::worst() const {
  Status worst = Status::ok;
  for (const auto& step : done) worst = std::max(worst, step.status);
  return std::string(check::status_name(worst));
}

bool Process::fault_due(std::size_t steps) const {
  constexpr std::size_t after_control = 3;
  return fault && fault->kind != OperationFault::Kind::purge &&
         done.size() == std::min(after_control, steps - 1);
}

void Process::start_again(Action action) {
  if (failed() || (action == Action::replay && !done.empty())) done.pop_back();
  if (fault && fault->kind != OperationFault::Kind::purge && state == "PAUSE" && status != "UNKNOWN") {
    fault.reset();
    heads = 0;
  }
  if (action == Action::next || action == Action::resume) step_by_step = action == Action::next;
  if (action == Action::cancel) wish = Action::cancel;
  state = "RUNNING";
}

bool Process::advance(const std::vector<Step>& steps) {
  if (done.size() >= steps.size()) done.resize(steps.size() - 1);  // an earlier run was stopped at its end
  if (wish == Action::cancel) {
    done.push_back(plain_step(final_step, Status::ko));
    return false;
  }
  if (fault_due(steps.size())) {
    const bool fatal = fault->kind == OperationFault::Kind::fatal;
    if (fatal) done.push_back(plain_step(steps[done.size()].name, Status::fatal));
    state = "PAUSE";
    status = worst();
    return false;
  }
  done.push_back(steps[done.size()]);
  status = worst();
  if (done.size() == steps.size()) {
    next_step.clear();
    return false;
  }
  next_step = steps[done.size()].name;
  if (step_by_step || wish == Action::pause) {
    state = "PAUSE";
    wish.reset();
    return false;
  }
  return true;
}

Json item_status(const Process& process) {
  std::array<int, 7> meter{};
  Json steps = Json::object();
  for (const auto& step : process.done) {
    ++meter.at(level_of(step.status));
    steps[step.name] =
        item(step.name, std::string(check::status_name(step.status)), process.state, meter_of(step.meter));
  }
  if (process.done.empty()) meter.at(process.status == "STARTED" ? 1 : 0) = 1;
  auto whole = item(process.id, process.status, process.state, meter_of(meter));
  whole["message"] = process.context;
  whole["itemsStatus"] = std::move(steps);
  return whole;
}

Json process_detail(const Process& process) {
  auto date = core::format_instant(process.received);
  date.pop_back();
  return {{"operationId", process.id},
          {"processType", type_of(process.context)},
          {"stepByStep", process.step_by_step},
          {"globalState", process.state},
          {"stepStatus", process.status},
          {"previousStep", process.done.empty() ? std::string() : process.done.back().name},
          {"nextStep", process.completed() ? std::string() : process.next_step},
          {"processDate", date}};
}

bool answers(const Process& process, const Json& query) {
  if (!query.is_object()) throw InvalidQuery("a ProcessQuery is an object");
  constexpr std::array<std::string_view, 8> known{"id",           "states",      "statuses",
                                                  "workflows",    "listSteps",   "listProcessTypes",
                                                  "startDateMin", "startDateMax"};
  for (const auto& key : query.items())
    if (std::ranges::find(known, key.key()) == known.end())
      throw InvalidQuery(key.key() + ": not a field of ProcessQuery");
  const auto id = text_of(query, "id");
  // Each is looked at, so that a wrong one is told whatever the others say.
  const std::array<bool, 7> held{
      id.empty() || id == process.id,
      among(query, "states", process.state),
      among(query, "statuses", process.status),
      among(query, "workflows", process_of(process.context)),
      among(query, "listSteps", process.done.empty() ? "" : process.done.back().name),
      among(query, "listProcessTypes", type_of(process.context)),
      in_period(process.received, query)};
  return std::ranges::all_of(held, [](bool one) { return one; });
}

void to_status(const Process& process, Json& status) {
  status["operation"] = process.id;
  status["context"] = process.context;
  status["tenant"] = process.tenant;
  status["received"] = core::format_instant(process.received);
  status["state"] = process.state;
  status["status"] = process.status;
  status["step_by_step"] = process.step_by_step;
  Json steps = Json::array();
  for (const auto& step : process.done)
    steps.push_back(
        {{"name", step.name}, {"status", check::status_name(step.status)}, {"meter", step.meter}});
  status["steps"] = std::move(steps);
  status["next_step"] = process.next_step;
  status.erase("fault");
  if (process.fault) status["fault"] = process.fault->to_json();
  if (process.ended) status["ended"] = core::format_instant(*process.ended);
}

Process from_status(const Json& status) {
  Process process;
  process.id = text_of(status, "operation");
  process.context = text_of(status, "context");
  process.tenant = status.value("tenant", any_tenant);
  process.state = text_of(status, "state");
  process.status = text_of(status, "status");
  process.step_by_step = status.value("step_by_step", false);
  process.next_step = text_of(status, "next_step");
  process.received = core::parse_instant(text_of(status, "received")).value_or(core::Instant{});
  process.ended = core::parse_instant(text_of(status, "ended"));
  if (status.contains("fault")) process.fault = OperationFault::from_json(status["fault"]);
  for (const auto& step : status.value("steps", Json::array()))
    process.done.push_back({text_of(step, "name"), status_of(text_of(step, "status")).value_or(Status::ok),
                            step.value("meter", std::array<int, 7>{})});
  return process;
}

}  // namespace versoir::vitam::sandbox

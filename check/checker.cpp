// The conductor: steps in VITAM's order, a KO masks what follows.
#include "check/checker.hpp"

#include "check/archival_profile.hpp"
#include "check/steps.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

#include <algorithm>
#include <array>
#include <future>

namespace versoir::check {

namespace fs = std::filesystem;
using core::msg;
using core::nmsg;

std::string_view status_name(Status s) noexcept {
  constexpr std::array<std::string_view, 4> names{"OK", "WARNING", "KO", "FATAL"};
  return names[static_cast<std::size_t>(s)];
}

bool is_scheme(Workflow workflow) noexcept {
  return workflow == Workflow::filing_scheme || workflow == Workflow::holding_scheme;
}

std::optional<Workflow> parse_workflow(std::string_view context_id) {
  if (context_id == "DEFAULT_WORKFLOW") return Workflow::default_workflow;
  if (context_id == "BLANK_TEST") return Workflow::blank_test;
  if (context_id == "FILING_SCHEME") return Workflow::filing_scheme;
  if (context_id == "HOLDING_SCHEME") return Workflow::holding_scheme;
  return std::nullopt;
}

std::string Event::name() const {
  const std::string action = code.substr(0, code.rfind('.'));
  // Neither is an event of its own in the logbook: the step carries it.
  return action == "OBJECTS_LIST_EMPTY" || action == "UPLOAD_SIP" ? step + "." + action : action;
}

std::vector<const Event*> Report::findings() const {
  std::vector<const Event*> list;
  for (const auto& event : events)
    if (event.status != Status::ok && event.name() != event.step) list.push_back(&event);
  for (const auto& event : hidden) list.push_back(&event);
  return list;
}

const Event* Report::decisive() const {
  if (status == Status::ok) return nullptr;
  const auto worst = [&](const Event& e) { return e.status == status && e.name() != e.step; };
  // The platform goes on after an archive unit profile at fault: what stops it is the next defect, if any.
  const auto stops = [&](const Event& e) {
    return worst(e) && !e.code.starts_with("CHECK_ARCHIVE_UNIT_PROFILE.");
  };
  auto found = std::ranges::find_if(events, stops);
  if (found == events.end()) found = std::ranges::find_if(events, worst);
  return found == events.end() ? nullptr : &*found;
}

// --------------------------------------------------------------------------------------------------------
// recorder

void Recorder::begin(std::string_view step) {
  step_ = step;
  status_ = Status::ok;
  written_ = dropped_ = hidden_ = 0;
  step_hidden_ = hiding_;
}

void Recorder::hide_rest_after_ko() { hiding_ = hiding_ || status_ >= Status::ko; }

void Recorder::add(std::string_view code, Status status, core::Message message, std::string where) {
  if (hiding_) {
    if (++hidden_ <= most_per_step)
      report_.hidden.push_back({step_, fmt::format("{}.{}", code, status_name(status)), status,
                                std::move(message), std::move(where)});
    return;
  }
  status_ = std::max(status_, status);
  report_.status = std::max(report_.status, status);
  if (written_ == most_per_step) {
    ++dropped_;
    return;
  }
  ++written_;
  report_.events.push_back(
      {step_, fmt::format("{}.{}", code, status_name(status)), status, std::move(message), std::move(where)});
}

void Recorder::add(const Defects& defects) {
  for (const auto& item : defects.items) add(item.code, item.status, item.message, item.where);
  if (!hiding_) dropped_ += defects.total - defects.items.size();
}

bool Recorder::end() {
  if (step_hidden_) return false;
  const auto ended = status_ >= Status::ko        ? msg("The platform would stop here and reject the SIP.")
                     : status_ == Status::warning ? msg("The platform would go on, with a warning.")
                                                  : msg("The step succeeds.");
  auto message =
      dropped_ == 0 ? ended
      : status_ >= Status::ko
          ? nmsg("The platform would stop here and reject the SIP; {0} more defect is not listed.",
                 "The platform would stop here and reject the SIP; {0} more defects are not listed.",
                 dropped_)
          : nmsg("The platform would go on; {0} more warning is not listed.",
                 "The platform would go on; {0} more warnings are not listed.", dropped_);
  report_.events.push_back(
      {step_, fmt::format("{}.{}", step_, status_name(status_)), status_, std::move(message), {}});
  return status_ < Status::ko;
}

// -------------------------------------------------------------------------------------------------------
// conductor

namespace {

/// False: the manifest could not be read, nothing more can be told.
bool control_ingest(const Request& request, const ContainerFacts& container, ManifestAhead& ahead,
                    ManifestModel& model, Recorder& out) {
  if (!control_seda(container, ahead, model, out)) return false;
  out.hide_rest_after_ko();
  control_header(request, container, model, out);
  out.hide_rest_after_ko();
  control_package(request, container, model, out);
  return true;
}

/// Number of groups as the platform counts them: an object outside of any group gets one of its own.
std::uint64_t count_groups(const ManifestModel& model) {
  const auto lone =
      std::ranges::count_if(model.objects, [](const ObjectFacts& o) { return o.group == none; });
  return model.groups.size() + static_cast<std::uint64_t>(lone);
}

void fill_report(Report& report, ManifestModel& model) {
  report.units = model.units.size();
  report.objects = model.objects.size();
  report.groups = count_groups(model);
  model.head.digest = report.manifest.digest;
  report.manifest = std::move(model.head);
  report.manifest.units.reserve(model.units.size());
  for (const auto& unit : model.units) report.manifest.units.emplace_back(unit.id);
  report.manifest.objects.reserve(model.objects.size());
  for (; !model.objects.empty(); model.objects.pop_front()) {  // makes room for what it becomes
    const auto& object = model.objects.front();
    const auto group = object.group == none ? std::string_view() : model.groups[object.group].id;
    report.manifest.objects.push_back(
        {std::string(object.id), std::string(group), std::string(object.version), std::string(object.uri)});
  }
}

/// What the verdict takes for granted.
void list_assumptions(const Request& request, const ContainerFacts& container, const ManifestModel& model,
                      Report& report) {
  const auto assume = [&](core::Message m) { report.assumptions.push_back(std::move(m)); };
  assume(msg("the antivirus of the platform finds nothing"));
  const bool undecided = std::ranges::any_of(
      container.files, [&](const FileFacts& f) { return container.formats(f).undecided; });
  if (undecided) assume(msg("the platform identifies as declared the formats that are not known here"));
  if (model.attaches) assume(msg("the units and groups that the SIP attaches to are on the platform"));
  if (model.unit_profiles_assumed) assume(msg("the units follow their archive unit profiles"));
  const auto* referentials = request.referentials;
  if (!referentials) {
    assume(msg("the platform knows the agencies"));
    assume(msg("the ingest contract exists, is active and is listed in the application context"));
    assume(
        msg("the ingest contract does not ask for more than the manifest gives (masters, formats, archival "
            "profile)"));
    assume(msg("the platform knows the rules, in the categories where they are used"));
    assume(msg("the platform accepts the classification levels, or their absence"));
    assume(msg("the platform knows the formats of the files"));
    assume(msg("the vocabularies of the establishment take the values of the elements outside SEDA"));
  } else {
    if (!referentials->fetched().empty())
      assume(msg("the referentials of the platform are still those that were fetched on {0}",
                 referentials->fetched()));
    if (!referentials->has_classification())
      assume(msg("the platform accepts the classification levels, or their absence"));
    if (!referentials->has_formats()) assume(msg("the platform knows the formats of the files"));
    const auto& named = model.head.archival_profile;
    const auto* profile = referentials->profile(named);
    if (!named.empty() && (!profile || !grammar_usable(*profile)))
      assume(msg("the manifest follows its archival profile"));
  }
}

/// Every step, in order. After the one that stops the platform, the others are controlled as far as they can
/// be: their defects are hidden ones.
void run_steps(const Request& request, const ContainerFacts& container, ManifestAhead& ahead,
               ManifestModel& model, Recorder& out) {
  out.begin("STP_SANITY_CHECK_SIP");
  control_container(request, container, out);
  out.hide_rest_after_ko();
  out.end();
  if (!container.accepted) return;
  out.begin("STP_UPLOAD_SIP");
  control_upload(container, out);
  out.hide_rest_after_ko();
  out.end();
  if (container.manifest.empty() || container.damage) return;
  out.begin("STP_INGEST_CONTROL_SIP");
  const bool read = control_ingest(request, container, ahead, model, out);
  out.hide_rest_after_ko();
  out.end();
  if (!read) return;
  if (!is_scheme(request.workflow)) {
    out.begin("STP_OG_CHECK_AND_TRANSFORME");
    control_objects(request, container, model, out);
    out.hide_rest_after_ko();
    out.end();
  }
  out.begin("STP_UNIT_CHECK_AND_PROCESS");
  control_units(request, model, out);
  out.end();
}

}  // namespace

Report check_sip(const fs::path& sip, const Referentials* referentials,
                 const std::optional<std::string>& manifest_digest_header, Workflow workflow,
                 const core::Clock& clock) {
  Report report;
  static_cast<void>(core::open_read(sip));  // what cannot be opened is told here
  // The whole file is digested on another core while its entries are read.
  auto digest = std::async(std::launch::async, [&] { return core::digest_file(sip); });
  report.name = sip.filename().string();
  report.with_referentials = referentials != nullptr;
  const Request request{sip, referentials, manifest_digest_header, workflow};
  const core::TemporaryDirectory folder;
  ManifestModel model;
  Recorder out(report);

  ManifestAhead ahead(referentials, clock.now());
  auto container =
      read_container(sip, folder.path(), [&](const fs::path& manifest) { ahead.start(manifest); });
  run_steps(request, container, ahead, model, out);
  report.sip = digest.get();
  report.manifest.digest = ahead.digest().value_or(core::Sha512{});
  report.bytes = container.bytes;
  list_assumptions(request, container, model, report);
  container = {};  // its files are told, and the report wants room
  fill_report(report, model);
  return report;
}

}  // namespace versoir::check

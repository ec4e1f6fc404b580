// The conductor: steps in VITAM's order, a KO masks what follows.
#include "check/checker.hpp"

#include "check/steps.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

#include <algorithm>
#include <array>

namespace versoir::check {

namespace fs = std::filesystem;
using core::msg;
using core::nmsg;

std::string_view status_name(Status s) noexcept {
  constexpr std::array<std::string_view, 4> names{"OK", "WARNING", "KO", "FATAL"};
  return names[static_cast<std::size_t>(s)];
}

std::optional<Workflow> parse_workflow(std::string_view context_id) {
  if (context_id == "DEFAULT_WORKFLOW") return Workflow::default_workflow;
  if (context_id == "BLANK_TEST") return Workflow::blank_test;
  if (context_id == "FILING_SCHEME") return Workflow::filing_scheme;
  if (context_id == "HOLDING_SCHEME") return Workflow::holding_scheme;
  return std::nullopt;
}

// --------------------------------------------------------------------------------------------------------
// recorder

void Recorder::begin(std::string_view step) {
  step_ = step;
  status_ = Status::ok;
  written_ = dropped_ = 0;
}

void Recorder::add(std::string_view code, Status status, core::Message message, std::string where) {
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
  dropped_ += defects.total - defects.items.size();
}

bool Recorder::end() {
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

bool is_scheme(Workflow w) { return w == Workflow::filing_scheme || w == Workflow::holding_scheme; }

void control_ingest(const Request& request, const ContainerFacts& container, ManifestModel& model,
                    Recorder& out) {
  const auto failed = [&] { return out.step_status() >= Status::ko; };
  control_seda(request, container, model, out);
  if (!failed()) control_header(request, model, out);
  if (!failed()) control_package(request, container, model, out);
}

/// Number of groups as the platform counts them: an object outside of any group gets one of its own.
std::uint64_t count_groups(const ManifestModel& model) {
  const auto lone =
      std::ranges::count_if(model.objects, [](const ObjectFacts& o) { return o.group == none; });
  return model.groups.size() + static_cast<std::uint64_t>(lone);
}

void fill_report(Report& report, const ContainerFacts& container, ManifestModel& model) {
  report.units = model.units.size();
  report.objects = model.objects.size();
  report.groups = count_groups(model);
  report.bytes = container.bytes;
  report.manifest = std::move(model.head);
  if (!container.manifest.empty()) report.manifest.digest = core::digest_file(container.manifest).sha512;
  report.manifest.units.reserve(model.units.size());
  for (auto& unit : model.units) report.manifest.units.push_back(std::move(unit.id));
  report.manifest.objects.reserve(model.objects.size());
  for (auto& object : model.objects)
    report.manifest.objects.push_back({std::move(object.id),
                                       object.group == none ? std::string() : model.groups[object.group].id,
                                       std::move(object.version), std::move(object.uri)});
}

/// What the verdict takes for granted.
void list_assumptions(const Request& request, const ManifestModel& model, Report& report) {
  const auto assume = [&](const core::Message& m) { report.assumptions.emplace_back(m.id()); };
  assume(msg("the antivirus of the platform finds nothing"));
  if (!model.objects.empty()) assume(msg("the platform identifies the formats of the files as declared"));
  if (model.attaches) assume(msg("the units and groups that the SIP attaches to are on the platform"));
  if (model.unit_profiles) assume(msg("the units follow their archive unit profiles"));
  const auto* referentials = request.referentials;
  if (!referentials) {
    assume(msg("the platform knows the agencies"));
    assume(msg("the ingest contract exists, is active and is listed in the application context"));
    assume(
        msg("the ingest contract does not ask for more than the manifest gives (masters, formats, archival "
            "profile)"));
    assume(msg("the platform knows the rules, in the categories where they are used"));
    assume(msg("the platform accepts the classification levels, or their absence"));
  } else {
    if (!referentials->has_classification())
      assume(msg("the platform accepts the classification levels, or their absence"));
    if (!report.manifest.archival_profile.empty()) assume(msg("the manifest follows its archival profile"));
  }
}

}  // namespace

Report check_sip(const fs::path& sip, const Referentials* referentials,
                 const std::optional<std::string>& manifest_digest_header, Workflow workflow) {
  Report report;
  report.sip = core::digest_file(sip);
  report.name = sip.filename().string();
  report.with_referentials = referentials != nullptr;
  const Request request{sip, referentials, manifest_digest_header, workflow};
  const core::TemporaryDirectory folder;
  ManifestModel model;
  Recorder out(report);

  out.begin("STP_SANITY_CHECK_SIP");
  const auto container = read_container(sip, folder.path());
  control_container(request, container, out);
  bool going = out.end();
  if (going) {
    out.begin("STP_UPLOAD_SIP");
    control_upload(container, out);
    going = out.end();
  }
  if (going) {
    out.begin("STP_INGEST_CONTROL_SIP");
    control_ingest(request, container, model, out);
    going = out.end();
  }
  if (going && !is_scheme(workflow)) {
    out.begin("STP_OG_CHECK_AND_TRANSFORME");
    control_objects(request, container, model, out);
    going = out.end();
  }
  if (going) {
    out.begin("STP_UNIT_CHECK_AND_PROCESS");
    control_units(request, model, out);
    out.end();
  }
  fill_report(report, container, model);
  list_assumptions(request, model, report);
  return report;
}

}  // namespace versoir::check

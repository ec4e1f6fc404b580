// Receives, controls, answers: one operation after the other.
#include "vitam/sandbox/operations.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "vitam/sandbox/quick_file.hpp"
#include "vitam/sandbox/reply.hpp"
#include "vitam/sandbox/stored_sip.hpp"

#include <algorithm>
#include <random>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using check::Status;
using check::Workflow;
using core::msg;

namespace {

constexpr std::string_view status_format = "versoir-sandbox-operation/1";

Workflow workflow_of(const Process& process) {
  return check::parse_workflow(process.context).value_or(Workflow::default_workflow);
}

/// A cancelled operation is a refusal, at the step that it did not reach.
void add_cancellation(check::Report& report, const Process& process) {
  const auto step = process.next_step.empty() ? std::string("STP_INGEST_FINALISATION") : process.next_step;
  report.events.push_back(
      {step, step + ".KO", Status::ko, msg("The operation was cancelled on the platform."), {}});
  report.status = Status::ko;
}

}  // namespace

Operations::Operations(fs::path folder, check::Referentials referentials, std::chrono::seconds purge_after,
                       const core::Clock& clock)
    : folder_(std::move(folder)),
      referentials_(std::make_shared<const check::Referentials>(std::move(referentials))),
      purge_after_(purge_after),
      clock_(clock) {
  fs::create_directories(folder_);
  read_back();
  worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Operations::~Operations() {
  worker_.request_stop();
  changed_.notify_all();
}

fs::path Operations::path(const std::string& id, std::string_view name) const { return folder_ / id / name; }

/// The look of VITAM's: 36 characters of base 32 in lower case.
std::string Operations::new_id() {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::random_device random;
  std::uniform_int_distribution<std::size_t> pick(0, alphabet.size() - 1);
  std::string id = "aeeaaaaaac";
  while (id.size() < 36) id += alphabet[pick(random)];
  return id;
}

void Operations::read_back() {
  std::vector<std::pair<core::Instant, std::string>> waiting;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string id = entry.path().filename();
    if (!entry.is_directory() || id.size() != 36 || !id.starts_with("aee")) continue;  // not ours
    if (!fs::exists(path(id, "status.json"))) {  // died before its first trace: nobody was told its number
      fs::remove_all(entry.path());
      continue;
    }
    auto process = from_status(core::read_json(path(id, "status.json")));
    process.id = id;
    if (process.state == "RUNNING" || process.never_started()) waiting.emplace_back(process.received, id);
    auto& known = entries_[id];
    known.process = std::move(process);
    if (known.process.completed()) known.facts = std::make_shared<const OperationFacts>(*facts(id));
  }
  std::ranges::sort(waiting);
  for (auto& [received, id] : waiting) queue_.push_back(std::move(id));
}

std::string Operations::add(const Submission& submission) {
  Process process;
  process.id = new_id();
  process.context = submission.context;
  process.tenant = submission.tenant;
  process.step_by_step = submission.step_by_step;
  process.fault = submission.fault;
  process.received = clock_.now();
  process.next_step = "STP_SANITY_CHECK_SIP";
  fs::create_directories(folder_ / process.id);
  std::error_code other_disk;
  fs::rename(submission.received, path(process.id, "received.zip"), other_disk);
  if (other_disk) fs::copy_file(submission.received, path(process.id, "received.zip"));
  core::Json json{{"format", status_format}};
  if (submission.manifest_digest) json["manifest_digest"] = *submission.manifest_digest;
  if (!submission.application.empty()) json["application"] = submission.application;
  if (!submission.caller.empty()) json["caller"] = submission.caller;
  to_status(process, json);
  write_quickly(path(process.id, "status.json"), json);
  {
    const std::scoped_lock lock(mutex_);
    entries_[process.id].process = process;
    queue_.push_back(process.id);
  }
  changed_.notify_one();
  return process.id;
}

void Operations::use(check::Referentials referentials) {
  auto next = std::make_shared<const check::Referentials>(std::move(referentials));
  const std::scoped_lock lock(mutex_);
  referentials_ = std::move(next);
  by_caller_.clear();
}

std::shared_ptr<const check::Referentials> Operations::referentials_of(const std::string& caller,
                                                                       std::int64_t tenant) {
  const std::scoped_lock lock(mutex_);
  if (caller.empty()) return referentials_;
  auto& own = by_caller_[{caller, tenant}];
  if (!own) own = std::make_shared<const check::Referentials>(referentials_->with_context(caller, tenant));
  return own;
}

void Operations::keep(const Process& process) {
  const std::scoped_lock lock(file_mutex_);
  auto json = core::read_json(path(process.id, "status.json"));
  to_status(process, json);
  json["updated"] = core::format_instant(clock_.now());
  if (fs::exists(path(process.id, "atr.xml")))
    json["atr_sha512"] = core::digest_file(path(process.id, "atr.xml")).sha512.hex();
  write_quickly(path(process.id, "status.json"), json);
}

bool Operations::act(const std::string& id, Action action) {
  Process changed;
  bool run = false;
  {
    const std::scoped_lock lock(mutex_);
    const auto at = entries_.find(id);
    if (at == entries_.end() || !at->second.process.allows(action)) return false;
    auto& process = at->second.process;
    if (process.state == "RUNNING") {
      process.wish = action;
    } else if (process.never_started()) {
      // It waits in the queue, which it leaves while its file is written.
      std::erase(queue_, id);
      if (action == Action::cancel) {
        process.state = "COMPLETED";
        process.status = "KO";
        process.ended = clock_.now();
      } else {
        process.step_by_step = action == Action::next;
        run = true;
      }
    } else {
      process.start_again(action);
      run = true;
    }
    changed = process;
  }
  if (changed.wish && !run) return true;  // its own thread sees it
  keep(changed);
  if (!run) return true;
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back(id);
  }
  changed_.notify_one();
  return true;
}

void Operations::work(const std::stop_token& stop) {
  for (;;) {
    std::string id;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
      if (stop.stop_requested()) return;  // what waits is taken up by the next run
      id = queue_.front();
      queue_.pop_front();
      auto& process = entries_[id].process;
      if (process.completed()) continue;
      process.state = "RUNNING";
      if (process.status == "UNKNOWN") process.status = "STARTED";
    }
    try {
      run(id);
    } catch (const std::exception&) {
      platform_failed(id);
    }
  }
}

/// A failure of the platform itself, not of the SIP: FATAL, as VITAM says it. It is controlled again when it
/// is replayed.
void Operations::platform_failed(const std::string& id) {
  controlled_.erase(id);
  Process failed;
  {
    const std::scoped_lock lock(mutex_);
    auto& process = entries_[id].process;
    process.state = "PAUSE";
    process.status = "FATAL";
    process.done = {{"STP_SANITY_CHECK_SIP", Status::fatal, {}}};
    failed = process;
  }
  try {
    keep(failed);
  } catch (const std::exception&) {  // a full disk: what is known in memory has to do
  }
}

/// Steps, until something stops it: the state is then told to the world, unless it is the end, which is told
/// when everything is written.
Process Operations::walk(const std::string& id, const std::vector<Step>& steps) {
  const std::scoped_lock lock(mutex_);
  auto& process = entries_[id].process;
  while (process.advance(steps)) {
  }
  return process;
}

void Operations::run(const std::string& id) {
  auto& controlled = control(id);
  if (controlled.report.status == Status::fatal) return platform_failed(id);
  const auto workflow = workflow_of(*find_process(id));
  auto process = walk(id, steps_of(controlled.report, workflow));
  if (process.state == "PAUSE") return keep(process);
  finish(std::move(process), controlled);
  controlled_.erase(id);
}

Operations::Controlled& Operations::control(const std::string& id) {
  if (const auto known = controlled_.find(id); known != controlled_.end()) return known->second;
  const auto status = core::read_json(path(id, "status.json"));
  std::optional<std::string> digest;
  if (status.contains("manifest_digest")) digest = core::text_of(status, "manifest_digest");
  const auto workflow =
      check::parse_workflow(core::text_of(status, "context")).value_or(Workflow::default_workflow);
  const auto referentials =
      referentials_of(core::text_of(status, "caller"), status.value("tenant", any_tenant));
  Controlled found{check::check_sip(path(id, "received.zip"), referentials.get(), digest, workflow), {}};
  if (found.report.status != Status::fatal) found.attached = attach(id, found.report, workflow);
  write_quickly(path(id, "check.json"), found.report.to_json(clock_));
  return controlled_.insert_or_assign(id, std::move(found)).first->second;
}

void Operations::finish(Process process, Controlled& controlled) {
  const auto id = process.id;  // process itself is moved away
  auto& report = controlled.report;
  if (process.wish == Action::cancel) {
    add_cancellation(report, process);
    write_quickly(path(id, "check.json"), report.to_json(clock_));
  }
  if (report.status < Status::ko) store(id);
  write_reply(path(id, "atr.xml"), id, report, workflow_of(process), clock_.now(), controlled.attached);
  process.state = "COMPLETED";
  process.status = process.worst();
  process.ended = clock_.now();
  process.wish.reset();
  keep(process);
  auto facts = std::make_shared<const OperationFacts>(
      OperationFacts{core::read_json(path(id, "status.json")), core::read_json(path(id, "check.json"))});
  const std::scoped_lock lock(mutex_);
  entries_[id] = {std::move(process), std::move(facts)};
}

/// A dry run stores nothing. Other operations end one after the other: none is half known here.
std::vector<HeldOperation> Operations::held(std::int64_t tenant) const {
  std::vector<HeldOperation> list;
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, entry] : entries_) {
    const auto workflow = check::parse_workflow(entry.process.context);
    const auto manifest = path(id, "SIP") / "manifest.xml";
    const bool of_tenant = entry.process.tenant == tenant || entry.process.tenant == any_tenant;
    if (!of_tenant || !entry.process.completed() || !workflow || *workflow == Workflow::blank_test ||
        !fs::exists(manifest))
      continue;
    list.push_back({id, *workflow, manifest});
  }
  return list;
}

std::map<std::string, std::string> Operations::attach(const std::string& id, check::Report& report,
                                                      Workflow workflow) const {
  const bool reached = std::ranges::any_of(report.events, [](const check::Event& e) {
    return e.step == "STP_INGEST_CONTROL_SIP" && e.status < Status::ko && e.code.starts_with(e.step);
  });
  if (!reached) return {};
  const core::TemporaryDirectory folder;
  const auto manifest = folder.path() / "manifest.xml";
  extract_manifest(path(id, "received.zip"), manifest);
  const auto ids = read_ids(manifest);
  if (ids.attached.empty()) return {};
  const auto process = find_process(id);
  auto resolved = resolve(ids.attached, workflow, held(process ? process->tenant : any_tenant));
  if (!resolved.defects.empty()) refuse_attachments(report, std::move(resolved.defects));
  return resolved.units;
}

void Operations::store(const std::string& id) const {
  const auto to = path(id, "SIP");
  fs::remove_all(to);  // of a control that did not finish
  unpack(path(id, "received.zip"), to);
}

}  // namespace versoir::vitam::sandbox

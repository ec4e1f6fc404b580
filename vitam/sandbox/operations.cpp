// Receives, controls, answers: one operation after the other.
#include "vitam/sandbox/operations.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/zip.hpp"
#include "vitam/sandbox/reply.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using check::Status;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::string_view status_format = "versoir-sandbox-operation/1";

bool is_inside(const std::string& name) {
  const fs::path p(name);
  return !p.is_absolute() &&
         std::none_of(p.begin(), p.end(), [](const fs::path& part) { return part == ".."; });
}

/// What the platform would have stored. Only for archives that the controls accepted: their names are safe.
void unpack(const fs::path& archive, const fs::path& folder, const std::string& manifest_name) {
  core::ContainerReader reader(archive);
  core::Entry entry;
  while (reader.next(entry)) {
    if (entry.directory || !entry.readable || !is_inside(entry.path)) continue;
    const bool at_root = entry.path.find('/') == std::string::npos;
    const auto to = folder / (at_root ? manifest_name : entry.path);
    fs::create_directories(to.parent_path());
    core::AtomicFile file(to);
    reader.read([&](std::string_view piece) { file.write(piece); });
    file.commit();
  }
}

std::string text(const core::Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

}  // namespace

Operations::Operations(fs::path folder, check::Referentials referentials, std::string fault,
                       const core::Clock& clock)
    : folder_(std::move(folder)),
      referentials_(std::move(referentials)),
      fault_(std::move(fault)),
      clock_(clock) {
  fs::create_directories(folder_);
  resume();
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

void Operations::resume() {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const auto file = entry.path() / "status.json";
    const std::string name = entry.path().filename();
    if (!entry.is_directory() || name.size() != 36 || !name.starts_with("aee")) continue;  // not ours
    if (!fs::exists(file)) {  // died before its first trace: nobody was told its number
      fs::remove_all(entry.path());
      continue;
    }
    const auto json = core::read_json(file);
    const std::string id = entry.path().filename();
    states_[id] = {text(json, "state"), text(json, "status"), text(json, "context")};
    if (states_[id].state == "RUNNING" || (states_[id].state == "PAUSE" && states_[id].status == "UNKNOWN"))
      queue_.push_back(id);
  }
  std::sort(queue_.begin(), queue_.end());
}

std::string Operations::add(const fs::path& received, const std::string& context,
                            const std::optional<std::string>& manifest_digest,
                            const std::string& application) {
  const std::string id = new_id();
  fs::create_directories(folder_ / id);
  std::error_code other_disk;
  fs::rename(received, path(id, "received.zip"), other_disk);
  if (other_disk) fs::copy_file(received, path(id, "received.zip"));
  core::Json json{{"format", status_format}, {"operation", id},
                  {"context", context},      {"received", core::format_instant(clock_.now())},
                  {"state", "PAUSE"},        {"status", "UNKNOWN"}};
  if (manifest_digest) json["manifest_digest"] = *manifest_digest;
  if (!application.empty()) json["application"] = application;
  core::write_json(path(id, "status.json"), json);
  {
    const std::scoped_lock lock(mutex_);
    states_[id] = {"PAUSE", "UNKNOWN", context};
    queue_.push_back(id);
  }
  changed_.notify_one();
  return id;
}

std::optional<OperationState> Operations::find(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto at = states_.find(id);
  return at == states_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<OperationFacts> Operations::facts(const std::string& id) const {
  if (!find(id)) return std::nullopt;
  OperationFacts facts{core::read_json(path(id, "status.json")), std::nullopt};
  if (fs::exists(path(id, "check.json"))) facts.check = core::read_json(path(id, "check.json"));
  return facts;
}

std::vector<OperationFacts> Operations::all_facts() const {
  std::vector<std::string> ids;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, state] : states_) ids.push_back(id);
  }
  std::vector<OperationFacts> all;
  for (const auto& id : ids)
    if (auto one = facts(id)) all.push_back(std::move(*one));
  return all;
}

std::optional<std::string> Operations::reply(const std::string& id) const {
  const auto state = find(id);
  if (!state || state->state != "COMPLETED" || !fs::exists(path(id, "atr.xml"))) return std::nullopt;
  return core::read_file(path(id, "atr.xml"), 1u << 30);
}

/// VITAM keeps the manifest of what it accepted only.
std::optional<std::string> Operations::manifest(const std::string& id) const {
  const auto state = find(id);
  const auto file = path(id, "SIP") / "manifest.xml";
  if (!state || state->state != "COMPLETED" || !fs::exists(file)) return std::nullopt;
  return core::read_file(file, 1u << 30);
}

void Operations::note(const std::string& id, const std::string& state, const std::string& status) {
  auto json = core::read_json(path(id, "status.json"));
  json["state"] = state;
  json["status"] = status;
  json["updated"] = core::format_instant(clock_.now());
  if (fs::exists(path(id, "atr.xml")))
    json["atr_sha512"] = core::digest_file(path(id, "atr.xml")).sha512.hex();
  core::write_json(path(id, "status.json"), json);
  const std::scoped_lock lock(mutex_);
  states_[id].state = state;
  states_[id].status = status;
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
    }
    try {
      control(id);
    } catch (const std::exception&) {
      // A failure of the platform itself, not of the SIP: FATAL, as VITAM says it.
      try {
        note(id, "PAUSE", "FATAL");
      } catch (const std::exception&) {
        const std::scoped_lock lock(mutex_);
        states_[id] = {"PAUSE", "FATAL", states_[id].context};
      }
    }
  }
}

void Operations::control(const std::string& id) {
  note(id, "RUNNING", "STARTED");
  if (fault_ == "fatal") return note(id, "PAUSE", "FATAL");
  const auto json = core::read_json(path(id, "status.json"));
  const auto context = text(json, "context");
  std::optional<std::string> digest;
  if (json.contains("manifest_digest")) digest = text(json, "manifest_digest");
  const auto workflow = check::parse_workflow(context).value_or(check::Workflow::default_workflow);
  auto report = check::check_sip(path(id, "received.zip"), &referentials_, digest, workflow);
  if (report.status == Status::fatal) return note(id, "PAUSE", "FATAL");
  const auto attached = attach(id, report, workflow);
  core::write_json(path(id, "check.json"), report.to_json(clock_));
  if (report.status < Status::ko) store(id);
  if (fault_ == "garbage-atr")
    core::write_file(path(id, "atr.xml"), "<html><body>502 Bad Gateway");
  else
    write_reply(path(id, "atr.xml"), id, report, workflow, clock_.now(), attached);
  note(id, "COMPLETED", std::string(check::status_name(report.status)));
}

/// A dry run stores nothing. Other operations end one after the other: none is half known here.
std::vector<HeldOperation> Operations::held() const {
  std::vector<HeldOperation> list;
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, state] : states_) {
    const auto workflow = check::parse_workflow(state.context);
    const auto manifest = path(id, "SIP") / "manifest.xml";
    if (state.state != "COMPLETED" || !workflow || *workflow == check::Workflow::blank_test ||
        !fs::exists(manifest))
      continue;
    list.push_back({id, *workflow, manifest});
  }
  return list;
}

std::map<std::string, std::string> Operations::attach(const std::string& id, check::Report& report,
                                                      check::Workflow workflow) const {
  const bool controlled = std::ranges::any_of(report.events, [](const check::Event& e) {
    return e.step == "STP_INGEST_CONTROL_SIP" && e.status < Status::ko && e.code.starts_with(e.step);
  });
  if (!controlled) return {};
  const core::TemporaryDirectory folder;
  const auto manifest = folder.path() / "manifest.xml";
  extract_manifest(path(id, "received.zip"), manifest);
  const auto ids = read_ids(manifest);
  if (ids.attached.empty()) return {};
  auto resolved = resolve(ids.attached, workflow, held());
  if (!resolved.defects.empty()) refuse_attachments(report, std::move(resolved.defects));
  return resolved.units;
}

void Operations::store(const std::string& id) const {
  const auto to = path(id, "SIP");
  fs::remove_all(to);  // of a control that did not finish
  unpack(path(id, "received.zip"), to, "manifest.xml");
}

}  // namespace versoir::vitam::sandbox

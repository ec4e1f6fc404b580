// See faults.hpp. The script is a file that is read again when it changes, rather than a control address: a
// test in any language writes a file, nothing listens for commands, and what was rehearsed stays readable.
#include "vitam/sandbox/faults.hpp"

#include "core/error.hpp"
#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/operations.hpp"
#include "vitam/sandbox/reply.hpp"

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;

Question question_of(std::string_view method, std::string_view path) {
  constexpr std::string_view ingests = "/ingest-external/v1/ingests";
  constexpr std::string_view operations = "/admin-external/v1/operations";
  if (path.ends_with("/v1/status")) return Question::status;
  if (path.starts_with(ingests)) {
    if (path.size() == ingests.size()) return method == "POST" ? Question::post_ingests : Question::other;
    if (path.ends_with("/archivetransferreply")) return Question::get_reply;
    return path.ends_with("/manifests") ? Question::get_manifest : Question::other;
  }
  if (path.starts_with(operations)) {
    if (method == "HEAD") return Question::head_operation;
    return method == "GET" ? Question::get_operation : Question::put_operation;
  }
  if (path.starts_with("/access-external/v1/logbook")) return Question::logbook;
  if (path.starts_with("/access-external/")) return Question::access;
  if (path.starts_with("/admin-external/")) return Question::referential;
  return Question::other;
}

Faults::Faults(fs::path file, Script fixed) : file_(std::move(file)), fixed_(std::move(fixed)) {
  if (!file_.empty()) read_ = stamp();
  set(file_.empty() ? Script() : Script::read(file_));
}

void Faults::set(Script script) {
  std::vector<Counted> rules;
  for (auto& rule : script.rules) rules.push_back({std::move(rule), 0});
  for (const auto& rule : fixed_.rules) rules.push_back({rule, 0});
  rules_ = std::move(rules);
}

void Faults::play(Script script) {
  const std::scoped_lock lock(mutex_);
  usable_ = true;
  set(std::move(script));
}

std::optional<Faults::Stamp> Faults::stamp() const {
  std::error_code gone;
  const Stamp now{fs::last_write_time(file_, gone), fs::file_size(file_, gone)};
  return gone ? std::nullopt : std::optional(now);
}

/// A file that is gone, or that is no script, is told at each request until it is mended: failures that
/// silently do not happen would make a rehearsal worthless.
void Faults::read_again() {
  if (file_.empty()) return;
  const auto now = stamp();
  if (usable_ && now == read_) return;
  usable_ = false;
  set(Script::read(file_));
  read_ = now;
  usable_ = true;
}

Fault Faults::take(Question question) {
  const std::scoped_lock lock(mutex_);
  read_again();
  for (auto& [rule, seen] : rules_) {
    if (rule.on != Question::any && rule.on != question) continue;
    const bool over = rule.times > 0 && seen >= rule.skip + rule.times;
    if (over) continue;
    if (++seen > rule.skip) return rule.fault;
  }
  return {};
}

Fault Faults::next(Question question) {
  auto fault = take(question);
  if (fault.delay.count() > 0) wait(fault.delay);
  return fault;
}

void Faults::wait(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  static_cast<void>(stopped_.wait_for(lock, stop_.get_token(), delay, [] { return false; }));
}

void Faults::stop() { stop_.request_stop(); }

core::ServerResponse wrong_answer(const WrongAnswer& wanted, core::Instant now) {
  using Body = WrongAnswer::Body;
  core::ServerResponse r;
  r.status = wanted.status;
  if (wanted.body == Body::html) return page(wanted.status, "rehearsed by the sandbox");
  if (wanted.body == Body::vitam)
    return vitam_error(wanted.status, "000200", "sandbox", "Network", "rehearsed by the sandbox");
  if (wanted.body == Body::xml) {
    r.headers["Content-Type"] = "application/xml";
    r.body = reply_for_unknown_workflow(Operations::new_id(), now);
  }
  return r;
}

}  // namespace versoir::vitam::sandbox

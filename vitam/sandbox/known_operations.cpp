// Questions to the operations: what the platform knows for good, what its process engine still knows.
#include "core/file.hpp"
#include "vitam/sandbox/operations.hpp"

#include <algorithm>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;

std::optional<Process> Operations::find_process(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto at = entries_.find(id);
  return at == entries_.end() ? std::nullopt : std::optional(at->second.process);
}

std::optional<OperationState> Operations::find(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto at = entries_.find(id);
  if (at == entries_.end()) return std::nullopt;
  const auto& process = at->second.process;
  return OperationState{process.state, process.status, process.context};
}

bool Operations::is_of(const std::string& id, std::int64_t tenant) const {
  const std::scoped_lock lock(mutex_);
  const auto at = entries_.find(id);
  if (at == entries_.end()) return false;
  return at->second.process.tenant == tenant || at->second.process.tenant == any_tenant;
}

std::optional<OperationFacts> Operations::facts(const std::string& id) const {
  {
    const std::scoped_lock lock(mutex_);
    const auto at = entries_.find(id);
    if (at == entries_.end()) return std::nullopt;
    if (at->second.facts) return *at->second.facts;
  }
  OperationFacts facts{core::read_json(path(id, "status.json")), std::nullopt};
  if (fs::exists(path(id, "check.json"))) facts.check = core::read_json(path(id, "check.json"));
  return facts;
}

std::vector<OperationFacts> Operations::all_facts() const {
  std::vector<std::string> ids;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, entry] : entries_) ids.push_back(id);
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

std::optional<std::string> Operations::reply_of_another(const std::string& id) const {
  const Process* last = nullptr;
  std::string other;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [key, entry] : entries_)
      if (key != id && entry.process.completed() && fs::exists(path(key, "atr.xml")) &&
          (!last || last->received < entry.process.received))
        last = &entry.process;
    if (!last) return std::nullopt;
    other = last->id;
  }
  return reply(other);
}

bool Operations::forgotten(const Process& process) const {
  if (!process.completed()) return false;
  if (process.fault && process.fault->kind == OperationFault::Kind::purge) return true;
  return process.ended && clock_.now() - *process.ended >= purge_after_;
}

std::optional<Process> Operations::process(const std::string& id) const {
  auto found = find_process(id);
  return found && !forgotten(*found) ? found : std::nullopt;
}

std::vector<Process> Operations::processes() const {
  std::vector<Process> all;
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, entry] : entries_)
    if (!forgotten(entry.process)) all.push_back(entry.process);
  return all;
}

std::optional<Process> Operations::head(const std::string& id) {
  auto shown = process(id);
  if (!shown || shown->state != "PAUSE" || shown->never_started() || !shown->fault || !shown->fault->heads)
    return shown;
  bool enough = false;
  {
    const std::scoped_lock lock(mutex_);
    auto& process = entries_[id].process;
    enough = process.fault && ++process.heads >= *process.fault->heads;
  }
  if (enough) act(id, Action::resume);
  return shown;
}

int Operations::forgotten_answer(const std::string& id) const {
  const auto found = find_process(id);
  const bool scripted = found && found->fault && found->fault->kind == OperationFault::Kind::purge;
  return scripted && found->completed() ? found->fault->answer : 404;
}

}  // namespace versoir::vitam::sandbox

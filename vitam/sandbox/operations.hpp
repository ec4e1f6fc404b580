// Operations of the sandbox: received bytes, controlled in a thread of their own, their state on disk so that
// a restart keeps them. Private to the sandbox.
#pragma once
#include "check/checker.hpp"
#include "check/referentials.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "vitam/sandbox/holdings.hpp"
#include "vitam/sandbox/process.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace versoir::vitam::sandbox {

struct OperationState {
  std::string state, status, context;  ///< context: DEFAULT_WORKFLOW...
};

/// What a depositor asks with its SIP.
struct Submission {
  std::filesystem::path received;  ///< moved
  std::string context;
  std::optional<std::string> manifest_digest;
  std::string application;  ///< what the depositor calls its session (X-Application-Id), may be empty
  std::int64_t tenant = 0;
  bool step_by_step = false;
  std::optional<OperationFault> fault;
  std::string caller;  ///< application context of the depositor, "" when nobody looks at it
};

class Operations {
 public:
  /// Reads the operations that an earlier run left; those it did not finish are controlled again. The process
  /// engine forgets what ended `purge_after` ago.
  Operations(std::filesystem::path folder, check::Referentials referentials, std::chrono::seconds purge_after,
             const core::Clock& clock);
  ~Operations();

  [[nodiscard]] static std::string new_id();
  /// Takes the SIP and queues its control.
  std::string add(const Submission& submission);
  /// What the next controls go by.
  void use(check::Referentials referentials);

  // What the platform knows for good.
  [[nodiscard]] std::optional<OperationState> find(const std::string& id) const;
  [[nodiscard]] std::optional<OperationFacts> facts(const std::string& id) const;
  [[nodiscard]] std::vector<OperationFacts> all_facts() const;
  [[nodiscard]] std::optional<std::string> reply(const std::string& id) const;
  [[nodiscard]] std::optional<std::string> manifest(const std::string& id) const;
  /// What was accepted and stored of a tenant.
  [[nodiscard]] std::vector<HeldOperation> held(std::int64_t tenant) const;
  /// An operation that has a reply and is not `id`: the last one received.
  [[nodiscard]] std::optional<std::string> reply_of_another(const std::string& id) const;
  [[nodiscard]] bool is_of(const std::string& id, std::int64_t tenant) const;

  // What the process engine knows: until it forgets.
  [[nodiscard]] std::optional<Process> process(const std::string& id) const;
  [[nodiscard]] std::vector<Process> processes() const;
  /// A HEAD: as process(), and what waits for HEADs to go on gets nearer to that.
  [[nodiscard]] std::optional<Process> head(const std::string& id);
  /// HTTP status of a HEAD on an operation that the engine does not know.
  [[nodiscard]] int forgotten_answer(const std::string& id) const;
  /// False when the state does not allow it.
  bool act(const std::string& id, Action action);

 private:
  /// What a control found, and the units that stand for others.
  struct Controlled {
    check::Report report;
    std::map<std::string, std::string> attached;
  };
  struct Entry {
    Process process;
    std::shared_ptr<const OperationFacts> facts;  ///< once it ended
  };
  [[nodiscard]] std::filesystem::path path(const std::string& id, std::string_view name) const;
  [[nodiscard]] std::optional<Process> find_process(const std::string& id) const;
  [[nodiscard]] bool forgotten(const Process& process) const;
  void read_back();
  void work(const std::stop_token& stop);
  void run(const std::string& id);
  [[nodiscard]] Controlled& control(const std::string& id);
  void finish(Process process, Controlled& controlled);
  void platform_failed(const std::string& id);
  /// As the depositor with this context meets them, read once.
  [[nodiscard]] std::shared_ptr<const check::Referentials> referentials_of(const std::string& caller,
                                                                           std::int64_t tenant);
  [[nodiscard]] Process walk(const std::string& id, const std::vector<Step>& steps);
  void keep(const Process& process);
  void store(const std::string& id) const;
  /// Looks up what the SIP attaches to; a report that reached CHECK_MANIFEST may become a KO. Gives the units
  /// that stand for others with their SystemId.
  std::map<std::string, std::string> attach(const std::string& id, check::Report& report,
                                            check::Workflow workflow) const;

  std::filesystem::path folder_;
  std::shared_ptr<const check::Referentials> referentials_;
  std::map<std::pair<std::string, std::int64_t>, std::shared_ptr<const check::Referentials>> by_caller_;
  std::chrono::seconds purge_after_;
  const core::Clock& clock_;
  mutable std::mutex mutex_;
  std::mutex file_mutex_;  ///< one status.json after the other; never taken under mutex_
  std::condition_variable_any changed_;
  std::map<std::string, Entry> entries_;
  std::deque<std::string> queue_;
  /// Of processes that stopped on their way: their control is not done twice. Only the worker uses it.
  std::map<std::string, Controlled> controlled_;
  std::jthread worker_;  ///< last: joined first
};

}  // namespace versoir::vitam::sandbox

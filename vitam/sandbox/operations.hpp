// Operations of the sandbox: received bytes, controlled in a thread of their own, their state on disk so that
// a restart keeps them. Private to the sandbox.
#pragma once
#include "check/checker.hpp"
#include "check/referentials.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "vitam/sandbox/holdings.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace versoir::vitam::sandbox {

struct OperationState {
  std::string state, status, context;  ///< context: DEFAULT_WORKFLOW...
};

/// What the folder of an operation says: its status.json and, once it was controlled, its check.json.
struct OperationFacts {
  core::Json status;
  std::optional<core::Json> check;
};

class Operations {
 public:
  /// Reads the operations that an earlier run left; those it did not finish are controlled again.
  Operations(std::filesystem::path folder, check::Referentials referentials, std::string fault,
             const core::Clock& clock);
  ~Operations();

  [[nodiscard]] static std::string new_id();
  /// Takes `received` (moved) and queues its control.
  /// `application`: what the depositor calls its session (X-Application-Id), may be empty.
  std::string add(const std::filesystem::path& received, const std::string& context,
                  const std::optional<std::string>& manifest_digest, const std::string& application);
  [[nodiscard]] std::optional<OperationState> find(const std::string& id) const;
  [[nodiscard]] std::optional<OperationFacts> facts(const std::string& id) const;
  [[nodiscard]] std::vector<OperationFacts> all_facts() const;
  [[nodiscard]] std::optional<std::string> reply(const std::string& id) const;
  [[nodiscard]] std::optional<std::string> manifest(const std::string& id) const;
  /// What was accepted and stored.
  [[nodiscard]] std::vector<HeldOperation> held() const;

 private:
  [[nodiscard]] std::filesystem::path path(const std::string& id, std::string_view name) const;
  void resume();
  void work(const std::stop_token& stop);
  void control(const std::string& id);
  void store(const std::string& id) const;
  /// Looks up what the SIP attaches to; a report that reached CHECK_MANIFEST may become a KO. Gives the units
  /// that stand for others with their SystemId.
  std::map<std::string, std::string> attach(const std::string& id, check::Report& report,
                                            check::Workflow workflow) const;
  void note(const std::string& id, const std::string& state, const std::string& status);

  std::filesystem::path folder_;
  check::Referentials referentials_;
  std::string fault_;
  const core::Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, OperationState> states_;
  std::deque<std::string> queue_;
  std::jthread worker_;  ///< last: joined first
};

}  // namespace versoir::vitam::sandbox

// The script while the sandbox runs: which fault a request meets, and the waits it asks for. Private to the
// sandbox.
#pragma once
#include "core/clock.hpp"
#include "core/http_server.hpp"
#include "vitam/sandbox/script.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

namespace versoir::vitam::sandbox {

[[nodiscard]] Question question_of(std::string_view method, std::string_view path);

/// Rules are tried in order; a rule counts the matching requests that no earlier rule took. Thread-safe.
class Faults {
 public:
  /// `file`: may be empty; read at once, and again whenever it changes. `fixed` comes after its rules.
  Faults(std::filesystem::path file, Script fixed);
  /// Another script from now on, its counts at zero. A file that changes later replaces it.
  void play(Script script);
  /// What the next request of this kind meets, delay included: waits here, until stop() at most. Throws
  /// Error(Exit::configuration) while the file cannot be used.
  [[nodiscard]] Fault next(Question question);
  void stop();

 private:
  struct Stamp {
    std::filesystem::file_time_type time;
    std::uintmax_t size = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Counted {
    Rule rule;
    std::uint64_t seen = 0;
  };
  [[nodiscard]] std::optional<Stamp> stamp() const;
  void read_again();
  void set(Script script);
  [[nodiscard]] Fault take(Question question);
  void wait(std::chrono::milliseconds delay);

  std::filesystem::path file_;
  Script fixed_;
  std::optional<Stamp> read_;
  bool usable_ = true;
  std::vector<Counted> rules_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::stop_source stop_;
};

/// The answer that a script chose instead of the real one. A VitamError and an XML reply are VITAM's shapes.
[[nodiscard]] core::ServerResponse wrong_answer(const WrongAnswer& wanted, core::Instant now);

}  // namespace versoir::vitam::sandbox

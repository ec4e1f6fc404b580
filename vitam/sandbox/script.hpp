// What a rehearsal asks the sandbox to do wrong, and when: an ordered list of rules, read strictly.
#pragma once
#include "core/json.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::vitam::sandbox {

/// The requests that a rule can be about.
enum class Question {
  any,
  post_ingests,
  head_operation,
  get_operation,
  put_operation,  ///< PUT and DELETE
  get_reply,
  get_manifest,
  logbook,
  access,  ///< the rest of access-external: units, objects, DIP...
  referential,
  status,
  other,  ///< what no rule names: only "any" takes it
};

/// An answer in the place of the real one.
struct WrongAnswer {
  enum class Body { xml, html, empty, vitam };
  int status = 503;
  Body body = Body::html;
};

/// What becomes of an operation that was accepted.
struct OperationFault {
  enum class Kind {
    fatal,  ///< PAUSE/FATAL until it is replayed, after `heads` HEADs or by PUT
    pause,  ///< PAUSE/OK that ends after `heads` HEADs, or by PUT RESUME
    purge,  ///< the process engine forgets it as soon as it ends; HEAD then answers `answer`
  };
  Kind kind = Kind::fatal;
  std::optional<std::uint64_t> heads;
  int answer = 404;

  [[nodiscard]] core::Json to_json() const;  ///< as a script says it
  /// Of "operation" and what goes with it; nullopt when it is none.
  [[nodiscard]] static std::optional<OperationFault> from_json(const core::Json& json);
};

enum class Cut { none, before, after };
enum class WrongReply { none, missing, garbage, truncated, other };

/// What one rule does. A delay comes before anything else and may stand alone.
struct Fault {
  std::chrono::milliseconds delay{0};
  std::optional<WrongAnswer> answer;
  Cut cut = Cut::none;
  std::optional<OperationFault> operation;
  WrongReply reply = WrongReply::none;
};

struct Rule {
  Question on = Question::any;
  std::uint64_t skip = 0;   ///< matching requests that pass first
  std::uint64_t times = 0;  ///< then as many suffer it; 0 = all that follow
  Fault fault;
};

/// docs/sandbox.md has the format ("versoir-sandbox-script/1") with an example of each rule.
struct Script {
  std::vector<Rule> rules;

  /// Throws Error(Exit::configuration) with the place: a rule's number and the key.
  [[nodiscard]] static Script parse(const core::Json& json, std::string_view origin);
  [[nodiscard]] static Script read(const std::filesystem::path& file);
  /// The words of --fault: fatal, garbage-atr, drop, unavailable. Throws Error(Exit::usage).
  [[nodiscard]] static Script of_word(std::string_view word);
};

}  // namespace versoir::vitam::sandbox

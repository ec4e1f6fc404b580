// The one exception type: what failed, where, why, what can be done, and the exit code of its kind.
#pragma once
#include "core/exit.hpp"
#include "core/i18n.hpp"

#include <nlohmann/json_fwd.hpp>

#include <exception>
#include <string>
#include <vector>

namespace versoir::core {

/// A failure that aborts what was asked. Validation does not throw these: it collects Findings.
/// Callers ask for properties, not for subclasses.
class Error : public std::exception {
 public:
  Error(Exit code, Message what);
  Error(const Error&) = default;
  Error(Error&&) noexcept = default;
  Error& operator=(const Error&) = default;
  /// Harmless on itself: e = std::move(e).because(...) keeps everything.
  Error& operator=(Error&& other) noexcept;
  ~Error() override = default;

  /// Adds what the reader can do next. Chainable: throw Error(...).hint(msg(...)).
  Error&& hint(Message advice) &&;
  /// Adds a reason underneath (an error from a library, a lower error).
  Error&& because(Message cause) &&;
  Error&& because(const std::exception& cause) &&;
  /// Adds where, while unwinding ("while extracting table X"): catch (Error& e) { e.while_doing(msg(...));
  /// throw; }
  void while_doing(Message context);

  [[nodiscard]] Exit code() const noexcept { return code_; }
  [[nodiscard]] const Message& message() const noexcept { return message_; }
  [[nodiscard]] const std::vector<Message>& causes() const noexcept { return causes_; }
  [[nodiscard]] const std::vector<Message>& contexts() const noexcept { return contexts_; }
  [[nodiscard]] const std::vector<Message>& hints() const noexcept { return hints_; }

  /// Trying the same thing later may succeed and is safe.
  [[nodiscard]] bool retryable() const noexcept;
  /// The peer may have done what was asked although no answer came.
  [[nodiscard]] bool in_doubt() const noexcept { return code_ == Exit::transfer_in_doubt; }

  /// English one-liner, for logs and tests. People get render().
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }
  /// Several lines in the user's language: message, contexts, causes, hints.
  [[nodiscard]] std::string render() const;
  /// {code, name, message, causes, contexts, hints}, English, a stable contract.
  [[nodiscard]] nlohmann::json to_json() const;

 private:
  void refresh();
  Exit code_;
  Message message_;
  std::vector<Message> contexts_;
  std::vector<Message> causes_;
  std::vector<Message> hints_;
  std::string what_;
};

/// One defect found by a validation: collected, never thrown.
enum class Severity { info, warning, error };
struct Finding {
  Severity severity = Severity::error;
  std::string code;  ///< stable identifier (a VITAM event code, or ours)
  Message message;
  std::string where;  ///< file:line, table.column, unit id... may be empty
};

/// Throws Error(Exit::disk) with the text of errno for a failed system call on `path`.
[[noreturn]] void throw_errno(const char* action, const std::string& path);

}  // namespace versoir::core

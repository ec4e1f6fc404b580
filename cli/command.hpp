// Commands and options, declared once: the table feeds the parser, the help, the manual and
// the completion.
#pragma once
#include "core/exit.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::cli {

class Context;

/// Marks an English text of the tables for translation (xgettext keyword mark).
constexpr const char* mark(const char* english) { return english; }

struct OptionDef {
  const char* name;                ///< without dashes
  const char* value;               ///< metavariable, an English message id; nullptr = flag
  const char* help;                ///< English message id
  const char* fallback = nullptr;  ///< default, shown in the help
  bool repeat = false;
  const char* choices = nullptr;  ///< "text|html|xml": anything else is refused before any work
};
struct ArgumentDef {
  const char* name;  ///< VERSEMENT, an English message id
  const char* help;
  bool required = true;
  bool repeat = false;
};
struct CommandDef {
  const char* name;     ///< "extract" or "consult search"
  const char* summary;  ///< one line
  const char* details;  ///< a paragraph, "" when the summary says it all
  const char* example;  ///< a command line that runs in the demo's folder
  std::vector<ArgumentDef> arguments;
  std::vector<OptionDef> options;
  std::vector<core::Exit> exits;  ///< besides 0, 1, 2, 70 and 130
  int (*run)(Context&);
  bool makes_workspace = false;  ///< the folder of --workspace need not exist yet
};

/// Every command, in the order of the help.
[[nodiscard]] std::span<const CommandDef> commands();
[[nodiscard]] const CommandDef* find_command(std::string_view name);
/// Options that every command takes.
[[nodiscard]] std::span<const OptionDef> global_options();

/// What the command line said. Values are as typed; defaults come from the table.
class Values {
 public:
  [[nodiscard]] bool has(std::string_view option) const;         ///< given, or a flag that is set
  [[nodiscard]] std::string get(std::string_view option) const;  ///< "" when absent and without default
  [[nodiscard]] std::optional<std::string> find(std::string_view option) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view option) const;
  /// A whole number within [min, max]; Error(Exit::usage) otherwise (the library would wrap -1).
  [[nodiscard]] std::int64_t integer(std::string_view option, std::int64_t min, std::int64_t max) const;
  void add(const std::string& option, std::string value);

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

struct Invocation {
  const CommandDef* command = nullptr;  ///< nullptr: help or version asked, or nothing
  Values values;
  bool help = false, version = false, verbose = false;
  std::string group;  ///< "consult" when the command line names no more
};
/// Strict parsing: no abbreviation is guessed. Throws Error(Exit::usage) with translated text.
[[nodiscard]] Invocation parse(const std::vector<std::string>& words);

/// Help of the program, or of one command, in the user's language.
[[nodiscard]] std::string help_text(const CommandDef* command);
/// The commands that begin with the word `group`.
[[nodiscard]] std::string group_help(std::string_view group);
/// "versoir plan EXTRAIT [OPTIONS]"
[[nodiscard]] std::string usage_line(const CommandDef& command);
/// What an option is, with its choices, its default and whether it may be repeated.
[[nodiscard]] std::string option_text(const OptionDef& option);
/// The exit codes of a command, those of every command included, in numerical order.
[[nodiscard]] std::vector<core::ExitCode> exit_codes_of(const CommandDef& command);

}  // namespace versoir::cli

// Manual pages and the completion of bash, made from the same tables as the parser and --help.
#pragma once
#include "cli/command.hpp"

#include <string>
#include <string_view>

namespace versoir::cli {

/// "versoir-consult-search", the name of the page of a command.
[[nodiscard]] std::string manual_name(const CommandDef& command);
/// Page of a command, section 1, as roff that man(7) describes, in the user's language.
[[nodiscard]] std::string manual_page(const CommandDef& command);
/// versoir(1): the program, its commands, what it reads from the environment, every exit code.
[[nodiscard]] std::string manual_program();
/// versoir.conf(5): every section and key of core::config_keys().
[[nodiscard]] std::string manual_config();

/// Text for roff: nothing in it is taken for a request or an escape.
[[nodiscard]] std::string roff_text(std::string_view text);

/// A script for bash that completes commands, options, their values, files, and the versements and platforms
/// of the workspace. It never evaluates what it reads there.
[[nodiscard]] std::string bash_completion();

}  // namespace versoir::cli

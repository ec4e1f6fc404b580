// Secrets that a command needs: from a file, from a command, or typed; never from the command line.
#pragma once
#include "cli/context.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace versoir::cli {

/// First line of a file that only its owner can read. Throws Error(Exit::configuration).
[[nodiscard]] std::string secret_of_file(const std::filesystem::path& file);
/// First line that a shell command prints. Throws Error(Exit::configuration) when it fails or prints nothing.
[[nodiscard]] std::string secret_of_command(const std::string& command);
/// Asked on the terminal without echo; nullopt when there is no terminal.
[[nodiscard]] std::optional<std::string> secret_typed(const std::string& prompt);

/// --password-file, --password-command or --ask-password; nullopt when none is given.
[[nodiscard]] std::optional<std::string> secret(Context& c);

}  // namespace versoir::cli

// Secrets that a command needs.
#include "cli/secret.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"
#include "core/i18n.hpp"

#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::uint64_t longest_secret = 4096;

std::string first_line(std::string text) {
  text.erase(std::min(text.find_first_of("\r\n"), text.size()));
  return text;
}

/// Puts the terminal back as it was, whatever happens.
class NoEcho {
 public:
  explicit NoEcho(int fd) : fd_(fd) {
    known_ = ::tcgetattr(fd_, &before_) == 0;
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (known_) ::tcsetattr(fd_, TCSAFLUSH, &quiet);
  }
  ~NoEcho() {
    if (known_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  int fd_;
  bool known_ = false;
  termios before_{};
};

int close_pipe(FILE* f) noexcept { return ::pclose(f); }

}  // namespace

std::string secret_of_file(const std::filesystem::path& file) {
  struct stat st {};
  if (::stat(file.c_str(), &st) != 0) core::throw_errno("open", file.string());
  if ((st.st_mode & 077) != 0)
    throw Error(Exit::configuration,
                msg("Others than its owner can read the password file {0}.", file.string()))
        .hint(msg("chmod 600 {0}", file.string()));
  auto text = first_line(core::read_file(file, longest_secret));
  if (text.empty()) throw Error(Exit::configuration, msg("The password file {0} is empty.", file.string()));
  return text;
}

std::string secret_of_command(const std::string& command) {
  std::string text;
  int status = 0;
  {
    FILE* pipe = ::popen(command.c_str(), "re");
    if (!pipe) core::throw_errno("run", "--password-command");
    core::Handle<FILE, close_pipe> guard(pipe);
    char buffer[512];
    while (text.size() < longest_secret && std::fgets(buffer, sizeof buffer, pipe)) text += buffer;
    status = ::pclose(guard.release());
  }
  text = first_line(std::move(text));
  // Neither the command nor what it printed is repeated: either may hold the secret.
  if (status != 0 || text.empty())
    throw Error(Exit::configuration, msg("The command of --password-command gave no password."));
  return text;
}

std::optional<std::string> secret_typed(const std::string& prompt) {
  const core::UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) return std::nullopt;
  const NoEcho quiet(terminal.get());
  if (::write(terminal.get(), prompt.data(), prompt.size()) < 0) return std::nullopt;
  std::string text;
  for (char c = 0; ::read(terminal.get(), &c, 1) == 1 && c != '\n';) text += c;
  if (::write(terminal.get(), "\n", 1) < 0) return std::nullopt;
  return text;
}

std::optional<std::string> secret(Context& c) {
  if (const auto file = c.words.find("password-file")) return secret_of_file(c.input(*file));
  if (const auto command = c.words.find("password-command")) return secret_of_command(*command);
  if (!c.words.has("ask-password")) return std::nullopt;
  auto typed = secret_typed(core::tr("Password of the source: "));
  if (!typed)
    throw Error(Exit::usage, msg("There is no terminal to ask the password on."))
        .hint(msg("Use --password-file or --password-command."));
  return typed;
}

}  // namespace versoir::cli

// The program: words in, exit code out; signals become a stop token.
#include "cli/about.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/context.hpp"
#include "core/error.hpp"
#include "core/i18n.hpp"

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <new>
#include <signal.h>
#include <string>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace versoir;
using core::Error;
using core::Exit;
using core::msg;

/// First interruption: a clean stop at the next safe point. Second: at once.
void watch_signals(std::stop_source stop) {
  sigset_t set;
  sigemptyset(&set);
  for (int s : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, s);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  std::thread([set, stop]() mutable {
    int which = 0;
    sigwait(&set, &which);
    stop.request_stop();
    sigwait(&set, &which);
    _exit(128 + which);
  }).detach();
}

std::string option_before_parsing(const std::vector<std::string>& words, const std::string& name) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--" + name && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with("--" + name + "=")) return words[i].substr(name.size() + 3);
  }
  return {};
}

void print(const std::string& text, std::FILE* to = stdout) { std::fwrite(text.data(), 1, text.size(), to); }

/// What is written holds personal data, whatever the account's mask: nothing for the other accounts of the
/// machine. The manual is for them.
void keep_from_others(std::string_view command) {
  if (command != "manual") ::umask(::umask(0) | 0007);
}

/// What the system refused below the places that say it better: a folder that cannot be made, memory or
/// threads that it does not give.
Error refused_by_the_system(const std::exception& e) {
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&e))
    return Error(Exit::disk, msg("{0}: {1}", file->path1().string(), file->code().message()))
        .hint(msg("Look at the rights of this folder, and whether its disk can be written to."));
  const auto* system = dynamic_cast<const std::system_error*>(&e);
  if (dynamic_cast<const std::bad_alloc*>(&e) != nullptr ||
      (system && system->code() == std::errc::resource_unavailable_try_again))
    return Error(Exit::temporary, msg("The system gives no more memory to this program."))
        .hint(
            msg("Free some memory, or raise the limit that was set (ulimit -v); then run the same command."));
  return Error(Exit::unexpected, msg("An unexpected failure: {0}", e.what()))
      .hint(msg("Please report it with the output of versoir --version --verbose."));
}

int run(const std::vector<std::string>& words, std::stop_source stop) {
  bool json = false;
  for (const auto& w : words) json = json || w == "--json";
  cli::Console early(json, false, false);
  cli::Console* console = &early;
  std::optional<cli::Console> chosen;
  int code = static_cast<int>(Exit::unexpected);
  try {
    watch_signals(stop);
    const auto call = cli::parse(words);
    if (call.version) {
      print(call.verbose ? cli::version_report() : fmt::format("versoir {}\n", cli::program_version()));
      return 0;
    }
    if (call.help || !call.command) {
      print(call.group.empty() ? cli::help_text(call.command) : cli::group_help(call.group),
            call.help ? stdout : stderr);
      return call.help ? 0 : static_cast<int>(Exit::usage);
    }
    console =
        &chosen.emplace(call.values.has("json"), call.values.has("quiet"), !call.values.has("no-progress"));
    keep_from_others(call.command->name);
    std::error_code failed;  // a folder that cannot be made is refused as a workspace, with its name
    if (call.command->makes_workspace)
      std::filesystem::create_directories(call.values.get("workspace"), failed);
    const core::SystemClock clock;
    cli::Context context(call.values, *console, clock, stop.get_token());
    code = call.command->run(context);
  } catch (const Error& e) {
    console->failure(e);
    code = static_cast<int>(e.code());
  } catch (const std::exception& e) {
    const auto wrapped = refused_by_the_system(e);
    console->failure(wrapped);
    code = static_cast<int>(wrapped.code());
  }
  console->finish(code);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  prctl(PR_SET_DUMPABLE, 0);  // no core dump: keys and personal data are in memory
  const std::string lang = option_before_parsing(words, "lang");
  versoir::core::set_language(lang == "fr" || lang == "en" ? lang : "");  // the parser refuses another
  const int code = run(words, {});
  std::fflush(stdout);
  _exit(code);  // the signal thread waits for ever: nothing to join, nothing left to flush
}

// versoir schedule: a systemd service and timer, or a cron line, for the windows of an extract.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/source_options.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "extract/source.hpp"
#include "extract/window.hpp"

#include <fmt/format.h>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::array day_names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/// A word of ExecStart: systemd reads quotes, backslashes, % and $ (systemd.service(5)).
std::string systemd_word(std::string_view word) {
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '%' || c == '$') out += c;
    out += c;
  }
  return out + '"';
}
/// A word for sh, inside a crontab line, where % means a new line (crontab(5)).
std::string cron_word(std::string_view word) {
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'')
      out += "'\\''";
    else if (c == '%')
      out += "\\%";
    else
      out += c;
  }
  return out + '\'';
}

std::string days_of(const extract::Window& window, std::string_view separator, bool numbers) {
  std::string out;
  int n = 0;
  for (std::size_t d = 0; d < 7; ++d)
    if (window.days()[d]) {
      out += (out.empty() ? "" : std::string(separator)) +
             (numbers ? std::to_string((d + 1) % 7) : day_names[d]);
      ++n;
    }
  return n == 7 ? (numbers ? "*" : "") : out;
}

std::vector<std::string> command_line(Context& c) {
  std::error_code ec;
  const auto program = fs::read_symlink("/proc/self/exe", ec);
  std::vector<std::string> words{ec ? "versoir" : program.string(), "extract", c.words.get("SOURCE")};
  words.insert(words.end(), {"--workspace", fs::absolute(c.workspace()).lexically_normal().string(),
                             "--window", c.words.get("window")});
  for (const char* option : {"days", "application", "schema", "decisions", "password-file",
                             "statement-timeout", "throttle", "readers"})
    if (const auto value = c.words.find(option); value && (c.words.has(option)))
      words.insert(words.end(), {std::string("--") + option, *value});
  for (const char* flag : {"final", "replace"})
    if (c.words.has(flag)) words.push_back(std::string("--") + flag);
  words.push_back("--json");
  return words;
}

std::string joined(const std::vector<std::string>& words, std::string (*quote)(std::string_view)) {
  std::string out;
  for (const auto& w : words) out += (out.empty() ? "" : " ") + quote(w);
  return out;
}

int run_schedule(Context& c) {
  static_cast<void>(extract::parse_source(c.words.get("SOURCE")));
  const auto window = extract::Window::parse(c.words.get("window"), c.words.get("days"));
  const auto words = command_line(c);
  const auto name = "versoir-extract-" + c.words.get("application");
  const auto workspace = fs::absolute(c.workspace()).lexically_normal().string();
  const int from = window.open_minute();
  // 3 and 5: done with warnings, and the window closed before the end; neither is a failure to wake anyone
  // for.
  const auto service = fmt::format(
      "[Unit]\nDescription=Versoir: extract of "
      "{}\nAfter=network-online.target\nWants=network-online.target\n\n"
      "[Service]\nType=oneshot\nUser={}\nWorkingDirectory={}\nExecStart={}\nSuccessExitStatus=3 "
      "5\nNice=10\nIOSchedulingClass=idle\n"
      "NoNewPrivileges=yes\nPrivateTmp=yes\nProtectSystem=strict\nReadWritePaths={}\nKillSignal="
      "SIGTERM\nTimeoutStopSec=120\n",
      c.words.get("application"), account_name(), workspace, joined(words, systemd_word),
      systemd_word(workspace));
  const auto days = days_of(window, ",", false);
  const auto timer = fmt::format(
      "[Unit]\nDescription=Versoir: opening of the window of "
      "{}\n\n[Timer]\nOnCalendar={}{}{:02}:{:02}:00\nPersistent=no\n\n"
      "[Install]\nWantedBy=timers.target\n",
      c.words.get("application"), days, days.empty() ? "" : " ", from / 60, from % 60);
  const auto cron = fmt::format("{} {} * * {} cd {} && {}\n", from % 60, from / 60,
                                days_of(window, ",", true), cron_word(workspace), joined(words, cron_word));
  if (c.words.has("cron")) {
    c.out.result(std::string_view(cron).substr(0, cron.size() - 1));
    c.out.summary({{"cron", cron}});
    return 0;
  }
  const fs::path folder = c.words.has("output") ? fs::path(c.words.get("output")) : c.workspace();
  const auto service_file = folder / (name + ".service"), timer_file = folder / (name + ".timer");
  core::write_file(service_file, service);
  core::write_file(timer_file, timer);
  c.out.result(msg("Written: {0} and {1}.", service_file.string(), timer_file.string()));
  c.out.say(
      msg("To install them: copy both to /etc/systemd/system, then systemctl enable --now {0}.timer", name));
  c.out.summary({{"service", service_file.string()}, {"timer", timer_file.string()}});
  return 0;
}

}  // namespace

std::vector<CommandDef> schedule_commands() {
  return {
      {.name = "schedule",
       .summary = mark("write a systemd timer, or a cron line, that runs an extract in its windows"),
       .details = mark("Each opening of the window starts the copy or goes on with it; when the window "
                       "closes the copy stops, "
                       "keeps what it has and ends with code 5, which the service does not count as a "
                       "failure. Events are JSON "
                       "lines in the system's journal."),
       .example = "versoir schedule sqlite:sources/apogee.sqlite --window 22:00-06:00 --days mon-fri --cron",
       .arguments = {{"SOURCE", mark("sqlite:FILE, postgresql:CONNECTION, odbc:CONNECTION or csv:FOLDER")}},
       .options = {{"application", "PROFILE", mark("profile: its name (apogee, harpege) or its folder"),
                    "apogee"},
                   {"window", "HH:MM-HH:MM", mark("hours in which the source may be read"), "22:00-06:00"},
                   {"days", "DAYS", mark("days of the window: mon-fri, or sat,sun (lun-ven, sam,dim)")},
                   {"schema", "NAME", mark("owner of the tables in the source (default: the profile's)")},
                   {"decisions", "FILE", mark("decisions on what the profile does not know")},
                   {"password-file", "FILE",
                    mark("file of mode 0600 whose first line is the password of the source")},
                   {"statement-timeout", "SECONDS",
                    mark("give up a statement of the source after that long; 0 = never")},
                   {"throttle", "ROWS", mark("rows a second, at most; 0 = as fast as it goes")},
                   {"readers", "N", mark("tables read at once, where the source allows it")},
                   {"final", nullptr, mark("the extract that is transferred")},
                   {"replace", nullptr, mark("replace an existing extract")},
                   {"cron", nullptr, mark("print a crontab line instead")},
                   {"output", "FOLDER", mark("where to write the two units (default: the workspace)")}},
       .exits = {Exit::configuration},
       .run = run_schedule}};
}

}  // namespace versoir::cli

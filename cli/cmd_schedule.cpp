// versoir schedule: a systemd service and timer, or a cron line, for the windows of an extract; array jobs of
// Slurm.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/schedule_slurm.hpp"
#include "cli/source_options.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "extract/source.hpp"
#include "extract/window.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::array day_names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/// A unit file is made of lines, and so is a crontab.
void refuse_line_ends(std::string_view word) {
  if (std::ranges::any_of(word, [](unsigned char ch) { return ch < 0x20 || ch == 0x7f; }))
    throw Error(Exit::usage, msg("A control character cannot stand in a unit or in a crontab: {0}", word));
}

/// What systemd puts in place of %n and its like is not wanted (systemd.unit(5), "Specifiers").
std::string systemd_text(std::string_view text) {
  refuse_line_ends(text);
  std::string out;
  for (const char c : text) {
    if (c == '%') out += c;
    out += c;
  }
  return out;
}
/// One word of a list of paths: quotes and backslashes are read there too.
std::string systemd_path(std::string_view path) {
  std::string out = "\"";
  for (const char c : systemd_text(path)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}
/// A word of ExecStart after the program's: variables too (systemd.service(5), "Command lines").
std::string systemd_word(std::string_view word) {
  std::string out;
  for (const char c : systemd_path(word)) {
    if (c == '$') out += c;
    out += c;
  }
  return out;
}
/// A word for sh, inside a crontab line, where % means a new line (crontab(5)).
std::string cron_word(std::string_view word) {
  refuse_line_ends(word);
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

std::string whole_path(const fs::path& path) { return fs::absolute(path).lexically_normal().string(); }

/// A source that is a path: the service runs in the workspace, wherever this command is typed.
std::string source_from_anywhere(const std::string& text) {
  const auto uri = extract::parse_source(text);
  const bool path = uri.kind == "sqlite" || uri.kind == "csv";
  return path ? uri.kind + ":" + whole_path(uri.rest) : text;
}

/// The options of extract that a service can have: nobody is there to type a password.
std::vector<OptionDef> handed_on() {
  auto options = source_options();
  std::erase_if(options, [](const OptionDef& o) { return std::string_view(o.name) == "ask-password"; });
  for (const auto& o : copy_option_table()) options.push_back(o);
  return options;
}

std::string value_from_anywhere(Context& c, const profiles::Application& profile, std::string_view option,
                                const std::string& value) {
  if (option == "decisions") return whole_path(decision_file(c, profile));
  if (option == "password-file") return whole_path(c.input(value));
  if (option == "output") return whole_path(value);
  std::error_code ec;  // a profile is named, or is a folder
  if (option == "application" && fs::is_directory(value, ec)) return whole_path(value);
  return value;
}

std::vector<std::string> command_line(Context& c, const profiles::Application& profile) {
  std::error_code ec;
  const auto program = fs::read_symlink("/proc/self/exe", ec);
  std::vector<std::string> words{ec ? "versoir" : program.string(), "extract",
                                 source_from_anywhere(c.words.get("SOURCE")), "--workspace",
                                 whole_path(c.workspace())};
  for (const auto& option : handed_on()) {
    const auto value = c.words.find(option.name);
    const bool always =
        std::string_view(option.name) == "application" || std::string_view(option.name) == "window";
    if (!c.words.has(option.name) || (value && option.fallback && *value == option.fallback && !always))
      continue;
    words.push_back(std::string("--") + option.name);
    if (option.value) words.push_back(value_from_anywhere(c, profile, option.name, *value));
  }
  // Once the extract is made, the next openings find nothing to do.
  words.insert(words.end(), {"--if-needed", "--json"});
  return words;
}

std::string joined(const std::vector<std::string>& words, std::string (*quote)(std::string_view)) {
  std::string out;
  for (const auto& w : words) out += (out.empty() ? "" : " ") + quote(w);
  return out;
}

std::string exec_line(const std::vector<std::string>& words) {
  // Variables are not looked for in the path of the program.
  return systemd_path(words.front()) + " " + joined({words.begin() + 1, words.end()}, systemd_word);
}

std::string service_text(Context& c, const profiles::Application& profile,
                         const std::vector<std::string>& words) {
  const auto workspace = whole_path(c.workspace());
  auto writable = systemd_path(workspace);
  if (c.words.has("output"))
    writable += " " + systemd_path(fs::path(whole_path(c.words.get("output"))).parent_path().string());
  // Done with warnings, and closed windows: no failure to wake anyone for. A lock, a timeout or another copy
  // that writes (5) is one: it would come back every night.
  return fmt::format(
      "[Unit]\nDescription=Versoir: extract of "
      "{}\nAfter=network-online.target\nWants=network-online.target\n\n"
      "[Service]\nType=oneshot\nUser={}\nWorkingDirectory={}\nExecStart={}\nSuccessExitStatus={} "
      "{}\nNice=10\n"
      "IOSchedulingClass=idle\nNoNewPrivileges=yes\nPrivateTmp=yes\nProtectSystem=strict\nReadWritePaths={}\n"
      "KillSignal=SIGTERM\nTimeoutStopSec=120\n",
      systemd_text(profile.id), systemd_text(account_name()), systemd_text(workspace), exec_line(words),
      static_cast<int>(Exit::with_warnings), static_cast<int>(Exit::window_closed), writable);
}

std::string timer_text(const profiles::Application& profile, const extract::Window& window) {
  const int from = window.open_minute();
  const auto days = days_of(window, ",", false);
  return fmt::format(
      "[Unit]\nDescription=Versoir: opening of the window of {}\n\n"
      "[Timer]\nOnCalendar={}{}{:02}:{:02}:00\nPersistent=no\n\n[Install]\nWantedBy=timers.target\n",
      systemd_text(profile.id), days, days.empty() ? "" : " ", from / 60, from % 60);
}

int run_schedule(Context& c) {
  if (c.words.has("slurm")) return write_slurm_job(c, handed_on());
  if (c.words.has("build") || c.words.has("extracts"))
    throw Error(Exit::usage, msg("--build and --extracts go with --slurm."));
  if (!c.words.has("SOURCE"))
    throw Error(Exit::usage, msg("The source is missing."))
        .hint(msg("versoir schedule --help shows examples."));
  const auto profile = chosen_profile(c);
  const auto window = extract::Window::parse(c.words.get("window"), c.words.get("days"));
  const auto words = command_line(c, profile);
  if (c.words.has("cron")) {
    const int from = window.open_minute();
    const auto cron =
        fmt::format("{} {} * * {} cd {} && {}", from % 60, from / 60, days_of(window, ",", true),
                    cron_word(whole_path(c.workspace())), joined(words, cron_word));
    c.out.result(cron);
    c.out.summary({{"cron", cron + "\n"}});
    return 0;
  }
  const auto name = "versoir-extract-" + core::slug(profile.id);
  const fs::path folder = c.words.has("units") ? fs::path(c.words.get("units")) : c.workspace();
  const auto service_file = folder / (name + ".service"), timer_file = folder / (name + ".timer");
  core::write_file(service_file, service_text(c, profile, words));
  core::write_file(timer_file, timer_text(profile, window));
  c.out.result(msg("Written: {0} and {1}.", service_file.string(), timer_file.string()));
  c.out.say(
      msg("To install them: copy both to /etc/systemd/system, then systemctl enable --now {0}.timer", name));
  c.out.say(msg(
      "Once the extract is made, the service finds nothing to do: systemctl disable --now {0}.timer", name));
  c.out.summary({{"service", service_file.string()}, {"timer", timer_file.string()}});
  return 0;
}

}  // namespace

std::vector<CommandDef> schedule_commands() {
  auto options = handed_on();
  for (auto& o : options)
    if (std::string_view(o.name) == "window") o.fallback = "22:00-06:00";
  options.push_back({"cron", nullptr, mark("print a crontab line instead")});
  options.push_back({"units", mark("DIR"), mark("where to write (default: the workspace)")});
  for (const auto& o : slurm_options()) options.push_back(o);
  return {
      {.name = "schedule",
       .summary = mark("write a systemd timer, a cron line or an array job of Slurm"),
       .details = mark(
           "Each opening of the window starts the copy or goes on with it; when the window closes the copy "
           "stops, keeps what it has and ends with code 6, which the service does not count as a failure. "
           "Once the extract is made the service finds nothing to do: it never replaces one. Events are "
           "JSON lines in the system's journal. "
           "--slurm writes an array job: the shards of a build, or a list of extracts, one a task."),
       .example = "versoir schedule sqlite:sources/apogee.sqlite --window 22:00-06:00 --days mon-fri --cron",
       .arguments = {{mark("SOURCE"),
                      mark("sqlite:FILE, postgresql:CONNECTION, odbc:CONNECTION, csv:FOLDER or siard:FILE"),
                      false}},
       .options = std::move(options),
       .exits = {Exit::configuration, Exit::profile_invalid, Exit::lot_state},
       .run = run_schedule}};
}

}  // namespace versoir::cli

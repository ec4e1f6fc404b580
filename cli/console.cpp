// Terminal behaviour: progress line, aligned tables, JSON lines.
#include "cli/console.hpp"

#include "core/display.hpp"
#include "core/exit.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/ioctl.h>
#include <unistd.h>

namespace versoir::cli {

using namespace std::chrono_literals;
using core::msg;
using core::tr;

namespace {

constexpr auto redraw_every = 100ms;
constexpr auto plain_line_every = 60s;
constexpr auto estimate_after = 5s;

bool smart_terminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) && term && std::strcmp(term, "dumb") != 0;
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}

std::string clock_text(std::chrono::seconds s) {
  const auto n = s.count();
  return n >= 3600 ? fmt::format("{}:{:02}:{:02}", n / 3600, n / 60 % 60, n % 60)
                   : fmt::format("{}:{:02}", n / 60, n % 60);
}

/// Talk comes after the results that it speaks of, also when both go to one pipe.
void put_raw(std::FILE* to, std::string_view text) {
  if (to == stderr) std::fflush(stdout);
  std::fwrite(text.data(), 1, text.size(), to);
}

/// Whatever is written for people passes here: a value of a database must not drive the terminal.
void put(std::FILE* to, std::string_view text) { put_raw(to, core::terminal_text(text)); }

/// A cell stays on its line.
std::string cell_text(std::string_view text) {
  std::string out;
  for (const char c : core::terminal_text(text)) out += c == '\n' ? std::string("\\x0a") : std::string(1, c);
  return out;
}

/// JSON leaves DEL and the C1 controls as they are; some terminals obey them. They occur in strings only.
std::string terminal_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto c = static_cast<unsigned char>(json[i]);
    const auto next = i + 1 < json.size() ? static_cast<unsigned char>(json[i + 1]) : 0u;
    if (c == 0x7F) {
      out += "\\u007f";
    } else if (c == 0xC2 && next >= 0x80 && next < 0xA0) {
      out += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      out += json[i];
    }
  }
  return out;
}

/// First `width` code points.
std::string_view cut(std::string_view text, std::size_t width) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (columns++ == width) return text.substr(0, i);
  }
  return text;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

ConsoleProgress::ConsoleProgress(Form form)
    : form_(form), terminal_(form == Form::text && smart_terminal()) {}
ConsoleProgress::~ConsoleProgress() { clear(); }

double ConsoleProgress::Count::rate(Time now) const {
  const auto elapsed = std::chrono::duration<double>(now - started).count();
  return elapsed > 0 ? static_cast<double>(done - before) / elapsed : 0;
}

/// Not before a few seconds: the first rates say nothing.
std::optional<std::chrono::seconds> ConsoleProgress::Count::left(Time now) const {
  const auto r = rate(now);
  if (!total || *total <= done || r <= 0 || now - started <= estimate_after) return std::nullopt;
  return std::chrono::seconds(static_cast<long>(static_cast<double>(*total - done) / r));
}

void ConsoleProgress::begin(std::string_view label, std::optional<std::uint64_t> total,
                            std::string_view unit) {
  label_ = cell_text(label);
  unit_ = unit;
  phase_ = {0, 0, total, std::chrono::steady_clock::now()};
  drawn_ = terminal_ ? Time{} : phase_.started;
  if (form_ == Form::json) tell(phase_.started);
}

void ConsoleProgress::advance(std::uint64_t n) {
  phase_.done += n;
  if (form_ == Form::none) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < (terminal_ ? redraw_every : plain_line_every)) return;
  drawn_ = now;
  form_ == Form::json ? tell(now) : draw(now);
}

void ConsoleProgress::already(std::uint64_t n) {
  phase_.done += n;
  phase_.before += n;
}

void ConsoleProgress::overall(std::uint64_t done, std::uint64_t total) {
  if (!all_.total) all_ = {done, done, total, std::chrono::steady_clock::now()};
  all_.done = done;
  all_.total = total;
}

std::string ConsoleProgress::line(Time now) const {
  std::string text = phase_.total ? fmt::format("{}  {}/{} {}", label_, core::show_count(phase_.done),
                                                core::show_count(*phase_.total), unit_)
                                  : fmt::format("{}  {} {}", label_, core::show_count(phase_.done), unit_);
  if (const auto rate = phase_.rate(now); rate > 0)
    text += fmt::format("  {}/s", core::show_count(static_cast<std::uint64_t>(rate)));
  text += "  " + clock_text(std::chrono::duration_cast<std::chrono::seconds>(now - phase_.started));
  if (const auto left = phase_.left(now)) text += fmt::format("  {} {}", tr("left:"), clock_text(*left));
  if (const auto left = all_.left(now)) text += fmt::format("  {} {}", tr("in all:"), clock_text(*left));
  if (closes_) text += fmt::format("  {} {}", tr("window until"), core::show_local_time(*closes_));
  return text;
}

void ConsoleProgress::draw(Time now) {
  if (terminal_) {
    put_raw(stderr, "\r\x1b[K");
    put_raw(stderr, cut(line(now), terminal_width() - 1));
    line_ = true;
  } else {
    put(stderr, line(now) + "\n");
  }
  std::fflush(stderr);
}

/// For monitoring: what the line says, as facts.
void ConsoleProgress::tell(Time now) {
  core::Json facts{{"type", "progress"},
                   {"phase", label_},
                   {"done", phase_.done},
                   {"unit", unit_},
                   {"rate", static_cast<std::uint64_t>(phase_.rate(now))}};
  if (phase_.total) facts["total"] = *phase_.total;
  if (const auto left = phase_.left(now)) facts["seconds_left"] = left->count();
  if (all_.total) {
    facts["all_done"] = all_.done;
    facts["all_total"] = *all_.total;
  }
  if (const auto left = all_.left(now)) facts["all_seconds_left"] = left->count();
  if (closes_) facts["window_until"] = core::format_instant(*closes_);
  put_raw(stdout, facts.dump() + "\n");
  std::fflush(stdout);
}

void ConsoleProgress::end() { clear(); }

void ConsoleProgress::clear() {
  if (!line_) return;
  put_raw(stderr, "\r\x1b[K");
  std::fflush(stderr);
  line_ = false;
}

Console::Console(bool json, bool quiet, bool progress)
    : json_(json),
      quiet_(quiet),
      progress_(json                 ? ConsoleProgress::Form::json
                : progress && !quiet ? ConsoleProgress::Form::text
                                     : ConsoleProgress::Form::none) {}

void Console::result(std::string_view line) {
  if (json_) return;
  progress_.clear();
  put(stdout, line);
  put(stdout, "\n");
}

void Console::say(const core::Message& m) {
  if (json_ || quiet_) return;
  progress_.clear();
  put(stderr, m.text() + "\n");
}

void Console::warn(const core::Message& m) {
  progress_.clear();
  if (json_)
    event("warning", {{"message", m.english()}});
  else
    put(stderr, fmt::format("{} {}\n", tr("warning:"), m.text()));
}

void Console::finding(const core::Finding& f) {
  static constexpr std::string_view names[] = {"info", "warning", "error"};
  const auto severity = names[static_cast<std::size_t>(f.severity)];
  if (json_) {
    event("finding",
          {{"severity", severity}, {"code", f.code}, {"message", f.message.english()}, {"where", f.where}});
    return;
  }
  if (quiet_ && f.severity == core::Severity::info) return;
  progress_.clear();
  std::string label = f.severity == core::Severity::error     ? tr("error:")
                      : f.severity == core::Severity::warning ? tr("warning:")
                                                              : tr("note:");
  const auto text = f.where.empty() ? f.message.text() : msg("{0}: {1}", f.where, f.message.text()).text();
  put(stderr, fmt::format("{} {}{}\n", label, text, f.code.empty() ? "" : fmt::format(" [{}]", f.code)));
}

void Console::table(const std::vector<std::string>& header,
                    const std::vector<std::vector<std::string>>& values) {
  if (json_) return;
  auto rows = values;
  for (auto& row : rows)
    for (auto& cell : row) cell = cell_text(cell);
  std::vector<std::size_t> widths;
  for (const auto& h : header) widths.push_back(display_width(h));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += cells[i];
      if (i + 1 < cells.size()) text.append(widths[i] - display_width(cells[i]) + 2, ' ');
    }
    result(text);
  };
  line(header);
  std::vector<std::string> rule;
  for (auto w : widths) rule.emplace_back(w, '-');
  line(rule);
  for (const auto& row : rows) line(row);
}

void Console::event(std::string_view type, core::Json object) {
  if (!json_) return;
  object["type"] = type;
  put_raw(stdout, terminal_json(object.dump(-1, ' ', false, core::Json::error_handler_t::replace)) + "\n");
  std::fflush(stdout);  // who watches a run that waits for its window must see that it waits
}

void Console::failure(const core::Error& e) {
  progress_.clear();
  if (json_)
    event("error", e.to_json());
  else
    put(stderr, fmt::format("versoir: {}\n", e.render()));
}

void Console::finish(int exit_code) {
  progress_.clear();
  if (!json_) return;
  summary_["exit"] = exit_code;
  event("summary", std::move(summary_));
  std::fflush(stdout);
}

}  // namespace versoir::cli

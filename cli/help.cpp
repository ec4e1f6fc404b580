// Help pages, made from the table of commands.
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "core/i18n.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace versoir::cli {

using core::tr;

namespace {

constexpr std::size_t text_width = 88;

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find(' ', at), text.size());
    const auto word = text.substr(at, end - at);
    if (!lines.back().empty() && display_width(lines.back()) + 1 + display_width(word) > width)
      lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
    at = end + 1;
  }
  return lines;
}

void entry(std::string& out, const std::string& left, const std::string& text, std::size_t column) {
  const std::size_t used = display_width(left) + 2;
  out += "  " + left;
  if (used + 2 > column) {
    out += "\n" + std::string(column, ' ');
  } else {
    out.append(column - used, ' ');
  }
  bool first = true;
  for (const auto& line : wrap(text, text_width - column)) {
    if (!first) out.append(column, ' ');
    out += line + "\n";
    first = false;
  }
}

void options(std::string& out, std::span<const OptionDef> list) {
  for (const auto& o : list) {
    std::string left = fmt::format("--{}", o.name);
    if (o.value) left += fmt::format(" {}", tr(o.value));
    entry(out, left, option_text(o), 28);
  }
}

std::string program_help() {
  std::string out =
      tr("Versoir: from a retiring application to the archive, and to decades of consultation.");
  out += fmt::format("\n\n{}\n  versoir {}\n\n{}\n", tr("Usage:"), tr("COMMAND [ARGUMENTS] [OPTIONS]"),
                     tr("Commands:"));
  for (const auto& c : commands()) entry(out, c.name, tr(c.summary), 20);
  out += fmt::format("\n{}\n", tr("Options of every command:"));
  options(out, global_options());
  out += fmt::format("\n{}\n", tr("versoir COMMAND --help explains a command, with an example."));
  return out;
}

std::string command_help(const CommandDef& c) {
  std::string out = fmt::format("{}\n\n{}\n  {}\n", tr(c.summary), tr("Usage:"), usage_line(c));
  if (c.details[0] != '\0') {
    out += "\n";
    for (const auto& line : wrap(tr(c.details), text_width)) out += line + "\n";
  }
  if (!c.arguments.empty()) {
    out += fmt::format("\n{}\n", tr("Arguments:"));
    for (const auto& a : c.arguments) entry(out, tr(a.name), tr(a.help), 28);
  }
  if (!c.options.empty()) {
    out += fmt::format("\n{}\n", tr("Options:"));
    options(out, c.options);
  }
  out += fmt::format("\n{}\n", tr("Options of every command:"));
  options(out, global_options());
  out += fmt::format("\n{}\n  {}\n\n{}\n", tr("Example:"), c.example, tr("Exit codes:"));
  for (const auto& code : exit_codes_of(c))
    entry(out, fmt::format("{:3}", static_cast<int>(code.code)), tr(code.description.data()), 8);
  return out;
}

}  // namespace

std::string option_text(const OptionDef& o) {
  std::string text = tr(o.help);
  if (o.choices && text.find(std::string_view(o.choices).substr(0, 3)) == std::string::npos &&
      std::string_view(o.choices) != o.value) {
    std::string choices = o.choices;
    std::replace(choices.begin(), choices.end(), '|', ' ');
    text += fmt::format(" ({})", choices);
  }
  if (o.fallback) text += fmt::format(" [{}]", o.fallback);
  if (o.repeat) text += fmt::format(" {}", tr("(may be repeated)"));
  return text;
}

std::vector<core::ExitCode> exit_codes_of(const CommandDef& c) {
  std::vector<core::Exit> exits = c.exits;
  for (auto e :
       {core::Exit::ok, core::Exit::unexpected, core::Exit::usage, core::Exit::disk, core::Exit::interrupted})
    exits.push_back(e);
  std::vector<core::ExitCode> list;
  for (const auto& code : core::exit_codes)
    if (std::find(exits.begin(), exits.end(), code.code) != exits.end()) list.push_back(code);
  return list;
}

std::string usage_line(const CommandDef& c) {
  std::string line = fmt::format("versoir {}", c.name);
  for (const auto& a : c.arguments) {
    const std::string name = a.repeat ? fmt::format("{}…", tr(a.name)) : tr(a.name);
    line += a.required ? fmt::format(" {}", name) : fmt::format(" [{}]", name);
  }
  return line + fmt::format(" [{}]", tr("OPTIONS"));
}

std::string group_help(std::string_view group) {
  std::string out = fmt::format("{}\n  versoir {} {}\n\n{}\n", tr("Usage:"), group,
                                tr("COMMAND [ARGUMENTS] [OPTIONS]"), tr("Commands:"));
  for (const auto& c : commands())
    if (std::string_view(c.name).starts_with(std::string(group) + " ")) entry(out, c.name, tr(c.summary), 20);
  out += fmt::format("\n{}\n", tr("versoir COMMAND --help explains a command, with an example."));
  return out;
}

std::string help_text(const CommandDef* command) { return command ? command_help(*command) : program_help(); }

}  // namespace versoir::cli

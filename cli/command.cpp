// The parser behind the table of commands: Boost.Program_options without its guesses.
#include "cli/command.hpp"

#include "cli/commands.hpp"
#include "core/error.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace versoir::cli {

namespace po = boost::program_options;
using core::Error;
using core::Exit;
using core::msg;

namespace {

const std::array globals{
    OptionDef{"workspace", "DIR", mark("folder of versoir.conf, extracts and versements"), "."},
    OptionDef{"lang", "fr|en", mark("language of the messages (default: the environment's)")},
    OptionDef{"json", nullptr, mark("facts as JSON lines on standard output, a summary last")},
    OptionDef{"quiet", nullptr, mark("no progress, no talk: results and errors only")},
    OptionDef{"no-progress", nullptr, mark("no progress line")},
    OptionDef{"help", nullptr, mark("this help")},
    OptionDef{"version", nullptr, mark("version of the program and of its libraries")},
};

bool takes_value(std::string_view word) {
  if (!word.starts_with("--") || word.find('=') != std::string_view::npos) return false;
  const auto name = word.substr(2);
  return std::any_of(globals.begin(), globals.end(),
                     [&](const OptionDef& o) { return o.value && name == o.name; });
}

/// Positions of the verb's words; global options may stand before it.
std::vector<std::size_t> verb_positions(const std::vector<std::string>& words) {
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < words.size() && at.size() < 2; ++i) {
    if (takes_value(words[i]) && at.empty()) {
      ++i;
      continue;
    }
    if (words[i].starts_with("-")) {
      if (at.empty()) continue;
      break;
    }
    at.push_back(i);
  }
  return at;
}

void declare(po::options_description& all, const OptionDef& o) {
  if (!o.value)
    all.add_options()(o.name, po::bool_switch());
  else
    all.add_options()(o.name, po::value<std::vector<std::string>>());
}

void store_values(Values& values, const po::variables_map& vm, std::span<const OptionDef> options) {
  for (const auto& o : options) {
    if (!o.value) {
      if (vm[o.name].as<bool>()) values.add(o.name, "yes");
      continue;
    }
    if (vm.count(o.name)) {
      const auto& list = vm[o.name].as<std::vector<std::string>>();
      if (!o.repeat && list.size() > 1)
        throw Error(Exit::usage, msg("The option --{0} is given {1} times.", o.name, list.size()));
      for (const auto& v : list) values.add(o.name, v);
    } else if (o.fallback) {
      values.add(o.name, o.fallback);
    }
  }
}

void store_arguments(Values& values, const CommandDef& command, const std::vector<std::string>& args) {
  std::size_t next = 0;
  for (const auto& a : command.arguments) {
    if (next >= args.size()) {
      if (a.required) throw Error(Exit::usage, msg("The argument {0} is missing.", a.name));
      continue;
    }
    values.add(a.name, args[next++]);
    while (a.repeat && next < args.size()) values.add(a.name, args[next++]);
  }
  if (next < args.size()) throw Error(Exit::usage, msg("The argument '{0}' is one too many.", args[next]));
}

po::variables_map run_parser(const std::vector<std::string>& words, const po::options_description& all,
                             const po::positional_options_description& positional) {
  namespace style = po::command_line_style;
  try {
    po::variables_map vm;
    const auto parsed = po::command_line_parser(words)
                            .options(all)
                            .positional(positional)
                            .style(style::unix_style & ~style::allow_guessing & ~style::allow_short)
                            .run();
    po::store(parsed, vm);
    return vm;
  } catch (const po::unknown_option& e) {
    throw Error(Exit::usage, msg("There is no option {0}.", e.get_option_name()));
  } catch (const po::invalid_command_line_syntax& e) {
    throw Error(Exit::usage, msg("The option {0} needs a value, or takes none.", e.get_option_name()));
  } catch (const po::error& e) {
    throw Error(Exit::usage, msg("The command line cannot be understood: {0}", e.what()));
  }
}

}  // namespace

std::span<const OptionDef> global_options() { return globals; }

std::span<const CommandDef> commands() {
  static const std::vector<CommandDef> all = [] {
    std::vector<CommandDef> list;
    for (auto make : command_makers)
      for (auto& c : make()) list.push_back(std::move(c));
    return list;
  }();
  return all;
}

const CommandDef* find_command(std::string_view name) {
  const auto all = commands();
  const auto it = std::find_if(all.begin(), all.end(), [&](const CommandDef& c) { return name == c.name; });
  return it == all.end() ? nullptr : &*it;
}

bool Values::has(std::string_view option) const { return values_.find(option) != values_.end(); }

std::optional<std::string> Values::find(std::string_view option) const {
  const auto it = values_.find(option);
  if (it == values_.end() || it->second.empty()) return std::nullopt;
  return it->second.front();
}

std::string Values::get(std::string_view option) const { return find(option).value_or(""); }

std::vector<std::string> Values::list(std::string_view option) const {
  const auto it = values_.find(option);
  return it == values_.end() ? std::vector<std::string>{} : it->second;
}

std::int64_t Values::integer(std::string_view option, std::int64_t min, std::int64_t max) const {
  const std::string text = get(option);
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size() || value < min || value > max)
    throw Error(Exit::usage,
                msg("--{0} takes a whole number from {1} to {2}, not '{3}'.", option, min, max, text));
  return value;
}

void Values::add(const std::string& option, std::string value) {
  values_[option].push_back(std::move(value));
}

Invocation parse(const std::vector<std::string>& words) {
  Invocation result;
  const auto at = verb_positions(words);
  std::vector<std::string> rest = words;
  std::string verb;
  if (!at.empty()) {
    verb = words[at[0]];
    std::size_t used = 1;
    if (at.size() == 2 && find_command(verb + " " + words[at[1]])) {
      verb += " " + words[at[1]];
      used = 2;
    }
    result.command = find_command(verb);
    for (std::size_t i = used; i-- > 0;) rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at[i]));
    if (!result.command) {
      const bool group = std::any_of(commands().begin(), commands().end(), [&](const CommandDef& c) {
        return std::string_view(c.name).starts_with(verb + " ");
      });
      if (group && at.size() == 2 && !words[at[1]].starts_with("-")) verb += " " + words[at[1]];
      if (!group || at.size() == 2)
        throw Error(Exit::usage, msg("There is no command '{0}'.", verb))
            .hint(msg("versoir --help lists the commands."));
      result.help_topic = verb;
    }
  }
  po::options_description all;
  for (const auto& o : globals) declare(all, o);
  if (result.command)
    for (const auto& o : result.command->options) declare(all, o);
  all.add_options()("_arguments", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("_arguments", -1);
  const auto vm = run_parser(rest, all, positional);
  result.help = vm["help"].as<bool>();
  result.version = vm["version"].as<bool>();
  store_values(result.values, vm, globals);
  if (!result.command || result.help) return result;
  store_values(result.values, vm, result.command->options);
  const auto args =
      vm.count("_arguments") ? vm["_arguments"].as<std::vector<std::string>>() : std::vector<std::string>{};
  store_arguments(result.values, *result.command, args);
  return result;
}

}  // namespace versoir::cli

// The parser behind the table of commands: Boost.Program_options without its guesses.
#include "cli/command.hpp"

#include "cli/commands.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

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
    OptionDef{"workspace", mark("DIR"), mark("folder of versoir.conf, extracts and versements"), "."},
    OptionDef{"lang", "fr|en", mark("language of the messages (default: the environment's)"), nullptr, false,
              "fr|en"},
    OptionDef{"node", mark("NAME"),
              mark("name of this machine in the journal's file name (default: [journal] node)")},
    OptionDef{"json", nullptr, mark("facts as JSON lines on standard output, a summary last")},
    OptionDef{"quiet", nullptr, mark("no progress, no talk: results and errors only")},
    OptionDef{"no-progress", nullptr, mark("no progress line")},
    OptionDef{"help", nullptr, mark("this help")},
    OptionDef{"version", nullptr, mark("version of the program")},
    OptionDef{"verbose", nullptr,
              mark("with --version: compiler, libraries, folders and formats, for a report of a problem")},
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

/// Where a few words are meant, more may differ.
std::size_t a_third(std::string_view typed) { return std::max<std::size_t>(1, typed.size() / 3); }

/// The nearest word, "" when none is near. Only proposed, never executed.
/// `most`: the greatest number of letters by which it may differ.
std::string nearest(std::string_view typed, const std::vector<std::string>& words, std::size_t most) {
  std::string best;
  std::size_t least = most + 1;
  for (const auto& word : words) {
    const bool beginning = typed.size() >= 3 && word.starts_with(typed);
    const auto away = beginning ? 1 : core::edit_distance(typed, word);
    if (away < least) {
      least = away;
      best = word;
    }
  }
  return best;
}

std::vector<std::string> option_names(const CommandDef* command) {
  std::vector<std::string> names;
  for (const auto& o : globals) names.push_back(std::string("--") + o.name);
  if (command)
    for (const auto& o : command->options) names.push_back(std::string("--") + o.name);
  return names;
}

core::Message help_hint(const CommandDef* command) {
  return command ? msg("versoir {0} --help explains the command.", command->name)
                 : msg("versoir --help lists the commands.");
}

/// "versoir plan, versoir build": the commands that take an option, the first few of them.
std::string commands_with(std::string_view option) {
  constexpr std::size_t most = 4;
  std::string list;
  std::size_t n = 0;
  for (const auto& c : commands())
    if (std::ranges::any_of(c.options,
                            [&](const OptionDef& o) { return option == std::string("--") + o.name; }))
      if (++n <= most) list += (list.empty() ? "versoir " : ", versoir ") + std::string(c.name);
  return n > most ? list + "…" : list;
}

/// Of every command: hundreds of words, among which one that is near by chance is found for anything.
std::vector<std::string> all_option_names() {
  std::vector<std::string> names;
  for (const auto& c : commands())
    for (const auto& o : c.options) names.push_back(std::string("--") + o.name);
  return names;
}

[[noreturn]] void unknown_option(const std::string& name, const CommandDef* command) {
  constexpr std::size_t typing_errors = 2;
  Error e(Exit::usage, msg("There is no option {0}.", name));
  const auto near = nearest(name, option_names(command), a_third(name));
  if (!near.empty()) e = std::move(e).hint(msg("Did you mean {0}?", near));
  if (const auto others = commands_with(name); !others.empty())
    e = std::move(e).hint(msg("{0} is an option of: {1}.", name, others));
  else if (near.empty())
    if (const auto far = nearest(name, all_option_names(), typing_errors); !far.empty())
      e = std::move(e).hint(msg("Did you mean {0}, an option of: {1}?", far, commands_with(far)));
  throw std::move(e).hint(help_hint(command));
}

[[noreturn]] void unknown_command(const std::string& verb) {
  Error e(Exit::usage, msg("There is no command '{0}'.", verb));
  std::vector<std::string> names;
  for (const auto& c : commands()) names.emplace_back(c.name);
  if (const auto near = nearest(verb, names, a_third(verb)); !near.empty())
    e = std::move(e).hint(msg("Did you mean versoir {0}?", near));
  throw std::move(e).hint(help_hint(nullptr));
}

/// "text|html|xml" → "text, html, xml"; whether `value` is one of them.
bool among(std::string_view choices, std::string_view value, std::string& listed) {
  bool found = false;
  for (std::size_t at = 0; at <= choices.size();) {
    const auto end = std::min(choices.find('|', at), choices.size());
    const auto choice = choices.substr(at, end - at);
    found = found || choice == value;
    listed += (listed.empty() ? "" : ", ") + std::string(choice);
    at = end + 1;
  }
  return found;
}

void check_choice(const OptionDef& o, const std::string& value) {
  std::string listed;
  if (o.choices && !among(o.choices, value, listed))
    throw Error(Exit::usage, msg("--{0} cannot be '{1}'.", o.name, value)).hint(msg("One of: {0}.", listed));
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
      for (const auto& v : list) {
        check_choice(o, v);
        values.add(o.name, v);
      }
    } else if (o.fallback) {
      values.add(o.name, o.fallback);
    }
  }
}

void store_arguments(Values& values, const CommandDef& command, const std::vector<std::string>& args) {
  std::size_t next = 0;
  for (const auto& a : command.arguments) {
    if (next >= args.size()) {
      if (a.required)
        throw Error(Exit::usage, msg("The argument {0} is missing.", core::tr(a.name)))
            .hint(msg("Usage: {0}", usage_line(command)))
            .hint(help_hint(&command));
      continue;
    }
    values.add(a.name, args[next++]);
    while (a.repeat && next < args.size()) values.add(a.name, args[next++]);
  }
  if (next < args.size())
    throw Error(Exit::usage, msg("The argument '{0}' is one too many.", args[next]))
        .hint(msg("Usage: {0}", usage_line(command)))
        .hint(help_hint(&command));
}

po::variables_map run_parser(const std::vector<std::string>& words, const po::options_description& all,
                             const po::positional_options_description& positional,
                             const CommandDef* command) {
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
    unknown_option(e.get_option_name(), command);
  } catch (const po::invalid_command_line_syntax& e) {
    const bool flag = e.kind() == po::invalid_command_line_syntax::extra_parameter;
    throw Error(Exit::usage, flag ? msg("The option {0} takes no value.", e.get_option_name())
                                  : msg("The option {0} needs a value.", e.get_option_name()))
        .hint(help_hint(command));
  } catch (const po::error& e) {
    throw Error(Exit::usage, msg("The command line cannot be understood: {0}", e.what()))
        .hint(help_hint(command));
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

namespace {

/// "versoir help plan" and -h, which people try first, are --help.
std::vector<std::string> with_help_spelt(std::vector<std::string> words) {
  std::replace(words.begin(), words.end(), std::string("-h"), std::string("--help"));
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  return words;
}

bool is_group(const std::string& verb) {
  const auto all = commands();
  return std::any_of(all.begin(), all.end(),
                     [&](const CommandDef& c) { return std::string_view(c.name).starts_with(verb + " "); });
}

/// Takes the words of the command out of `rest`.
void take_verb(std::vector<std::string>& rest, Invocation& result) {
  const auto at = verb_positions(rest);
  if (at.empty()) return;
  std::string verb = rest[at[0]];
  std::size_t used = 1;
  if (at.size() == 2 && is_group(verb)) {
    verb += " " + rest[at[1]];
    used = 2;
  }
  result.command = find_command(verb);
  if (!result.command) {
    if (used == 2 || !is_group(verb)) unknown_command(verb);
    result.group = verb;
  }
  for (std::size_t i = used; i-- > 0;) rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at[i]));
}

}  // namespace

Invocation parse(const std::vector<std::string>& words) {
  Invocation result;
  auto rest = with_help_spelt(words);
  take_verb(rest, result);
  po::options_description all;
  for (const auto& o : globals) declare(all, o);
  if (result.command)
    for (const auto& o : result.command->options) declare(all, o);
  all.add_options()("_arguments", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("_arguments", -1);
  const auto vm = run_parser(rest, all, positional, result.command);
  result.help = vm["help"].as<bool>();
  result.version = vm["version"].as<bool>();
  result.verbose = vm["verbose"].as<bool>();
  if (result.verbose && !result.version)
    throw Error(Exit::usage, msg("--verbose only goes with --version.")).hint(help_hint(result.command));
  store_values(result.values, vm, globals);
  if (!result.command || result.help) return result;
  store_values(result.values, vm, result.command->options);
  const auto args =
      vm.count("_arguments") ? vm["_arguments"].as<std::vector<std::string>>() : std::vector<std::string>{};
  store_arguments(result.values, *result.command, args);
  return result;
}

}  // namespace versoir::cli

// The completion of bash, from the table of commands.
#include "cli/manual.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace versoir::cli {

namespace {

/// What a value is, for completion: by the English word that stands for it in the table.
std::string_view value_kind(std::string_view option, std::string_view word) {
  if (option == "platform") return "platform";
  if (word == "FILE") return "file";
  if (word == "DIR" || word == "DIR|PLATFORM|URL") return "folder";
  if (word == "EXTRACT") return "extract";
  if (word == "VERSEMENT") return "versement";
  if (word == "SIP") return "sip";
  if (word == "SOURCE") return "source";
  if (word == "PROFILE") return "folder";
  return "none";
}

std::string choices_of(const OptionDef& o) {
  std::string choices = o.choices ? o.choices : "";
  std::replace(choices.begin(), choices.end(), '|', ' ');
  return choices;
}

std::string option_words(std::span<const OptionDef> options) {
  std::string out;
  for (const auto& o : options) out += fmt::format("{}--{}", out.empty() ? "" : " ", o.name);
  return out;
}

/// One line of a case of bash: "plan --seda") what the value is.
std::string value_cases(std::string_view command, std::span<const OptionDef> options) {
  std::string out;
  for (const auto& o : options)
    if (o.value)
      out += o.choices ? fmt::format("    \"{} --{}\") _versoir_kind=words _versoir_words='{}' ;;\n", command,
                                     o.name, choices_of(o))
                       : fmt::format("    \"{} --{}\") _versoir_kind={} ;;\n", command, o.name,
                                     value_kind(o.name, o.value));
  return out;
}

/// The kinds of the arguments in order; the last one is that of those which follow.
std::string argument_kinds(const CommandDef& c) {
  std::string out;
  for (const auto& a : c.arguments)
    out += fmt::format("{}{}", out.empty() ? "" : " ", value_kind("", a.name));
  return out.empty() ? "none" : out;
}

std::string command_cases() {
  std::string out;
  for (const auto& c : commands())
    out += fmt::format("    '{}') _versoir_options='{}' _versoir_arguments='{}' ;;\n", c.name,
                       option_words(c.options), argument_kinds(c));
  return out;
}

std::string group_cases() {
  std::set<std::string> groups;
  for (const auto& c : commands())
    if (const std::string_view name = c.name; name.find(' ') != std::string_view::npos)
      groups.emplace(name.substr(0, name.find(' ')));
  std::string out;
  for (const auto& group : groups) {
    std::string words;
    for (const auto& c : commands())
      if (std::string_view(c.name).starts_with(group + " "))
        words += fmt::format("{}{}", words.empty() ? "" : " ", c.name + group.size() + 1);
    out += fmt::format("    {}) _versoir_words='{}' ;;\n", group, words);
  }
  return out;
}

std::string first_words() {
  std::string out;
  std::set<std::string_view> seen;
  for (const auto& c : commands()) {
    const std::string_view name = c.name;
    const auto word = name.substr(0, name.find(' '));
    if (seen.insert(word).second) out += fmt::format("{}{}", out.empty() ? "" : " ", word);
  }
  return out + " help";
}

std::string globals_with_value() {
  std::string out;
  for (const auto& o : global_options())
    if (o.value) out += fmt::format("{}--{}", out.empty() ? "" : "|", o.name);
  return out;
}

constexpr std::string_view script_body = R"bash(
# _versoir_among PREFIX WORD...: the words that begin so. Not compgen -W, which would expand what a file says.
_versoir_among() {
  local prefix=$1 word
  shift
  for word in "$@"; do
    if [[ $word == "$prefix"* ]]; then COMPREPLY+=("$word"); fi
  done
}

# _versoir_files PREFIX [SUFFIX]: files that end so, and folders.
_versoir_files() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do
    if [[ -d $name || $name == *"${2-}" ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$1")
}

_versoir_folders() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -d -- "$1")
}

# _versoir_versements WORKSPACE PREFIX
_versoir_versements() {
  local plan name
  for plan in "$1"/versements/*/plan.json; do
    if [[ -e $plan ]]; then
      name=${plan%/plan.json}
      _versoir_among "$2" "${name##*/}"
    fi
  done
}

# _versoir_platforms WORKSPACE PREFIX
_versoir_platforms() {
  local line
  if [[ -r $1/versoir.conf ]]; then
    while IFS= read -r line; do
      if [[ $line =~ ^\[platform\.([A-Za-z0-9_.-]+)\] ]]; then _versoir_among "$2" "${BASH_REMATCH[1]}"; fi
    done <"$1/versoir.conf"
  fi
}

# _versoir_complete KIND WORKSPACE PREFIX
_versoir_complete() {
  case $1 in
    words) local IFS=' '; _versoir_among "$3" $_versoir_words ;;
    file) _versoir_files "$3" ;;
    folder) _versoir_folders "$3" ;;
    extract) _versoir_files "$3" .extract ;;
    versement) _versoir_versements "$2" "$3" ;;
    sip) _versoir_versements "$2" "$3"; _versoir_files "$3" .zip ;;
    platform) _versoir_platforms "$2" "$3" ;;
    source)
      compopt -o nospace 2>/dev/null
      _versoir_among "$3" sqlite: postgresql: odbc: csv: siard: ;;
  esac
}

_versoir() {
  local _versoir_options= _versoir_arguments=none _versoir_words= _versoir_kind=none
  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local verb= workspace=. word i arguments=0
  COMPREPLY=()
  # bash cuts words at = and : (--lang=fr, sqlite:FILE).
  if [[ $cur == "=" || $cur == ":" ]]; then
    [[ $cur == ":" ]] && { _versoir_files ""; return; }
    cur=
  elif [[ $previous == ":" ]]; then
    _versoir_files "$cur"
    return
  elif [[ $previous == "=" ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ $word == --workspace ]]; then
      workspace=${COMP_WORDS[i+1]}
      if [[ $workspace == "=" ]]; then workspace=${COMP_WORDS[i+2]}; fi
    fi
    case $word in
      @GLOBALS_WITH_VALUE@)
        ((++i))
        if [[ ${COMP_WORDS[i]} == "=" ]]; then ((++i)); fi ;;
      -*)
        if [[ -n $verb ]]; then
          _versoir_kind=none
          _versoir_value "$verb" "$word"
          if [[ $_versoir_takes_value == yes ]]; then
            ((++i))
            if [[ ${COMP_WORDS[i]} == "=" ]]; then ((++i)); fi
          fi
        fi ;;
      help) ;;
      *)
        _versoir_words=
        if [[ -z $verb ]]; then
          verb=$word
        elif _versoir_group "$verb" && [[ $verb != *" "* ]]; then
          verb="$verb $word"
        elif [[ $word != : && ${COMP_WORDS[i-1]} != : ]]; then
          ((++arguments))
        fi ;;
    esac
  done
  _versoir_kind=none
  _versoir_words=
  _versoir_value "$verb" "$previous"
  if [[ $_versoir_takes_value == yes ]]; then
    _versoir_complete "$_versoir_kind" "${workspace:-.}" "$cur"
    return
  fi
  if [[ -z $verb ]]; then
    local IFS=' '
    if [[ $cur == -* ]]; then
      _versoir_among "$cur" $_versoir_globals
    else
      _versoir_among "$cur" $_versoir_first_words
    fi
    return
  fi
  if _versoir_group "$verb"; then
    _versoir_complete words . "$cur"
    return
  fi
  _versoir_command "$verb"
  local IFS=' '
  if [[ $cur == -* ]]; then
    _versoir_among "$cur" $_versoir_options $_versoir_globals
    return
  fi
  local kinds=($_versoir_arguments)
  if ((arguments >= ${#kinds[@]})); then arguments=$((${#kinds[@]} - 1)); fi
  unset IFS
  _versoir_complete "${kinds[arguments]}" "${workspace:-.}" "$cur"
}
complete -F _versoir versoir
)bash";

std::string with_globals(std::string_view body) {
  constexpr std::string_view place = "@GLOBALS_WITH_VALUE@";
  std::string out(body);
  return out.replace(out.find(place), place.size(), globals_with_value());
}

}  // namespace

std::string bash_completion() {
  std::string out = "# bash completion of versoir. Made by versoir completion: do not edit.\n";
  out += fmt::format("_versoir_first_words='{}'\n_versoir_globals='{}'\n", first_words(),
                     option_words(global_options()));
  out +=
      "\n# _versoir_command COMMAND: its options, and what its arguments are.\n_versoir_command() {\n  case "
      "$1 in\n" +
      command_cases() + "  esac\n}\n";
  out +=
      "\n# _versoir_group WORD: whether commands of two words begin so, and their second words.\n"
      "_versoir_group() {\n  case $1 in\n" +
      group_cases() + "    *) return 1 ;;\n  esac\n}\n";
  out +=
      "\n# _versoir_value COMMAND OPTION: what the value of the option is.\n_versoir_value() {\n"
      "  _versoir_takes_value=yes\n  case \"$1 $2\" in\n";
  for (const auto& c : commands()) out += value_cases(c.name, c.options);
  for (const auto& o : global_options())
    if (o.value)
      out += o.choices
                 ? fmt::format("    *\" --{}\") _versoir_kind=words _versoir_words='{}' ;;\n", o.name,
                               choices_of(o))
                 : fmt::format("    *\" --{}\") _versoir_kind={} ;;\n", o.name, value_kind(o.name, o.value));
  out += "    *) _versoir_takes_value=no ;;\n  esac\n}\n";
  return out + with_globals(script_body);
}

}  // namespace versoir::cli

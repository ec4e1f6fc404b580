// Manual pages, man(7), from the table of commands: what --help says cannot differ from what they say.
#include "cli/manual.hpp"

#include "cli/context.hpp"
#include "core/config.hpp"
#include "core/i18n.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace versoir::cli {

using core::tr;

namespace {

std::string page_head(std::string_view name, int section) {
  return fmt::format(".\\\" Made by versoir manual: do not edit.\n.TH {} {} {} \"versoir {}\" Versoir\n",
                     roff_text(core::ascii_upper(name)), section, program_date(), program_version());
}

std::string section_title(const std::string& title) { return fmt::format(".SH {}\n", roff_text(title)); }

/// A sentence that begins a paragraph, as summaries do not.
std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

std::string paragraph(const std::string& text) { return fmt::format(".PP\n{}\n", roff_text(text)); }

std::string tagged(const std::string& tag, const std::string& text) {
  return fmt::format(".TP\n{}\n{}\n", tag, roff_text(text));
}

std::string option_tag(const OptionDef& o) {
  auto tag = fmt::format("\\fB{}\\fR", roff_text(std::string("--") + o.name));
  if (o.value) tag += fmt::format(" \\fI{}\\fR", roff_text(tr(o.value)));
  return tag;
}

std::string option_entries(std::span<const OptionDef> list) {
  std::string out;
  for (const auto& o : list) out += tagged(option_tag(o), option_text(o));
  return out;
}

std::string synopsis(const CommandDef& c) {
  std::string out = fmt::format("\\fBversoir {}\\fR", roff_text(c.name));
  for (const auto& a : c.arguments) {
    auto name = fmt::format("\\fI{}\\fR", roff_text(tr(a.name)));
    if (a.repeat) name += roff_text("…");
    out += a.required ? " " + name : fmt::format(" [{}]", name);
  }
  return fmt::format("{} [\\fI{}\\fR]\n", out, roff_text(tr("OPTIONS")));
}

std::string verbatim(const std::string& text) {
  return fmt::format(".RS 4\n.nf\n{}\n.fi\n.RE\n", roff_text(text));
}

std::string exit_entries(const std::vector<core::ExitCode>& codes) {
  std::string out;
  for (const auto& code : codes)
    out += tagged(fmt::format("\\fB{}\\fR", static_cast<int>(code.code)), tr(code.description.data()));
  return out;
}

std::string file_entries() {
  const std::pair<const char*, std::string> files[] = {
      {"versoir.conf", tr("configuration of the workspace, see versoir.conf(5)")},
      {"APPLICATION.extract", tr("copy of a database, its seal beside it")},
      {"versements/ID/", tr("plan, lists, report, visas and lots of a versement")},
      {"journal-NODE.jsonl", tr("who did what, each line bound to the one before")},
      {"journal-NODE.jsonl.part-N", tr("what the journal held before it grew large: never removed")},
      {"share/versoir/profiles/", tr("profiles shipped with the program; a folder profiles/ of the workspace "
                                     "comes first")},
  };
  std::string out;
  for (const auto& [name, text] : files) out += tagged(fmt::format("\\fI{}\\fR", roff_text(name)), text);
  return out;
}

std::string reference(const std::string& page, int section) {
  return fmt::format("\\fB{}\\fR({})", roff_text(page), section);
}

/// The program, the configuration, and the commands of the same group.
std::string see_also(const CommandDef& command) {
  std::string out = reference("versoir", 1) + ", " + reference("versoir.conf", 5);
  const std::string_view name = command.name;
  const auto group = name.substr(0, name.find(' '));
  for (const auto& other : commands()) {
    const std::string_view theirs = other.name;
    if (group != name && theirs != name && theirs.starts_with(std::string(group) + " "))
      out += ", " + reference(manual_name(other), 1);
  }
  return out + "\n";
}

std::string environment_entries() {
  const std::pair<const char*, std::string> variables[] = {
      {"LANGUAGE, LC_ALL, LC_MESSAGES, LANG", tr("language of the messages, when --lang does not say")},
      {"VERSOIR_PROFILES", tr("folder where profiles are looked up, after that of the workspace")},
      {"VERSOIR_LOCALEDIR", tr("folder of the catalogues of messages")},
      {"TERM", tr("no progress line on a terminal that is named dumb")},
  };
  std::string out;
  for (const auto& [name, text] : variables) out += tagged(fmt::format("\\fB{}\\fR", roff_text(name)), text);
  return out;
}

std::string key_entry(const core::ConfigKey& key) {
  std::string text = key.description.empty() ? std::string() : tr(key.description.data());
  if (!key.fallback.empty()) text += fmt::format(" [{}]", key.fallback);
  const auto name = key.key == "*" ? fmt::format("\\fI{}\\fR", roff_text(tr("KEY")))
                                   : fmt::format("\\fB{}\\fR", roff_text(key.key));
  return tagged(name, text);
}

}  // namespace

std::string roff_text(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '"':
        out += "\\(dq";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string manual_name(const CommandDef& command) {
  std::string name = std::string("versoir-") + command.name;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string manual_page(const CommandDef& c) {
  const auto name = manual_name(c);
  auto out = page_head(name, 1);
  out += section_title(tr("NAME")) + fmt::format("{} \\- {}\n", roff_text(name), roff_text(tr(c.summary)));
  out += section_title(tr("SYNOPSIS")) + synopsis(c);
  out += section_title(tr("DESCRIPTION")) + roff_text(sentence(tr(c.summary))) + "\n";
  if (c.details[0] != '\0') out += paragraph(tr(c.details));
  if (!c.arguments.empty()) {
    out += section_title(tr("ARGUMENTS"));
    for (const auto& a : c.arguments)
      out += tagged(fmt::format("\\fI{}\\fR", roff_text(tr(a.name))), tr(a.help));
  }
  out += section_title(tr("OPTIONS")) + option_entries(c.options);
  out +=
      fmt::format(".SS {}\n", roff_text(tr("Options of every command"))) + option_entries(global_options());
  out += section_title(tr("EXAMPLES")) + verbatim(c.example);
  out += section_title(tr("EXIT STATUS")) + exit_entries(exit_codes_of(c));
  out += section_title(tr("FILES")) + file_entries();
  return out + section_title(tr("SEE ALSO")) + see_also(c);
}

std::string manual_program() {
  auto out = page_head("versoir", 1);
  const auto what =
      tr("Versoir: from a retiring application to the archive, and to decades of consultation.");
  out +=
      section_title(tr("NAME")) +
      fmt::format("versoir \\- {}\n", roff_text(tr("archive and consult the data of a retired application")));
  out += section_title(tr("SYNOPSIS")) +
         fmt::format("\\fBversoir\\fR \\fI{}\\fR\n", roff_text(tr("COMMAND [ARGUMENTS] [OPTIONS]")));
  out +=
      section_title(tr("DESCRIPTION")) + roff_text(what) + "\n" +
      paragraph(tr("Each command has its page, and versoir COMMAND --help says the same in short. State is "
                   "what the files of the workspace hold; nothing reaches the platform without the "
                   "archivist's signature."));
  out += section_title(tr("COMMANDS"));
  for (const auto& c : commands()) out += tagged(fmt::format("\\fB{}\\fR", roff_text(c.name)), tr(c.summary));
  out += section_title(tr("OPTIONS")) + option_entries(global_options());
  out += section_title(tr("EXAMPLES")) + verbatim("versoir init --workspace decommission\nversoir help plan");
  out += section_title(tr("EXIT STATUS")) + exit_entries({core::exit_codes.begin(), core::exit_codes.end()});
  out += section_title(tr("ENVIRONMENT")) + environment_entries();
  out += section_title(tr("FILES")) + file_entries();
  out += section_title(tr("SEE ALSO")) + reference("versoir.conf", 5);
  for (const auto& c : commands()) out += ", " + reference(manual_name(c), 1);
  return out + "\n";
}

std::string manual_config() {
  auto out = page_head("versoir.conf", 5);
  out += section_title(tr("NAME")) +
         fmt::format("versoir.conf \\- {}\n", roff_text(tr("configuration of a workspace of Versoir")));
  out += section_title(tr("DESCRIPTION")) +
         roff_text(tr("Named sections of lines key = value, in UTF-8. Lines that begin with # or ; are "
                      "comments; an unknown section or key is an error. Paths are relative to the folder of "
                      "the file. In [name.*], the star is a name that you choose.")) +
         "\n" + section_title(tr("SECTIONS"));
  std::string_view section;
  for (const auto& key : core::config_keys()) {
    if (key.section != section) {
      section = key.section;
      out += fmt::format(".SS [{}]\n", roff_text(section));
    }
    out += key_entry(key);
  }
  out += section_title(tr("EXAMPLES")) +
         verbatim(
             "[establishment]\nname = Université de Saint-Aubin\n\n[signing.producer]\n"
             "certificate = pki/producer.pem\nkey = pki/producer.key");
  return out + section_title(tr("SEE ALSO")) + reference("versoir", 1) + ", " + reference("versoir-init", 1) +
         "\n";
}

}  // namespace versoir::cli

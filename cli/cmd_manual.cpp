// versoir manual, versoir completion: what the package installs, for whoever installs by hand too.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/manual.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/i18n.hpp"

#include <cstdio>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// Roff and scripts go out as they are: the console would take their escapes for those of a terminal.
void print_bytes(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

/// man looks for translated pages in a folder named by their language, and for English ones beside it.
fs::path page_folder(const fs::path& root, int section) {
  const auto language = core::language_tag();
  return (language == "en" ? root : root / language) / ("man" + std::to_string(section));
}

int write_pages(Context& c, const fs::path& root) {
  std::size_t written = 1;
  for (const int section : {1, 5}) {
    std::error_code failed;  // a folder that cannot be made is told with the first file in it
    fs::create_directories(page_folder(root, section), failed);
  }
  const auto pages = page_folder(root, 1);
  core::write_file(pages / "versoir.1", manual_program());
  for (const auto& command : commands()) {
    core::write_file(pages / (manual_name(command) + ".1"), manual_page(command));
    ++written;
  }
  core::write_file(page_folder(root, 5) / "versoir.conf.5", manual_config());
  ++written;
  c.out.say(
      core::nmsg("{0} page of the manual is written.", "{0} pages of the manual are written.", written));
  c.out.summary({{"pages", written}, {"folder", root.string()}});
  return 0;
}

/// "consult search", "versoir-consult-search": as --help names commands, as man names pages.
std::string page_asked(Context& c) {
  std::string name;
  for (const auto& word : c.words.list("PAGE")) name += (name.empty() ? "" : " ") + word;
  if (name.empty() || name == "versoir") return manual_program();
  if (name == "versoir.conf") return manual_config();
  for (const auto& command : commands())
    if (name == command.name || name == manual_name(command)) return manual_page(command);
  throw Error(Exit::usage, msg("There is no page {0} in the manual.", name))
      .hint(msg("versoir --help lists the commands."));
}

int run_manual(Context& c) {
  const auto folder = c.words.find("write");
  if (folder && !c.words.list("PAGE").empty())
    throw Error(Exit::usage, msg("--write writes every page: name none."));
  if (folder) return write_pages(c, *folder);
  print_bytes(page_asked(c));
  return 0;
}

int run_completion(Context&) {
  print_bytes(bash_completion());
  return 0;
}

}  // namespace

std::vector<CommandDef> manual_commands() {
  return {
      {.name = "manual",
       .summary = mark("print a page of the manual, to read with man -l -"),
       .details = mark("Pages are made from the same table as --help, in the language of the messages. The "
                       "package installs them; --write is for other ways to install."),
       .example = "versoir manual plan",
       .arguments = {{mark("PAGE"), mark("a command, versoir or versoir.conf (default: versoir)"), false,
                      true}},
       .options =
           {{"write", mark("DIR"),
             mark("write every page under this folder, as man looks for them, instead of printing one")}},
       .exits = {},
       .run = run_manual},
      {.name = "completion",
       .summary = mark("print the script that completes command lines in bash"),
       .details = mark("The package installs it; by hand, write it to a file that your shell reads."),
       .example = "versoir completion",
       .arguments = {},
       .options = {},
       .exits = {},
       .run = run_completion}};
}

}  // namespace versoir::cli

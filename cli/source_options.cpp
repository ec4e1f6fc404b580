// The options of the commands that read a source.
#include "cli/source_options.hpp"

#include "cli/secret.hpp"
#include "core/error.hpp"
#include "profiles/loader.hpp"

#include <pwd.h>
#include <unistd.h>

namespace versoir::cli {

std::vector<OptionDef> source_options() {
  return {
      {"application", mark("PROFILE"), mark("profile: its name (apogee, harpege) or its folder"), "apogee"},
      {"schema", mark("NAME"), mark("owner of the tables in the source (default: the profile's)")},
      {"decisions", mark("FILE"),
       mark("decisions on what the profile does not know (default: decisions-<application>.csv in the "
            "workspace)")},
      {"password-file", mark("FILE"),
       mark("file of mode 0600 whose first line is the password of the source")},
      {"password-command", mark("COMMAND"), mark("shell command that prints the password of the source")},
      {"ask-password", nullptr, mark("ask the password of the source on the terminal")},
      {"statement-timeout", mark("SECONDS"),
       mark("give up a statement of the source after that long; 0 = never"), "0"},
      {"lock-timeout", mark("SECONDS"), mark("how long a table that someone locks is waited for"), "30"},
      {"fetch-rows", mark("N"), mark("rows per fetch, where the driver fetches blocks; 0 = by memory"), "0"},
  };
}

std::vector<OptionDef> copy_option_table() {
  return {
      {"output", mark("FILE"), mark("where to write (default: <application>.extract in the workspace)")},
      {"final", nullptr,
       mark("the extract that is transferred: everything is decided, and a second look finds the same rows")},
      {"readers", mark("N"), mark("tables read at once, where the source allows it"), "2"},
      {"throttle", mark("ROWS"), mark("rows a second, at most; 0 = as fast as it goes"), "0"},
      {"window", mark("HH:MM-HH:MM"),
       mark("hours in which the source may be read; the copy stops when they end")},
      {"days", mark("DAYS"), mark("days of the window: mon-fri, or sat,sun (lun-ven, sam,dim)")},
  };
}

profiles::Application chosen_profile(Context& c) {
  const auto folders = c.profile_folders();
  const auto profile = profiles::find_profile(c.words.get("application"), folders);
  return profiles::load_completed(profile, profiles::find_local(profile, folders));
}

OpenedSource open_source(Context& c, const std::string& text, const profiles::Application& profile) {
  OpenedSource out{extract::parse_source(text), {}, nullptr};
  out.access.schema = c.words.has("schema") ? c.words.get("schema") : profile.schema;
  out.access.statement_timeout = static_cast<int>(c.words.integer("statement-timeout", 0, 86'400));
  out.access.lock_timeout = static_cast<int>(c.words.integer("lock-timeout", 1, 86'400));
  out.access.fetch_rows = static_cast<std::size_t>(c.words.integer("fetch-rows", 0, 100'000));
  out.access.password = secret(c);
  out.source = extract::open_source(out.uri, out.access);
  return out;
}

std::filesystem::path decision_file(Context& c, const profiles::Application& profile, bool must_exist) {
  if (const auto given = c.words.find("decisions")) {
    auto file = c.input(*given);
    std::error_code ec;
    if (must_exist && !std::filesystem::exists(file, ec))
      throw core::Error(core::Exit::usage, core::msg("The decision file {0} does not exist.", file.string()))
          .hint(core::msg("versoir inspect with the same --decisions makes it."));
    return file;
  }
  return c.in_workspace("decisions-" + profile.id + ".csv");
}

std::string account_name() {
  passwd record{};
  passwd* found = nullptr;
  std::string buffer(4096, '\0');
  if (::getpwuid_r(::geteuid(), &record, buffer.data(), buffer.size(), &found) == 0 && found)
    return found->pw_name;
  return std::to_string(::geteuid());
}

std::string host_name() {
  std::string name(256, '\0');
  if (::gethostname(name.data(), name.size()) != 0) return "";
  name.resize(name.find('\0'));
  return name;
}

}  // namespace versoir::cli

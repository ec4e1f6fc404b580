// The options of the commands that read a source.
#include "cli/source_options.hpp"

#include "cli/secret.hpp"
#include "profiles/loader.hpp"

#include <pwd.h>
#include <unistd.h>

namespace versoir::cli {

std::vector<OptionDef> source_options() {
  return {
      {"application", "PROFILE", mark("profile: its name (apogee, harpege) or its folder"), "apogee"},
      {"schema", "NAME", mark("owner of the tables in the source (default: the profile's)")},
      {"decisions", "FILE",
       mark("decisions on what the profile does not know (default: decisions-<application>.csv in the "
            "workspace)")},
      {"password-file", "FILE", mark("file of mode 0600 whose first line is the password of the source")},
      {"password-command", "COMMAND", mark("shell command that prints the password of the source")},
      {"ask-password", nullptr, mark("ask the password of the source on the terminal")},
      {"statement-timeout", "SECONDS", mark("give up a statement of the source after that long; 0 = never"),
       "0"},
      {"lock-timeout", "SECONDS", mark("how long a table that someone locks is waited for"), "30"},
      {"fetch-rows", "N", mark("rows per fetch, where the driver fetches blocks; 0 = by memory"), "0"},
  };
}

profiles::Application chosen_profile(Context& c) {
  return profiles::load(profiles::find_profile(c.words.get("application"), c.profile_folders()));
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

std::filesystem::path decision_file(Context& c, const profiles::Application& profile) {
  if (const auto given = c.words.find("decisions")) return c.input(*given);
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

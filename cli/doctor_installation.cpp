// versoir doctor: what was installed, and the machine.
#include "cli/doctor.hpp"
#include "core/clock_state.hpp"
#include "core/display.hpp"
#include "core/i18n.hpp"
#include "core/locale_folder.hpp"
#include "core/sqlite.hpp"
#include "extract/odbc_drivers.hpp"
#include "paper/pdf.hpp"
#include "profiles/loader.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <langinfo.h>
#include <string_view>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::msg;

namespace {

void look_at_messages(Diagnoses& found) {
  std::error_code ec;
  const auto catalogue = core::locale_folder() / "fr" / "LC_MESSAGES" / "versoir.mo";
  if (fs::is_regular_file(catalogue, ec))
    found.push_back(good("messages", msg("French messages: {0}", catalogue.lexically_normal().string())));
  else
    found.push_back(doubtful("messages",
                             msg("There are no French messages: {0} is missing.", catalogue.string()),
                             msg("Install the program whole (cmake --install, or the package), or name the "
                                 "folder of the catalogues in VERSOIR_LOCALEDIR.")));
  const std::string_view charset = nl_langinfo(CODESET);
  if (charset == "UTF-8")
    found.push_back(good("charset", msg("The terminal is said to be in UTF-8.")));
  else
    found.push_back(doubtful("charset",
                             msg("The terminal is said to be in {0}: accents may be lost.", charset),
                             msg("Set LC_ALL=C.UTF-8 in the environment, which every Debian 12 has.")));
}

/// The dictionary, the grammars and every query, without any extract.
void try_profile(const fs::path& folder, Diagnoses& found) {
  const auto name = folder.filename().string();
  const auto check = "profile " + name;
  try {
    const auto profile = profiles::load(folder);
    const auto defects = profiles::check_queries(profile);
    if (defects.empty())
      found.push_back(good(check, msg("Profile {0}: {1}", name, folder.lexically_normal().string())));
    else
      found.push_back(broken(check, Exit::profile_invalid,
                             msg("Profile {0}: {1}", name, defects.front().message.text()),
                             msg("Correct {0}, or install the program again.", folder.string())));
  } catch (const core::Error& e) {
    found.push_back(broken(check, e));
  }
}

void look_at_profiles(Context& c, Diagnoses& found) {
  std::vector<std::string> seen;  // the first folder that has a profile of a name is the one that is used
  for (const auto& folder : c.profile_folders()) {
    std::error_code ec;
    std::vector<fs::path> names;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec))
      if (std::error_code missing; fs::exists(it->path() / "tables.xml", missing))
        names.push_back(it->path());
    std::sort(names.begin(), names.end());
    for (const auto& path : names)
      if (std::find(seen.begin(), seen.end(), path.filename().string()) == seen.end()) {
        seen.push_back(path.filename().string());
        try_profile(path, found);
      }
  }
  if (seen.empty())
    found.push_back(broken("profiles", Exit::profile_invalid, msg("No profile is found beside the program."),
                           msg("Install the program whole (cmake --install, or the package), or name the "
                               "folder of the profiles in VERSOIR_PROFILES.")));
}

void look_at_sqlite(Diagnoses& found) {
  try {
    auto db = core::Database::memory();
    db.exec("CREATE TABLE strict_one (a INTEGER) STRICT; CREATE VIRTUAL TABLE searched USING fts5(a);");
    found.push_back(good("sqlite", msg("SQLite has strict tables and full-text search.")));
  } catch (const core::Error& e) {
    found.push_back(broken("sqlite", e));
  }
}

void look_at_drivers(Diagnoses& found) {
  const auto drivers = extract::odbc_drivers();
  if (drivers.empty())
    found.push_back(good("odbc", msg("No ODBC driver is declared: Oracle would need one, the other sources "
                                     "do not.")));
  else
    found.push_back(good("odbc", msg("ODBC drivers: {0}", fmt::format("{}", fmt::join(drivers, ", ")))));
}

void look_at_fonts(Diagnoses& found) {
  const auto missing = paper::missing_fonts();
  if (missing.empty())
    found.push_back(good("fonts", msg("The fonts of papers are there.")));
  else
    found.push_back(doubtful("fonts", msg("A font of the papers is missing: {0}.", missing.front().string()),
                             msg("Install the package fonts-dejavu-core.")));
}

void look_at_clock(Context& c, Diagnoses& found) {
  if (core::format_instant(c.clock.now()).substr(0, 10) < program_date()) {
    found.push_back(broken("clock", Exit::configuration,
                           msg("The clock says {0}, before this version was released ({1}).",
                               core::show_instant(c.clock.now()), core::show_date(program_date())),
                           msg("Set the clock of the machine: visas, time-stamps and windows rest on it.")));
    return;
  }
  if (core::clock_state() != "synchronised")
    found.push_back(doubtful("clock", msg("The clock is not known to follow a time server."),
                             msg("Have the machine follow one (systemd-timesyncd, chrony), unless its host "
                                 "does that for it.")));
  else
    found.push_back(good("clock", msg("The clock says {0}.", core::show_instant(c.clock.now()))));
}

}  // namespace

void diagnose_installation(Context& c, Diagnoses& found) {
  found.push_back(good("version", msg("versoir {0}", program_version())));
  look_at_messages(found);
  look_at_profiles(c, found);
  look_at_sqlite(found);
  look_at_drivers(found);
  look_at_fonts(found);
  look_at_clock(c, found);
}

}  // namespace versoir::cli

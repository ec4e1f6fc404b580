// versoir doctor: is this installation whole, is this workspace ready, and what must be mended.
#include "cli/commands.hpp"
#include "cli/doctor.hpp"
#include "core/i18n.hpp"

#include <filesystem>
#include <utility>

namespace versoir::cli {

using core::Exit;
using core::msg;
using core::Severity;

Diagnosis good(std::string check, core::Message what) {
  return {std::move(check), Severity::info, std::move(what), {}, Exit::ok};
}

Diagnosis doubtful(std::string check, core::Message what, core::Message remedy) {
  return {std::move(check), Severity::warning, std::move(what), std::move(remedy), Exit::ok};
}

Diagnosis broken(std::string check, Exit code, core::Message what, core::Message remedy) {
  return {std::move(check), Severity::error, std::move(what), std::move(remedy), code};
}

Diagnosis broken(std::string check, const core::Error& e) {
  return {std::move(check), Severity::error, e.causes().empty() ? e.message() : e.causes().front(),
          e.hints().empty() ? core::Message() : e.hints().front(), e.code()};
}

namespace {

std::string state_word(Severity severity) {
  if (severity == Severity::info) return core::tr("good");
  return severity == Severity::warning ? core::tr("to look at") : core::tr("to mend");
}

void show_diagnoses(Context& c, const Diagnoses& found) {
  static constexpr const char* names[] = {"good", "warning", "error"};
  std::vector<std::vector<std::string>> rows;
  for (const auto& d : found) {
    rows.push_back({state_word(d.severity), d.check, d.what.text()});
    c.out.event("check", {{"check", d.check},
                          {"state", names[static_cast<int>(d.severity)]},
                          {"message", d.what.english()},
                          {"remedy", d.remedy.english()}});
  }
  c.out.table({core::tr("state"), core::tr("check"), core::tr("what was seen")}, rows);
  for (const auto& d : found)
    if (!d.remedy.empty()) c.out.result(msg("→ {0}: {1}", d.check, d.remedy.text()));
}

int run_doctor(Context& c) {
  Diagnoses found;
  diagnose_installation(c, found);
  diagnose_workspace(c, found);
  if (std::error_code ec; c.words.has("online") && std::filesystem::exists(c.config_file(), ec))
    diagnose_timestamp(c, found);
  show_diagnoses(c, found);
  std::size_t doubts = 0, faults = 0;
  Exit code = Exit::ok;
  for (const auto& d : found) {
    doubts += d.severity == Severity::warning ? 1 : 0;
    if (d.severity == Severity::error && faults++ == 0) code = d.code;
  }
  if (faults > 0)
    c.out.result(core::nmsg("{0} point must be mended.", "{0} points must be mended.", faults));
  else if (doubts > 0)
    c.out.result(core::nmsg("Nothing prevents the work; {0} point deserves a look.",
                            "Nothing prevents the work; {0} points deserve a look.", doubts));
  else
    c.out.result(msg("All is well."));
  c.out.summary({{"checks", found.size()}, {"warnings", doubts}, {"errors", faults}});
  return static_cast<int>(faults == 0 && doubts > 0 ? Exit::with_warnings : code);
}

}  // namespace

std::vector<CommandDef> doctor_commands() {
  return {
      {.name = "doctor",
       .summary = mark("check the installation and the workspace, and say what to mend"),
       .details = mark("Messages, profiles, ODBC drivers, clock; then the configuration, the keys and "
                       "their permissions, trust anchors, room on the disk, and whether this version reads "
                       "the files that are there. Nothing is written and no key is opened. The exit code "
                       "is that of the first point to mend."),
       .example = "versoir doctor",
       .arguments = {},
       .options = {{"online", nullptr, mark("also ask the time-stamping authority for a token")}},
       .exits = {Exit::with_warnings, Exit::configuration, Exit::profile_invalid, Exit::extract_invalid,
                 Exit::lot_state, Exit::signing, Exit::disk},
       .run = run_doctor}};
}

}  // namespace versoir::cli

// What versoir doctor looks at, each check apart from how it is shown.
#pragma once
#include "cli/context.hpp"
#include "core/error.hpp"

#include <string>
#include <vector>

namespace versoir::cli {

/// The outcome of one check: info is good, warning works but deserves a look, error must be mended.
struct Diagnosis {
  std::string check;  ///< stable identifier, in --json
  core::Severity severity = core::Severity::info;
  core::Message what;
  core::Message remedy;              ///< what to do; empty when all is well
  core::Exit code = core::Exit::ok;  ///< of an error
};
using Diagnoses = std::vector<Diagnosis>;

[[nodiscard]] Diagnosis good(std::string check, core::Message what);
[[nodiscard]] Diagnosis doubtful(std::string check, core::Message what, core::Message remedy);
[[nodiscard]] Diagnosis broken(std::string check, core::Exit code, core::Message what, core::Message remedy);
/// What another part of the program refused, with its first advice.
[[nodiscard]] Diagnosis broken(std::string check, const core::Error& e);

/// Messages, charset, profiles and their queries, SQLite, ODBC drivers, fonts, clock: whatever the workspace.
void diagnose_installation(Context& c, Diagnoses& found);
/// Configuration, keys, trust, room on the disk, and whether this program reads the files that are there.
/// No key is loaded: nobody is asked for a PIN.
void diagnose_workspace(Context& c, Diagnoses& found);
/// Asks the time-stamping authority for a token over fixed bytes.
void diagnose_timestamp(Context& c, Diagnoses& found);

}  // namespace versoir::cli

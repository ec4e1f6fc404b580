// The files of versoir vitam, each with its commands. Private to cmd_vitam.cpp.
#pragma once
#include "cli/command.hpp"

#include <vector>

namespace versoir::cli {

std::vector<CommandDef> vitam_units_commands();    ///< units, unit
std::vector<CommandDef> vitam_fetch_commands();    ///< object, dip
std::vector<CommandDef> vitam_log_commands();      ///< register, logbook, operations
std::vector<CommandDef> vitam_compare_commands();  ///< compare
std::vector<CommandDef> vitam_qualify_commands();  ///< qualify

}  // namespace versoir::cli

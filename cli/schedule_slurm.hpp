// Array jobs of Slurm: the shards of a build, and a list of extracts.
#pragma once
#include "cli/context.hpp"

#include <vector>

namespace versoir::cli {

/// --slurm and what goes with it.
[[nodiscard]] std::vector<OptionDef> slurm_options();
/// Writes the job that --build or --extracts asks for. `handed_on`: the options of extract that a column of
/// the list may give.
[[nodiscard]] int write_slurm_job(Context& c, const std::vector<OptionDef>& handed_on);

}  // namespace versoir::cli

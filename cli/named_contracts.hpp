// The ingest contracts that a configuration speaks of.
#pragma once
#include "cli/context.hpp"

#include <set>
#include <string>

namespace versoir::cli {

/// Those of every archive profile that the configuration names, and the platform's own.
[[nodiscard]] std::set<std::string> named_contracts(Context& c, const std::string& platform);

}  // namespace versoir::cli

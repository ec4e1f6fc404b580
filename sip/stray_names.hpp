// Names in versoir.conf that follow profiles (rules, archive profiles) and that no profile has: a decision
// under a misspelt name would silently be none.
#pragma once
#include "core/config.hpp"
#include "core/error.hpp"
#include "profiles/model.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace versoir::sip {

/// Codes of rules and ids of archive profiles that other applications know; asked only when there is a name
/// that this one does not have. Empty: no other application is known.
using NamesElsewhere = std::function<std::set<std::string>()>;

/// A warning for each name under [rules], [validation], [durations], [start.CODE], [tri.PROFILE], [attach],
/// [agreements], [html] and [files.PROFILE] that neither the application nor another one has, with the
/// nearest name where there is one.
[[nodiscard]] std::vector<core::Finding> stray_names(const core::Config& config,
                                                     const profiles::Application& app,
                                                     const NamesElsewhere& elsewhere);

}  // namespace versoir::sip

// What is looked at before a copy: all that would stop it, or make its seal worthless, at once.
#pragma once
#include "cli/context.hpp"
#include "core/error.hpp"
#include "extract/decisions.hpp"
#include "extract/source.hpp"
#include "profiles/model.hpp"

#include <filesystem>
#include <vector>

namespace versoir::cli {

/// What needs no source: the target, the key and certificate that will seal, by the rules with which `plan`
/// and `extract --verify` judge the seal later. `ask_tsa`: asks the time-stamping authority for a token too.
[[nodiscard]] std::vector<core::Finding> look_at_workspace(Context& c, const std::filesystem::path& target,
                                                           bool ask_tsa);

/// Copies nothing: shows all problems, volumes, and the time at the measured rate.
int dry_run(Context& c, const profiles::Application& profile, const std::vector<extract::Decision>& decisions,
            const std::filesystem::path& target);

/// Throws when the copy cannot begin, with everything that forbids it. What the profile takes and the source
/// lacks is left to the copy, which says it table by table.
void check_before(Context& c, extract::Source& source, const profiles::Application& profile,
                  const std::vector<extract::Decision>& decisions, const std::filesystem::path& target,
                  const std::vector<core::Finding>& known);

/// --if-needed: true when the extract is there, whole and sealed by a producer; nothing is left to do. Throws
/// when what is there is something else: it is never overwritten.
[[nodiscard]] bool already_made(Context& c, const profiles::Application& profile,
                                const std::filesystem::path& target);

}  // namespace versoir::cli

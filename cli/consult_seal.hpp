// What the commands of consultation share: whose seals count, one person from words.
#pragma once
#include "cli/context.hpp"
#include "consult/archive.hpp"
#include "consult/seal_state.hpp"

#include <string>
#include <utility>

namespace versoir::cli {

/// Judged as versoir.conf says; without [trust] anchors and roles, it is not judged.
[[nodiscard]] consult::SealState consult_seal(Context& c, extract::Extract& extract);
/// "etudiant:[12]" names a record; anything else is searched, and must give one person:
/// Error(Exit::not_found) shows those that match.
[[nodiscard]] std::pair<std::string, records::Key> find_one(Context& c, consult::Archive& archive,
                                                            const std::string& text);

}  // namespace versoir::cli

// What an earlier run of a copy left, and whether this one can go on from it.
#pragma once
#include "extract/copy.hpp"
#include "extract/matching.hpp"
#include "extract/writer.hpp"

#include <string>

namespace versoir::extract {

/// A clock that went backwards would date the rows of this session before those they follow:
/// Error(Exit::configuration). `last`: the last instant that an earlier run wrote, or "".
void check_clock(const core::Clock& clock, const std::string& last);
/// Drops what an earlier run copied and this source does not have any more.
void forget_what_is_gone(ExtractWriter& writer, const Matching& matching, CopyReport& report);
/// Where the copy of a table goes on, or begins: what an earlier run left of it, unless the table is another
/// one now, with other columns or another key.
[[nodiscard]] TableState state_to_go_on_from(ExtractWriter& writer, const TakenTable& table,
                                             const std::string& snapshot, CopyReport& report);

}  // namespace versoir::extract

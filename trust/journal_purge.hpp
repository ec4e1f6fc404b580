// Journals whose first lines may have been removed when their time came (Journal::purge_before).
#pragma once
#include "trust/journal.hpp"

#include <filesystem>

namespace versoir::trust {

/// As verify_journal(), for a journal that is kept for a time only: a first line that stands for removed ones
/// is taken when an event of the chain holds its digest. verify_journal() takes none: the journal of
/// versements keeps all its lines, and nobody may explain missing ones by such a line.
[[nodiscard]] JournalReport verify_purged_journal(const std::filesystem::path& file);

}  // namespace versoir::trust

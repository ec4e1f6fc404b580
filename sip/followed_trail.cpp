// See followed_trail.hpp.
#include "sip/followed_trail.hpp"

#include "core/error.hpp"
#include "core/json.hpp"

#include <algorithm>
#include <vector>

namespace versoir::sip {

using core::Json;

const JournalTrail& FollowedTrail::now() {
  if (take_new()) return trail_;
  // Another machine wrote down something that happened before what was taken already: in its order, then.
  journals_.clear();
  trail_ = {};
  last_ = {};
  static_cast<void>(take_new());
  return trail_;
}

/// False, and nothing taken, when a new line belongs before one that was taken earlier.
bool FollowedTrail::take_new() {
  std::vector<std::pair<Place, Json>> lines;
  const auto files = JournalTrail::files(workspace_);
  for (const auto& [file, journal] : journals_)
    if (std::ranges::find(files, file) == files.end())
      throw core::Error(core::Exit::journal_broken,
                        core::msg("The journal {0} has disappeared.", file.string()));
  std::size_t number = 0;
  for (const auto& file : files) {
    auto& journal = journals_.try_emplace(file, Journal{trust::JournalFollower(file)}).first->second;
    journal.lines.read([&](const Json& line) {
      journal.latest = std::max(journal.latest, core::text_of(line, "ts"));
      // Alone, a journal is in its order: nothing is held back, however long it is.
      if (files.size() == 1) {
        if (JournalTrail::counts(line)) trail_.take(line);
        last_ = {journal.latest, number};
        return;
      }
      if (JournalTrail::counts(line)) lines.emplace_back(Place{journal.latest, number}, line);
    });
    ++number;
  }
  std::ranges::stable_sort(lines, {}, [](const auto& line) -> const Place& { return line.first; });
  if (lines.empty()) return true;
  if (lines.front().first < last_) return false;
  for (const auto& [place, line] : lines) trail_.take(line);
  last_ = lines.back().first;
  return true;
}

}  // namespace versoir::sip

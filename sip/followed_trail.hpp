// The trail of journals that go on being written while a command works.
#pragma once
#include "sip/journal_trail.hpp"
#include "trust/journal_follower.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

namespace versoir::sip {

/// Reads every journal of a workspace once, then what is added to them: a question costs what was written
/// since the last one, however long the journals are.
class FollowedTrail {
 public:
  explicit FollowedTrail(std::filesystem::path workspace) : workspace_(std::move(workspace)) {}
  /// As JournalTrail::read() gives it now; the reference holds until the next call. Each line must follow the
  /// one before it: Error(Exit::journal_broken).
  [[nodiscard]] const JournalTrail& now();

 private:
  struct Journal {
    trust::JournalFollower lines;
    std::string latest = {};  ///< instant of its lines so far, as JournalTrail::read() orders them
  };
  /// Where a line stands among those of all journals: its instant, then its journal.
  using Place = std::pair<std::string, std::size_t>;
  [[nodiscard]] bool take_new();

  std::filesystem::path workspace_;
  std::map<std::filesystem::path, Journal> journals_;
  JournalTrail trail_;
  Place last_;
};

}  // namespace versoir::sip

// Reading on where the last reading of a journal ended.
#pragma once
#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <memory>

namespace versoir::trust {

/// A journal that goes on being written while it is read. What was read is not read again: lines that are
/// changed behind its back are found by verify_journal(), not here.
class JournalFollower {
 public:
  explicit JournalFollower(std::filesystem::path file);
  ~JournalFollower();
  JournalFollower(JournalFollower&&) noexcept;
  JournalFollower& operator=(JournalFollower&&) noexcept;
  /// Each whole line that came since the last call, in order. Error(Exit::journal_broken) when one does not
  /// follow the line before it, or when the file is another one or shorter than it was.
  void read(const std::function<void(const nlohmann::json&)>& visit);

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::trust

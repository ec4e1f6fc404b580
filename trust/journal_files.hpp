// The files of one journal, read as one: those that a rotation closed, then the one that is written. The
// chain goes through them without a break: a line is where it would be if there were one file.
#pragma once
#include "core/file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace versoir::trust {

/// Name of the k-th closed part of a journal: `<journal>.part-<k>`.
[[nodiscard]] std::filesystem::path journal_part(const std::filesystem::path& journal, int k);

class JournalFiles {
 public:
  /// What the name stands for now; or, with `current`, the file that the caller holds.
  explicit JournalFiles(const std::filesystem::path& file);
  JournalFiles(const std::filesystem::path& file, core::UniqueFd current);

  /// As pread(2) over all of them, 0 at the end. Throws Error(Exit::disk).
  [[nodiscard]] std::size_t read(char* to, std::size_t most, std::uint64_t at) const;
  /// Bytes of the closed parts: where the file that is written begins.
  [[nodiscard]] std::uint64_t closed_bytes() const noexcept { return closed_bytes_; }
  [[nodiscard]] int next_part() const noexcept { return next_part_; }
  [[nodiscard]] int current() const noexcept { return current_.get(); }
  /// One of them is this file.
  [[nodiscard]] bool holds(dev_t device, ino_t number) const;

 private:
  struct Part {
    core::UniqueFd fd;
    std::uint64_t begin = 0, size = 0;
    dev_t device = 0;
    ino_t number = 0;
  };
  void find_parts();

  std::filesystem::path file_;
  core::UniqueFd current_;
  std::vector<Part> closed_;
  std::uint64_t closed_bytes_ = 0;
  int next_part_ = 1;
};

}  // namespace versoir::trust

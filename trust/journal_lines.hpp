// The lines of a journal as its writer and its verifier both see them.
#pragma once
#include "core/digest.hpp"
#include "core/error.hpp"
#include "trust/journal_files.hpp"
#include "trust/merkle.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust {

inline constexpr std::size_t longest_line = 1u << 20;
inline constexpr std::string_view genesis_event = "GENESIS";
/// First line of a file that takes the place of one that had grown large.
inline constexpr std::string_view rotated_event = "JOURNAL_ROTATED";
/// First line of a journal whose first lines were removed: it stands for them in the chain.
inline constexpr std::string_view purged_event = "PURGED";
/// Event at the end of the chain that holds the digest of that line.
inline constexpr std::string_view purge_event = "LINES_PURGED";

/// What a walk through the whole lines of a journal found, up to the first broken one.
struct JournalScan {
  std::uint64_t lines = 0;     ///< since the beginning
  std::uint64_t purged = 0;    ///< of these, removed: the first line says so
  core::Sha256 head{};         ///< of the last whole line; zeros before the first
  MerkleBuilder tree;          ///< leaves: the lines, without their LF; of no use when some were removed
  core::Sha256 stand_in{};     ///< digest of the line that stands for those that were removed
  bool held = false;           ///< a later event of the chain holds that digest
  std::uint64_t fragment = 0;  ///< bytes after the last LF
  std::vector<core::Finding> findings;
  [[nodiscard]] bool broken() const noexcept { return !findings.empty(); }
};

/// Goes on with `scan` at byte `from` of the whole journal, the end of a whole line. `at_line` is given each
/// good line and sees the state after it. Gives the end of the last good one.
std::uint64_t continue_scan(JournalScan& scan, const JournalFiles& files, const std::filesystem::path& file,
                            std::uint64_t from,
                            const std::function<void(const JournalScan&, std::string_view)>& at_line = {});

/// Reads a journal from its start. `at_line` sees the state after each good line.
[[nodiscard]] JournalScan scan_journal(const JournalFiles& files, const std::filesystem::path& file,
                                       const std::function<void(const JournalScan&)>& at_line = {});

/// Every journal-*.jsonl of the folder of this one, itself included, sorted.
[[nodiscard]] std::vector<std::filesystem::path> journals_beside(const std::filesystem::path& file);

}  // namespace versoir::trust

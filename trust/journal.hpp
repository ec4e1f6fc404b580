// The journal: append-only JSON lines, each carrying the SHA-256 of the line before (NF Z42-013 in spirit).
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "trust/signer.hpp"
#include "trust/timestamp.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust {

enum class Outcome { ok, warning, ko };

/// Under what the events of a run happen, written on each of its lines where it is known.
struct Circumstances {
  std::string configuration = {};       ///< SHA-256 of the configuration that the run read, hexadecimal
  std::vector<std::string> roles = {};  ///< of the account, by the role register
  std::function<std::string_view()> clock_state = {};  ///< core::clock_state: asked for each line
  /// From that many bytes on the file is closed (`<journal>.part-<k>`), and another begins, whose first line
  /// carries the digest of the last one of this: the journal is their sequence. 0: never.
  std::uint64_t rotate_at = 0;
};

/// `journal-<node>.jsonl`. Each line:
/// {"seq","ts","prev","node","actor","event","object","outcome","detail","tool"}, and "configuration" and
/// "clock" where they are known, canonical JSON. No secret, no data value, no personal data beyond the
/// operator's identity.
class Journal {
 public:
  /// Creates the file with its genesis line when absent; refuses to append to a broken one
  /// (Exit::journal_broken).
  Journal(std::filesystem::path file, std::string node, const core::Clock& clock,
          Circumstances circumstances = {});

  /// Appends under an exclusive lock with one write() and fdatasync. `object` names what the event is about
  /// (ids and digests), `detail` is free.
  void append(std::string_view event, const nlohmann::json& object, Outcome outcome,
              const nlohmann::json& detail = nlohmann::json::object());

  /// A checkpoint: Merkle root over all lines so far, and the heads of the other journals of the folder as
  /// they are then, signed (and time-stamped when tsa is set) into `<journal>.checkpoint-<seq>.json` +
  /// `.p7s`, and recorded as an event. A journal beside this one that is broken is left out: it is told by
  /// its own verification.
  void checkpoint(Signer& signer, TimestampAuthority* tsa);

  /// Removes the first lines, those older than `limit` up to the first one that is not, and rewrites the
  /// file. What is left stays as it was, byte for byte: the first line then says how many lines were removed,
  /// the SHA-256 of the last of them (which the next line carries as `prev`) and `decision`, and an event
  /// LINES_PURGED at the end of the chain holds the digest of that first line. Returns the number of lines
  /// removed; with none, the file is left alone.
  std::uint64_t purge_before(core::Instant limit, const nlohmann::json& decision);

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  std::filesystem::path file_;
  std::string node_;
  const core::Clock& clock_;
  Circumstances circumstances_;
};

struct JournalReport {
  std::uint64_t lines = 0;              ///< since the beginning, removed ones included
  std::uint64_t purged = 0;             ///< of these, removed by purge_before()
  core::Sha256 head;                    ///< SHA-256 of the last whole line
  std::uint64_t covered = 0;            ///< lines that the last checkpoint beside it covers
  std::vector<core::Finding> findings;  ///< first broken line, incomplete last line (a crash: warning)
  [[nodiscard]] bool intact() const;
};
/// Each whole line of a journal in order, as JSON, those of its closed parts first; what a crash left of a
/// last one is passed over. The chain is not verified here. Throws Error(Exit::journal_broken) on a line that
/// is not JSON.
class JournalLines {
 public:
  struct State;
  explicit JournalLines(const std::filesystem::path& file);
  ~JournalLines();
  JournalLines(JournalLines&&) noexcept;
  JournalLines& operator=(JournalLines&&) noexcept;
  [[nodiscard]] std::optional<nlohmann::json> next();

 private:
  std::unique_ptr<State> s_;
};
/// The whole lines of a journal as they are, its parts in one.
void copy_journal(const std::filesystem::path& file, core::ByteSink& out);
/// As JournalLines, given one by one.
void read_journal(const std::filesystem::path& file, const std::function<void(const nlohmann::json&)>& visit);
/// Offline verification of the chain. Never repairs.
[[nodiscard]] JournalReport verify_journal(const std::filesystem::path& file);

}  // namespace versoir::trust

// The extract file: a faithful copy that carries its dictionary, counts, digests and the whole profile.
// Format: docs/formats/extract.md.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/sqlite.hpp"
#include "profiles/model.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

inline constexpr std::int32_t application_id = 0x56455253;  // "VERS"
/// "VERp": a copy that is not finished; no reader takes it for an extract.
inline constexpr std::int32_t partial_application_id = 0x56455270;
inline constexpr int format_version = 1;
inline constexpr std::uint64_t rows_per_block = 256;
inline constexpr std::uint64_t lob_threshold = 1u << 20;

/// How a value enters a row digest: tag byte, 8-byte big-endian length, bytes.
enum class Tag : char { null = 'N', integer = 'I', text = 'T', blob = 'B', lob = 'L' };

enum class Kind { rehearsal, final_ };
[[nodiscard]] std::string_view kind_name(Kind k) noexcept;  ///< "rehearsal", "final"
/// The identifiers of a run in the user's language; an unknown one as it is.
[[nodiscard]] std::string kind_label(std::string_view name);
[[nodiscard]] std::string consistency_label(std::string_view name);

struct TableFacts {
  std::string name, label;
  std::uint64_t source_rows = 0, copied_rows = 0;
  std::uint64_t left_rows = 0;  ///< read, counted by reason in versoir_left, not kept
  std::string sum;              ///< sum modulo 2^256 of the row digests, hexadecimal
  core::Sha256 root;            ///< Merkle root over blocks of 256 rows
};
struct RunFacts {
  std::string application, application_label, profile_version, profile_digest;
  std::string source, system, system_version, charset, snapshot, consistency, kind, tool;
  core::Instant started{}, finished{};
  std::uint64_t anomalies = 0;
};

/// Opens an extract read-only and immutable. Tables and columns that the profile takes as optional and that
/// the source did not have are there as empty TEMP tables and NULL columns of TEMP views, so that the
/// profile's queries run: the file itself holds only what was copied. Throws Error(Exit::extract_invalid)
/// when it is not one or is of a later format.
class Extract {
 public:
  static Extract open(const std::filesystem::path& path);
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] const RunFacts& run() const noexcept { return run_; }
  [[nodiscard]] const std::vector<TableFacts>& tables() const noexcept { return tables_; }
  [[nodiscard]] std::map<std::string, std::string> profile_files();
  /// The profile carried by the extract, loaded.
  [[nodiscard]] profiles::Application profile();
  [[nodiscard]] core::Database& database() noexcept { return db_; }
  /// Merkle root over the tables' roots in name order (leaf = name ‖ 0x00 ‖ count ‖ root): the extract's
  /// identity.
  [[nodiscard]] core::Sha256 root() const;

 private:
  explicit Extract(core::Database db) : db_(std::move(db)) {}
  std::filesystem::path path_;
  core::Database db_;
  RunFacts run_;
  std::vector<TableFacts> tables_;
};

/// Recomputes counts, row digests, block digests, roots. Every difference is a finding naming table and
/// block.
[[nodiscard]] std::vector<core::Finding> verify_content(Extract& extract, core::Progress& progress);

}  // namespace versoir::extract

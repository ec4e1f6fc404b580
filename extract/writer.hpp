// Writes an extract file under a partial name, from which an interrupted copy goes on; published whole or not
// at all.
#pragma once
#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/sqlite.hpp"
#include "extract/decisions.hpp"
#include "extract/matching.hpp"
#include "extract/store.hpp"
#include "extract/values.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::extract {

/// How far one table is, as the partial file remembers it between two runs.
struct TableState {
  enum class Stage { copying, copied } stage = Stage::copying;
  std::string shape;  ///< of what was read: another table or other columns cannot be gone on with
  std::vector<Storage> storage;
  std::uint64_t rows = 0, source_rows = 0;
  std::vector<std::uint64_t> left;  ///< rows read and not kept, by rule of the profile
  core::Sha256 sum;
  std::string pending;   ///< TableHasher::pending()
  std::string position;  ///< ReadRequest::after
  std::string first_snapshot, last_snapshot;
  bool one_moment = true;  ///< every row was read in the same snapshot
  [[nodiscard]] bool begun() const noexcept { return rows > 0 || !position.empty(); }
};

class ExtractWriter {
 public:
  using Identity = std::map<std::string, std::string>;
  /// Creates `<target>.partial`, or opens the one that an interrupted copy left if it was begun with the same
  /// identity (profile, source, kind…): another identity is Error(Exit::lot_state) naming what differs.
  /// `restart` throws away what is there. A lock is held: a second copy is Error(Exit::temporary).
  ExtractWriter(std::filesystem::path target, const Identity& identity, bool restart);
  ~ExtractWriter();  ///< rolls back what was not committed; removes the partial file if no row is worth
                     ///< keeping
  ExtractWriter(const ExtractWriter&) = delete;
  ExtractWriter& operator=(const ExtractWriter&) = delete;

  [[nodiscard]] core::Database& database() noexcept { return *db_; }
  [[nodiscard]] bool resumed() const noexcept { return resumed_; }
  /// The partial file is a whole extract that only lacks its name: nothing more can be written.
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] const std::filesystem::path& partial() const noexcept { return partial_; }
  [[nodiscard]] std::optional<TableState> state(const std::string& table);
  void save(const std::string& table, const TableState& state);
  [[nodiscard]] std::vector<std::pair<std::string, TableState>> states();
  /// Forgets all that was copied of a table.
  void forget(const std::string& table);
  /// Makes durable what was written since the last time.
  void commit();
  /// False once SQLite has rolled back by itself, as it does when the disk is full: nothing more may be
  /// written, or the state would speak of rows that are gone.
  [[nodiscard]] bool in_transaction() const;

  /// One line of versoir_session: a run of the copy.
  void begin_session(const std::map<std::string, std::string>& facts);
  void end_session(std::string_view finished, std::uint64_t rows, std::string_view outcome);
  [[nodiscard]] std::string first_started();
  [[nodiscard]] std::string last_known_time();  ///< the latest instant that any session wrote, or ""

  void write_run(const std::map<std::string, std::string>& facts);
  void write_profile(const std::map<std::string, std::string>& files);
  void write_decision(const Decision& decision);
  void write_table(const TableFacts& facts, const SourceTable& source);
  void write_left_rows(const profiles::Table& table, const std::vector<std::uint64_t>& left);
  [[nodiscard]] std::optional<TableFacts> table_facts(const std::string& table);
  /// The dictionary of a table: copied columns with their storage, absent and left ones.
  void write_columns(const TakenTable& table, const std::vector<Storage>& storage);
  /// The dictionary of a table that is absent from the source, or left.
  void write_uncopied_table(const profiles::Table& table);
  /// (table, column, kind) → number of anomalies.
  [[nodiscard]] std::vector<std::pair<std::array<std::string, 3>, std::uint64_t>> anomalies();
  void finish();   ///< makes an extract of the partial file and closes it
  void publish();  ///< fsyncs, renames

 private:
  void create(const Identity& identity);
  void resume(const Identity& identity);
  void check_identity(const Identity& identity, std::string_view table);
  void write_column(const profiles::Table& table, const profiles::Column& column, std::size_t position,
                    std::string_view source_type, std::string_view storage, std::string_view taken);
  std::filesystem::path target_, partial_;
  core::FileLock lock_;
  std::optional<core::Database> db_;
  bool published_ = false, resumed_ = false, finished_ = false;
};

/// A digest that an interrupted copy or an extract keeps as text; Error(Exit::extract_invalid) when it is
/// none.
[[nodiscard]] core::Sha256 kept_digest(std::string_view hex);

}  // namespace versoir::extract

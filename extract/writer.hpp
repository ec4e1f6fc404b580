// Writes an extract file under a partial name: tables, digests, dictionary; published whole or not at all.
#pragma once
#include "core/sqlite.hpp"
#include "extract/digests.hpp"
#include "extract/matching.hpp"
#include "extract/store.hpp"
#include "extract/values.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::extract {

/// A value that an INTEGER column cannot hold: the table is loaded again with this column as TEXT.
struct NotAnInteger {
  std::size_t column;
};

class ExtractWriter {
 public:
  /// Creates `<target>.partial`, removing what an interrupted run left.
  explicit ExtractWriter(std::filesystem::path target);
  ~ExtractWriter();  ///< removes the partial file unless it was published
  ExtractWriter(const ExtractWriter&) = delete;
  ExtractWriter& operator=(const ExtractWriter&) = delete;

  [[nodiscard]] core::Database& database() noexcept { return *db_; }
  void write_run(const std::map<std::string, std::string>& facts);
  void write_profile(const std::map<std::string, std::string>& files);
  void write_table(const TableFacts& facts, const SourceTable& source);
  /// The dictionary of a table: copied columns with their storage, absent and left ones.
  void write_columns(const TakenTable& table, const std::vector<Storage>& storage);
  void write_absent_table(const profiles::Table& table);
  void create_indexes(const TakenTable& table);
  /// Closes, fsyncs, renames.
  void publish();

 private:
  void write_column(const profiles::Table& table, const profiles::Column& column, std::size_t position,
                    std::string_view source_type, std::string_view storage, std::string_view taken);
  std::filesystem::path target_, partial_;
  std::optional<core::Database> db_;
  bool published_ = false;
};

/// Loads the rows of one table inside one transaction.
class TableLoader {
 public:
  TableLoader(ExtractWriter& writer, const TakenTable& table, const std::vector<Storage>& storage);
  /// Throws NotAnInteger; the caller then calls discard() and starts again.
  void add(RowBlock&& block);
  void finish();   ///< last block, commit
  void discard();  ///< forgets all that was loaded of this table

  [[nodiscard]] std::uint64_t rows() const noexcept { return hasher_.rows(); }
  [[nodiscard]] std::string sum() const { return hasher_.sum(); }
  [[nodiscard]] core::Sha256 root() const { return hasher_.root(); }
  /// (column, kind) → number of anomalies.
  [[nodiscard]] const std::map<std::pair<std::string, std::string>, std::uint64_t>& anomalies()
      const noexcept {
    return anomalies_;
  }

 private:
  void add_value(std::size_t column, std::optional<std::string>&& value);
  void add_lob(std::size_t column, const std::string& value);
  void anomaly(std::size_t column, std::string_view kind, std::string_view raw, std::string_view note);
  void write_block(const Block& block);
  [[nodiscard]] std::int64_t current_row() const noexcept {
    return static_cast<std::int64_t>(hasher_.rows()) + 1;
  }

  core::Database& db_;
  const TakenTable& table_;
  std::string name_;
  std::vector<Storage> storage_;
  RowHasher row_;
  TableHasher hasher_;
  std::optional<core::Statement> insert_, block_, lob_, anomaly_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> anomalies_;
};

}  // namespace versoir::extract

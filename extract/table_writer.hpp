// Writes the rows of one table into the extract that is being made.
#pragma once
#include "extract/digests.hpp"
#include "extract/encoder.hpp"
#include "extract/indexes.hpp"
#include "extract/writer.hpp"

#include <optional>
#include <string>

namespace versoir::extract {

/// Writes the rows of one table, in the writer's transaction.
class TableWriter {
 public:
  /// Creates the table, or goes on after `state.rows` rows.
  TableWriter(ExtractWriter& writer, const TakenTable& table, TableState state);
  void add(const EncodedBlock& block);
  void finish();  ///< the last block of the digests
  /// False when add() failed half way: what was written since the last commit must be rolled back.
  [[nodiscard]] bool whole() const noexcept { return whole_; }
  /// What to save at a commit.
  [[nodiscard]] const TableState& state();

  [[nodiscard]] std::uint64_t rows() const noexcept { return hasher_.rows(); }
  [[nodiscard]] std::string sum() const { return hasher_.sum(); }
  [[nodiscard]] core::Sha256 root() const { return hasher_.root(); }
  [[nodiscard]] bool key_is_unique() const noexcept { return indexes_->key_is_unique(); }

 private:
  void resume();
  void forget_pieces(std::uint64_t rows);
  void insert(core::Statement& statement, const EncodedBlock& block, std::size_t first, std::size_t rows);
  static void bind(core::Statement& statement, int parameter, const EncodedBlock& block,
                   const EncodedValue& value);
  void write_piece(const EncodedPiece& piece, std::int64_t row);
  void write_anomaly(const EncodedAnomaly& anomaly, std::int64_t row);
  void write_block(const Block& block);
  [[nodiscard]] std::int64_t next_row() const noexcept {
    return static_cast<std::int64_t>(hasher_.rows()) + 1;
  }

  core::Database& db_;
  const TakenTable& table_;
  std::string name_;
  TableState state_;
  TableHasher hasher_;
  bool whole_ = true;
  std::optional<OrderedIndexes> indexes_;
  std::optional<core::Statement> insert_, insert_many_, block_, lob_, anomaly_;
};

}  // namespace versoir::extract

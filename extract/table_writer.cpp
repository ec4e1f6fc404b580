// Rows, pieces, anomalies and block digests of one table.
#include "extract/table_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string create_sql(const TakenTable& table, const std::vector<Storage>& storage) {
  std::string sql =
      fmt::format("CREATE TABLE {} (_row INTEGER PRIMARY KEY", core::sql_name(table.profile->name));
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    sql += fmt::format(", {} {}", core::sql_name(table.columns[i].profile->name), storage_name(storage[i]));
  return sql + ") STRICT";
}

/// Rows that one INSERT writes: fewer, larger statements cost SQLite less.
constexpr std::size_t rows_at_once = 16;

/// SQLite numbers the rows itself, from 1 on, as next_row() does: a table here only grows at its end.
/// OR FAIL: a statement of several rows that may be undone alone makes SQLite copy each page it touches to a
/// temporary file first. A failed statement is never undone alone here: all since the last commit is.
std::string insert_sql(const TakenTable& table, std::size_t rows) {
  std::string sql = fmt::format("INSERT OR FAIL INTO {} VALUES ", core::sql_name(table.profile->name));
  for (std::size_t row = 0, parameter = 0; row < rows; ++row) {
    sql += row == 0 ? "(NULL" : ", (NULL";
    for (std::size_t i = 0; i < table.columns.size(); ++i) sql += fmt::format(", ?{}", ++parameter);
    sql += ')';
  }
  return sql;
}

}  // namespace

TableWriter::TableWriter(ExtractWriter& writer, const TakenTable& table, TableState state)
    : db_(writer.database()),
      table_(table),
      name_(table.profile->name),
      state_(std::move(state)),
      hasher_([this](const Block& b) { write_block(b); }) {
  block_.emplace(db_.prepare("INSERT INTO versoir_block VALUES (?1, ?2, ?3, ?4, ?5)"));
  lob_.emplace(db_.prepare("INSERT INTO versoir_lob VALUES (?1, ?2, ?3, ?4, ?5)"));
  anomaly_.emplace(db_.prepare("INSERT INTO versoir_anomaly VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
  const bool begun = state_.begun();
  if (begun)
    resume();
  else
    db_.exec(create_sql(table, state_.storage));
  indexes_.emplace(db_, table, begun);
  insert_.emplace(db_.prepare(insert_sql(table, 1)));
  if (table.columns.size() * rows_at_once <= 32'766)  // the parameters that SQLite takes
    insert_many_.emplace(db_.prepare(insert_sql(table, rows_at_once)));
}

/// What came for a row that is not written: the one at which the copy stopped, and comes again, or one that
/// is left.
void TableWriter::forget_pieces(std::uint64_t rows) {
  for (const char* own : {"versoir_lob", "versoir_anomaly"}) {
    auto stale = db_.prepare(fmt::format("DELETE FROM {} WHERE table_name = ?1 AND row > ?2", own));
    stale.bind(1, std::string_view(name_)).bind(2, static_cast<std::int64_t>(rows));
    stale.run();
  }
}

void TableWriter::resume() {
  forget_pieces(state_.rows);
  std::vector<core::Sha256> blocks;
  auto st = db_.prepare("SELECT digest FROM versoir_block WHERE table_name = ?1 ORDER BY block");
  st.bind(1, std::string_view(name_));
  while (st.step()) blocks.push_back(kept_digest(st.text(0)));
  hasher_.resume(state_.sum, blocks, state_.pending);
  if (hasher_.rows() != state_.rows)
    throw Error(Exit::extract_invalid, msg("The interrupted copy of table {0} is not coherent.", name_))
        .hint(msg("Start the copy again with --restart."));
}

void TableWriter::add(const EncodedBlock& block) {
  whole_ = false;
  const auto first = next_row();
  if (block.void_pieces) forget_pieces(hasher_.rows());
  state_.left.resize(std::max(state_.left.size(), block.left.size()));
  for (std::size_t rule = 0; rule < block.left.size(); ++rule) state_.left[rule] += block.left[rule];
  for (const auto& piece : block.pieces) write_piece(piece, first + static_cast<std::int64_t>(piece.row));
  for (const auto& a : block.anomalies) write_anomaly(a, first + static_cast<std::int64_t>(a.row));
  indexes_->expect(block);
  std::size_t row = 0;
  for (; insert_many_ && row + rows_at_once <= block.rows(); row += rows_at_once)
    insert(*insert_many_, block, row, rows_at_once);
  for (; row < block.rows(); ++row) insert(*insert_, block, row, 1);
  if (block.rows_read() > 0) state_.position = block.position;
  whole_ = true;
}

void TableWriter::insert(core::Statement& statement, const EncodedBlock& block, std::size_t first,
                         std::size_t rows) {
  const std::size_t columns = table_.columns.size();
  int parameter = 0;
  for (std::size_t row = first; row < first + rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column)
      bind(statement, ++parameter, block, block.values[row * columns + column]);
    hasher_.add(block.digests[row]);
  }
  statement.run();
}

void TableWriter::bind(core::Statement& statement, int parameter, const EncodedBlock& block,
                       const EncodedValue& value) {
  switch (value.tag) {
    case Tag::integer:
      statement.bind(parameter, value.number);
      break;
    case Tag::text:
      statement.bind_view(parameter, block.text(value));
      break;
    case Tag::blob:
      statement.bind_blob_view(parameter, block.text(value));
      break;
    case Tag::null:
    case Tag::lob:
      statement.bind_null(parameter);
      break;
  }
}

void TableWriter::write_piece(const EncodedPiece& piece, std::int64_t row) {
  lob_->bind(1, std::string_view(name_)).bind(2, row);
  lob_->bind(3, std::string_view(table_.columns[piece.column].profile->name))
      .bind(4, static_cast<std::int64_t>(piece.chunk));
  lob_->bind_blob_view(5, piece.bytes);
  lob_->run();
}

void TableWriter::write_anomaly(const EncodedAnomaly& a, std::int64_t row) {
  anomaly_->bind(1, std::string_view(name_)).bind(2, row);
  anomaly_->bind(3, std::string_view(table_.columns[a.column].profile->name))
      .bind(4, std::string_view(a.kind));
  anomaly_->bind_blob_view(5, a.raw).bind(6, std::string_view(a.note));
  anomaly_->run();
}

void TableWriter::write_block(const Block& block) {
  block_->bind(1, std::string_view(name_)).bind(2, static_cast<std::int64_t>(block.number));
  block_->bind(3, static_cast<std::int64_t>(block.first_row)).bind(4, static_cast<std::int64_t>(block.rows));
  block_->bind(5, std::string_view(block.digest.hex()));
  block_->run();
}

void TableWriter::finish() {
  insert_.reset();
  insert_many_.reset();
  const auto last = db_.one_int("SELECT coalesce(max(_row), 0) FROM " + core::sql_name(name_));
  if (static_cast<std::uint64_t>(last) != hasher_.rows())
    throw Error(Exit::unexpected, msg("The rows of table {0} are not numbered as they came.", name_));
  hasher_.finish();
}

const TableState& TableWriter::state() {
  state_.rows = hasher_.rows();
  state_.sum = *core::Sha256::from_hex(hasher_.sum());
  state_.pending = hasher_.pending();
  return state_;
}

}  // namespace versoir::extract

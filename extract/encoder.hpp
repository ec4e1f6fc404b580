// Turns what a source gives into what an extract keeps: canonical values, row digests, anomalies.
#pragma once
#include "core/digest.hpp"
#include "extract/block.hpp"
#include "extract/digests.hpp"
#include "extract/row_filter.hpp"
#include "extract/values.hpp"

#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// A value that an INTEGER column cannot hold: the table is loaded again with this column as TEXT.
struct NotAnInteger {
  std::size_t column;
};

struct EncodedValue {
  Tag tag = Tag::null;
  bool extra = false;  ///< its bytes stand in EncodedBlock::extra
  std::uint32_t size = 0;
  std::int64_t number = 0;  ///< the integer, or where the bytes stand
};
/// A part of a large value; `row` counts the kept rows of its block from 0.
struct EncodedPiece {
  std::size_t row = 0, column = 0;
  std::uint64_t chunk = 0;
  std::string bytes;
};
struct EncodedAnomaly {
  std::size_t row = 0, column = 0;
  std::string kind, raw, note;
};
/// Rows ready to be written, in order. Pieces without rows belong to the first row of the next block.
struct EncodedBlock {
  std::string bytes, extra;
  std::vector<EncodedValue> values;   ///< row-major
  std::vector<core::Sha256> digests;  ///< one per row
  std::vector<EncodedPiece> pieces;
  std::vector<EncodedAnomaly> anomalies;
  std::vector<std::uint64_t> left;  ///< rows that are not kept, by rule of the filter; empty without one
  bool void_pieces = false;         ///< the pieces that came for the first row were of a row that is left
  std::string position;
  [[nodiscard]] std::size_t rows() const noexcept { return digests.size(); }
  [[nodiscard]] std::uint64_t rows_read() const noexcept {
    return std::accumulate(left.begin(), left.end(), std::uint64_t{digests.size()});
  }
  [[nodiscard]] std::string_view text(const EncodedValue& v) const noexcept {
    return std::string_view(v.extra ? extra : bytes).substr(static_cast<std::size_t>(v.number), v.size);
  }
};

/// Encodes one table, in row order. One per reading thread.
class TableEncoder {
 public:
  struct Column {
    SourceColumn::Kind kind;
    Storage storage;
  };
  TableEncoder(std::string_view table, std::vector<Column> columns, RowFilter filter)
      : columns_(std::move(columns)), row_(table), filter_(std::move(filter)) {}

  /// Throws NotAnInteger; Error(Exit::source_data) when the source gives rows of another width.
  [[nodiscard]] EncodedBlock encode(RowBlock&& block);
  /// A piece of a value of the next row.
  [[nodiscard]] EncodedBlock piece(std::size_t column, std::string_view bytes);

 private:
  struct Large {
    core::Sha256Hasher content;
    std::uint64_t chunks = 0;
    std::string tail;  ///< the beginning of a character whose end is in the next piece
  };
  [[nodiscard]] bool is_text(std::string_view text, const RowBlock& block, const RowBlock::Cell& cell) const;
  void leave_row(EncodedBlock& out, const RowBlock& block, std::size_t row, std::size_t rule);
  void add_value(EncodedBlock& out, const RowBlock& block, std::size_t row, std::size_t column);
  void add_large(EncodedBlock& out, std::size_t column, std::string_view value);
  void end_large(EncodedBlock& out, std::size_t row, std::size_t column);
  std::vector<Column> columns_;
  RowHasher row_;
  RowFilter filter_;
  std::map<std::size_t, Large> large_;
  bool clean_ = false;  ///< the bytes of the block, one after the other, are UTF-8
};

}  // namespace versoir::extract

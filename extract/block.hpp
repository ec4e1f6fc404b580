// What flows from a source to the extract: blocks of rows as text, and the pieces of values too large for
// one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::extract {

/// A value that is longer travels in pieces: no side ever holds it whole.
inline constexpr std::size_t large_value = std::size_t{1} << 20;

/// Rows as text: binary values are raw bytes, dates ISO 8601, numbers exact decimals. All the bytes of a
/// block stand in one buffer.
class RowBlock {
 public:
  struct Cell {
    enum class State : unsigned char { null, value, large };
    std::size_t offset = 0;
    std::uint32_t size = 0;
    State state = State::null;
  };

  /// What a value does not say itself: it becomes an anomaly of the extract. At most one a cell.
  struct Remark {
    std::size_t row = 0, column = 0;  ///< row: from 0 in its block
    std::string kind, note;
  };

  explicit RowBlock(std::size_t columns) : columns_(columns) {}

  void add(std::string_view value) {
    bytes_.append(value);
    end_value(bytes_.size() - value.size());
  }
  void add_null() { cells_.push_back({bytes_.size(), 0, Cell::State::null}); }
  /// The value came before, in pieces (RowSink::piece). Only in the first row of a block.
  void add_large() { cells_.push_back({bytes_.size(), 0, Cell::State::large}); }

  /// For readers that write a value straight into the block: append to buffer(), then end_value(its start).
  [[nodiscard]] std::string& buffer() noexcept { return bytes_; }
  void end_value(std::size_t start) {
    cells_.push_back({start, static_cast<std::uint32_t>(bytes_.size() - start), Cell::State::value});
  }
  /// A value whose bytes stand in the buffer already.
  void add_slice(std::size_t offset, std::size_t size) {
    cells_.push_back({offset, static_cast<std::uint32_t>(size), Cell::State::value});
  }
  /// Of the value that comes next, whichever way it is added.
  void remark(std::string kind, std::string note) {
    remarks_.push_back({rows(), cells_.size() % columns_, std::move(kind), std::move(note)});
  }
  void reserve(std::size_t rows, std::size_t bytes) {
    cells_.reserve(rows * columns_);
    bytes_.reserve(bytes);
  }

  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
  [[nodiscard]] std::size_t rows() const noexcept { return columns_ ? cells_.size() / columns_ : 0; }
  [[nodiscard]] bool whole_rows() const noexcept { return columns_ && cells_.size() % columns_ == 0; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.size(); }
  [[nodiscard]] const Cell& cell(std::size_t row, std::size_t column) const noexcept {
    return cells_[row * columns_ + column];
  }
  [[nodiscard]] std::string_view text(const Cell& cell) const noexcept {
    return std::string_view(bytes_).substr(cell.offset, cell.size);
  }
  [[nodiscard]] const std::vector<Remark>& remarks() const noexcept { return remarks_; }
  [[nodiscard]] std::string_view all() const noexcept { return bytes_; }
  [[nodiscard]] std::string take_bytes() noexcept { return std::move(bytes_); }

  /// Where reading goes on after the last row of this block (ReadRequest::after), in a form that only the
  /// source understands. Empty: the table can only be read from its beginning.
  std::string position;

 private:
  std::size_t columns_;
  std::string bytes_;
  std::vector<Cell> cells_;
  std::vector<Remark> remarks_;
};

/// Takes what a source reads, in order. Both may throw to stop the reading.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// The next piece, not empty, of a large value of the row that comes first in the next block.
  virtual void piece(std::size_t column, std::string_view bytes) = 0;
  virtual void rows(RowBlock&& block) = 0;
};

}  // namespace versoir::extract

// Row, block and table digests of an extract (docs/formats/extract.md), the same code for writing and
// verifying.
#pragma once
#include "core/digest.hpp"
#include "extract/store.hpp"
#include "trust/merkle.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace versoir::extract {

/// SHA-256 of a row: table name, zero byte, then each value with its tag and length.
class RowHasher {
 public:
  explicit RowHasher(std::string_view table);
  void add(Tag tag, std::string_view value);
  [[nodiscard]] core::Sha256 finish();  ///< and ready for the next row
  void forget() noexcept { used_ = prefix_; }

 private:
  std::size_t prefix_, used_;
  std::string
      bytes_;  ///< those of one row stand in its first `used_`: one update costs less than one per value
  core::Sha256Hasher hasher_;
};

/// Sum modulo 2^256 of digests taken as big-endian numbers: independent of the order of rows.
class DigestSum {
 public:
  DigestSum() = default;
  explicit DigestSum(const core::Sha256& value) : sum_(value) {}
  void add(const core::Sha256& digest);
  [[nodiscard]] std::string hex() const { return sum_.hex(); }

 private:
  core::Sha256 sum_;
};

struct Block {
  std::uint64_t number = 0, first_row = 1, rows = 0;
  core::Sha256 digest;
};

/// Collects the row digests of one table, in row order.
class TableHasher {
 public:
  /// `on_block` is called for each block that ends.
  explicit TableHasher(std::function<void(const Block&)> on_block) : on_block_(std::move(on_block)) {}
  void add(const core::Sha256& row);
  void finish();  ///< ends the last block
  /// Goes on where another hasher stopped: the sum, the digests of its whole blocks, and pending().
  void resume(const core::Sha256& sum, std::span<const core::Sha256> blocks, std::string_view pending);
  /// Row digests of the block that is not whole yet, one after the other.
  [[nodiscard]] std::string_view pending() const noexcept { return pending_; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::string sum() const { return sum_.hex(); }
  [[nodiscard]] core::Sha256 root() const { return tree_.root(); }

 private:
  void end_block();
  std::function<void(const Block&)> on_block_;
  DigestSum sum_;
  trust::MerkleBuilder tree_;
  std::string pending_;
  std::uint64_t rows_ = 0, blocks_ = 0;
};

}  // namespace versoir::extract

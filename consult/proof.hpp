// From rows to the digests that were sealed: one block of 256 rows read again, and compared.
#pragma once
#include "core/digest.hpp"
#include "core/sqlite.hpp"
#include "extract/digests.hpp"
#include "extract/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace versoir::consult {

/// Reads rows of an extract as its digests were computed (docs/formats/extract.md). One thread at a time.
class BlockProof {
 public:
  explicit BlockProof(extract::Extract& extract) : extract_(extract) {}

  /// The block that holds a row, from 0.
  [[nodiscard]] static std::uint64_t block_of(std::int64_t row) noexcept {
    return static_cast<std::uint64_t>(row - 1) / extract::rows_per_block;
  }
  /// Whether the rows of a block are those that were copied.
  [[nodiscard]] bool holds(const std::string& table, std::uint64_t block);
  /// nullopt when there is no such row.
  [[nodiscard]] std::optional<core::Sha256> row_digest(const std::string& table, std::int64_t row);
  /// Names of the columns that were copied, in the order of the digest.
  [[nodiscard]] const std::vector<std::string>& columns(const std::string& table);

 private:
  struct Reading {
    std::vector<std::string> columns;
    bool large_values = false;  ///< some stand in versoir_lob
    std::optional<extract::RowHasher>
        hasher;  ///< kept: a context of OpenSSL for each row costs more than its digest
    std::optional<core::Statement> rows;
    std::optional<core::Statement> expected;
    std::optional<core::Statement> pieces;  ///< of a large value
  };
  Reading& reading(const std::string& table);
  core::Sha256 digest(const std::string& table, Reading& reading);
  /// Of a value that stands in versoir_lob; nullopt when it is NULL and nothing else.
  std::optional<core::Sha256> large_value(const std::string& table, Reading& reading, std::size_t column);

  extract::Extract& extract_;
  std::map<std::string, Reading> readings_;
};

}  // namespace versoir::consult

// Row, block and table digests of an extract (docs/formats/extract.md).
#include "extract/digests.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

namespace versoir::extract {

namespace {

/// The same number, its most significant byte first in memory.
std::uint64_t big_endian(std::uint64_t n) noexcept {
  return std::endian::native == std::endian::little ? __builtin_bswap64(n) : n;
}

}  // namespace

RowHasher::RowHasher(std::string_view table) : bytes_(table) {
  bytes_ += '\0';
  used_ = prefix_ = bytes_.size();
}

void RowHasher::add(Tag tag, std::string_view value) {
  const auto need = used_ + 9 + value.size();
  if (need > bytes_.size()) bytes_.resize(need + need / 2);
  char* to = bytes_.data() + used_;
  *to++ = static_cast<char>(tag);
  const auto size = big_endian(value.size());
  std::memcpy(to, &size, sizeof size);
  if (!value.empty()) std::memcpy(to + sizeof size, value.data(), value.size());
  used_ = need;
}

core::Sha256 RowHasher::finish() {
  hasher_.update(std::string_view(bytes_).substr(0, used_));
  used_ = prefix_;
  return hasher_.finish();
}

void DigestSum::add(const core::Sha256& digest) {
  unsigned carry = 0;
  for (std::size_t i = digest.bytes.size(); i-- > 0;) {
    carry += static_cast<unsigned>(sum_.bytes[i]) + digest.bytes[i];
    sum_.bytes[i] = static_cast<std::uint8_t>(carry & 0xff);
    carry >>= 8;
  }
}

void TableHasher::add(const core::Sha256& row) {
  sum_.add(row);
  pending_.append(reinterpret_cast<const char*>(row.bytes.data()), row.bytes.size());
  ++rows_;
  if (pending_.size() == rows_per_block * core::Sha256::size) end_block();
}

void TableHasher::finish() {
  if (!pending_.empty()) end_block();
}

void TableHasher::resume(const core::Sha256& sum, std::span<const core::Sha256> blocks,
                         std::string_view pending) {
  sum_ = DigestSum(sum);
  tree_ = {};
  for (const auto& digest : blocks) tree_.add(trust::merkle_leaf(digest.span()));
  blocks_ = blocks.size();
  pending_ = pending;
  rows_ = blocks_ * rows_per_block + pending_.size() / core::Sha256::size;
}

void TableHasher::end_block() {
  const std::uint64_t rows = pending_.size() / core::Sha256::size;
  const Block block{blocks_, rows_ - rows + 1, rows, core::sha256(std::string_view(pending_))};
  tree_.add(trust::merkle_leaf(block.digest.span()));
  ++blocks_;
  pending_.clear();
  if (on_block_) on_block_(block);
}

}  // namespace versoir::extract

// Row, block and table digests of an extract (docs/formats/extract.md).
#include "extract/digests.hpp"

#include <string>

namespace versoir::extract {

RowHasher::RowHasher(std::string_view table) : prefix_(table) {
  prefix_ += '\0';
  start();
}

void RowHasher::start() { hasher_.update(std::string_view(prefix_)); }

void RowHasher::add(Tag tag, std::string_view value) {
  std::array<std::uint8_t, 9> head{static_cast<std::uint8_t>(tag)};
  for (std::size_t i = 0; i < 8; ++i)
    head[i + 1] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value.size()) >> (56 - 8 * i));
  hasher_.update(std::span<const std::uint8_t>(head));
  hasher_.update(value);
}

core::Sha256 RowHasher::finish() {
  auto digest = hasher_.finish();
  start();
  return digest;
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
  block_.update(row.span());
  ++rows_;
  if (++in_block_ == rows_per_block) end_block();
}

void TableHasher::finish() {
  if (in_block_ > 0) end_block();
}

void TableHasher::end_block() {
  const Block block{blocks_, rows_ - in_block_ + 1, in_block_, block_.finish()};
  tree_.add(trust::merkle_leaf(block.digest.span()));
  ++blocks_;
  in_block_ = 0;
  if (on_block_) on_block_(block);
}

}  // namespace versoir::extract

// Merkle trees, RFC 6962 §2.1.
#include "trust/merkle.hpp"

#include <bit>

namespace versoir::trust {

namespace {

constexpr std::string_view leaf_prefix{"\0", 1};
constexpr std::string_view node_prefix{"\1", 1};

/// Largest power of two below n (n > 1): where RFC 6962 splits a list.
std::size_t split(std::size_t n) { return std::bit_floor(n - 1); }

}  // namespace

core::Sha256 merkle_leaf(std::span<const std::uint8_t> data) {
  core::Sha256Hasher h;
  h.update(leaf_prefix);
  h.update(data);
  return h.finish();
}

core::Sha256 merkle_leaf(std::string_view data) {
  core::Sha256Hasher h;
  h.update(leaf_prefix);
  h.update(data);
  return h.finish();
}

core::Sha256 merkle_node(const core::Sha256& left, const core::Sha256& right) {
  core::Sha256Hasher h;
  h.update(node_prefix);
  h.update(left.span());
  h.update(right.span());
  return h.finish();
}

core::Sha256 merkle_root(std::span<const core::Sha256> leaves) {
  MerkleBuilder builder;
  for (const auto& leaf : leaves) builder.add(leaf);
  return builder.root();
}

void MerkleBuilder::add(const core::Sha256& leaf) {
  peaks_.push_back({leaf, 0});
  ++count_;
  while (peaks_.size() > 1 && peaks_[peaks_.size() - 2].height == peaks_.back().height) {
    const Peak right = peaks_.back();
    peaks_.pop_back();
    auto& left = peaks_.back();
    left = {merkle_node(left.hash, right.hash), right.height + 1};
  }
}

core::Sha256 MerkleBuilder::root() const {
  if (peaks_.empty()) return core::sha256(std::string_view());
  core::Sha256 hash = peaks_.back().hash;
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) hash = merkle_node(peaks_[i].hash, hash);
  return hash;
}

std::vector<ProofStep> merkle_proof(std::span<const core::Sha256> leaves, std::size_t index) {
  std::vector<ProofStep> proof;
  if (index >= leaves.size()) return proof;
  // From the root down, then reversed: the check climbs from the leaf.
  while (leaves.size() > 1) {
    const std::size_t k = split(leaves.size());
    if (index < k) {
      proof.push_back({merkle_root(leaves.subspan(k)), false});
      leaves = leaves.first(k);
    } else {
      proof.push_back({merkle_root(leaves.first(k)), true});
      leaves = leaves.subspan(k);
      index -= k;
    }
  }
  return {proof.rbegin(), proof.rend()};
}

bool merkle_check(const core::Sha256& leaf, std::span<const ProofStep> proof, const core::Sha256& root) {
  core::Sha256 hash = leaf;
  for (const auto& step : proof)
    hash = step.left ? merkle_node(step.sibling, hash) : merkle_node(hash, step.sibling);
  return hash == root;
}

}  // namespace versoir::trust

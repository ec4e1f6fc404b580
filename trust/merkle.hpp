// Merkle trees with domain separation, RFC 6962 §2.1: leaf = H(0x00 ‖ data), node = H(0x01 ‖ left ‖ right),
// an odd node is promoted.
#pragma once
#include "core/digest.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace versoir::trust {

[[nodiscard]] core::Sha256 merkle_leaf(std::string_view data);
[[nodiscard]] core::Sha256 merkle_leaf(std::span<const std::uint8_t> data);
[[nodiscard]] core::Sha256 merkle_node(const core::Sha256& left, const core::Sha256& right);
/// Root over leaves already hashed; H("") for none.
[[nodiscard]] core::Sha256 merkle_root(std::span<const core::Sha256> leaves);

/// The same root while leaves arrive, in memory proportional to log n.
class MerkleBuilder {
 public:
  void add(const core::Sha256& leaf);
  [[nodiscard]] core::Sha256 root() const;
  [[nodiscard]] std::uint64_t leaves() const noexcept { return count_; }

 private:
  struct Peak {
    core::Sha256 hash;
    int height;
  };
  std::vector<Peak> peaks_;
  std::uint64_t count_ = 0;
};

struct ProofStep {
  core::Sha256 sibling;
  bool left;  ///< the sibling stands on the left
};
[[nodiscard]] std::vector<ProofStep> merkle_proof(std::span<const core::Sha256> leaves, std::size_t index);
[[nodiscard]] bool merkle_check(const core::Sha256& leaf, std::span<const ProofStep> proof,
                                const core::Sha256& root);

}  // namespace versoir::trust

// Merkle trees against published vectors, and proofs for every leaf of many sizes.
#include "trust/merkle.hpp"

#include <catch2/catch.hpp>

using namespace versoir;

namespace {

std::string bytes(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

// The test data of the Certificate Transparency project, which RFC 6962 implementations share.
const char* const inputs[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const char* const roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                             "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                             "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                             "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                             "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                             "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                             "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<core::Sha256> numbered(std::size_t n) {
  std::vector<core::Sha256> leaves;
  for (std::size_t i = 0; i < n; ++i) leaves.push_back(trust::merkle_leaf(std::to_string(i)));
  return leaves;
}

}  // namespace

TEST_CASE("Merkle roots are those of the published vectors") {
  std::vector<core::Sha256> leaves;
  trust::MerkleBuilder builder;
  CHECK(trust::merkle_root(leaves).hex() ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(builder.root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < 8; ++i) {
    leaves.push_back(trust::merkle_leaf(bytes(inputs[i])));
    builder.add(leaves.back());
    CHECK(trust::merkle_root(leaves).hex() == roots[i]);
    CHECK(builder.root().hex() == roots[i]);
    CHECK(builder.leaves() == i + 1);
  }
}

TEST_CASE("A leaf is not a node: the prefixes keep their domains apart") {
  const auto leaves = numbered(2);
  std::string glued(leaves[0].bytes.begin(), leaves[0].bytes.end());
  glued.append(leaves[1].bytes.begin(), leaves[1].bytes.end());
  CHECK(trust::merkle_root(leaves) != trust::merkle_leaf(glued));
}

TEST_CASE("Every leaf of every tree has a proof, and no proof serves another leaf, place or root") {
  for (std::size_t n = 1; n <= 40; ++n) {
    const auto leaves = numbered(n);
    const auto root = trust::merkle_root(leaves);
    for (std::size_t i = 0; i < n; ++i) {
      const auto proof = trust::merkle_proof(leaves, i);
      REQUIRE(trust::merkle_check(leaves[i], proof, root));
      REQUIRE_FALSE(trust::merkle_check(trust::merkle_leaf("x"), proof, root));
      REQUIRE_FALSE(trust::merkle_check(leaves[i], proof, trust::merkle_root(numbered(n + 1))));
      if (n > 1) REQUIRE_FALSE(trust::merkle_check(leaves[(i + 1) % n], proof, root));
      auto bent = proof;
      if (!bent.empty()) {
        bent.front().sibling.bytes[0] ^= 1;
        REQUIRE_FALSE(trust::merkle_check(leaves[i], bent, root));
      }
    }
  }
  CHECK(trust::merkle_proof(numbered(3), 3).empty());
}

// The five digests that VITAM accepts, chosen by name: as declared, as computed. Private to check.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace versoir::check {

enum class DigestName : std::uint8_t { absent, md5, sha1, sha256, sha384, sha512, unknown };
[[nodiscard]] DigestName parse_digest_name(std::string_view text) noexcept;
/// In bytes; 0 for what is none of the five.
[[nodiscard]] std::uint8_t digest_length(DigestName algorithm) noexcept;

/// A digest as declared. VITAM compares texts: what is not lower-case hexadecimal can never be equal.
struct DeclaredDigest {
  DigestName algorithm = DigestName::absent;
  bool empty = true, comparable = false;
  std::uint8_t length = 0;
  std::array<std::uint8_t, 64> bytes{};
};
[[nodiscard]] DeclaredDigest parse_digest(DigestName algorithm, std::string_view hex);

struct ComputedDigest {
  DigestName algorithm = DigestName::absent;
  std::uint8_t length = 0;
  std::array<std::uint8_t, 64> bytes{};
  [[nodiscard]] bool answers(const DeclaredDigest& declared) const noexcept;
};

class AnyHasher {
 public:
  explicit AnyHasher(DigestName algorithm);  ///< one of the five
  ~AnyHasher();
  AnyHasher(AnyHasher&&) noexcept;
  AnyHasher& operator=(AnyHasher&&) noexcept;
  [[nodiscard]] DigestName algorithm() const noexcept { return algorithm_; }
  void update(std::string_view bytes);
  /// The digest of all that was given; the hasher is then ready for a new message.
  [[nodiscard]] ComputedDigest finish();

 private:
  struct Context;
  DigestName algorithm_;
  std::unique_ptr<Context> context_;
};

/// One hasher for each algorithm, made when it is first asked for.
[[nodiscard]] AnyHasher& hasher_in(std::vector<AnyHasher>& pool, DigestName algorithm);

/// Does the file have this digest? Unknown algorithm, empty part or other digest: no.
[[nodiscard]] bool manifest_digest_matches(const std::filesystem::path& file, std::string_view algorithm,
                                           std::string_view hex);

}  // namespace versoir::check

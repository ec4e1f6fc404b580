// SHA-256 and SHA-512 as distinct types, computed by streaming.
// SHA-512: files, archived objects, seals. SHA-256: rows, Merkle trees, journal, certificate fingerprints.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace versoir::core {

enum class Algorithm { sha256, sha512 };

template <Algorithm A>
struct Digest {
  static constexpr std::size_t size = A == Algorithm::sha256 ? 32 : 64;
  std::array<std::uint8_t, size> bytes{};

  /// Lower-case hexadecimal, the only form that VITAM compares equal.
  [[nodiscard]] std::string hex() const;
  /// Exactly 2*size lower-case hexadecimal digits, else nullopt.
  [[nodiscard]] static std::optional<Digest> from_hex(std::string_view text);
  [[nodiscard]] std::span<const std::uint8_t> span() const noexcept { return bytes; }
  auto operator<=>(const Digest&) const = default;
};
using Sha256 = Digest<Algorithm::sha256>;
using Sha512 = Digest<Algorithm::sha512>;

/// Streaming computation. update() as often as needed, finish() once.
template <Algorithm A>
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  void update(std::span<const std::uint8_t> bytes);
  void update(std::string_view bytes);
  /// The digest of all that was given; the hasher is then ready for a new message.
  [[nodiscard]] Digest<A> finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};
using Sha256Hasher = Hasher<Algorithm::sha256>;
using Sha512Hasher = Hasher<Algorithm::sha512>;

[[nodiscard]] Sha256 sha256(std::span<const std::uint8_t> bytes);
[[nodiscard]] Sha256 sha256(std::string_view bytes);
[[nodiscard]] Sha512 sha512(std::string_view bytes);

struct FileDigest {
  Sha512 sha512;
  std::uint64_t size = 0;
  bool operator==(const FileDigest&) const = default;
};
/// Digest and size of a whole file, streamed. Throws Error(Exit::disk).
[[nodiscard]] FileDigest digest_file(const std::filesystem::path& path);
/// Same on an open descriptor, from its start; the position is left at the end.
[[nodiscard]] FileDigest digest_fd(int fd);
/// What a detached signature by SHA-256 covers, streamed. Throws Error(Exit::disk).
[[nodiscard]] Sha256 sha256_file(const std::filesystem::path& path);

}  // namespace versoir::core

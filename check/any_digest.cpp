// Digests by name, on OpenSSL's EVP interface. MD5 and SHA-1 are only ever compared, never produced.
#include "check/any_digest.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"
#include "core/text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <unistd.h>

namespace versoir::check {

using core::Error;
using core::Exit;
using core::msg;

namespace {

const EVP_MD* method(DigestName algorithm) {
  switch (algorithm) {
    case DigestName::md5:
      return EVP_md5();
    case DigestName::sha1:
      return EVP_sha1();
    case DigestName::sha256:
      return EVP_sha256();
    case DigestName::sha384:
      return EVP_sha384();
    case DigestName::sha512:
      return EVP_sha512();
    case DigestName::absent:
    case DigestName::unknown:
      break;
  }
  return nullptr;
}

/// VITAM compares digests as text: upper case is another one.
int lower_hex_digit(char c) { return c >= 'A' && c <= 'F' ? -1 : core::hex_digit(c); }

}  // namespace

DigestName parse_digest_name(std::string_view text) noexcept {
  if (text == "MD5") return DigestName::md5;
  if (text == "SHA-1") return DigestName::sha1;
  if (text == "SHA-256") return DigestName::sha256;
  if (text == "SHA-384") return DigestName::sha384;
  if (text == "SHA-512") return DigestName::sha512;
  return text.empty() ? DigestName::absent : DigestName::unknown;
}

std::uint8_t digest_length(DigestName algorithm) noexcept {
  const auto* md = method(algorithm);
  return md ? static_cast<std::uint8_t>(EVP_MD_get_size(md)) : std::uint8_t{0};
}

DeclaredDigest parse_digest(DigestName algorithm, std::string_view hex) {
  DeclaredDigest d;
  d.algorithm = algorithm;
  d.empty = hex.empty();
  d.comparable = !hex.empty() && hex.size() % 2 == 0 && hex.size() / 2 <= d.bytes.size();
  for (std::size_t i = 0; d.comparable && i < hex.size(); i += 2) {
    const int high = lower_hex_digit(hex[i]), low = lower_hex_digit(hex[i + 1]);
    d.comparable = high >= 0 && low >= 0;
    if (d.comparable) d.bytes[i / 2] = static_cast<std::uint8_t>(high * 16 + low);
  }
  d.length = static_cast<std::uint8_t>(d.comparable ? hex.size() / 2 : 0);
  return d;
}

struct AnyHasher::Context {
  core::Handle<EVP_MD_CTX, EVP_MD_CTX_free> evp{EVP_MD_CTX_new()};
};

bool ComputedDigest::answers(const DeclaredDigest& declared) const noexcept {
  return declared.comparable && declared.algorithm == algorithm && declared.length == length &&
         std::equal(bytes.begin(), bytes.begin() + length, declared.bytes.begin());
}

AnyHasher::AnyHasher(DigestName algorithm) : algorithm_(algorithm), context_(std::make_unique<Context>()) {
  const EVP_MD* md = method(algorithm);
  if (!md || !context_->evp || EVP_DigestInit_ex(context_->evp.get(), md, nullptr) != 1)
    throw Error(Exit::unexpected, msg("OpenSSL cannot compute this digest."));
}
AnyHasher::~AnyHasher() = default;
AnyHasher::AnyHasher(AnyHasher&&) noexcept = default;
AnyHasher& AnyHasher::operator=(AnyHasher&&) noexcept = default;

void AnyHasher::update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) != 1)
    throw Error(Exit::unexpected, msg("OpenSSL cannot compute this digest."));
}

ComputedDigest AnyHasher::finish() {
  static_assert(EVP_MAX_MD_SIZE <= 64);
  ComputedDigest out;
  out.algorithm = algorithm_;
  unsigned length = 0;
  if (EVP_DigestFinal_ex(context_->evp.get(), out.bytes.data(), &length) != 1 ||
      EVP_DigestInit_ex(context_->evp.get(), nullptr, nullptr) != 1)
    throw Error(Exit::unexpected, msg("OpenSSL cannot compute this digest."));
  out.length = static_cast<std::uint8_t>(length);
  return out;
}

AnyHasher& hasher_in(std::vector<AnyHasher>& pool, DigestName algorithm) {
  const auto found = std::ranges::find(pool, algorithm, &AnyHasher::algorithm);
  return found == pool.end() ? pool.emplace_back(algorithm) : *found;
}

bool manifest_digest_matches(const std::filesystem::path& file, std::string_view algorithm,
                             std::string_view hex) {
  const auto name = parse_digest_name(algorithm);
  const auto declared = parse_digest(name, hex);
  if (!method(name) || !declared.comparable) return false;
  AnyHasher hasher(name);
  const auto fd = core::open_read(file);
  std::array<char, 65536> piece;
  for (;;) {
    const auto n = ::read(fd.get(), piece.data(), piece.size());
    if (n < 0) core::throw_errno("read", file.string());
    if (n == 0) break;
    hasher.update({piece.data(), static_cast<std::size_t>(n)});
  }
  return hasher.finish().answers(declared);
}

}  // namespace versoir::check

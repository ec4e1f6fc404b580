// SHA-256 and SHA-512 through OpenSSL's EVP.
#include "core/digest.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"
#include "core/text.hpp"

#include <openssl/evp.h>

#include <cerrno>
#include <unistd.h>
#include <vector>

namespace versoir::core {

namespace {

constexpr std::size_t buffer_size = 1u << 20;

/// VITAM compares digests as text: upper case is another one.
int lower_hex_digit(char c) { return c >= 'A' && c <= 'F' ? -1 : hex_digit(c); }

void check(int ok) {
  if (ok != 1) throw Error(Exit::unexpected, msg("OpenSSL cannot compute a digest."));
}

std::span<const std::uint8_t> octets(std::string_view s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}

}  // namespace

template <Algorithm A>
std::string Digest<A>::hex() const {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * size);
  for (auto b : bytes) {
    out += digits[b >> 4];
    out += digits[b & 15];
  }
  return out;
}

template <Algorithm A>
std::optional<Digest<A>> Digest<A>::from_hex(std::string_view text) {
  if (text.size() != 2 * size) return std::nullopt;
  Digest d;
  for (std::size_t i = 0; i < size; ++i) {
    const int high = lower_hex_digit(text[2 * i]), low = lower_hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    d.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return d;
}

template <Algorithm A>
struct Hasher<A>::Context {
  Handle<EVP_MD_CTX, EVP_MD_CTX_free> ctx{EVP_MD_CTX_new()};
  /// Looked up once: OpenSSL 3 otherwise searches its providers, under a lock, at every start.
  static const EVP_MD* method() {
    static const Handle<EVP_MD, EVP_MD_free> found(
        EVP_MD_fetch(nullptr, A == Algorithm::sha256 ? "SHA256" : "SHA512", nullptr));
    return found.get();
  }
  void start() { check(EVP_DigestInit_ex2(ctx.get(), method(), nullptr)); }
};

template <Algorithm A>
Hasher<A>::Hasher() : context_(std::make_unique<Context>()) {
  context_->start();
}
template <Algorithm A>
Hasher<A>::~Hasher() = default;
template <Algorithm A>
Hasher<A>::Hasher(Hasher&&) noexcept = default;
template <Algorithm A>
Hasher<A>& Hasher<A>::operator=(Hasher&&) noexcept = default;

template <Algorithm A>
void Hasher<A>::update(std::span<const std::uint8_t> bytes) {
  check(EVP_DigestUpdate(context_->ctx.get(), bytes.data(), bytes.size()));
}
template <Algorithm A>
void Hasher<A>::update(std::string_view bytes) {
  update(octets(bytes));
}
template <Algorithm A>
Digest<A> Hasher<A>::finish() {
  Digest<A> d;
  unsigned length = 0;
  check(EVP_DigestFinal_ex(context_->ctx.get(), d.bytes.data(), &length));
  context_->start();
  return d;
}

template struct Digest<Algorithm::sha256>;
template struct Digest<Algorithm::sha512>;
template class Hasher<Algorithm::sha256>;
template class Hasher<Algorithm::sha512>;

Sha256 sha256(std::span<const std::uint8_t> bytes) {
  Sha256Hasher h;
  h.update(bytes);
  return h.finish();
}
Sha256 sha256(std::string_view bytes) { return sha256(octets(bytes)); }
Sha512 sha512(std::string_view bytes) {
  Sha512Hasher h;
  h.update(bytes);
  return h.finish();
}

namespace {

/// Feeds the file to `consume` from its start.
template <class F>
void stream(int fd, const std::string& name, F&& consume) {
  if (::lseek(fd, 0, SEEK_SET) < 0) throw_errno("lseek", name);
  std::vector<std::uint8_t> buffer(buffer_size);
  for (;;) {
    const auto n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", name);
    if (n == 0) return;
    consume(std::span<const std::uint8_t>(buffer.data(), static_cast<std::size_t>(n)));
  }
}

FileDigest digest(int fd, const std::string& name) {
  Sha512Hasher h;
  FileDigest result;
  stream(fd, name, [&](std::span<const std::uint8_t> bytes) {
    h.update(bytes);
    result.size += bytes.size();
  });
  result.sha512 = h.finish();
  return result;
}

}  // namespace

FileDigest digest_fd(int fd) { return digest(fd, "descriptor"); }

Sha256 sha256_file(const std::filesystem::path& path) {
  const auto fd = open_read(path);
  Sha256Hasher h;
  stream(fd.get(), path.string(), [&](std::span<const std::uint8_t> bytes) { h.update(bytes); });
  return h.finish();
}

FileDigest digest_file(const std::filesystem::path& path) {
  return digest(open_read(path).get(), path.string());
}

}  // namespace versoir::core

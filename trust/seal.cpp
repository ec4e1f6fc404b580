// Seals: one pass over a closed file gives its facts and what is signed.
#include "trust/seal.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/queue.hpp"
#include "trust/openssl.hpp"

#include <openssl/err.h>

#include <cerrno>
#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <unistd.h>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::size_t buffer_size = 256u << 10;
/// Of pieces between the two digests of a seal.
constexpr std::size_t most_waiting = 16;

void read_whole(int fd, const std::filesystem::path& file,
                const std::function<void(std::string_view)>& consume) {
  std::string buffer(buffer_size, '\0');
  off_t at = 0;
  for (;;) {
    const ssize_t n = ::pread(fd, buffer.data(), buffer.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) core::throw_errno("read", file.string());
    if (n == 0) return;
    consume(std::string_view(buffer).substr(0, static_cast<std::size_t>(n)));
    at += n;
  }
}

/// Both digests are of the same bytes, read once; each has a processor.
std::pair<core::FileDigest, core::Sha256> digest_twice(int fd, const std::filesystem::path& file) {
  core::BoundedQueue<std::shared_ptr<const std::string>> pieces(most_waiting);
  core::Sha256 signed_digest;
  std::exception_ptr failure;
  std::jthread beside([&] {
    try {
      core::Sha256Hasher sha256;
      while (const auto piece = pieces.pop()) sha256.update(std::string_view(**piece));
      signed_digest = sha256.finish();
    } catch (...) {
      failure = std::current_exception();
      pieces.abandon();
    }
  });
  core::Sha512Hasher sha512;
  core::FileDigest facts;
  try {
    read_whole(fd, file, [&](std::string_view bytes) {
      const auto piece = std::make_shared<const std::string>(bytes);
      static_cast<void>(pieces.push(piece));
      sha512.update(std::string_view(*piece));
      facts.size += bytes.size();
    });
    pieces.close();
  } catch (...) {
    pieces.close();
    throw;
  }
  beside.join();
  if (failure) std::rethrow_exception(failure);
  facts.sha512 = sha512.finish();
  return {facts, signed_digest};
}

}  // namespace

std::filesystem::path seal_path(const std::filesystem::path& file) {
  auto path = file;
  path += ".p7s";
  return path;
}

core::FileDigest seal_file(const std::filesystem::path& file, Signer& signer, const core::Clock& clock,
                           TimestampAuthority* tsa) {
  const auto fd = core::open_read(file);
  const auto [facts, sha256] = digest_twice(fd.get(), file);
  const SignOptions options{Commitment::proof_of_origin, tsa};
  core::write_file(seal_path(file), sign_detached(signer, sha256, clock, options));
  return facts;
}

Verification verify_seal(const std::filesystem::path& file, const TrustStore& store, const core::Clock& clock,
                         At at) {
  const auto seal = seal_path(file);
  if (!std::filesystem::exists(seal))
    throw Error(Exit::evidence_broken,
                msg("The seal of {0} is missing: {1} is not there.", file.string(), seal.string()));
  const auto signature = core::read_file(seal, 2u << 20);
  const auto fd = core::open_read(file);
  const auto digest = [&](std::string_view algorithm) -> std::optional<std::string> {
    const EVP_MD* md = EVP_get_digestbyname(std::string(algorithm).c_str());
    const core::Handle<EVP_MD_CTX, EVP_MD_CTX_free> ctx(needed(EVP_MD_CTX_new()));
    if (!md || EVP_DigestInit_ex(ctx.get(), md, nullptr) != 1) return std::nullopt;
    read_whole(fd.get(), file, [&](std::string_view bytes) {
      succeed(EVP_DigestUpdate(ctx.get(), bytes.data(), bytes.size()));
    });
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    succeed(EVP_DigestFinal_ex(ctx.get(), hash, &n));
    return std::string(reinterpret_cast<const char*>(hash), n);
  };
  return verify_detached_with(signature, digest, store, clock, at);
}

}  // namespace versoir::trust

// Digests by their name, through OpenSSL's EVP.
#include "core/named_digest.hpp"

#include "core/error.hpp"
#include "core/handle.hpp"
#include "core/text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace versoir::core {

struct NamedHasher::Context {
  Handle<EVP_MD, EVP_MD_free> method;
  Handle<EVP_MD_CTX, EVP_MD_CTX_free> state{EVP_MD_CTX_new()};
  void start() {
    if (!state || EVP_DigestInit_ex2(state.get(), method.get(), nullptr) != 1)
      throw Error(Exit::unexpected, msg("OpenSSL cannot compute a digest"));
  }
};

NamedHasher::NamedHasher(std::unique_ptr<Context> context) : context_(std::move(context)) {}
NamedHasher::~NamedHasher() = default;
NamedHasher::NamedHasher(NamedHasher&&) noexcept = default;
NamedHasher& NamedHasher::operator=(NamedHasher&&) noexcept = default;

std::optional<NamedHasher> NamedHasher::of(std::string_view algorithm) {
  std::string name;
  for (const char c : algorithm)
    if (c != '-') name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  constexpr std::array known{"MD5", "SHA1", "SHA256", "SHA512"};
  if (std::ranges::find(known, name) == known.end()) return std::nullopt;
  auto context = std::make_unique<Context>();
  context->method.reset(EVP_MD_fetch(nullptr, name.c_str(), nullptr));
  if (!context->method) return std::nullopt;  // a provider that refuses what is weak
  context->start();
  return NamedHasher(std::move(context));
}

void NamedHasher::update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_->state.get(), bytes.data(), bytes.size()) != 1)
    throw Error(Exit::unexpected, msg("OpenSSL cannot compute a digest"));
}

std::string NamedHasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  if (EVP_DigestFinal_ex(context_->state.get(), bytes.data(), &length) != 1)
    throw Error(Exit::unexpected, msg("OpenSSL cannot compute a digest"));
  context_->start();
  return {reinterpret_cast<const char*>(bytes.data()), length};
}

std::string upper_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

bool same_digest(std::string_view written, std::string_view bytes) {
  const auto text = trim(written);
  if (text.size() == bytes.size() * 2) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
      if (high < 0 || low < 0 || high * 16 + low != static_cast<unsigned char>(bytes[i])) return false;
    }
    return true;
  }
  std::string base64(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  base64.resize(static_cast<std::size_t>(length));
  return text == base64;
}

}  // namespace versoir::core

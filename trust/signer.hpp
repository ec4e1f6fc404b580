// The signer port: a certificate and a way to sign bytes. PEM and PKCS#12 files, PKCS#11 cards and modules.
#pragma once
#include "trust/certificate.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust {

/// Two functions and nothing else: a card, a remote service or a test double can be one.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual const Certificate& certificate() const = 0;
  [[nodiscard]] virtual const std::vector<Certificate>& chain()
      const = 0;  ///< intermediates, without the signer
  /// Signature over SHA-256 of `bytes` (PKCS#1 v1.5 for RSA, ECDSA-Sig-Value for EC). Throws
  /// Error(Exit::signing).
  [[nodiscard]] virtual std::string sign(std::string_view bytes) = 0;
};

/// Where a key comes from. Never a password on the command line: a file of mode 0600, or a prompt by the
/// caller.
struct KeySource {
  std::filesystem::path certificate;         ///< PEM certificate, its chain may follow
  std::filesystem::path key;                 ///< PEM private key (0600 enforced)
  std::filesystem::path pkcs12;              ///< instead of the two above
  std::filesystem::path password_file;       ///< 0600 enforced, first line; the PIN of a card
  std::string pkcs11 = {};                   ///< instead of key and pkcs12: a key of a card, RFC 7512 URI
  std::filesystem::path pkcs11_module = {};  ///< the card's driver, a shared library
  /// Asks the PIN of a card when there is no file; nullopt when there is nobody to ask.
  std::function<std::optional<std::string>(const std::string& prompt)> ask = {};
};
/// Checks on loading (crypto note §4): key matches certificate, validity now, not a CA, RSA ≥ 2048 or EC ≥
/// 256, key usage digitalSignature or nonRepudiation. Obsolete PKCS#12 encryption is refused with advice.
[[nodiscard]] std::unique_ptr<Signer> load_signer(const KeySource& source, const core::Clock& clock);

}  // namespace versoir::trust

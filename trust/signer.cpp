// Signers whose key is in a file: PEM or PKCS#12.
#include "trust/signer.hpp"

#include "core/error.hpp"
#include "trust/key_checks.hpp"
#include "trust/pkcs11.hpp"

#include <openssl/err.h>
#include <openssl/pkcs12.h>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

namespace {

class KeySigner final : public Signer {
 public:
  KeySigner(KeyHandle key, Certificate certificate, std::vector<Certificate> chain)
      : key_(std::move(key)), certificate_(std::move(certificate)), chain_(std::move(chain)) {}

  const Certificate& certificate() const override { return certificate_; }
  const std::vector<Certificate>& chain() const override { return chain_; }

  std::string sign(std::string_view bytes) override { return sign_with(key_.get(), bytes, certificate_); }

 private:
  KeyHandle key_;
  Certificate certificate_;
  std::vector<Certificate> chain_;
};

struct Loaded {
  KeyHandle key;
  std::vector<Certificate> certificates;  ///< the signer's first
};

Loaded load_pem(const KeySource& source) {
  if (source.certificate.empty() || source.key.empty())
    throw Error(Exit::configuration,
                msg("A signer needs a certificate and a key, a PKCS#12 file, or a PKCS#11 card."));
  return {read_key(source.key, read_password(source.password_file)),
          Certificate::list_from_pem_file(source.certificate)};
}

Error pkcs12_error(const std::filesystem::path& file, bool mac_verified) {
  const auto first = ERR_peek_error();
  const auto reason = ERR_GET_REASON(first);
  // OpenSSL 3 keeps RC2-40 and its likes in a provider that is not loaded, and must not be for this.
  const bool obsolete =
      mac_verified && (reason == ERR_R_UNSUPPORTED || reason == EVP_R_UNSUPPORTED_ALGORITHM);
  if (obsolete)
    return openssl_error(Exit::configuration,
                         msg("The PKCS#12 file {0} uses obsolete encryption.", file.string()))
        .hint(msg(
            "Export it again from where it comes, or convert it: openssl pkcs12 -legacy -in OLD.p12 -nodes | "
            "openssl pkcs12 -export -out NEW.p12"));
  return openssl_error(Exit::configuration,
                       msg("The PKCS#12 file {0} cannot be opened with this password.", file.string()))
      .hint(msg("password_file names a file of mode 0600 whose first line is the password."));
}

Loaded load_pkcs12(const KeySource& source) {
  const Secret bytes(read_private_file(source.pkcs12));
  ERR_clear_error();
  const core::Handle<PKCS12, PKCS12_free> p12(trust::from_der<PKCS12>(d2i_PKCS12, bytes.text(), PKCS12_free));
  if (!p12)
    throw openssl_error(Exit::configuration, msg("{0} is not a PKCS#12 file.", source.pkcs12.string()));
  const Secret password = read_password(source.password_file);
  // Without MAC nothing says that the file is whole; without password, some tools write none.
  const bool mac =
      PKCS12_mac_present(p12.get()) == 1 &&
      PKCS12_verify_mac(p12.get(), password.text().c_str(), static_cast<int>(password.text().size())) == 1;
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  ERR_clear_error();
  if (PKCS12_parse(p12.get(), password.text().c_str(), &key, &certificate, &others) != 1)
    throw pkcs12_error(source.pkcs12, mac);
  Loaded loaded;
  loaded.key.reset(key);
  const CertificateStack rest(others);
  if (certificate) loaded.certificates.emplace_back(certificate);
  if (!key || !certificate)
    throw Error(Exit::configuration,
                msg("The PKCS#12 file {0} lacks the key or its certificate.", source.pkcs12.string()));
  for (int i = 0; rest && i < sk_X509_num(rest.get()); ++i) {
    X509* x = sk_X509_value(rest.get(), i);
    succeed(X509_up_ref(x));
    loaded.certificates.emplace_back(x);
  }
  return loaded;
}

}  // namespace

std::unique_ptr<Signer> load_signer(const KeySource& source, const core::Clock& clock) {
  if (!source.pkcs11.empty()) return load_token_signer(source, clock);
  Loaded loaded = source.pkcs12.empty() ? load_pem(source) : load_pkcs12(source);
  require_fit_to_sign(loaded.certificates.front(), loaded.key.get(), clock);
  return std::make_unique<KeySigner>(std::move(loaded.key), loaded.certificates.front(),
                                     intermediates(loaded.certificates));
}

}  // namespace versoir::trust

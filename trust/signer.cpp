// Signers whose key is in a file: PEM or PKCS#12, checked before they ever sign (OpenSSL itself would sign
// with anything: an expired certificate, a key of another one, a CA).
#include "trust/signer.hpp"

#include "core/error.hpp"
#include "trust/openssl.hpp"

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

  std::string sign(std::string_view bytes) override {
    ERR_clear_error();
    const core::Handle<EVP_MD_CTX, EVP_MD_CTX_free> ctx(needed(EVP_MD_CTX_new()));
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t size = signature.size();
    if (EVP_DigestSignInit(ctx.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
        EVP_DigestSign(ctx.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1)
      throw openssl_error(Exit::signing, msg("The key of {0} did not sign.", certificate_.common_name()));
    signature.resize(size);
    return signature;
  }

 private:
  KeyHandle key_;
  Certificate certificate_;
  std::vector<Certificate> chain_;
};

Secret read_password(const std::filesystem::path& file) {
  if (file.empty()) return {};
  std::string text = read_private_file(file);
  Secret whole(text);
  OPENSSL_cleanse(text.data(), text.size());
  auto end = whole.text().find('\n');
  if (end == std::string::npos) end = whole.text().size();
  if (end > 0 && whole.text()[end - 1] == '\r') --end;
  return Secret(whole.text().substr(0, end));
}

struct Loaded {
  KeyHandle key;
  std::vector<Certificate> certificates;  ///< the signer's first
};

Loaded load_pem(const KeySource& source) {
  if (source.certificate.empty() || source.key.empty())
    throw Error(Exit::configuration, msg("A signer needs a certificate and a key, or a PKCS#12 file."));
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

/// MD5 or SHA-1 under the authority's signature of the certificate.
bool weak_certificate_signature(X509* certificate) {
  int digest = NID_undef;
  X509_get_signature_info(certificate, &digest, nullptr, nullptr, nullptr);
  ERR_clear_error();
  return digest == NID_md5 || digest == NID_md5_sha1 || digest == NID_sha1;
}

void check(const Loaded& loaded, const core::Clock& clock) {
  const auto& certificate = loaded.certificates.front();
  const auto name = certificate.common_name();
  ERR_clear_error();
  if (X509_check_private_key(certificate.raw(), loaded.key.get()) != 1) {
    ERR_clear_error();
    throw Error(Exit::configuration, msg("The private key is not the one of the certificate of {0}.", name));
  }
  if (const auto defect = key_defect(certificate.raw()); !defect.empty())
    throw Error(Exit::signing, msg("The certificate of {0} cannot sign.", name)).because(defect);
  if (const auto defect = usage_defect(certificate.raw()); !defect.empty())
    throw Error(Exit::signing, msg("The certificate of {0} cannot sign.", name)).because(defect);
  if (weak_certificate_signature(certificate.raw()))
    throw Error(Exit::signing, msg("The certificate of {0} cannot sign.", name))
        .because(msg("It was itself signed with a digest that is no longer safe."));
  const auto now = clock.now();
  if (now < certificate.not_before())
    throw Error(Exit::signing, msg("The certificate of {0} is not valid before {1}.", name,
                                   core::format_instant(certificate.not_before())))
        .hint(msg("It is {0} by the clock of this machine: is it right?", core::format_instant(now)));
  if (now > certificate.not_after())
    throw Error(Exit::signing, msg("The certificate of {0} expired on {1}.", name,
                                   core::format_instant(certificate.not_after())))
        .hint(msg("Renew it, and register the new one in the role register."));
}

}  // namespace

std::unique_ptr<Signer> load_signer(const KeySource& source, const core::Clock& clock) {
  Loaded loaded = source.pkcs12.empty() ? load_pem(source) : load_pkcs12(source);
  check(loaded, clock);
  Certificate own = loaded.certificates.front();
  std::vector<Certificate> chain;
  for (std::size_t i = 1; i < loaded.certificates.size(); ++i) {
    // The anchor itself adds nothing: who verifies has it, or does not trust it.
    X509* x = loaded.certificates[i].raw();
    if (!(X509_get_extension_flags(x) & EXFLAG_SS)) chain.push_back(loaded.certificates[i]);
  }
  return std::make_unique<KeySigner>(std::move(loaded.key), std::move(own), std::move(chain));
}

}  // namespace versoir::trust

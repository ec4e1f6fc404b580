// OpenSSL itself would sign with anything: an expired certificate, a key of another one, a CA.
#include "trust/key_checks.hpp"

#include "core/error.hpp"

#include <openssl/err.h>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// MD5 or SHA-1 under the authority's signature of the certificate.
bool weak_certificate_signature(X509* certificate) {
  int digest = NID_undef;
  X509_get_signature_info(certificate, &digest, nullptr, nullptr, nullptr);
  ERR_clear_error();
  return digest == NID_md5 || digest == NID_md5_sha1 || digest == NID_sha1;
}

}  // namespace

void require_fit_to_sign(const Certificate& certificate, EVP_PKEY* key, const core::Clock& clock) {
  const auto name = certificate.common_name();
  ERR_clear_error();
  if (X509_check_private_key(certificate.raw(), key) != 1) {
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

std::string sign_with(EVP_PKEY* key, std::string_view bytes, const Certificate& certificate) {
  ERR_clear_error();
  const core::Handle<EVP_MD_CTX, EVP_MD_CTX_free> ctx(needed(EVP_MD_CTX_new()));
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(ctx.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(ctx.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1)
    throw openssl_error(Exit::signing, msg("The key of {0} did not sign.", certificate.common_name()));
  signature.resize(size);
  return signature;
}

std::vector<Certificate> intermediates(const std::vector<Certificate>& certificates) {
  std::vector<Certificate> chain;
  for (std::size_t i = 1; i < certificates.size(); ++i)
    if (!(X509_get_extension_flags(certificates[i].raw()) & EXFLAG_SS)) chain.push_back(certificates[i]);
  return chain;
}

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

}  // namespace versoir::trust

// The chain of a time-stamping authority walked once more, for its revocation alone: the token was verified.
#include "trust/token_revocation.hpp"

#include "trust/openssl.hpp"

#include <openssl/err.h>

namespace versoir::trust {

using core::msg;
using core::Severity;

namespace {

/// What tells of the authority: lists and answers of its own, and those about signers, whose authority may be
/// the same.
TrustStore store_of_authority(const TrustStore& store) {
  TrustStore own;
  own.anchors = store.tsa_anchors;
  own.crls_der = store.crls_der;
  own.crls_der.insert(own.crls_der.end(), store.tsa_crls_der.begin(), store.tsa_crls_der.end());
  own.ocsp_der = store.ocsp_der;
  own.ocsp_der.insert(own.ocsp_der.end(), store.tsa_ocsp_der.begin(), store.tsa_ocsp_der.end());
  return own;
}

ChainDefect cannot_tell(core::Message message) {
  return {Verdict::indeterminate,
          {Severity::error, "signature-revocation", std::move(message), {}},
          false,
          {},
          0};
}

/// One defect of the walk, as far as it concerns the time-stamp.
void take_defect(ChainDefect found, bool required, std::vector<ChainDefect>& defects) {
  const bool revocation = found.finding.code == "signature-revocation";
  if (revocation && found.unknown_at < 0) {
    defects.push_back(std::move(found));
    return;
  }
  // The path itself was accepted with the token: what is left is a list that cannot be used. Above the
  // authority what is not known is not asked for, as with signers.
  if (required && found.unknown_at <= 0) defects.push_back(cannot_tell(std::move(found.finding.message)));
}

}  // namespace

std::vector<ChainDefect> token_revocation(std::string_view token_der, core::Instant time,
                                          const TrustStore& store) {
  const auto own = store_of_authority(store);
  if (own.crls_der.empty() && own.ocsp_der.empty()) {
    if (!store.require_tsa_revocation) return {};
    return {
        cannot_tell(msg("Neither list nor answer tells whether the time-stamping authority was revoked."))};
  }
  ERR_clear_error();
  const Pkcs7Handle token(from_der<PKCS7>(d2i_PKCS7, token_der, PKCS7_free));
  if (!token || !PKCS7_type_is_signed(token.get()))
    throw openssl_error(core::Exit::evidence_broken, msg("The time-stamp token is malformed."));
  const CertificateShell signers(PKCS7_get0_signers(token.get(), nullptr, 0));
  if (!signers || sk_X509_num(signers.get()) < 1)
    throw openssl_error(core::Exit::evidence_broken, msg("The time-stamp token is malformed."));
  std::vector<ChainDefect> defects;
  for (auto& found : check_chain(sk_X509_value(signers.get(), 0), token->d.sign->cert, token->d.sign->crl,
                                 own, {time, true, true}))
    take_defect(std::move(found), store.require_tsa_revocation, defects);
  return defects;
}

}  // namespace versoir::trust

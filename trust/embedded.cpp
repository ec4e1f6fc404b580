// Certificates taken out of a CMS SignedData.
#include "trust/embedded.hpp"

#include "trust/openssl.hpp"

#include <openssl/err.h>

namespace versoir::trust {

std::vector<Certificate> embedded_certificates(std::string_view signed_data_der) {
  ERR_clear_error();
  const CmsHandle cms(from_der<CMS_ContentInfo>(d2i_CMS_ContentInfo, signed_data_der, CMS_ContentInfo_free));
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed)
    throw openssl_error(core::Exit::evidence_broken, core::msg("This is no CMS signature."));
  const CertificateStack found(CMS_get1_certs(cms.get()));
  std::vector<Certificate> list;
  for (int i = 0; found && i < sk_X509_num(found.get()); ++i) {
    X509* x = sk_X509_value(found.get(), i);
    succeed(X509_up_ref(x));
    list.emplace_back(x);
  }
  return list;
}

int signer_count(std::string_view signed_data_der) {
  ERR_clear_error();
  const CmsHandle cms(from_der<CMS_ContentInfo>(d2i_CMS_ContentInfo, signed_data_der, CMS_ContentInfo_free));
  const bool is_signature = cms && OBJ_obj2nid(CMS_get0_type(cms.get())) == NID_pkcs7_signed;
  const auto* infos = is_signature ? CMS_get0_SignerInfos(cms.get()) : nullptr;
  ERR_clear_error();
  return infos ? sk_CMS_SignerInfo_num(infos) : 0;
}

}  // namespace versoir::trust

#include "trust/foreign.hpp"

#include "core/error.hpp"
#include "trust/openssl.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <optional>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::size_t most_signed_bytes = 2u << 20;  // a visa of 10 000 lots inside its signature

CmsHandle read_der(std::string_view bytes) {
  ERR_clear_error();
  CmsHandle cms(from_der<CMS_ContentInfo>(d2i_CMS_ContentInfo, bytes, CMS_ContentInfo_free));
  ERR_clear_error();
  return cms;
}

void free_bytes(void* p) noexcept { OPENSSL_free(p); }

/// The first block, whatever its label: tools write CMS, PKCS7, SIGNATURE.
CmsHandle read_pem(std::string_view bytes) {
  ERR_clear_error();
  const auto bio = memory_bio(bytes);
  char *name = nullptr, *header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  const bool found = PEM_read_bio(bio.get(), &name, &header, &data, &size) == 1;
  ERR_clear_error();
  if (!found) return {};
  const core::Handle<void, free_bytes> a(name), b(header), c(data);
  return read_der({reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)});
}

/// Base64 without armour, in lines or not: what web tools give to download.
std::optional<std::string> decoded(std::string_view text) {
  std::string digits;
  digits.reserve(text.size());
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return c != '\n' && c != '\r' && c != ' ' && c != '\t'; });
  if (digits.empty() || digits.size() % 4 != 0) return std::nullopt;
  std::string bytes(digits.size() / 4 * 3, '\0');
  const int n =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(digits.data()), static_cast<int>(digits.size()));
  ERR_clear_error();
  if (n < 0) return std::nullopt;
  const auto padding = static_cast<std::size_t>(digits.ends_with("==") ? 2 : digits.ends_with('=') ? 1 : 0);
  bytes.resize(static_cast<std::size_t>(n) - padding);
  return bytes;
}

CmsHandle read_any(std::string_view given) {
  if (auto cms = read_der(given)) return cms;
  if (auto cms = read_pem(given)) return cms;
  if (const auto der = decoded(given)) return read_der(*der);
  return {};
}

Error not_cms(std::string_view given, std::string_view origin) {
  auto e = Error(Exit::visa_bad_signature, msg("{0} is not a CMS signature.", origin));
  const auto head = given.substr(0, 4096);
  if (head.starts_with("%PDF"))
    return std::move(e).hint(
        msg("This is a PDF: a signature inside a PDF (PAdES) is not one of the visa. Sign the "
            "prepared file itself, as CAdES, detached."));
  if (head.find("XAdES") != std::string_view::npos || head.find("<ds:Signature") != std::string_view::npos)
    return std::move(e).hint(
        msg("This is an XML signature (XAdES): have the tool make a CAdES (or CMS, PKCS#7) signature, "
            "detached."));
  return std::move(e).hint(msg("Expected: a CAdES signature in DER, PEM or base64 (.p7s, .p7m, .p7b)."));
}

/// Takes out a document that the signature carries, once it is known to be ours; false when it carries none.
bool detach(CMS_ContentInfo* cms, std::string_view document, std::string_view origin) {
  ASN1_OCTET_STRING** inside = CMS_get0_content(cms);
  if (!inside || !*inside) return false;
  const std::string_view carried(reinterpret_cast<const char*>(ASN1_STRING_get0_data(*inside)),
                                 static_cast<std::size_t>(ASN1_STRING_length(*inside)));
  if (carried != document)
    throw Error(Exit::visa_bad_signature, msg("{0} signs another document than the prepared one.", origin))
        .hint(
            msg("The tool must sign the prepared file byte for byte: not a copy opened and saved, not a text "
                "whose ends of line are converted."));
  succeed(CMS_set_detached(cms, 1));
  return true;
}

void add_timestamp(CMS_SignerInfo* signer, TimestampAuthority& authority) {
  if (CMS_unsigned_get_attr_by_NID(signer, NID_id_smime_aa_timeStampToken, -1) >= 0) return;
  const ASN1_OCTET_STRING* value = CMS_SignerInfo_get0_signature(signer);
  const std::string token = authority.token({reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                             static_cast<std::size_t>(ASN1_STRING_length(value))});
  succeed(CMS_unsigned_add1_attr_by_NID(signer, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE, token.data(),
                                        static_cast<int>(token.size())));
}

}  // namespace

std::string detached_signature(std::string_view given, std::string_view document, std::string_view origin) {
  if (given.size() > most_signed_bytes)
    throw Error(Exit::visa_bad_signature, msg("{0} is too large for a signature.", origin));
  const auto cms = read_any(given);
  const auto* signers = cms && OBJ_obj2nid(CMS_get0_type(cms.get())) == NID_pkcs7_signed
                            ? CMS_get0_SignerInfos(cms.get())
                            : nullptr;
  if (!signers || sk_CMS_SignerInfo_num(signers) < 1) throw not_cms(given, origin);
  if (!detach(cms.get(), document, origin) && read_der(given)) return std::string(given);
  return to_der(i2d_CMS_ContentInfo, cms.get());
}

std::string with_timestamps(std::string_view signature_der, TimestampAuthority& authority) {
  const auto cms = read_der(signature_der);
  auto* signers = cms ? CMS_get0_SignerInfos(cms.get()) : nullptr;
  if (!signers) throw Error(Exit::visa_bad_signature, msg("This is not a CMS signature."));
  for (int i = 0; i < sk_CMS_SignerInfo_num(signers); ++i)
    add_timestamp(sk_CMS_SignerInfo_value(signers, i), authority);
  return to_der(i2d_CMS_ContentInfo, cms.get());
}

}  // namespace versoir::trust

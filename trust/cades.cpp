// Writing a CAdES signature (ETSI EN 319 122-1): the SignedData is assembled here, so that the signature
// value can come from any Signer, and so that a content known by its digest needs no second reading.
#include "trust/cades.hpp"

#include "trust/der.hpp"
#include "trust/openssl.hpp"

#include <openssl/err.h>
#include <openssl/ess.h>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

namespace {

namespace oids {
constexpr std::string_view data = "1.2.840.113549.1.7.1", signed_data = "1.2.840.113549.1.7.2";
constexpr std::string_view content_type = "1.2.840.113549.1.9.3", message_digest = "1.2.840.113549.1.9.4",
                           signing_time = "1.2.840.113549.1.9.5";
constexpr std::string_view signing_certificate_v2 = "1.2.840.113549.1.9.16.2.47";
constexpr std::string_view commitment_type = "1.2.840.113549.1.9.16.2.16";
constexpr std::string_view proof_of_origin = "1.2.840.113549.1.9.16.6.1",
                           proof_of_approval = "1.2.840.113549.1.9.16.6.5";
constexpr std::string_view time_stamp_token = "1.2.840.113549.1.9.16.2.14";
constexpr std::string_view sha256 = "2.16.840.1.101.3.4.2.1";
constexpr std::string_view rsa_encryption = "1.2.840.113549.1.1.1", ecdsa_with_sha256 = "1.2.840.10045.4.3.2";
}  // namespace oids

std::string attribute(std::string_view oid, std::string_view value) {
  return der::sequence({der::oid(oid), der::element(der::set_tag, value)});
}

/// RFC 5652 §11.3: UTCTime up to 2049, GeneralizedTime from 2050.
std::string encode_time(core::Instant t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(t - day);
  const int year = static_cast<int>(date.year());
  const auto rest = fmt::format("{:02}{:02}{:02}{:02}{:02}Z", static_cast<unsigned>(date.month()),
                                static_cast<unsigned>(date.day()), time.hours().count(),
                                time.minutes().count(), time.seconds().count());
  if (year >= 1950 && year < 2050)
    return der::element(V_ASN1_UTCTIME, fmt::format("{:02}", year % 100) + rest);
  return der::element(V_ASN1_GENERALIZEDTIME, fmt::format("{:04}", year) + rest);
}

/// Binds the certificate to the signature (RFC 5035): SHA-256 is the default of the structure, hence not
/// written.
std::string signing_certificate(X509* certificate) {
  const core::Handle<ESS_SIGNING_CERT_V2, ESS_SIGNING_CERT_V2_free> ess(
      needed(OSSL_ESS_signing_cert_v2_new_init(EVP_sha256(), certificate, nullptr, 1)));
  return to_der(i2d_ESS_SIGNING_CERT_V2, ess.get());
}

/// SET OF Attribute, as it is signed (RFC 5652 §5.4: with the tag of SET, not the implicit one).
std::string signed_attributes(const Certificate& certificate, const core::Sha256& digest, core::Instant now,
                              Commitment commitment) {
  const std::string_view digest_bytes(reinterpret_cast<const char*>(digest.bytes.data()),
                                      digest.bytes.size());
  std::vector<std::string> attributes{
      attribute(oids::content_type, der::oid(oids::data)),
      attribute(oids::signing_time, encode_time(now)),
      attribute(oids::message_digest, der::element(der::octet_string_tag, digest_bytes)),
      attribute(oids::signing_certificate_v2, signing_certificate(certificate.raw())),
  };
  if (commitment != Commitment::none) {
    const auto id =
        commitment == Commitment::proof_of_approval ? oids::proof_of_approval : oids::proof_of_origin;
    attributes.push_back(attribute(oids::commitment_type, der::sequence({der::oid(id)})));
  }
  return der::set_of(std::move(attributes));
}

std::string signature_algorithm(const Certificate& certificate) {
  const EVP_PKEY* key = needed(X509_get0_pubkey(certificate.raw()));
  switch (EVP_PKEY_get_base_id(key)) {
    // As OpenSSL writes it; RFC 5754 §3.2 allows it next to sha256WithRSAEncryption.
    case EVP_PKEY_RSA:
      return der::sequence({der::oid(oids::rsa_encryption), der::element(der::null_tag, {})});
    case EVP_PKEY_EC:
      return der::sequence({der::oid(oids::ecdsa_with_sha256)});
    default:
      throw Error(Exit::signing, msg("The key of {0} is of a kind that CMS signatures do not take.",
                                     certificate.common_name()))
          .hint(msg("Use an RSA key or an elliptic curve key (P-256)."));
  }
}

/// A card or a remote service may sign with another key than the certificate says: better known now than in
/// ten years.
void check_signature(const Certificate& certificate, std::string_view signed_bytes,
                     std::string_view signature) {
  ERR_clear_error();
  const core::Handle<EVP_MD_CTX, EVP_MD_CTX_free> ctx(needed(EVP_MD_CTX_new()));
  EVP_PKEY* key = needed(X509_get0_pubkey(certificate.raw()));
  if (EVP_DigestVerifyInit(ctx.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestVerify(ctx.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(signed_bytes.data()), signed_bytes.size()) != 1)
    throw openssl_error(
        Exit::signing,
        msg("What the signer of {0} gave is not a signature of its certificate.", certificate.common_name()));
}

constexpr std::uint8_t implicit_0 = 0xa0, implicit_1 = 0xa1;  // constructed context tags

std::string certificates(Signer& signer) {
  std::vector<std::string> all{signer.certificate().der()};
  for (const auto& c : signer.chain()) all.push_back(c.der());
  return der::set_of(std::move(all), implicit_0);
}

std::string one_integer(int value) {
  return der::element(der::integer_tag, std::string(1, static_cast<char>(value)));
}

std::string signer_info(Signer& signer, std::string_view attributes, std::string_view value,
                        std::string_view token) {
  X509* x = signer.certificate().raw();
  const std::string issuer = to_der(i2d_X509_NAME, X509_get_issuer_name(x));
  const std::string serial = to_der(i2d_ASN1_INTEGER, X509_get0_serialNumber(x));
  std::string implicit_attributes(attributes);
  implicit_attributes.front() = static_cast<char>(implicit_0);
  const std::string unsigned_attributes =
      token.empty() ? std::string() : der::set_of({attribute(oids::time_stamp_token, token)}, implicit_1);
  return der::sequence({one_integer(1), der::sequence({issuer, serial}),
                        der::sequence({der::oid(oids::sha256)}), implicit_attributes,
                        signature_algorithm(signer.certificate()), der::element(der::octet_string_tag, value),
                        unsigned_attributes});
}

std::string signed_data(Signer& signer, std::string_view info) {
  const auto content =
      der::sequence({one_integer(1),  // RFC 5652 §5.1: id-data, certificates only, issuerAndSerialNumber
                     der::element(der::set_tag, der::sequence({der::oid(oids::sha256)})),
                     der::sequence({der::oid(oids::data)}),  // detached: no content inside
                     certificates(signer), der::element(der::set_tag, info)});
  return der::sequence({der::oid(oids::signed_data), der::element(implicit_0, content)});
}

struct FirstSigner {
  CmsHandle cms;
  CMS_SignerInfo* info = nullptr;
};

FirstSigner first_signer(std::string_view signature_der) {
  ERR_clear_error();
  FirstSigner first;
  first.cms.reset(from_der<CMS_ContentInfo>(d2i_CMS_ContentInfo, signature_der, CMS_ContentInfo_free));
  const auto* infos = first.cms ? CMS_get0_SignerInfos(first.cms.get()) : nullptr;
  if (!infos || sk_CMS_SignerInfo_num(infos) < 1)
    throw openssl_error(Exit::evidence_broken, msg("This is not a CMS signature."));
  first.info = sk_CMS_SignerInfo_value(infos, 0);
  return first;
}

std::string string_bytes(const ASN1_STRING* s) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)),
          static_cast<std::size_t>(ASN1_STRING_length(s))};
}

}  // namespace

std::string sign_detached(Signer& signer, std::string_view content, const core::Clock& clock,
                          const SignOptions& options) {
  return sign_detached(signer, core::sha256(content), clock, options);
}

std::string sign_detached(Signer& signer, const core::Sha256& content_digest, const core::Clock& clock,
                          const SignOptions& options) {
  ERR_clear_error();
  const auto attributes =
      signed_attributes(signer.certificate(), content_digest, clock.now(), options.commitment);
  const std::string value = signer.sign(attributes);
  check_signature(signer.certificate(), attributes, value);
  // EN 319 122-1 §5.3: the token covers the octets of the signature value, not the document.
  const std::string token = options.tsa ? options.tsa->token(value) : std::string();
  return signed_data(signer, signer_info(signer, attributes, value, token));
}

std::optional<std::string> extract_timestamp_token(std::string_view signature_der) {
  const auto first = first_signer(signature_der);
  const int at = CMS_unsigned_get_attr_by_NID(first.info, NID_id_smime_aa_timeStampToken, -1);
  if (at < 0) return std::nullopt;
  const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(CMS_unsigned_get_attr(first.info, at), 0);
  if (!value || value->type != V_ASN1_SEQUENCE) return std::nullopt;
  return string_bytes(value->value.sequence);
}

std::string signature_value(std::string_view signature_der) {
  return string_bytes(CMS_SignerInfo_get0_signature(first_signer(signature_der).info));
}

}  // namespace versoir::trust

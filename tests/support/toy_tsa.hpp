// A time-stamping authority without network, and what somebody does who wants a signature without its stamp.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "trust/timestamp.hpp"

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/ts.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace versoir::tests {

/// An authority in the same process, whose clock can be set.
class ToyTsa : public trust::TimestampAuthority {
 public:
  /// `pki`: a folder made by samples/pki/make-pki. `time`: what its tokens say, now when empty. `name`: of
  /// its certificate there.
  explicit ToyTsa(std::filesystem::path pki, std::string_view time = {}, std::string name = "tsa")
      : pki_(std::move(pki)), name_(std::move(name)) {
    if (!time.empty()) time_ = core::parse_instant(time).value();
  }
  std::string token(std::string_view bytes) override {
    const auto digest = core::sha256(bytes);
    TS_REQ* request = TS_REQ_new();
    TS_REQ_set_version(request, 1);
    X509_ALGOR* algorithm = X509_ALGOR_new();
    X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
    TS_MSG_IMPRINT* imprint = TS_MSG_IMPRINT_new();
    TS_MSG_IMPRINT_set_algo(imprint, algorithm);
    TS_MSG_IMPRINT_set_msg(imprint, const_cast<unsigned char*>(digest.bytes.data()), 32);
    TS_REQ_set_msg_imprint(request, imprint);
    TS_REQ_set_cert_req(request, 1);
    BIO* query = BIO_new(BIO_s_mem());
    i2d_TS_REQ_bio(query, request);

    TS_RESP_CTX* ctx = TS_RESP_CTX_new();
    BIO* pem = BIO_new_file((pki_ / (name_ + ".pem")).c_str(), "r");
    X509* certificate = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
    BIO* key_pem = BIO_new_file((pki_ / (name_ + ".key")).c_str(), "r");
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_pem, nullptr, nullptr, nullptr);
    TS_RESP_CTX_set_signer_cert(ctx, certificate);
    TS_RESP_CTX_set_signer_key(ctx, key);
    TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256());
    ASN1_OBJECT* policy = OBJ_txt2obj("1.3.6.1.4.1.99999.2", 1);
    TS_RESP_CTX_set_def_policy(ctx, policy);
    TS_RESP_CTX_add_md(ctx, EVP_sha256());
    TS_RESP_CTX_set_serial_cb(
        ctx,
        [](TS_RESP_CTX*, void*) {
          ASN1_INTEGER* n = ASN1_INTEGER_new();
          ASN1_INTEGER_set(n, 7);
          return n;
        },
        nullptr);
    TS_RESP_CTX_set_time_cb(
        ctx,
        [](TS_RESP_CTX*, void* self, long* seconds, long* micros) {
          const auto& set = static_cast<ToyTsa*>(self)->time_;
          *seconds = (set ? *set : core::SystemClock().now()).time_since_epoch().count();
          *micros = 0;
          return 1;
        },
        this);
    TS_RESP* response = TS_RESP_create_response(ctx, query);
    unsigned char* der = nullptr;
    const int n = i2d_PKCS7(TS_RESP_get_token(response), &der);
    std::string token(reinterpret_cast<char*>(der), static_cast<std::size_t>(n));
    OPENSSL_free(der);
    TS_RESP_free(response);
    ASN1_OBJECT_free(policy);
    EVP_PKEY_free(key);
    BIO_free(key_pem);
    X509_free(certificate);
    BIO_free(pem);
    TS_RESP_CTX_free(ctx);
    BIO_free(query);
    TS_MSG_IMPRINT_free(imprint);
    X509_ALGOR_free(algorithm);
    TS_REQ_free(request);
    return token;
  }

 private:
  std::filesystem::path pki_;
  std::string name_;
  std::optional<core::Instant> time_;
};

/// The same signature without its unsigned attributes: it still verifies.
inline std::string without_timestamp(std::string_view signature) {
  const auto* at = reinterpret_cast<const unsigned char*>(signature.data());
  CMS_ContentInfo* cms = d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(signature.size()));
  if (!cms) throw std::runtime_error("no CMS");
  CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
  const int index = CMS_unsigned_get_attr_by_NID(signer, NID_id_smime_aa_timeStampToken, -1);
  if (index < 0) throw std::runtime_error("no time-stamp to take off");
  X509_ATTRIBUTE_free(CMS_unsigned_delete_attr(signer, index));
  unsigned char* der = nullptr;
  const int n = i2d_CMS_ContentInfo(cms, &der);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(n));
  OPENSSL_free(der);
  CMS_ContentInfo_free(cms);
  return out;
}

}  // namespace versoir::tests

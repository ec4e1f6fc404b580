// The verification of a detached CAdES signature, in an order where each step only relies on those before it:
// form, content, attributes, algorithms, arithmetic, time-stamp, chain, usage.
#include "trust/cades.hpp"
#include "trust/chain.hpp"
#include "trust/der.hpp"
#include "trust/openssl.hpp"
#include "trust/token_revocation.hpp"

#include <openssl/err.h>

#include <algorithm>

namespace versoir::trust {

using core::Finding;
using core::Message;
using core::msg;
using core::Severity;

namespace {

constexpr std::size_t most_bytes = 1u << 20;
constexpr int most_signers = 4, most_certificates = 20, most_timestamps = 4;
/// Clocks of two machines may disagree this much before it is worth a word.
constexpr std::chrono::minutes clock_tolerance{5};

void free_crl_stack(STACK_OF(X509_CRL) * s) noexcept { sk_X509_CRL_pop_free(s, X509_CRL_free); }
using CrlStack = core::Handle<STACK_OF(X509_CRL), free_crl_stack>;

std::string bytes_of(const ASN1_STRING* s) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)),
          static_cast<std::size_t>(ASN1_STRING_length(s))};
}

std::string_view digest_name(int nid) {
  switch (nid) {
    case NID_sha256:
      return "SHA256";
    case NID_sha384:
      return "SHA384";
    case NID_sha512:
      return "SHA512";
    default:
      return {};
  }
}

/// The worst of two verdicts: what cannot be believed at all comes before what was believable once.
int gravity(Verdict v) {
  switch (v) {
    case Verdict::valid:
      return 0;
    case Verdict::indeterminate:
      return 1;
    case Verdict::expired:
      return 2;
    case Verdict::revoked:
      return 3;
    case Verdict::untrusted:
      return 4;
    case Verdict::bad_signature:
      return 5;
  }
  return 5;
}

/// The single value of a signed attribute that must occur once (RFC 5652 §11), null otherwise.
template <class T>
T* single_attribute(CMS_SignerInfo* info, int nid, int type) {
  auto* value = static_cast<T*>(CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(nid), -3, type));
  ERR_clear_error();
  return value;
}

/// The first certificate named by signing-certificate-v2 (RFC 5035 §3): ours must be it.
struct NamedCertificate {
  int digest = NID_undef;
  std::string hash;
};
std::optional<NamedCertificate> named_certificate(std::string_view encoded) {
  der::Reader outer(encoded);
  const auto sequence = outer.next(der::sequence_tag);
  if (!sequence) return std::nullopt;
  der::Reader fields(sequence->content);
  const auto list = fields.next(der::sequence_tag);
  if (!list) return std::nullopt;
  der::Reader ids(list->content);
  const auto id = ids.next(der::sequence_tag);
  if (!id) return std::nullopt;
  der::Reader parts(id->content);
  NamedCertificate named{NID_sha256, {}};  // the default of the structure
  if (const auto algorithm = parts.next(der::sequence_tag)) {
    der::Reader inner(algorithm->content);
    const auto oid = inner.next(der::oid_tag);
    if (!oid) return std::nullopt;
    named.digest = NID_undef;
    for (const int nid : {NID_sha256, NID_sha384, NID_sha512})
      if (oid->content == std::string_view(reinterpret_cast<const char*>(OBJ_get0_data(OBJ_nid2obj(nid))),
                                           OBJ_length(OBJ_nid2obj(nid))))
        named.digest = nid;
  }
  const auto hash = parts.next(der::octet_string_tag);
  if (!hash) return std::nullopt;
  named.hash = hash->content;
  return named;
}

bool is_named(X509* certificate, const NamedCertificate& named) {
  const EVP_MD* md = EVP_get_digestbynid(named.digest);
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int n = 0;
  return md && X509_digest(certificate, md, hash, &n) == 1 &&
         named.hash == std::string_view(reinterpret_cast<const char*>(hash), n);
}

bool signature_algorithm_allowed(int signature, int digest) {
  // RSASSA-PSS carries its digest in its parameters: OpenSSL refuses one that differs from the message
  // digest.
  if (signature == NID_rsaEncryption || signature == NID_rsassaPss) return true;
  int of_digest = NID_undef;
  int of_key = NID_undef;
  if (OBJ_find_sigid_algs(signature, &of_digest, &of_key) != 1) return false;
  return (of_key == NID_rsaEncryption || of_key == NID_X9_62_id_ecPublicKey) && of_digest == digest;
}

/// One signer: collects defects and facts.
class SignerVerifier {
 public:
  SignerVerifier(CMS_ContentInfo* cms, CMS_SignerInfo* info, STACK_OF(X509) * certificates,
                 STACK_OF(X509_CRL) * crls, const TrustStore& store, core::Instant now, At at,
                 Verification& result)
      : cms_(cms),
        info_(info),
        certificates_(certificates),
        crls_(crls),
        store_(store),
        now_(now),
        at_(at),
        result_(result) {}

  void run(const ContentDigest& digest) {
    check_digest(digest);
    check_certificate();
    if (!certificate_) return;
    facts_.emplace(SignerFacts{*certificate_, claimed_time(), std::nullopt, approves(),
                               std::string(digest_name(digest_))});
    check_algorithms();
    check_value();
    check_timestamps();
    require_timestamp();
    check_path();
    result_.signers.push_back(std::move(*facts_));
  }

 private:
  void defect(Verdict verdict, const char* code, Message message) {
    if (gravity(verdict) > gravity(result_.verdict)) result_.verdict = verdict;
    result_.findings.push_back({Severity::error, code, std::move(message), {}});
  }
  void remark(const char* code, Message message) {
    result_.findings.push_back({Severity::warning, code, std::move(message), {}});
  }

  /// The message digest attribute against the content, and content-type against what is signed.
  void check_digest(const ContentDigest& digest) {
    X509_ALGOR* algorithm = nullptr;
    X509_ALGOR* signature = nullptr;
    CMS_SignerInfo_get0_algs(info_, nullptr, nullptr, &algorithm, &signature);
    digest_ = OBJ_obj2nid(algorithm->algorithm);
    signature_algorithm_ = OBJ_obj2nid(signature->algorithm);
    if (!digest_allowed(digest_))
      return defect(
          Verdict::bad_signature, "signature-algorithm",
          msg("The signature rests on a digest that is not accepted: {0}.", oid_text(algorithm->algorithm)));
    const auto* declared =
        single_attribute<ASN1_OCTET_STRING>(info_, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
    if (!declared)
      return defect(Verdict::bad_signature, "signature-format",
                    msg("The signature has no signed attribute with the digest of the content."));
    const auto computed = digest(digest_name(digest_));
    if (!computed)
      defect(
          Verdict::bad_signature, "signature-digest",
          msg("The content is not known by the digest that the signature uses ({0}).", digest_name(digest_)));
    else if (*computed != bytes_of(declared))
      defect(Verdict::bad_signature, "signature-digest", msg("The content is not the one that was signed."));
    const auto* type = single_attribute<ASN1_OBJECT>(info_, NID_pkcs9_contentType, V_ASN1_OBJECT);
    if (!type || OBJ_cmp(type, CMS_get0_eContentType(cms_)) != 0)
      defect(Verdict::bad_signature, "signature-format",
             msg("The signed content type is missing or another one."));
  }

  /// Which certificate signed: named by issuer and serial number outside the signature, by its digest inside.
  void check_certificate() {
    const auto* attribute =
        single_attribute<ASN1_STRING>(info_, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
    std::optional<NamedCertificate> named;
    if (attribute) named = named_certificate(bytes_of(attribute));
    std::vector<X509*> candidates;
    for (int i = 0; certificates_ && i < sk_X509_num(certificates_); ++i)
      if (X509* x = sk_X509_value(certificates_, i); CMS_SignerInfo_cert_cmp(info_, x) == 0)
        candidates.push_back(x);
    if (candidates.empty())
      return defect(Verdict::bad_signature, "signature-certificate",
                    msg("The signature does not contain the certificate of its signer."));
    auto chosen = candidates.end();
    if (named)
      chosen =
          std::find_if(candidates.begin(), candidates.end(), [&](X509* x) { return is_named(x, *named); });
    if (!attribute)
      defect(Verdict::bad_signature, "signature-cades",
             msg("The signature is not CAdES: it does not sign which certificate it is made with."));
    else if (!named || !digest_allowed(named->digest))
      defect(Verdict::bad_signature, "signature-cades",
             msg("The attribute that names the certificate is malformed or rests on a digest that is not "
                 "accepted."));
    else if (chosen == candidates.end())
      defect(Verdict::bad_signature, "signature-cades",
             msg("The certificate is not the one that the signature names."));
    X509* x = chosen == candidates.end() ? candidates.front() : *chosen;
    succeed(X509_up_ref(x));
    certificate_.emplace(x);
  }

  void check_algorithms() {
    if (!signature_algorithm_allowed(signature_algorithm_, digest_))
      defect(
          Verdict::bad_signature, "signature-algorithm",
          msg("The signature algorithm is not accepted: {0}.", oid_text(OBJ_nid2obj(signature_algorithm_))));
    if (auto weak = key_defect(certificate_->raw()); !weak.empty())
      defect(Verdict::bad_signature, "signature-key", std::move(weak));
  }

  void check_value() {
    CMS_SignerInfo_set1_signer_cert(info_, certificate_->raw());
    if (CMS_signed_get_attr_count(info_) <= 0 || CMS_SignerInfo_verify(info_) != 1)
      defect(Verdict::bad_signature, "signature-value",
             msg("The signature value does not match: the signature was altered, or made with another key."));
    ERR_clear_error();
  }

  /// CMS_verify knows nothing of unsigned attributes: a token that nobody checks proves nothing.
  void check_timestamps() {
    std::vector<std::string> tokens;
    for (int at = CMS_unsigned_get_attr_by_NID(info_, NID_id_smime_aa_timeStampToken, -1); at >= 0;
         at = CMS_unsigned_get_attr_by_NID(info_, NID_id_smime_aa_timeStampToken, at)) {
      X509_ATTRIBUTE* attribute = CMS_unsigned_get_attr(info_, at);
      for (int i = 0; i < X509_ATTRIBUTE_count(attribute); ++i) {
        const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(attribute, i);
        tokens.push_back(value && value->type == V_ASN1_SEQUENCE ? bytes_of(value->value.sequence)
                                                                 : std::string());
      }
    }
    ERR_clear_error();
    if (tokens.empty()) return;
    if (tokens.size() > most_timestamps)
      return defect(Verdict::bad_signature, "signature-time-stamp",
                    msg("The signature has too many time-stamps."));
    if (store_.tsa_anchors.empty())
      return remark("signature-time-stamp",
                    msg("The time-stamp was not verified: no time-stamping authority is configured."));
    const auto value = bytes_of(CMS_SignerInfo_get0_signature(info_));
    for (const auto& token : tokens) check_timestamp(token, value);
    if (!facts_->timestamp || !facts_->claimed_time) return;
    const auto gap = std::chrono::abs(facts_->timestamp->time - *facts_->claimed_time);
    if (gap > clock_tolerance)
      remark("signature-time",
             msg("The signer's clock said {0}, the time-stamp says {1}.",
                 core::format_instant(*facts_->claimed_time), core::format_instant(facts_->timestamp->time)));
  }

  /// An unsigned attribute can be taken off, and the signature still verifies: where a time-stamp was
  /// promised its absence is a defect. The claimed time is signed: nobody but the signer can make it older.
  void require_timestamp() {
    if (!store_.require_timestamp || facts_->timestamp) return;
    if (store_.timestamps_since && facts_->claimed_time && *facts_->claimed_time < *store_.timestamps_since)
      return;
    if (discounted_ != Verdict::valid)  // it is there, and worth nothing: told above
      return defect(discounted_, "signature-time-stamp",
                    msg("A time-stamp is required, and the one that is there does not count."));
    defect(Verdict::bad_signature, "signature-time-stamp",
           store_.tsa_anchors.empty()
               ? msg("A time-stamp is required, and no time-stamping authority is configured to verify it.")
               : msg("The signature has no valid time-stamp, and one is required: it may have been taken "
                     "off."));
  }

  void check_timestamp(const std::string& token, const std::string& value) {
    try {
      auto facts = verify_token(token, value, store_.tsa_anchors);
      if (facts.time > now_ + clock_tolerance)
        return defect(Verdict::bad_signature, "signature-time-stamp",
                      msg("The time-stamp is of the future: {0}.", core::format_instant(facts.time)));
      if (!counts(token, facts.time)) return;
      // Any of them proves that the signature existed; the earliest proves most.
      if (!facts_->timestamp || facts.time < facts_->timestamp->time) facts_->timestamp = std::move(facts);
    } catch (const core::Error& e) {
      std::string why;
      for (const auto& cause : e.causes()) why += (why.empty() ? "" : "; ") + cause.english();
      defect(Verdict::bad_signature, "signature-time-stamp",
             why.empty() ? e.message() : msg("The time-stamp of the signature does not verify ({0}).", why));
    }
  }

  /// A time-stamp of an authority that was revoked, or of which it is not known, dates nothing: the signature
  /// is judged as if it had none (EN 319 102-1 §5.6.2.4), with the reason.
  bool counts(const std::string& token, core::Instant time) {
    auto worst = Verdict::valid;
    for (auto& found : token_revocation(token, time, store_)) {
      if (gravity(found.verdict) > gravity(worst)) worst = found.verdict;
      remark("signature-time-stamp", std::move(found.finding.message));
    }
    if (gravity(worst) > gravity(discounted_)) discounted_ = worst;
    return worst == Verdict::valid;
  }

  void check_path() {
    const bool past = at_ == At::signing_time && facts_->timestamp;
    const JudgedAt judged{past ? facts_->timestamp->time : now_, past};
    for (auto& found : check_chain(certificate_->raw(), certificates_, crls_, store_, judged)) {
      if (found.ended && at_ == At::signing_time && !past)
        unproven_time(std::move(found.finding.message));
      else if (found.verdict == Verdict::valid)
        result_.findings.push_back(std::move(found.finding));
      else
        defect(found.verdict, found.finding.code.c_str(), std::move(found.finding.message));
    }
    if (auto wrong = usage_defect(certificate_->raw()); !wrong.empty())
      defect(Verdict::untrusted, "signature-usage", std::move(wrong));
  }

  /// A third answer, neither valid nor invalid (EN 319 102-1 §5.2: OUT_OF_BOUNDS_NO_POE).
  void unproven_time(Message expired) {
    defect(Verdict::indeterminate, "signature-validity", std::move(expired));
    result_.findings.push_back(
        {Severity::info,
         "signature-time",
         msg("Without time-stamp nothing proves that the signature is older: no conclusion."),
         {}});
  }

  std::optional<core::Instant> claimed_time() const {
    const int at = CMS_signed_get_attr_by_NID(info_, NID_pkcs9_signingTime, -1);
    ERR_clear_error();
    if (at < 0) return std::nullopt;
    const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(info_, at), 0);
    if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
      return std::nullopt;
    return from_asn1_time(value->value.asn1_string);
  }

  bool approves() const {
    const int at = CMS_signed_get_attr_by_NID(info_, NID_id_smime_aa_ets_commitmentType, -1);
    ERR_clear_error();
    if (at < 0) return false;
    X509_ATTRIBUTE* attribute = CMS_signed_get_attr(info_, at);
    const auto approval = der::oid("1.2.840.113549.1.9.16.6.5");
    for (int i = 0; i < X509_ATTRIBUTE_count(attribute); ++i) {
      const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(attribute, i);
      if (!value || value->type != V_ASN1_SEQUENCE) continue;
      const auto encoded = bytes_of(value->value.sequence);
      der::Reader outer(encoded);
      const auto sequence = outer.next(der::sequence_tag);
      if (!sequence) continue;
      der::Reader fields(sequence->content);
      if (const auto id = fields.next(der::oid_tag); id && id->whole == approval) return true;
    }
    return false;
  }

  CMS_ContentInfo* cms_;
  CMS_SignerInfo* info_;
  STACK_OF(X509) * certificates_;
  STACK_OF(X509_CRL) * crls_;
  const TrustStore& store_;
  core::Instant now_;
  At at_;
  Verification& result_;
  int digest_ = NID_undef, signature_algorithm_ = NID_undef;
  Verdict discounted_ = Verdict::valid;  ///< of time-stamps that verify and do not count
  std::optional<Certificate> certificate_;
  std::optional<SignerFacts> facts_;
};

Verification malformed(Message message) {
  ERR_clear_error();
  Verification v;
  v.findings.push_back({Severity::error, "signature-format", std::move(message), {}});
  return v;
}

}  // namespace

Verification verify_detached_with(std::string_view signature_der, const ContentDigest& digest,
                                  const TrustStore& store, const core::Clock& clock, At at) {
  ERR_clear_error();
  if (signature_der.size() > most_bytes) return malformed(msg("The signature is larger than 1 MiB."));
  const CmsHandle cms(from_der<CMS_ContentInfo>(d2i_CMS_ContentInfo, signature_der, CMS_ContentInfo_free));
  if (!cms) return malformed(msg("The signature is not CMS in DER, or bytes follow it."));
  if (OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed)
    return malformed(msg("The CMS structure is not a signature."));
  if (OBJ_obj2nid(CMS_get0_eContentType(cms.get())) != NID_pkcs7_data)
    return malformed(msg("The signature is not over plain data."));
  if (auto** content = CMS_get0_content(cms.get()); content && *content)
    return malformed(msg("The signature carries its own content: a detached one was expected."));
  const CertificateStack certificates(CMS_get1_certs(cms.get()));
  const CrlStack crls(CMS_get1_crls(cms.get()));
  auto* infos = CMS_get0_SignerInfos(cms.get());
  const int signers = infos ? sk_CMS_SignerInfo_num(infos) : 0;
  if (signers < 1) return malformed(msg("Nobody signed: the signature has no signer."));
  if (signers > most_signers) return malformed(msg("The signature has more than {0} signers.", most_signers));
  if (certificates && sk_X509_num(certificates.get()) > most_certificates)
    return malformed(msg("The signature carries more than {0} certificates.", most_certificates));

  Verification result;
  result.verdict = Verdict::valid;
  for (int i = 0; i < signers; ++i)
    SignerVerifier(cms.get(), sk_CMS_SignerInfo_value(infos, i), certificates.get(), crls.get(), store,
                   clock.now(), at, result)
        .run(digest);
  ERR_clear_error();
  return result;
}

Verification verify_detached(std::string_view signature_der, const core::Sha256& content_sha256,
                             const TrustStore& store, const core::Clock& clock, At at) {
  const auto digest = [&](std::string_view algorithm) -> std::optional<std::string> {
    if (algorithm != "SHA256") return std::nullopt;
    return std::string(content_sha256.bytes.begin(), content_sha256.bytes.end());
  };
  return verify_detached_with(signature_der, digest, store, clock, at);
}

Verification verify_detached(std::string_view signature_der, std::string_view content,
                             const TrustStore& store, const core::Clock& clock, At at) {
  const auto digest = [&](std::string_view algorithm) -> std::optional<std::string> {
    const EVP_MD* md = EVP_get_digestbyname(std::string(algorithm).c_str());
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    if (!md || EVP_Digest(content.data(), content.size(), hash, &n, md, nullptr) != 1) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(hash), n);
  };
  return verify_detached_with(signature_der, digest, store, clock, at);
}

}  // namespace versoir::trust

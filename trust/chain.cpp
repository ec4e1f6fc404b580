// Path validation: OpenSSL walks the chain, the callback below notes every defect and lets it go on.
#include "trust/chain.hpp"

#include "core/file.hpp"
#include "trust/ocsp.hpp"
#include "trust/openssl.hpp"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include <algorithm>
#include <set>

namespace versoir::trust {

using core::Finding;
using core::Message;
using core::msg;
using core::Severity;

namespace {

std::string name_of(X509* x) {
  if (!x) return {};
  succeed(X509_up_ref(x));
  const Certificate certificate(x);
  const auto cn = certificate.common_name();
  return cn.empty() ? certificate.subject() : cn;
}

std::string time_of(const ASN1_TIME* t) {
  const auto instant = from_asn1_time(t);
  return instant ? core::format_instant(*instant) : std::string("?");
}

using ReasonHandle = core::Handle<ASN1_ENUMERATED, ASN1_ENUMERATED_free>;

/// Why a list says that a certificate was revoked (RFC 5280 §5.3.1); nullopt when it does not say it.
std::optional<int> reason_of(const X509_REVOKED* entry) {
  const ReasonHandle reason(
      static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr)));
  ERR_clear_error();
  if (!reason) return std::nullopt;
  return static_cast<int>(ASN1_ENUMERATED_get(reason.get()));
}

/// RFC 3161 §4: the only reasons under which the tokens given before stay good. Without any reason none does.
bool keeps_earlier_tokens(std::optional<int> reason) {
  return reason == CRL_REASON_UNSPECIFIED || reason == CRL_REASON_AFFILIATION_CHANGED ||
         reason == CRL_REASON_SUPERSEDED || reason == CRL_REASON_CESSATION_OF_OPERATION;
}

class Collector {
 public:
  Collector(const TrustStore& store, JudgedAt at) : store_(store), at_(at) {}

  void note(X509_STORE_CTX* ctx) {
    X509* x = X509_STORE_CTX_get_current_cert(ctx);
    const int error = X509_STORE_CTX_get_error(ctx);
    // OpenSSL forgets the list once it has told that its dates are wrong: it is still the one that revokes.
    if (X509_CRL* crl = X509_STORE_CTX_get0_current_crl(ctx)) crl_ = crl;
    const int depth = X509_STORE_CTX_get_error_depth(ctx);
    switch (error) {
      case X509_V_ERR_CERT_HAS_EXPIRED:
        add(Verdict::expired, "signature-validity",
            msg("The certificate of {0} expired on {1}.", name_of(x), time_of(X509_get0_notAfter(x))), true);
        return;
      case X509_V_ERR_CERT_NOT_YET_VALID:
        add(Verdict::expired, "signature-validity",
            msg("The certificate of {0} is not valid before {1}.", name_of(x),
                time_of(X509_get0_notBefore(x))));
        return;
      case X509_V_ERR_CERT_REVOKED:
        return revoked(x);
      case X509_V_ERR_UNABLE_TO_GET_CRL:
        return no_crl(x, depth);
      case X509_V_ERR_CRL_NOT_YET_VALID:
        // A list issued after the time-stamp knows more than one of that day: welcome.
        if (at_.trusted_past) return;
        break;
      case X509_V_ERR_CRL_HAS_EXPIRED:
        return lacks_.push_back(
            {x, depth, Verdict::untrusted,
             msg("The revocation list of {0} is too old: it ended on {1}.", issuer_name(x),
                 time_of(crl_ ? X509_CRL_get0_nextUpdate(crl_) : nullptr))});
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        add(Verdict::untrusted, "signature-chain",
            msg("No configured authority answers for the certificate of {0}.", name_of(x)));
        return;
      default:
        break;
    }
    add(Verdict::untrusted, "signature-chain",
        msg("The certificate of {0} is not acceptable: {1}.", name_of(x),
            X509_verify_cert_error_string(error)));
  }

  ChainDefect* add(Verdict verdict, const char* code, Message message, bool ended = false) {
    // OpenSSL tells some defects once per rule that they break.
    if (!told_.insert(message.english()).second) return nullptr;
    const auto severity = verdict == Verdict::valid ? Severity::warning : Severity::error;
    return &defects_.emplace_back(
        ChainDefect{verdict, Finding{severity, code, std::move(message), {}}, ended});
  }
  void add_unknown(int depth, Verdict verdict, Message message) {
    if (auto* defect = add(verdict, "signature-revocation", std::move(message))) defect->unknown_at = depth;
  }

  bool failed = false;
  std::vector<ChainDefect> take() {
    for (auto& lack : lacks_) add_unknown(lack.depth, lack.verdict, std::move(lack.message));
    return std::move(defects_);
  }

  /// After the walk: what kept answers say of each certificate of the chain.
  void ask_answers(STACK_OF(X509) * chain, bool lists_checked) {
    for (int i = 0; chain && i + 1 < sk_X509_num(chain); ++i) {
      X509* x = sk_X509_value(chain, i);
      if (X509_get_extension_flags(x) & EXFLAG_SS) return;
      ocsp_said(x, i,
                judge_ocsp(shared(x), shared(sk_X509_value(chain, i + 1)), store_.ocsp_der, store_.anchors,
                           {at_.when, at_.trusted_past}),
                lists_checked);
    }
  }

 private:
  static Certificate shared(X509* x) {
    succeed(X509_up_ref(x));
    return Certificate(x);
  }
  static std::string issuer_name(X509* x) { return shared(x).issuer(); }

  void revoked(X509* x) {
    X509_REVOKED* entry = nullptr;
    std::optional<core::Instant> date;
    std::optional<int> reason;
    if (crl_ && X509_CRL_get0_by_cert(crl_, &entry, x) == 1) {
      date = from_asn1_time(X509_REVOKED_get0_revocationDate(entry));
      reason = reason_of(entry);
    }
    revoked_since(x, date, reason);
  }

  void revoked_since(X509* x, std::optional<core::Instant> date, std::optional<int> reason) {
    const auto text = date ? core::format_instant(*date) : std::string("?");
    const bool later = at_.trusted_past && date && *date > at_.when;
    const bool harmless = later && (!at_.dates || keeps_earlier_tokens(reason));
    auto message =
        harmless ? msg("The certificate of {0} was revoked on {1}, after the time-stamp.", name_of(x), text)
        : later  ? msg("The certificate of {0} was revoked on {1} (reason: {2}): none of its time-stamps "
                        "counts any more.",
                       name_of(x), text, reason ? OCSP_crl_reason_str(*reason) : "-")
                 : msg("The certificate of {0} was revoked on {1}.", name_of(x), text);
    if (auto* defect =
            add(harmless ? Verdict::valid : Verdict::revoked, "signature-revocation", std::move(message)))
      defect->revoked = date;
  }

  void no_crl(X509* x, int depth) {
    // The anchor is trusted because the configuration says so, not because nobody revoked it.
    if (X509_get_extension_flags(x) & EXFLAG_SS) return;
    const bool matters = depth == 0 && store_.require_crl;
    lacks_.push_back(
        {x, depth, matters ? Verdict::untrusted : Verdict::valid,
         msg("No revocation list of {0} is configured: whether the certificate of {1} was revoked is not "
             "known.",
             issuer_name(x), name_of(x))});
  }

  void ocsp_said(X509* x, int depth, const OcspFinding& said, bool lists_checked) {
    switch (said.status) {
      case OcspStatus::good:
        return forget_lacks(x);
      case OcspStatus::revoked:
        forget_lacks(x);
        return revoked_since(x, said.revoked, said.reason);
      case OcspStatus::unknown:
      case OcspStatus::silent:
        break;
    }
    if (lists_checked && !lacks(x)) return;  // the list knows
    for (const auto& why : said.ignored) add_unknown(depth, Verdict::valid, why);
    const bool matters = depth == 0 && store_.require_ocsp;
    add_unknown(depth, matters ? Verdict::indeterminate : Verdict::valid,
                said.status == OcspStatus::unknown
                    ? msg("The authority (OCSP) does not know the certificate of {0}: "
                          "whether it was revoked cannot be "
                          "told.",
                          name_of(x))
                    : msg("No answer of the authority (OCSP) counts for the "
                          "certificate of {0}: whether it was revoked "
                          "cannot be told.",
                          name_of(x)));
  }

  bool lacks(X509* x) const {
    return std::any_of(lacks_.begin(), lacks_.end(), [&](const Lack& l) { return l.certificate == x; });
  }
  void forget_lacks(X509* x) {
    std::erase_if(lacks_, [&](const Lack& l) { return l.certificate == x; });
  }

  /// What lists do not tell about a certificate, until an answer does.
  struct Lack {
    X509* certificate;
    int depth;
    Verdict verdict;
    Message message;
  };

  const TrustStore& store_;
  JudgedAt at_;
  X509_CRL* crl_ = nullptr;  ///< last one seen, kept alive by the store
  std::set<std::string> told_;
  std::vector<Lack> lacks_;
  std::vector<ChainDefect> defects_;
};

int collect(int ok, X509_STORE_CTX* ctx) {
  if (ok) return 1;
  auto* collector = static_cast<Collector*>(X509_STORE_CTX_get_app_data(ctx));
  try {
    collector->note(ctx);
    return 1;
  } catch (const std::exception&) {  // must not cross OpenSSL
    collector->failed = true;
    return 0;
  }
}

void add_crls(X509_STORE* store, const TrustStore& trust, STACK_OF(X509_CRL) * embedded) {
  for (const auto& der : trust.crls_der) {
    const CrlHandle crl(from_der<X509_CRL>(d2i_X509_CRL, der, X509_CRL_free));
    if (!crl)
      throw openssl_error(core::Exit::configuration, msg("A configured revocation list is malformed."));
    succeed(X509_STORE_add_crl(store, crl.get()));
  }
  for (int i = 0; embedded && i < sk_X509_CRL_num(embedded); ++i)
    succeed(X509_STORE_add_crl(store, sk_X509_CRL_value(embedded, i)));
  succeed(X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL));
}

}  // namespace

bool is_listed(const Certificate& certificate, const std::vector<std::string>& crls_der) {
  return std::ranges::any_of(crls_der, [&](const std::string& der) {
    const CrlHandle crl(from_der<X509_CRL>(d2i_X509_CRL, der, X509_CRL_free));
    X509_REVOKED* entry = nullptr;
    return crl && X509_CRL_get0_by_cert(crl.get(), &entry, certificate.raw()) == 1;
  });
}

std::vector<ChainDefect> check_chain(X509* signer, STACK_OF(X509) * others,
                                     STACK_OF(X509_CRL) * embedded_crls, const TrustStore& trust,
                                     JudgedAt at) {
  ERR_clear_error();
  const auto store = make_store(trust.anchors);
  const bool lists_checked = !trust.crls_der.empty() || trust.require_crl;
  if (lists_checked) add_crls(store.get(), trust, embedded_crls);
  const core::Handle<X509_STORE_CTX, X509_STORE_CTX_free> ctx(needed(X509_STORE_CTX_new()));
  succeed(X509_STORE_CTX_init(ctx.get(), store.get(), signer, others));
  // Purposes built into OpenSSL refuse documentSigning (RFC 9336): key usages are judged by usage_defect
  // instead.
  succeed(X509_STORE_CTX_set_purpose(ctx.get(), X509_PURPOSE_ANY));
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(ctx.get()), at.when.time_since_epoch().count());
  Collector collector(trust, at);
  X509_STORE_CTX_set_app_data(ctx.get(), &collector);
  X509_STORE_CTX_set_verify_cb(ctx.get(), collect);
  const int result = X509_verify_cert(ctx.get());
  ERR_clear_error();
  if (collector.failed)
    throw core::Error(core::Exit::unexpected, msg("The chain of certificates could not be examined."));
  if (!trust.ocsp_der.empty() || trust.require_ocsp)
    collector.ask_answers(X509_STORE_CTX_get0_chain(ctx.get()), lists_checked);
  auto defects = collector.take();
  if (result != 1 && defects.empty())
    defects.push_back(
        {Verdict::untrusted,
         {Severity::error, "signature-chain", msg("The chain of certificates could not be built."), {}},
         false});
  return defects;
}

std::vector<std::string> read_revocation_lists(const std::filesystem::path& file) { return read_crls(file); }

TrustStore load_trust_store(const std::filesystem::path& anchors_pem,
                            const std::filesystem::path& tsa_anchors_pem,
                            const std::vector<std::filesystem::path>& crls) {
  TrustStore store;
  store.anchors = Certificate::list_from_pem_file(anchors_pem);
  if (!tsa_anchors_pem.empty()) store.tsa_anchors = Certificate::list_from_pem_file(tsa_anchors_pem);
  for (const auto& file : crls) {
    auto lists = read_crls(file);
    store.crls_der.insert(store.crls_der.end(), lists.begin(), lists.end());
  }
  // Who configures revocation wants it checked: a missing list is then a refusal, not a shrug.
  store.require_crl = !store.crls_der.empty();
  return store;
}

}  // namespace versoir::trust

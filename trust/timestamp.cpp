// RFC 3161: asking for a time-stamp over HTTP, verifying a token, answering requests with a local key.
#include "trust/timestamp.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "trust/openssl.hpp"
#include "trust/token_revocation.hpp"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <fcntl.h>
#include <mutex>
#include <sys/file.h>
#include <unistd.h>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

namespace {

using RequestHandle = core::Handle<TS_REQ, TS_REQ_free>;
using ResponseHandle = core::Handle<TS_RESP, TS_RESP_free>;
using VerifyHandle = core::Handle<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;
using TstInfoHandle = core::Handle<TS_TST_INFO, TS_TST_INFO_free>;
using ObjectHandle = core::Handle<ASN1_OBJECT, ASN1_OBJECT_free>;

constexpr std::uint64_t response_limit = 1u << 20;

ObjectHandle object_of(const std::string& oid, const char* what) {
  ObjectHandle object(OBJ_txt2obj(oid.c_str(), 1));
  if (!object) {
    ERR_clear_error();
    throw Error(Exit::configuration, msg("{0} is not an object identifier ({1}).", oid, what));
  }
  return object;
}

/// SHA-1 under the authority's signature would let the whole token be forged, whatever the imprint.
bool token_digests_allowed(PKCS7* token, TS_TST_INFO* info) {
  const auto* imprint = TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(info));
  if (!digest_allowed(OBJ_obj2nid(imprint->algorithm))) return false;
  const auto* signers = PKCS7_get_signer_info(token);
  for (int i = 0; i < sk_PKCS7_SIGNER_INFO_num(signers); ++i)
    if (!digest_allowed(OBJ_obj2nid(sk_PKCS7_SIGNER_INFO_value(signers, i)->digest_alg->algorithm)))
      return false;
  return true;
}

/// Anchors of the authority, judged at `when`: a token proves a moment, not that its authority still exists.
StoreHandle tsa_store(const std::vector<Certificate>& anchors, core::Instant when) {
  auto store = make_store(anchors);
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), when.time_since_epoch().count());
  return store;
}

std::string signer_subject(PKCS7* token) {
  const CertificateShell signers(PKCS7_get0_signers(token, nullptr, 0));
  if (!signers || sk_X509_num(signers.get()) != 1) {
    ERR_clear_error();
    return {};
  }
  X509* x = sk_X509_value(signers.get(), 0);
  succeed(X509_up_ref(x));
  return Certificate(x).subject();
}

/// A token taken apart before anything in it is believed.
struct Token {
  Pkcs7Handle pkcs7;
  TstInfoHandle info;
  core::Instant time{};
};

Token parse_token(std::string_view der, Exit code) {
  ERR_clear_error();
  Token token;
  if (der.size() <= response_limit) token.pkcs7.reset(from_der<PKCS7>(d2i_PKCS7, der, PKCS7_free));
  if (!token.pkcs7 || !PKCS7_type_is_signed(token.pkcs7.get()))
    throw openssl_error(code, msg("The time-stamp token is malformed."));
  token.info.reset(PKCS7_to_TS_TST_INFO(token.pkcs7.get()));
  const auto time = token.info ? from_asn1_time(TS_TST_INFO_get_time(token.info.get())) : std::nullopt;
  if (!time) throw openssl_error(code, msg("The time-stamp token holds no time."));
  token.time = *time;
  if (!token_digests_allowed(token.pkcs7.get(), token.info.get()))
    throw Error(code, msg("The time-stamp token rests on a digest that is no longer safe."));
  return token;
}

TimestampFacts facts_of(const Token& token) {
  return {token.time, oid_text(TS_TST_INFO_get_policy_id(token.info.get())),
          serial_text(TS_TST_INFO_get_serial(token.info.get())), signer_subject(token.pkcs7.get())};
}

}  // namespace

TimestampFacts verify_token(std::string_view token_der, std::string_view bytes,
                            const std::vector<Certificate>& anchors) {
  const Token token = parse_token(token_der, Exit::evidence_broken);
  const VerifyHandle ctx(needed(TS_VERIFY_CTX_new()));
  // TS_VFY_SIGNER adds the check of the ESS signing certificate against the one that signed.
  TS_VERIFY_CTX_set_flags(ctx.get(), TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_DATA | TS_VFY_SIGNER);
  TS_VERIFY_CTX_set_store(ctx.get(), tsa_store(anchors, token.time).release());
  TS_VERIFY_CTX_set_data(ctx.get(), memory_bio(bytes).release());
  if (TS_RESP_verify_token(ctx.get(), token.pkcs7.get()) != 1)
    throw openssl_error(Exit::evidence_broken, msg("The time-stamp token does not verify."));
  ERR_clear_error();
  return facts_of(token);
}

namespace {

class TsaClient final : public TimestampAuthority {
 public:
  TsaClient(TsaOptions options, core::HttpClient& http)
      : options_(std::move(options)), http_(http), anchors_(Certificate::list_from_pem_file(options_.ca)) {
    if (!options_.policy.empty()) policy_ = object_of(options_.policy, "timestamp policy");
  }

  std::string token(std::string_view bytes) override {
    const RequestHandle request = make_request(bytes);
    const std::string reply = exchange(to_der(i2d_TS_REQ, request.get()));
    return accept(request.get(), reply, bytes);
  }

 private:
  RequestHandle make_request(std::string_view bytes) const {
    ERR_clear_error();
    RequestHandle request(needed(TS_REQ_new()));
    succeed(TS_REQ_set_version(request.get(), 1));
    const core::Handle<X509_ALGOR, X509_ALGOR_free> sha256(needed(X509_ALGOR_new()));
    succeed(X509_ALGOR_set0(sha256.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr));
    const core::Handle<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint(needed(TS_MSG_IMPRINT_new()));
    succeed(TS_MSG_IMPRINT_set_algo(imprint.get(), sha256.get()));
    auto digest = core::sha256(bytes);
    succeed(
        TS_MSG_IMPRINT_set_msg(imprint.get(), digest.bytes.data(), static_cast<int>(digest.bytes.size())));
    succeed(TS_REQ_set_msg_imprint(request.get(), imprint.get()));
    if (policy_) succeed(TS_REQ_set_policy_id(request.get(), policy_.get()));
    succeed(TS_REQ_set_nonce(request.get(), make_nonce().get()));
    succeed(TS_REQ_set_cert_req(request.get(), 1));
    return request;
  }

  static core::Handle<ASN1_INTEGER, ASN1_INTEGER_free> make_nonce() {
    std::uint64_t random = 0;
    succeed(RAND_bytes(reinterpret_cast<unsigned char*>(&random), sizeof random));
    core::Handle<ASN1_INTEGER, ASN1_INTEGER_free> nonce(needed(ASN1_INTEGER_new()));
    succeed(ASN1_INTEGER_set_uint64(nonce.get(), random));
    return nonce;
  }

  std::string exchange(std::string query) {
    core::HttpRequest request;
    request.method = "POST";
    request.url = options_.url;
    request.headers = {{"Content-Type", "application/timestamp-query"},
                       {"Accept", "application/timestamp-reply"}};
    request.body = std::move(query);
    request.timeout = std::chrono::seconds(10);
    request.response_limit = response_limit;
    core::HttpResponse response;
    try {
      response = http_.perform(request);
    } catch (const Error& e) {
      throw Error(Exit::signing, msg("The time-stamping authority {0} did not answer.", options_.url))
          .because(e)
          .hint(msg("Nothing was signed without a time-stamp: try again later."));
    }
    if (response.status == 403)
      throw Error(Exit::signing,
                  msg("The time-stamping authority {0} refuses this client (HTTP 403).", options_.url))
          .hint(msg("It probably knows its clients by address or by contract: ask it."));
    if (response.status == 429)
      throw Error(Exit::signing,
                  msg("The time-stamping authority {0} received too many requests (HTTP 429).", options_.url))
          .hint(msg("Try again later, or raise the quota with the authority."));
    if (response.status != 200)
      throw Error(Exit::signing,
                  msg("The time-stamping authority {0} answered HTTP {1}.", options_.url, response.status));
    if (!response.header("Content-Type").starts_with("application/timestamp-reply"))
      throw Error(
          Exit::signing,
          msg("{0} did not answer with a time-stamp: is it the address of an authority?", options_.url));
    if (response.body.size() > response_limit)
      throw Error(Exit::signing, msg("The time-stamping authority {0} answered too much.", options_.url));
    return std::move(response.body);
  }

  std::string accept(TS_REQ* request, std::string_view reply, std::string_view bytes) const {
    ERR_clear_error();
    const ResponseHandle response(from_der<TS_RESP>(d2i_TS_RESP, reply, TS_RESP_free));
    if (!response)
      throw openssl_error(Exit::signing,
                          msg("The reply of the time-stamping authority {0} is malformed.", options_.url));
    if (!TS_RESP_get_token(response.get())) throw refused(response.get());
    std::string token_der = to_der(i2d_PKCS7, TS_RESP_get_token(response.get()));
    const Token token = parse_token(token_der, Exit::signing);

    // Takes version, policy, imprint and nonce from the request, but leaves TS_VFY_SIGNATURE off (see ts.h).
    const VerifyHandle ctx(needed(TS_REQ_to_TS_VERIFY_CTX(request, nullptr)));
    TS_VERIFY_CTX_add_flags(ctx.get(), TS_VFY_SIGNATURE | TS_VFY_SIGNER);
    TS_VERIFY_CTX_set_store(ctx.get(), tsa_store(anchors_, token.time).release());
    if (TS_RESP_verify_response(ctx.get(), response.get()) != 1)
      throw openssl_error(Exit::signing,
                          msg("The reply of the time-stamping authority {0} does not verify.", options_.url))
          .hint(msg("[timestamp] ca names the certificates of its authority."));
    // What is stored is what will be verified for years: the bytes, once more, by the very function used
    // then.
    static_cast<void>(verify_token(token_der, bytes, anchors_));
    require_in_force(token_der, token.time);
    return token_der;
  }

  /// A time-stamp that will not count is no time-stamp.
  void require_in_force(std::string_view token_der, core::Instant time) const {
    TrustStore store;
    store.tsa_anchors = anchors_;
    store.tsa_crls_der = options_.crls_der;
    store.tsa_ocsp_der = options_.ocsp_der;
    store.require_tsa_revocation = options_.require_revocation;
    Error e(Exit::signing, msg("The time-stamp of {0} would not count.", options_.url));
    bool counts = true;
    for (const auto& found : token_revocation(token_der, time, store)) {
      std::move(e).because(found.finding.message);
      counts = counts && found.verdict == Verdict::valid;
    }
    if (!counts)
      throw std::move(e).hint(msg("Nothing was signed: [timestamp] crl and ocsp tell of its authority."));
  }

  Error refused(TS_RESP* response) const {
    std::string texts;
    const auto* status = TS_RESP_get_status_info(response);
    const auto* lines = TS_STATUS_INFO_get0_text(status);
    for (int i = 0; lines && i < sk_ASN1_UTF8STRING_num(lines); ++i) {
      const auto* line = sk_ASN1_UTF8STRING_value(lines, i);
      if (!texts.empty()) texts += "; ";
      texts.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(line)),
                   static_cast<std::size_t>(ASN1_STRING_length(line)));
    }
    return Error(Exit::signing,
                 msg("The time-stamping authority {0} refused the request (status {1}): {2}", options_.url,
                     ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status)), texts));
  }

  TsaOptions options_;
  core::HttpClient& http_;
  std::vector<Certificate> anchors_;
  ObjectHandle policy_;
};

}  // namespace

std::unique_ptr<TimestampAuthority> make_tsa_client(TsaOptions options, core::HttpClient& http) {
  return std::make_unique<TsaClient>(std::move(options), http);
}

namespace {

/// An arc that IANA has not assigned: a token of the test authority cannot be mistaken for a real one's.
constexpr const char* test_policy = "1.3.6.1.4.1.99999.1";

/// Serial numbers must be unique for the authority (RFC 3161 §2.4.2), across processes too.
std::uint64_t next_serial(const std::filesystem::path& file) {
  const core::UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) core::throw_errno("open", file.string());
  if (::flock(fd.get(), LOCK_EX) != 0) core::throw_errno("lock", file.string());
  char text[32] = {};
  if (::pread(fd.get(), text, sizeof text - 1, 0) < 0) core::throw_errno("read", file.string());
  const std::uint64_t serial = std::strtoull(text, nullptr, 10) + 1;
  const auto line = fmt::format("{}\n", serial);
  if (::pwrite(fd.get(), line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()) ||
      ::fdatasync(fd.get()) != 0)
    core::throw_errno("write", file.string());
  return serial;
}

ASN1_INTEGER* give_serial(TS_RESP_CTX*, void* user) {
  core::Handle<ASN1_INTEGER, ASN1_INTEGER_free> serial(ASN1_INTEGER_new());
  try {
    if (!serial ||
        !ASN1_INTEGER_set_uint64(serial.get(), next_serial(*static_cast<std::filesystem::path*>(user))))
      return nullptr;
  } catch (const std::exception&) {
    return nullptr;  // an exception must not cross OpenSSL; the response becomes a rejection
  }
  return serial.release();
}

}  // namespace

struct TsaResponder::State {
  State(std::vector<Certificate> c, KeyHandle k, std::filesystem::path s)
      : certificates(std::move(c)), key(std::move(k)), serial_file(std::move(s)) {}
  std::vector<Certificate> certificates;
  KeyHandle key;
  std::filesystem::path serial_file;
  std::mutex mutex;  ///< the server calls from several threads
};

TsaResponder::TsaResponder(const std::filesystem::path& certificate, const std::filesystem::path& key,
                           const std::filesystem::path& serial_file)
    : s_(std::make_unique<State>(Certificate::list_from_pem_file(certificate), read_key(key, Secret()),
                                 serial_file)) {
  ERR_clear_error();
  X509* own = s_->certificates.front().raw();
  if (X509_check_private_key(own, s_->key.get()) != 1 ||
      X509_check_purpose(own, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1) {
    ERR_clear_error();
    throw Error(Exit::configuration,
                msg("{0} and {1} do not make a time-stamping authority.", certificate.string(), key.string()))
        .hint(msg(
            "The key must be the certificate's, whose only extended usage, critical, must be timeStamping."));
  }
}

TsaResponder::~TsaResponder() = default;

std::string TsaResponder::answer(std::string_view request_der) {
  const std::lock_guard lock(s_->mutex);
  ERR_clear_error();
  const core::Handle<TS_RESP_CTX, TS_RESP_CTX_free> ctx(needed(TS_RESP_CTX_new()));
  const auto policy = object_of(test_policy, "policy");
  succeed(TS_RESP_CTX_set_signer_cert(ctx.get(), s_->certificates.front().raw()));
  succeed(TS_RESP_CTX_set_signer_key(ctx.get(), s_->key.get()));
  succeed(TS_RESP_CTX_set_signer_digest(ctx.get(), EVP_sha256()));
  succeed(TS_RESP_CTX_set_ess_cert_id_digest(ctx.get(), EVP_sha256()));
  succeed(TS_RESP_CTX_set_def_policy(ctx.get(), policy.get()));
  for (const auto* md : {EVP_sha256(), EVP_sha384(), EVP_sha512()})
    succeed(TS_RESP_CTX_add_md(ctx.get(), md));
  succeed(TS_RESP_CTX_set_accuracy(ctx.get(), 1, 0, 0));
  const CertificateShell chain(needed(sk_X509_new_null()));
  for (std::size_t i = 1; i < s_->certificates.size(); ++i)
    succeed(sk_X509_push(chain.get(), s_->certificates[i].raw()));
  succeed(TS_RESP_CTX_set_certs(ctx.get(), chain.get()));
  TS_RESP_CTX_set_serial_cb(ctx.get(), give_serial, &s_->serial_file);
  const auto request = memory_bio(request_der);
  const ResponseHandle response(TS_RESP_create_response(ctx.get(), request.get()));
  if (!response) throw openssl_error(Exit::signing, msg("The time-stamping authority could not answer."));
  ERR_clear_error();
  return to_der(i2d_TS_RESP, response.get());
}

}  // namespace versoir::trust

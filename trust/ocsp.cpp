// Judging OCSP answers with OpenSSL's parts, each answer by the responder that gave it.
#include "trust/ocsp.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "trust/openssl.hpp"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include <algorithm>

namespace versoir::trust {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Instant;
using core::Message;
using core::msg;

namespace {

using OcspResponse = core::Handle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using OcspBasic = core::Handle<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using OcspId = core::Handle<OCSP_CERTID, OCSP_CERTID_free>;
using OcspRequest = core::Handle<OCSP_REQUEST, OCSP_REQUEST_free>;

constexpr std::uint64_t answer_limit = 1u << 20;
/// RFC 6960 §4.2.2.1: without nextUpdate newer information is always available. It is not asked for here.
constexpr std::chrono::hours worth_without_end{24};
constexpr std::chrono::minutes clock_gap{5};

OcspResponse parse_answer(std::string_view der) {
  ERR_clear_error();
  OcspResponse response(from_der<OCSP_RESPONSE>(d2i_OCSP_RESPONSE, der, OCSP_RESPONSE_free));
  ERR_clear_error();
  return response;
}

/// The answer proper, of a response that is one.
OcspBasic basic_of(OCSP_RESPONSE* response) {
  OcspBasic basic;
  if (response && OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
    basic.reset(OCSP_response_get1_basic(response));
  ERR_clear_error();
  return basic;
}

/// An identifier hashes names and keys by an algorithm that the responder chose: ours is made alike.
bool is_about(const OCSP_CERTID* id, const Certificate& certificate, const Certificate& issuer) {
  ASN1_OBJECT* algorithm = nullptr;
  auto* named = const_cast<OCSP_CERTID*>(id);  // OpenSSL 3.0 only reads it
  if (OCSP_id_get0_info(nullptr, &algorithm, nullptr, nullptr, named) != 1) return false;
  const EVP_MD* md = EVP_get_digestbyobj(algorithm);
  const OcspId own(md ? OCSP_cert_to_id(md, certificate.raw(), issuer.raw()) : nullptr);
  ERR_clear_error();
  return own && OCSP_id_cmp(own.get(), named) == 0;
}

OCSP_SINGLERESP* single_about(OCSP_BASICRESP* basic, const Certificate& certificate,
                              const Certificate& issuer) {
  for (int i = 0; i < OCSP_resp_count(basic); ++i) {
    auto* single = OCSP_resp_get0(basic, i);
    if (single && is_about(OCSP_SINGLERESP_get0_id(single), certificate, issuer)) return single;
  }
  return nullptr;
}

bool signed_with_accepted_digest(const OCSP_BASICRESP* basic) {
  int digest = NID_undef;
  const auto* algorithm = OCSP_resp_get0_tbs_sigalg(basic);
  return OBJ_find_sigid_algs(OBJ_obj2nid(algorithm->algorithm), &digest, nullptr) == 1 &&
         digest_allowed(digest);
}

/// Why the responder does not count; empty when it does. Its certificate is judged on the day of its answer.
Message responder_defect(OCSP_BASICRESP* basic, const Certificate& issuer,
                         const std::vector<Certificate>& anchors) {
  if (!signed_with_accepted_digest(basic)) return msg("it rests on a digest that is not accepted");
  const auto produced = from_asn1_time(OCSP_resp_get0_produced_at(basic));
  if (!produced) return msg("it does not say when it was given");
  const auto store = make_store(anchors);
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), produced->time_since_epoch().count());
  const CertificateShell others(needed(sk_X509_new_null()));
  succeed(sk_X509_push(others.get(), issuer.raw()));
  ERR_clear_error();
  if (OCSP_basic_verify(basic, others.get(), store.get(), 0) == 1) {
    ERR_clear_error();
    return {};
  }
  const auto errors = drain_openssl_errors();
  return msg("whoever signed it may not answer for this authority ({0})",
             errors.empty() ? "?" : errors.back());
}

/// One answer about the certificate, its responder believed.
struct Said {
  int status = V_OCSP_CERTSTATUS_UNKNOWN;
  std::optional<int> reason;
  std::optional<Instant> revoked, from, to;
};
Said said_by(OCSP_SINGLERESP* single) {
  ASN1_GENERALIZEDTIME *revoked = nullptr, *from = nullptr, *to = nullptr;
  Said said;
  int reason = OCSP_REVOKED_STATUS_NOSTATUS;
  said.status = OCSP_single_get0_status(single, &reason, &revoked, &from, &to);
  if (reason != OCSP_REVOKED_STATUS_NOSTATUS) said.reason = reason;
  if (revoked) said.revoked = from_asn1_time(revoked);
  if (from) said.from = from_asn1_time(from);
  if (to) said.to = from_asn1_time(to);
  return said;
}

Message age_defect(const Said& said, OcspMoment moment) {
  if (!said.from) return msg("it does not say from when it holds");
  if (*said.from > moment.when + clock_gap && !moment.past)
    return msg("it holds from {0} only", core::format_instant(*said.from));
  const auto end = said.to.value_or(*said.from + worth_without_end);
  if (end < moment.when) return msg("it held until {0}", core::format_instant(end));
  return {};
}

/// The answers one after the other: a revocation ends the matter, the best of the others counts.
class OcspJudge {
 public:
  OcspJudge(const Certificate& certificate, const Certificate& issuer,
            const std::vector<Certificate>& anchors, OcspMoment moment)
      : certificate_(certificate), issuer_(issuer), anchors_(anchors), moment_(moment) {}

  void take(std::string_view der) {
    const auto response = parse_answer(der);
    const auto basic = basic_of(response.get());
    auto* single = basic ? single_about(basic.get(), certificate_, issuer_) : nullptr;
    if (!single) return;
    if (auto why = responder_defect(basic.get(), issuer_, anchors_); !why.empty()) return ignore(why);
    const auto said = said_by(single);
    if (said.status == V_OCSP_CERTSTATUS_REVOKED) {
      return take_revocation(said);
    }
    if (auto why = age_defect(said, moment_); !why.empty()) return ignore(why);
    if (found_.status == OcspStatus::revoked || found_.status == OcspStatus::good) return;
    found_.status = said.status == V_OCSP_CERTSTATUS_GOOD ? OcspStatus::good : OcspStatus::unknown;
  }
  OcspFinding finish() { return std::move(found_); }

 private:
  /// The earliest counts, with its reason.
  void take_revocation(const Said& said) {
    const bool first = found_.status != OcspStatus::revoked;
    found_.status = OcspStatus::revoked;
    if (!first && !(said.revoked && found_.revoked && *said.revoked < *found_.revoked)) return;
    found_.revoked = said.revoked;
    found_.reason = said.reason;
  }
  void ignore(const Message& why) {
    found_.ignored.push_back(msg("An answer (OCSP) about the certificate of {0} does not count: {1}.",
                                 certificate_.common_name(), why.text()));
  }

  const Certificate& certificate_;
  const Certificate& issuer_;
  const std::vector<Certificate>& anchors_;
  OcspMoment moment_;
  OcspFinding found_;
};

/// SHA-1 only names the certificate here, as RFC 5019 §2.1.1 wants it of everybody.
OcspRequest make_ocsp_request(const Certificate& certificate, const Certificate& issuer) {
  ERR_clear_error();
  OcspRequest request(needed(OCSP_REQUEST_new()));
  OcspId id(needed(OCSP_cert_to_id(EVP_sha1(), certificate.raw(), issuer.raw())));
  needed(OCSP_request_add0_id(request.get(), id.get()));
  static_cast<void>(id.release());  // the request's
  succeed(OCSP_request_add1_nonce(request.get(), nullptr, -1));
  return request;
}

std::string exchange_ocsp(const std::string& url, std::string query, core::HttpClient& http) {
  core::HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"Content-Type", "application/ocsp-request"}, {"Accept", "application/ocsp-response"}};
  request.body = std::move(query);
  request.timeout = std::chrono::seconds(10);
  request.response_limit = answer_limit;
  core::HttpResponse response;
  try {
    response = http.perform(request);
  } catch (const Error& e) {
    throw Error(Exit::signing, msg("The OCSP responder {0} did not answer.", url))
        .because(e)
        .hint(msg("Nothing is signed nor sent while a revocation is not known: try again later."));
  }
  if (response.status != 200)
    throw Error(Exit::signing, msg("The OCSP responder {0} answered HTTP {1}.", url, response.status));
  return std::move(response.body);
}

}  // namespace

OcspFinding judge_ocsp(const Certificate& certificate, const Certificate& issuer,
                       const std::vector<std::string>& answers_der, const std::vector<Certificate>& anchors,
                       OcspMoment moment) {
  OcspJudge judge(certificate, issuer, anchors, moment);
  for (const auto& der : answers_der) judge.take(der);
  return judge.finish();
}

std::vector<std::string> read_ocsp_answers(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec))
    if (it->is_regular_file()) files.push_back(it->path());
  if (ec)
    throw Error(Exit::configuration,
                msg("The folder of OCSP answers {0} cannot be read: {1}", folder.string(), ec.message()));
  std::sort(files.begin(), files.end());
  std::vector<std::string> answers;
  for (const auto& file : files) {
    answers.push_back(core::read_file(file, answer_limit));
    if (!parse_answer(answers.back()))
      throw Error(Exit::configuration, msg("{0} is no OCSP answer in DER.", file.string()));
  }
  return answers;
}

const Certificate* issuer_of(const Certificate& certificate, const std::vector<Certificate>& candidates) {
  for (const auto& c : candidates) {
    const bool issued = X509_check_issued(c.raw(), certificate.raw()) == X509_V_OK &&
                        X509_verify(certificate.raw(), X509_get0_pubkey(c.raw())) == 1;
    ERR_clear_error();
    if (issued) return &c;
  }
  return nullptr;
}

std::string ask_ocsp(const std::string& url, const Certificate& certificate, const Certificate& issuer,
                     const std::vector<Certificate>& anchors, core::HttpClient& http,
                     const core::Clock& clock) {
  const auto request = make_ocsp_request(certificate, issuer);
  auto answer = exchange_ocsp(url, to_der(i2d_OCSP_REQUEST, request.get()), http);
  const auto response = parse_answer(answer);
  if (!response) throw Error(Exit::signing, msg("The reply of the OCSP responder {0} is malformed.", url));
  const auto basic = basic_of(response.get());
  if (!basic)
    throw Error(Exit::signing, msg("The OCSP responder {0} refused the request ({1}).", url,
                                   OCSP_response_status_str(OCSP_response_status(response.get()))));
  if (OCSP_check_nonce(request.get(), basic.get()) == 0)
    throw Error(Exit::signing, msg("The OCSP responder {0} answered another request.", url));
  auto judged = judge_ocsp(certificate, issuer, {answer}, anchors, {clock.now(), false});
  if (judged.status != OcspStatus::silent) return answer;
  Error e(Exit::signing, msg("The answer of the OCSP responder {0} does not count.", url));
  for (const auto& why : judged.ignored) std::move(e).because(why);
  throw std::move(e);
}

}  // namespace versoir::trust

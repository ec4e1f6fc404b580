// The test PKI, the openssl program as an independent oracle, and time-stamping authorities without network.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "trust/cades.hpp"
#include "trust/seal.hpp"

#include <openssl/pem.h>
#include <openssl/ts.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <sys/wait.h>

namespace versoir::tests {

inline std::filesystem::path pki(std::string_view name) {
  return std::filesystem::path(VERSOIR_TEST_PKI) / name;
}

struct Ran {
  int code = -1;
  std::string output;
};
/// A shell command; standard error is part of the output.
inline Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (!pipe) return ran;
  std::array<char, 4096> buffer{};
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    ran.output.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}
inline std::string quoted(const std::filesystem::path& p) { return "'" + p.string() + "'"; }

inline core::Instant instant(std::string_view text) { return core::parse_instant(text).value(); }

inline std::unique_ptr<trust::Signer> signer(const std::string& name,
                                             const core::Clock& clock = core::SystemClock()) {
  return trust::load_signer({pki(name + ".pem"), pki(name + ".key"), {}, {}}, clock);
}

inline trust::TrustStore store() { return trust::load_trust_store(pki("ca.pem"), pki("ca.pem"), {}); }
inline trust::TrustStore store_with_crl() {
  return trust::load_trust_store(pki("ca.pem"), pki("ca.pem"), {pki("ca.crl.pem")});
}

inline bool has(const trust::Verification& v, std::string_view code) {
  return std::any_of(v.findings.begin(), v.findings.end(),
                     [&](const core::Finding& f) { return f.code == code; });
}
inline std::string told(const trust::Verification& v) {
  std::string text;
  for (const auto& f : v.findings) text += f.code + ": " + f.message.english() + "\n";
  return text;
}

/// What the openssl program signs: `options` come after the usual ones and may override them.
inline std::string openssl_sign(const std::filesystem::path& content, const std::string& who,
                                const std::string& options = "-cades -md sha256") {
  core::TemporaryDirectory dir;
  const auto out = dir.path() / "s.p7s";
  const auto ran = run("openssl cms -sign -binary -outform DER -nosmimecap -in " + quoted(content) +
                       " -signer " + quoted(pki(who + ".pem")) + " -inkey " + quoted(pki(who + ".key")) +
                       " " + options + " -out " + quoted(out));
  if (ran.code != 0) throw std::runtime_error(ran.output);
  return core::read_file(out);
}

/// The openssl program's opinion of a detached CAdES signature.
inline Ran openssl_verify(const std::filesystem::path& content, const std::filesystem::path& signature,
                          const std::string& ca = "ca.pem") {
  return run("openssl cms -verify -cades -binary -inform DER -in " + quoted(signature) + " -content " +
             quoted(content) + " -CAfile " + quoted(pki(ca)) + " -purpose any -out /dev/null");
}

/// An authority in the same process, whose clock can be set.
class LocalTsa final : public trust::TimestampAuthority {
 public:
  explicit LocalTsa(std::string_view time = {}) {
    if (!time.empty()) time_ = instant(time);
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
    BIO* pem = BIO_new_file(pki("tsa.pem").c_str(), "r");
    X509* certificate = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
    BIO* key_pem = BIO_new_file(pki("tsa.key").c_str(), "r");
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
          const auto& set = static_cast<LocalTsa*>(self)->time_;
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
  std::optional<core::Instant> time_;
};

}  // namespace versoir::tests

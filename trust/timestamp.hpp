// RFC 3161 time-stamps: a client, the verification of a token, and a small authority for tests and the demo.
#pragma once
#include "core/clock.hpp"
#include "core/http_client.hpp"
#include "trust/certificate.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust {

/// Gives a DER TimeStampToken over some bytes (it hashes them with SHA-256).
class TimestampAuthority {
 public:
  virtual ~TimestampAuthority() = default;
  /// Throws Error(Exit::signing); no token is never a silent downgrade.
  [[nodiscard]] virtual std::string token(std::string_view bytes) = 0;
};

struct TsaOptions {
  std::string url;
  std::filesystem::path ca;  ///< PEM anchors of the authority
  std::string policy;        ///< required policy OID, empty = any
  /// What tells whether the authority was revoked, and whether that must be known: nothing is signed under
  /// one that was.
  std::vector<std::string> crls_der = {}, ocsp_der = {};
  bool require_revocation = false;
};
/// Over HTTP: certReq, 64-bit nonce, 10 s, 1 MiB; verifies status, nonce, imprint, signature, EKU before
/// returning.
[[nodiscard]] std::unique_ptr<TimestampAuthority> make_tsa_client(TsaOptions options, core::HttpClient& http);

struct TimestampFacts {
  core::Instant time;
  std::string policy, serial, authority;  ///< authority = subject of the TSA certificate
};
/// Verifies a token over `bytes` against the anchors. Throws Error(Exit::evidence_broken) with the reason.
[[nodiscard]] TimestampFacts verify_token(std::string_view token_der, std::string_view bytes,
                                          const std::vector<Certificate>& anchors);

/// Answers RFC 3161 requests with a local key: the test and demo authority (`versoir sandbox --tsa`).
class TsaResponder {
 public:
  TsaResponder(const std::filesystem::path& certificate, const std::filesystem::path& key,
               const std::filesystem::path& serial_file);
  ~TsaResponder();
  /// DER TimeStampReq in, DER TimeStampResp out (granted or rejected).
  [[nodiscard]] std::string answer(std::string_view request_der);

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::trust

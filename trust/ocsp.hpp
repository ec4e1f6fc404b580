// OCSP (RFC 6960): what answers that were kept say of a certificate at a moment, and asking for one.
#pragma once
#include "core/clock.hpp"
#include "core/http_client.hpp"
#include "core/i18n.hpp"
#include "trust/certificate.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust {

/// `unknown`: a responder that counts does not know the certificate. `silent`: no answer counts.
enum class OcspStatus { good, revoked, unknown, silent };
struct OcspFinding {
  OcspStatus status = OcspStatus::silent;
  std::optional<core::Instant> revoked;  ///< since when
  std::optional<int> reason;             ///< why (RFC 5280 §5.3.1), when the answer says it
  std::vector<core::Message> ignored;    ///< why answers about this certificate do not count
};

/// The moment that an answer is held against. `past`: a time-stamp proves it, and an answer given afterwards
/// knows more than one of that day.
struct OcspMoment {
  core::Instant when{};
  bool past = false;
};

/// What these answers say of a certificate of `issuer`. An answer counts when the issuer itself signed it, or
/// somebody whom it issued a certificate with id-kp-OCSPSigning, under our anchors, with a digest that is
/// accepted, and when the moment lies between its thisUpdate and its nextUpdate (a day where it has none).
/// A revocation counts however old the answer.
[[nodiscard]] OcspFinding judge_ocsp(const Certificate& certificate, const Certificate& issuer,
                                     const std::vector<std::string>& answers_der,
                                     const std::vector<Certificate>& anchors, OcspMoment moment);

/// Every file of a folder, each an answer in DER. Error(Exit::configuration) names one that is not.
[[nodiscard]] std::vector<std::string> read_ocsp_answers(const std::filesystem::path& folder);

/// The certificate that issued this one, among `candidates`: its key verifies the signature. nullptr: none.
[[nodiscard]] const Certificate* issuer_of(const Certificate& certificate,
                                           const std::vector<Certificate>& candidates);

/// Asks a responder, with a nonce: an answer that carries another one is refused, one without any is taken
/// (responders that prepare their answers have none). Returns the answer in DER, which counts now whatever it
/// says. Error(Exit::signing) otherwise.
[[nodiscard]] std::string ask_ocsp(const std::string& url, const Certificate& certificate,
                                   const Certificate& issuer, const std::vector<Certificate>& anchors,
                                   core::HttpClient& http, const core::Clock& clock);

}  // namespace versoir::trust

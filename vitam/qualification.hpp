// A platform put to the test before the first transfer: does it answer as Versoir relies on it to?
#pragma once
#include "core/clock.hpp"
#include "core/http_client.hpp"
#include "core/json.hpp"
#include "sip/visa.hpp"
#include "vitam/ingest.hpp"

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace versoir::vitam {

enum class Trial { good, bad, skipped };
[[nodiscard]] std::string_view trial_name(Trial t) noexcept;  ///< as spelt in JSON

/// One thing that was tried.
struct TrialResult {
  std::string id;      ///< stable: "get-body"
  core::Message what;  ///< what is relied on
  Trial outcome = Trial::skipped;
  core::Message found;  ///< what was seen, or why it was not tried
};

/// Questions first: services, tenant, certificate, contracts, what is said of an operation that does not
/// exist, whether the bodies of questions arrive. With `blank` a dry run of that SIP: upload, follow-up,
/// reply, what the logbook then says. Nothing is deposited. A platform that does not answer ends it there.
/// `http` must be the one of `client`.
struct Qualifying {
  Client& client;
  core::HttpClient& http;
  const core::Clock& clock;
  std::set<std::string> contracts;  ///< ingest contracts that the configuration names
};
struct BlankTrial {
  Ingest& ingest;
  const sip::Versement& versement;
  const sip::ApprovedSip& sip;
};
[[nodiscard]] std::vector<TrialResult> qualify(const Qualifying& with, const std::optional<BlankTrial>& blank,
                                               const std::stop_token& stop);

/// qualification.json (docs/qualifier-plateforme.md).
[[nodiscard]] core::Json qualification_json(const std::vector<TrialResult>& results, const Platform& platform,
                                            const core::Clock& clock);

}  // namespace versoir::vitam

// Certificate → application context → security profile → tenant and contracts, as VITAM chains them. Private
// to the sandbox.
#pragma once
#include "core/http_server.hpp"
#include "core/json.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace versoir::vitam::sandbox {

/// Who a certificate is, by certificates.json of the folder of referentials: [{"ContextId", "Sha256" or
/// "File" (PEM, in certificates/), "CertificateStatus"}]; contexts in contexts.json or context.json,
/// profiles in securityprofiles.json, both in VITAM's import format. Without certificates.json any
/// certificate that the TLS layer takes may do everything.
class Security {
 public:
  /// Throws Error(Exit::configuration) naming the file.
  static Security read(const std::filesystem::path& folder);
  [[nodiscard]] bool in_force() const noexcept { return in_force_; }
  /// The refusal of this caller for this request, nullopt when it may go on.
  [[nodiscard]] std::optional<core::ServerResponse> refuse(const core::ServerRequest& request,
                                                           std::int64_t tenant) const;
  /// Of the caller's application context: "" when there is none.
  [[nodiscard]] std::string context_of(const core::ServerRequest& request) const;

 private:
  struct Identity {
    std::string context;
    bool valid = true;
  };
  [[nodiscard]] std::optional<core::ServerResponse> refuse_by_profile(
      const core::Json& context, const core::ServerRequest& request) const;
  [[nodiscard]] static std::optional<core::ServerResponse> refuse_by_contracts(
      const core::Json& context, const core::ServerRequest& request, std::int64_t tenant);

  bool in_force_ = false;
  std::map<std::string, Identity> identities_;  ///< by SHA-256 of the certificate
  std::map<std::string, core::Json> contexts_, profiles_;
};

}  // namespace versoir::vitam::sandbox

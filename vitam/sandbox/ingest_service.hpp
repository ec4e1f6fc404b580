// ingest-external: a SIP comes in, its reply and its manifest go out. Private to the sandbox.
#pragma once
#include "core/clock.hpp"
#include "core/http_server.hpp"
#include "vitam/sandbox/deposits.hpp"
#include "vitam/sandbox/operations.hpp"
#include "vitam/sandbox/script.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace versoir::vitam::sandbox {

/// Who deposits: the tenant, and the application context when the security chain is in force.
struct Caller {
  std::int64_t tenant = 0;
  std::string context;
};

class IngestService {
 public:
  /// `upload`: folder of the ingests of local files, "" when there are none.
  IngestService(Operations& operations, Deposits& deposits, std::filesystem::path upload, bool force_chunked,
                const core::Clock& clock);
  /// POST ingests. `fault`: what becomes of the operation.
  [[nodiscard]] core::ServerResponse post(const core::ServerRequest& request, const Caller& caller,
                                          const std::optional<OperationFault>& fault);
  /// A SIP that arrived and with which nothing is done.
  void note_lost(const core::ServerRequest& request);
  /// GET .../archivetransferreply, as `wrong` has it.
  [[nodiscard]] core::ServerResponse reply(const std::string& id, std::int64_t tenant,
                                           WrongReply wrong) const;
  [[nodiscard]] core::ServerResponse manifest(const std::string& id, std::int64_t tenant) const;

 private:
  [[nodiscard]] std::optional<core::ServerResponse> refuse(const core::ServerRequest& request) const;
  [[nodiscard]] core::ServerResponse take(const core::ServerRequest& request,
                                          const std::filesystem::path& sip, const Caller& caller,
                                          const std::optional<OperationFault>& fault);
  [[nodiscard]] core::ServerResponse local(const core::ServerRequest& request, const Caller& caller,
                                           const std::optional<OperationFault>& fault);
  [[nodiscard]] core::ServerResponse unknown_workflow() const;

  Operations& operations_;
  Deposits& deposits_;
  std::filesystem::path upload_;
  bool force_chunked_;
  const core::Clock& clock_;
};

}  // namespace versoir::vitam::sandbox

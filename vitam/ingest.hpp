// Sending a lot and following it to its receipt; every step leaves its trace before and after.
#pragma once
#include "core/clock.hpp"
#include "core/progress.hpp"
#include "sip/versement.hpp"
#include "sip/visa.hpp"
#include "trust/journal.hpp"
#include "vitam/atr.hpp"
#include "vitam/client.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

namespace versoir::vitam {

/// Waits between polls; tests give one that does not sleep.
using Sleeper = std::function<void(std::chrono::seconds)>;

class Ingest {
 public:
  Ingest(Client& client, trust::Journal& journal, const core::Clock& clock, core::Progress& progress,
         Sleeper sleep);

  /// Writes sending.json before the first byte and operation.json with the operation id. Already sent
  /// (operation.json there): returns that operation without sending. Outcome in doubt (sending.json without
  /// operation.json): refuses with Error(Exit::transfer_in_doubt) unless `again`.
  OperationId send(const sip::Versement& versement, sip::ApprovedSip sip, bool again);

  /// Polls until completed, downloads the ATR, stores atr.xml, and for OK/WARNING writes receipt.json. KO is
  /// Error(Exit::transfer_rejected) with the ATR's events as causes, after everything is stored. FATAL is
  /// Error(Exit::platform_paused).
  Atr follow(const sip::Versement& versement, const sip::MessageIdentifier& lot, const OperationId& operation,
             std::stop_token stop);

 private:
  void give_up(const std::filesystem::path& folder, core::Json sending, const core::Json& object,
               const core::Error& e);
  void wait_for_end(const std::filesystem::path& folder, const OperationId& operation,
                    const std::stop_token& stop);
  [[nodiscard]] Atr fetch_reply(const std::filesystem::path& folder, const sip::MessageIdentifier& lot,
                                const OperationId& operation, const std::stop_token& stop);
  void judge(const sip::Versement& versement, const sip::MessageIdentifier& lot, const OperationId& operation,
             const Atr& atr);

  Client& client_;
  trust::Journal& journal_;
  const core::Clock& clock_;
  core::Progress& progress_;
  Sleeper sleep_;
};

/// The rule under which the ATR proves acceptance: reply OK or WARNING, request identifier ours, operation
/// ours, every unit and object of our manifest with a system id. Findings name what is missing.
[[nodiscard]] std::vector<core::Finding> verify_receipt(const sip::Versement& versement,
                                                        const sip::MessageIdentifier& lot);

}  // namespace versoir::vitam

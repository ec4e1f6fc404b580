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
/// Says what a person who waits should know; tests keep it.
using Teller = std::function<void(const core::Message&)>;

class Ingest {
 public:
  Ingest(Client& client, trust::Journal& journal, const core::Clock& clock, core::Progress& progress,
         Sleeper sleep, Teller tell = {});

  /// Of a lot in doubt (sending.json without operation.json): looks for it in the platform's logbook and,
  /// when one operation is found, writes operation.json and says so in the journal. nullopt when nothing is
  /// in doubt, when the logbook does not know it, or may not be asked. Several operations, or a platform that
  /// does not answer, are Error(Exit::transfer_in_doubt).
  std::optional<OperationId> recover(const sip::Versement& versement, const sip::MessageIdentifier& lot);

  /// Writes sending.json before the first byte and operation.json with the operation id. Already sent
  /// (operation.json there): returns that operation without sending. Outcome in doubt (sending.json without
  /// operation.json): recovers the operation if the platform has it; else refuses with
  /// Error(Exit::transfer_in_doubt), unless `again` and the platform has had the time to know it.
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

  /// What the logbook gave, under the lot's lock; why not, in `reasons`.
  std::optional<OperationId> recover_locked(const sip::Versement& versement,
                                            const sip::MessageIdentifier& lot,
                                            std::vector<core::Message>& reasons);
  void require_time_passed(const std::filesystem::path& folder, const sip::MessageIdentifier& lot) const;
  void note_operation(const std::filesystem::path& folder, const sip::MessageIdentifier& lot,
                      const OperationId& operation, bool found);
  [[nodiscard]] bool ended_in_logbook(const OperationId& operation);

  Client& client_;
  trust::Journal& journal_;
  const core::Clock& clock_;
  core::Progress& progress_;
  Sleeper sleep_;
  Teller tell_;
};

/// The rule under which the ATR proves acceptance: reply OK or WARNING, request identifier ours, operation
/// ours, every unit and object of our manifest with a system id. Findings name what is missing.
[[nodiscard]] std::vector<core::Finding> verify_receipt(const sip::Versement& versement,
                                                        const sip::MessageIdentifier& lot);

}  // namespace versoir::vitam

// Sending a lot and following it to its receipt; every step leaves its trace before and after.
#pragma once
#include "core/clock.hpp"
#include "core/progress.hpp"
#include "sip/versement.hpp"
#include "sip/visa.hpp"
#include "trust/journal.hpp"
#include "vitam/atr.hpp"
#include "vitam/client.hpp"
#include "vitam/follow_up.hpp"

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

  /// Has the platform run its controls on the SIP and keep nothing, and waits for its verdict: "Test OK" or
  /// "Test WARNING". One of these bytes at this place that has a verdict, or is under way, is not run again.
  /// Leaves blank-test.json and blank-test.xml. "Test KO" is Error(Exit::sip_refused) with its causes;
  /// any other reply Error(Exit::evidence_broken).
  Atr blank_test(const sip::Versement& versement, const sip::ApprovedSip& sip, const std::stop_token& stop);

  /// Polls until completed, downloads the ATR, stores atr.xml, then settle().
  Atr follow(const sip::Versement& versement, const sip::MessageIdentifier& lot, const OperationId& operation,
             const std::stop_token& stop);
  /// The same for who follows several lots at once: look() gives the reply, settle() judges it.
  [[nodiscard]] FollowUp follow_up(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                                   const OperationId& operation, FollowUp::Terms terms = {}) const;
  /// For OK and WARNING writes receipt.json. KO is Error(Exit::transfer_rejected) with the ATR's events as
  /// causes, FATAL Error(Exit::platform_paused), a reply that proves nothing Error(Exit::evidence_broken);
  /// everything is stored and in the journal by then.
  void settle(const sip::Versement& versement, const sip::MessageIdentifier& lot,
              const OperationId& operation, const Atr& atr);

  [[nodiscard]] const Platform& platform() const noexcept { return client_.platform(); }

 private:
  void give_up(const std::filesystem::path& folder, core::Json sending, const core::Json& object,
               const core::Error& e);
  /// By HTTPS, or through the folder that the platform sees.
  OperationId deliver(const sip::ApprovedSip& sip, Deposit deposit,
                      const std::function<void(std::uint64_t)>& sent);
  [[nodiscard]] Atr wait_for_reply(FollowUp up, const std::stop_token& stop) const;

  /// What the logbook gave, under the lot's lock; why not, in `reasons`.
  std::optional<OperationId> recover_locked(const sip::Versement& versement,
                                            const sip::MessageIdentifier& lot,
                                            std::vector<core::Message>& reasons);
  void require_time_passed(const std::filesystem::path& folder, const sip::MessageIdentifier& lot) const;
  /// Says in sending.json when the last byte leaves, if that is long after the first.
  void note_last_byte(const std::filesystem::path& folder, core::Json& sending, core::Instant started) const;
  void note_operation(const std::filesystem::path& folder, const sip::MessageIdentifier& lot,
                      const OperationId& operation, bool found);

  /// Of this versement, asked once: its plan names every lot.
  [[nodiscard]] bool is_filing(const sip::Versement& versement);

  Client& client_;
  trust::Journal& journal_;
  const core::Clock& clock_;
  core::Progress& progress_;
  Sleeper sleep_;
  Teller tell_;
  std::optional<std::pair<std::string, bool>> filing_;  ///< versement, and whether it is a filing plan
};

/// The operation under which the platform received a lot, as its folder keeps it; nullopt when it keeps none.
/// Error(Exit::evidence_broken) when what stands there is none: it goes into addresses.
[[nodiscard]] std::optional<OperationId> kept_operation(const std::filesystem::path& lot_folder);

/// The rule under which the ATR proves acceptance: reply OK or WARNING, request identifier ours, operation
/// ours, every unit and object of our manifest with a system id. Findings name what is missing.
[[nodiscard]] std::vector<core::Finding> verify_receipt(const sip::Versement& versement,
                                                        const sip::MessageIdentifier& lot);

}  // namespace versoir::vitam

// Lots on their way to the platform, several at a time: what is sent waits for those before it.
#pragma once
#include "core/error.hpp"
#include "vitam/ingest.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <stop_token>

namespace versoir::vitam {

struct QueueTerms {
  std::size_t parallel = 1;   ///< ingests under way at the same time, at most: depositors share the platform
  std::size_t under_way = 0;  ///< so many of the first lots are the platform's already
  bool wait =
      true;  ///< false: those are asked about once, then lots are sent up to the limit, and that is all
  /// Failures that are one lot's own: the others go on.
  std::set<core::Exit> own = {core::Exit::transfer_rejected};
  bool endless = false;  ///< closed platforms and technical failures are waited out
};

/// What the owner of the queue does for a lot, and hears of it.
struct QueueSteps {
  /// Sends it, or gives the operation under which the platform already has it; nullopt when there is nothing
  /// to follow.
  std::function<std::optional<OperationId>(const sip::MessageIdentifier&)> send;
  std::function<void(const sip::MessageIdentifier&, const OperationStatus&)> moved;  ///< may be empty
  std::function<void(const sip::MessageIdentifier&, const OperationId&, const Atr&)> accepted;
  std::function<void(const sip::MessageIdentifier&, const core::Error&)> failed;
};

struct QueueOutcome {
  std::size_t accepted = 0, under_way = 0, not_sent = 0;
  std::optional<core::Error> first_failure;
};

/// Sends the lots in their order and follows each to its reply (Ingest::settle). A lot that the platform
/// rejects holds back no other (`own`); after any other failure nothing more is sent, and what is under way
/// is followed to its end. A stop leaves everything where the next run finds it: Error(Exit::interrupted).
[[nodiscard]] QueueOutcome run_queue(Ingest& ingest, const sip::Versement& versement,
                                     std::span<const sip::MessageIdentifier> lots, const QueueTerms& terms,
                                     const QueueSteps& steps, const Sleeper& sleep,
                                     const std::stop_token& stop);

}  // namespace versoir::vitam

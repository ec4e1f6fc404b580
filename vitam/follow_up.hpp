// One operation on its way: asked about from time to time until its reply is there.
#pragma once
#include "core/clock.hpp"
#include "core/i18n.hpp"
#include "sip/versement.hpp"
#include "vitam/atr.hpp"
#include "vitam/client.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace versoir::vitam {

/// Says what a person who waits should know; tests keep it.
using Teller = std::function<void(const core::Message&)>;

/// The names under which an operation leaves its traces in the folder of its lot.
struct TraceNames {
  std::string operation = "operation.json", reply = "atr.xml", unreadable = "atr.unreadable";
};

/// Waits grow after the first minute: short transfers are seen at once, long ones do not tire the platform.
class Pace {
 public:
  Pace(std::chrono::seconds first, std::chrono::seconds most) : first_(first), wait_(first), most_(most) {}
  /// How long to wait now; it counts as waited.
  std::chrono::seconds next();
  void restart() { *this = Pace(first_, most_); }
  void slow_down() { wait_ = most_; }
  [[nodiscard]] std::chrono::seconds waited() const noexcept { return waited_; }

 private:
  std::chrono::seconds first_, wait_, most_, waited_{0};
};

class FollowUp {
 public:
  struct Terms {
    /// Outlasts closed platforms and operations that wait for operators, for as long as it takes.
    bool endless = false;
    TraceNames names = {};
    std::function<void(const OperationStatus&)> moved = {};  ///< the state is another one than before
  };
  /// `client` and `clock` must outlive it. `lot_folder` holds the traces; the operation's file is there.
  FollowUp(Client& client, const core::Clock& clock, Teller tell, std::filesystem::path lot_folder,
           sip::MessageIdentifier lot, OperationId operation, Terms terms);

  /// Asks once. The reply when it is there, stored as it was received; nullopt: look again after next_wait().
  /// Error(Exit::platform_paused) for a technical failure, platform_unreachable after ten questions without
  /// an answer, reply_unreadable for a reply that cannot be read or is another operation's, or that a
  /// completed operation does not have after five questions.
  [[nodiscard]] std::optional<Atr> look();
  /// How long to wait before the next question.
  [[nodiscard]] std::chrono::seconds next_wait() { return pace_.next(); }

  [[nodiscard]] const sip::MessageIdentifier& lot() const noexcept { return lot_; }
  [[nodiscard]] const OperationId& operation() const noexcept { return operation_; }

 private:
  [[nodiscard]] bool ended();
  [[nodiscard]] bool ended_in_logbook();
  [[nodiscard]] Atr fetch();
  void note(const OperationStatus& status);
  void tell_long_pause(const OperationStatus& status);
  void technical_failure();
  [[nodiscard]] bool goes_on_after(const core::Error& e);

  Client& client_;
  const core::Clock& clock_;
  Teller tell_;
  std::filesystem::path folder_;
  sip::MessageIdentifier lot_;
  OperationId operation_;
  Terms terms_;
  Pace pace_;
  bool ended_ = false, completed_ = false, told_pause_ = false, told_failure_ = false, told_closed_ = false;
  int failures_ = 0, missing_ = 0;
  std::string noted_;
  std::chrono::seconds moved_at_{0};
};

}  // namespace versoir::vitam

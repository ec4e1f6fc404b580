// See follow_up.hpp.
#include "vitam/follow_up.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"

#include <algorithm>

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr int failures_most = 10;  ///< questions without an answer in a row, with growing waits between them
constexpr int missing_most = 5;    ///< times that a completed operation may have no reply yet
constexpr std::chrono::seconds first_minute{60};
constexpr std::chrono::minutes long_pause{10};  ///< past it, a pause is no longer the queue of the platform

/// A reply about another operation is kept apart and asked for again, whatever it says: as ours it would
/// stand in the way of the true one. A refusal must also be about this message, as far as it says: another
/// one's would let the records be planned and sent again. What an acceptance proves is judged with the
/// receipt.
void require_ours(const Atr& atr, const OperationId& operation, const sip::MessageIdentifier& lot) {
  const bool accepting = atr.reply_code == "OK" || atr.reply_code == "WARNING";
  if (atr.operation == operation.value && (accepting || atr.request.empty() || atr.request == lot.value))
    return;
  throw Error(Exit::reply_unreadable,
              msg("the reply is of operation {0}, the lot was sent as {1}", atr.operation, operation.value))
      .because(msg("the reply answers \"{0}\", not this lot", atr.request));
}

Error stopped_by_failure(const OperationId& operation) {
  return Error(Exit::platform_paused,
               msg("the platform met a technical failure and stopped operation {0}", operation.value))
      .hint(msg("The SIP is neither accepted nor rejected. Call the platform's operators, then run "
                "versoir send "
                "again; do not send the SIP another way."));
}

}  // namespace

std::chrono::seconds Pace::next() {
  const auto now = wait_;
  waited_ += wait_;
  if (waited_ >= first_minute) wait_ = std::min(most_, wait_ + wait_ / 2 + std::chrono::seconds(1));
  return now;
}

FollowUp::FollowUp(Client& client, const core::Clock& clock, Teller tell, fs::path lot_folder,
                   sip::MessageIdentifier lot, OperationId operation, Terms terms)
    : client_(client),
      clock_(clock),
      tell_(tell ? std::move(tell) : [](const core::Message&) {}),
      folder_(std::move(lot_folder)),
      lot_(std::move(lot)),
      operation_(std::move(operation)),
      terms_(std::move(terms)),
      pace_(client.platform().poll_first, client.platform().poll_max) {}

std::optional<Atr> FollowUp::look() {
  const auto file = folder_ / terms_.names.reply;
  if (fs::exists(file))  // a run before this one stopped after the reply
    return read_atr_file(file);
  try {
    if (!ended_) {
      if (!ended()) return std::nullopt;
      ended_ = true;
      failures_ = 0;
      pace_.restart();
    }
    return fetch();
  } catch (const Error& e) {
    if (!goes_on_after(e)) throw;
    return std::nullopt;
  }
}

/// The platform completed the operation, or its process engine no longer knows it.
bool FollowUp::ended() {
  const auto s = client_.status(operation_);
  failures_ = 0;
  told_closed_ = false;
  if (s.state != "PAUSE") moved_at_ = pace_.waited();
  tell_long_pause(s);
  note(s);
  if (s.waits_for_operators()) technical_failure();
  completed_ = s.completed();
  if (!s.state.empty()) missing_ = completed_ ? missing_ : 0;
  return completed_ || (s.state.empty() && ended_in_logbook());
}

/// The process engine forgets an operation an hour after its end; before concluding from its silence, the
/// logbook is asked where it may be.
bool FollowUp::ended_in_logbook() {
  if (!client_.can_ask_logbook()) return true;
  try {
    const auto known = client_.logged(operation_);
    if (known && known->outcome == "FATAL")
      throw Error(Exit::platform_paused,
                  msg("the platform met a technical failure on operation {0}", operation_.value));
    return !known || !known->outcome.empty();
  } catch (const Error& e) {
    if (e.code() != Exit::platform_refused) throw;
    return true;
  }
}

void FollowUp::note(const OperationStatus& s) {
  auto now = s.state + '/' + s.status;
  if (now == noted_) return;
  noted_ = std::move(now);
  const auto file = folder_ / terms_.names.operation;
  auto json = core::read_json(file);
  json["state"] = s.state;
  json["status"] = s.status;
  json["updated"] = core::format_instant(clock_.now());
  core::write_json(file, json);
  if (terms_.moved) terms_.moved(s);
}

void FollowUp::tell_long_pause(const OperationStatus& s) {
  if (told_pause_ || s.waits_for_operators() || pace_.waited() - moved_at_ < long_pause) return;
  told_pause_ = true;
  tell_(
      msg("The platform has kept operation {0} paused for {1} minutes: maintenance, or step by step. Its "
          "operators know. It is asked again, less often.",
          operation_.value, long_pause.count()));
}

/// Not an end: operators may have the platform go on. Who follows without end waits for them.
void FollowUp::technical_failure() {
  if (!terms_.endless) throw stopped_by_failure(operation_);
  pace_.slow_down();
  if (told_failure_) return;
  told_failure_ = true;
  tell_(
      msg("The platform met a technical failure and stopped operation {0}: its operators must act. It is "
          "asked again, less often.",
          operation_.value));
}

/// Stored as received before anyone judges it: what cannot be read is evidence too.
Atr FollowUp::fetch() {
  const auto apart = folder_ / terms_.names.unreadable;
  try {
    client_.archive_transfer_reply(operation_, apart);
    Atr atr = read_atr_file(apart);
    if (atr.reply_code == "FATAL")  // once the operators have acted, there will be another reply
      throw Error(Exit::platform_paused,
                  msg("the platform met a technical failure on operation {0}", operation_.value));
    require_ours(atr, operation_, lot_);
    core::publish_file(apart, folder_ / terms_.names.reply);
    return atr;
  } catch (Error& e) {
    // A schedule and a person may follow the same lot: the other one has stored the reply, or is about to.
    if (const auto file = folder_ / terms_.names.reply; fs::exists(file)) return read_atr_file(file);
    if (e.code() == Exit::reply_unreadable)
      throw std::move(e).hint(
          msg("The bytes received are kept in {0}. Run versoir send again to ask for "
              "the reply once more; nothing is sent twice.",
              terms_.names.unreadable));
    throw;
  }
}

bool FollowUp::goes_on_after(const Error& e) {
  if (e.code() == Exit::not_found) {
    ended_ = completed_;  // an engine that said nothing may have been restarting: it is asked again
    if (++missing_ < missing_most) return true;
    throw Error(Exit::reply_unreadable,
                msg("the platform gives no reply for operation {0}", operation_.value))
        .because(e)
        .hint(msg("Ask the platform what became of this operation."));
  }
  if (e.code() == Exit::platform_paused && terms_.endless) {
    technical_failure();
    return true;
  }
  if (e.code() != Exit::platform_unreachable) return false;
  if (++failures_ < failures_most) return true;
  if (terms_.endless && !told_closed_) {
    told_closed_ = true;
    tell_(
        msg("The platform no longer answers about operation {0}: maintenance perhaps. It is asked again "
            "until it does.",
            operation_.value));
  }
  return terms_.endless;
}

}  // namespace versoir::vitam

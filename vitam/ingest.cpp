// A lot's way to the platform and back; every step leaves its trace before and after.
#include "vitam/ingest.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sip/versement_lock.hpp"
#include "vitam/receipt.hpp"
#include "vitam/recovery.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <sys/stat.h>

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;
using trust::Outcome;

namespace {

constexpr std::uint64_t atr_most = 1ull << 30;
constexpr int failures_most = 10;  ///< questions without an answer in a row, with growing waits between them
constexpr int missing_most = 5;    ///< times that a completed operation may have no reply yet
constexpr std::size_t causes_most = 20;
constexpr std::chrono::seconds first_minute{60};
constexpr std::chrono::minutes long_pause{10};  ///< past it, a pause is no longer the queue of the platform

/// What a lot's folder is called in the journal.
Json about(const sip::Versement& versement, const sip::MessageIdentifier& lot) {
  return {{"versement", versement.id()}, {"lot", lot.value}};
}

/// Waits grow after the first minute: short transfers are seen at once, long ones do not tire the platform.
class Pace {
 public:
  Pace(const Platform& p, const Sleeper& sleep) : wait_(p.poll_first), most_(p.poll_max), sleep_(sleep) {}
  void wait() {
    sleep_(wait_);
    waited_ += wait_;
    if (waited_ >= first_minute) wait_ = std::min(most_, wait_ + wait_ / 2 + std::chrono::seconds(1));
  }
  [[nodiscard]] std::chrono::seconds waited() const noexcept { return waited_; }

 private:
  std::chrono::seconds wait_, most_, waited_{0};
  const Sleeper& sleep_;
};

/// What was verified is what stands there: a build may have replaced it before the lot was locked.
void require_in_place(const sip::Versement& versement, const sip::ApprovedSip& sip) {
  const auto file = versement.sip(sip.id());
  struct stat verified {
  }, there{};
  if (::fstat(sip.fd(), &verified) != 0 || ::stat(file.c_str(), &there) != 0)
    core::throw_errno("stat", file.string());
  if (verified.st_ino == there.st_ino && verified.st_dev == there.st_dev) return;
  throw Error(Exit::visa_sip_changed, msg("{0} was replaced after it was verified.", file.string()))
      .hint(msg("Nothing was sent. Check and approve the lot that is there now."));
}

/// A refusal is believed only when it is about this operation and, as far as it says, this message: another
/// one's would let the records be planned and sent again.
void require_ours(const Atr& atr, const OperationId& operation, const sip::MessageIdentifier& lot) {
  if (atr.reply_code == "OK" || atr.reply_code == "WARNING") return;  // the receipt proves more than this
  if (atr.operation == operation.value && (atr.request.empty() || atr.request == lot.value)) return;
  throw Error(Exit::reply_unreadable,
              msg("the reply is of operation {0}, the lot was sent as {1}", atr.operation, operation.value))
      .because(msg("the reply answers \"{0}\", not this lot", atr.request));
}

/// sending.json first: a machine that stops in between leaves a lot in doubt, never one that was sent
/// unknown. But when the journal refuses the line nothing has left: what stood there before is put back.
void note_start(const fs::path& folder, const Json& sending, const std::function<void()>& journal) {
  const auto file = folder / "sending.json";
  std::optional<std::string> before;
  if (fs::exists(file)) before = core::read_file(file);
  core::write_json(file, sending);
  try {
    journal();
  } catch (Error& e) {
    try {
      if (before) {
        core::write_file(file, *before);
      } else {
        fs::remove(file);
        core::sync_directory(folder);
      }
    } catch (const std::exception&) {  // the lot stays in doubt, and says so
      throw std::move(e).hint(
          msg("Nothing was sent. {0} could not be removed: do it by hand.", file.string()));
    }
    throw std::move(e).hint(msg("Nothing was sent: the lot is where it was."));
  }
}

void stop_if(const std::stop_token& stop, const OperationId& operation) {
  if (!stop.stop_requested()) return;
  throw Error(Exit::interrupted, msg("stopped while waiting for operation {0}", operation.value))
      .hint(msg("Run versoir send again to go on waiting: nothing is sent twice."));
}

}  // namespace

Ingest::Ingest(Client& client, trust::Journal& journal, const core::Clock& clock, core::Progress& progress,
               Sleeper sleep, Teller tell)
    : client_(client),
      journal_(journal),
      clock_(clock),
      progress_(progress),
      sleep_(std::move(sleep)),
      tell_(tell ? std::move(tell) : [](const core::Message&) {}) {}

std::optional<OperationId> Ingest::recover(const sip::Versement& versement,
                                           const sip::MessageIdentifier& lot) {
  const auto folder = versement.lot(lot);
  if (!fs::exists(folder / "sending.json") || fs::exists(folder / "operation.json")) return std::nullopt;
  const auto lock = sip::lock_lot(versement, lot);
  std::vector<core::Message> reasons;
  return recover_locked(versement, lot, reasons);
}

OperationId Ingest::send(const sip::Versement& versement, sip::ApprovedSip sip, bool again) {
  const auto folder = versement.lot(sip.id());
  // Before anything is looked at: a schedule and a person may meet here, or a plan or build that goes on.
  const auto planned = sip::lock_plan(versement);
  const auto lock = sip::lock_lot(versement, sip.id());
  require_in_place(versement, sip);
  const Platform& platform = client_.platform();
  const auto target = target_of(platform);
  if (sip.target() != target)
    throw Error(Exit::visa_other_platform, msg("{0} was approved for another platform or tenant than {1}",
                                               sip.id().value, platform.name));
  if (fs::exists(folder / "operation.json"))
    return {core::json_string(core::read_json(folder / "operation.json"), "operation", "operation.json")};
  if (fs::exists(folder / "sending.json")) {
    std::vector<core::Message> reasons;
    if (auto found = recover_locked(versement, sip.id(), reasons)) return *found;
    if (!again) throw in_doubt(sip.id(), reasons);
    require_time_passed(folder, sip.id());
  }

  const std::string visa = "visa-" + std::to_string(sip.visa()) + ".json";
  Json sending{{"format", "versoir-sending/1"},       {"started", core::format_instant(clock_.now())},
               {"platform", platform.name},           {"tenant", platform.tenant},
               {"ingestUrl", target.ingest_url},      {"caSha256", target.ca_sha256},
               {"sha512", sip.digest().sha512.hex()}, {"visa", visa}};
  auto object = about(versement, sip.id());
  object["sip_sha512"] = sip.digest().sha512.hex();
  object["platform"] = platform.name;
  object["tenant"] = platform.tenant;
  note_start(folder, sending, [&] {
    journal_.append("SEND_STARTED", object, Outcome::ok, {{"visa", visa}, {"again", again}});
  });

  OperationId operation;
  std::uint64_t gone = 0;
  try {
    progress_.begin(sip.id().value, sip.digest().size, "B");
    operation = client_.ingest(sip, [&](std::uint64_t total) {
      progress_.advance(total - gone);
      gone = total;
    });
    progress_.end();
  } catch (const Error& e) {
    progress_.end();
    give_up(folder, std::move(sending), object, e);
    throw;
  }
  note_operation(folder, sip.id(), operation, false);
  object["operation"] = operation.value;
  journal_.append("SENT", object, Outcome::ok, {{"bytes", gone}});
  return operation;
}

/// In doubt: sending.json stays and says so. Otherwise the platform has nothing, and nothing stays.
void Ingest::give_up(const fs::path& folder, Json sending, const Json& object, const Error& e) {
  const Json reason{{"reason", core::exit_name(e.code())}};
  if (e.in_doubt()) {
    sending["answer"] = "none";
    core::write_json(folder / "sending.json", sending);
    journal_.append("SEND_IN_DOUBT", object, Outcome::warning, reason);
    return;
  }
  // The journal first: it must not still say that the sending began when its file is gone.
  journal_.append("SEND_FAILED", object, Outcome::ko, reason);
  std::error_code ec;
  fs::remove(folder / "sending.json", ec);
  if (ec)
    throw Error(Exit::disk,
                msg("{0} cannot be removed: {1}", (folder / "sending.json").string(), ec.message()));
  core::sync_directory(folder);
}

/// Asks until the operation is completed, or the process engine no longer knows it.
void Ingest::wait_for_end(const fs::path& folder, const OperationId& operation, const std::stop_token& stop) {
  Pace pace(client_.platform(), sleep_);
  int failures = 0;
  std::string noted;
  std::chrono::seconds moved{0};
  bool told = false;
  for (;;) {
    stop_if(stop, operation);
    try {
      const auto s = client_.status(operation);
      failures = 0;
      if (s.state != "PAUSE") moved = pace.waited();
      if (!told && pace.waited() - moved >= long_pause) {
        told = true;
        tell_(msg(
            "The platform has kept operation {0} paused for {1} minutes: maintenance, or step by step. Its "
            "operators know. It is asked again, less often.",
            operation.value, long_pause.count()));
      }
      if (const auto now = s.state + '/' + s.status; now != noted) {
        noted = now;
        auto json = core::read_json(folder / "operation.json");
        json["state"] = s.state;
        json["status"] = s.status;
        json["updated"] = core::format_instant(clock_.now());
        core::write_json(folder / "operation.json", json);
      }
      if (s.completed() || (s.state.empty() && ended_in_logbook(operation))) return;
      if (s.waits_for_operators())
        throw Error(Exit::platform_paused,
                    msg("the platform met a technical failure and stopped operation {0}", operation.value))
            .hint(msg("The SIP is neither accepted nor rejected. Call the platform's operators, then run "
                      "versoir send "
                      "again; do not send the SIP another way."));
    } catch (const Error& e) {
      if (e.code() != Exit::platform_unreachable || ++failures >= failures_most) throw;
    }
    pace.wait();
  }
}

/// Stored as received before anyone judges it: what cannot be read is evidence too.
Atr Ingest::fetch_reply(const fs::path& folder, const sip::MessageIdentifier& lot,
                        const OperationId& operation, const std::stop_token& stop) {
  Pace pace(client_.platform(), sleep_);
  for (int missing = 0, failures = 0;;) {
    stop_if(stop, operation);
    try {
      const std::string bytes = client_.archive_transfer_reply(operation);
      core::write_file(folder / "atr.unreadable", bytes);
      Atr atr = parse_atr(bytes, (folder / "atr.unreadable").string());
      if (atr.reply_code ==
          "FATAL")  // not an end: once the operators have acted, there will be another reply
        throw Error(Exit::platform_paused,
                    msg("the platform met a technical failure on operation {0}", operation.value));
      require_ours(atr, operation, lot);
      core::publish_file(folder / "atr.unreadable", folder / "atr.xml");
      return atr;
    } catch (Error& e) {
      if (e.code() == Exit::reply_unreadable)
        throw std::move(e).hint(
            msg("The bytes received are kept in atr.unreadable. Run versoir send again to ask for "
                "the reply once more; nothing is sent twice."));
      if (e.code() == Exit::not_found && ++missing >= missing_most)
        throw Error(Exit::reply_unreadable,
                    msg("the platform gives no reply for operation {0}", operation.value))
            .because(e)
            .hint(msg("Ask the platform what became of this operation."));
      if (e.code() == Exit::platform_unreachable && ++failures >= failures_most) throw;
      if (e.code() != Exit::not_found && e.code() != Exit::platform_unreachable) throw;
    }
    pace.wait();
  }
}

void Ingest::judge(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                   const OperationId& operation, const Atr& atr) {
  const auto folder = versement.lot(lot);
  const auto atr_digest = core::digest_file(folder / "atr.xml").sha512.hex();
  auto object = about(versement, lot);
  object["operation"] = operation.value;
  object["atr_sha512"] = atr_digest;
  const auto note = [&](Outcome outcome) {
    journal_.append("ATR_RECEIVED", object, outcome, {{"reply", atr.reply_code}});
  };
  if (atr.reply_code == "FATAL") {
    note(Outcome::ko);
    throw Error(Exit::platform_paused,
                msg("the platform met a technical failure on operation {0}", operation.value));
  }
  if (atr.reply_code == "KO") {
    note(Outcome::ko);
    Error e(Exit::transfer_rejected, msg("the platform rejected {0}", lot.value));
    for (std::size_t i = 0; i < std::min(atr.events.size(), causes_most); ++i) {
      const auto& event = atr.events[i];
      if (event.object.empty())
        std::move(e).because(msg("{0}: {1}", event.code, event.message));
      else
        std::move(e).because(msg("{0} ({1}): {2}", event.code, event.object, event.message));
    }
    throw std::move(e).hint(
        msg("The reply is kept in atr.xml. Correct the causes, then plan a new attempt: its lots "
            "have new identifiers."));
  }
  auto proof = prove(versement, lot, atr);
  if (!proof.findings.empty()) {
    note(Outcome::ko);
    Error e(Exit::evidence_broken, msg("the reply about {0} does not prove that it was accepted", lot.value));
    for (const auto& finding : proof.findings) std::move(e).because(finding.message);
    throw std::move(e).hint(msg("The reply is kept in atr.xml; no receipt was written. Ask the platform."));
  }
  const auto sending = core::read_json(folder / "sending.json");
  Json receipt = {{"format", "versoir-receipt/1"},
                  {"operation", atr.operation},
                  {"reply_code", atr.reply_code},
                  {"grant_date", atr.grant_date},
                  {"atr_sha512", atr_digest},
                  {"sip_sha512", core::json_string(sending, "sha512", "sending.json")},
                  {"units", proof.units},
                  {"objects", proof.objects},
                  {"written", core::format_instant(clock_.now())}};
  // What lots are attached to later; the units of other lots are found in the reply.
  if (versement.plan().is_filing()) receipt["systemIds"] = system_ids(atr);
  core::write_json(folder / "receipt.json", receipt);
  note(atr.reply_code == "OK" ? Outcome::ok : Outcome::warning);
}

Atr Ingest::follow(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                   const OperationId& operation, std::stop_token stop) {
  const auto folder = versement.lot(lot);
  Atr atr;
  if (fs::exists(folder / "atr.xml")) {  // a run before this one stopped after the reply
    atr = parse_atr(core::read_file(folder / "atr.xml", atr_most), (folder / "atr.xml").string());
  } else {
    wait_for_end(folder, operation, stop);
    atr = fetch_reply(folder, lot, operation, stop);
  }
  judge(versement, lot, operation, atr);
  return atr;
}

}  // namespace versoir::vitam

// A lot's way to the platform and back; every step leaves its trace before and after.
#include "vitam/ingest.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sip/versement_lock.hpp"
#include "vitam/drop.hpp"
#include "vitam/ingest_steps.hpp"
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

}  // namespace

Json about(const sip::Versement& versement, const sip::MessageIdentifier& lot) {
  return {{"versement", versement.id()}, {"lot", lot.value}};
}

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

void require_approved_for(const sip::ApprovedSip& sip, const Platform& platform) {
  if (sip.target() == target_of(platform)) return;
  throw Error(Exit::visa_other_platform,
              msg("{0} was approved for another platform or tenant than {1}", sip.id().value, platform.name));
}

std::optional<OperationId> kept_operation(const fs::path& lot_folder) {
  const auto file = lot_folder / "operation.json";
  if (!fs::exists(file)) return std::nullopt;
  OperationId id{core::json_string(core::read_json(file, Exit::evidence_broken), "operation", file.string(),
                                   Exit::evidence_broken)};
  if (is_operation_id(id.value)) return id;
  throw Error(Exit::evidence_broken, msg("{0} names no operation of a platform.", file.string()))
      .hint(msg("Put the file back from a copy; versoir verify says more."));
}

Error with_causes(Error e, const Atr& atr) {
  constexpr std::size_t most = 20;
  for (std::size_t i = 0; i < std::min(atr.events.size(), most); ++i) {
    const auto& event = atr.events[i];
    if (event.object.empty())
      std::move(e).because(msg("{0}: {1}", event.code, event.message));
    else
      std::move(e).because(msg("{0} ({1}): {2}", event.code, event.object, event.message));
  }
  return e;
}

void stop_if(const std::stop_token& stop, const OperationId& operation) {
  if (!stop.stop_requested()) return;
  throw Error(Exit::interrupted, msg("stopped while waiting for operation {0}", operation.value))
      .hint(msg("Run versoir send again to go on waiting: nothing is sent twice."));
}

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
  require_approved_for(sip, platform);
  if (auto known = kept_operation(folder)) return *known;
  if (fs::exists(folder / "sending.json")) {
    std::vector<core::Message> reasons;
    if (auto found = recover_locked(versement, sip.id(), reasons)) return *found;
    if (!again) throw in_doubt(sip.id(), reasons);
    require_time_passed(folder, sip.id());
  }

  const std::string visa = "visa-" + std::to_string(sip.visa()) + ".json";
  const auto started = clock_.now();
  Json sending{{"format", "versoir-sending/1"},
               {"started", core::format_instant(started)},
               {"platform", platform.name},
               {"tenant", platform.tenant},
               {"ingestUrl", sip.target().ingest_url},
               {"caSha256", sip.target().ca_sha256},
               {"sha512", sip.digest().sha512.hex()},
               {"visa", visa}};
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
    operation = deliver(sip, Deposit::real, [&](std::uint64_t total) {
      progress_.advance(total - gone);
      gone = total;
      if (total == sip.digest().size) note_last_byte(folder, sending, started);
    });
    progress_.end();
  } catch (const Error& e) {
    progress_.end();
    give_up(folder, std::move(sending), object, e);
    if (!e.in_doubt()) throw;
    throw in_doubt_now(e, sip.id(), client_.can_ask_logbook());
  }
  note_operation(folder, sip.id(), operation, false);
  object["operation"] = operation.value;
  journal_.append("SENT", object, Outcome::ok, {{"bytes", gone}});
  return operation;
}

/// The silence of the logbook is judged from there (doubt_grace), and a machine that stops now says no more.
void Ingest::note_last_byte(const fs::path& folder, Json& sending, core::Instant started) const {
  constexpr std::chrono::minutes at_once{1};
  if (clock_.now() - started < at_once) return;
  sending["left"] = core::format_instant(clock_.now());
  core::write_json(folder / "sending.json", sending);
}

OperationId Ingest::deliver(const sip::ApprovedSip& sip, Deposit deposit,
                            const std::function<void(std::uint64_t)>& sent) {
  const auto& platform = client_.platform();
  if (!goes_through_folder(platform, sip)) return client_.ingest(sip, deposit, sent);
  const auto name = drop_sip(sip, platform.drop_folder, sent);
  try {
    return client_.ingest_dropped(sip, deposit, name);
  } catch (const Error& e) {
    if (!e.in_doubt()) take_back(platform.drop_folder, name);
    throw;
  }
}

/// In doubt: sending.json stays and says so. Otherwise the platform has nothing, and nothing stays.
void Ingest::give_up(const fs::path& folder, Json sending, const Json& object, const Error& e) {
  const Json reason{{"reason", core::exit_name(e.code())}};
  if (e.in_doubt()) {
    sending["answer"] = "none";
    sending["in_doubt"] = core::format_instant(clock_.now());
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

void Ingest::settle(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                    const OperationId& operation, const Atr& atr) {
  const auto folder = versement.lot(lot);
  const auto atr_digest = core::digest_file(folder / "atr.xml").sha512.hex();
  auto object = about(versement, lot);
  object["operation"] = operation.value;
  object["atr_sha512"] = atr_digest;
  const auto note = [&](Outcome outcome) {
    // Nothing else binds these two: from now on they do not change.
    for (const auto* state : {"sending", "operation"})
      object[fmt::format("{}_sha512", state)] =
          core::digest_file(folder / fmt::format("{}.json", state)).sha512.hex();
    journal_.append("ATR_RECEIVED", object, outcome, {{"reply", atr.reply_code}});
  };
  if (atr.reply_code == "FATAL") {
    note(Outcome::ko);
    throw Error(Exit::platform_paused,
                msg("the platform met a technical failure on operation {0}", operation.value));
  }
  if (atr.reply_code == "KO") {
    note(Outcome::ko);
    auto e = with_causes(Error(Exit::transfer_rejected, msg("the platform rejected {0}", lot.value)), atr);
    throw std::move(e).hint(
        msg("The reply is kept in atr.xml. Correct the causes, then plan a new attempt: its lots "
            "have new identifiers."));
  }
  auto proof = prove(versement, lot, true);
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
                  {"identifiers", {{"file", identifiers_name}, {"sha512", proof.identifiers.hex()}}},
                  {"written", core::format_instant(clock_.now())}};
  // What lots are attached to later; the units of other lots are found in the reply.
  if (is_filing(versement)) receipt["systemIds"] = system_ids(folder);
  core::write_json(folder / "receipt.json", receipt);
  object["receipt_sha512"] = core::digest_file(folder / "receipt.json").sha512.hex();
  note(atr.reply_code == "OK" ? Outcome::ok : Outcome::warning);
}

bool Ingest::is_filing(const sip::Versement& versement) {
  if (!filing_ || filing_->first != versement.id())
    filing_.emplace(versement.id(), versement.plan().is_filing());
  return filing_->second;
}

FollowUp Ingest::follow_up(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                           const OperationId& operation, FollowUp::Terms terms) const {
  return {client_, clock_, tell_, versement.lot(lot), lot, operation, std::move(terms)};
}

Atr Ingest::wait_for_reply(FollowUp up, const std::stop_token& stop) const {
  for (;;) {
    stop_if(stop, up.operation());
    if (auto atr = up.look()) return std::move(*atr);
    sleep_(up.next_wait());
  }
}

Atr Ingest::follow(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                   const OperationId& operation, const std::stop_token& stop) {
  auto atr = wait_for_reply(follow_up(versement, lot, operation), stop);
  settle(versement, lot, operation, atr);
  return atr;
}

}  // namespace versoir::vitam

// See send_lots.hpp.
#include "cli/send_lots.hpp"

#include "cli/read_back.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/closing.hpp"
#include "sip/journal_trail.hpp"
#include "vitam/atr.hpp"
#include "vitam/closing.hpp"
#include "vitam/warnings.hpp"

#include <utility>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The reply counts as the platform's: it is asked for where the lot was sent, under the same trust anchors.
void require_same_place(const Sending& s, const sip::MessageIdentifier& lot, const core::Json& sending) {
  const auto url = core::text_of(sending, "ingestUrl"), anchors = core::text_of(sending, "caSha256");
  const auto tenant = core::json_int(sending, "tenant", "sending.json", Exit::evidence_broken);
  // Another tenant is not a platform that moved: it holds none of what was sent to this one.
  if (tenant != s.target.tenant)
    throw Error(Exit::visa_other_platform,
                msg("The lot {0} was sent to the tenant {1}; the configuration now names {2}.", lot.value,
                    tenant, s.target.tenant))
        .hint(msg("Put tenant back as it was in [platform.{0}].", s.target.platform));
  if (url == s.target.ingest_url && anchors == s.target.ca_sha256) return;
  if (!s.c.words.has("accept-platform"))
    throw Error(Exit::visa_other_platform,
                msg("The lot {0} was sent to {1}; the configuration now names {2}, or other trust anchors.",
                    lot.value, url, s.target.ingest_url))
        .hint(msg("Put ingest_url and ca back as they were. If the platform itself has moved, or has new "
                  "certificates, and its archive service told you so: --accept-platform."));
  s.c.journal().append("PLATFORM_ACCEPTED",
                       {{"versement", s.plan.versement}, {"lot", lot.value}, {"platform", s.target.platform}},
                       trust::Outcome::warning,
                       {{"ingest_url", s.target.ingest_url}, {"ca_sha256", s.target.ca_sha256}});
}

/// The operation under which the platform already has the lot, if it was sent before: kept, or found again.
std::optional<vitam::OperationId> known_operation(const Sending& s, const sip::MessageIdentifier& lot) {
  const fs::path folder = s.versement.lot(lot);
  if (!fs::exists(folder / "sending.json")) return std::nullopt;
  const auto sending = core::read_json(folder / "sending.json");
  const auto platform = core::json_string(sending, "platform", "sending.json");
  if (platform != s.target.platform)
    throw Error(Exit::lot_state, msg("The lot {0} was sent to the platform {1}.", lot.value, platform));
  require_same_place(s, lot, sending);
  if (auto known = vitam::kept_operation(folder)) return known;
  const auto found = s.ingest.recover(s.versement, lot);
  if (found)
    s.c.out.say(msg("{0}: in doubt until now; the platform's logbook knows it as operation {1}.", lot.value,
                    found->value));
  return found;
}

/// A receipt is believed only for what it proves: the reply that it rests on, for this very lot; of a closed
/// one, without its SIP.
void tell_transferred(Sending& s, const sip::MessageIdentifier& lot) {
  // Once is enough of a command that goes round until visas come: it reads the whole SIP.
  if (!s.told.insert(lot.value).second) return;
  const bool closed = sip::read_closing(s.versement.lot(lot)).has_value();
  const auto defects =
      closed ? vitam::verify_closed_lot(s.versement, lot) : vitam::verify_receipt(s.versement, lot);
  if (!defects.empty()) {
    Error e(Exit::evidence_broken, msg("The receipt of lot {0} proves nothing.", lot.value));
    for (const auto& f : defects) std::move(e).because(f.message);
    throw std::move(e).hint(
        msg("Nothing was sent. Put the files back from a copy; versoir verify says more."));
  }
  s.c.out.result(closed ? msg("{0}: already transferred and closed, receipt kept.", lot.value)
                        : msg("{0}: already transferred, receipt kept.", lot.value));
  s.c.out.event("lot", {{"id", lot.value}, {"already", true}});
}

/// Warnings of a dry run stop the lot: once it has been transferred, nobody can correct it.
void run_blank_test(const Sending& s, const sip::ApprovedSip& approved) {
  const auto& lot = approved.id();
  const auto atr = s.ingest.blank_test(s.versement, approved, s.c.stop);
  s.c.out.event("blank_test", {{"id", lot.value}, {"operation", atr.operation}, {"reply", atr.reply_code}});
  if (atr.reply_code == "Test OK") {
    s.c.out.result(msg("{0}: dry run accepted, operation {1}.", lot.value, atr.operation));
    return;
  }
  Error e(Exit::with_warnings,
          msg("the platform would accept {0} with warnings: so says its dry run", lot.value));
  for (const auto& kind : vitam::warning_kinds(atr))
    std::move(e).because(
        core::nmsg("{1}, {0} time: {2}", "{1}, {0} times: {2}", kind.count, kind.code, kind.message));
  throw std::move(e).hint(
      msg("Nothing was transferred. Correct and plan again, or transfer it as it is: --blank-test no."));
}

/// Some of what was accepted, asked for again at once. Only a difference is a failure: a platform that cannot
/// answer now can be asked later.
void read_back(Sending& s, const sip::MessageIdentifier& lot) {
  if (s.link.platform.read_back == 0) return;
  if (s.link.platform.access_contract.empty()) {
    if (!std::exchange(s.told_unread, true))
      s.c.out.say(msg("[platform.{0}] access_contract is not set: nothing is read back.", s.target.platform));
    return;
  }
  try {
    vitam::Access access(*s.link.http, s.link.platform);
    const auto result = compare_lot(s.c, access, s.versement, lot, {s.link.platform.read_back, std::nullopt});
    if (result.findings.empty()) return;
  } catch (const Error& e) {
    if (e.code() == Exit::interrupted) throw;
    s.c.out.warn(msg("{0} could not be read back: {1}", lot.value, e.message().text()));
    s.c.out.say(msg("→ versoir vitam compare {0} does it later.", s.plan.versement));
    return;
  }
  s.different.push_back(lot.value);
}

/// A crash between the receipt and its line in the journal: the reply is judged again, so that the journal
/// tells it. Without that line the lot could never be closed.
void tell_the_journal(Sending& s, const sip::MessageIdentifier& lot) {
  const auto folder = s.versement.lot(lot);
  const auto reply = core::digest_file(folder / "atr.xml").sha512.hex();
  if (sip::read_closing(folder) ||
      s.rights.journals.now().reply(s.versement, lot, reply) != sip::ReplyTrace::none)
    return;
  const auto atr = vitam::read_atr(folder);
  s.ingest.settle(s.versement, lot, vitam::OperationId{atr.operation}, atr);
  read_back(s, lot);
}

/// What the platform has is followed to its reply whatever became of the visa: nothing more leaves for it.
std::optional<vitam::OperationId> send_one(Sending& s, const sip::PlannedLot& planned) {
  const auto& lot = planned.id;
  if (fs::exists(s.versement.lot(lot) / "receipt.json")) {
    tell_transferred(s, lot);
    tell_the_journal(s, lot);
    return std::nullopt;
  }
  auto operation = known_operation(s, lot);
  if (!operation) {
    auto approved = authorise(s.c, s.versement, s.plan, lot, s.target, s.rights);
    s.before.require(lot);
    if (s.blank.wants(planned)) {
      run_blank_test(s, approved);
      if (s.blank.mode == "only") return std::nullopt;
      // A dry run takes as long as the platform likes: the approval may have been withdrawn meanwhile.
      approved = authorise(s.c, s.versement, s.plan, lot, s.target, s.rights);
    }
    if (s.blank.mode == "only") return std::nullopt;
    operation = s.ingest.send(s.versement, std::move(approved), s.c.words.has("again"));
    s.c.out.say(msg("{0}: received by the platform, operation {1}.", lot.value, operation->value));
  }
  if (s.c.words.has("no-wait")) s.c.out.event("lot", {{"id", lot.value}, {"operation", operation->value}});
  return operation;
}

void tell_accepted(const Sending& s, const sip::MessageIdentifier& lot, const vitam::OperationId& operation,
                   const vitam::Atr& atr) {
  s.c.out.result(msg("{0}: {1}, operation {2}, {3}, {4}.", lot.value, atr.reply_code, operation.value,
                     core::ntr("{0} archive unit", "{0} archive units", atr.units),
                     core::ntr("{0} object", "{0} objects", atr.objects)));
  s.c.out.event("lot", {{"id", lot.value}, {"operation", operation.value}, {"reply", atr.reply_code}});
}

}  // namespace

vitam::QueueSteps steps_of(Sending& s) {
  vitam::QueueSteps steps;
  steps.send = [&s](const sip::MessageIdentifier& id) {
    s.c.check_stop();
    return send_one(s, *s.plan.find(id));
  };
  steps.accepted = [&s](const auto& lot, const auto& operation, const auto& atr) {
    tell_accepted(s, lot, operation, atr);
    read_back(s, lot);
  };
  steps.failed = [&s](const auto&, const Error& e) { s.c.out.failure(e); };
  if (s.c.words.has("watch"))
    steps.moved = [&s](const sip::MessageIdentifier& lot, const vitam::OperationStatus& status) {
      s.c.out.say(msg("{0}  {1}: {2} {3}", core::show_instant(s.c.clock.now()), lot.value, status.state,
                      status.status));
      s.c.out.event("state", {{"id", lot.value}, {"state", status.state}, {"status", status.status}});
    };
  return steps;
}

}  // namespace versoir::cli

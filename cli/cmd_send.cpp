// versoir send: approved lots to the platform, followed to the reply and the receipt.
#include "cli/before_sending.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/platform_link.hpp"
#include "cli/read_back.hpp"
#include "cli/send_rights.hpp"
#include "cli/whole_trail.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/closing.hpp"
#include "sip/visa.hpp"
#include "vitam/closing.hpp"
#include "vitam/send_queue.hpp"
#include "vitam/warnings.hpp"

#include <set>
#include <thread>
#include <utility>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

void sleep_for(const std::stop_token& stop, std::chrono::seconds duration) {
  const auto until = std::chrono::steady_clock::now() + duration;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

/// Which lots have a dry run first.
struct BlankTests {
  std::string mode;                ///< no, first, each, only
  std::set<std::string> ran = {};  ///< archive profiles that had one
  [[nodiscard]] bool wants(const sip::PlannedLot& lot) {
    if (mode == "no") return false;
    return ran.insert(lot.profile).second || mode != "first";
  }
};

struct Sending {
  Context& c;
  const sip::Versement& versement;
  const sip::Plan& plan;
  vitam::Ingest& ingest;
  sip::Target target;
  BeforeSending& before;
  PlatformLink& link;
  BlankTests blank = {};
  std::vector<std::string> different = {};  ///< lots of which the platform shows something else
  bool told_unread = false;
};

/// The reply counts as the platform's: it is asked for where the lot was sent, under the same trust anchors.
void require_same_place(const Sending& s, const sip::MessageIdentifier& lot, const core::Json& sending) {
  const auto url = sending.value("ingestUrl", ""), anchors = sending.value("caSha256", "");
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
  if (!fs::exists(folder / "operation.json")) {
    const auto found = s.ingest.recover(s.versement, lot);
    if (found)
      s.c.out.say(msg("{0}: in doubt until now; the platform's logbook knows it as operation {1}.", lot.value,
                      found->value));
    return found;
  }
  return vitam::OperationId{
      core::json_string(core::read_json(folder / "operation.json"), "operation", "operation.json")};
}

/// A receipt is believed only for what it proves: the reply that it rests on, for this very lot; of a closed
/// one, without its SIP.
void tell_transferred(const Sending& s, const sip::MessageIdentifier& lot) {
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

/// What the platform has is followed to its reply whatever became of the visa: nothing more leaves for it.
std::optional<vitam::OperationId> send_one(Sending& s, const sip::PlannedLot& planned) {
  const auto& lot = planned.id;
  if (fs::exists(s.versement.lot(lot) / "receipt.json")) {
    tell_transferred(s, lot);
    return std::nullopt;
  }
  auto operation = known_operation(s, lot);
  if (!operation) {
    auto approved = authorise(s.c, s.versement, s.plan, lot, s.target);
    s.before.require(lot);
    if (s.blank.wants(planned)) run_blank_test(s, approved);
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

/// The latest decision approves the versement without this lot: it waits, and that is not a refusal.
bool excluded_by_visa(const std::vector<sip::VisaFile>& visas, const sip::MessageIdentifier& lot) {
  return !visas.empty() && sip::coverage(visas.back(), lot) == sip::Coverage::excluded;
}

/// --blank-test, else the configuration's; a filing plan has no dry run of its own.
std::string blank_mode(Context& c, const std::string& platform, const sip::Plan& plan) {
  const std::string section = "platform." + platform;
  auto mode = c.words.has("blank-test") ? c.words.get("blank-test") : c.config().get(section, "blank_test");
  if (mode != "no" && mode != "first" && mode != "each" && mode != "only")
    throw Error(Exit::configuration, msg("[{0}] blank_test = {1}: no, first or each", section, mode));
  if (!plan.is_filing() || mode == "no") return mode;
  if (mode == "only")
    throw Error(Exit::usage, msg("A filing plan has no dry run: the platform would take it for records."));
  c.out.say(msg("A filing plan has no dry run: it is transferred at once."));
  return "no";
}

/// Its visa approves it, or it has begun to leave: nothing more is waited for here.
bool may_leave(sip::LotState state) {
  switch (state) {
    case sip::LotState::planned:
    case sip::LotState::built:
    case sip::LotState::checked:
      return false;
    default:
      return true;
  }
}

/// Lots that are to be sent or followed now, those that the platform has already first.
struct Chosen {
  std::vector<sip::MessageIdentifier> lots;
  std::size_t under_way = 0, excluded = 0, waiting = 0;
};

/// With --watch a lot that nobody approved yet is waited for; otherwise asking for it says so.
Chosen choose(Context& c, const sip::Versement& versement, const sip::Plan& plan) {
  const auto visas = sip::list_visas(versement);
  const bool named = !c.words.list("lot").empty(), watch = c.words.has("watch");
  Chosen chosen;
  std::vector<sip::MessageIdentifier> rest;
  for (const auto& lot : c.chosen_lots(plan)) {
    const auto folder = versement.lot(lot.id);
    const bool left = fs::exists(folder / "operation.json");
    if (!named && !left && excluded_by_visa(visas, lot.id)) {
      ++chosen.excluded;
    } else if (left && !fs::exists(folder / "receipt.json")) {
      chosen.lots.push_back(lot.id);
    } else if (watch && !left &&
               !may_leave(sip::lot_facts(versement, lot, sip::latest_decision(visas, lot.id)).state)) {
      ++chosen.waiting;
    } else {
      rest.push_back(lot.id);
    }
  }
  chosen.under_way = chosen.lots.size();
  chosen.lots.insert(chosen.lots.end(), rest.begin(), rest.end());
  return chosen;
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

/// What people must still do once the queue is empty.
int conclude(Context& c, const sip::Versement& versement, const sip::Plan& plan,
             const std::optional<Error>& failure, const std::vector<std::string>& different) {
  std::size_t open = 0;
  const auto trail = whole_trail(c);
  for (const auto& lot : c.chosen_lots(plan))
    open += vitam::open_warnings(versement, lot.id, trail).empty() ? 0 : 1;
  if (open != 0)
    c.out.warn(
        core::nmsg("{0} lot was accepted with warnings on which somebody must decide: versoir warnings {1}",
                   "{0} lots were accepted with warnings on which somebody must decide: versoir warnings {1}",
                   open, plan.versement));
  for (const auto& lot : different)
    c.out.warn(
        msg("{0}: the platform does not give back what was deposited. Keep the SIP, and give its "
            "operators the lines above.",
            lot));
  if (failure) return static_cast<int>(failure->code());
  if (!different.empty()) return static_cast<int>(Exit::evidence_broken);
  return static_cast<int>(open != 0 ? Exit::with_warnings : Exit::ok);
}

int run_send(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto plan = versement.plan();
  const std::string name = c.words.has("platform") ? c.words.get("platform") : plan.platform;
  c.require_roles_signer(name, plan.platform_kind);
  auto link = open_platform(c, name);
  const auto& platform = link.platform;
  vitam::Client client(*link.http, platform);
  const vitam::Sleeper sleep = [&](std::chrono::seconds s) { sleep_for(c.stop, s); };
  vitam::Ingest ingest(client, c.journal(), c.clock, c.out.progress(), sleep,
                       [&](const core::Message& m) { c.out.warn(m); });
  BeforeSending before(c, client, versement, plan);
  Sending sending{
      c, versement, plan, ingest, vitam::target_of(platform), before, link, {blank_mode(c, name, plan)}};
  if (c.words.has("again") && c.chosen_lots(plan).size() != 1)
    throw Error(Exit::usage, msg("--again sends one lot again: name it with --lot."));
  const bool watch = c.words.has("watch");
  std::optional<Error> failure;
  vitam::QueueOutcome all;
  Chosen chosen;
  for (bool told = false;;) {
    chosen = choose(c, versement, plan);
    vitam::QueueTerms terms{.parallel = platform.parallel,
                            .under_way = chosen.under_way,
                            .wait = !c.words.has("no-wait"),
                            .endless = watch};
    // Where nothing leaves, each lot's verdict is wanted; before a transfer the first bad one stops them all.
    if (sending.blank.mode == "only") terms.own.insert({Exit::sip_refused, Exit::with_warnings});
    const auto outcome =
        vitam::run_queue(ingest, versement, chosen.lots, terms, steps_of(sending), sleep, c.stop);
    all.accepted += outcome.accepted;
    all.under_way = outcome.under_way;
    all.not_sent = outcome.not_sent;
    if (!failure) failure = outcome.first_failure;
    if (!watch || chosen.waiting == 0 || (failure && failure->code() != Exit::transfer_rejected)) break;
    if (!told)
      c.out.say(core::nmsg("{0} lot waits for its visa.", "{0} lots wait for their visa.", chosen.waiting));
    told = true;
    sleep(platform.poll_max);
    c.check_stop();
  }
  if (all.not_sent != 0 && !failure)
    c.out.say(core::nmsg(
        "{0} lot waits until the platform has ended those before it: run the same command again.",
        "{0} lots wait until the platform has ended those before them: run the same command again.",
        all.not_sent));
  c.out.summary({{"versement", plan.versement},
                 {"done", chosen.lots.size() - all.not_sent},
                 {"accepted", all.accepted},
                 {"under_way", all.under_way},
                 {"waiting", all.not_sent + chosen.waiting},
                 {"excluded", chosen.excluded}});
  return conclude(c, versement, plan, failure, sending.different);
}

}  // namespace

std::vector<CommandDef> send_commands() {
  return {
      {.name = "send",
       .summary = mark("transfer the approved lots of a versement to the platform"),
       .details = mark("Verifies the visa as it stands today, sends the very bytes that were approved, "
                       "follows the operation, keeps the "
                       "reply (ATR) and writes the receipt. Running it again never sends a lot twice. "
                       "Several lots are under way at once when [platform.NAME] parallel allows it; those "
                       "that wait leave as others end."),
       .example = "versoir send scolarite-2026",
       .arguments = {{mark("VERSEMENT"), mark("identifier of the versement")}},
       .options =
           {{"lot", mark("ID"), mark("only this lot"), nullptr, true},
            {"platform", mark("NAME"), mark("platform of the configuration (default: the plan's)")},
            {"again", nullptr,
             mark("send again a lot whose first sending is in doubt, once you know that the "
                  "platform has not got it")},
            {"accept-platform", nullptr,
             mark("follow lots that were sent although the address or the certificates of the platform "
                  "have changed since; it is noted in the journal")},
            {"no-preflight", nullptr,
             mark("send without first comparing contracts, agencies, rules, formats and profiles with what "
                  "the platform has today")},
            {"blank-test", mark("WHEN"),
             mark(
                 "have the platform run its controls first and keep nothing (BLANK_TEST): for the first lot "
                 "of each archive profile, for each lot, or only that (default: blank_test of the platform)"),
             nullptr, false, "no|first|each|only"},
            {"watch", nullptr,
             mark("stay until every lot has its end: wait for visas to come, through closed platforms and "
                  "technical failures, and tell each change")},
            {"no-wait", nullptr,
             mark("take the replies that are there, send up to the limit of the platform, wait for nothing")},
            trace_option()},
       .exits = {Exit::with_warnings,
                 Exit::sip_refused,
                 Exit::configuration,
                 Exit::lot_state,
                 Exit::signing,
                 Exit::role_register,
                 Exit::visa_missing,
                 Exit::visa_bad_signature,
                 Exit::visa_untrusted,
                 Exit::visa_other_versement,
                 Exit::visa_by_producer,
                 Exit::visa_expired,
                 Exit::visa_other_platform,
                 Exit::visa_sip_changed,
                 Exit::platform_unreachable,
                 Exit::transfer_in_doubt,
                 Exit::platform_refused,
                 Exit::transfer_rejected,
                 Exit::reply_unreadable,
                 Exit::platform_paused,
                 Exit::journal_broken,
                 Exit::evidence_broken},
       .run = run_send}};
}

}  // namespace versoir::cli

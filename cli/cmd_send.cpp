// versoir send: approved lots to the platform, followed to the reply and the receipt.
#include "cli/checkpoint.hpp"
#include "cli/commands.hpp"
#include "cli/send_choice.hpp"
#include "cli/send_lots.hpp"
#include "core/error.hpp"
#include "vitam/warnings.hpp"

#include <thread>

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

void sleep_for(const std::stop_token& stop, std::chrono::seconds duration) {
  const auto until = std::chrono::steady_clock::now() + duration;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
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
  RightsAtHand rights(c, versement);
  Sending sending{c,
                  versement,
                  plan,
                  ingest,
                  vitam::target_of(platform),
                  before,
                  link,
                  rights,
                  {blank_mode(c, name, plan)}};
  if (c.words.has("again") && c.chosen_lots(plan).size() != 1)
    throw Error(Exit::usage, msg("--again sends one lot again: name it with --lot."));
  const bool watch = c.words.has("watch");
  std::optional<Error> failure;
  vitam::QueueOutcome all;
  Chosen chosen;
  for (bool told = false;;) {
    chosen = choose_lots(c, versement, plan);
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
  if (all.accepted != 0) checkpoint_at_hand(c);
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

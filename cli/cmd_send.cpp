// versoir send: approved lots to the platform, followed to the reply and the receipt.
#include "cli/before_sending.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/platform_link.hpp"
#include "cli/revocation.hpp"
#include "cli/whole_trail.hpp"
#include "core/error.hpp"
#include "sip/closing.hpp"
#include "sip/journal_trail.hpp"
#include "sip/visa.hpp"
#include "vitam/closing.hpp"
#include "vitam/ingest.hpp"

#include <thread>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The folder says that the lot may leave; the journal must not say otherwise. A decision or a trace of a
/// sending that disappeared is looked for there, and the approval itself must have been written down.
void require_trail(Context& c, const sip::Versement& versement, const sip::MessageIdentifier& lot,
                   int visa_number) {
  const auto trail = whole_trail(c);
  auto missing = trail.missing_decisions(versement);
  for (auto& f : trail.missing_transfers(versement, lot)) missing.push_back(std::move(f));
  if (!missing.empty()) {
    Error e(Exit::evidence_broken,
            msg("What the journal knows of versement {0} is not what its folder holds.", versement.id()));
    for (const auto& f : missing) std::move(e).because(f.message);
    throw std::move(e).hint(
        msg("Nothing was sent. Put the files back from a copy; versoir verify says more."));
  }
  for (const auto& visa : sip::list_visas(versement))
    if (visa.number == visa_number && !trail.knows(versement, visa))
      throw Error(Exit::journal_broken,
                  msg("The journal knows nothing of visa {0} of versement {1}.", visa_number, versement.id()))
          .hint(
              msg("The journal is not the one in which it was signed: put that one back, or sign again with "
                  "versoir approve."));
}

void note_refusal(Context& c, const sip::Versement& versement, const sip::MessageIdentifier& lot, Exit code) {
  c.journal().append("SEND_REFUSED", {{"versement", versement.id()}, {"lot", lot.value}}, trust::Outcome::ko,
                     {{"reason", core::exit_name(code)}});
}

/// A register that the archive service did not sign says nothing of anybody's right.
const trust::RoleRegister& register_for(Context& c, const sip::Versement& versement,
                                        const sip::MessageIdentifier& lot) {
  try {
    return c.roles();
  } catch (const Error& e) {
    if (e.code() == Exit::role_register) note_refusal(c, versement, lot, e.code());
    throw;
  }
}

/// Whoever signed the visas and sealed the SIP, as the authority knows them today.
void ask_today(Context& c, const sip::Versement& versement, const sip::MessageIdentifier& lot) {
  for (const auto& visa : sip::list_visas(versement)) {
    const auto file = versement.file(fmt::format("visa-{}.json", visa.number));
    learn_seal(c, file);
    learn_seal(c, file.string() + ".2");
  }
  learn_seal(c, versement.sip(lot));
  keep_answers(c, versement);
}

/// Verifies the right to send before anything leaves; the first defect in verification order is the exit
/// code.
sip::ApprovedSip authorise(Context& c, const sip::Versement& versement, const sip::Plan& plan,
                           const sip::MessageIdentifier& lot, const sip::Target& target) {
  ask_today(c, versement, lot);
  const auto& roles = register_for(c, versement, lot);
  auto verified = sip::verify_visa(versement, plan, lot, target, c.trust_store(), roles, c.clock,
                                   {c.approval_signatures(plan.platform), false});
  if (verified.approved) {
    try {
      require_trail(c, versement, lot, verified.approved->visa());
    } catch (const Error& e) {
      if (e.code() == Exit::evidence_broken) note_refusal(c, versement, lot, e.code());
      throw;
    }
    return std::move(*verified.approved);
  }
  note_refusal(c, versement, lot, verified.code);
  Error e(verified.code, msg("The lot {0} may not be sent.", lot.value));
  for (const auto& f : verified.findings) e = std::move(e).because(f.message);
  throw std::move(e).hint(msg("Nothing was sent. See versoir review and versoir approve."));
}

void sleep_for(std::stop_token stop, std::chrono::seconds duration) {
  const auto until = std::chrono::steady_clock::now() + duration;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

struct Sending {
  Context& c;
  const sip::Versement& versement;
  const sip::Plan& plan;
  vitam::Ingest& ingest;
  sip::Target target;
  BeforeSending& before;
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

void send_one(Sending& s, const sip::MessageIdentifier& lot) {
  const fs::path folder = s.versement.lot(lot);
  if (fs::exists(folder / "receipt.json")) {
    // A receipt is believed only for what it proves: the reply that it rests on, for this very lot; of a
    // closed one, without its SIP.
    const bool closed = sip::read_closing(folder).has_value();
    if (const auto defects =
            closed ? vitam::verify_closed_lot(s.versement, lot) : vitam::verify_receipt(s.versement, lot);
        !defects.empty()) {
      Error e(Exit::evidence_broken, msg("The receipt of lot {0} proves nothing.", lot.value));
      for (const auto& f : defects) std::move(e).because(f.message);
      throw std::move(e).hint(
          msg("Nothing was sent. Put the files back from a copy; versoir verify says more."));
    }
    s.c.out.result(closed ? msg("{0}: already transferred and closed, receipt kept.", lot.value)
                          : msg("{0}: already transferred, receipt kept.", lot.value));
    s.c.out.event("lot", {{"id", lot.value}, {"already", true}});
    return;
  }
  // What the platform has is followed to its reply whatever became of the visa: nothing more leaves for it.
  auto operation = known_operation(s, lot);
  if (!operation) {
    auto approved = authorise(s.c, s.versement, s.plan, lot, s.target);
    s.before.require(lot);
    operation = s.ingest.send(s.versement, std::move(approved), s.c.words.has("again"));
    s.c.out.say(msg("{0}: received by the platform, operation {1}.", lot.value, operation->value));
  }
  if (s.c.words.has("no-wait")) {
    s.c.out.event("lot", {{"id", lot.value}, {"operation", operation->value}});
    return;
  }
  const auto atr = s.ingest.follow(s.versement, lot, *operation, s.c.stop);
  s.c.out.result(msg("{0}: {1}, operation {2}, {3}, {4}.", lot.value, atr.reply_code, operation->value,
                     core::ntr("{0} archive unit", "{0} archive units", atr.units.size()),
                     core::ntr("{0} object", "{0} objects", atr.objects.size())));
  s.c.out.event("lot", {{"id", lot.value}, {"operation", operation->value}, {"reply", atr.reply_code}});
}

/// The latest decision approves the versement without this lot: it waits, and that is not a refusal.
bool excluded_by_visa(const std::vector<sip::VisaFile>& visas, const sip::MessageIdentifier& lot) {
  return !visas.empty() && sip::coverage(visas.back(), lot) == sip::Coverage::excluded;
}

int run_send(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto plan = versement.plan();
  const std::string name = c.words.has("platform") ? c.words.get("platform") : plan.platform;
  c.require_roles_signer(name, plan.platform_kind);
  auto link = open_platform(c, name);
  vitam::Client client(*link.http, link.platform);
  vitam::Ingest ingest(
      client, c.journal(), c.clock, c.out.progress(), [&](std::chrono::seconds s) { sleep_for(c.stop, s); },
      [&](const core::Message& m) { c.out.warn(m); });
  BeforeSending before(c, client, versement, plan);
  Sending sending{c, versement, plan, ingest, vitam::target_of(link.platform), before};
  const auto visas = sip::list_visas(versement);
  const bool chosen = !c.words.list("lot").empty();
  if (c.words.has("again") && c.chosen_lots(plan).size() != 1)
    throw Error(Exit::usage, msg("--again sends one lot again: name it with --lot."));
  std::optional<Error> first;
  std::size_t done = 0, excluded = 0;
  for (const auto& lot : c.chosen_lots(plan)) {
    c.check_stop();
    if (!chosen && excluded_by_visa(visas, lot.id) && !fs::exists(versement.lot(lot.id) / "operation.json")) {
      ++excluded;
      continue;
    }
    try {
      send_one(sending, lot.id);
      ++done;
    } catch (Error& e) {
      // A lot that the platform rejects must not hold back the others; anything else stops here.
      if (e.code() != Exit::transfer_rejected) throw;
      c.out.failure(e);
      if (!first) first = e;
    }
  }
  c.out.summary({{"versement", plan.versement}, {"done", done}, {"excluded", excluded}});
  return static_cast<int>(first ? first->code() : Exit::ok);
}

}  // namespace

std::vector<CommandDef> send_commands() {
  return {
      {.name = "send",
       .summary = mark("transfer the approved lots of a versement to the platform"),
       .details = mark("Verifies the visa as it stands today, sends the very bytes that were approved, "
                       "follows the operation, keeps the "
                       "reply (ATR) and writes the receipt. Running it again never sends a lot twice."),
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
            {"no-wait", nullptr, mark("do not wait for the reply")},
            trace_option()},
       .exits = {Exit::configuration,
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

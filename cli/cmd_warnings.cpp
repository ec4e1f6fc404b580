// versoir warnings: what the platform had to say of lots that it accepted, and the decision of a person on
// it.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/whole_trail.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "vitam/atr.hpp"
#include "vitam/warnings.hpp"

#include <fmt/ranges.h>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string decision_text(const std::optional<vitam::WarningsDecision>& decision) {
  if (!decision) return core::tr("to be decided");
  const bool accepted = decision->verdict == vitam::WarningsVerdict::accepted;
  return msg("{0} by {1}, {2}: {3}", accepted ? core::tr("accepted") : core::tr("contested"), decision->by,
             core::show_date(decision->decided), decision->reason)
      .text();
}

void show_lot(Context& c, const sip::Versement& versement, const sip::PlannedLot& lot) {
  const auto folder = versement.lot(lot.id);
  const auto atr = vitam::read_atr(folder);
  const auto decision = vitam::read_warnings_decision(folder);
  c.out.result(msg("{0}, operation {1}: {2}", lot.id.value, atr.operation, decision_text(decision)));
  std::vector<std::vector<std::string>> rows;
  core::Json kinds = core::Json::array();
  for (const auto& kind : vitam::warning_kinds(atr)) {
    rows.push_back({core::show_count(kind.count), kind.code,
                    kind.code.empty() ? core::tr("the reply gives no event") : kind.message,
                    fmt::format("{}", fmt::join(kind.first, " "))});
    kinds.push_back({{"code", kind.code}, {"count", kind.count}, {"first", kind.first}});
  }
  c.out.table({core::tr("number"), core::tr("code"), core::tr("message"), core::tr("for instance")}, rows);
  c.out.event("warnings", {{"lot", lot.id.value},
                           {"operation", atr.operation},
                           {"decision", !decision ? core::Json()
                                        : decision->verdict == vitam::WarningsVerdict::accepted
                                            ? core::Json("accepted")
                                            : core::Json("contested")},
                           {"kinds", kinds}});
}

std::optional<vitam::WarningsVerdict> asked_verdict(const Context& c) {
  const bool accept = c.words.has("accept"), contest = c.words.has("contest");
  if (accept && contest) throw Error(Exit::usage, msg("--accept or --contest, not both."));
  if (!accept && !contest) return std::nullopt;
  if (!c.words.has("reason") || !c.words.has("by"))
    throw Error(Exit::usage, msg("A decision about warnings says who decides (--by) and why (--reason)."));
  return accept ? vitam::WarningsVerdict::accepted : vitam::WarningsVerdict::contested;
}

int run_warnings(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto verdict = asked_verdict(c);
  std::vector<sip::PlannedLot> lots;
  for (const auto& lot : c.chosen_lots(versement.plan()))
    if (sip::lot_facts(versement, lot, "").reply_code == "WARNING") lots.push_back(lot);
  if (lots.empty()) {
    c.out.result(msg("No lot of {0} was accepted with warnings.", versement.id()));
    if (verdict) throw Error(Exit::lot_state, msg("There is nothing to decide on."));
    return 0;
  }
  if (verdict)
    for (const auto& lot : lots)
      vitam::decide_warnings(versement, lot.id, *verdict, c.words.get("reason"), c.words.get("by"),
                             c.journal(), c.clock);
  const auto trail = whole_trail(c);
  std::size_t open = 0;
  for (const auto& lot : lots) {
    show_lot(c, versement, lot);
    for (const auto& f : vitam::open_warnings(versement, lot.id, trail)) {
      ++open;
      if (f.code != "warnings-open" && f.code != "warnings-contested") c.out.finding(f);
    }
  }
  if (open != 0 && !verdict)
    c.out.say(
        msg("→ versoir warnings {0} --accept --by \"…\" --reason \"…\" records that somebody read them "
            "and takes the transfer as it is; --contest that the archive service is asked.",
            versement.id()));
  c.out.summary({{"versement", versement.id()}, {"lots", lots.size()}, {"open", open}});
  return static_cast<int>(open != 0 ? Exit::with_warnings : Exit::ok);
}

}  // namespace

std::vector<CommandDef> warnings_commands() {
  return {
      {.name = "warnings",
       .summary = mark("read and decide on what the platform remarked in lots that it accepted"),
       .details = mark("A reply WARNING is an acceptance: the archive is transferred. Somebody must still "
                       "read what the platform remarked before anything rests on it: versoir close "
                       "refuses a lot on which nobody decided. The decision, its author and its reason "
                       "stay with the lot and in the journal."),
       .example = "versoir warnings scolarite-2026 --accept --by \"Claire Aubin\" --reason \"formats "
                  "known, decision 2026-7\"",
       .arguments = {{mark("VERSEMENT"), mark("identifier of the versement")}},
       .options = {{"lot", mark("ID"), mark("only this lot"), nullptr, true},
                   {"accept", nullptr, mark("the transfer is good as it is")},
                   {"contest", nullptr, mark("the archive service is asked; nothing is closed meanwhile")},
                   {"by", mark("NAME"), mark("who decides")},
                   {"reason", mark("TEXT"), mark("why")}},
       .exits = {Exit::with_warnings, Exit::configuration, Exit::lot_state, Exit::journal_broken,
                 Exit::evidence_broken},
       .run = run_warnings}};
}

}  // namespace versoir::cli

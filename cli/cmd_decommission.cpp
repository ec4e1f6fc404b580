// versoir decommission: the ledger shown before an application is turned off.
#include "cli/application_lots.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/known_papers.hpp"
#include "cli/whole_trail.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/ledger.hpp"

#include <map>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::msg;

namespace {

/// One line per table on the terminal; columns are in the files and in --json.
void show_ledger_tables(Context& c, const sip::Ledger& ledger) {
  struct Counts {
    std::string rows;
    std::size_t columns = 0, transferred = 0, consulted = 0, eliminated = 0, remain = 0;
  };
  std::map<std::string, Counts> tables;
  for (const auto& line : ledger.lines) {
    auto& t = tables[line.table];
    if (line.rows && (line.column != "*" || t.rows.empty())) t.rows = core::show_count(*line.rows);
    ++t.columns;
    t.transferred += line.whole_transfer;
    t.consulted += !line.consultation.empty();
    t.eliminated += !line.eliminated.empty();
    t.remain += line.remains();
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, t] : tables)
    rows.push_back({name, t.rows, std::to_string(t.columns), std::to_string(t.transferred),
                    std::to_string(t.consulted), std::to_string(t.eliminated),
                    t.remain ? std::to_string(t.remain) : ""});
  c.out.table({core::tr("table"), core::tr("rows"), core::tr("columns"), core::tr("transferred"),
               core::tr("consulted"), core::tr("eliminated"), core::tr("remain")},
              rows);
}

int run_decommission(Context& c) {
  const bool rehearsal = c.words.has("rehearsal");
  const auto trail = whole_trail(c);
  auto extract = reference_extract(c, c.words.get("EXTRACT"), rehearsal);
  // An elimination that the journal does not know authorises nothing.
  if (const auto missing = trail.missing_files(c.workspace(), "eliminations"); !missing.empty()) {
    core::Error e(Exit::evidence_broken,
                  msg("What the journal knows of eliminations is not what their folders hold."));
    for (const auto& f : missing) std::move(e).because(f.message);
    throw std::move(e).hint(msg("Put the files back from a copy; versoir verify says more."));
  }
  for (const auto& id : sip::list_eliminations(c.workspace())) {
    const sip::Elimination elimination(c.workspace(), id);
    if (elimination.state() != sip::EliminationState::prepared) require_known_papers(c, trail, elimination);
  }
  auto lots = lots_of_application(c, extract.run().application, rehearsal, trail);
  if (lots.rehearsed)
    c.out.warn(core::nmsg("{0} lot that a rehearsal platform accepted does not count.",
                          "{0} lots that a rehearsal platform accepted do not count.", lots.rehearsed));
  const sip::LedgerSources sources{c.config(), c.workspace(), std::move(lots.accepted),
                                   std::move(lots.pending), rehearsal};
  const auto ledger = sip::make_ledger(extract, sources, c.out.progress(), c.clock);
  const auto remainders = ledger.remainders();
  const auto json = ledger.to_json();
  if (c.words.has("csv")) sip::write_ledger_csv(c.words.get("csv"), ledger);
  if (c.words.has("html")) sip::write_ledger_page(c.words.get("html"), ledger, c.clock);
  core::Json object = {{"application", ledger.application},
                       {"sha512", core::sha512(core::canonical_json(json)).hex()}};
  for (const auto* kind : {"html", "csv"})  // what is shown to those who decide
    if (c.words.has(kind))
      object[kind] = {{"file", fs::path(c.words.get(kind)).filename().string()},
                      {"sha512", core::digest_file(c.words.get(kind)).sha512.hex()}};
  c.journal().append("DECOMMISSION_LEDGER", object,
                     remainders.empty() ? trust::Outcome::ok : trust::Outcome::ko,
                     {{"rehearsal", rehearsal}, {"remainders", remainders.size()}});
  c.out.event("ledger", json);
  for (const auto& m : ledger.ignored) c.out.warn(msg("Does not count: {0}.", m.text()));
  if (rehearsal) c.out.result(core::tr("REHEARSAL: this ledger is worth nothing."));
  show_ledger_tables(c, ledger);
  if (const auto n = ledger.consulted_only())
    c.out.result(
        core::nmsg("{0} line is settled by the consultation alone: somebody must keep the extract.",
                   "{0} lines are settled by the consultation alone: somebody must keep the extract.", n));
  for (const auto& m : remainders) c.out.result(msg("REMAINS: {0}", m.text()));
  if (remainders.empty())
    c.out.result(core::tr("Nothing remains: the application may be turned off."));
  else
    c.out.result(core::nmsg("{0} remainder: the application may not be turned off.",
                            "{0} remainders: the application may not be turned off.", remainders.size()));
  if (!remainders.empty()) {
    c.out.say(msg(
        "→ What answers: [consultation.NAME] keeps the extract until a date, [elimination.NAME] names what "
        "may be destroyed under a visa, [backup.NAME] says when and where a backup was destroyed."));
    if (!c.words.has("csv") && !c.words.has("html"))
      c.out.say(msg("→ Every column, line by line: --csv FILE or --html FILE."));
  }
  c.out.summary(
      {{"application", ledger.application}, {"remainders", remainders.size()}, {"rehearsal", rehearsal}});
  return static_cast<int>(remainders.empty() ? Exit::ok : Exit::remainder);
}

}  // namespace

std::vector<CommandDef> decommission_commands() {
  return {
      {.name = "decommission",
       .summary = mark("the ledger to show before an application is turned off"),
       .details = mark("Every table and column of the extract, with its rows, must be transferred (the "
                       "platform's reply proves "
                       "it, and the accepted records show every row), kept for consultation until a date "
                       "([consultation.NAME]), "
                       "or eliminated under a visa; the backups must be declared and destroyed "
                       "([backup.NAME]). Anything that "
                       "remains blocks: exit code 62."),
       .example = "versoir decommission apogee.extract --rehearsal --html decommission.html",
       .arguments = {{mark("EXTRACT"), mark("extract of the application")}},
       .options =
           {{"html", mark("FILE"), mark("also write the ledger as a page")},
            {"csv", mark("FILE"), mark("also write every line as CSV")},
            {"rehearsal", nullptr,
             mark("count rehearsal extracts and platforms; what is written says that it is worth nothing")}},
       .exits = {Exit::configuration, Exit::extract_invalid, Exit::extract_altered, Exit::role_register,
                 Exit::journal_broken, Exit::evidence_broken, Exit::remainder},
       .run = run_decommission}};
}

}  // namespace versoir::cli

// versoir close: SIPs and reports with samples leave once the receipts are proven; the proof stays.
#include "cli/checkpoint.hpp"
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/context.hpp"
#include "cli/whole_trail.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "vitam/closing.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

struct Closable {
  std::vector<vitam::ClosableLot> lots;
  std::size_t already = 0;
};

/// Every lot or none: what stands in the way is told for all of them at once.
Closable closable_lots(Context& c, const sip::Versement& versement, const sip::Plan& plan,
                       const sip::JournalTrail& trail) {
  vitam::ClosingTerms terms{trail, std::chrono::days(c.config().get_int("closing", "delay_days")),
                            c.words.has("without-transfer")};
  if (terms.delay.count() < 0)
    throw Error(Exit::configuration, msg("[closing] delay_days cannot be negative."));
  Closable closable;
  Error e(Exit::lot_state, msg("The versement {0} cannot be closed.", plan.versement));
  const auto judge = [&](const sip::PlannedLot& lot) {
    c.check_stop();
    auto verdict = vitam::prove_closable(versement, lot, terms, c.clock);
    if (verdict.already) ++closable.already;
    for (const auto& f : verdict.findings)
      std::move(e).because(msg("{0}: {1}", lot.id.value, f.message.text()));
    if (verdict.lot) closable.lots.push_back(std::move(*verdict.lot));
  };
  for (const auto& lot : c.chosen_lots(plan)) judge(lot);
  // Lots of a plan that was replaced: nothing can send them any more.
  terms.without_transfer = true;
  if (c.words.list("lot").empty())
    for (const auto& lot : sip::stray_lots(versement, plan)) judge(lot);
  if (!e.causes().empty())
    throw std::move(e)
        .hint(msg(
            "Nothing was removed. versoir status says where the lots stand, versoir verify proves receipts; "
            "--lot closes one lot."))
        .hint(
            msg("--without-transfer also closes lots that were refused, rejected or left out: they are then "
                "given up."));
  return closable;
}

void show_removals(Context& c, const Closable& closable, const std::vector<std::string>& reports) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& lot : closable.lots) {
    const auto reply = lot.closing().transferred ? lot.reply_code() : core::tr("not transferred");
    for (const auto& f : lot.closing().removed)
      rows.push_back({lot.id().value + "/" + f.name, core::show_size(f.size), reply, lot.operation(),
                      f.sha512.hex().substr(0, 16)});
    if (lot.closing().removed.empty()) rows.push_back({lot.id().value + "/", "", reply, "", ""});
  }
  for (const auto& name : reports) rows.push_back({name, "", "", "", ""});
  c.out.result(msg("These files would be removed, their digests kept:"));
  c.out.table({core::tr("file"), core::tr("size"), core::tr("reply"), core::tr("operation"), "SHA-512"},
              rows);
  c.out.result(
      msg("Visas, replies (ATR), receipts, seals and the lists of what was transferred and left out stay."));
}

bool all_would_be_closed(const sip::Versement& versement, const sip::Plan& plan, const Closable& closable) {
  return std::all_of(plan.lots.begin(), plan.lots.end(), [&](const sip::PlannedLot& lot) {
    return sip::lot_facts(versement, lot, "").closed ||
           std::any_of(closable.lots.begin(), closable.lots.end(),
                       [&](const vitam::ClosableLot& l) { return l.id() == lot.id; });
  });
}

int run_close(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto plan = versement.plan();
  if (plan.is_filing())
    throw Error(Exit::lot_state, msg("The versement {0} is a filing plan: it stays.", plan.versement))
        .hint(msg("It names nobody, and other versements are attached to what it proves."));
  const auto trail = whole_trail(c);
  if (const auto missing = trail.missing_decisions(versement); !missing.empty()) {
    Error e(Exit::evidence_broken,
            msg("What the journal knows of versement {0} is not what its folder holds.", versement.id()));
    for (const auto& f : missing) std::move(e).because(f.message);
    throw std::move(e).hint(
        msg("Nothing was removed. Put the files back from a copy; versoir verify says more."));
  }
  const auto closable = closable_lots(c, versement, plan, trail);
  const bool whole = all_would_be_closed(versement, plan, closable);
  auto reports = whole ? sip::reports_with_samples(versement) : std::vector<std::string>{};
  const auto left = whole ? sip::leavings(versement) : std::vector<fs::path>{};
  for (const auto& path : left)
    reports.push_back(path.lexically_relative(versement.folder()).generic_string());
  if (closable.lots.empty() && reports.empty()) {
    c.out.result(msg("The versement {0} is already closed.", plan.versement));
  } else {
    show_removals(c, closable, reports);
    const auto nothing = msg("Nothing was removed.");
    if (c.words.has("confirm"))
      require_confirmed(c.words.get("confirm"), plan.versement, nothing);
    else
      confirm_typed(msg("Type the identifier of the versement to close it ({0}):", plan.versement),
                    plan.versement, nothing);
  }
  auto& journal = c.journal();
  for (const auto& lot : closable.lots) {
    c.check_stop();
    vitam::close_lot(versement, lot, journal, c.clock);
    const auto& removed = lot.closing().removed;
    c.out.event("closed", {{"lot", lot.id().value},
                           {"transferred", lot.closing().transferred},
                           {"sha512", removed.empty() ? "" : removed.front().sha512.hex()}});
  }
  const auto removed = vitam::close_reports(versement, plan, trail, journal, c.clock);
  for (const auto& path : left) fs::remove_all(path);  // never finished: nothing refers to them
  if (!closable.lots.empty()) checkpoint_at_hand(c);
  if (!closable.lots.empty())
    c.out.result(core::nmsg("{0} lot closed.", "{0} lots closed.", closable.lots.size()));
  c.out.summary({{"versement", plan.versement},
                 {"closed", closable.lots.size()},
                 {"already", closable.already},
                 {"reports", removed},
                 {"leavings", left.size()}});
  return 0;
}

}  // namespace

std::vector<CommandDef> close_commands() {
  return {
      {.name = "close",
       .summary = mark("remove the SIPs of a versement once its receipts are proven, keeping the proof"),
       .details = mark(
           "Proves every receipt again, by the reply and the manifest, says what would be removed, asks for "
           "the "
           "identifier of the versement, then removes the SIPs and, when no lot is left, the reports that "
           "show "
           "samples of records. Digests, seals, visas, replies, receipts and lists stay, and versoir verify "
           "holds them against closing.json. Refused before [closing] delay_days have passed since the "
           "receipt "
           "was verified. Files are deleted, not wiped: backups of the workspace are yours to expire."),
       .example = "versoir close scolarite-2026 --confirm scolarite-2026",
       .arguments = {{mark("VERSEMENT"), mark("identifier of the versement")}},
       .options =
           {{"without-transfer", nullptr,
             mark("also close lots that were not transferred and will not be: refused, rejected, left out")},
            {"lot", mark("ID"), mark("only this lot"), nullptr, true},
            {"confirm", mark("ID"),
             mark("the identifier of the versement, as typed by the person who decides")}},
       .exits = {Exit::configuration, Exit::lot_state, Exit::journal_broken, Exit::evidence_broken},
       .run = run_close}};
}

}  // namespace versoir::cli

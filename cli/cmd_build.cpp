// versoir build: the SIPs of a versement, sealed.
#include "check/rule_comparison.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/lots_left.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/build.hpp"
#include "sip/dossier.hpp"
#include "sip/lot_work.hpp"
#include "sip/settings.hpp"
#include "sip/versement_lock.hpp"
#include "vitam/ingest.hpp"

#include <optional>
#include <set>
#include <string>

namespace versoir::cli {

using core::Exit;
using core::msg;

namespace {

/// With the platform's referentials at hand, rules that differ there stop everything: all of them are told.
void compare_with_platform(Context& c, const sip::Plan& plan, extract::Extract& extract) {
  const auto folder = c.config().find_path("platform." + plan.platform, "referentials");
  if (!folder) {
    if (plan.platform_kind == "production")
      throw core::Error(
          Exit::configuration,
          msg("[platform.{0}] referentials is not set: nothing is built for a production platform "
              "whose rules were not compared.",
              plan.platform))
          .hint(msg("Put there the platform's own export of its rules, agencies and contracts, in VITAM's "
                    "format."));
    c.out.say(msg("[platform.{0}] referentials is not set: durations are not compared with the platform's.",
                  plan.platform));
    return;
  }
  const auto settings = sip::Settings::from_json(plan.settings);
  auto app = extract.profile();
  sip::apply_durations(app, settings.durations);
  const auto findings = check::compare_rules(app, settings.rules, check::Referentials::read(*folder));
  if (findings.empty()) return;
  core::Error e(Exit::configuration,
                msg("Rules of the platform {0} are not those of the versement.", plan.platform));
  for (const auto& f : findings) std::move(e).because(f.message);
  throw std::move(e).hint(msg(
      "Have the platform's rule corrected, or name another RuleId in [rules], or set [durations] when the "
      "tableau de gestion says so; then plan again: versoir plan --replace."));
}

/// The extract of a plan, as it was planned, with rules that are those of the platform.
extract::Extract planned_extract(Context& c, const sip::Plan& plan) {
  auto extract = c.open_extract(plan);
  // The roots inside the file are its own word: what was sealed and planned is this very file.
  if (core::digest_file(extract.path()).sha512.hex() != plan.extract_sha512)
    throw core::Error(Exit::extract_altered,
                      msg("The extract {0} is not the file that was planned.", extract.path().string()))
        .hint(msg("Put back the sealed file, or plan again: versoir plan --replace."));
  compare_with_platform(c, plan, extract);
  return extract;
}

/// Lots are attached to what the platform said that it holds: the receipt of the filing plan must prove it.
void require_filing_receipts(Context& c, const sip::Plan& plan) {
  std::set<std::string> versements;
  for (const auto& [archive, a] : sip::Settings::from_json(plan.settings).attachments)
    if (!a.versement.empty()) versements.insert(a.versement);
  for (const auto& id : versements) {
    const auto versement = c.versement(id);
    for (const auto& lot : versement.plan().lots) {
      const auto defects = vitam::verify_receipt(versement, lot.id);
      if (defects.empty()) continue;
      core::Error e(Exit::evidence_broken, msg("The receipt of the filing plan {0} proves nothing.", id));
      for (const auto& f : defects) std::move(e).because(f.message);
      throw std::move(e).hint(
          msg("Nothing was built. Put the files back from a copy; versoir verify says more."));
    }
  }
}

/// What a build of several lots has done and has still to do.
class LotBuilder {
 public:
  LotBuilder(Context& c, const sip::Versement& versement, const sip::Plan& plan, extract::Extract* extract)
      : c_(c), versement_(versement), plan_(plan), extract_(extract) {}

  /// Builds what no other program is building; gives the others.
  std::vector<sip::PlannedLot> build(const std::vector<sip::PlannedLot>& lots) {
    std::vector<sip::PlannedLot> busy;
    for (const auto& lot : lots) {
      c_.check_stop();
      if (const auto report = build(lot))
        tell(lot, *report);
      else
        busy.push_back(lot);
    }
    return busy;
  }
  void finish() {
    c_.out.table({core::tr("lot"), core::tr("units"), core::tr("objects"), core::tr("size"), "SHA-512"},
                 rows_);
  }
  [[nodiscard]] std::size_t built() const noexcept { return rows_.size(); }
  [[nodiscard]] bool warnings() const noexcept { return warnings_; }

 private:
  std::optional<sip::BuildReport> build(const sip::PlannedLot& lot) {
    const bool replace = c_.words.has("replace");
    auto& signer = c_.signer("producer");
    auto* tsa = c_.tsa();
    if (plan_.is_filing())
      return sip::build_filing_lot(versement_, plan_, lot.id, signer, tsa, replace, c_.clock);
    if (plan_.is_dossier())
      return sip::build_dossier_lot(versement_, plan_, lot.id, signer, tsa, replace, c_.clock);
    return sip::build_lot(*extract_, c_.config(), versement_, plan_, lot.id, signer, tsa, replace, c_.clock,
                          c_.out.progress());
  }

  void tell(const sip::PlannedLot& lot, const sip::BuildReport& report) {
    // What was left alone is what another run, or another machine, did and wrote in its own journal.
    if (report.fresh)
      c_.journal().append(
          "SIP_BUILT",
          {{"lot", lot.id.value},
           {"sha512", report.sip.sha512.hex()},
           {"build_sha512", core::digest_file(versement_.lot(lot.id) / "build.json").sha512.hex()}},
          report.findings.empty() ? trust::Outcome::ok : trust::Outcome::warning,
          {{"units", report.units}, {"objects", report.objects}, {"size", report.sip.size}});
    for (const auto& f : report.findings) {
      c_.out.finding(f);
      warnings_ = warnings_ || f.severity != core::Severity::info;
    }
    rows_.push_back({lot.id.value, core::show_count(report.units), core::show_count(report.objects),
                     core::show_size(report.sip.size), report.sip.sha512.hex().substr(0, 16)});
    c_.out.event("lot", {{"id", lot.id.value},
                         {"units", report.units},
                         {"objects", report.objects},
                         {"size", report.sip.size},
                         {"sha512", report.sip.sha512.hex()},
                         {"fresh", report.fresh}});
  }

  Context& c_;
  const sip::Versement& versement_;
  const sip::Plan& plan_;
  extract::Extract* extract_;
  std::vector<std::vector<std::string>> rows_;
  bool warnings_ = false;
};

/// Lots that others are building are theirs to finish: what was asked is not done yet.
[[noreturn]] void tell_busy(const std::vector<sip::PlannedLot>& busy) {
  core::Error e(Exit::temporary, msg("Some lots are being built by another program; the others are done."));
  for (const auto& lot : busy) std::move(e).because(msg("{0}", lot.id.value));
  throw std::move(e).hint(msg("Build again when it has finished: what is built is left alone."));
}

int run_build(Context& c) {
  static_cast<void>(
      c.journal_node());  // a name that cannot be one is told although nothing may be left to build
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto planned = sip::lock_plan(versement);  // before the plan is read, until the last lot is built
  const auto plan = versement.plan();
  std::optional<extract::Extract> extract;
  if (plan.is_of_extract()) extract.emplace(planned_extract(c, plan));
  require_filing_receipts(c, plan);
  static_cast<void>(c.signer("producer"));  // a key that cannot be read stops everything before the work
  static_cast<void>(c.journal_file());      // and so does a node that cannot name one
  static_cast<void>(c.tsa());
  const auto lots = c.chosen_lots(plan);
  sip::clear_abandoned_work(versement);
  LotBuilder builder(c, versement, plan, extract ? &*extract : nullptr);
  auto busy = builder.build(lots);
  if (!busy.empty()) busy = builder.build(busy);  // most have been finished in the meantime
  builder.finish();
  if (!busy.empty()) tell_busy(busy);
  const auto unbuilt = lots_left(versement, plan).unbuilt;
  if (unbuilt == 0)
    c.out.say(msg("→ Next: versoir check {0}", plan.versement));
  else
    c.out.say(
        core::nmsg("→ {0} lot of {1} is still to be built, by another shard or by versoir build {1}; versoir "
                   "check {1} comes after.",
                   "→ {0} lots of {1} are still to be built, by other shards or by versoir build {1}; "
                   "versoir check {1} comes after.",
                   unbuilt, plan.versement));
  c.out.summary({{"versement", plan.versement}, {"lots", builder.built()}, {"unbuilt", unbuilt}});
  return static_cast<int>(builder.warnings() ? Exit::with_warnings : Exit::ok);
}

}  // namespace

std::vector<CommandDef> build_commands() {
  return {{.name = "build",
           .summary = mark("build and seal the SIPs of a versement"),
           .details =
               mark("One SEDA package per lot: manifest.xml and content/, nothing else, then the producer's "
                    "seal beside it. The same plan and the same extract give the same bytes. A lot already "
                    "built is left alone, and so is one that another program is building. Machines that "
                    "share the workspace build a plan together: --shard 1/3 on the first, 2/3 on the second, "
                    "3/3 on the third, each with its own --node."),
           .example = "versoir build scolarite-2026",
           .arguments = {{mark("VERSEMENT"), mark("identifier of the versement")}},
           .options = {{"lot", mark("ID"), mark("only this lot"), nullptr, true},
                       {"shard", mark("I/N"), mark("only the I-th part of N: one lot in N, in their order")},
                       {"replace", nullptr, mark("build again a lot that is already built")}},
           .exits = {Exit::with_warnings, Exit::configuration, Exit::temporary, Exit::extract_invalid,
                     Exit::extract_altered, Exit::sip_build, Exit::lot_state, Exit::signing,
                     Exit::role_register, Exit::evidence_broken},
           .run = run_build}};
}

}  // namespace versoir::cli

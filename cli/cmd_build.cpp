// versoir build: the SIPs of a versement, sealed.
#include "check/rule_comparison.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/build.hpp"
#include "sip/settings.hpp"
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

int run_build(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto plan = versement.plan();
  std::optional<extract::Extract> extract;
  if (!plan.is_filing()) extract.emplace(planned_extract(c, plan));
  require_filing_receipts(c, plan);
  auto& signer = c.signer("producer");
  auto* tsa = c.tsa();
  std::vector<std::vector<std::string>> rows;
  bool warnings = false;
  for (const auto& lot : c.chosen_lots(plan)) {
    c.check_stop();
    const bool replace = c.words.has("replace");
    const auto report = extract
                            ? sip::build_lot(*extract, c.config(), versement, plan, lot.id, signer, tsa,
                                             replace, c.clock, c.out.progress())
                            : sip::build_filing_lot(versement, plan, lot.id, signer, tsa, replace, c.clock);
    c.journal().append("SIP_BUILT", {{"lot", lot.id.value}, {"sha512", report.sip.sha512.hex()}},
                       report.findings.empty() ? trust::Outcome::ok : trust::Outcome::warning,
                       {{"units", report.units}, {"objects", report.objects}, {"size", report.sip.size}});
    for (const auto& f : report.findings) {
      c.out.finding(f);
      warnings = warnings || f.severity != core::Severity::info;
    }
    rows.push_back({lot.id.value, core::show_count(report.units), core::show_count(report.objects),
                    core::show_size(report.sip.size), report.sip.sha512.hex().substr(0, 16)});
    c.out.event("lot", {{"id", lot.id.value},
                        {"units", report.units},
                        {"objects", report.objects},
                        {"size", report.sip.size},
                        {"sha512", report.sip.sha512.hex()}});
  }
  c.out.table({core::tr("lot"), core::tr("units"), core::tr("objects"), core::tr("size"), "SHA-512"}, rows);
  c.out.say(msg("→ Next: versoir check {0}", plan.versement));
  c.out.summary({{"versement", plan.versement}, {"lots", rows.size()}});
  return static_cast<int>(warnings ? Exit::with_warnings : Exit::ok);
}

}  // namespace

std::vector<CommandDef> build_commands() {
  return {{.name = "build",
           .summary = mark("build and seal the SIPs of a versement"),
           .details =
               mark("One SEDA package per lot: manifest.xml and content/, nothing else, then the producer's "
                    "seal beside it. The "
                    "same plan and the same extract give the same bytes. A lot already built is left alone."),
           .example = "versoir build scolarite-2026",
           .arguments = {{mark("VERSEMENT"), mark("identifier of the versement")}},
           .options = {{"lot", mark("ID"), mark("only this lot"), nullptr, true},
                       {"replace", nullptr, mark("build again a lot that is already built")}},
           .exits = {Exit::with_warnings, Exit::configuration, Exit::extract_invalid, Exit::extract_altered,
                     Exit::sip_build, Exit::lot_state, Exit::signing, Exit::evidence_broken},
           .run = run_build}};
}

}  // namespace versoir::cli

// versoir verify: everything recomputed, every signature verified again, offline.
#include "cli/commands.hpp"
#include "cli/consult_seal.hpp"
#include "cli/context.hpp"
#include "cli/last_register.hpp"
#include "cli/verify_parts.hpp"
#include "consult/annotations.hpp"
#include "consult/generation.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "extract/seal.hpp"
#include "sip/closing.hpp"
#include "sip/journal_trail.hpp"
#include "sip/visa.hpp"
#include "trust/seal.hpp"
#include "vitam/ingest.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

namespace {

/// What was signed beside an extract since; nothing is recorded where there is no annotation and none was
/// known.
void verify_annotations(Context& c, Tally& tally, const sip::JournalTrail& trail, const fs::path& path) {
  const auto name = path.filename().string() + ".annotations";
  bool any = true;
  auto findings = guarded(name, [&] {
    std::vector<Finding> found;
    auto extract = extract::Extract::open(path);
    const auto annotations = read_annotations(c, extract);
    const auto known = trail.last_annotation(consult::origin_root(extract));
    any = !known.empty() || annotations.verdict() != consult::Annotations::Verdict::none;
    for (const auto& reason : annotations.reasons())
      found.push_back(
          {annotations.usable() ? Severity::warning : Severity::error, "annotations", reason, name});
    if (!known.empty() && known != annotations.head())
      found.push_back(wrong("journal-trail", msg("{0} is not what the journal says.", name), name));
    return found;
  });
  if (any || !findings.empty()) tally.record(name, core::tr("annotations"), findings, Exit::evidence_broken);
}

/// What disappears must be seen: a sealed extract, with its seals or without.
void verify_missing_extracts(Context& c, Tally& tally, const sip::JournalTrail& trail) {
  for (const auto& name : trail.missing_extracts(c.workspace()))
    tally.record(name, core::tr("seal of the extract"),
                 {wrong("journal-trail", msg("The journal knows {0}; the file is missing.", name), name)},
                 Exit::extract_altered);
}

void verify_extracts(Context& c, Tally& tally, const sip::JournalTrail& trail) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(c.workspace()))
    if (entry.path().extension() == ".extract") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    const auto name = path.filename().string();
    tally.record(name, core::tr("seal of the extract"),
                 guarded(name,
                         [&] {
                           auto extract = extract::Extract::open(path);
                           auto findings =
                               extract::verify_seal(extract, c.trust_store(), c.clock, &c.roles());
                           for (auto& f : trail.altered_signature(c.workspace(), name + ".seal.json.p7s"))
                             findings.push_back(std::move(f));
                           return findings;
                         }),
                 Exit::extract_altered);
    tally.record(name, core::tr("rows, counts and digests"),
                 guarded(name,
                         [&] {
                           auto extract = extract::Extract::open(path);
                           return extract::verify_content(extract, c.out.progress());
                         }),
                 Exit::extract_altered);
    verify_annotations(c, tally, trail, path);
  }
  verify_missing_extracts(c, tally, trail);
}

/// Lines that no checkpoint covers could be written again by whoever owns the machine.
void tell_uncovered(std::vector<Finding>& findings, const trust::JournalReport& report,
                    const std::string& name) {
  const auto uncovered = report.lines - std::min(report.lines, report.covered);
  if (uncovered > 1)  // a checkpoint is itself a line
    findings.push_back(
        {Severity::info, "journal-uncovered",
         core::nmsg("{0} line came after the last checkpoint: no signature covers it yet.",
                    "{0} lines came after the last checkpoint: no signature covers them yet.", uncovered),
         name});
}

/// The chain of one journal, and the signatures of its checkpoints.
void verify_one_journal(Context& c, Tally& tally, const sip::JournalTrail& trail, const fs::path& file) {
  const auto name = file.filename().string();
  auto report = trust::verify_journal(file);
  for (auto& f : trail.missing_checkpoints(c.workspace(), name)) report.findings.push_back(std::move(f));
  tell_uncovered(report.findings, report, name);
  tally.record(name, core::tr("chain of the journal"), report.findings, Exit::journal_broken);
  std::vector<fs::path> points;
  for (const auto& entry : fs::directory_iterator(c.workspace())) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(file.filename().string() + ".checkpoint-") && name.ends_with(".json"))
      points.push_back(entry.path());
  }
  std::sort(points.begin(), points.end());
  for (const auto& p : points) {
    const auto name = p.filename().string();
    tally.record(name, core::tr("signed checkpoint"),
                 guarded(name,
                         [&] {
                           auto findings = signature_findings(
                               trust::verify_seal(p, c.trust_store(), c.clock, trust::At::signing_time),
                               name);
                           for (auto& f : trail.altered_signature(c.workspace(), name + ".p7s"))
                             findings.push_back(std::move(f));
                           return findings;
                         }),
                 Exit::journal_broken);
  }
}

/// Every journal of the workspace: each has a word in the trail.
void verify_journals(Context& c, Tally& tally, const sip::JournalTrail& trail) {
  const auto own = c.journal_file();
  if (!fs::exists(own) && fs::exists(c.workspace() / "versements"))
    tally.record(own.filename().string(), core::tr("chain of the journal"),
                 {wrong("journal", msg("The journal is missing."), own.filename().string())},
                 Exit::journal_broken);
  for (const auto& file : sip::JournalTrail::files(c.workspace())) verify_one_journal(c, tally, trail, file);
}

/// Every folder, also one that lost its plan, and those of which only the journal speaks: what disappears
/// must be seen.
std::vector<std::string> versement_names(const fs::path& workspace, const sip::JournalTrail& trail) {
  auto ids = trail.versements();
  if (fs::is_directory(workspace / "versements"))
    for (const auto& entry : fs::directory_iterator(workspace / "versements"))
      if (entry.is_directory()) ids.push_back(entry.path().filename().string());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

/// A journal that cannot be read was told already.
sip::JournalTrail journal_trail(Context& c) {
  try {
    return sip::JournalTrail::read(c.workspace());
  } catch (const core::Error&) {
    return {};
  }
}

/// First: what follows is judged by it.
void verify_roles(Context& c, Tally& tally, const sip::JournalTrail& trail) {
  const auto file = c.config().find_path("trust", "roles");
  if (!file) return;
  const auto name = file->filename().string();
  std::vector<Finding> findings;
  auto if_wrong = Exit::role_register;
  try {
    static_cast<void>(c.roles());
    if (auto older = older_register(c, trail))
      findings.push_back(wrong("roles-replaced", std::move(*older), name));
    if (c.roles_signers().empty())
      findings.push_back(
          {Severity::warning, "roles-unsigned",
           msg("[trust] roles_signer is not configured: nothing says who wrote the role register."), name});
  } catch (const core::Error& e) {
    if_wrong = e.code();
    findings.push_back(wrong(std::string(core::exit_name(e.code())), e.message(), name));
    for (const auto& cause : e.causes()) findings.push_back(wrong(findings.front().code, cause, name));
  }
  tally.record(name, core::tr("role register"), findings, if_wrong);
}

int run_verify(Context& c) {
  Tally tally(c);
  const auto trail = journal_trail(c);
  verify_roles(c, tally, trail);
  verify_journals(c, tally, trail);
  verify_extracts(c, tally, trail);
  for (const auto& id : versement_names(c.workspace(), trail)) {
    c.check_stop();
    verify_versement(c, tally, trail, id, Receipts::note);
    verify_packs(c, tally, trail, sip::Versement(c.workspace(), id));
  }
  verify_eliminations(c, tally, trail);
  return tally.finish();
}

}  // namespace

std::vector<CommandDef> verify_commands() {
  return {{.name = "verify",
           .summary = mark("recompute and verify again everything in the workspace"),
           .details = mark("Role register, journal, extracts (rows, counts, digests, seals), SIPs (seals, "
                           "digests), visas (signatures, roles when signing, four eyes), replies and "
                           "receipts, and that every decision and sending of which the journal "
                           "speaks still has its files. Works offline. "
                           "Lots whose receipt is proven become verified."),
           .example = "versoir verify",
           .arguments = {},
           .options = {},
           .exits = {Exit::configuration, Exit::extract_altered, Exit::visa_bad_signature,
                     Exit::visa_untrusted, Exit::role_register, Exit::journal_broken, Exit::evidence_broken},
           .run = run_verify}};
}

}  // namespace versoir::cli

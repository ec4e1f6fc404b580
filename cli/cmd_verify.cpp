// versoir verify: everything recomputed, every signature verified again, offline.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/verify_parts.hpp"
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
  }
}

/// The chain of one journal, and the signatures of its checkpoints.
void verify_one_journal(Context& c, Tally& tally, const sip::JournalTrail& trail, const fs::path& file) {
  tally.record(file.filename().string(), core::tr("chain of the journal"),
               trust::verify_journal(file).findings, Exit::journal_broken);
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
void verify_roles(Context& c, Tally& tally) {
  const auto file = c.config().find_path("trust", "roles");
  if (!file) return;
  const auto name = file->filename().string();
  std::vector<Finding> findings;
  auto if_wrong = Exit::role_register;
  try {
    static_cast<void>(c.roles());
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
  verify_roles(c, tally);
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

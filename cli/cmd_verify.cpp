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

void verify_extracts(Context& c, Tally& tally) {
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
                           return extract::verify_seal(extract, c.trust_store(), c.clock, &c.roles());
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

void verify_journal(Context& c, Tally& tally) {
  const auto file = c.journal_file();
  if (!fs::exists(file)) {
    if (fs::exists(c.workspace() / "versements"))
      tally.record(file.filename().string(), core::tr("chain of the journal"),
                   {wrong("journal", msg("The journal is missing."), file.filename().string())},
                   Exit::journal_broken);
    return;
  }
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
                           return signature_findings(
                               trust::verify_seal(p, c.trust_store(), c.clock, trust::At::signing_time),
                               name);
                         }),
                 Exit::journal_broken);
  }
}

std::vector<Finding> verify_visa_file(Context& c, const sip::VisaFile& visa, const std::string& name) {
  if (visa.signature.empty())
    return {wrong("visa-missing", msg("The signature of the visa is missing."), name)};
  const auto judge = [&](const std::string& signature, const std::string& where) {
    return signature_findings(trust::verify_detached(signature, visa.bytes, store_under(c, &visa), c.clock,
                                                     trust::At::signing_time),
                              where);
  };
  auto findings = judge(visa.signature, name);
  if (visa.second.empty()) return findings;
  for (auto& f : judge(visa.second, name + ".json.2.p7s")) findings.push_back(std::move(f));
  return findings;
}

/// The digest of the SIP as it is now against what was built, checked and approved.
std::vector<Finding> verify_digests(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                                    const std::vector<sip::VisaFile>& visas) {
  std::vector<Finding> findings;
  const fs::path folder = versement.lot(lot);
  const auto now = core::digest_file(versement.sip(lot)).sha512.hex();
  const auto compare = [&](const std::string& recorded, const char* by) {
    if (recorded != now)
      findings.push_back(wrong("digest", msg("The SIP is no longer the one of {0}.", by), lot.value));
  };
  compare(core::json_string(core::read_json(folder / "build.json"), "sha512", "build.json"), "build.json");
  if (fs::exists(folder / "check.json"))
    compare(core::read_json(folder / "check.json").at("sip").at("sha512").get<std::string>(), "check.json");
  if (fs::exists(folder / "receipt.json"))
    compare(core::json_string(core::read_json(folder / "receipt.json"), "sip_sha512", "receipt.json"),
            "receipt.json");
  // An earlier visa may be about a package that was built again since.
  if (const auto* visa = approval_of(versement, lot, visas)) {
    const std::string name = "visa-" + std::to_string(visa->number) + ".json";
    for (const auto& l : visa->json.at("lots")) {
      if (l.value("messageIdentifier", "") != lot.value) continue;
      compare(l.value("sha512", ""), name.c_str());
      const auto seal = trust::seal_path(versement.sip(lot));
      if (fs::exists(seal) && core::digest_file(seal).sha512.hex() != l.value("sealSha512", ""))
        findings.push_back(
            wrong("digest", msg("The seal of the SIP is no longer the one of {0}.", name), lot.value));
    }
  }
  return findings;
}

/// The receipt against the reply and the manifest; proven once, its date stays in the receipt.
std::vector<Finding> verify_reply(Context& c, const sip::Versement& versement,
                                  const sip::MessageIdentifier& lot) {
  auto findings = vitam::verify_receipt(versement, lot);
  for (const auto& f : findings)
    if (f.severity == Severity::error) return findings;
  const fs::path file = versement.lot(lot) / "receipt.json";
  auto receipt = core::read_json(file);
  if (!receipt.contains("verified")) {
    receipt["verified"] = core::format_instant(c.clock.now());
    core::write_json(file, receipt);
    c.journal().append("RECEIPT_VERIFIED", {{"versement", versement.id()}, {"lot", lot.value}},
                       trust::Outcome::ok);
  }
  return findings;
}

void verify_lot(Context& c, Tally& tally, const sip::Versement& versement, const sip::PlannedLot& lot,
                const std::vector<sip::VisaFile>& visas, const sip::JournalTrail& trail) {
  const fs::path sip = versement.sip(lot.id);
  if (fs::exists(sip::closing_file(versement.lot(lot.id)))) {
    verify_closing_lot(c, tally, versement, lot, visas, trail);
    if (!fs::exists(sip)) return;
  }
  if (!fs::exists(sip)) {
    if (fs::exists(versement.lot(lot.id) / "sending.json") ||
        sip::latest_decision(visas, lot.id) == "approve")
      tally.record(
          lot.id.value, core::tr("digests of the SIP"),
          {wrong("missing", msg("The SIP is missing, although it was approved or sent."), lot.id.value)},
          Exit::evidence_broken);
    return;
  }
  tally.record(lot.id.value, core::tr("seal of the SIP"),
               guarded(lot.id.value,
                       [&] {
                         return signature_findings(
                             trust::verify_seal(sip, store_under(c, approval_of(versement, lot.id, visas)),
                                                c.clock, trust::At::signing_time),
                             lot.id.value);
                       }),
               Exit::evidence_broken);
  tally.record(lot.id.value, core::tr("digests of the SIP"),
               guarded(lot.id.value, [&] { return verify_digests(versement, lot.id, visas); }),
               Exit::evidence_broken);
  if (fs::exists(versement.lot(lot.id) / "receipt.json"))
    tally.record(lot.id.value, core::tr("reply and receipt"),
                 guarded(lot.id.value, [&] { return verify_reply(c, versement, lot.id); }),
                 Exit::evidence_broken);
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

/// What the person read when deciding: as it stands, or kept aside when a new report was made.
std::vector<Finding> verify_report(const sip::Versement& versement, const sip::VisaFile& visa,
                                   const std::string& name) {
  fs::path report = versement.file("review-visa-" + std::to_string(visa.number) + ".html");
  if (!fs::exists(report)) report = versement.file("review.html");
  if (!fs::exists(report))
    if (const auto closing = sip::read_closing(versement.folder()))
      for (const auto& f : closing->removed)
        if (f.sha512.hex() == visa.json.value("reviewSha512", "")) return {};
  if (core::digest_file(report).sha512.hex() == visa.json.value("reviewSha512", "")) return {};
  return {wrong("report", msg("The report is not the one that the visa binds."), name)};
}

/// Deletion leaves no trace in a folder, and anybody can write a file: the journal says what was there.
void verify_trail(Tally& tally, const sip::JournalTrail& trail, const std::string& id,
                  const sip::Versement& versement, const std::vector<sip::PlannedLot>& lots) {
  auto findings = trail.missing_decisions(versement);
  for (auto& f : trail.missing_transfers(versement)) findings.push_back(std::move(f));
  for (auto& f : trail.missing_closings(versement)) findings.push_back(std::move(f));
  for (const auto& lot : lots)
    for (auto& f : trail.unknown_transfers(versement, lot.id)) findings.push_back(std::move(f));
  for (const auto& visa : sip::list_visas(versement)) {
    const bool told = std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
      return f.where == fmt::format("{}/visa-{}.json", id, visa.number);
    });
    if (!told && !trail.knows(versement, visa))
      findings.push_back({Severity::warning, "journal-trail",
                          msg("The journal knows nothing of this visa: nothing is sent under it."),
                          fmt::format("{}/visa-{}.json", id, visa.number)});
  }
  tally.record(id, core::tr("files that the journal knows"), findings, Exit::evidence_broken);
}

void verify_versement(Context& c, Tally& tally, const sip::JournalTrail& trail, const std::string& id) {
  const sip::Versement versement(c.workspace(), id);
  std::optional<sip::Plan> plan;
  const auto findings = guarded(id, [&]() -> std::vector<Finding> {
    plan = versement.plan();
    return {};
  });
  if (!plan) {
    tally.record(id, core::tr("plan of the versement"), findings, Exit::evidence_broken);
    verify_trail(tally, trail, id, versement, {});
    return;
  }
  const auto visas = sip::list_visas(versement);
  for (const auto& visa : visas) {
    const std::string name = id + "/visa-" + std::to_string(visa.number);
    tally.record(name, core::tr("signature of the visa"), verify_visa_file(c, visa, name),
                 Exit::visa_bad_signature);
    if (visa.signature.empty()) continue;  // told
    tally.record(name, core::tr("right to sign the visa"),
                 guarded(name,
                         [&] {
                           return sip::verify_visa_rights(versement, visa, store_under(c, &visa), c.roles(),
                                                          c.clock);
                         }),
                 Exit::visa_untrusted);
  }
  for (const auto& visa : visas) {
    if (visa.json.value("reviewSha512", "").empty()) continue;  // a withdrawal waits for no report
    const std::string name = id + "/visa-" + std::to_string(visa.number);
    tally.record(name, core::tr("report that the visa binds"),
                 guarded(name, [&] { return verify_report(versement, visa, name); }), Exit::evidence_broken);
  }
  verify_closed_reports(tally, trail, versement);
  for (const auto& lot : plan->lots) verify_lot(c, tally, versement, lot, visas, trail);
  verify_packs(c, tally, trail, versement);
  verify_trail(tally, trail, id, versement, plan->lots);  // last: a signature that does not hold says more
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
  verify_roles(c, tally);
  verify_journal(c, tally);
  verify_extracts(c, tally);
  const auto trail = journal_trail(c);
  for (const auto& id : versement_names(c.workspace(), trail)) {
    c.check_stop();
    verify_versement(c, tally, trail, id);
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

// versoir verify: everything recomputed, every signature verified again, offline.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "extract/seal.hpp"
#include "sip/closing.hpp"
#include "sip/elimination.hpp"
#include "sip/evidence.hpp"
#include "sip/journal_trail.hpp"
#include "sip/visa.hpp"
#include "trust/seal.hpp"
#include "vitam/closing.hpp"
#include "vitam/ingest.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

namespace {

/// One thing verified, with its defects. The first defect of the whole run sets the exit code.
class Tally {
 public:
  explicit Tally(Context& c) : c_(c) {}

  void record(const std::string& what, const std::string& kind, const std::vector<Finding>& findings,
              Exit if_wrong) {
    bool wrong = false;
    for (const auto& f : findings) {
      c_.out.finding(f);
      wrong = wrong || f.severity == Severity::error;
    }
    ++count_;
    if (wrong) ++wrong_;
    if (wrong && code_ == Exit::ok) code_ = if_wrong;
    c_.out.event("verified", {{"what", what}, {"kind", kind}, {"ok", !wrong}});
    rows_.push_back({wrong ? core::tr("WRONG") : core::tr("right"), kind, what});
  }
  int finish() {
    c_.out.table({core::tr("verdict"), core::tr("kind"), core::tr("what")}, rows_);
    c_.out.result(wrong_
                      ? core::nmsg("{0} verification failed, of {1}.", "{0} verifications failed, of {1}.",
                                   wrong_, core::show_count(count_))
                      : core::nmsg("{0} verification, all right.", "{0} verifications, all right.", count_));
    c_.out.summary({{"verified", count_}, {"wrong", wrong_}});
    return static_cast<int>(code_);
  }

 private:
  Context& c_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t count_ = 0, wrong_ = 0;
  Exit code_ = Exit::ok;
};

Finding wrong(std::string code, core::Message m, std::string where) {
  return {Severity::error, std::move(code), std::move(m), std::move(where)};
}

/// Runs a verification whose inputs may be missing or unreadable: that is a defect too, not an abort.
template <class F>
std::vector<Finding> guarded(const std::string& where, F&& f) {
  try {
    return f();
  } catch (const core::Error& e) {
    return {wrong(std::string(core::exit_name(e.code())), e.message(), where)};
  } catch (const std::exception& e) {  // a document of another shape than ours
    return {wrong("unreadable", msg("A document cannot be understood: {0}", e.what()), where)};
  }
}

std::vector<Finding> signature_findings(const trust::Verification& v, const std::string& where) {
  auto findings = v.findings;
  for (auto& f : findings)
    if (f.where.empty()) f.where = where;
  if (v.verdict != trust::Verdict::valid && findings.empty())
    findings.push_back(wrong("signature", msg("The signature does not verify."), where));
  return findings;
}

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

/// What was promised when the visa was signed holds, whatever the configuration says since.
trust::TrustStore store_under(Context& c, const sip::VisaFile* visa) {
  auto store = c.trust_store();
  if (visa && sip::requires_timestamp(*visa)) {
    store.require_timestamp = true;
    store.timestamps_since.reset();
  }
  return store;
}

std::vector<Finding> verify_visa_file(Context& c, const sip::VisaFile& visa, const std::string& name) {
  if (visa.signature.empty())
    return {wrong("visa-missing", msg("The signature of the visa is missing."), name)};
  return signature_findings(trust::verify_detached(visa.signature, visa.bytes, store_under(c, &visa), c.clock,
                                                   trust::At::signing_time),
                            name);
}

/// The approval that decides about a lot: the one under which it was sent, else the latest.
const sip::VisaFile* approval_of(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                                 const std::vector<sip::VisaFile>& visas) {
  const auto sending = versement.lot(lot) / "sending.json";
  const std::string sent_under =
      fs::exists(sending) ? core::read_json(sending).value("visa", "") : std::string();
  for (auto visa = visas.rbegin(); visa != visas.rend(); ++visa) {
    if (!sent_under.empty() && "visa-" + std::to_string(visa->number) + ".json" != sent_under) continue;
    if (visa->json.value("decision", "") == "approve" && sip::coverage(*visa, lot) == sip::Coverage::covered)
      return &*visa;
  }
  return nullptr;
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

/// A closing that is over, or that a crash interrupted, by what the journal knows of its file.
std::vector<Finding> closing_findings(const fs::path& folder, const sip::Versement& versement,
                                      const sip::Closing& closing, const sip::JournalTrail& trail) {
  const auto where = closing.lot.empty() ? versement.id() : closing.lot;
  const auto digest = core::digest_file(sip::closing_file(folder)).sha512.hex();
  auto findings = sip::verify_closing(folder, closing);
  const auto known = trail.closing(versement, closing.lot, digest);
  const bool began = trail.closing_began(versement, closing.lot);
  if (!began || (known == sip::ClosingTrace::none && !closing.finished))
    findings.push_back(wrong("journal-trail", msg("The journal knows nothing of this closing."), where));
  else if (known != sip::ClosingTrace::closed)
    findings.push_back({Severity::warning, "closing-interrupted",
                        msg("The closing was interrupted: versoir close {0} ends it.", versement.id()),
                        where});
  return findings;
}

/// The seal of a SIP that was removed, over the digest that was kept.
std::vector<Finding> removed_seal_findings(Context& c, const sip::Versement& versement,
                                           const sip::PlannedLot& lot, const sip::Closing& closing,
                                           const sip::VisaFile* visa) {
  const auto* removed = closing.find_removed("sip.zip");
  if (!removed) return {wrong("closing", msg("closing.json is not about this lot."), lot.id.value)};
  const auto seal = trust::seal_path(versement.sip(lot.id));
  std::vector<Finding> findings =
      signature_findings(trust::verify_detached(core::read_file(seal, 1u << 20), removed->sha256,
                                                store_under(c, visa), c.clock, trust::At::signing_time),
                         lot.id.value);
  if (!visa) return findings;
  for (const auto& l : visa->json.at("lots")) {
    if (l.value("messageIdentifier", "") != lot.id.value) continue;
    if (l.value("sha512", "") != removed->sha512.hex() ||
        l.value("sealSha512", "") != core::digest_file(seal).sha512.hex())
      findings.push_back(wrong(
          "digest", msg("The SIP that was removed is not the one of visa {0}.", visa->number), lot.id.value));
  }
  return findings;
}

void verify_closing_lot(Context& c, Tally& tally, const sip::Versement& versement, const sip::PlannedLot& lot,
                        const std::vector<sip::VisaFile>& visas, const sip::JournalTrail& trail) {
  const auto folder = versement.lot(lot.id);
  std::optional<sip::Closing> closing;
  tally.record(lot.id.value, core::tr("files kept when closing"),
               guarded(lot.id.value,
                       [&] {
                         closing = sip::read_closing(folder);
                         return closing_findings(folder, versement, closing.value(), trail);
                       }),
               Exit::evidence_broken);
  if (!closing) return;
  tally.record(lot.id.value, core::tr("seal of the SIP removed"),
               guarded(lot.id.value,
                       [&] {
                         return removed_seal_findings(c, versement, lot, *closing,
                                                      approval_of(versement, lot.id, visas));
                       }),
               Exit::evidence_broken);
  tally.record(lot.id.value, core::tr("reply and receipt"),
               guarded(lot.id.value, [&] { return vitam::verify_closed_lot(versement, lot.id); }),
               Exit::evidence_broken);
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

/// Packs of evidence: lists, tokens, and that they are the ones that the journal knows.
void verify_packs(Context& c, Tally& tally, const sip::JournalTrail& trail, const sip::Versement& versement) {
  const auto margin = std::chrono::days(c.config().get_int("evidence", "renew_before_days"));
  for (const auto& pack : sip::evidence_packs(versement)) {
    const auto name = versement.id() + "/" + pack.filename().string();
    tally.record(name, core::tr("pack of evidence"),
                 guarded(name,
                         [&] {
                           auto verified =
                               sip::verify_evidence(pack, c.trust_store().tsa_anchors, margin, c.clock);
                           if (verified.until)
                             c.out.result(msg("{0}: {1} time-stamps, to be renewed before {2}.", name,
                                              verified.timestamps, core::show_date(*verified.until)));
                           return verified.findings;
                         }),
                 Exit::evidence_broken);
  }
  const auto folder = versement.folder().lexically_relative(c.workspace()).generic_string();
  if (auto missing = trail.missing_files(c.workspace(), folder); !missing.empty())
    tally.record(versement.id(), core::tr("pack of evidence"), missing, Exit::evidence_broken);
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
  }
  for (const auto& visa : visas) {
    if (visa.json.value("reviewSha512", "").empty()) continue;  // a withdrawal waits for no report
    const std::string name = id + "/visa-" + std::to_string(visa.number);
    tally.record(name, core::tr("report that the visa binds"),
                 guarded(name, [&] { return verify_report(versement, visa, name); }), Exit::evidence_broken);
  }
  if (fs::exists(sip::closing_file(versement.folder())))
    tally.record(id, core::tr("files kept when closing"),
                 guarded(id,
                         [&] {
                           return closing_findings(versement.folder(), versement,
                                                   sip::read_closing(versement.folder()).value(), trail);
                         }),
                 Exit::evidence_broken);
  for (const auto& lot : plan->lots) verify_lot(c, tally, versement, lot, visas, trail);
  verify_packs(c, tally, trail, versement);
  verify_trail(tally, trail, id, versement, plan->lots);  // last: a signature that does not hold says more
}

/// Bordereaux, visas and certificates of destruction, and that the journal knows each.
void verify_eliminations(Context& c, Tally& tally, const sip::JournalTrail& trail) {
  for (const auto& id : sip::list_eliminations(c.workspace())) {
    const sip::Elimination elimination(c.workspace(), id);
    tally.record(id, core::tr("papers of an elimination"),
                 guarded(id,
                         [&] {
                           auto findings = sip::verify_elimination(elimination);
                           for (const auto* name : {"bordereau.json", "visa.json", "destruction.json"}) {
                             const auto file = elimination.file(name);
                             if (fs::exists(file) &&
                                 !trail.knows_file(file.lexically_relative(c.workspace()).generic_string(),
                                                   core::digest_file(file).sha512.hex()))
                               findings.push_back(wrong("journal-trail",
                                                        msg("The journal knows nothing of {0}.", name), id));
                           }
                           return findings;
                         }),
                 Exit::evidence_broken);
  }
  if (auto missing = trail.missing_files(c.workspace(), "eliminations"); !missing.empty())
    tally.record("eliminations", core::tr("papers of an elimination"), missing, Exit::evidence_broken);
}

int run_verify(Context& c) {
  Tally tally(c);
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
           .details = mark("Journal, extracts (rows, counts, digests, seals), SIPs (seals, digests), visas, "
                           "replies and receipts, and that every decision and sending of which the journal "
                           "speaks still has its files. Works offline. "
                           "Lots whose receipt is proven become verified."),
           .example = "versoir verify",
           .arguments = {},
           .options = {},
           .exits = {Exit::configuration, Exit::extract_altered, Exit::visa_bad_signature,
                     Exit::journal_broken, Exit::evidence_broken},
           .run = run_verify}};
}

}  // namespace versoir::cli

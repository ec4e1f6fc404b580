// versoir verify, after the receipt: closed lots, packs of evidence, eliminations.
#include "cli/known_papers.hpp"
#include "cli/verify_parts.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "sip/closing.hpp"
#include "sip/elimination.hpp"
#include "sip/evidence.hpp"
#include "trust/seal.hpp"
#include "vitam/closing.hpp"

#include <optional>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

namespace {

/// A closing that is over, or that a crash interrupted, by what the journal knows of its file.
std::vector<Finding> closing_findings(const fs::path& folder, const sip::Versement& versement,
                                      const sip::Closing& closing, const sip::JournalTrail& trail) {
  const auto where = closing.lot.empty() ? versement.id() : closing.lot;
  auto findings = sip::verify_closing(folder, closing);
  const auto known = vitam::trace_of(trail, versement, folder, closing);
  if (known == sip::ClosingTrace::none)
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

}  // namespace

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
  if (!closing->transferred && !closing->find_removed("sip.zip")) return;
  tally.record(lot.id.value, core::tr("seal of the SIP removed"),
               guarded(lot.id.value,
                       [&] {
                         return removed_seal_findings(c, versement, lot, *closing,
                                                      approval_of(versement, lot.id, visas));
                       }),
               Exit::evidence_broken);
  if (!closing->transferred) return;
  tally.record(lot.id.value, core::tr("reply and receipt"),
               guarded(lot.id.value, [&] { return vitam::verify_closed_lot(versement, lot.id); }),
               Exit::evidence_broken);
}

void verify_closed_reports(Tally& tally, const sip::JournalTrail& trail, const sip::Versement& versement) {
  if (!fs::exists(sip::closing_file(versement.folder()))) return;
  tally.record(versement.id(), core::tr("files kept when closing"),
               guarded(versement.id(),
                       [&] {
                         return closing_findings(versement.folder(), versement,
                                                 sip::read_closing(versement.folder()).value(), trail);
                       }),
               Exit::evidence_broken);
}

PackVerdict verify_pack(Context& c, const sip::JournalTrail& trail, const fs::path& pack) {
  const auto margin = std::chrono::days(c.config().get_int("evidence", "renew_before_days"));
  PackVerdict verdict{sip::verify_evidence(pack, c.trust_store(), margin, c.clock), false};
  const auto& list = verdict.verified.last;
  if (list.empty()) return verdict;
  const auto name = list.lexically_relative(c.workspace()).generic_string();
  const auto digest = core::digest_file(list).sha512.hex();
  if (trail.knows_file(name, digest)) return verdict;
  verdict.began = trail.began_file(name, digest);
  const auto where = pack.filename().string();
  verdict.verified.findings.push_back(
      verdict.began
          ? Finding{Severity::warning, "evidence-interrupted",
                    msg("The making of {0} was interrupted: versoir evidence ends it.", name), where}
          : wrong("journal-trail", msg("The journal knows nothing of {0}.", name), where));
  return verdict;
}

namespace {

/// What a withdrawal that was interrupted left below `parent`: no paper any more, and it names people.
void tell_half_withdrawn(Context& c, Tally& tally, const sip::JournalTrail& trail, const std::string& parent,
                         const std::string& kind) {
  for (const auto& folder : trail.withdrawn())
    if (fs::path(folder).parent_path().generic_string() == parent && fs::exists(c.workspace() / folder))
      tally.record(
          folder, kind,
          {{Severity::warning, "withdrawal-interrupted",
            msg("{0} was withdrawn, and its files are not all removed: run the same command again.", folder),
            ""}},
          Exit::evidence_broken);
}

bool is_withdrawn(Context& c, const sip::JournalTrail& trail, const fs::path& folder) {
  return trail.withdrawn().contains(folder.lexically_relative(c.workspace()).generic_string());
}

}  // namespace

void verify_packs(Context& c, Tally& tally, const sip::JournalTrail& trail, const sip::Versement& versement) {
  for (const auto& pack : sip::evidence_packs(versement)) {
    if (is_withdrawn(c, trail, pack)) continue;
    const auto name = versement.id() + "/" + pack.filename().string();
    tally.record(
        name, core::tr("pack of evidence"),
        guarded(name,
                [&] {
                  auto verified = verify_pack(c, trail, pack).verified;
                  if (verified.until)
                    c.out.result(core::nmsg("{1}: {0} time-stamp, to be renewed before {2}.",
                                            "{1}: {0} time-stamps, to be renewed before {2}.",
                                            verified.timestamps, name, core::show_date(*verified.until)));
                  return verified.findings;
                }),
        Exit::evidence_broken);
  }
  const auto folder = versement.folder().lexically_relative(c.workspace()).generic_string();
  tell_half_withdrawn(c, tally, trail, folder, core::tr("pack of evidence"));
  if (auto missing = trail.missing_files(c.workspace(), folder); !missing.empty())
    tally.record(versement.id(), core::tr("pack of evidence"), missing, Exit::evidence_broken);
}

void verify_eliminations(Context& c, Tally& tally, const sip::JournalTrail& trail) {
  for (const auto& id : sip::list_eliminations(c.workspace())) {
    const sip::Elimination elimination(c.workspace(), id);
    if (is_withdrawn(c, trail, elimination.folder())) continue;
    tally.record(id, core::tr("papers of an elimination"),
                 guarded(id,
                         [&] {
                           auto findings = sip::verify_elimination(elimination);
                           for (const auto& name : unknown_papers(c, trail, elimination))
                             findings.push_back(
                                 wrong("journal-trail", msg("The journal knows nothing of {0}.", name), id));
                           return findings;
                         }),
                 Exit::evidence_broken);
  }
  tell_half_withdrawn(c, tally, trail, "eliminations", core::tr("papers of an elimination"));
  if (auto missing = trail.missing_files(c.workspace(), "eliminations"); !missing.empty())
    tally.record("eliminations", core::tr("papers of an elimination"), missing, Exit::evidence_broken);
}

}  // namespace versoir::cli

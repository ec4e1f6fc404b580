// versoir verify of one versement: visas, lists, SIPs, replies, receipts, closings, against the journal.
#include "cli/verify_parts.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "sip/closing.hpp"
#include "trust/seal.hpp"
#include "vitam/ingest.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

namespace {

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
      if (!l.value("checkSha512", "").empty() && !fs::exists(folder / "check.json"))
        findings.push_back(
            wrong("digest", msg("{0} was decided on a check.json that is missing.", name), lot.value));
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
                                  const sip::MessageIdentifier& lot, Receipts receipts) {
  auto findings = vitam::verify_receipt(versement, lot);
  for (const auto& f : findings)
    if (f.severity == Severity::error) return findings;
  const fs::path file = versement.lot(lot) / "receipt.json";
  auto receipt = core::read_json(file);
  if (receipts == Receipts::note && !receipt.contains("verified")) {
    receipt["verified"] = core::format_instant(c.clock.now());
    // The journal first: a receipt that an interruption leaves as it was is one that the journal knows.
    c.journal().append("RECEIPT_VERIFIED",
                       {{"versement", versement.id()},
                        {"lot", lot.value},
                        {"receipt_sha512", core::sha512(core::pretty_json(receipt)).hex()}},
                       trust::Outcome::ok);
    core::write_json(file, receipt);
  }
  return findings;
}

void verify_lot(Context& c, Tally& tally, const sip::Versement& versement, const sip::PlannedLot& lot,
                const std::vector<sip::VisaFile>& visas, const sip::JournalTrail& trail, Receipts receipts) {
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
                 guarded(lot.id.value, [&] { return verify_reply(c, versement, lot.id, receipts); }),
                 Exit::evidence_broken);
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

/// Visas of this attempt, and those under which something was sent whatever attempt the plan says it is.
void verify_lists(Tally& tally, const sip::Versement& versement, const sip::Plan& plan,
                  const std::vector<sip::VisaFile>& visas) {
  std::vector<const sip::VisaFile*> binding;
  for (const auto& lot : plan.lots)
    if (fs::exists(versement.lot(lot.id) / "sending.json")) {
      const auto unreadable = guarded(lot.id.value, [&]() -> std::vector<Finding> {
        if (const auto* visa = sip::approval_of(versement, lot.id, visas)) binding.push_back(visa);
        return {};
      });
      if (!unreadable.empty())
        tally.record(lot.id.value, core::tr("visa under which it was sent"), unreadable,
                     Exit::evidence_broken);
    }
  for (const auto& visa : visas)
    if (visa.json.value("attempt", 0) == plan.attempt) binding.push_back(&visa);
  std::sort(binding.begin(), binding.end());
  binding.erase(std::unique(binding.begin(), binding.end()), binding.end());
  if (binding.empty()) return;
  const auto now = sip::digest_lists(versement);
  for (const auto* visa : binding)
    tally.record(fmt::format("{}/visa-{}", versement.id(), visa->number),
                 core::tr("plan and lists that the visa binds"), sip::unbound_lists(now, plan, *visa),
                 Exit::evidence_broken);
}

/// Deletion leaves no trace in a folder, and anybody can write a file: the journal says what was there.
void verify_trail(Tally& tally, const sip::JournalTrail& trail, const std::string& id,
                  const sip::Versement& versement, const std::vector<sip::PlannedLot>& lots) {
  auto findings = trail.missing_decisions(versement);
  for (auto& f : trail.missing_transfers(versement)) findings.push_back(std::move(f));
  for (auto& f : trail.missing_closings(versement)) findings.push_back(std::move(f));
  for (const auto& lot : lots)
    for (auto& f : trail.unknown_transfers(versement, lot.id)) findings.push_back(std::move(f));
  for (auto& f : trail.altered_tables(versement)) findings.push_back(std::move(f));
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

/// A planning that ended in the middle left nothing that anybody decided on: lists at most, which belong to
/// no plan until plan.json says so. A plan that went away is another thing: the journal knows it, or what
/// came after it is there.
bool planning_was_interrupted(const sip::JournalTrail& trail, const sip::Versement& versement) {
  std::error_code ec;
  if (trail.planned(versement.id()) || !fs::is_directory(versement.folder(), ec)) return false;
  constexpr std::array before_the_plan{"kept.csv", "left-out.csv", "filing-plan.xml", "tableau.csv",
                                       "tableau.html"};
  const fs::directory_iterator files(versement.folder(), ec);
  return !ec && std::all_of(begin(files), end(files), [&](const fs::directory_entry& entry) {
    const auto name = entry.path().filename();
    return entry.is_regular_file() && (name.extension() == ".partial" ||
                                       std::ranges::find(before_the_plan, name) != before_the_plan.end());
  });
}

}  // namespace

void verify_versement(Context& c, Tally& tally, const sip::JournalTrail& trail, const std::string& id,
                      Receipts receipts) {
  const sip::Versement versement(c.workspace(), id);
  std::optional<sip::Plan> plan;
  auto findings = guarded(id, [&]() -> std::vector<Finding> {
    plan = versement.plan();
    return {};
  });
  if (!plan) {
    if (planning_was_interrupted(trail, versement))
      findings = {{Severity::warning, "plan-interrupted",
                   msg("The planning was interrupted: versoir plan --id {0} makes it again.", id), id}};
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
  verify_lists(tally, versement, *plan, visas);
  verify_closed_reports(tally, trail, versement);
  for (const auto& lot : plan->lots) {
    // Before the receipt may get its date.
    tally.record(lot.id.value, core::tr("states that the journal knows"),
                 guarded(lot.id.value, [&] { return trail.altered_states(versement, lot.id); }),
                 Exit::evidence_broken);
    verify_lot(c, tally, versement, lot, visas, trail, receipts);
  }
  for (const auto& lot : sip::stray_lots(versement, *plan))
    if (fs::exists(sip::closing_file(versement.lot(lot.id))))
      verify_closing_lot(c, tally, versement, lot, visas, trail);
  verify_trail(tally, trail, id, versement, plan->lots);  // last: a signature that does not hold says more
}

}  // namespace versoir::cli

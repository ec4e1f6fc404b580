// Proof first, then removal in an order that survives a crash at any point.
#include "vitam/closing.hpp"

#include "core/digest.hpp"
#include "core/disk.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sip/visa.hpp"
#include "vitam/atr.hpp"
#include "vitam/ingest.hpp"
#include "vitam/receipt.hpp"
#include "vitam/warnings.hpp"

#include <algorithm>

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;
using trust::Outcome;

namespace {

core::Json closing_object(const sip::Closing& closing, const std::string& text) {
  return {{"versement", closing.versement}, {"lot", closing.lot}, {"sha512", core::sha512(text).hex()}};
}

core::FileLock lock_folder(const fs::path& folder) {
  auto lock = core::FileLock::try_lock_folder(folder);
  if (!lock)
    throw Error(Exit::lot_state, msg("{0} is in use by another program.", folder.filename().string()));
  return std::move(*lock);
}

/// The steps of every closing; each is harmless when it was done before.
void run_closing(const fs::path& folder, sip::Closing closing, bool begun, trust::Journal& journal,
                 const core::Clock& clock) {
  fs::create_directories(folder);  // a lot that was never built has none
  const auto lock = lock_folder(folder);
  auto text = sip::closing_text(closing);
  if (!begun) {
    core::Json removed = core::Json::array();
    for (const auto& f : closing.removed) removed.push_back(f.sha512.hex());
    journal.append("CLOSING_STARTED", closing_object(closing, text), Outcome::ok,
                   {{"removes", removed}, {"transferred", closing.transferred}});
    core::write_file(sip::closing_file(folder), text);
  }
  sip::remove_closed_files(folder, closing);
  if (!closing.finished) {
    closing.finished = clock.now();
    text = sip::closing_text(closing);
    core::write_file(sip::closing_file(folder), text);
  }
  journal.append("CLOSED", closing_object(closing, text), Outcome::ok,
                 {{"removed", closing.removed.size()}, {"transferred", closing.transferred}});
}

}  // namespace

sip::ClosingTrace trace_of(const sip::JournalTrail& trail, const sip::Versement& versement,
                           const fs::path& folder, const sip::Closing& closing) {
  const auto file = core::digest_file(sip::closing_file(folder)).sha512.hex();
  const auto known = trail.closing(versement, closing.lot, file);
  if (known != sip::ClosingTrace::none || !closing.finished) return known;
  auto begun = closing;
  begun.finished.reset();
  return trail.closing(versement, closing.lot, core::sha512(sip::closing_text(begun)).hex());
}

/// Collects the obstacles of one lot.
struct ClosingJudge {
  const sip::Versement& versement;
  const sip::PlannedLot& lot;
  const ClosingTerms& terms;
  const core::Clock& clock;
  ClosingVerdict verdict = {};

  [[nodiscard]] fs::path folder() const { return versement.lot(lot.id); }
  void refuse(const char* code, core::Message m) {
    verdict.findings.push_back({Severity::error, code, std::move(m), lot.id.value});
  }
  void take(std::vector<Finding> findings) {
    for (auto& f : findings)
      if (f.severity == Severity::error) verdict.findings.push_back(std::move(f));
  }

  void judge() {
    const auto facts =
        sip::lot_facts(versement, lot, sip::latest_decision(sip::list_visas(versement), lot.id));
    const bool accepted = facts.state == sip::LotState::verified || facts.state == sip::LotState::closed;
    const bool given_up = facts.state == sip::LotState::abandoned ||
                          (terms.without_transfer && was_not_transferred(facts.state));
    if (!accepted && !given_up)
      return refuse("closing-state",
                    msg("its receipt is not verified: the lot is {0}", sip::state_label(facts.state)));
    take(terms.trail.missing_transfers(versement, lot.id));
    take(terms.trail.unknown_transfers(versement, lot.id));
    if (!verdict.findings.empty()) return;
    auto closing = sip::read_closing(folder());
    if (given_up) return judge_given_up(facts, std::move(closing));
    require_reply(sip::ReplyTrace::accepted);
    if (closing) return judge_begun(std::move(*closing));
    judge_delay(*facts.receipt);
    take(verify_receipt(versement, lot.id));
    take(open_warnings(versement, lot.id, terms.trail));
    judge_sip(*facts.receipt);
    if (!verdict.findings.empty()) return;
    approve(sip::plan_closing(folder(), versement.id(), lot.id.value, {"sip.zip"}, clock.now()), false);
  }

  /// Replies are not signed: this one is the one that the journal knows, and was read as `wanted`.
  void require_reply(sip::ReplyTrace wanted) {
    const auto digest = core::digest_file(folder() / "atr.xml").sha512.hex();
    if (terms.trail.reply(versement, lot.id, digest) != wanted)
      refuse("closing-trail",
             msg("the journal knows nothing of its reply: versoir send {0} asks again", versement.id()));
  }

  static bool was_not_transferred(sip::LotState state) {
    switch (state) {
      case sip::LotState::planned:
      case sip::LotState::built:
      case sip::LotState::checked:
      case sip::LotState::approved:
      case sip::LotState::refused:
      case sip::LotState::rejected:
        return true;
      default:
        return false;
    }
  }

  void judge_given_up(const sip::LotFacts& facts, std::optional<sip::Closing> closing) {
    if (facts.operation) require_reply(sip::ReplyTrace::refused);
    if (closing && closing->transferred)
      refuse("closing-other", msg("its closing.json is the one of a lot that was transferred"));
    if (!verdict.findings.empty()) return;
    if (closing) return judge_begun(std::move(*closing));
    std::vector<std::string> names;
    if (fs::exists(versement.sip(lot.id))) names.emplace_back("sip.zip");
    auto planned = sip::plan_closing(folder(), versement.id(), lot.id.value, names, clock.now());
    planned.transferred = false;
    approve(std::move(planned), false);
  }

  void judge_delay(const core::Json& receipt) {
    auto from = core::parse_instant(core::text_of(receipt, "verified"));
    // The reply's own date: a hand that edits the receipt does not make the delay shorter.
    const auto atr = read_atr(folder());
    bool dated = false;
    for (const auto& text : {atr.date, atr.grant_date}) {
      auto at = core::parse_instant(text);
      if (!at) at = core::parse_instant(text + "Z");  // without zone, which some platforms forget
      dated = dated || at;
      if (at && from && *at > *from) from = at;
    }
    if (!from) return refuse("closing-delay", msg("its receipt does not say when it was verified"));
    if (!dated) return refuse("closing-delay", msg("its reply bears no date that can be read"));
    const auto earliest = *from + terms.delay;
    if (clock.now() < earliest)
      refuse("closing-delay", msg("it may be closed from {0} on ([closing] delay_days = {1})",
                                  core::show_date(earliest), terms.delay.count()));
  }

  /// What was approved, sent, accepted and what stands here are the same bytes.
  void judge_sip(const core::Json& receipt) {
    const auto sip = versement.sip(lot.id);
    if (!fs::exists(sip)) return refuse("closing-sip", msg("its SIP is missing, and no closing began"));
    const auto now = core::digest_file(sip).sha512.hex();
    const auto sent = core::read_json(folder() / "sending.json");
    if (core::text_of(sent, "sha512") != now || core::text_of(receipt, "sip_sha512") != now)
      refuse("closing-sip", msg("its SIP is not the one that was sent and accepted"));
  }

  /// After a crash: the proof was made before the first removal, and the journal says so.
  void judge_begun(sip::Closing closing) {
    const auto known = trace_of(terms.trail, versement, folder(), closing);
    if (known == sip::ClosingTrace::none)
      return refuse("closing-trail", msg("the journal knows nothing of its closing.json"));
    auto findings = sip::verify_closing(folder(), closing);
    std::erase_if(findings, [](const Finding& f) { return f.code == "closing-back"; });  // it leaves again
    take(std::move(findings));
    if (closing.transferred) take(verify_closed_lot(versement, lot.id));
    if (!verdict.findings.empty()) return;
    if (known == sip::ClosingTrace::closed && !sip::has_files_back(folder(), closing)) {
      verdict.already = true;
      return;
    }
    approve(std::move(closing), true);
  }

  void approve(sip::Closing closing, bool begun) {
    ClosableLot closable;
    closable.id_ = lot.id;
    if (fs::exists(folder() / "atr.xml")) {
      const auto atr = read_atr(folder());
      closable.reply_code_ = atr.reply_code;
      closable.operation_ = atr.operation;
    }
    closable.closing_ = std::move(closing);
    closable.begun_ = begun;
    verdict.lot = std::move(closable);
  }
};

ClosingVerdict prove_closable(const sip::Versement& versement, const sip::PlannedLot& lot,
                              const ClosingTerms& terms, const core::Clock& clock) {
  ClosingJudge judge{versement, lot, terms, clock};
  try {
    judge.judge();
  } catch (const Error& e) {  // a document that is missing or cannot be understood proves nothing
    if (core::is_disk_failure(e)) throw;
    judge.refuse("closing-unreadable", e.message());
    judge.verdict.lot.reset();
  }
  return std::move(judge.verdict);
}

void close_lot(const sip::Versement& versement, const ClosableLot& lot, trust::Journal& journal,
               const core::Clock& clock) {
  run_closing(versement.lot(lot.id()), lot.closing(), lot.begun(), journal, clock);
}

std::vector<std::string> close_reports(const sip::Versement& versement, const sip::Plan& plan,
                                       const sip::JournalTrail& trail, trust::Journal& journal,
                                       const core::Clock& clock) {
  for (const auto& lot : plan.lots)
    if (!sip::lot_facts(versement, lot, "").closed) return {};
  const auto folder = versement.folder();
  if (auto begun = sip::read_closing(folder)) {
    const auto known = trace_of(trail, versement, folder, *begun);
    if (known == sip::ClosingTrace::closed && !sip::has_files_back(folder, *begun)) return {};
    if (known == sip::ClosingTrace::none)
      throw Error(Exit::evidence_broken, msg("The journal knows nothing of {0}.",
                                             sip::closing_file(folder).lexically_normal().string()));
    run_closing(folder, *begun, true, journal, clock);
    return {};
  }
  const auto names = sip::reports_with_samples(versement);
  if (names.empty()) return {};
  run_closing(folder, sip::plan_closing(folder, versement.id(), "", names, clock.now()), false, journal,
              clock);
  return names;
}

std::vector<Finding> verify_closed_lot(const sip::Versement& versement, const sip::MessageIdentifier& lot) {
  std::vector<Finding> findings;
  const auto defect = [&](const char* code, core::Message m) {
    findings.push_back({Severity::error, code, std::move(m), lot.value});
  };
  const auto folder = versement.lot(lot);
  const auto closing = sip::read_closing(folder);
  if (!closing) return {{Severity::error, "closing-missing", msg("closing.json is missing."), lot.value}};
  const auto* removed = closing->find_removed("sip.zip");
  if (!removed || closing->lot != lot.value || closing->versement != versement.id())
    return {{Severity::error, "closing-other", msg("closing.json is not about this lot."), lot.value}};
  const auto atr = read_atr(folder);
  const auto receipt = core::read_json(folder / "receipt.json");
  const auto operation = core::text_of(core::read_json(folder / "operation.json"), "operation");
  if (!accepts(atr) || atr.request != lot.value || atr.operation != operation)
    defect("RECEIPT_REQUEST", msg("The reply does not accept this lot."));
  const auto expect = [&](const char* key, const std::string& value) {
    if (core::text_of(receipt, key) != value)
      defect("RECEIPT_CONTENT", msg("receipt.json: \"{0}\" is not what the reply and the SIP say", key));
  };
  expect("operation", atr.operation);
  expect("reply_code", atr.reply_code);
  expect("atr_sha512", core::digest_file(folder / "atr.xml").sha512.hex());
  expect("sip_sha512", removed->sha512.hex());
  if (const auto ids = receipt.find("identifiers"); ids != receipt.end()) {
    const auto file = folder / identifiers_name;
    if (!fs::exists(file) || core::digest_file(file).sha512.hex() != core::text_of(*ids, "sha512"))
      defect("RECEIPT_IDENTIFIERS", msg("{0} is missing, or not what the reply says", identifiers_name));
  }
  return findings;
}

}  // namespace versoir::vitam

// The proof of acceptance that eliminations and the ledger rest on.
#include "vitam/accepted.hpp"

#include "core/digest.hpp"
#include "core/disk.hpp"
#include "core/file.hpp"
#include "sip/closing.hpp"
#include "sip/visa.hpp"
#include "vitam/closing.hpp"
#include "vitam/ingest.hpp"
#include "vitam/warnings.hpp"

namespace versoir::vitam {

using core::Finding;
using core::msg;

namespace {

void take_errors(std::vector<Finding>& into, std::vector<Finding> from) {
  for (auto& f : from)
    if (f.severity == core::Severity::error) into.push_back(std::move(f));
}

std::vector<Finding> refusal(core::Message m, const sip::PlannedLot& lot) {
  return {{core::Severity::error, "not-accepted", std::move(m), lot.id.value}};
}

}  // namespace

AcceptanceJudge::AcceptanceJudge(const sip::Versement& versement, const sip::JournalTrail& trail)
    : versement_(versement),
      trail_(trail),
      plan_(versement.plan()),
      visas_(sip::list_visas(versement)),
      lists_(sip::digest_lists(versement)),
      missing_(trail.missing_decisions(versement)) {
  take_errors(missing_, trail.missing_closings(versement));
}

/// What the journal and the visa say against it.
std::vector<Finding> AcceptanceJudge::obstacles(const sip::PlannedLot& lot) const {
  auto found = missing_;
  take_errors(found, trail_.missing_transfers(versement_, lot.id));
  take_errors(found, trail_.unknown_transfers(versement_, lot.id));
  if (!found.empty()) return found;
  const auto reply = core::digest_file(versement_.lot(lot.id) / "atr.xml").sha512.hex();
  if (trail_.reply(versement_, lot.id, reply) != sip::ReplyTrace::accepted)
    return refusal(msg("the journal knows nothing of its reply"), lot);
  const auto* visa = sip::approval_of(versement_, lot.id, visas_);
  if (!visa || !trail_.knows(versement_, *visa))
    return refusal(msg("no approval that the journal knows covers it"), lot);
  if (auto open = open_warnings(versement_, lot.id, trail_); !open.empty()) return open;
  return sip::unbound_lists(lists_, plan_, *visa);
}

Acceptance AcceptanceJudge::prove(const sip::PlannedLot& lot) const {
  Acceptance result;
  try {
    const auto facts = sip::lot_facts(versement_, lot, sip::latest_decision(visas_, lot.id));
    const auto folder = versement_.lot(lot.id);
    if (facts.state != sip::LotState::closed && facts.state != sip::LotState::verified) {
      result.findings =
          refusal(msg("the lot is {0}: no verified receipt covers it", sip::state_label(facts.state)), lot);
      return result;
    }
    result.findings = obstacles(lot);
    if (!result.findings.empty()) return result;
    if (facts.state == sip::LotState::verified) {
      take_errors(result.findings, verify_receipt(versement_, lot.id));
    } else {
      const auto closing = sip::read_closing(folder).value();
      if (trace_of(trail_, versement_, folder, closing) != sip::ClosingTrace::closed)
        result.findings = refusal(msg("the journal knows nothing of its closing.json"), lot);
      take_errors(result.findings, sip::verify_closing(folder, closing));
      take_errors(result.findings, verify_closed_lot(versement_, lot.id));
    }
    if (!result.findings.empty()) return result;
    const auto& receipt = facts.receipt.value();
    const auto units = core::json_int(receipt, "units", "receipt.json", core::Exit::evidence_broken);
    result.lot = {versement_.id(),
                  lot.id.value,
                  lot.profile,
                  core::text_of(receipt, "operation"),
                  core::text_of(receipt, "reply_code"),
                  static_cast<std::uint64_t>(std::max<std::int64_t>(units, 0)),
                  plan_.extract_root,
                  plan_.profile_digest};
  } catch (const core::Error& e) {
    if (core::is_disk_failure(e)) throw;
    result.findings = refusal(e.message(), lot);
  }
  return result;
}

}  // namespace versoir::vitam

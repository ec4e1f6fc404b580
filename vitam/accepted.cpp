// The proof of acceptance that eliminations and the ledger rest on.
#include "vitam/accepted.hpp"

#include "core/file.hpp"
#include "sip/closing.hpp"
#include "sip/visa.hpp"
#include "vitam/atr.hpp"
#include "vitam/closing.hpp"
#include "vitam/ingest.hpp"

namespace versoir::vitam {

using core::msg;

Acceptance prove_accepted(const sip::Versement& versement, const sip::PlannedLot& lot) {
  Acceptance result;
  const auto refuse = [&](core::Message m) {
    result.findings.push_back({core::Severity::error, "not-accepted", std::move(m), lot.id.value});
  };
  try {
    const auto facts =
        sip::lot_facts(versement, lot, sip::latest_decision(sip::list_visas(versement), lot.id));
    if (facts.state == sip::LotState::closed) {
      result.findings =
          sip::verify_closing(versement.lot(lot.id), sip::read_closing(versement.lot(lot.id)).value());
      for (auto& f : verify_closed_lot(versement, lot.id)) result.findings.push_back(std::move(f));
    } else if (facts.state == sip::LotState::verified) {
      result.findings = verify_receipt(versement, lot.id);
    } else {
      refuse(msg("the lot is {0}: no verified receipt covers it", sip::state_label(facts.state)));
    }
    if (!result.findings.empty()) return result;
    const auto file = versement.lot(lot.id) / "atr.xml";
    const auto atr = parse_atr(core::read_file(file, 1ull << 30), file.string());
    result.lot = {versement.id(), lot.id.value, lot.profile, atr.operation, atr.reply_code, atr.units.size()};
  } catch (const core::Error& e) {
    refuse(e.message());
  }
  return result;
}

}  // namespace versoir::vitam

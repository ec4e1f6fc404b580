// Every versement of an application, by what its folder proves.
#include "cli/application_lots.hpp"

#include "core/error.hpp"
#include "extract/seal.hpp"
#include "sip/visa.hpp"
#include "vitam/accepted.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

ApplicationLots lots_of_application(Context& c, const std::string& application, bool rehearsal,
                                    const sip::JournalTrail& trail) {
  ApplicationLots lots;
  for (const auto& id : sip::list_versements(c.workspace())) {
    const sip::Versement versement(c.workspace(), id);
    const vitam::AcceptanceJudge judge(versement, trail);
    const auto& plan = judge.plan();
    if (plan.is_filing() || plan.application != application) continue;
    const bool counts = rehearsal || plan.platform_kind == "production";
    for (const auto& lot : plan.lots) {
      c.check_stop();
      const auto facts = sip::lot_facts(versement, lot, sip::latest_decision(judge.visas(), lot.id));
      if (facts.state == sip::LotState::abandoned) continue;
      const bool accepted = facts.state == sip::LotState::verified || facts.state == sip::LotState::closed;
      if (!counts) {
        lots.rehearsed += accepted;
        continue;
      }
      if (!accepted) {
        lots.pending.emplace_back(lot.id.value, sip::state_label(facts.state));
        continue;
      }
      auto proof = judge.prove(lot);
      if (proof.lot)
        lots.accepted.push_back(std::move(*proof.lot));
      else
        lots.pending.emplace_back(lot.id.value,
                                  proof.findings.empty() ? "" : proof.findings.front().message.text());
    }
  }
  return lots;
}

extract::Extract reference_extract(Context& c, const std::string& typed, bool rehearsal) {
  auto extract = extract::Extract::open(c.input(typed));
  static_cast<void>(extract::require_sealed(extract, c.trust_store(), c.roles(), c.clock));
  if (extract.run().kind != "final" && !rehearsal)
    throw Error(Exit::extract_invalid,
                msg("The extract {0} is a rehearsal: nothing is decided on it.", extract.path().string()))
        .hint(msg(
            "Make a final one (versoir extract --final), or give --rehearsal: what is written then says that "
            "it is worth nothing."));
  return extract;
}

}  // namespace versoir::cli

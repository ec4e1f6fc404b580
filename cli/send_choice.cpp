// See send_choice.hpp.
#include "cli/send_choice.hpp"

#include "core/error.hpp"
#include "sip/visa.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The latest decision approves the versement without this lot: it waits, and that is not a refusal.
bool excluded_by_visa(const std::vector<sip::VisaFile>& visas, const sip::MessageIdentifier& lot) {
  return !visas.empty() && sip::coverage(visas.back(), lot) == sip::Coverage::excluded;
}

/// Its visa approves it, or it has begun to leave: nothing more is waited for here.
bool may_leave(sip::LotState state) {
  switch (state) {
    case sip::LotState::planned:
    case sip::LotState::built:
    case sip::LotState::checked:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::string blank_mode(Context& c, const std::string& platform, const sip::Plan& plan) {
  const std::string section = "platform." + platform;
  auto mode = c.words.has("blank-test") ? c.words.get("blank-test") : c.config().get(section, "blank_test");
  if (mode != "no" && mode != "first" && mode != "each" && mode != "only")
    throw Error(Exit::configuration, msg("[{0}] blank_test = {1}: no, first or each", section, mode));
  if (!plan.is_filing() || mode == "no") return mode;
  if (mode == "only")
    throw Error(Exit::usage, msg("A filing plan has no dry run: the platform would take it for records."));
  c.out.say(msg("A filing plan has no dry run: it is transferred at once."));
  return "no";
}

Chosen choose_lots(Context& c, const sip::Versement& versement, const sip::Plan& plan) {
  const auto visas = sip::list_visas(versement);
  const bool named = !c.words.list("lot").empty(), watch = c.words.has("watch");
  Chosen chosen;
  std::vector<sip::MessageIdentifier> rest;
  for (const auto& lot : c.chosen_lots(plan)) {
    const auto folder = versement.lot(lot.id);
    const bool left = fs::exists(folder / "operation.json");
    if (!named && !left && excluded_by_visa(visas, lot.id)) {
      ++chosen.excluded;
    } else if (left && !fs::exists(folder / "receipt.json")) {
      chosen.lots.push_back(lot.id);
    } else if (watch && !left &&
               !may_leave(sip::lot_facts(versement, lot, sip::latest_decision(visas, lot.id)).state)) {
      ++chosen.waiting;
    } else {
      rest.push_back(lot.id);
    }
  }
  chosen.under_way = chosen.lots.size();
  chosen.lots.insert(chosen.lots.end(), rest.begin(), rest.end());
  return chosen;
}

}  // namespace versoir::cli

// See plan_folder.hpp.
#include "sip/plan_folder.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "sip/lot_work.hpp"

#include <system_error>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// A lot that reached the platform, or may have, fixes the plan. A rejected one does not: nothing of it was
/// kept there.
void refuse_if_sent(const Versement& versement, const Plan& plan) {
  for (const auto& lot : plan.lots) {
    const auto facts = lot_facts(versement, lot, "");
    switch (facts.state) {
      case LotState::planned:
      case LotState::built:
      case LotState::checked:
      case LotState::approved:
      case LotState::refused:
      case LotState::rejected:
        break;
      default:
        throw Error(Exit::lot_state, msg("The lot {0} is {1}: this versement cannot be planned again.",
                                         lot.id.value, state_label(facts.state)))
            .hint(msg("Plan another versement, with another --id."));
    }
  }
}

}  // namespace

int next_attempt(const Versement& versement, bool replace) {
  if (!fs::exists(versement.file("plan.json"))) return 1;
  if (!replace)
    throw Error(Exit::lot_state, msg("The versement {0} is already planned.", versement.id()))
        .hint(msg("Use --replace to plan it again: its lots then have new identifiers."));
  if (const auto busy = clear_abandoned_work(versement); !busy.empty())
    throw Error(Exit::lot_state, msg("{0} is being built by another program.", busy.front()))
        .hint(msg("Wait until it has finished, or stop it; then plan again."));
  const auto previous = versement.plan();
  refuse_if_sent(versement, previous);
  return previous.attempt + 1;
}

std::string plan_identity(const Plan& plan, const Settings& settings, std::string_view closed) {
  core::Sha256Hasher hasher;
  hasher.update(plan.versement);
  hasher.update(std::string_view("\0", 1));
  hasher.update(plan.extract_root);
  hasher.update(plan.profile_digest);
  hasher.update(core::canonical_json(settings.to_json()));
  hasher.update(std::to_string(plan.attempt));
  hasher.update(closed);
  return hasher.finish().hex().substr(0, 10);
}

void remove_stale_tables(const Versement& versement) {
  for (const auto* name : {"tableau.csv", "tableau.html"}) {
    std::error_code ec;
    fs::remove(versement.file(name), ec);
  }
}

fs::path relative_to(const fs::path& path, const fs::path& workspace) {
  std::error_code error;
  auto relative = fs::relative(fs::absolute(path), fs::absolute(workspace), error);
  return error || relative.empty() ? fs::absolute(path) : relative;
}

NewFolder::NewFolder(fs::path folder) : folder_(std::move(folder)), made_(fs::create_directories(folder_)) {}

NewFolder::~NewFolder() {
  std::error_code ec;
  if (made_) fs::remove_all(folder_, ec);
}

}  // namespace versoir::sip

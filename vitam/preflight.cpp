// The same controls as versoir check, with what the platform has now: since the check, a contract may have
// been closed or a rule changed.
#include "vitam/preflight.hpp"

#include "check/checker.hpp"
#include "check/rule_comparison.hpp"
#include "vitam/referential.hpp"

namespace versoir::vitam {

std::optional<Preflight> Preflight::ask(Client& client, const core::Clock& clock) {
  auto folder = std::make_unique<core::TemporaryDirectory>();
  const auto referentials = folder->path() / "referentials";
  try {
    static_cast<void>(fetch_referentials(client, referentials, clock));
  } catch (const RefusedByPlatform& e) {
    if (e.status() != 401 && e.status() != 403 && e.status() != 404) throw;
    return std::nullopt;
  }
  return Preflight(std::move(folder), check::Referentials::read(referentials));
}

std::vector<core::Finding> Preflight::compare(const profiles::Application& app,
                                              const std::map<std::string, std::string>& rule_ids) const {
  return check::compare_rules(app, rule_ids, referentials_);
}

std::vector<core::Finding> Preflight::judge(const sip::Versement& versement, const sip::Plan& plan,
                                            const sip::MessageIdentifier& lot) const {
  const auto workflow =
      check::parse_workflow(sip::context_id(plan)).value_or(check::Workflow::default_workflow);
  const auto report = check::check_sip(versement.sip(lot), &referentials_, std::nullopt, workflow);
  std::vector<core::Finding> found;
  if (report.status < check::Status::ko) return found;
  for (const auto* event : report.findings())
    if (event->status >= check::Status::ko)
      found.push_back({core::Severity::error, event->name(), event->message, event->where});
  return found;
}

}  // namespace versoir::vitam

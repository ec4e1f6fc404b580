// CHECK_HEADER: agencies, ingest contract, archival profile. Stops at the first failing sub-task.
#include "check/archival_profile.hpp"
#include "check/steps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::check {

using core::msg;

namespace {

bool check_agents(const Request& request, const Manifest& head, Recorder& out) {
  if (head.originating_agency.empty()) {
    out.add("CHECK_HEADER.CHECK_AGENT.EMPTY_REQUIRED_FIELD", Status::ko,
            msg("OriginatingAgencyIdentifier is absent or empty."));
    return false;
  }
  if (!request.referentials) return true;
  for (const auto* agency : {&head.originating_agency, &head.submission_agency}) {
    if (agency->empty() || request.referentials->agency(*agency)) continue;
    out.add("CHECK_HEADER.CHECK_AGENT.UNKNOWN", Status::ko,
            msg("The platform does not know the agency {0}.", *agency));
    return false;
  }
  return true;
}

bool check_contract(const Request& request, const Manifest& head, Recorder& out) {
  const auto refuse = [&](std::string_view code, core::Message why) {
    out.add("CHECK_HEADER.CHECK_CONTRACT_INGEST." + std::string(code), Status::ko, std::move(why));
    return false;
  };
  if (head.archival_agreement.empty())
    return refuse("CONTRACT_NOT_IN_MANIFEST",
                  msg("ArchivalAgreement, the ingest contract, is absent or empty."));
  if (!request.referentials) return true;
  const auto* contract = request.referentials->contract(head.archival_agreement);
  if (!contract)
    return refuse("CONTRACT_UNKNOWN",
                  msg("The platform does not know the ingest contract {0}.", head.archival_agreement));
  if (!contract->active)
    return refuse("CONTRACT_INACTIVE",
                  msg("The ingest contract {0} is not active.", head.archival_agreement));
  if (!request.referentials->context_active())
    return refuse("CONTEXT_INACTIVE", msg("The application context is not active."));
  if (!request.referentials->contract_in_context(head.archival_agreement))
    return refuse(
        "CONTRACT_NOT_IN_CONTEXT",
        msg("The application context does not list the ingest contract {0}.", head.archival_agreement));
  if (!contract->management_contract.empty() && request.referentials->has_management_contracts()) {
    const auto active = request.referentials->management_contract_active(contract->management_contract);
    if (!active)
      return refuse(
          "MANAGEMENT_CONTRACT_UNKNOWN",
          msg("The platform does not know the management contract {0}.", contract->management_contract));
    if (!*active)
      return refuse("MANAGEMENT_CONTRACT_INACTIVE",
                    msg("The management contract {0} is not active.", contract->management_contract));
  }
  return true;
}

/// Runs only if the contract lists profiles: a profile that is unknown or inactive is reported first.
bool check_profile_relation(const Request& request, const Manifest& head, Recorder& out) {
  const auto& referentials = *request.referentials;
  const auto* contract = referentials.contract(head.archival_agreement);
  const auto refuse = [&](std::string_view code, core::Message why) {
    out.add("CHECK_HEADER.CHECK_IC_AP_RELATION." + std::string(code), Status::ko, std::move(why));
    return false;
  };
  if (contract->profiles.empty()) return true;
  const auto& profile = head.archival_profile;
  const bool listed = std::ranges::find(contract->profiles, profile) != contract->profiles.end();
  if (!profile.empty() && referentials.has_profiles()) {
    const auto* known = referentials.profile(profile);
    if (!known)
      return refuse("UNKNOWN", msg("The platform does not know the archival profile {0}.", profile));
    if (!known->active) return refuse("INACTIVE", msg("The archival profile {0} is not active.", profile));
  }
  if (!listed)
    return refuse("DIFF", profile.empty()
                              ? msg("The ingest contract asks for an archival profile.")
                              : msg("The ingest contract does not list the archival profile {0}.", profile));
  return true;
}

/// The manifest against the grammar of the archival profile that it names.
void check_profile(const Request& request, const std::filesystem::path& manifest, const ManifestModel& model,
                   Recorder& out) {
  const auto& id = model.head.archival_profile;
  if (id.empty() || !request.referentials->has_profiles()) return;
  const auto refuse = [&](core::Message why, std::string where = {}) {
    out.add("CHECK_HEADER.CHECK_ARCHIVEPROFILE", Status::ko, std::move(why), std::move(where));
  };
  const auto* profile = request.referentials->profile(id);
  if (!profile) return refuse(msg("The platform does not know the archival profile {0}.", id));
  if (profile->without_grammar) return refuse(msg("The archival profile {0} has no grammar.", id));
  const auto found = validate_by_profile(manifest, *profile);
  for (const auto& issue : found.issues)
    refuse(msg("The manifest does not follow the archival profile {0}: {1}", id, issue.message),
           issue.line > 0 ? fmt::format("line {}", issue.line) : "");
}

}  // namespace

void control_header(const Request& request, const ContainerFacts& container, const ManifestModel& model,
                    Recorder& out) {
  const auto& head = model.head;
  // The platform stops at the first sub-task at fault.
  if (request.workflow != Workflow::holding_scheme) check_agents(request, head, out);
  out.hide_rest_after_ko();
  const bool contract = check_contract(request, head, out);
  out.hide_rest_after_ko();
  if (!request.referentials || is_scheme(request.workflow)) return;
  if (contract) check_profile_relation(request, head, out);
  out.hide_rest_after_ko();
  check_profile(request, container.manifest, model, out);
}

}  // namespace versoir::check

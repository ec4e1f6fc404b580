// CHECK_HEADER: agencies, ingest contract, archival profile. Stops at the first failing sub-task.
#include "check/steps.hpp"

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
  if (!request.referentials->contract_in_context(head.archival_agreement))
    return refuse(
        "CONTRACT_NOT_IN_CONTEXT",
        msg("The application context does not list the ingest contract {0}.", head.archival_agreement));
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

/// The profile's own grammar stays on the platform: only its existence can be told here.
void check_profile(const Request& request, const Manifest& head, Recorder& out) {
  if (head.archival_profile.empty() || !request.referentials->has_profiles()) return;
  if (!request.referentials->profile(head.archival_profile))
    out.add("CHECK_HEADER.CHECK_ARCHIVEPROFILE", Status::ko,
            msg("The platform does not know the archival profile {0}.", head.archival_profile));
}

}  // namespace

void control_header(const Request& request, const ManifestModel& model, Recorder& out) {
  const auto& head = model.head;
  if (request.workflow != Workflow::holding_scheme && !check_agents(request, head, out)) return;
  if (!check_contract(request, head, out) || !request.referentials) return;
  const bool profiles =
      request.workflow == Workflow::default_workflow || request.workflow == Workflow::blank_test;
  if (profiles && check_profile_relation(request, head, out)) check_profile(request, head, out);
}

}  // namespace versoir::check

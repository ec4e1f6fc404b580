// See built_lot.hpp.
#include "sip/built_lot.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sip/lot_work.hpp"
#include "sip/versement_lock.hpp"
#include "trust/seal.hpp"

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::msg;
using core::Severity;

namespace {

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "";
}

Json findings_to_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const auto& f : findings)
    list.push_back({{"severity", severity_name(f.severity)},
                    {"code", f.code},
                    {"message", f.message.english()},
                    {"where", f.where}});
  return list;
}

std::vector<Finding> findings_from_json(const Json& build) {
  std::vector<Finding> findings;
  const auto list = build.find("findings");
  if (list == build.end() || !list->is_array()) return findings;
  for (const auto& f : *list) {
    const auto severity = f.value("severity", "warning");
    findings.push_back({severity == "error"  ? Severity::error
                        : severity == "info" ? Severity::info
                                             : Severity::warning,
                        f.value("code", ""), msg("{0}", f.value("message", "")), f.value("where", "")});
  }
  return findings;
}

}  // namespace

int lots_of_profile(const Plan& plan, const std::string& profile) {
  int n = 0;
  for (const auto& lot : plan.lots)
    if (lot.profile == profile) ++n;
  return n;
}

MessageHead head_of(const Plan& plan, const PlannedLot& lot, const std::string& label, const Settings& s) {
  MessageHead head;
  head.version = plan.seda;
  const int lots = lots_of_profile(plan, lot.profile);
  head.comment = lots > 1 ? fmt::format("{}, lot {} sur {}", label, lot.number, lots) : label;
  head.date = plan.created;
  head.message_identifier = lot.id.value;
  const auto agreement = s.agreements.find(lot.profile);
  if (agreement != s.agreements.end()) head.archival_agreement = agreement->second;
  head.archival_agency = s.archival_agency;
  head.transferring_agency = s.transferring_agency;
  head.originating_agency = s.originating_agency;
  head.submission_agency = s.submission_agency;
  head.archival_profile = s.archival_profile;
  head.acquisition_information = s.acquisition_information;
  head.legal_status = s.legal_status;
  head.transfer_request_reply = s.transfer_request_reply;
  // The parts of one selection are tied to the first (RelatedTransferReference, SEDA 2 §ArchiveTransfer).
  for (const auto& other : plan.lots)
    if (other.profile == lot.profile && other.number == 1 && lot.number != 1)
      head.related_transfers.push_back(other.id.value);
  return head;
}

std::optional<BuildReport> still_built(const Versement& versement, const MessageIdentifier& lot) {
  const auto sip = versement.sip(lot);
  const auto file = versement.lot(lot) / "build.json";
  if (!fs::exists(sip) || !fs::exists(file) || !fs::exists(trust::seal_path(sip))) return std::nullopt;
  const auto build = core::read_json(file);
  BuildReport report;
  report.sip = core::digest_file(sip);
  if (core::json_string(build, "sha512", file.string()) != report.sip.sha512.hex()) return std::nullopt;
  report.units = static_cast<std::uint64_t>(core::json_int(build, "units", file.string()));
  report.objects = static_cast<std::uint64_t>(core::json_int(build, "objects", file.string()));
  report.bytes = static_cast<std::uint64_t>(core::json_int(build, "bytes", file.string()));
  report.findings = findings_from_json(build);
  return report;
}

void refuse_built_again(const Versement& versement, const PlannedLot& lot) {
  const auto facts = lot_facts(versement, lot, "");
  if (facts.sending || facts.operation || facts.closing)
    throw Error(Exit::lot_state,
                msg("The lot {0} is {1}: it is not built again.", lot.id.value, state_label(facts.state)));
}

void publish(const fs::path& work, const Versement& versement, const PlannedLot& lot, const Built& built,
             const std::vector<Finding>& findings) {
  const auto folder = versement.lot(lot.id);
  fs::create_directories(folder.parent_path());
  // A transfer may have begun since the building did: from here on it waits.
  const auto lock = lock_lot(versement, lot.id);
  refuse_built_again(versement, lot);
  fs::create_directory(folder);
  core::publish_file(trust::seal_path(work / "sip.zip"), trust::seal_path(versement.sip(lot.id)));
  core::write_json(folder / "build.json", {{"format", "versoir-build/1"},
                                           {"sha512", built.sip.sha512.hex()},
                                           {"size", built.sip.size},
                                           {"manifest_sha512", built.manifest.hex()},
                                           {"units", built.units},
                                           {"objects", built.objects},
                                           {"bytes", built.bytes},
                                           {"tool", tool_name()},
                                           {"findings", findings_to_json(findings)}});
  core::publish_file(work / "sip.zip", versement.sip(lot.id));
}

BuildReport seal_and_publish(const Versement& versement, const PlannedLot& lot, const fs::path& work,
                             Built built, trust::Signer& seal, trust::TimestampAuthority* tsa,
                             const core::Clock& clock) {
  built.sip = trust::seal_file(work / "sip.zip", seal, clock, tsa);
  publish(work, versement, lot, built, {});
  return {built.sip, built.units, built.objects, built.bytes, {}, true};
}

const PlannedLot& planned_lot(const Plan& plan, const MessageIdentifier& lot_id) {
  if (const auto* lot = plan.find(lot_id)) return *lot;
  throw Error(Exit::usage, msg("The versement {0} has no lot {1}.", plan.versement, lot_id.value))
      .hint(msg("versoir status lists its lots."));
}

std::optional<BuildReport> build_one_lot(
    const Versement& versement, const Plan& plan, const MessageIdentifier& lot_id, bool replace,
    const std::function<BuildReport(const PlannedLot&, const fs::path& work)>& write) {
  const auto& lot = planned_lot(plan, lot_id);
  const auto planned = lock_plan(versement);
  const auto work = LotWork::begin(versement, lot_id);
  if (!work) return std::nullopt;
  if (!replace)
    if (auto report = still_built(versement, lot_id)) return report;
  refuse_built_again(versement, lot);
  try {
    return write(lot, work->path());
  } catch (Error& e) {
    e.while_doing(msg("while building lot {0}", lot_id.value));
    throw;
  }
}

}  // namespace versoir::sip

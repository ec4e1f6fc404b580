// What a plan freezes from the configuration. A build looks at versoir.conf again for one thing: that the
// rules are still validated.
#pragma once
#include "core/config.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "profiles/model.hpp"
#include "sip/rule_duration.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

struct PlanOptions;

/// What the establishment says of a rule: the entry of its tableau de gestion, who validated it, on which
/// day.
struct Validation {
  std::string reference, who, date;
};

/// What the establishment decided of a selection among records: [tri.<archive profile>].
struct SamplingDecision {
  std::string keep;
  std::optional<Validation> validation;      ///< without it, all are kept
  std::map<std::string, std::string> lists;  ///< file as configured → SHA-512
};

/// What the establishment decided of the start dates of a rule: [start.<logical code>].
struct StartDecision {
  bool bound = false;                  ///< units without a start take the bound of the archive profile
  std::optional<Validation> approval;  ///< of the bound, in writing
  bool round_to_year_end = false;
};

/// The codes that the establishment says are those of its nomenclature: [confirmed.<id of the profile>].
struct Confirmation {
  std::set<std::string> codes;
  Validation validation;
};

/// The node of the filing plan under which the lots of an archive profile stand: [attach].
struct Attachment {
  std::string node, title, level;
  std::string plan;       ///< file of the filing plan, as configured; or
  std::string versement;  ///< the versement that transferred it
  std::string key_name;   ///< metadata whose value is the node's identifier; or
  std::string system_id;  ///< SystemId of the node's unit
};

/// Files attached to the records of an archive profile: [files.<archive profile>].
struct FilesSource {
  std::string list, folder;  ///< as configured
  std::string sha512;        ///< of the list
};

struct Settings {
  std::string establishment, message_prefix;
  std::string archival_agency, transferring_agency, originating_agency, submission_agency;
  std::string archival_profile, legal_status, acquisition_information, transfer_request_reply;
  std::map<std::string, std::string> agreements;  ///< archive profile → ingest contract
  std::map<std::string, std::string> rules;       ///< logical code → RuleId of the platform
  std::map<std::string, Validation> validations;  ///< logical code → validation, of the rules that have one
  RuleDurations durations;                        ///< of the rules whose duration is not the profile's
  std::map<std::string, SamplingDecision> sampling;  ///< archive profile → selection, of those that have one
  std::map<std::string, StartDecision> starts;       ///< logical code → start dates, of those decided
  std::map<std::string, Attachment> attachments;     ///< archive profile → node, of those attached
  std::map<std::string, FilesSource> files;          ///< archive profile → files, of those that have some
  std::map<std::string, Confirmation>
      confirmed;               ///< id of codes to confirm → confirmation, of those confirmed
  std::set<std::string> html;  ///< archive profiles whose records also go as a page for people
  std::string platform, platform_kind, seda, tool;
  std::int64_t tenant = 0;
  std::uint64_t max_entries = 0, max_bytes = 0;

  [[nodiscard]] core::Json to_json() const;
  /// Strict, like everything in plan.json: Error(Exit::disk).
  static Settings from_json(const core::Json& json);
};

/// Reads the configuration for these archive profiles. Whatever is missing is told at once, with what
/// `unconfirmed` then finds that nobody confirmed: Error(Exit::configuration).
[[nodiscard]] Settings read_settings(
    const core::Config& config, const profiles::Application& app,
    const std::vector<const profiles::ArchiveDef*>& archives, const PlanOptions& options,
    const std::filesystem::path& workspace,
    const std::function<std::vector<core::Message>(const Settings&)>& unconfirmed);
/// The same for a filing plan, that knows no application, no profile and no rule.
[[nodiscard]] Settings read_filing_settings(const core::Config& config, const PlanOptions& options);
/// The same for a dossier de versement: [dossier], whose access_rule is a RuleId of the platform.
[[nodiscard]] Settings read_dossier_settings(const core::Config& config, const PlanOptions& options);

struct Plan;
/// plan.json can be edited by hand: a lot for a production platform is built only when the configuration and
/// the plan both say who validated each of its rules. Error(Exit::configuration).
void require_validated(const core::Config& config, const profiles::Application& app,
                       const profiles::ArchiveDef& archive, const Plan& plan);

/// "versoir 0.1.0": written in what the program makes.
[[nodiscard]] std::string tool_name();

/// Codes of the rules that an archive profile always writes, sorted, each once: not the optional ones.
[[nodiscard]] std::vector<std::string> used_rules(const profiles::ArchiveDef& archive);
/// The same with the optional ones that the establishment asks for.
[[nodiscard]] std::vector<std::string> written_rules(const profiles::ArchiveDef& archive,
                                                     const Settings& settings);

}  // namespace versoir::sip

// Reads from versoir.conf what SIPs need, all defects at once, and keeps it in the plan.
#include "sip/settings.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "sip/attachment.hpp"
#include "sip/confirmed.hpp"
#include "sip/dossier.hpp"
#include "sip/filing_plan.hpp"
#include "sip/key_list.hpp"
#include "sip/plan.hpp"
#include "sip/sampling.hpp"
#include "sip/settings_reader.hpp"
#include "sip/start_policy.hpp"
#include "sip/stray_names.hpp"

#include <algorithm>
#include <set>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::Json;
using core::Message;
using core::msg;

namespace {

void add_codes(const profiles::UnitDef& unit, bool optional, std::set<std::string>& codes) {
  for (const auto& rule : unit.rules)
    if (rule.optional == optional) codes.insert(rule.code);
}

std::set<std::string> codes_of(const profiles::ArchiveDef& archive, bool optional) {
  std::set<std::string> codes;
  add_codes(archive.root, optional, codes);
  add_codes(archive.documentation, optional, codes);
  if (archive.group) add_codes(*archive.group, optional, codes);
  add_codes(archive.unit, optional, codes);
  return codes;
}

/// MessageIdentifier is a folder name, a VITAM identifier and a part of file names everywhere after us.
bool identifier_part(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void read_platform(SettingsReader& reader, const core::Config& config, const PlanOptions& options,
                   Settings& s) {
  const std::string section = "platform." + options.platform;
  s.platform = options.platform;
  if (!config.has_section(section)) {
    reader.report(msg("There is no section [{0}].", section));
    return;
  }
  s.platform_kind = config.get(section, "kind");
  s.archival_profile = reader.optional(section, "archival_profile");
  if (s.platform_kind != "rehearsal" && s.platform_kind != "production")
    reader.report(msg("[{0}] kind must be \"rehearsal\" or \"production\".", section));
  if (reader.required(section, "tenant").empty()) return;
  s.tenant = config.get_int(section, "tenant");
  if (s.tenant < 0) reader.report(msg("[{0}] tenant must not be negative.", section));
}

/// A production platform gets no rule that the establishment has not validated; a rehearsal shows which are
/// not.
void read_validation(SettingsReader& reader, const std::string& code, const profiles::RuleDef* rule,
                     Settings& s) {
  const auto text = reader.optional("validation", code.c_str());
  if (text.empty()) {
    if (s.platform_kind == "production")
      reader.report(
          msg("[validation] {0} is not set: the establishment has not validated \"{1}\" (to be "
              "validated by: {2}).",
              code, rule ? rule->label : std::string(), rule ? rule->validator : std::string()));
    return;
  }
  if (auto validation = parse_validation(text))
    s.validations[code] = std::move(*validation);
  else
    reader.report(
        msg("[validation] {0} is not written as: entry of the tableau de gestion; who; YYYY-MM-DD.", code));
}

/// The tableau de gestion decides how long things are kept, not when they may be seen: that is the law
/// (Code du patrimoine, L213-2).
void read_duration(SettingsReader& reader, const std::string& code, const profiles::RuleDef* rule,
                   Settings& s) {
  const auto text = reader.optional("durations", code.c_str());
  if (text.empty()) return;
  const auto duration = parse_rule_duration(text);
  if (duration && rule && rule->category == profiles::RuleCategory::access)
    reader.report(
        msg("[durations] {0}: communicability is set by law (Code du patrimoine, L213-2), not by "
            "the tableau de gestion.",
            code));
  else if (duration && duration->count == 0)
    reader.report(msg("[durations] {0}: a retention of zero would let records be destroyed at once.", code));
  else if (duration)
    s.durations[code] = *duration;
  else
    reader.report(msg("[durations] {0} is not written as: 60 YEAR, 18 MONTH, 90 DAY or unlimited.", code));
}

void read_rules(SettingsReader& reader, const core::Config& config, const profiles::Application& app,
                const std::vector<const profiles::ArchiveDef*>& archives, Settings& s) {
  std::set<std::string> codes;
  for (const auto* archive : archives)
    for (const auto& code : used_rules(*archive)) codes.insert(code);
  for (const auto* archive : archives)
    for (const auto& code : codes_of(*archive, true))
      if (config.find("optional_rules", code) && config.get_bool("optional_rules", code)) codes.insert(code);
  for (const auto& code : codes) {
    auto id = reader.optional("rules", code.c_str());
    const auto* rule = app.find_rule(code);
    if (id.empty())
      reader.report(msg("[rules] {0} is not set: no RuleId of the platform for \"{1}\".", code,
                        rule ? rule->label : std::string()));
    else
      s.rules[code] = std::move(id);
    read_validation(reader, code, rule, s);
    read_duration(reader, code, rule, s);
  }
  read_starts(reader, {codes.begin(), codes.end()}, archives, s);
}

/// Each list is read once for its digest; that its keys exist is seen when the records are.
void read_lists(SettingsReader& reader, const core::Config& config, const std::vector<Criterion>& criteria,
                SamplingDecision& decision) {
  for (const auto& c : criteria) {
    if (c.kind != Criterion::Kind::list) continue;
    try {
      decision.lists[c.file] =
          KeyList::read(config.file().parent_path() / c.file, Exit::configuration).sha512();
    } catch (const Error& e) {
      reader.report(e.message());
    }
  }
}

void read_sampling(SettingsReader& reader, const core::Config& config, const profiles::ArchiveDef& archive,
                   Settings& s) {
  const auto section = "tri." + archive.id;
  if (!config.has_section(section)) return;
  if (!archive.sampling) {
    reader.report(msg("[{0}] is not possible: the records of this archive profile are exhaustive.", section));
    return;
  }
  SamplingDecision decision;
  decision.keep = reader.required(section, "keep");
  std::vector<Message> defects;
  const auto criteria = parse_criteria(decision.keep, archive, defects);
  for (auto& defect : defects) reader.report(std::move(defect));
  read_lists(reader, config, criteria, decision);
  const auto text = reader.optional(section, "validation");
  decision.validation = parse_validation(text);
  if (!decision.validation && !text.empty())
    reader.report(msg("[{0}] validation is not written as: entry of the tableau de gestion; who; YYYY-MM-DD.",
                      section));
  if (text.empty() && s.platform_kind == "production")
    reader.report(
        msg("[{0}] validation is not set: the establishment has not validated this selection.", section));
  s.sampling[archive.id] = std::move(decision);
}

/// What goes beside the XML of a record: a page for people, files of the establishment.
void read_objects(SettingsReader& reader, const core::Config& config,
                  const std::vector<const profiles::ArchiveDef*>& archives, Settings& s) {
  const bool pages = config.get_bool("transfer", "html");
  for (const auto* archive : archives) {
    const bool page = config.find("html", archive->id) ? config.get_bool("html", archive->id) : pages;
    if (page && archive->unit.object) s.html.insert(archive->id);
    const auto section = "files." + archive->id;
    if (!config.has_section(section)) continue;
    FilesSource source{reader.required(section, "list"), reader.required(section, "folder"), ""};
    if (const auto list = config.file().parent_path() / source.list; std::filesystem::is_regular_file(list))
      source.sha512 = core::digest_file(list).sha512.hex();
    s.files[archive->id] = std::move(source);  // a list that is not there is told with its other defects
  }
}

/// The same for all that is planned: the establishment, the limits, the program.
Settings read_establishment(SettingsReader& reader, const PlanOptions& options) {
  Settings s;
  s.establishment = reader.required("establishment", "name");
  s.archival_agency = reader.required("establishment", "archival_agency");
  s.transferring_agency = reader.required("establishment", "transferring_agency");
  s.message_prefix = reader.config().get("establishment", "message_prefix");
  if (!identifier_part(s.message_prefix))
    reader.report(msg("[establishment] message_prefix may only hold letters, digits, - and _, at most 20."));
  s.seda = seda_name(options.seda);
  s.tool = tool_name();
  s.max_entries = options.max_entries;
  s.max_bytes = options.max_bytes;
  return s;
}

bool production(const core::Config& config, const Plan& plan, const Settings& planned) {
  const auto kind = config.find("platform." + plan.platform, "kind");
  return plan.platform_kind == "production" || planned.platform_kind == "production" || kind == "production";
}

}  // namespace

void require_validated(const core::Config& config, const profiles::Application& app,
                       const profiles::ArchiveDef& archive, const Plan& plan) {
  const auto planned = Settings::from_json(plan.settings);
  if (!production(config, plan, planned)) return;
  Error e(Exit::configuration,
          msg("The platform {0} is a production platform: rules that nobody validated are not built.",
              plan.platform));
  bool wrong = false;
  for (const auto& code : written_rules(archive, planned)) {
    const auto start = planned.starts.find(code);
    if (start != planned.starts.end() && start->second.bound &&
        (!start->second.approval ||
         !parse_validation(config.find("start." + code, "approval").value_or("")))) {
      wrong = true;
      std::move(e).because(
          msg("[{0}] approval is not set: nobody approved in writing that a bound "
              "stands in the place of a date that is not known.",
              "start." + code));
    }
    const auto* rule = app.find_rule(code);
    const auto now = parse_validation(config.find("validation", code).value_or(std::string()));
    if (now && planned.validations.contains(code)) continue;
    wrong = true;
    if (!now)
      std::move(e).because(
          msg("[validation] {0} is not set: the establishment has not validated \"{1}\" (to be "
              "validated by: {2}).",
              code, rule ? rule->label : std::string(), rule ? rule->validator : std::string()));
    else
      std::move(e).because(msg("The plan does not say who validated {0}.", code));
  }
  for (auto& reason : unconfirmed(config, archive, planned)) {
    wrong = true;
    std::move(e).because(std::move(reason));
  }
  if (wrong) throw std::move(e).hint(msg("Complete {0} and plan again.", config.file().string()));
}

std::string tool_name() { return "versoir " VERSOIR_VERSION; }

std::vector<std::string> used_rules(const profiles::ArchiveDef& archive) {
  const auto codes = codes_of(archive, false);
  return {codes.begin(), codes.end()};
}

std::vector<std::string> written_rules(const profiles::ArchiveDef& archive, const Settings& settings) {
  auto codes = codes_of(archive, false);
  for (const auto& code : codes_of(archive, true))
    if (settings.rules.contains(code)) codes.insert(code);
  return {codes.begin(), codes.end()};
}

Settings read_settings(const core::Config& config, const profiles::Application& app,
                       const std::vector<const profiles::ArchiveDef*>& archives, const PlanOptions& options,
                       const std::filesystem::path& workspace,
                       const std::function<std::vector<Message>(const Settings&)>& unconfirmed) {
  SettingsReader reader(config);
  auto s = read_establishment(reader, options);
  const std::string application = "application." + app.id;
  s.originating_agency = reader.required(application, "originating_agency");
  s.submission_agency = reader.optional(application, "submission_agency");
  if (s.submission_agency.empty()) s.submission_agency = s.transferring_agency;
  s.acquisition_information = reader.optional(application, "acquisition_information");
  s.legal_status = config.get(application, "legal_status");
  read_platform(reader, config, options, s);
  const std::string platform = "platform." + options.platform;
  for (const auto* archive : archives) {
    auto agreement = reader.optional("agreements", archive->id.c_str());
    if (agreement.empty()) agreement = reader.optional(platform, "archival_agreement");
    if (agreement.empty())
      reader.report(msg("There is no agreement for {0}: set [agreements] {0} or [{1}] archival_agreement.",
                        archive->id, platform));
    s.agreements[archive->id] = std::move(agreement);
  }
  read_rules(reader, config, app, archives, s);
  for (const auto* archive : archives) read_sampling(reader, config, *archive, s);
  read_attachments(reader, archives, workspace, s);
  read_objects(reader, config, archives, s);
  read_confirmed(reader, archives, s);
  if (reader.lacking()) {
    if (s.platform_kind == "production")
      for (auto& reason : unconfirmed(s)) reader.report(std::move(reason));
    for (auto& stray : stray_names(config, app, options.names_elsewhere))
      reader.report(std::move(stray.message));
  }
  reader.finish();
  return s;
}

namespace {

/// What knows no application and no profile: agencies and agreement, of [section] or of the platform.
Settings read_without_application(SettingsReader& reader, const core::Config& config,
                                  const PlanOptions& options, const char* section, std::string_view profile) {
  auto s = read_establishment(reader, options);
  s.originating_agency = reader.optional(section, "originating_agency");
  if (s.originating_agency.empty()) s.originating_agency = s.transferring_agency;
  s.submission_agency = s.transferring_agency;
  s.legal_status = "Public Archive";
  read_platform(reader, config, options, s);
  s.archival_profile.clear();  // of the profiles of an application
  const std::string platform = "platform." + options.platform;
  auto agreement = reader.optional(section, "archival_agreement");
  if (agreement.empty()) agreement = reader.optional(platform, "archival_agreement");
  if (agreement.empty())
    reader.report(
        msg("There is no agreement for {0}: set [{1}] archival_agreement or [{2}] archival_agreement.",
            profile, section, platform));
  s.agreements[std::string(profile)] = std::move(agreement);
  return s;
}

}  // namespace

Settings read_filing_settings(const core::Config& config, const PlanOptions& options) {
  SettingsReader reader(config);
  auto s = read_without_application(reader, config, options, "filing", filing_profile);
  reader.finish();
  return s;
}

Settings read_dossier_settings(const core::Config& config, const PlanOptions& options) {
  SettingsReader reader(config);
  auto s = read_without_application(reader, config, options, "dossier", dossier_profile);
  if (auto rule = reader.optional("dossier", "access_rule"); !rule.empty())
    s.rules[std::string(dossier_access)] = std::move(rule);
  reader.finish();
  return s;
}

}  // namespace versoir::sip

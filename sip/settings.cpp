// Reads from versoir.conf what SIPs need, all defects at once, and keeps it in the plan.
#include "sip/settings.hpp"

#include "core/error.hpp"
#include "core/nearest.hpp"
#include "core/text.hpp"
#include "sip/key_list.hpp"
#include "sip/plan.hpp"
#include "sip/sampling.hpp"

#include <algorithm>
#include <set>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::Json;
using core::Message;
using core::msg;

namespace {

constexpr std::string_view origin = "plan.json: settings";

std::map<std::string, std::string> texts_of(const Json& json, const char* key) {
  const auto at = json.find(key);
  if (at == json.end() || !at->is_object())
    throw Error(Exit::disk,
                msg("{0}: \"{1}\" is missing, unknown or not of the expected kind.", origin, key));
  std::map<std::string, std::string> map;
  for (const auto& item : at->items()) map[item.key()] = core::json_string(*at, item.key().c_str(), origin);
  return map;
}

/// Collects what is missing instead of stopping at the first.
class Reader {
 public:
  explicit Reader(const core::Config& config) : config_(config) {}

  std::string required(const std::string& section, const char* key) {
    auto value = optional(section, key);
    if (value.empty()) missing_.push_back(msg("[{0}] {1} is not set.", section, key));
    return value;
  }
  std::string optional(const std::string& section, const char* key) const {
    return config_.find(section, key).value_or(std::string());
  }
  void report(Message m) { missing_.push_back(std::move(m)); }

  [[nodiscard]] bool lacking() const noexcept { return !missing_.empty(); }

  void finish() const {
    if (missing_.empty()) return;
    Error e(Exit::configuration, msg("The configuration lacks what this versement needs."));
    for (const auto& m : missing_) std::move(e).because(m);
    throw std::move(e).hint(msg("Complete {0} and plan again.", config_.file().string()));
  }

 private:
  const core::Config& config_;
  std::vector<Message> missing_;
};

void add_codes(const profiles::UnitDef& unit, std::set<std::string>& codes) {
  for (const auto& rule : unit.rules) codes.insert(rule.code);
}

/// MessageIdentifier is a folder name, a VITAM identifier and a part of file names everywhere after us.
bool identifier_part(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void read_platform(Reader& reader, const core::Config& config, const PlanOptions& options, Settings& s) {
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

/// "Tableau de gestion 2026, 4.2; Mme Roux, archiviste; 2026-03-12"; nullopt when it is not written so.
std::optional<Validation> parse_validation(const std::string& text) {
  const auto last = text.rfind(';');
  if (last == std::string::npos || last == 0) return std::nullopt;
  const auto first = text.rfind(';', last - 1);
  if (first == std::string::npos) return std::nullopt;
  Validation v{core::trim(text.substr(0, first)), core::trim(text.substr(first + 1, last - first - 1)),
               core::trim(text.substr(last + 1))};
  if (v.reference.empty() || v.who.empty() || !core::parse_date(v.date)) return std::nullopt;
  return v;
}

/// A production platform gets no rule that the establishment has not validated; a rehearsal shows which are
/// not.
void read_validation(Reader& reader, const std::string& code, const profiles::RuleDef* rule, Settings& s) {
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

void read_duration(Reader& reader, const std::string& code, Settings& s) {
  const auto text = reader.optional("durations", code.c_str());
  if (text.empty()) return;
  if (const auto duration = parse_rule_duration(text))
    s.durations[code] = *duration;
  else
    reader.report(msg("[durations] {0} is not written as: 60 YEAR, 18 MONTH, 90 DAY or unlimited.", code));
}

void read_rules(Reader& reader, const profiles::Application& app,
                const std::vector<const profiles::ArchiveDef*>& archives, Settings& s) {
  std::set<std::string> codes;
  for (const auto* archive : archives)
    for (const auto& code : used_rules(*archive)) codes.insert(code);
  for (const auto& code : codes) {
    auto id = reader.optional("rules", code.c_str());
    const auto* rule = app.find_rule(code);
    if (id.empty())
      reader.report(msg("[rules] {0} is not set: no RuleId of the platform for \"{1}\".", code,
                        rule ? rule->label : std::string()));
    else
      s.rules[code] = std::move(id);
    read_validation(reader, code, rule, s);
    read_duration(reader, code, s);
  }
}

/// Each list is read once for its digest; that its keys exist is seen when the records are.
void read_lists(Reader& reader, const core::Config& config, const std::vector<Criterion>& criteria,
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

void read_sampling(Reader& reader, const core::Config& config, const profiles::ArchiveDef& archive,
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

Json json_of(const Validation& v) { return {{"reference", v.reference}, {"who", v.who}, {"date", v.date}}; }

Json json_of(const SamplingDecision& d) {
  return {
      {"keep", d.keep}, {"validation", d.validation ? json_of(*d.validation) : Json()}, {"lists", d.lists}};
}

Validation validation_from(const Json& json) {
  return {core::json_string(json, "reference", origin), core::json_string(json, "who", origin),
          core::json_string(json, "date", origin)};
}

SamplingDecision sampling_from(const Json& json) {
  SamplingDecision d;
  d.keep = core::json_string(json, "keep", origin);
  if (const auto at = json.find("validation"); at != json.end() && at->is_object())
    d.validation = validation_from(*at);
  d.lists = texts_of(json, "lists");
  return d;
}

/// The code of a rule that `section` does not have, at most two letters away.
std::string nearly(const std::string& typed, std::string_view section, const core::Config& config,
                   const profiles::Application& app) {
  std::size_t least = 3;
  std::string best;
  for (const auto& rule : app.rules) {
    const auto away = core::edit_distance(typed, rule.code);
    if (away >= least || config.find(section, rule.code)) continue;
    least = away;
    best = rule.code;
  }
  return best;
}

/// A selection under a misspelt name would silently keep everything.
void tell_stray_selections(const core::Config& config, const profiles::Application& app,
                           std::vector<core::Finding>& found) {
  std::vector<std::string> known;
  for (const auto& archive : app.archives) known.push_back(archive.id);
  for (const auto& name : config.names("tri")) {
    if (app.find_archive(name)) continue;
    if (const auto near = core::nearest(name, known))
      found.push_back({core::Severity::warning, "CONFIG_SELECTION",
                       msg("[tri.{0}]: the application {1} has no archive profile of this name; did you mean "
                           "{2}?",
                           name, app.id, *near),
                       config.file().string()});
  }
}

bool production(const core::Config& config, const Plan& plan, const Settings& planned) {
  const auto kind = config.find("platform." + plan.platform, "kind");
  return plan.platform_kind == "production" || planned.platform_kind == "production" || kind == "production";
}

}  // namespace

std::vector<core::Finding> stray_codes(const core::Config& config, const profiles::Application& app) {
  std::vector<core::Finding> found;
  for (const std::string section : {"rules", "validation", "durations"})
    for (const auto& [code, value] : config.section(section)) {
      if (app.find_rule(code)) continue;
      if (const auto near = nearly(code, section, config, app); !near.empty())
        found.push_back({core::Severity::warning, "CONFIG_RULE",
                         msg("[{0}] {1}: the application {2} has no rule of this code; did you mean {3}?",
                             section, code, app.id, near),
                         config.file().string()});
    }
  tell_stray_selections(config, app, found);
  return found;
}

void require_validated(const core::Config& config, const profiles::Application& app,
                       const profiles::ArchiveDef& archive, const Plan& plan) {
  const auto planned = Settings::from_json(plan.settings);
  if (!production(config, plan, planned)) return;
  Error e(Exit::configuration,
          msg("The platform {0} is a production platform: rules that nobody validated are not built.",
              plan.platform));
  bool wrong = false;
  for (const auto& code : used_rules(archive)) {
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
  if (wrong) throw std::move(e).hint(msg("Complete {0} and plan again.", config.file().string()));
}

std::string tool_name() { return "versoir " VERSOIR_VERSION; }

std::vector<std::string> used_rules(const profiles::ArchiveDef& archive) {
  std::set<std::string> codes;
  add_codes(archive.root, codes);
  add_codes(archive.documentation, codes);
  if (archive.group) add_codes(*archive.group, codes);
  add_codes(archive.unit, codes);
  return {codes.begin(), codes.end()};
}

Settings read_settings(const core::Config& config, const profiles::Application& app,
                       const std::vector<const profiles::ArchiveDef*>& archives, const PlanOptions& options) {
  Reader reader(config);
  Settings s;
  s.establishment = reader.required("establishment", "name");
  s.archival_agency = reader.required("establishment", "archival_agency");
  s.transferring_agency = reader.required("establishment", "transferring_agency");
  s.message_prefix = config.get("establishment", "message_prefix");
  if (!identifier_part(s.message_prefix))
    reader.report(msg("[establishment] message_prefix may only hold letters, digits, - and _, at most 20."));
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
  read_rules(reader, app, archives, s);
  for (const auto* archive : archives) read_sampling(reader, config, *archive, s);
  if (reader.lacking())
    for (auto& stray : stray_codes(config, app)) reader.report(std::move(stray.message));
  s.seda = seda_name(options.seda);
  s.tool = tool_name();
  s.max_entries = options.max_entries;
  s.max_bytes = options.max_bytes;
  reader.finish();
  return s;
}

Json Settings::to_json() const {
  Json validated = Json::object();
  for (const auto& [code, v] : validations) validated[code] = json_of(v);
  Json lasting = Json::object();
  for (const auto& [code, duration] : durations) lasting[code] = rule_duration_text(duration);
  Json decisions = Json::object();
  for (const auto& [archive, decision] : sampling) decisions[archive] = json_of(decision);
  return {{"establishment", establishment},
          {"messagePrefix", message_prefix},
          {"agencies",
           {{"archival", archival_agency},
            {"transferring", transferring_agency},
            {"originating", originating_agency},
            {"submission", submission_agency}}},
          {"archivalProfile", archival_profile},
          {"legalStatus", legal_status},
          {"acquisitionInformation", acquisition_information},
          {"transferRequestReply", transfer_request_reply},
          {"agreements", agreements},
          {"rules", rules},
          {"validations", validated},
          {"durations", lasting},
          {"sampling", decisions},
          {"platform", platform},
          {"platformKind", platform_kind},
          {"tenant", tenant},
          {"seda", seda},
          {"limits", {{"entries", max_entries}, {"bytes", max_bytes}}},
          {"tool", tool}};
}

Settings Settings::from_json(const Json& json) {
  const auto text = [](const Json& object, const char* key) {
    return core::json_string(object, key, origin);
  };
  const auto object = [&](const char* key) -> const Json& {
    const auto at = json.find(key);
    if (at == json.end() || !at->is_object())
      throw Error(Exit::disk,
                  msg("{0}: \"{1}\" is missing, unknown or not of the expected kind.", origin, key));
    return *at;
  };
  Settings s;
  s.establishment = text(json, "establishment");
  s.message_prefix = text(json, "messagePrefix");
  const auto& agencies = object("agencies");
  s.archival_agency = text(agencies, "archival");
  s.transferring_agency = text(agencies, "transferring");
  s.originating_agency = text(agencies, "originating");
  s.submission_agency = text(agencies, "submission");
  s.archival_profile = text(json, "archivalProfile");
  s.legal_status = text(json, "legalStatus");
  s.acquisition_information = text(json, "acquisitionInformation");
  s.transfer_request_reply = text(json, "transferRequestReply");
  s.agreements = texts_of(json, "agreements");
  s.rules = texts_of(json, "rules");
  if (json.contains("validations"))  // plans made before rules could be validated have none
    for (const auto& item : object("validations").items())
      s.validations[item.key()] = validation_from(item.value());
  if (json.contains("durations"))  // likewise
    for (const auto& [code, written] : texts_of(json, "durations")) {
      const auto duration = parse_rule_duration(written);
      if (!duration)
        throw Error(Exit::disk,
                    msg("{0}: \"{1}\" is missing, unknown or not of the expected kind.", origin, code));
      s.durations[code] = *duration;
    }
  if (json.contains("sampling"))
    for (const auto& item : object("sampling").items()) s.sampling[item.key()] = sampling_from(item.value());
  s.platform = text(json, "platform");
  s.platform_kind = text(json, "platformKind");
  s.tenant = core::json_int(json, "tenant", origin);
  s.seda = text(json, "seda");
  const auto& limits = object("limits");
  s.max_entries = static_cast<std::uint64_t>(core::json_int(limits, "entries", origin));
  s.max_bytes = static_cast<std::uint64_t>(core::json_int(limits, "bytes", origin));
  s.tool = text(json, "tool");
  return s;
}

}  // namespace versoir::sip

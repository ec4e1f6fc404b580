// The settings of a plan as plan.json keeps them. What a plan does not use is not written: settings are part
// of what identifies a message.
#include "core/clock.hpp"
#include "core/error.hpp"
#include "sip/settings.hpp"

#include <algorithm>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::Json;
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

Json json_of(const Validation& v) { return {{"reference", v.reference}, {"who", v.who}, {"date", v.date}}; }

Json json_of(const SamplingDecision& d) {
  return {
      {"keep", d.keep}, {"validation", d.validation ? json_of(*d.validation) : Json()}, {"lists", d.lists}};
}

Validation validation_from(const Json& json) {
  return {core::json_string(json, "reference", origin), core::json_string(json, "who", origin),
          core::json_string(json, "date", origin)};
}

Json json_of(const StartDecision& d) {
  return {{"unknown", d.bound ? "bound" : "none"},
          {"approval", d.approval ? json_of(*d.approval) : Json()},
          {"roundToYearEnd", d.round_to_year_end}};
}

StartDecision start_from(const Json& json) {
  StartDecision d;
  d.bound = core::json_string(json, "unknown", origin) == "bound";
  if (const auto at = json.find("approval"); at != json.end() && at->is_object())
    d.approval = validation_from(*at);
  const auto round = json.find("roundToYearEnd");
  if (round == json.end() || !round->is_boolean())
    throw Error(Exit::disk, msg("{0}: \"{1}\" is missing, unknown or not of the expected kind.", origin,
                                "roundToYearEnd"));
  d.round_to_year_end = round->get<bool>();
  return d;
}

Json json_of(const Attachment& a) {
  return {{"node", a.node},           {"title", a.title},      {"level", a.level},       {"plan", a.plan},
          {"versement", a.versement}, {"keyName", a.key_name}, {"systemId", a.system_id}};
}

Attachment attachment_from(const Json& json) {
  const auto text = [&](const char* key) { return core::json_string(json, key, origin); };
  return {text("node"),      text("title"),   text("level"),   text("plan"),
          text("versement"), text("keyName"), text("systemId")};
}

Confirmation confirmation_from(const Json& json) {
  const auto codes = json.find("codes"), validation = json.find("validation");
  const bool good = codes != json.end() && codes->is_array() && validation != json.end() &&
                    validation->is_object() &&
                    std::ranges::all_of(*codes, [](const Json& code) { return code.is_string(); });
  if (!good)
    throw Error(Exit::disk,
                msg("{0}: \"{1}\" is missing, unknown or not of the expected kind.", origin, "confirmed"));
  return {codes->get<std::set<std::string>>(), validation_from(*validation)};
}

SamplingDecision sampling_from(const Json& json) {
  SamplingDecision d;
  d.keep = core::json_string(json, "keep", origin);
  if (const auto at = json.find("validation"); at != json.end() && at->is_object())
    d.validation = validation_from(*at);
  d.lists = texts_of(json, "lists");
  return d;
}

}  // namespace

Json Settings::to_json() const {
  Json validated = Json::object();
  for (const auto& [code, v] : validations) validated[code] = json_of(v);
  Json lasting = Json::object();
  for (const auto& [code, duration] : durations) lasting[code] = rule_duration_text(duration);
  Json decisions = Json::object();
  for (const auto& [archive, decision] : sampling) decisions[archive] = json_of(decision);
  Json json = {{"establishment", establishment},
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
  for (const auto& [code, decision] : starts) json["starts"][code] = json_of(decision);
  for (const auto& [archive, attachment] : attachments) json["attachments"][archive] = json_of(attachment);
  for (const auto& [archive, source] : files)
    json["files"][archive] = {{"list", source.list}, {"folder", source.folder}, {"sha512", source.sha512}};
  if (!html.empty()) json["html"] = html;
  for (const auto& [id, confirmation] : confirmed)
    json["confirmed"][id] = {{"codes", confirmation.codes}, {"validation", json_of(confirmation.validation)}};
  return json;
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
  if (json.contains("starts"))
    for (const auto& item : object("starts").items()) s.starts[item.key()] = start_from(item.value());
  if (json.contains("attachments"))
    for (const auto& item : object("attachments").items())
      s.attachments[item.key()] = attachment_from(item.value());
  if (json.contains("files"))
    for (const auto& item : object("files").items())
      s.files[item.key()] = {text(item.value(), "list"), text(item.value(), "folder"),
                             text(item.value(), "sha512")};
  if (json.contains("confirmed"))
    for (const auto& item : object("confirmed").items())
      s.confirmed[item.key()] = confirmation_from(item.value());
  if (const auto pages = json.find("html"); pages != json.end() && pages->is_array())
    for (const auto& archive : *pages)
      if (archive.is_string()) s.html.insert(archive.get<std::string>());
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

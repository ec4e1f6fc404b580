// What the report says of one rule: the profile's, the establishment's, and who validated it.
#include "sip/review.hpp"
#include "sip/settings.hpp"

namespace versoir::sip {

using core::Json;

namespace {

void put_duration(Json& json, const RuleDuration& duration) {
  json["duration"] = duration.count ? Json(*duration.count) : Json(nullptr);
  json["unit"] = duration.unit == core::TimeUnit::day     ? "day"
                 : duration.unit == core::TimeUnit::month ? "month"
                                                          : "year";
}

bool same_duration(const RuleDuration& a, const RuleDuration& b) {
  return a.count == b.count && (!a.count || a.unit == b.unit);
}

}  // namespace

Json rule_facts(const profiles::Application& app, const Settings& settings, const std::string& code) {
  const auto* rule = app.find_rule(code);
  const auto id = settings.rules.find(code);
  Json json = {{"code", code},
               {"validation", nullptr},
               {"ruleId", id == settings.rules.end() ? std::string() : id->second}};
  if (const auto v = settings.validations.find(code); v != settings.validations.end())
    json["validation"] = {
        {"reference", v->second.reference}, {"who", v->second.who}, {"date", v->second.date}};
  if (const auto start = settings.starts.find(code); start != settings.starts.end()) {
    const auto& approval = start->second.approval;
    json["start"] = {{"bound", start->second.bound},
                     {"roundToYearEnd", start->second.round_to_year_end},
                     {"approval", nullptr}};
    if (approval)
      json["start"]["approval"] = {
          {"reference", approval->reference}, {"who", approval->who}, {"date", approval->date}};
  }
  if (!rule) return json;
  json["category"] = profiles::rule_element(rule->category);
  json["label"] = rule->label;
  put_duration(json, {rule->duration, rule->unit});
  json["trigger"] = rule->trigger;
  json["source"] = rule->source;
  json["confidence"] = rule->confidence;
  json["validator"] = rule->validator;
  const auto set = settings.durations.find(code);
  if (set != settings.durations.end() && !same_duration(set->second, {rule->duration, rule->unit})) {
    Json instead = {{"source", rule->source}, {"confidence", rule->confidence}};
    put_duration(instead, {rule->duration, rule->unit});
    put_duration(json, set->second);
    json["instead"] = std::move(instead);
    json["source"] = json["validation"].is_object() ? core::text_of(json["validation"], "reference") : "";
    json["confidence"] = "";
  }
  return json;
}

}  // namespace versoir::sip

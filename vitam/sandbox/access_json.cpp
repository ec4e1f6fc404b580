// See access_json.hpp.
#include "vitam/sandbox/access_json.hpp"

#include "core/clock.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace versoir::vitam::sandbox {

using core::Json;
using core::XmlElement;

namespace {

constexpr std::array<std::string_view, 7> rule_categories{
    "StorageRule", "AppraisalRule",      "AccessRule", "DisseminationRule",
    "ReuseRule",   "ClassificationRule", "HoldRule"};
/// Leaves that belong to the rule before them, not to the category.
constexpr std::array<std::string_view, 7> rule_leaves{"StartDate",           "HoldEndDate", "HoldOwner",
                                                      "HoldReassessingDate", "HoldReason",  "EndDate",
                                                      "PreventRearrangement"};
constexpr std::array<std::string_view, 19> lists{"OriginatingAgencyArchiveUnitIdentifier",
                                                 "ArchivalAgencyArchiveUnitIdentifier",
                                                 "TransferringAgencyArchiveUnitIdentifier",
                                                 "FilePlanPosition",
                                                 "SystemId",
                                                 "OriginatingSystemId",
                                                 "PersistentIdentifier",
                                                 "Language",
                                                 "Tag",
                                                 "Keyword",
                                                 "AuthorizedAgent",
                                                 "Agent",
                                                 "Writer",
                                                 "Addressee",
                                                 "Recipient",
                                                 "Transmitter",
                                                 "Sender",
                                                 "CustodialHistoryItem",
                                                 "Event"};

template <class Names>
bool among(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Json value_json(const XmlElement& element) {
  if (element.children.empty()) return element.text;
  Json out = Json::object();
  for (const auto& child : element.children) {
    auto value = value_json(child);
    const auto at = out.find(child.name);
    if (at == out.end())
      out[child.name] = among(lists, child.name) ? Json::array({std::move(value)}) : std::move(value);
    else if (at->is_array())
      at->push_back(std::move(value));
    else
      *at = Json::array({std::move(*at), std::move(value)});
  }
  return out;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string end_date(const std::string& id, const std::string& start, const check::Referentials& known) {
  const auto* rule = known.rule(id);
  const auto date = core::parse_date(start);
  if (!rule || !rule->duration || !date) return {};
  const auto unit = rule->measurement == "DAY"     ? core::TimeUnit::day
                    : rule->measurement == "MONTH" ? core::TimeUnit::month
                                                   : core::TimeUnit::year;
  return core::format_date(core::add_duration(*date, *rule->duration, unit));
}

Json category_json(const XmlElement& category, const check::Referentials& known) {
  Json out = Json::object();
  Json rules = Json::array();
  Json prevented = Json::array();
  for (const auto& child : category.children) {
    const auto text = core::trim(child.text);
    if (child.name == "Rule")
      rules.push_back({{"Rule", text}});
    else if (among(rule_leaves, child.name) && !rules.empty())
      rules.back()[child.name] = text;
    else if (child.name == "PreventInheritance")
      out["Inheritance"]["PreventInheritance"] = text == "true" || text == "1";
    else if (child.name == "RefNonRuleId")
      prevented.push_back(text);
    else
      out[child.name] = text;
  }
  for (auto& rule : rules)
    if (const auto end = end_date(rule["Rule"], core::text_of(rule, "StartDate"), known); !end.empty())
      rule["EndDate"] = end;
  if (!rules.empty()) out["Rules"] = std::move(rules);
  if (!prevented.empty()) out["Inheritance"]["PreventRulesId"] = std::move(prevented);
  return out;
}

}  // namespace

bool is_rule_category(std::string_view name) noexcept { return among(rule_categories, name); }

Json content_json(const XmlElement& content) {
  Json out = value_json(content);
  if (!out.is_object()) return Json::object();
  for (const char* name : {"Title", "Description"}) {
    Json languages = Json::object();
    std::string plain;
    for (const auto* element : content.all(name)) {
      const auto language = element->attribute("lang");
      if (language && !language->empty())
        languages[*language] = element->text;
      else
        plain = element->text;
    }
    if (languages.empty()) continue;
    out[std::string(name) + '_'] = languages;
    if (plain.empty()) plain = languages.begin()->get<std::string>();
    out[name] = plain;
  }
  return out;
}

Json management_json(const XmlElement& management, const check::Referentials& referentials) {
  Json out = Json::object();
  for (const auto& child : management.children) {
    if (is_rule_category(child.name))
      out[child.name] = category_json(child, referentials);
    else if (child.name == "NeedAuthorization")
      out[child.name] = core::trim(child.text) == "true";
  }
  return out;
}

void add_management(Json& own, const Json& more) {
  for (const auto& category : more.items())
    if (!own.contains(category.key())) own[category.key()] = category.value();
}

UsageVersion usage_of(std::string_view text) {
  const auto underscore = text.rfind('_');
  if (underscore == std::string_view::npos) return {std::string(text), 1};
  const auto number = whole_number(std::string(text.substr(underscore + 1)));
  if (!number) return {std::string(text), 1};
  return {std::string(text.substr(0, underscore)), static_cast<int>(*number)};
}

Json object_json(const XmlElement& object, const std::string& id, const std::string& group,
                 const std::string& operation) {
  const auto [usage, version] = usage_of(object.child_text("DataObjectVersion"));
  Json out{{"#id", id},
           {"#rank", 0},
           {"DataObjectVersion", usage + '_' + std::to_string(version)},
           {"DataObjectGroupId", group},
           {"#opi", operation}};
  for (const auto& child : object.children) {
    if (child.name == "MessageDigest") {
      out["MessageDigest"] = core::trim(child.text);
      out["Algorithm"] = child.attribute_or("algorithm", "SHA-512");
    } else if (child.name == "Size") {
      const auto size = whole_number(core::trim(child.text));
      out["Size"] = size ? Json(*size) : Json(child.text);
    } else if (child.name == "Uri" || child.name == "FormatIdentification" || child.name == "FileInfo" ||
               child.name == "Metadata" || child.name == "PhysicalId" || child.name == "PhysicalDimensions") {
      out[child.name] = value_json(child);
    }
  }
  if (!object.name.starts_with("Physical")) out["#storage"] = {{"strategyId", "default"}};
  return out;
}

}  // namespace versoir::vitam::sandbox

// Elements to members, from the leaves up.
#include "check/unit_json.hpp"

#include "core/text.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

namespace versoir::check {

using core::Json;

namespace {

/// What belongs to one rule of a category, beside Rule itself.
bool belongs_to_rule(std::string_view name) {
  return name == "StartDate" || name == "HoldEndDate" || name == "HoldOwner" || name == "HoldReason" ||
         name == "HoldReassessingDate" || name == "PreventRearrangement";
}

void append(Json& object, const std::string& name, Json value) {
  auto& member = object[name];
  if (member.is_null())
    member = std::move(value);
  else if (member.is_array())
    member.push_back(std::move(value));
  else
    member = Json::array({std::move(member), std::move(value)});
}

}  // namespace

UnitJson::UnitJson(const Ontology& ontology, const std::string& profile) : ontology_(ontology) {
  root_["ArchiveUnitProfile"] = profile;
  root_["#management"] = Json::object();
}

void UnitJson::open(std::string_view name, std::string_view language) {
  if (!open_.empty()) open_.back().has_child = true;
  open_.push_back({std::string(name), std::string(language), Json::object(), false});
}

Json UnitJson::typed(const std::string& name, const std::string& text) const {
  const auto value = core::trim(text);
  switch (ontology_.type_of(name)) {
    case ValueType::boolean:
      if (value == "true" || value == "false") return value == "true";
      break;
    case ValueType::whole: {
      std::int64_t number = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
      if (parsed.ec == std::errc{} && parsed.ptr == value.data() + value.size()) return number;
      break;
    }
    case ValueType::decimal: {
      double number = 0;
      const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
      if (parsed.ec == std::errc{} && parsed.ptr == value.data() + value.size()) return number;
      break;
    }
    case ValueType::date:
    case ValueType::text:
      break;
  }
  return text;
}

void UnitJson::close(const std::string& text) {
  if (open_.empty()) return;
  auto frame = std::move(open_.back());
  open_.pop_back();
  size_ += text.size() + frame.name.size();
  if (truncated()) return;
  if (open_.empty()) {
    if (frame.name == "Management")
      root_["#management"] = std::move(frame.value);
    else
      root_.update(frame.value);
    return;
  }
  auto value = frame.has_child ? std::move(frame.value) : typed(frame.name, text);
  if (put_rule(frame.name, value)) return;
  const bool translated = frame.name == "Title" || frame.name == "Description";
  if (open_.size() == 1 && translated && !frame.language.empty()) {
    open_.back().value[frame.name + "_"][frame.language] = value;
    return;
  }
  append(open_.back().value, frame.name, std::move(value));
}

/// Inside a category of Management: rules in Rules, what keeps others away in Inheritance.
bool UnitJson::put_rule(const std::string& name, const Json& value) {
  if (open_.size() != 2 || open_.front().name != "Management" || !open_.back().name.ends_with("Rule"))
    return false;
  auto& category = open_.back().value;
  if (name == "Rule") {
    category["Rules"].push_back({{"Rule", value}});
  } else if (belongs_to_rule(name) && category.contains("Rules")) {
    category["Rules"].back()[name] = value;
  } else if (name == "PreventInheritance") {
    category["Inheritance"]["PreventInheritance"] = value;
  } else if (name == "RefNonRuleId") {
    category["Inheritance"]["PreventRulesId"].push_back(value);
  } else {
    return false;
  }
  return true;
}

}  // namespace versoir::check

// Values of units: harmlessness, typing, dates, schema, then rules and classification against the
// referentials.
#include "check/unit_values.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace versoir::check {

using core::msg;

namespace {

constexpr std::uint64_t most_unit = 16'000'000;

constexpr std::array<std::string_view, 7> categories{
    "StorageRule", "AppraisalRule",      "AccessRule", "DisseminationRule",
    "ReuseRule",   "ClassificationRule", "HoldRule"};

bool is_one_of(const auto& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

}  // namespace

core::Message harm_message(Harm harm, std::string_view element) {
  switch (harm) {
    case Harm::control_character:
      return msg("{0} holds a control character.", element);
    case Harm::markup:
      return msg("{0} holds what looks like HTML.", element);
    case Harm::entity:
      return msg("{0} holds what looks like an HTML entity.", element);
  }
  return {};
}

void UnitValues::take(std::string_view name, std::string_view parent, std::string_view grandparent,
                      const std::string& text, const Ontology& ontology) {
  size_ += text.size();
  if (!harm_) {
    if (const auto harm = find_harm(text)) harm_ = harm_message(*harm, name);
  }
  if (!typing_) typing_ = find_typing_fault(ontology, name, text);
  if (ontology.type_of(name) == ValueType::date) judge_range(name, text);
  if (parent == "Content" && name == "StartDate") start_ = core::trim(text);
  if (parent == "Content" && name == "EndDate") end_ = core::trim(text);
  if (is_one_of(categories, parent) && (grandparent == "Management" || grandparent == "ManagementMetadata"))
    take_rule(name, parent, text);
  if (parent == "SigningInformation" || parent == "SignatureDescription") signing_ = true;
  if (parent == "Signature" || parent == "ReferencedObject") signature_ = true;
  if (parent != "Content") return;
  if (name == "DescriptionLevel") has_level_ = true;
  if (name == "Title") {
    has_title_ = true;
    has_empty_title_ = has_empty_title_ || core::trim(text).empty();
  }
}

void UnitValues::judge_range(std::string_view name, const std::string& text) {
  if (core::trim(text).empty()) return;  // nil
  if (!schema_ && judge_date(text) == DateVerdict::out_of_range)
    schema_ = msg("{0} is outside the dates that the platform keeps: {1}", name, text);
}

void UnitValues::take_rule(std::string_view name, std::string_view category, const std::string& text) {
  const auto value = core::trim(text);
  if (name == "Rule" || name == "RefNonRuleId") {
    rules_.push_back({std::string(category), value, name == "RefNonRuleId", {}, {}});
  } else if (name == "ClassificationLevel") {
    level_ = value;
  } else if (!rules_.empty() && rules_.back().category == category) {
    if (name == "StartDate") rules_.back().start = value;
    if (name == "HoldEndDate") rules_.back().hold_end = value;
  }
}

void UnitValues::judge(const Referentials* referentials, ManifestModel& model) const {
  judge_schema(model);
  judge_profile(referentials, model);
  if (referentials && referentials->has_classification() && !referentials->classification_allowed(level_))
    model.classification.add("CHECK_CLASSIFICATION_LEVEL", Status::ko,
                             level_.empty()
                                 ? msg("The platform asks for a classification level.")
                                 : msg("{0} is not a classification level of the platform.", level_),
                             place());
  judge_rules(referentials, model);
}

void UnitValues::judge_schema(ManifestModel& model) const {
  const auto refuse = [&](std::string_view code, core::Message why) {
    model.unit_schema.add("CHECK_UNIT_SCHEMA." + std::string(code), Status::ko, std::move(why), place());
  };
  // Sanity, typing, dates, schema: the first failure ends the control of the unit.
  if (harm_) return refuse("UNIT_SANITIZE", *harm_);
  if (size_ > most_unit)
    return refuse("UNIT_SANITIZE", msg("The unit holds more than {0} characters.", most_unit));
  if (typing_) return refuse("ONTOLOGY_VALIDATION", *typing_);
  for (const auto& date : {start_, end_})
    if (!date.empty() && date_key(date).empty())
      return refuse("DATE_FORMAT", msg("{0} is not a date that the platform reads.", date));
  if (!start_.empty() && !end_.empty() && date_key(end_) < date_key(start_))
    return refuse("CONSISTENCY", msg("The unit ends ({0}) before it starts ({1}).", end_, start_));
  if (!has_level_) return refuse("INVALID_UNIT", msg("The unit has no DescriptionLevel."));
  if (!has_title_) return refuse("INVALID_UNIT", msg("The unit has no Title."));
  if (has_empty_title_) return refuse("INVALID_UNIT", msg("The Title of the unit is empty."));
  if (signature_ && signing_)
    return refuse("INVALID_UNIT", msg("Signature and SigningInformation exclude each other."));
  if (schema_) return refuse("INVALID_UNIT", *schema_);
}

/// CHECK_ARCHIVE_UNIT_PROFILE: the profile exists, is active and holds a schema that the unit follows.
void UnitValues::judge_profile(const Referentials* referentials, ManifestModel& model) const {
  if (profile.empty()) return;
  if (!referentials || !referentials->has_unit_profiles()) {
    model.unit_profiles_assumed = true;
    return;
  }
  const auto refuse = [&](std::string_view code, core::Message why) {
    model.unit_profiles.add("CHECK_ARCHIVE_UNIT_PROFILE." + std::string(code), Status::ko, std::move(why),
                            place());
  };
  const auto* known = referentials->unit_profile(profile);
  if (!known)
    return refuse("NOT_FOUND", msg("The platform does not know the archive unit profile {0}.", profile));
  if (!known->active)
    return refuse("INACTIVE_STATUS", msg("The archive unit profile {0} is not active.", profile));
  if (!known->has_schema)
    return refuse("EMPTY_CONTROL_SCHEMA", msg("The archive unit profile {0} holds no schema.", profile));
  if (!json || json->truncated()) {
    model.unit_profiles_assumed = true;
    return;
  }
  auto fault = known->schema.find_fault(json->value());
  if (fault.message.empty()) return;
  model.unit_profiles.add(
      "CHECK_ARCHIVE_UNIT_PROFILE.NOT_AU_JSON_VALID", Status::ko, std::move(fault.message),
      fmt::format("{}, {}{}{}", place(), profile, fault.where.empty() ? "" : ": ", fault.where));
}

void UnitValues::judge_rules(const Referentials* referentials, ManifestModel& model) const {
  if (!referentials) return;
  for (const auto& use : rules_) {
    if (!use.reference) continue;
    const auto* rule = referentials->rule(use.id);
    if (rule && rule->type == use.category) continue;
    model.rules.add(
        "UNITS_RULES_COMPUTE.REF_INCONSISTENCY", Status::ko,
        msg("{0}: the rule {1} that is set aside is not one of this category.", use.category, use.id),
        place());
    return;
  }
  for (const auto& use : rules_)
    if (!use.reference) judge_rule(use, *referentials, model);
}

void UnitValues::judge_rule(const RuleUse& use, const Referentials& referentials,
                            ManifestModel& model) const {
  const auto refuse = [&](std::string_view code, core::Message why) {
    model.rules.add("UNITS_RULES_COMPUTE." + std::string(code), Status::ko, std::move(why), place());
  };
  const auto* rule = referentials.rule(use.id);
  if (!rule) return refuse("UNKNOWN", msg("The platform does not know the rule {0}.", use.id));
  if (rule->type != use.category)
    return refuse("CONSISTENCY",
                  msg("The rule {0} is of the category {1}, not {2}.", use.id, rule->type, use.category));
  if (use.hold_end.empty()) return;
  if (!rule->undefined)
    return refuse("CONSISTENCY", msg("The rule {0} has a duration: HoldEndDate cannot be given.", use.id));
  if (!use.start.empty() && date_key(use.hold_end) < date_key(use.start))
    return refuse("CONSISTENCY", msg("The hold by rule {0} ends before it starts.", use.id));
}

}  // namespace versoir::check

// Values of units: harmlessness, typing, dates, schema, then rules and classification against the
// referentials.
#include "check/unit_values.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace versoir::check {

using core::msg;

namespace {

constexpr std::size_t most_text = 32'766, most_text_content = 320'000;  ///< bytes, excluded
constexpr std::uint64_t most_unit = 16'000'000;

/// Vocabularies of type DATE.
constexpr std::array<std::string_view, 18> dates{"CreatedDate",
                                                 "TransactedDate",
                                                 "AcquiredDate",
                                                 "SentDate",
                                                 "ReceivedDate",
                                                 "RegisteredDate",
                                                 "StartDate",
                                                 "EndDate",
                                                 "EventDateTime",
                                                 "SigningTime",
                                                 "TimeStamp",
                                                 "ValidationTime",
                                                 "BirthDate",
                                                 "DeathDate",
                                                 "HoldEndDate",
                                                 "HoldReassessingDate",
                                                 "ClassificationReassessingDate",
                                                 "UpdateDate"};

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
                      const std::string& text) {
  size_ += text.size();
  if (!harm_) {
    if (const auto harm = find_harm(text)) harm_ = harm_message(*harm, name);
  }
  if (!typing_ && text.size() >= (name == "TextContent" ? most_text_content : most_text))
    typing_ =
        msg("{0} is longer than {1} bytes.", name, name == "TextContent" ? most_text_content : most_text);
  if (is_one_of(dates, name)) take_date(name, parent, text);
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

void UnitValues::take_date(std::string_view name, std::string_view parent, const std::string& text) {
  if (core::trim(text).empty()) return;  // nil
  switch (judge_date(text)) {
    case DateVerdict::good:
      break;
    case DateVerdict::unreadable:
      if (!typing_) typing_ = msg("{0} is not a date that the platform reads: {1}", name, text);
      break;
    case DateVerdict::out_of_range:
      if (!schema_) schema_ = msg("{0} is outside the dates that the platform keeps: {1}", name, text);
      break;
  }
  if (parent != "Content") return;
  if (name == "StartDate") start_ = text;
  if (name == "EndDate") end_ = text;
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
  if (!start_.empty() && !end_.empty() && date_key(end_) < date_key(start_))
    return refuse("CONSISTENCY", msg("The unit ends ({0}) before it starts ({1}).", end_, start_));
  if (!has_level_) return refuse("INVALID_UNIT", msg("The unit has no DescriptionLevel."));
  if (!has_title_) return refuse("INVALID_UNIT", msg("The unit has no Title."));
  if (has_empty_title_) return refuse("INVALID_UNIT", msg("The Title of the unit is empty."));
  if (signature_ && signing_)
    return refuse("INVALID_UNIT", msg("Signature and SigningInformation exclude each other."));
  if (schema_) return refuse("INVALID_UNIT", *schema_);
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

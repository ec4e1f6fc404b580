// See seda_unit.hpp.
#include "sip/seda_unit.hpp"

#include "core/error.hpp"
#include "sip/seda_machine.hpp"
#include "sip/seda_text.hpp"

#include <algorithm>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// VITAM's schema of units knows the years 0000 to 8999, XML Schema 1.0 has no year 0.
bool representable(const core::Date& date) {
  return date.ok() && static_cast<int>(date.year()) >= 1 && static_cast<int>(date.year()) <= 8999;
}

std::string final_action(profiles::RuleCategory category, const std::vector<const RuleLine*>& lines) {
  const auto name = profiles::rule_element(category);
  std::string action;
  for (const auto* line : lines) {
    if (line->final_action.empty()) continue;
    if (!action.empty() && action != line->final_action)
      throw Error(Exit::sip_build, msg("{0} has two final actions on one unit: {1} and {2}.", name, action,
                                       line->final_action));
    action = line->final_action;
  }
  const bool known = is_listed(name, "FinalAction", action);
  if (action.empty()) throw Error(Exit::sip_build, msg("{0} needs a final action.", name));
  if (!known) throw Error(Exit::sip_build, msg("{0} is not a final action of {1}.", action, name));
  return action;
}

Item rule_item(profiles::RuleCategory category, const std::vector<const RuleLine*>& lines) {
  Item item = Item::node(profiles::rule_element(category));
  bool prevent = false;
  for (const auto* line : lines) {
    prevent = prevent || line->prevent_inheritance;
    const auto id = token(line->rule_id);
    if (id.empty()) continue;
    item.add("Rule", id);
    if (!line->start) continue;
    if (!representable(*line->start))
      throw Error(Exit::sip_build,
                  msg("The start date of rule {0} is not one that the platform accepts.", id));
    item.add("StartDate", core::format_date(*line->start));
  }
  if (prevent) item.add("PreventInheritance", "true");
  if (category == profiles::RuleCategory::storage || category == profiles::RuleCategory::appraisal)
    item.add("FinalAction", final_action(category, lines));
  return item;
}

Item update_operation(const ExistingUnit& unit) {
  Item item = Item::node("UpdateOperation");
  item.add("SystemId", token(unit.system_id));
  if (item.children.empty()) {
    Item key = Item::node("ArchiveUnitIdentifierKey");
    key.add("MetadataName", token(unit.key_name));
    key.add("MetadataValue", token(unit.key_value));
    if (key.children.size() < 2)
      throw Error(Exit::sip_build, msg("Nothing designates the unit of the platform to attach to."));
    item.children.push_back(std::move(key));
  }
  return item;
}

bool gives(const UnitContent& unit, std::string_view element) {
  return std::ranges::any_of(unit.described.elements, [&](const auto& e) { return e.name == element; });
}

}  // namespace

Item management_item(const UnitContent& unit) {
  using profiles::RuleCategory;
  Item item = Item::node("Management");
  for (const auto category :
       {RuleCategory::storage, RuleCategory::appraisal, RuleCategory::access, RuleCategory::dissemination,
        RuleCategory::reuse, RuleCategory::classification, RuleCategory::hold}) {
    std::vector<const RuleLine*> lines;
    for (const auto& line : unit.rules)
      if (line.category == category) lines.push_back(&line);
    if (lines.empty()) continue;
    // ClassificationLevel and ClassificationOwner are mandatory, and no archive of a university is
    // classified.
    if (category == RuleCategory::classification)
      throw Error(Exit::sip_build,
                  msg("Versoir does not write classification rules: no level or owner is known."));
    item.children.push_back(rule_item(category, lines));
  }
  if (unit.existing) item.children.push_back(update_operation(*unit.existing));
  return item;
}

void tell_mended(const UnitContent& unit, std::vector<core::Finding>& findings) {
  const auto& d = unit.described;
  const auto tell = [&](std::string_view element, const std::string& before) {
    const auto after = token(before);
    if (after == before || after == collapsed_token(before)) return;
    findings.push_back(
        {core::Severity::warning, "value-mended",
         msg("{0}: a value that the platform would refuse was mended: \"{1}\".", element, shown_text(after)),
         token(d.title)});
  };
  tell("Title", d.title);
  tell("OriginatingSystemId", unit.system_id);
  tell("OriginatingAgencyArchiveUnitIdentifier", d.identifier);
  tell("Description", d.description);
  for (const auto& keyword : d.keywords) tell("KeywordContent", keyword.second);
}

Item content_item(const UnitContent& unit, bool has_object) {
  const auto& d = unit.described;
  if (!is_listed("Content", "DescriptionLevel", d.level))
    throw Error(Exit::sip_build, msg("{0} is not a DescriptionLevel of SEDA.", d.level));
  Item item = Item::node("Content");
  item.add("DescriptionLevel", d.level);
  item.add("Title", token(d.title));
  if (item.children.size() < 2)
    throw Error(Exit::sip_build, msg("A unit has no title (system identifier {0}).", unit.system_id));
  item.add("FilePlanPosition", token(unit.file_plan_position));
  item.add("OriginatingSystemId", token(unit.system_id));
  item.add("OriginatingAgencyArchiveUnitIdentifier", token(d.identifier));
  item.add("Description", paragraph(d.description));
  if (has_object && !gives(unit, "Language"))
    item.add("Language", "fra");  // ISO 639-2, as in the platform's own examples
  for (const auto& [type, content] : d.keywords) {
    if (!type.empty() && !is_listed("Keyword", "KeywordType", type))
      throw Error(Exit::sip_build, msg("{0} is not a KeywordType of SEDA.", type));
    auto text = token(content);
    if (text.empty()) continue;
    Item keyword = Item::node("Keyword");
    keyword.add("KeywordContent", std::move(text));
    keyword.add("KeywordType", type);
    item.children.push_back(std::move(keyword));
  }
  if (auto identifier = token(unit.originating_agency); !identifier.empty())
    item.children.push_back(agency("OriginatingAgency", identifier));
  // VITAM refuses a unit that ends before it starts; the contradiction was reported when the unit was
  // described.
  const bool start = d.start && representable(*d.start);
  const bool end = d.end && representable(*d.end) && (!start || *d.start <= *d.end);
  if (start) item.add("StartDate", core::format_date(*d.start));
  if (end) item.add("EndDate", core::format_date(*d.end));
  return item;
}

}  // namespace versoir::sip

// rules.xml: logical rules, each with its source and who must validate it.
#include "core/text.hpp"
#include "profiles/parts.hpp"

#include <charconv>

namespace versoir::profiles::parts {

using core::msg;
using core::XmlElement;

namespace {

std::optional<int> read_duration(const XmlElement& e) {
  const auto text = e.attribute("duration");
  if (!text) return std::nullopt;
  const auto digits = core::trim(*text);
  int n = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), n);  // the grammar allows 0 to 9999
  return n;
}

core::TimeUnit read_unit(std::string_view text) {
  if (text == "DAY") return core::TimeUnit::day;
  return text == "MONTH" ? core::TimeUnit::month : core::TimeUnit::year;
}

}  // namespace

void read_rules(const XmlElement& root, Reading& r) {
  for (const auto* e : root.all("rule")) {
    RuleDef rule;
    rule.code = core::trim(e->attribute_or("code", ""));
    rule.category = parse_category(core::trim(e->attribute_or("category", "")));
    rule.duration = read_duration(*e);
    rule.unit = read_unit(core::trim(e->attribute_or("unit", "YEAR")));
    rule.label = e->attribute_or("label", "");
    rule.trigger = e->attribute_or("trigger", "");
    rule.source = e->attribute_or("source", "");
    rule.confidence = core::trim(e->attribute_or("confidence", ""));
    rule.validator = e->attribute_or("validator", "");
    if (r.app.find_rule(rule.code)) r.defect(msg("{0}: the rule {1} is declared twice", r.at(*e), rule.code));
    if (e->attribute("duration").has_value() != e->attribute("unit").has_value())
      r.defect(msg("{0}: the rule {1} needs both a duration and its unit, or neither", r.at(*e), rule.code));
    r.app.rules.push_back(std::move(rule));
  }
  for (const auto* e : root.all("codes-to-confirm")) {
    CodesToConfirm codes{
        core::trim(e->attribute_or("id", "")), e->attribute_or("label", ""),     core::trim(e->text),
        e->attribute_or("source", ""),         e->attribute_or("validator", ""), e->line};
    if (r.app.find_to_confirm(codes.id))
      r.defect(msg("{0}: the codes to confirm {1} are declared twice", r.at(*e), codes.id));
    r.app.to_confirm.push_back(std::move(codes));
  }
}

}  // namespace versoir::profiles::parts

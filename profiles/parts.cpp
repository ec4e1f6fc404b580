// Small things that all readers of profile files share.
#include "profiles/parts.hpp"

#include "core/nearest.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>

namespace versoir::profiles::parts {

using core::msg;

std::string Reading::at(const core::XmlElement& e) const { return file + ":" + std::to_string(e.line); }

void Reading::unknown(const core::XmlElement& e, core::Message m, std::string_view written,
                      const std::vector<std::string>& known) {
  defect(std::move(m));
  if (const auto near = core::nearest(written, known)) defect(msg("{0}: did you mean {1}?", at(e), *near));
}

std::string join(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }
bool same_name(std::string_view a, std::string_view b) { return core::equal_ignoring_case(a, b); }
bool contains_name(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](const std::string& n) { return same_name(n, name); });
}

// The grammars list the values: anything else cannot come here, and falls on the default.
Sensitivity parse_sensitivity(std::string_view text) {
  for (auto s : {Sensitivity::identity, Sensitivity::contact, Sensitivity::money, Sensitivity::health,
                 Sensitivity::family, Sensitivity::national_number, Sensitivity::judgement})
    if (sensitivity_name(s) == text) return s;
  return Sensitivity::none;
}
Evidence parse_evidence(std::string_view text) {
  for (auto e : {Evidence::inferred, Evidence::unknown})
    if (evidence_name(e) == text) return e;
  return Evidence::confirmed;
}
RuleCategory parse_category(std::string_view text) {
  for (auto c : {RuleCategory::storage, RuleCategory::access, RuleCategory::dissemination,
                 RuleCategory::reuse, RuleCategory::classification, RuleCategory::hold})
    if (rule_element(c) == text) return c;
  return RuleCategory::appraisal;
}
static FieldType parse_field_type(std::string_view text) {
  constexpr std::array names{"text", "date", "datetime", "integer", "decimal", "flag"};
  const auto it = std::ranges::find(names, text);
  return it == names.end() ? FieldType::text : static_cast<FieldType>(it - names.begin());
}

bool yes(const core::XmlElement& e, std::string_view attribute, bool fallback) {
  const auto value = e.attribute(attribute);
  return value ? core::trim(*value) == "yes" : fallback;
}

std::vector<std::string> split_words(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  std::vector<std::string> out;
  for (std::size_t from = text.find_first_not_of(blanks); from != std::string_view::npos;) {
    const auto to = std::min(text.find_first_of(blanks, from), text.size());
    out.emplace_back(text.substr(from, to - from));
    from = text.find_first_not_of(blanks, to);
  }
  return out;
}

Field read_field(const core::XmlElement& e, Reading& reading) {
  Field f;
  f.name = core::trim(e.attribute_or("name", ""));
  f.label = e.attribute_or("label", "");
  f.type = parse_field_type(core::trim(e.attribute_or("type", "text")));
  f.sensitivity = parse_sensitivity(core::trim(e.attribute_or("sensitivity", "")));
  f.code_list = core::trim(e.attribute_or("codes", ""));
  f.hidden = yes(e, "hidden", false);
  if (!f.code_list.empty() && !reading.app.find_code_list(f.code_list))
    reading.unknown(e,
                    msg("{0}: field {1} uses the code list {2}, which tables.xml does not declare",
                        reading.at(e), f.name, f.code_list),
                    f.code_list, names_of(reading.app.code_lists, &CodeList::id));
  return f;
}

}  // namespace versoir::profiles::parts

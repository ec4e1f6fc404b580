// Names of the model's enumerations and look-ups by name.
#include "profiles/model.hpp"

#include "profiles/parts.hpp"

#include <algorithm>

namespace versoir::profiles {

std::string_view sensitivity_name(Sensitivity s) noexcept {
  switch (s) {
    case Sensitivity::none:
      return "none";
    case Sensitivity::identity:
      return "identity";
    case Sensitivity::contact:
      return "contact";
    case Sensitivity::money:
      return "money";
    case Sensitivity::health:
      return "health";
    case Sensitivity::family:
      return "family";
    case Sensitivity::national_number:
      return "national-number";
    case Sensitivity::judgement:
      return "judgement";
  }
  return "none";
}

std::string_view evidence_name(Evidence e) noexcept {
  switch (e) {
    case Evidence::confirmed:
      return "confirmed";
    case Evidence::inferred:
      return "inferred";
    case Evidence::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view rule_element(RuleCategory c) noexcept {
  switch (c) {
    case RuleCategory::storage:
      return "StorageRule";
    case RuleCategory::appraisal:
      return "AppraisalRule";
    case RuleCategory::access:
      return "AccessRule";
    case RuleCategory::dissemination:
      return "DisseminationRule";
    case RuleCategory::reuse:
      return "ReuseRule";
    case RuleCategory::classification:
      return "ClassificationRule";
    case RuleCategory::hold:
      return "HoldRule";
  }
  return "AppraisalRule";
}

namespace {
template <class Items, class Name>
auto* find_in(const Items& items, Name name) {
  const auto it = std::ranges::find_if(items, name);
  return it == items.end() ? nullptr : &*it;
}
}  // namespace

const CodeValue* CodeList::find(std::string_view value) const {
  return find_in(values, [&](const CodeValue& v) { return v.value == value; });
}

// Names of tables and columns are compared as SQL does, without regard to case: the extract is queried that
// way.
const Column* Table::find(std::string_view column) const {
  return find_in(columns, [&](const Column& c) { return parts::same_name(c.name, column); });
}
const Table* Application::find_table(std::string_view name) const {
  return find_in(tables, [&](const Table& t) { return parts::same_name(t.name, name); });
}
const RecordDef* Application::find_record(std::string_view wanted) const {
  return find_in(records, [&](const RecordDef& r) { return r.id == wanted; });
}
const SheetDef* Application::find_sheet(std::string_view record) const {
  return find_in(sheets, [&](const SheetDef& s) { return s.record == record; });
}
const ListDef* Application::find_list(std::string_view wanted) const {
  return find_in(lists, [&](const ListDef& l) { return l.id == wanted; });
}
const ArchiveDef* Application::find_archive(std::string_view wanted) const {
  return find_in(archives, [&](const ArchiveDef& a) { return a.id == wanted; });
}
const RuleDef* Application::find_rule(std::string_view code) const {
  return find_in(rules, [&](const RuleDef& r) { return r.code == code; });
}
const CodesToConfirm* Application::find_to_confirm(std::string_view wanted) const {
  return find_in(to_confirm, [&](const CodesToConfirm& c) { return c.id == wanted; });
}
const CodeList* Application::find_code_list(std::string_view wanted) const {
  return find_in(code_lists, [&](const CodeList& l) { return l.id == wanted; });
}

}  // namespace versoir::profiles

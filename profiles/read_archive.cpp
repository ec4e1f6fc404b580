// An archive profile: which records become which archive units, with which dates and rules.
#include "core/text.hpp"
#include "profiles/parts.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace versoir::profiles::parts {

using core::msg;
using core::XmlElement;

namespace {

/// What the units that hold a lot may say: facts of the versement, not of a record (docs/formats/profile.md).
const std::vector<std::string>& lot_names() {
  static const std::vector<std::string> names{"etablissement", "application", "profil", "lot",
                                              "lots",          "debut",       "fin",    "extraction"};
  return names;
}

// SEDA 2.x: only appraisal and storage rules have a final action, and each has its own values.
bool action_fits(RuleCategory category, std::string_view action) {
  switch (category) {
    case RuleCategory::appraisal:
      return action == "Keep" || action == "Destroy";
    case RuleCategory::storage:
      return action == "RestrictAccess" || action == "Transfer" || action == "Copy";
    default:
      return action.empty();
  }
}

void check_rule(const XmlElement& e, const UnitRule& rule, Reading& r) {
  const auto* known = r.app.find_rule(rule.code);
  if (!known)
    r.unknown(e, msg("{0}: the rule {1} is not declared in rules.xml", r.at(e), rule.code), rule.code,
              names_of(r.app.rules, &RuleDef::code));
  else if (known->category != rule.category)
    r.defect(msg("{0}: the rule {1} is declared as {2}, not as {3}", r.at(e), rule.code,
                 rule_element(known->category), rule_element(rule.category)));
  if (!action_fits(rule.category, rule.final_action)) {
    if (rule.final_action.empty())
      r.defect(msg("{0}: the rule {1} needs an action: {2} always has a final action", r.at(e), rule.code,
                   rule_element(rule.category)));
    else
      r.defect(msg("{0}: the action {1} does not exist for {2}", r.at(e), rule.final_action,
                   rule_element(rule.category)));
  }
  if (rule.optional && (rule.category == RuleCategory::appraisal || rule.category == RuleCategory::access))
    r.defect(msg("{0}: the rule {1} cannot be optional: {2} is said of every unit", r.at(e), rule.code,
                 rule_element(rule.category)));
}

UnitRule read_rule(const XmlElement& e, Reading& r, const std::vector<std::string>* names) {
  UnitRule rule;
  rule.category = parse_category(core::trim(e.attribute_or("category", "")));
  rule.code = core::trim(e.attribute_or("code", ""));
  rule.start = core::trim(e.attribute_or("start", ""));
  rule.start_bound = core::trim(e.attribute_or("start-bound", ""));
  rule.final_action = core::trim(e.attribute_or("action", ""));
  rule.prevent_inheritance = yes(e, "prevent-inheritance", false);
  check_template(rule.start, e, r, names);
  rule.when = core::trim(e.attribute_or("when", ""));
  rule.optional = yes(e, "optional", false);
  check_template(rule.start_bound, e, r, names);
  check_template(rule.when, e, r, names);
  check_rule(e, rule, r);
  return rule;
}

/// An element of SEDA by its own name. Inside a repeated one the names are those of the objects too: only the
/// syntax of its templates is looked at.
ElementDef read_element(const XmlElement& e, Reading& r, const std::vector<std::string>* names) {
  ElementDef out;
  out.name = e.name;
  out.line = e.line;
  out.each = core::trim(e.attribute_or("each", ""));
  out.versions = split_words(e.attribute_or("versions", ""));
  if (!out.each.empty()) {
    if (names) r.defect(msg("{0}: each only repeats elements of units and groups", r.at(e)));
    names = nullptr;
  }
  for (const auto& [name, value] : e.attributes) {
    if (name == "each" || name == "versions") continue;
    out.attributes.emplace_back(name, core::trim(value));
    check_template(value, e, r, names);
  }
  for (const auto& child : e.children) out.children.push_back(read_element(child, r, names));
  if (!out.children.empty()) return out;
  out.text = core::trim(e.text);
  check_template(out.text, e, r, names);
  return out;
}

UnitDef read_unit(const XmlElement& e, Reading& r, const std::vector<std::string>* names) {
  UnitDef u;
  const auto part = [&](std::string_view name) {
    const auto* c = e.child(name);
    if (!c) return std::string();
    auto text = core::trim(c->text);
    check_template(text, *c, r, names);
    return text;
  };
  u.level = core::trim(e.attribute_or("level", "File"));
  u.line = e.line;
  u.title = e.attribute_or("title", "");
  if (core::trim(u.title).empty()) r.defect(msg("{0}: the unit needs a title", r.at(e)));
  check_template(u.title, e, r, names);
  u.description = part("description");
  u.identifier = part("identifier");
  u.start = part("start");
  u.end = part("end");
  for (const auto* k : e.all("keyword")) {
    u.keywords.emplace_back(core::trim(k->attribute_or("type", "")), core::trim(k->text));
    check_template(u.keywords.back().second, *k, r, names);
  }
  if (const auto* seda = e.child("seda"))
    for (const auto& child : seda->children) u.elements.push_back(read_element(child, r, names));
  for (const auto* rule : e.all("rule")) u.rules.push_back(read_rule(*rule, r, names));
  if (const auto* object = e.child("object")) {
    u.object = true;
    u.file_name = object->attribute_or("file-name", "");
    u.table = core::trim(object->attribute_or("table", ""));
    check_template(u.file_name, *object, r, names);
  }
  for (const auto* physical : e.all("physical")) {
    u.physical.push_back(read_element(*physical, r, names));
    u.physical.back().name = "PhysicalDataObject";
  }
  return u;
}

SamplingDef read_sampling(const XmlElement& e, Reading& r) {
  const auto part = [&](std::string_view name) {
    auto text = core::trim(e.attribute_or(name, ""));
    check_template(text, e, r);
    return text;
  };
  return {part("order"), part("year"), part("initial"), part("stratum")};
}

/// The column of the key that is a year.
void read_year(const XmlElement& root, ArchiveDef& a, Reading& r) {
  const auto* select = root.child("select");
  const auto* record = r.app.find_record(a.record);
  if (!select || !record) return;
  a.year = core::trim(select->attribute_or("year", ""));
  if (!a.year.empty() && std::ranges::find(record->key, a.year) == record->key.end())
    r.unknown(*select,
              msg("{0}: the year {1} is not a column of the key of the record {2}", r.at(*select), a.year,
                  a.record),
              a.year, record->key);
}

void read_confirm(const XmlElement& root, ArchiveDef& a, Reading& r) {
  a.confirm = split_words(root.attribute_or("confirm", ""));
  for (const auto& id : a.confirm)
    if (!r.app.find_to_confirm(id))
      r.unknown(root, msg("{0}: the codes to confirm {1} are not declared in rules.xml", r.at(root), id), id,
                names_of(r.app.to_confirm, &CodesToConfirm::id));
}

/// What a selection decides is the final action of the appraisal rule: there must be one.
void check_sampling(const XmlElement& root, const ArchiveDef& a, Reading& r) {
  if (!a.sampling || std::ranges::any_of(a.unit.rules, [](const UnitRule& rule) {
        return rule.category == RuleCategory::appraisal;
      }))
    return;
  r.defect(
      msg("{0}: a selection (sampling) needs an AppraisalRule on the unit", r.at(*root.child("sampling"))));
}

/// The columns of a table have a name each (CSVW, 5.6): a field may not be called as what another one means.
void check_columns(const XmlElement& where, const Node& node, Reading& r) {
  std::set<std::string> met;
  const auto take = [&](const std::string& name) {
    if (!met.insert(name).second)
      r.defect(msg("{0}: the table {1} would have two columns {2}", r.at(where), node.name, name));
  };
  for (const auto& field : node.fields) {
    if (field.hidden) continue;
    take(field.name);
    if (has_label_column(field)) take(label_column(field));
  }
}

/// A table is the rows of one node, without others below them.
void check_unit_table(const XmlElement& root, const ArchiveDef& a, Reading& r) {
  const auto* record = r.app.find_record(a.record);
  if (a.unit.table.empty() || !record) return;
  const auto& where = *root.child("unit")->child("object");
  std::vector<std::string> tables;
  for (const auto& node : record->root.children)
    if (node.list && node.archived && node.children.empty()) {
      tables.push_back(node.name);
      if (node.name == a.unit.table) check_columns(where, node, r);
    }
  if (std::ranges::find(tables, a.unit.table) == tables.end())
    r.unknown(where,
              msg("{0}: {1} is not a table of the record {2}: a child of its root that is archived, may have "
                  "several rows, and has none below",
                  r.at(where), a.unit.table, a.record),
              a.unit.table, tables);
}

}  // namespace

void read_archive(const XmlElement& root, Reading& r) {
  ArchiveDef a;
  a.id = std::filesystem::path(r.file).stem().string();
  a.code = core::trim(root.attribute_or("code", ""));
  a.label = root.attribute_or("label", "");
  a.record = core::trim(root.attribute_or("record", ""));
  a.description = root.child_text("description");
  a.select = root.child_text("select");
  a.facts = root.child_text("facts");
  a.line = root.line;
  for (const auto* e : root.all("leave-out"))
    a.leave_out.push_back({e->attribute_or("reason", ""), core::trim(e->text),
                           e->attribute_or("deferred", "no") != "no",
                           e->attribute_or("deferred", "no") == "cited", e->line});
  const auto line_of = [&](std::string_view name) {
    const auto* e = root.child(name);
    return e ? e->line : root.line;
  };
  a.select_line = line_of("select");
  a.facts_line = line_of("facts");
  a.sampling_line = line_of("sampling");
  if (const auto* e = root.child("sampling")) a.sampling = read_sampling(*e, r);
  if (!r.app.find_record(a.record))
    r.unknown(root, msg("{0}: the record {1} is not declared in records.xml", r.at(root), a.record), a.record,
              names_of(r.app.records, &RecordDef::id));
  read_confirm(root, a, r);
  read_year(root, a, r);
  if (std::ranges::any_of(r.app.archives, [&](const ArchiveDef& other) { return other.code == a.code; }))
    r.defect(msg("{0}: another archive profile has the code {1}", r.at(root), a.code));
  if (const auto* e = root.child("root")) a.root = read_unit(*e, r, &lot_names());
  if (const auto* e = root.child("documentation")) a.documentation = read_unit(*e, r, &lot_names());
  if (const auto* e = root.child("group")) {
    a.group = read_unit(*e, r, nullptr);
    a.group_by = e->attribute_or("by", "");
    check_template(a.group_by, *e, r);
  }
  if (const auto* e = root.child("unit")) a.unit = read_unit(*e, r, nullptr);
  check_sampling(root, a, r);
  check_unit_table(root, a, r);
  r.app.archives.push_back(std::move(a));
}

}  // namespace versoir::profiles::parts

// See masking.hpp.
#include "consult/masking.hpp"

#include "core/i18n.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace versoir::consult {

using core::msg;
using core::tr;
using profiles::Field;
using profiles::Node;
using profiles::Sensitivity;

namespace {

std::string zone_name(Sensitivity s) {
  return s == Sensitivity::none ? std::string() : std::string(profiles::sensitivity_name(s));
}

constexpr std::array all_sensitivities{
    Sensitivity::identity, Sensitivity::contact,         Sensitivity::money,    Sensitivity::health,
    Sensitivity::family,   Sensitivity::national_number, Sensitivity::judgement};

/// Names of the columns in a template: "{prenom}", "{naissance:date}".
std::vector<std::string> holes(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = 0; (at = text.find('{', at)) != std::string_view::npos;) {
    if (at + 1 < text.size() && text[at + 1] == '{') {
      at += 2;
      continue;
    }
    const auto end = std::min(text.find_first_of(":}", at), text.size());
    names.emplace_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return names;
}

bool names_field(const Field& field, std::string_view name) {
  return field.name == name || (profiles::has_label_column(field) && profiles::label_column(field) == name);
}

const Node* child_of(const Node& node, std::string_view name) {
  const auto it = std::ranges::find(node.children, name, &Node::name);
  return it == node.children.end() ? nullptr : &*it;
}

std::vector<const Node*> nodes_on(const Node& root, const std::vector<std::string>& path) {
  std::vector<const Node*> nodes{&root};
  for (const auto& step : path) {
    const auto* below = child_of(*nodes.back(), step);
    if (!below) break;
    nodes.push_back(below);
  }
  return nodes;
}

}  // namespace

std::string zone_label(std::string_view zone, const profiles::SheetDef* sheet) {
  if (sheet)
    for (const auto& declared : sheet->zones)
      if (declared.name == zone) return declared.label;
  if (zone == "identity") return tr("identity");
  if (zone == "contact") return tr("addresses and telephones");
  if (zone == "money") return tr("money");
  if (zone == "health") return tr("health");
  if (zone == "family") return tr("family");
  if (zone == "national-number") return tr("national number");
  if (zone == "judgement") return tr("judgement on the person");
  return std::string(zone);
}

std::string zone_labels(const std::set<std::string>& zones, const profiles::SheetDef* sheet) {
  std::vector<std::string> labels;
  for (const auto& zone : zones) labels.push_back(zone_label(zone, sheet));
  return fmt::format("{}", fmt::join(labels, ", "));
}

std::string masked_text(std::string_view zone, const profiles::SheetDef* sheet) {
  return msg("[masked: {0}]", zone_label(zone, sheet)).text();
}

std::set<std::string> zones_of(const profiles::Application& app) {
  std::set<std::string> zones;
  for (const auto s : all_sensitivities) zones.insert(zone_name(s));
  for (const auto& sheet : app.sheets)
    for (const auto& zone : sheet.zones) zones.insert(zone.name);
  return zones;
}

std::vector<std::string> hidden_zones(const profiles::Application& app, const ExtractRights& rights) {
  std::vector<std::string> out;
  for (const auto s : all_sensitivities)
    if (!rights.sees(zone_name(s))) out.push_back(zone_label(zone_name(s), nullptr));
  for (const auto& sheet : app.sheets)
    for (const auto& zone : sheet.zones)
      if (!rights.sees(zone.name) && std::ranges::find(out, zone.label) == out.end())
        out.push_back(zone.label);
  return out;
}

Mask::Mask(const profiles::Application& app, const profiles::RecordDef& record,
           const profiles::SheetDef* sheet, const ExtractRights& rights)
    : app_(app), record_(record), sheet_(sheet), rights_(rights) {
  look(record.root, {});
  for (const auto& child : record.root.children) {
    std::string zone;
    if (sheet)
      for (const auto& declared : sheet->zones)
        if (std::ranges::find(declared.nodes, child.name) != declared.nodes.end()) zone = declared.name;
    look(child, zone);
  }
}

void Mask::look(const Node& node, const std::string& section) {
  sections_[&node] = section;
  const auto zone = hidden_zone(node, section);
  if (zone) hidden_[&node] = *zone;
  if (&node != &record_.root)  // its children have each a zone of their own
    for (const auto& child : node.children) look(child, zone ? *zone : section);
}

std::optional<std::string> Mask::hidden_zone(const Node& node, const std::string& section) const {
  if (!rights_.sees(section)) return section;
  if (&node == &record_.root) return std::nullopt;
  // All its visible fields hidden: the number of rows would tell by itself (how many sick leaves).
  std::optional<std::string> zone;
  for (const auto& field : node.fields) {
    if (field.hidden) continue;
    zone = zone_name(field.sensitivity);
    if (rights_.sees(*zone)) return std::nullopt;
  }
  return zone;
}

std::string Mask::zone_of(const Node& node, const Field& field) const {
  if (const auto own = zone_name(field.sensitivity); !own.empty() && !rights_.sees(own)) return own;
  const auto it = sections_.find(&node);
  return it == sections_.end() ? zone_name(field.sensitivity) : it->second;
}

std::optional<std::string> Mask::hides(const Node& node, const Field& field) const {
  if (auto zone = zone_of(node, field); !rights_.sees(zone)) return zone;
  return hides(node);
}

std::optional<std::string> Mask::hides(const Node& node) const {
  const auto it = hidden_.find(&node);
  return it == hidden_.end() ? std::nullopt : std::optional(it->second);
}

void Mask::apply(records::RowNode& row) const {
  for (auto& cell : row.cells) {
    const auto zone = hides(*row.node, *cell.field);
    if (!zone) continue;
    cell.value = text(*zone);
    cell.label = profiles::has_label_column(*cell.field) ? *cell.value : std::string();
  }
  std::erase_if(row.children, [&](const records::RowNode& child) { return hides(*child.node).has_value(); });
  for (auto& child : row.children) apply(child);
}

void Mask::apply(records::Record& record) const {
  if (!rights_.every_zone) apply(record.root);
}

std::map<ColumnRef, std::string> Mask::columns(const Provenance::Reads& reads) const {
  std::map<ColumnRef, std::string> out;
  if (rights_.every_zone) return out;
  std::set<ColumnRef> seen;  // read by something that he sees, and shown by nothing that he does not
  for (const auto& [node, origin] : reads.origins)
    if (!hides(*node)) seen.insert(origin.reads.begin(), origin.reads.end());
  for (const auto& [node, origin] : reads.origins) {
    if (const auto zone = hides(*node))
      for (const auto& column : origin.reads)
        if (!seen.contains(column)) out.emplace(column, *zone);
    std::set<ColumnRef> shown;  // by a visible field of this node, as it is
    std::optional<std::string> computed;
    for (std::size_t i = 0; i < node->fields.size() && i < origin.fields.size(); ++i) {
      const auto zone = hides(*node, node->fields[i]);
      if (origin.fields[i] && zone) out.emplace(*origin.fields[i], *zone);
      if (origin.fields[i] && !zone) shown.insert(*origin.fields[i]);
      if (!origin.fields[i] && zone) computed = zone;
    }
    // Nothing says from which columns a hidden value was made: what its query reads is hidden with it.
    if (computed)
      for (const auto& column : origin.reads)
        if (!shown.contains(column)) out.emplace(column, *computed);
  }
  for (const auto& table : app_.tables)
    for (const auto& column : table.columns)
      if (const auto zone = zone_name(column.sensitivity); !rights_.sees(zone))
        out.emplace(ColumnRef{table.name, column.name}, zone);
  return out;
}

std::vector<std::optional<std::string>> Mask::columns(const profiles::ListDef& list,
                                                      Provenance& provenance) const {
  std::vector<std::optional<std::string>> out(list.columns.size());
  if (rights_.every_zone) return out;
  const auto hidden = columns(provenance.reads(record_));
  const auto origin = provenance.origin(list.sql);
  const auto zone_behind = [&](const std::string& name) {
    for (std::size_t i = 0; i < origin.names.size(); ++i) {
      if (!std::ranges::equal(origin.names[i], name, {}, {},
                              [](unsigned char c) { return static_cast<char>(std::tolower(c)); }))
        continue;
      const auto it = origin.fields[i] ? hidden.find(*origin.fields[i]) : hidden.end();
      return it == hidden.end() ? std::string() : it->second;
    }
    return std::string();
  };
  for (std::size_t i = 0; i < out.size(); ++i) {
    auto zone = zone_name(list.columns[i].sensitivity);
    if (rights_.sees(zone)) zone = zone_behind(list.columns[i].name);
    if (!zone.empty()) out[i] = text(zone);
  }
  return out;
}

std::set<std::string> Mask::copied_beyond() const {
  std::set<std::string> out;
  for (const auto& [name, column] : tables_of_subject(app_, record_))
    if (const auto* table = app_.find_table(name))
      for (const auto& c : table->columns)
        if (const auto zone = zone_name(c.sensitivity); !rights_.sees(zone)) out.insert(zone);
  for (const auto& [node, section] : sections_) {
    if (const auto zone = hides(*node)) out.insert(*zone);
    for (const auto& field : node->fields)
      if (const auto zone = hides(*node, field)) out.insert(*zone);
  }
  return out;
}

void Mask::add(std::set<std::string>& out, const std::vector<std::string>& path,
               std::string_view field) const {
  const auto nodes = nodes_on(record_.root, path);
  for (auto it = nodes.rbegin(); it != nodes.rend(); ++it)
    for (const auto& f : (*it)->fields)
      if (names_field(f, field)) {
        if (const auto zone = hides(**it, f)) out.insert(*zone);
        return;
      }
}

void Mask::add_template(std::set<std::string>& out, const std::vector<std::string>& path,
                        std::string_view text) const {
  for (const auto& name : holes(text)) add(out, path, name);
}

std::set<std::string> Mask::printed_beyond(const profiles::DocumentDef& def) const {
  std::set<std::string> out;
  if (sheet_)
    for (const auto& [label, text] : sheet_->identity) add_template(out, {}, text);
  add_template(out, def.path, def.choice);
  add_template(out, def.path, def.text);
  for (const auto& [label, text] : def.facts) add_template(out, def.path, text);
  for (const auto& table : def.tables) {
    auto path = def.path;
    path.push_back(table.node);
    for (const auto& column : table.columns) add(out, path, column);
  }
  return out;
}

std::set<std::string> Mask::tested_beyond(const profiles::DocumentDef& def) const {
  std::set<std::string> out;
  for (const auto& test : def.when) add(out, def.path, test.field);
  for (const auto& need : def.needs) add(out, need.path, need.when.field);
  return out;
}

std::set<std::string> asked_beyond(const profiles::ListDef& list, const ExtractRights& rights) {
  std::set<std::string> out;
  for (const auto& parameter : list.parameters)
    if (const auto zone = zone_name(parameter.sensitivity); !rights.sees(zone)) out.insert(zone);
  return out;
}

void mask_hit(Hit& hit, const profiles::Application& app, const ExtractRights& rights) {
  if (rights.every_zone) return;
  const auto search = std::ranges::find(app.searches, hit.search, &profiles::SearchDef::id);
  if (search == app.searches.end()) return;
  for (std::size_t i = 0; i < hit.shown.size() && i < search->shown.size(); ++i)
    if (const auto zone = zone_name(search->shown[i].sensitivity); !rights.sees(zone))
      hit.shown[i].second = masked_text(zone, nullptr);
}

}  // namespace versoir::consult

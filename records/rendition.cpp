// The archived XML of a record, its JSON, and what all renditions for people share.
#include "records/rendition.hpp"

#include "core/clock.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "records/people.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace versoir::records {

using profiles::FieldType;
using profiles::Node;

std::string element_name(std::string_view name) {
  std::string out(name);
  std::ranges::replace(out, '_', '-');
  return out;
}

namespace {

void write_cells(core::XmlWriter& xml, const RowNode& row) {
  for (const auto& cell : row.cells) {
    if (cell.field->hidden || !cell.value) continue;
    const auto name = element_name(cell.field->name);
    if (cell.label.empty())
      xml.leaf(name, *cell.value);
    else
      xml.leaf(name, *cell.value, {{"libelle", cell.label}});
  }
}

void write_rows(core::XmlWriter& xml, const std::vector<RowNode>& rows) {
  for (const auto& row : rows) {
    if (!row.node->archived) continue;
    xml.open(element_name(row.node->name));
    write_cells(xml, row);
    write_rows(xml, row.children);
    xml.close();
  }
}

}  // namespace

std::string record_namespace(std::string_view application, std::string_view record) {
  return fmt::format("urn:versoir:record:{}:{}:1", application, record);
}

void write_xml(const Record& record, const RecordProvenance& provenance, core::ByteSink& sink) {
  core::XmlWriter xml(sink);
  xml.declaration();
  xml.open(element_name(record.root.node->name),
           {{"xmlns", record_namespace(provenance.application, record.def->id)},
            {"application", provenance.application},
            {"extrait", provenance.extract_root},
            {"date-extrait", provenance.extract_date}});
  write_cells(xml, record.root);
  write_rows(xml, record.root.children);
  xml.close();
}

nlohmann::json to_json(const Record& record) {
  const auto row_json = [](const auto& self, const RowNode& row) -> nlohmann::json {
    auto fields = nlohmann::json::array(), children = nlohmann::json::array();
    for (const auto& cell : row.cells) {
      if (cell.field->hidden) continue;
      nlohmann::json field{{"name", cell.field->name}, {"label", cell.field->label}, {"value", nullptr}};
      if (cell.value) field["value"] = *cell.value;
      if (!cell.label.empty()) field["code_label"] = cell.label;
      fields.push_back(std::move(field));
    }
    for (const auto& child : row.children) children.push_back(self(self, child));
    return {{"name", row.node->name},
            {"label", row.node->label},
            {"fields", std::move(fields)},
            {"children", std::move(children)}};
  };
  return row_json(row_json, record.root);
}

// ---- For people

namespace parts {

namespace {

/// 2026-11-25T10:00:00 → 25/11/2026 10:00:00. A time that should not be there is shown, never hidden.
std::string people_date(const std::string& text) {
  const auto date = core::parse_date(text);
  if (!date) return text;
  auto out = core::format_date_fr(*date);
  if (text.size() > 11) out += " " + text.substr(11);
  return out;
}

bool shows(const Node& node, Readers readers) { return readers == Readers::officers || node.archived; }

std::string plain_value(const Cell& cell) {
  auto text = *cell.value;
  switch (cell.field->type) {
    case FieldType::date:
    case FieldType::datetime:
      return people_date(text);
    case FieldType::decimal:
      if (is_decimal(text)) std::ranges::replace(text, '.', ',');  // an application may hold words there
      return text;
    default:
      return core::single_line(text);
  }
}

}  // namespace

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return all_digits(text);
}

bool is_decimal(std::string_view text) {
  const auto point = text.find('.');
  if (point == std::string_view::npos) return is_integer(text);
  return is_integer(text.substr(0, point)) && all_digits(text.substr(point + 1));
}

std::string people_value(const Cell& cell) {
  if (!cell.value) return {};
  const auto value = plain_value(cell);
  if (cell.label.empty()) return value;
  if (cell.field->code_list.empty()) return cell.label;  // a flag
  if (cell.label == "code inconnu") return value + " (code inconnu)";
  return cell.label;  // the code itself stands in the XML
}

std::vector<std::pair<std::string, std::string>> people_facts(const RowNode& row) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& cell : row.cells)
    if (!cell.field->hidden && cell.value) facts.emplace_back(cell.field->label, people_value(cell));
  return facts;
}

std::vector<Section> sections(const RowNode& row, Readers readers) {
  std::vector<Section> out;
  for (const auto& child : row.node->children) {
    if (!shows(child, readers)) continue;
    Section section{&child, {}, std::ranges::none_of(child.children, [&](const Node& below) {
                      return shows(below, readers);
                    })};
    for (const auto& r : row.children)
      if (r.node == &child) section.rows.push_back(&r);
    out.push_back(std::move(section));
  }
  return out;
}

Table table_of(const Section& section) {
  Table table;
  std::vector<std::size_t> shown;
  const auto& fields = section.node->fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool used =
        std::ranges::any_of(section.rows, [&](const RowNode* r) { return r->cells[i].value.has_value(); });
    if (fields[i].hidden || !used) continue;
    shown.push_back(i);
    table.header.push_back(fields[i].label);
  }
  for (const auto* row : section.rows) {
    auto& cells = table.rows.emplace_back();
    for (const auto i : shown) cells.push_back(people_value(row->cells[i]));
  }
  return table;
}

std::string row_title(const RowNode& row) {
  std::string title;
  int words = 0;
  for (const auto& cell : row.cells) {
    if (cell.field->hidden || !cell.value || words == 2) continue;
    title += (words++ ? " – " : "") + people_value(cell);
  }
  return title.empty() ? row.node->label : title;
}

std::string title_of(const Record& record, const profiles::SheetDef* sheet, Readers readers) {
  const bool archive = readers == Readers::archive;
  if (!sheet) return archive ? record.def->label + " – " + row_title(record.root) : record.def->label;
  profiles::Row row;
  for (const auto& cell : record.root.cells) {
    const bool shown = cell.value && !(archive && cell.field->hidden);
    row.emplace(cell.field->name, shown ? cell.value : std::nullopt);
    if (profiles::has_label_column(*cell.field))
      row.emplace(profiles::label_column(*cell.field),
                  shown ? std::optional(people_value(cell)) : std::nullopt);
  }
  return core::single_line(profiles::expand(sheet->title, row, "consult.xml " + sheet->record));
}

std::vector<const Section*> ordered(const std::vector<Section>& all, const profiles::SheetDef* sheet) {
  std::vector<const Section*> out;
  if (sheet)
    for (const auto& [label, names] : sheet->tabs)
      for (const auto& name : names)
        for (const auto& section : all)
          if (section.node->name == name) out.push_back(&section);
  for (const auto& section : all)
    if (std::find(out.begin(), out.end(), &section) == out.end()) out.push_back(&section);
  return out;
}

}  // namespace parts

}  // namespace versoir::records

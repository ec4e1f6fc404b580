// A record as one page of HTML that stands alone, for the screen and for print.
#include "core/html.hpp"

#include "core/clock.hpp"
#include "records/people.hpp"
#include "records/rendition.hpp"

#include <algorithm>

namespace versoir::records {

namespace {

using parts::Section;

void write_section(core::HtmlPage& page, int level, const Section& section) {
  const auto inner = std::min(level + 1, 6);
  if (section.flat() && section.node->list) {
    const auto table = parts::table_of(section);
    return page.table(section.node->label, table.header, table.rows);
  }
  for (const auto* row : section.rows) {
    if (section.node->list) page.heading(level, parts::row_title(*row));
    page.facts(parts::people_facts(*row));
    for (const auto& child : parts::sections(*row))
      if (!child.rows.empty()) {
        if (!(child.flat() && child.node->list)) page.heading(inner, child.node->label);
        write_section(page, std::min(inner + 1, 6), child);
      }
  }
}

void write_sections(core::HtmlPage& page, const std::vector<const Section*>& sections) {
  for (const auto* section : sections) {
    page.heading(2, section->node->label, section->node->name);
    if (section->rows.empty())
      page.paragraph("Néant");
    else
      write_section(page, 3, *section);
  }
}

std::string title_of(const Record& record, const profiles::SheetDef* sheet) {
  if (!sheet) return record.def->label;
  profiles::Row row;
  for (const auto& cell : record.root.cells) row.emplace(cell.field->name, cell.value);
  return profiles::expand(sheet->title, row, "consult.xml " + sheet->record);
}

/// Sections in the order of the sheet's tabs, then those that it does not name: nothing of a record is
/// hidden.
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

}  // namespace

void write_html(const Record& record, const RecordProvenance& provenance, core::ByteSink& sink,
                const profiles::SheetDef* sheet) {
  const auto title = title_of(record, sheet);
  core::HtmlPage page(sink, "fr", title);
  page.heading(1, title);
  if (sheet) page.paragraph(record.def->label);
  page.facts(parts::people_facts(record.root));
  const auto sections = parts::sections(record.root);
  write_sections(page, ordered(sections, sheet));
  page.heading(2, "Provenance");
  const std::vector<std::pair<std::string, std::string>> origin{
      {"Application", provenance.application},
      {"Date de l'extraction", provenance.extract_date},
      {"Empreinte de l'extraction", provenance.extract_root},
      {"Identifiant du dossier", record.key.text()}};
  page.facts(origin);
  page.paragraph(
      "Établi d'après les données archivées de l'application. Ce document n'est pas un acte : il ne vaut que "
      "signé par l'autorité qui le délivre.");
  page.close();
}

}  // namespace versoir::records

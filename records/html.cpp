// A record as one page of HTML that stands alone, for the screen and for print.
#include "core/html.hpp"

#include "core/clock.hpp"
#include "records/people.hpp"
#include "records/rendition.hpp"

#include <algorithm>

namespace versoir::records {

namespace {

using parts::Section;

void write_section(core::HtmlPage& page, int level, const Section& section, Readers readers) {
  const auto inner = std::min(level + 1, 6);
  if (section.flat() && section.node->list) {
    const auto table = parts::table_of(section);
    return page.table(section.node->label, table.header, table.rows);
  }
  for (const auto* row : section.rows) {
    if (section.node->list) page.heading(level, parts::row_title(*row));
    page.facts(parts::people_facts(*row));
    for (const auto& child : parts::sections(*row, readers))
      if (!child.rows.empty()) {
        if (!(child.flat() && child.node->list)) page.heading(inner, child.node->label);
        write_section(page, std::min(inner + 1, 6), child, readers);
      }
  }
}

void write_sections(core::HtmlPage& page, const std::vector<const Section*>& sections, Readers readers) {
  for (const auto* section : sections) {
    page.heading(2, section->node->label, section->node->name);
    if (section->rows.empty())
      page.paragraph("Néant");
    else
      write_section(page, 3, *section, readers);
  }
}

}  // namespace

void write_html(const Record& record, const RecordProvenance& provenance, core::ByteSink& sink,
                const profiles::SheetDef* sheet, Readers readers) {
  const auto title = parts::title_of(record, sheet, readers);
  core::HtmlPage page(sink, "fr", title);
  page.heading(1, title);
  if (sheet) page.paragraph(record.def->label);
  page.facts(parts::people_facts(record.root));
  const auto sections = parts::sections(record.root, readers);
  write_sections(page, parts::ordered(sections, sheet), readers);
  page.heading(2, "Provenance");
  std::vector<std::pair<std::string, std::string>> origin{
      {"Application", provenance.application},
      {"Date de l'extraction", provenance.extract_date},
      {"Empreinte de l'extraction", provenance.extract_root}};
  // The key may be a hidden field; for the archive, the manifest says it.
  if (readers == Readers::officers) origin.emplace_back("Identifiant du dossier", record.key.text());
  page.facts(origin);
  page.paragraph(
      "Établi d'après les données archivées de l'application. Ce document n'est pas un acte : il ne vaut que "
      "signé par l'autorité qui le délivre.");
  page.close();
}

}  // namespace versoir::records

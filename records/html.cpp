// A record as one page of HTML that stands alone, for the screen and for print.
#include "core/html.hpp"

#include "core/clock.hpp"
#include "records/people.hpp"
#include "records/rendition.hpp"

#include <algorithm>

namespace versoir::records {

namespace {

using parts::Section;

bool is_table(const Section& section) { return section.flat() && section.node->list; }

/// Without caption where a heading has just said the same words.
void write_table(core::HtmlPage& page, const Section& section, const std::string& caption) {
  const auto table = parts::table_of(section);
  page.table(caption, table.header, table.rows);
}

/// The rows of a section, whose own heading is one level above.
void write_rows(core::HtmlPage& page, int level, const Section& section, Readers readers) {
  // The rows of a list have a heading each, that of a single node has none: levels follow one another.
  const auto below = section.node->list ? std::min(level + 1, 6) : level;
  for (const auto* row : section.rows) {
    if (section.node->list) page.heading(level, parts::row_title(*row));
    page.facts(parts::people_facts(*row));
    for (const auto& child : parts::sections(*row, readers)) {
      if (child.rows.empty()) continue;
      if (is_table(child)) {
        write_table(page, child, child.node->label);
        continue;
      }
      page.heading(below, child.node->label);
      write_rows(page, std::min(below + 1, 6), child, readers);
    }
  }
}

/// Sections are named where the page is one record, and no two have one name. Inside another page their
/// tables have a caption each, as all of that page.
void write_sections(core::HtmlPage& page, int level, const std::vector<const Section*>& sections,
                    Readers readers) {
  for (const auto* section : sections) {
    page.heading(level, section->node->label, level == 2 ? section->node->name : std::string());
    if (section->rows.empty())
      page.paragraph("Néant");
    else if (is_table(*section))
      write_table(page, *section, level == 2 ? std::string() : section->node->label);
    else
      write_rows(page, level + 1, *section, readers);
  }
}

void write_body(core::HtmlPage& page, int level, const Record& record, const profiles::SheetDef* sheet,
                Readers readers) {
  page.heading(level, parts::title_of(record, sheet, readers));
  if (sheet) page.paragraph(record.def->label);
  page.facts(parts::people_facts(record.root));
  const auto sections = parts::sections(record.root, readers);
  write_sections(page, level + 1, parts::ordered(sections, sheet), readers);
}

/// 2026-11-25T10:00:00Z → 25/11/2026 à 10:00 UTC; anything else as it stands.
std::string people_instant(const std::string& iso) {
  const auto date = core::parse_date(iso);
  if (!date || iso.size() < 20 || iso.back() != 'Z') return iso;
  return core::format_date_fr(*date) + " à " + iso.substr(11, 5) + " UTC";
}

}  // namespace

void write_html(const Record& record, const RecordProvenance& provenance, core::ByteSink& sink,
                const profiles::SheetDef* sheet, Readers readers) {
  core::HtmlPage page(sink, "fr", parts::title_of(record, sheet, readers));
  write_body(page, 1, record, sheet, readers);
  page.heading(2, "Provenance");
  std::vector<std::pair<std::string, std::string>> origin{
      {"Application",
       provenance.application_label.empty() ? provenance.application : provenance.application_label},
      {"Date de l'extraction", people_instant(provenance.extract_date)},
      {"Empreinte de l'extraction", provenance.extract_root}};
  // The key may be a hidden field; for the archive, the manifest says it.
  if (readers == Readers::officers) origin.emplace_back("Identifiant du dossier", record.key.text());
  page.facts(origin);
  page.paragraph(
      "Établi d'après les données archivées de l'application. Ce document n'est pas un acte : il ne vaut que "
      "signé par l'autorité qui le délivre.");
  page.close();
}

void write_record(const Record& record, core::HtmlPage& page, int level, const profiles::SheetDef* sheet,
                  Readers readers) {
  write_body(page, level, record, sheet, readers);
}

}  // namespace versoir::records

// A document as a page: what is attested, room for the signature, where it comes from. In French whoever runs
// the program: it is addressed to third persons in France.
#include "consult/document.hpp"

namespace versoir::consult {

namespace {

void write_table(Markup& m, const PrintedTable& table) {
  if (table.rows.empty() && table.left_out == 0) return;
  if (!table.header.empty()) {
    m.raw("<div class=\"scroll\"><table>\n");
    m.element("caption", table.unpublished ? table.label + " : non publiés par l’application" : table.label)
        .raw("<thead><tr>");
    for (const auto& h : table.header) m.element("th scope=\"col\"", h);
    m.raw("</tr></thead>\n<tbody>\n");
    for (const auto& row : table.rows) {
      m.raw("<tr>");
      for (const auto& cell : row) m.element("td", cell);
      m.raw("</tr>\n");
    }
    m.raw("</tbody></table></div>\n");
  }
  if (table.left_out > 0)
    m.element("p class=\"note\"",
              fmt::format("{}\u00a0: {} ligne{} non publiée{} par l’application ne figure{} pas ici.",
                          table.label, table.left_out, table.left_out > 1 ? "s" : "",
                          table.left_out > 1 ? "s" : "", table.left_out > 1 ? "nt" : ""));
}

/// Whoever receives the paper reads that the application never published these results, and why they are
/// there.
void write_override(Markup& m, const DocumentOverride& o) {
  m.raw("<section class=\"override\">\n").element("h2", "Résultats que l’application n’a jamais publiés");
  m.element("p",
            "Ce document porte, à part, des résultats que l’application n’avait pas publiés. Ils ne valent "
            "que par la "
            "pièce signée citée ici.");
  m.facts({{"Pièce signée", o.paper}, {"Motif", o.reason}}).raw("</section>\n");
}

void write_origin(Markup& m, const PrintedDocument& document, const DocumentOrigin& o) {
  m.element("h2", "Provenance");
  m.element("p",
            "Établi d’après les données archivées de l’application, dont l’extraction scellée a été "
            "vérifiée lors de l’édition de ce document.");
  m.facts({{"Application", o.application},
           {"Date de l’extraction", o.extracted},
           {"Scellée par", o.sealed_by},
           {"Empreinte de l’extraction", o.root},
           {"Dossier", o.record},
           {"Édité le", o.printed},
           {"Édité par", o.reader},
           {"Code de vérification", document.code}});
  if (o.rows.empty()) return;
  m.raw(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Lignes de l’application\"><table>\n");
  m.element("caption", "Lignes de l’application d’où viennent ces données");
  m.raw("<thead><tr>").element("th scope=\"col\"", "Table").element("th scope=\"col\"", "Ligne");
  m.element("th scope=\"col\"", "Empreinte SHA-256").raw("</tr></thead>\n<tbody>\n");
  for (const auto& row : o.rows)
    m.raw("<tr>")
        .element("th scope=\"row\"", row.table)
        .element("td", std::to_string(row.row))
        .element("td class=\"digest\"", row.digest)
        .raw("</tr>\n");
  m.raw("</tbody></table></div>\n");
}

}  // namespace

Markup document_markup(const PrintedDocument& document, const DocumentOrigin& origin,
                       const std::string& establishment) {
  Markup m;
  m.raw("<article lang=\"fr\">\n");
  if (!establishment.empty()) m.element("p", establishment);
  m.element("h1", document.label);
  m.element("p class=\"draft\"", "Projet : sans valeur tant qu’il n’est pas signé");
  m.facts(document.identity);
  m.element("p", document.text);
  m.facts(document.facts);
  if (document.override_by) write_override(m, *document.override_by);
  for (const auto& table : document.tables) write_table(m, table);
  m.element("p class=\"signature\"",
            "Fait à                  , le                  "
            "(nom, qualité, signature et cachet de l’autorité qui délivre)");
  write_origin(m, document, origin);
  return m.raw("</article>\n");
}

}  // namespace versoir::consult

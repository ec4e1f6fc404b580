// What a document says as a paper: what is attested, room for the signature, where it comes from. In French
// whoever runs the program: it is addressed to third persons in France.
#include "consult/document.hpp"

namespace versoir::consult {

namespace {

using TextKind = paper::Text::Kind;

void add_table(std::vector<paper::Block>& blocks, const PrintedTable& table) {
  if (!table.rows.empty())
    blocks.emplace_back(
        paper::Table{table.unpublished ? table.label + " : non publiés par l’application" : table.label,
                     table.header, table.rows});
  if (table.left_out > 0)
    blocks.emplace_back(paper::Text{
        TextKind::note, fmt::format("{}\u00a0: {} ligne{} non publiée{} par l’application ne "
                                    "figure{} pas ici.",
                                    table.label, table.left_out, table.left_out > 1 ? "s" : "",
                                    table.left_out > 1 ? "s" : "", table.left_out > 1 ? "nt" : "")});
}

/// Whoever receives the paper reads that the application never published these results, and why they are
/// there.
paper::Framed decision_of(const DocumentOverride& o) {
  return {"Résultats que l’application n’a jamais publiés",
          "Ce document porte, à part, des résultats que l’application n’avait pas publiés. Ils ne valent "
          "que par la pièce signée citée ici.",
          {{"Pièce signée", o.paper}, {"Motif", o.reason}}};
}

void add_origin(std::vector<paper::Block>& blocks, const PrintedDocument& document, const DocumentOrigin& o) {
  blocks.emplace_back(paper::Text{TextKind::heading, "Provenance"});
  blocks.emplace_back(
      paper::Text{TextKind::body,
                  "Établi d’après les données archivées de l’application, dont l’extraction scellée a été "
                  "vérifiée lors de l’édition de ce document."});
  blocks.emplace_back(paper::Terms{{{"Application", o.application},
                                    {"Date de l’extraction", o.extracted},
                                    {"Scellée par", o.sealed_by},
                                    {"Empreinte de l’extraction", o.root},
                                    {"Dossier", o.record},
                                    {"Édité le", o.printed.ok() ? core::format_date_fr(o.printed) : ""},
                                    {"Édité par", o.reader},
                                    {"Code de vérification", document.code}}});
  if (o.rows.empty()) return;
  paper::Table sources{"Lignes de l’application d’où viennent ces données",
                       {"Table", "Ligne", "Empreinte SHA-256"},
                       {},
                       true,
                       2};
  for (const auto& row : o.rows) sources.rows.push_back({row.table, std::to_string(row.row), row.digest});
  blocks.emplace_back(std::move(sources));
}

}  // namespace

paper::Paper paper_of(const PrintedDocument& document, const DocumentOrigin& origin,
                      const std::string& establishment, const std::string& title) {
  paper::Paper p;
  p.title = title;
  p.made = origin.printed;
  p.repeated = {document.label, "dossier " + origin.record, "code de vérification " + document.code,
                "sans valeur s’il n’est pas signé"};
  if (!establishment.empty()) p.blocks.emplace_back(paper::Text{TextKind::establishment, establishment});
  p.blocks.emplace_back(paper::Text{TextKind::title, document.label});
  p.blocks.emplace_back(paper::Text{TextKind::draft, "Projet : sans valeur tant qu’il n’est pas signé"});
  p.blocks.emplace_back(paper::Terms{document.identity});
  p.blocks.emplace_back(paper::Text{TextKind::body, document.text});
  p.blocks.emplace_back(paper::Terms{document.facts});
  if (document.override_by) p.blocks.emplace_back(decision_of(*document.override_by));
  for (const auto& table : document.tables) add_table(p.blocks, table);
  p.blocks.emplace_back(paper::Signature{"Fait à ……………………………, le ……………………",
                                         "(nom, qualité, signature et cachet de l’autorité qui délivre)"});
  add_origin(p.blocks, document, origin);
  return p;
}

}  // namespace versoir::consult

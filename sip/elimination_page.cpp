// The bordereau d'élimination as it is printed and signed: an act, in French whatever the user's language.
#include "core/csv.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "core/html.hpp"
#include "sip/elimination.hpp"

#include <fmt/format.h>

namespace versoir::sip {

using core::Json;

namespace {

std::string count(const Json& object, const char* key) {
  return core::group_digits(object.at(key).get<std::uint64_t>(), " ");
}
/// « 1 ligne », « 0 ligne », « 2 lignes »; « non compté » for what nobody counted, as in the ledger.
std::string count_words(const Json& object, const char* key, const char* one, const char* many) {
  if (object.at(key).is_null()) return "non compté";
  return count(object, key) + " " + (object.at(key).get<std::uint64_t>() < 2 ? one : many);
}
std::string french_date(const std::string& iso) {
  const auto date = core::parse_date(iso);
  return date ? core::format_date_fr(*date) : "";
}

bool is_transferred(const Json& line) { return core::text_of(line, "kind") == "transferred"; }

/// Rows of a table or of a column; of T.*, what was left of T.
std::string extent_of(const Json& table) {
  if (!table.contains("columns")) return count_words(table, "rows", "ligne", "lignes");
  std::string columns;
  for (const auto& c : table.at("columns"))
    columns += (columns.empty() ? "colonnes laissées : " : ", ") + c.get<std::string>();
  if (table.at("rows") == 0) return columns;
  return columns + (columns.empty() ? "" : " ; ") +
         count_words(table, "rows", "ligne laissée", "lignes laissées");
}

std::string tables_of(const Json& line) {
  std::string names;
  for (const auto& t : line.at("tables"))
    names += (names.empty() ? "" : ", ") + core::text_of(t, "name") + " (" + extent_of(t) + ")";
  return names;
}

std::string references_of(const Json& line) {
  std::string refs;
  for (const auto& lot : line.at("lots"))
    refs += (refs.empty() ? "" : "; ") +
            fmt::format("ATR {} ({})", core::text_of(lot, "operation"), core::text_of(lot, "reply"));
  return refs;
}

std::string basis_of(const Json& line) {
  if (is_transferred(line)) return "copie, versée sous référence " + references_of(line);
  return fmt::format("DUA : {} ; échue le {}", core::text_of(line, "dua"),
                     french_date(core::text_of(line, "dua_end")));
}

std::string volume_of(const Json& line) {
  if (is_transferred(line))
    return count_words(line, "records", "dossier", "dossiers") + ", " +
           count_words(line, "units", "unité archivistique", "unités archivistiques");
  return tables_of(line);
}

void lines_table(core::HtmlPage& page, const Json& bordereau, bool transferred) {
  std::vector<std::vector<std::string>> rows;
  int number = 0;
  for (const auto& line : bordereau.at("lines")) {
    ++number;
    if (is_transferred(line) != transferred) continue;
    rows.push_back({std::to_string(number), core::text_of(line, "title"),
                    french_date(core::text_of(line, "from")), french_date(core::text_of(line, "to")),
                    volume_of(line), basis_of(line)});
  }
  if (rows.empty()) return;
  page.table(transferred ? "Copies de données versées" : "Données non versées dont la DUA est échue",
             std::vector<std::string>{"Article", "Typologie", "Date la plus ancienne", "Date la plus récente",
                                      "Volume (lignes, dossiers)", "Motif et référence"},
             rows);
}

void signatures(core::HtmlPage& page) {
  page.heading(2, "Signatures");
  // Room for a stamp and a signature: three centimetres a line on paper.
  std::string rows;
  for (const std::string_view who :
       {"Responsable du service producteur", "Archiviste de l'établissement",
        "Visa de la personne chargée du contrôle scientifique et technique de l'État (directeur des Archives "
        "départementales, ou Archives nationales)"})
    rows +=
        fmt::format("<tr style=\"height:3cm\"><th scope=\"row\">{}</th><td></td><td></td><td></td></tr>\n",
                    core::html_escape(who));
  page.raw(
      "<table style=\"table-layout:fixed\"><caption>À signer, dans cet ordre</caption>\n"
      "<colgroup><col style=\"width:32%\"><col style=\"width:24%\"><col style=\"width:14%\">"
      "<col style=\"width:30%\"></colgroup>\n"
      "<thead><tr><th scope=\"col\">Qualité</th><th scope=\"col\">Nom et prénom</th><th "
      "scope=\"col\">Date</th>"
      "<th scope=\"col\">Signature et cachet</th></tr></thead>\n<tbody>\n" +
      rows + "</tbody></table>\n");
}

}  // namespace

void write_bordereau_page(const std::filesystem::path& file, const Json& bordereau) {
  core::AtomicFile out(file, private_mode);
  core::FileSink sink(out);
  core::HtmlPage page(sink, "fr", "Bordereau d'élimination " + core::text_of(bordereau, "elimination"));
  page.heading(1, "Bordereau d'élimination d'archives publiques");
  if (bordereau.at("rehearsal").get<bool>())
    page.badge("warning",
               "RÉPÉTITION : ce bordereau repose sur des extraits ou des réponses d'essai. Il ne vaut rien.");
  const auto& extract = bordereau.at("extract");
  page.facts(std::vector<std::pair<std::string, std::string>>{
      {"Référence", core::text_of(bordereau, "elimination")},
      {"Établissement", core::text_of(bordereau, "establishment")},
      {"Service producteur", core::text_of(bordereau, "service")},
      {"Application", core::text_of(bordereau, "applicationLabel")},
      {"Support", "base de données de l'application"},
      {"Extrait de référence", core::text_of(extract, "name") + ", racine " + core::text_of(extract, "root")},
      {"Préparé le", french_date(core::text_of(bordereau, "prepared"))}});
  page.heading(2, "Données proposées à l'élimination");
  lines_table(page, bordereau, true);
  lines_table(page, bordereau, false);
  const auto& annex = bordereau.at("annex");
  page.paragraph(fmt::format("Annexe nominative : {} ({}), SHA-512 {}.", core::text_of(annex, "file"),
                             count_words(annex, "records", "dossier", "dossiers"),
                             core::text_of(annex, "sha512")));
  if (annex.value("distinct", std::uint64_t{0}) < annex.value("records", std::uint64_t{0}))
    page.paragraph(
        fmt::format("Des dossiers ont été versés plus d'une fois : {} au total, chacun compté une fois.",
                    count_words(annex, "distinct", "dossier", "dossiers")));
  page.heading(2, "Mentions légales");
  page.paragraph(
      "Les données d'une application sont des archives publiques (Code du patrimoine, articles L. 211-1 et "
      "L. 211-4). Leur "
      "sélection se fait à l'expiration de la période d'utilisation courante (L. 212-2 ; L. 212-3 pour les "
      "données à "
      "caractère personnel).");
  page.paragraph(
      "Aucune élimination ne peut avoir lieu avant le retour de ce bordereau revêtu du visa de la personne "
      "chargée du "
      "contrôle scientifique et technique de l'État sur les archives (R. 212-13 et R. 212-14). La fin de la "
      "DUA n'est pas "
      "une autorisation de détruire.");
  page.paragraph(
      "La destruction d'archives publiques sans visa est punie de trois ans d'emprisonnement et de 45 000 "
      "euros d'amende "
      "(L. 214-3 et L. 214-4).");
  page.paragraph(
      "Après le visa, la destruction est constatée par une attestation, jointe à ce bordereau. Les "
      "sauvegardes qui "
      "contiennent encore ces données y sont mentionnées. Le bordereau visé et l'attestation sont conservés "
      "définitivement. Versoir ne supprime rien dans l'application.");
  signatures(page);
  page.close();
  out.commit();
}

void write_bordereau_csv(const std::filesystem::path& file, const Json& bordereau) {
  core::AtomicFile out(file, private_mode);
  core::FileSink sink(out);
  sink.write("\xEF\xBB\xBF");  // spreadsheets then read UTF-8
  core::CsvWriter csv(sink, core::CsvFor::people, ';');
  csv.row({"article", "nature", "typologie", "date la plus ancienne", "date la plus récente", "volume",
           "motif et référence"});
  int number = 0;
  for (const auto& line : bordereau.at("lines"))
    csv.row({std::to_string(++number), is_transferred(line) ? "copie versée" : "DUA échue",
             core::text_of(line, "title"), french_date(core::text_of(line, "from")),
             french_date(core::text_of(line, "to")), volume_of(line), basis_of(line)});
  out.commit();
}

}  // namespace versoir::sip

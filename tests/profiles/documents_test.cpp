// Marks and documents of consult.xml: what is read, and the names that nothing has.
#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;

namespace {

const std::string tab = "<tab label=\"Prêts\" nodes=\"pret\"/>";

std::map<std::string, std::string> files_with(const std::string& more) {
  return with_change(biblio_files(), "consult.xml", tab, tab + more);
}

const std::string document =
    "<mark path=\"pret\" field=\"eta_pre\" values=\"R|P\" label=\"rendu ou perdu\" cancelled=\"yes\"/>"
    "<identity label=\"Nom\" text=\"{nom_lec}\"/>"
    "<document id=\"recu\" label=\"Reçu\" path=\"pret\" choice=\"{num_ouv}\">"
    "<when field=\"eta_pre\" values=\"R\" refusal=\"Pas rendu.\"/>"
    "<needs path=\"pret/ouvrage\" same=\"num_lec\" field=\"titre\" values=\"x\" refusal=\"Sans titre.\"/>"
    "<text>{nom_lec} a rendu {num_ouv} ({eta_pre_libelle})</text>"
    "<fact label=\"Le\" text=\"{dat_pre:date}\"/>"
    "<table node=\"ouvrage\" label=\"Ouvrage\" columns=\"titre\"><when field=\"titre\" values=\"x\"/></table>"
    "</document>";

}  // namespace

TEST_CASE("Marks, identity and documents of a sheet are read") {
  const auto app = profiles::load(files_with(document), "biblio");
  const auto* sheet = app.find_sheet("lecteur");
  REQUIRE(sheet);
  REQUIRE(sheet->marks.size() == 1);
  CHECK(sheet->marks[0].path == std::vector<std::string>{"pret"});
  CHECK(sheet->marks[0].when.values == std::vector<std::string>{"R", "P"});
  CHECK(sheet->marks[0].cancelled);
  CHECK(sheet->identity == std::vector<profiles::LabelledTemplate>{{"Nom", "{nom_lec}"}});
  REQUIRE(sheet->documents.size() == 1);
  const auto& d = sheet->documents[0];
  CHECK(d.when[0].refusal == "Pas rendu.");
  CHECK(d.needs[0].path == std::vector<std::string>{"pret", "ouvrage"});
  CHECK(d.tables[0].columns == std::vector<std::string>{"titre"});
}

TEST_CASE("Names that nothing has in marks and documents are defects with their line") {
  const auto [from, to, expected] = GENERATE(table<std::string, std::string, std::string>({
      {"mark path=\"pret\"", "mark path=\"prets\"",
       "consult.xml:9: the node lecteur has no node prets under it"},
      {"mark path=\"pret\" field=\"eta_pre\"", "mark path=\"pret\" field=\"etat\"",
       "consult.xml:9: no field is called etat here"},
      {"same=\"num_lec\"", "same=\"num\"", "consult.xml:9: no field is called num here"},
      {"columns=\"titre\"", "columns=\"titre auteur\"", "consult.xml:9: no field is called auteur here"},
      {"{nom_lec} a rendu", "{nom} a rendu",
       "consult.xml:9: the template \"{nom} a rendu {num_ouv} ({eta_pre_libelle})\" asks for nom, which is "
       "not known "
       "here"},
      {"</document>", "</document><document id=\"recu\" label=\"Autre\"><text>x</text></document>",
       "consult.xml:9: the document recu is declared twice"},
  }));
  auto text = document;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  CHECK_THAT(defects_of(files_with(text)), Catch::Matchers::VectorContains(expected));
}

// What the records and units of Harpège may claim: labels of the time, days that are services, no health
// beyond its own delay, no empty file that is not.
#include "shipped.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

void agent(Shipped& s, int no) {
  s.add("INDIVIDU", "NO_INDIVIDU, NOM_PATRONYMIQUE, PRENOM, D_NAISSANCE, D_MODIFICATION",
        fmt::format("{}, 'TANGUY', 'Yvonne', '1952-02-29T00:00:00', '2025-12-31T00:00:00'", no));
  s.add("PERSONNEL", "NO_DOSSIER_PERS", std::to_string(no));
}
void served(Shipped& s, int no, const std::string& from, const std::string& to) {
  s.add("CARRIERE", "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, C_TYPE_POPULATION, D_DEB_CARRIERE, D_FIN_CARRIERE",
        fmt::format("{}, 1, 'SA', '{}', '{}'", no, from, to));
}
/// Rules of a unit as "code start", in order.
std::vector<std::string> rules_of(const records::Described& unit) {
  std::vector<std::string> out;
  for (const auto& r : unit.rules)
    if (!r.optional) out.push_back(r.rule->code + " " + date_or(r.start));
  return out;
}

}  // namespace

TEST_CASE("Harpège: wherever a code was used again, its label is that of the time") {
  Shipped s("harpege");
  agent(s, 1);
  served(s, 1, "1985-09-01T00:00:00", "2023-08-31T00:00:00");
  const auto twice = [&](const std::string& table, const std::string& columns, const std::string& code) {
    s.add(table, columns, code + ", 'AAA ANCIEN', '1970-01-01T00:00:00', '1990-12-31T00:00:00'");
    s.add(table, columns, code + ", 'NOUVEAU', '1991-01-01T00:00:00', NULL");
  };
  twice("CORPS", "C_CORPS, LL_CORPS, D_OUVERTURE_CORPS, D_FERMETURE_CORPS", "'301'");
  twice("GRADE", "C_GRADE, LL_GRADE, D_OUVERTURE, D_FERMETURE", "'3011'");
  twice("STRUCTURE", "C_STRUCTURE, LL_STRUCTURE, DATE_OUVERTURE, DATE_FERMETURE", "'DSI'");
  s.add("STRUCTURE", "C_STRUCTURE, LL_STRUCTURE, C_STRUCTURE_PERE", "'SUB', 'SOUS-SERVICE', 'DSI'");
  const std::string then = "'1985-09-01T00:00:00'", later = "'2007-09-01T00:00:00'";
  s.add("CONTRAT_TRAVAIL", "NO_DOSSIER_PERS, NO_CONTRAT_TRAVAIL, C_TYPE_CONTRAT_TRAV", "1, 1, 'AT'");
  int no = 0;
  for (const auto& date : {then, later}) {
    ++no;
    s.add("CONTRAT_AVENANT",
          "NO_DOSSIER_PERS, NO_CONTRAT_TRAVAIL, NO_AVENANT, C_GRADE, D_DEB_CONTRAT_TRAV, D_FIN_EXECUTION",
          fmt::format("1, 1, {}, '3011', {}, '2008-08-31'", no, date));
    for (const auto* code : {"DSI", "SUB"})
      s.add("AFFECTATION", "NO_SEQ_AFFECTATION, NO_DOSSIER_PERS, C_STRUCTURE, D_DEB_AFFECTATION",
            fmt::format("{}, 1, '{}', {}", no, code, date));
    s.add("AFFECTATION_RECHERCHE", "NO_DOSSIER_PERS, NO_SEQ_AFFE_RECH, C_STRUCTURE, D_DEB_AFFE_RECH",
          fmt::format("1, {}, 'DSI', {}", no, date));
    s.add("CHERCHEUR", "NO_INDIVIDU, NO_SEQ_CHERCHEUR, C_STRUCTURE, D_DEB_STR_TRAV",
          fmt::format("1, {}, 'DSI', {}", no, date));
    s.add("INDIVIDU_FONCT_STRUCT",
          "NO_EXERCICE_RESPONS, NO_DOSSIER_PERS, C_FONCTION, C_STRUCTURE, DT_DEB_EXERC_RESP",
          fmt::format("{}, 1, 1, 'DSI', {}", no, date));
    s.add("STAGE", "NO_DOSSIER_PERS, C_CORPS, D_DEB_STAGE", fmt::format("1, '301', {}", date));
    s.add("ELEMENT_CARRIERE",
          "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, NO_SEQ_ELEMENT, C_CORPS, C_GRADE, D_EFFET_ELEMENT",
          fmt::format("1, 1, {}, '301', '3011', {}", no, date));
  }
  const auto root = s.record("agent", key(1)).root;
  const std::vector<std::tuple<std::string, std::string, std::string>> places{
      {"element", "corps", "301"},
      {"element", "grade", "3011"},
      {"avenant", "grade", "3011"},
      {"affectation_recherche", "structure", "DSI"},
      {"hebergement", "structure", "DSI"},
      {"fonction", "structure", "DSI"},
      {"stage", "corps", "301"}};
  for (const auto& [node, field, code] : places) {
    INFO(node << " " << field);
    const auto rows = rows_of(root, node);
    REQUIRE(rows.size() == 2);
    CHECK(cell(*rows[0], field) == "AAA ANCIEN (" + code + ")");
    CHECK(cell(*rows[1], field) == "NOUVEAU (" + code + ")");
  }
  std::vector<std::string> assigned;
  for (const auto* row : rows_of(root, "affectation"))
    assigned.push_back(cell(*row, "structure") + " < " + cell(*row, "rattachement"));
  std::ranges::sort(assigned);
  CHECK(assigned == std::vector<std::string>{"AAA ANCIEN (DSI) < NULL", "NOUVEAU (DSI) < NULL",
                                             "SOUS-SERVICE (SUB) < AAA ANCIEN",
                                             "SOUS-SERVICE (SUB) < NOUVEAU"});
  CHECK_THAT(s.describe("dossiers-agents", key(1)).description, Contains("Corps : AAA ANCIEN ; NOUVEAU."));
  // What has no date of its own says every label that the code had, in the order of time.
  const records::Key corps{{std::string("301")}}, structure{{std::string("DSI")}};
  CHECK_THAT(s.describe("tableau-carrieres", corps).title, Contains("AAA ANCIEN ; puis : NOUVEAU (301)"));
  const auto table = s.record("tableau", corps).root;
  CHECK(cell(table, "corps") == "AAA ANCIEN ; puis : NOUVEAU (301)");
  const auto lines = rows_of(table, "ligne");
  REQUIRE(lines.size() == 2);
  CHECK(cell(*lines[0], "corps") == "AAA ANCIEN");
  CHECK(cell(*lines[1], "corps") == "NOUVEAU");
  CHECK(s.describe("structures-emplois", structure).title == "AAA ANCIEN ; puis : NOUVEAU (DSI)");
  CHECK(cell(s.record("structure", structure).root, "structure") == "AAA ANCIEN ; puis : NOUVEAU (DSI)");
}

TEST_CASE("Harpège: days of activity, of secondment and without activity are counted apart") {
  Shipped s("harpege");
  agent(s, 1);
  served(s, 1, "2000-01-01", "2009-12-31");  // 3653 days
  const std::string position = "C_POSITION, LL_POSITION, TEM_ACTIVITE, TEM_DETACHEMENT";
  s.add("POSITION", position, "'ACTI', 'ACTIVITE', 'O', 'N'");
  s.add("POSITION", position, "'DISP', 'DISPONIBILITE', 'N', 'N'");
  s.add("POSITION", position, "'DETA', 'DETACHEMENT', 'N', 'O'");
  const std::string held = "NO_DOSSIER_PERS, C_POSITION, D_DEB_POSITION, D_FIN_POSITION";
  s.add("CHANGEMENT_POSITION", held, "1, 'ACTI', '2000-01-01', '2001-12-31'");
  s.add("CHANGEMENT_POSITION", held, "1, 'DETA', '2002-01-01', '2004-12-31'");  // 1096
  s.add("CHANGEMENT_POSITION", held, "1, 'DISP', '2005-01-01', '2005-12-31'");  // 365
  const auto root = s.record("agent", key(1)).root;
  const auto& statement = *rows_of(root, "etat_services").at(0);
  CHECK(cell(statement, "jours_couverts") == "3653");
  CHECK(cell(statement, "jours_detachement") == "1096");
  CHECK(cell(statement, "jours_sans_activite") == "365");
  CHECK(cell(statement, "jours_activite") == "2192");
  std::vector<std::string> states;
  for (const auto* p : rows_of(statement, "periode")) states.push_back(cell(*p, "etat"));
  CHECK(states == std::vector<std::string>{"services", "détachement", "position sans activité", "services"});
}

TEST_CASE("Harpège: a file with anything in it is not said to be empty") {
  Shipped probe("harpege");
  std::string queries = probe.app.views;
  for (const auto& [file, text] : probe.app.files)
    if (file == "records.xml") queries += text;
  std::transform(queries.begin(), queries.end(), queries.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  int checked = 0;
  for (const auto& table : probe.app.tables) {
    const auto* owner = table.find("NO_DOSSIER_PERS") ? "NO_DOSSIER_PERS" : "NO_INDIVIDU";
    if (!table.take || table.name == "INDIVIDU" || table.name == "PERSONNEL" || !table.find(owner)) continue;
    if (queries.find("FROM " + table.name + " ") == std::string::npos) continue;
    // Periods of a career, and chevrons of its elements, are read under them.
    if (table.find("NO_SEQ_CARRIERE") && !table.find("D_DEB_CARRIERE") && !table.find("C_GRADE") &&
        table.name != "OCCUPATION" && table.name != "AFFECTATION")
      continue;
    INFO(table.name);
    ++checked;
    Shipped s("harpege");
    agent(s, 1);
    agent(s, 2);
    s.add(table.name, owner, "1");
    auto all = s.candidates("dossiers-contractuels");
    all.merge(s.candidates("dossiers-agents"));
    CHECK_THAT(all.at("[1]").left_out.value_or(""), !Contains("Dossier vide"));
    CHECK_THAT(all.at("[2]").left_out.value_or(""), Contains("Dossier vide"));
  }
  CHECK(checked >= 12);
}

TEST_CASE("Harpège: what touches health is not in the file, and has its own unit and delay") {
  Shipped s("harpege");
  for (int no = 1; no <= 4; ++no) {
    agent(s, no);
    served(s, no, "1990-09-01", "2014-08-31");
  }
  agent(s, 5);  // a contractual
  s.add("CONTRAT_TRAVAIL", "NO_DOSSIER_PERS, NO_CONTRAT_TRAVAIL", "5, 1");
  s.add("CONTRAT_AVENANT",
        "NO_DOSSIER_PERS, NO_CONTRAT_TRAVAIL, NO_AVENANT, D_DEB_CONTRAT_TRAV, D_FIN_CONTRAT_TRAV",
        "5, 1, 1, '2010-01-01', '2012-12-31'");
  s.db.exec(
      "UPDATE INDIVIDU SET D_DECES = '2020-05-01T00:00:00' WHERE NO_INDIVIDU = 2;"
      "UPDATE INDIVIDU SET D_NAISSANCE = NULL WHERE NO_INDIVIDU = 5");
  const std::string leave = "NO_DOSSIER_PERS, C_CGE_MOD, D_DEB_CGE_MOD, D_FIN_CGE_MOD, D_FIN_EXE_CGE_MOD";
  for (int no : {1, 2, 5})
    s.add("CGE_MOD_AGT", leave, fmt::format("{}, 'CLM', '2011-01-01', '2011-12-31', '2011-06-30'", no));
  s.add("CGE_MOD_AGT", leave, "1, 'TEMPS_PARTIEL ', '2005-01-01', '2005-12-31', NULL");
  s.add("CGE_MOD_AGT", leave, "3, 'MISSION', '2005-01-01', '2005-12-31', NULL");
  s.add("CGE_MOD_AGT", leave, "4, 'XYZ', '2005-01-01', '2005-12-31', NULL");  // nobody knows what it is

  const auto root = s.record("agent", key(1)).root;
  const auto leaves = rows_of(root, "conge");
  REQUIRE(leaves.size() == 2);
  CHECK(cell(*leaves[0], "nature") == "TEMPS_PARTIEL");
  CHECK(cell(*leaves[1], "nature") == "NULL");  // its dates are there
  CHECK(cell(*leaves[1], "fin") == "2011-06-30");
  const auto health = rows_of(root, "conge_sante");  // to be read, not transferred
  REQUIRE(health.size() == 1);
  CHECK(cell(*health[0], "nature") == "CLM");
  CHECK_FALSE(health[0]->node->archived);

  const auto all = s.candidates("conges-sante");
  CHECK(all.size() == 4);
  CHECK(all.count("[3]") == 0);
  for (const auto* k : {"[1]", "[2]", "[4]", "[5]"}) CHECK_FALSE(all.at(k).left_out);
  using Rules = std::vector<std::string>;
  const auto of = [&](int no) { return rules_of(s.describe("conges-sante", key(no))); };
  CHECK(of(1) == Rules{"DUA_AGENT_80 1952-02-29", "COM_VIE_PRIVEE_50 2011-06-30",
                       "COM_MEDICAL_NAISSANCE_120 1952-02-29"});
  CHECK(of(2) ==
        Rules{"DUA_AGENT_80 1952-02-29", "COM_VIE_PRIVEE_50 2011-06-30", "COM_MEDICAL_DECES_25 2020-05-01"});
  CHECK(of(4) == Rules{"DUA_AGENT_80 1952-02-29", "COM_VIE_PRIVEE_50 2005-12-31",
                       "COM_MEDICAL_NAISSANCE_120 1952-02-29"});
  // Birth and death unknown: a delay that nobody can compute, never one that is too short.
  CHECK(of(5) ==
        Rules{"DUA_CONTRACTUEL_80 none", "COM_VIE_PRIVEE_50 2011-06-30", "COM_MEDICAL_NAISSANCE_120 none"});
  CHECK(date_or(s.describe("conges-sante", key(1)).rules[2].end) == "2072-02-29");
  const auto record = s.record("conges_sante", key(1)).root;
  REQUIRE(rows_of(record, "conge").size() == 1);
  CHECK(rows_of(record, "conge")[0]->find("nature")->label == "congé de longue maladie, code supposé (CLM)");
  CHECK_THAT(s.describe("conges-sante", key(1)).title, !Contains("maladie"));
}

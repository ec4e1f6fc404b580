// The Harpège profile: which end counts, what was annulled, whose birth is known, who is still in post.
#include "shipped.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace {

void person(Shipped& s, int no, const std::string& born = "'1952-02-29T00:00:00'", bool staff = true) {
  s.add(
      "INDIVIDU",
      "NO_INDIVIDU, C_CIVILITE, NOM_USUEL, NOM_PATRONYMIQUE, PRENOM, D_NAISSANCE, D_CREATION, D_MODIFICATION",
      fmt::format(
          "{}, 'MME', 'LE BRAS', 'TANGUY', 'Yvonne', {}, '2001-01-01T00:00:00', '2025-12-31T00:00:00'", no,
          born));
  if (staff) s.add("PERSONNEL", "NO_DOSSIER_PERS", std::to_string(no));
}
void career(Shipped& s, int no, const std::string& from, const std::string& to) {
  s.add("CARRIERE", "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, C_TYPE_POPULATION, D_DEB_CARRIERE, D_FIN_CARRIERE",
        fmt::format("{}, 1, 'SA', '{}', {}", no, from, to));
}
void contract(Shipped& s, int no, int amendment, const std::string& from, const std::string& planned,
              const std::string& executed, const std::string& annulled = "'N'") {
  s.db.exec(
      fmt::format("INSERT INTO CONTRAT_TRAVAIL (NO_DOSSIER_PERS, NO_CONTRAT_TRAVAIL, C_TYPE_CONTRAT_TRAV) "
                  "SELECT {0}, 1, 'AT' "
                  "WHERE NOT EXISTS (SELECT 1 FROM CONTRAT_TRAVAIL WHERE NO_DOSSIER_PERS = {0})",
                  no));
  s.add("CONTRAT_AVENANT",
        "NO_DOSSIER_PERS, NO_CONTRAT_TRAVAIL, NO_AVENANT, D_DEB_CONTRAT_TRAV, D_FIN_CONTRAT_TRAV, "
        "D_FIN_EXECUTION, "
        "TEM_ANNULATION",
        fmt::format("{}, 1, {}, '{}', {}, {}, {}", no, amendment, from, planned, executed, annulled));
}

}  // namespace

TEST_CASE("Harpège: the profile loads and all its queries run on its own dictionary") {
  Shipped s("harpege");
  for (const auto& f : profiles::check_queries(s.app)) FAIL_CHECK(f.where << " " << f.message.english());
  for (const auto& f : s.reader().check()) FAIL_CHECK(f.where << " " << f.message.english());
}

TEST_CASE("Harpège: the queries run where everything optional is missing") {
  Shipped s("harpege");
  s.drop_optional();
  for (const auto& f : s.reader().check()) FAIL_CHECK(f.where << " " << f.message.english());
}

TEST_CASE("Harpège: no query of a record reads a table of the extract from end to end") {
  Shipped s("harpege");
  static_cast<void>(s.reader());
  // Structures above one structure; dates; the one row of facts; posts without a structure, read for one key
  // only.
  // The service record works on the periods of one agent (s, t, b, p, x).
  const std::vector<std::string> small{
      "m", "d", "v_date", "v_date_brute",  "fiche", "f", "compte", "ages", "tout_poste", "s", "t",
      "b", "p", "x",      "v_service_brut"};
  const std::function<void(const profiles::Node&)> visit = [&](const profiles::Node& node) {
    for (const auto& scan : full_scans(s.db, node.sql, small)) FAIL_CHECK(node.name << ": " << scan);
    for (const auto& child : node.children) visit(child);
  };
  for (const auto& record : s.app.records) visit(record.root);
  for (const auto& archive : s.app.archives)
    for (const auto& scan : full_scans(s.db, archive.facts, small)) FAIL_CHECK(archive.id << ": " << scan);
}

TEST_CASE("Harpège: the executed end of an amendment wins, and an annulled amendment proves nothing") {
  Shipped s("harpege");
  person(s, 1);
  contract(s, 1, 1, "2012-01-01", "'2014-12-31'", "NULL");
  contract(s, 1, 2, "2015-01-01", "'2019-12-31'", "NULL", "'O'");
  contract(s, 1, 3, "2015-01-01", "'2017-12-31'", "'2016-03-15'");
  const auto record = s.record("agent", key(1));
  const auto contracts = rows_of(record.root, "contrat");
  REQUIRE(contracts.size() == 1);
  CHECK(cell(*contracts[0], "debut") == "2012-01-01");
  CHECK(cell(*contracts[0], "fin") == "2016-03-15");
  REQUIRE(contracts[0]->children.size() == 3);
  CHECK(cell(contracts[0]->children[1], "etat") == "annulé");
  CHECK(cell(contracts[0]->children[2], "fin") == "2016-03-15");
  CHECK(cell(contracts[0]->children[2], "fin_prevue") == "2017-12-31");
  // The dates of the annulled amendment are still in the file.
  CHECK(date_or(s.describe("dossiers-contractuels", key(1)).rules[1].start) == "2019-12-31");
}

TEST_CASE("Harpège: elements of career are kept, annulled and provisional ones flagged") {
  Shipped s("harpege");
  person(s, 1);
  career(s, 1, "1990-09-01", "'2014-08-31'");
  s.add("CORPS", "C_CORPS, LL_CORPS", "'301', 'MAITRES DE CONFERENCES'");
  const std::string columns =
      "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, NO_SEQ_ELEMENT, C_CORPS, D_EFFET_ELEMENT, TEM_PROVISOIRE, "
      "D_ANNULATION";
  s.add("ELEMENT_CARRIERE", columns, "1, 1, 1, '301 ', '1990-09-01T00:00:00', 'N', NULL");
  s.add("ELEMENT_CARRIERE", columns, "1, 1, 2, 'DA-A', '1995-09-01T00:00:00', 'N', '1996-01-10T00:00:00'");
  s.add("ELEMENT_CARRIERE", columns, "1, 1, 3, '301', '2000-09-01T00:00:00', 'O', NULL");
  const auto record = s.record("agent", key(1));
  const auto elements = rows_of(record.root, "element");
  REQUIRE(elements.size() == 3);
  CHECK(cell(*elements[0], "corps") == "MAITRES DE CONFERENCES (301)");
  CHECK(cell(*elements[0], "etat") == "valide");
  CHECK(cell(*elements[1], "corps") == "code inconnu : DA-A");
  CHECK(cell(*elements[1], "etat") == "annulé");
  CHECK(cell(*elements[1], "date_annulation") == "1996-01-10");
  CHECK(cell(*elements[2], "etat") == "provisoire");
}

TEST_CASE("Harpège: 80 years from a real birth, a birth of convenience or unknown starts nothing") {
  Shipped s("harpege");
  const std::map<int, std::string> births{{1, "'1952-02-29T00:00:00'"},
                                          {2, "'1900-01-01T00:00:00'"},
                                          {3, "'1111-11-11T00:00:00'"},
                                          {4, "'9999-12-31T00:00:00'"},
                                          {5, "NULL"},
                                          {6, "'2026-07-01'"},  // the day after the extraction
                                          {7, "'2027'"}};
  for (const auto& [no, born] : births) {
    person(s, no, born);
    career(s, no, "1974-09-01T00:00:00", "'2014-08-31T00:00:00'");
    const auto unit = s.describe("dossiers-agents", key(no));
    INFO(born);
    CHECK(unit.rules[0].rule->code == "DUA_AGENT_80");
    CHECK(date_or(unit.rules[0].start) == (no == 1 ? "1952-02-29" : "none"));
    CHECK(date_or(unit.rules[0].end) == (no == 1 ? "2032-02-29" : "none"));
    CHECK(unit.rules[0].final_action == "Keep");
    CHECK(unit.rules[1].rule->code == "COM_VIE_PRIVEE_50");
    CHECK(date_or(unit.rules[1].start) == "2014-08-31");
    CHECK_THAT(unit.title, Contains(no == 1 ? "le 29/02/1952" : "date de naissance inconnue"));
  }
}

TEST_CASE("Harpège: a birth known by its year or month starts on the last day of it") {
  Shipped s("harpege");
  const std::vector<std::array<std::string, 4>> births{
      {"'1952'", "1952-12-31", "2032-12-31", ", née en 1952"},
      {"'1952-02'", "1952-02-29", "2032-02-29", ", née en 02/1952"},
      {"'1953-02'", "1953-02-28", "2033-02-28", ", née en 02/1953"},
      {"'1900'", "none", "none", ", date de naissance inconnue"},
  };
  s.add("CIVILITE", "C_CIVILITE, L_CIVILITE, SEXE", "'MME  ', 'MADAME', 'F'");
  for (int no = 1; const auto& [born, start, end, title] : births) {
    person(s, no, born);
    career(s, no, "1974-09-01T00:00:00", "'2012-02-29T00:00:00'");
    const auto unit = s.describe("dossiers-agents", key(no++));
    INFO(born);
    CHECK(date_or(unit.rules[0].start) == start);
    CHECK(date_or(unit.rules[0].end) == end);
    CHECK_THAT(unit.title, EndsWith(title));
    // Fifty years after a leap day, on the last day of February, as VITAM counts.
    CHECK(date_or(unit.rules[1].start) == "2012-02-29");
    CHECK(date_or(unit.rules[1].end) == "2062-02-28");
  }
}

TEST_CASE("Harpège: who is still in post stays, and everyone has a reason") {
  Shipped s("harpege");
  for (int no = 1; no <= 9; ++no) person(s, no, "'1960-01-01T00:00:00'", no != 6);
  career(s, 1, "1990-01-01", "'2010-01-01'");
  career(s, 2, "1990-01-01", "NULL");
  contract(s, 3, 1, "2020-01-01", "NULL", "NULL");                  // open-ended
  contract(s, 4, 1, "2020-01-01", "'2030-12-31'", "'2024-06-30'");  // the executed end wins: gone
  contract(s, 5, 1, "2020-01-01", "'2030-12-31'", "NULL", "'O'");   // annulled: not in post
  career(s, 7, "1990-01-01", "NULL");
  s.db.exec("UPDATE INDIVIDU SET D_DECES = '2011-05-01T00:00:00' WHERE NO_INDIVIDU = 7");
  const std::string columns = "NO_SEQ_AFFECTATION, NO_DOSSIER_PERS, C_STRUCTURE, D_DEB_AFFECTATION";
  s.add("AFFECTATION", columns, "1, 8, 'DSI', '2020-01-01'");
  s.add("AFFECTATION", columns, "2, 1, 'DSI', '1990-01-01'");  // left open after the career ended
  auto all = s.candidates("dossiers-agents");
  CHECK(all.size() == 3);
  all.merge(s.candidates("dossiers-contractuels"));
  const auto reason = [&](const std::string& k) { return all.at(k).left_out.value_or(""); };
  CHECK(all.size() == 9);
  for (const auto* gone : {"[1]", "[4]", "[5]", "[7]"}) CHECK(reason(gone).empty());
  CHECK_THAT(reason("[2]"), Contains("carrière"));
  CHECK_THAT(reason("[3]"), Contains("contrat"));
  CHECK_THAT(reason("[6]"), Contains("Pas d'agent"));
  CHECK_THAT(reason("[8]"), Contains("affectation"));
  CHECK_THAT(reason("[9]"), Contains("Dossier vide"));
}

TEST_CASE("Harpège: a date of audit of after the extraction sends nobody away, no date at all neither") {
  const std::string dates = GENERATE("D_MODIFICATION = '2062-03-01T00:00:00' WHERE NO_INDIVIDU = 3",
                                     "D_MODIFICATION = '2026-07-01T00:00:00' WHERE NO_INDIVIDU = 3",
                                     "D_CREATION = NULL, D_MODIFICATION = NULL");
  CAPTURE(dates);
  Shipped s("harpege");  // extracted on 2026-06-30
  for (int no = 1; no <= 3; ++no) person(s, no);
  contract(s, 1, 1, "2024-09-01", "'2026-06-30'", "NULL");  // to the day of the extraction
  contract(s, 2, 1, "2024-09-01", "'2027-08-31'", "NULL");
  contract(s, 3, 1, "2010-09-01", "'2011-08-31'", "NULL");
  s.db.exec("UPDATE INDIVIDU SET " + dates);
  const auto all = s.candidates("dossiers-contractuels");
  CHECK_THAT(all.at("[1]").left_out.value_or(""), Contains("Encore en poste"));
  CHECK_THAT(all.at("[2]").left_out.value_or(""), Contains("Encore en poste"));
  CHECK_FALSE(all.at("[3]").left_out);
}

TEST_CASE(
    "Harpège: a structure is closed when all its lines are, and dated by nothing that is only planned") {
  Shipped s("harpege");  // extracted on 2026-06-30
  const std::string structure = "C_STRUCTURE, LL_STRUCTURE, DATE_OUVERTURE, DATE_FERMETURE";
  s.add("STRUCTURE", structure, "'DRH', 'RESSOURCES HUMAINES', '1971-01-01', NULL");
  s.add("STRUCTURE", structure, "'DRH', 'RESSOURCES HUMAINES', '1971-01-01', '1999-12-31'");
  s.add("STRUCTURE", structure, "'OLD', 'ANCIENNE', '1971-01-01', '1998-12-31'");
  s.add("STRUCTURE", structure, "'OLD', 'ANCIENNE', '1971-01-01', '1999-12-31'");
  s.add("STRUCTURE", structure, "'SOON', 'EN SURSIS', '1971-01-01', '2027-08-31'");
  s.add("AFFECTATION",
        "NO_SEQ_AFFECTATION, NO_DOSSIER_PERS, C_STRUCTURE, D_DEB_AFFECTATION, D_FIN_AFFECTATION",
        "1, 1, 'DRH', '2020-01-01', '2027-08-31'");
  const auto open = s.describe("structures-emplois", records::Key{{std::string("DRH")}});
  CHECK(date_or(open.rules[0].start) == "none");
  CHECK(date_or(open.rules[1].start) == "1971-01-01");
  CHECK(date_or(open.end) == "2020-01-01");
  const auto closed = s.describe("structures-emplois", records::Key{{std::string("OLD")}});
  CHECK(date_or(closed.rules[0].start) == "1999-12-31");
  const auto soon = s.describe("structures-emplois", records::Key{{std::string("SOON")}});
  CHECK(date_or(soon.rules[0].start) == "none");
  CHECK_THAT(soon.description, Contains("prévue après"));
}

TEST_CASE("Harpège: every person is a candidate of one of the two kinds of files, never of both") {
  Shipped s("harpege");
  for (int no = 1; no <= 7; ++no) person(s, no, "'1960-01-01T00:00:00'", no != 7);
  career(s, 1, "1990-01-01", "'2010-01-01'");
  contract(s, 2, 1, "2020-01-01", "'2020-12-31'", "NULL");
  career(s, 3, "1990-01-01", "'2010-01-01'");  // a contract, then a career: one file
  contract(s, 3, 1, "1988-01-01", "'1989-12-31'", "NULL");
  for (int no : {4, 5}) career(s, no, "1990-01-01", "'2010-01-01'");
  s.db.exec("UPDATE CARRIERE SET C_TYPE_POPULATION = 'CC ' WHERE NO_DOSSIER_PERS = 4");
  s.db.exec("UPDATE CARRIERE SET C_TYPE_POPULATION = NULL WHERE NO_DOSSIER_PERS = 5");
  s.add("AFFECTATION",
        "NO_SEQ_AFFECTATION, NO_DOSSIER_PERS, C_STRUCTURE, D_DEB_AFFECTATION, D_FIN_AFFECTATION",
        "1, 6, 'DSI', '2019-01-01', '2019-06-30'");  // neither career nor contract
  const auto civil = s.candidates("dossiers-agents");
  const auto others = s.candidates("dossiers-contractuels");
  for (int no = 1; no <= 7; ++no) {
    INFO(no);
    const auto k = fmt::format("[{}]", no);
    CHECK(civil.count(k) + others.count(k) == 1);
    CHECK(civil.count(k) == (no == 1 || no == 3 || no == 5 ? 1 : 0));
  }
  CHECK_THAT(others.at("[7]").left_out.value_or(""), Contains("Pas d'agent"));
  const auto career_of = s.describe("dossiers-contractuels", key(4));
  CHECK(career_of.rules[0].rule->code == "DUA_CONTRACTUEL_80");
  CHECK_THAT(career_of.description, Contains("Contractuel géré par une carrière."));
  CHECK_THAT(s.describe("dossiers-contractuels", key(6)).description, Contains("Statut non établi"));
  CHECK_THAT(s.describe("dossiers-contractuels", key(2)).description, !Contains("Statut"));
}

TEST_CASE(
    "Harpège: leaves, probation, earlier services, departure: dates and codes, and they date the file") {
  Shipped s("harpege");
  person(s, 1);
  career(s, 1, "1990-09-01", "'2014-08-31'");
  const std::string leave = "NO_DOSSIER_PERS, C_CGE_MOD, D_DEB_CGE_MOD, D_FIN_CGE_MOD, D_FIN_EXE_CGE_MOD";
  s.add("CGE_MOD_AGT", leave, "1, 'TEMPS_PARTIEL  ', '2000-01-01', '2001-12-31', '2001-06-30'");
  s.add("CGE_MOD_AGT", leave, "1, 'CLM', '2003-01-01', '2003-12-31', NULL");
  s.add("CGE_MOD_AGT", leave, "1, 'XYZ', '2004-01-01', '2004-12-31', NULL");
  s.add("STAGE",
        "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, C_CORPS, D_DEB_STAGE, D_FIN_STAGE, DATE_TITULARISATION, "
        "TEM_RENOUVELLEMENT",
        "1, 1, '301', '1990-09-01', '1991-08-31', '1991-09-01', 'N'");
  s.add("PASSE", "NO_DOSSIER_PERS, D_DEB_PASSE, D_FIN_PASSE", "1, '1985-10-01', '1990-08-31'");
  s.add("VALIDATION_SERVICES", "NO_DOSSIER_PERS, D_DEB_VALIDATION, D_FIN_VALIDATION, D_VALIDATION",
        "1, '1985-10-01', '1988-09-30', '1995-04-03'");
  s.add("DEPART", "NO_DOSSIER_PERS, D_EFFET_DEPART", "1, '2014-09-01T00:00:00'");
  const auto record = s.record("agent", key(1));
  const auto leaves = rows_of(record.root, "conge");
  REQUIRE(leaves.size() == 3);
  CHECK(leaves[0]->cells[0].label == "temps partiel");
  CHECK(cell(*leaves[0], "fin") == "2001-06-30");
  CHECK(cell(*leaves[0], "fin_prevue") == "2001-12-31");
  CHECK(cell(*leaves[1], "nature") == "NULL");  // it touches health: read apart
  CHECK(cell(*leaves[2], "nature") == "NULL");  // nobody knows what it is: it may
  const auto health = rows_of(record.root, "conge_sante");
  REQUIRE(health.size() == 2);
  CHECK(cell(*health[0], "nature") == "CLM");
  CHECK(health[0]->cells[0].label == "congé de longue maladie, code supposé (CLM)");  // said to be supposed
  CHECK(health[1]->cells[0].label == "code inconnu");
  CHECK(leaves[1]->node->fields.size() == 4);  // nature and dates: no reason, no diagnosis
  CHECK(cell(*rows_of(record.root, "stage").at(0), "corps") == "code inconnu : 301");
  CHECK(cell(*rows_of(record.root, "stage").at(0), "titularisation") == "1991-09-01");
  CHECK(cell(*rows_of(record.root, "service_anterieur").at(0), "fin") == "1990-08-31");
  CHECK(cell(*rows_of(record.root, "service_valide").at(0), "validation") == "1995-04-03");
  CHECK(cell(*rows_of(record.root, "depart").at(0), "effet") == "2014-09-01");
  const auto unit = s.describe("dossiers-agents", key(1));
  CHECK(date_or(unit.start) == "1985-10-01");
  CHECK(date_or(unit.rules[1].start) == "2014-09-01");
}

TEST_CASE("Harpège: the service record cuts periods at each change, and counts gaps and overlaps") {
  Shipped s("harpege");
  person(s, 1);
  career(s, 1, "2000-01-01", "'2010-12-31'");
  contract(s, 1, 1, "1998-01-01", "'1998-12-31'", "NULL");  // a gap of one year, leap days apart: 1999
  contract(s, 1, 2, "2010-12-01", "'2011-03-31'", "'2011-02-28'");
  contract(s, 1, 3, "2015-01-01", "'2015-12-31'", "NULL", "'O'");  // annulled: no service
  s.add("TYPE_POPULATION", "C_TYPE_POPULATION, LL_TYPE_POPULATION", "'SA', 'ENSEIGNANTS-CHERCHEURS'");
  s.add("POSITION", "C_POSITION, LL_POSITION, TEM_ACTIVITE", "'ACTI', 'ACTIVITE', 'O'");
  s.add("POSITION", "C_POSITION, LL_POSITION, TEM_ACTIVITE", "'DISP', 'DISPONIBILITE', 'N'");
  const std::string position = "NO_DOSSIER_PERS, C_POSITION, D_DEB_POSITION, D_FIN_POSITION";
  s.add("CHANGEMENT_POSITION", position, "1, 'ACTI', '2000-01-01', '2003-12-31'");
  s.add("CHANGEMENT_POSITION", position, "1, 'DISP', '2004-01-01', '2004-12-31'");
  s.add("CHANGEMENT_POSITION", position, "1, 'ACTI', '2005-01-01', '2010-12-31'");
  const std::string leave = "NO_DOSSIER_PERS, C_CGE_MOD, D_DEB_CGE_MOD, D_FIN_CGE_MOD, D_FIN_EXE_CGE_MOD";
  s.add("CGE_MOD_AGT", leave, "1, 'TEMPS_PARTIEL', '2007-01-01', '2007-12-31', NULL");
  s.add("CGE_MOD_AGT", leave, "1, 'CLM', '2008-01-01', '2008-06-30', NULL");  // health: not here
  const auto root = s.record("agent", key(1)).root;
  const auto statement = rows_of(root, "etat_services");
  REQUIRE(statement.size() == 1);
  // By hand: 1998 (365) + 2000 to 2010 (4018) + 1 January to 28 February 2011 (59); 1999 is missing (365);
  // the contract of December 2010 overlaps the career for 31 days; 2004 (366) is leave without pay.
  CHECK(cell(*statement[0], "premier_jour") == "1998-01-01");
  CHECK(cell(*statement[0], "dernier_jour") == "2011-02-28");
  CHECK(cell(*statement[0], "jours_couverts") == "4442");
  CHECK(cell(*statement[0], "jours_interruption") == "365");
  // « Dont… » follows what it is a part of: an interruption is none of the days that are covered.
  bool part_of_covered = false;
  for (const auto& value : statement[0]->cells) {
    const auto& label = value.field->label;
    if (label.starts_with("Jours")) part_of_covered = label.starts_with("Jours couverts");
    if (label.starts_with("Dont")) CHECK(part_of_covered);
  }
  CHECK(cell(*statement[0], "jours_chevauchement") == "31");
  CHECK(cell(*statement[0], "jours_sans_activite") == "366");
  CHECK(cell(*statement[0], "periodes_ecartees") == "0");
  std::vector<std::string> lines;
  int days = 0;
  for (const auto* p : rows_of(*statement[0], "periode")) {
    lines.push_back(cell(*p, "debut") + " " + cell(*p, "fin") + " " + cell(*p, "etat"));
    days += std::stoi(cell(*p, "jours"));
  }
  CHECK(lines == std::vector<std::string>{
                     "1998-01-01 1998-12-31 services", "1999-01-01 1999-12-31 interruption",
                     "2000-01-01 2003-12-31 services", "2004-01-01 2004-12-31 position sans activité",
                     "2005-01-01 2006-12-31 services", "2007-01-01 2007-12-31 services",
                     "2008-01-01 2010-11-30 services", "2010-12-01 2010-12-31 chevauchement",
                     "2011-01-01 2011-02-28 services"});
  CHECK(days == 4442 + 365);
  const auto periods = rows_of(*statement[0], "periode");
  CHECK(cell(*periods[2], "services") == "carrière : ENSEIGNANTS-CHERCHEURS");
  CHECK(cell(*periods[5], "modalite") == "temps partiel");
  CHECK(cell(*periods[6], "modalite") == "NULL");
  CHECK(cell(*periods[7], "services") ==
        "carrière : ENSEIGNANTS-CHERCHEURS ; contrat n° 1 : code inconnu : AT");
  CHECK(cell(*periods[7], "position") == "ACTIVITE");
}

TEST_CASE("Harpège: the service record counts no impossible period, no end that is not there, nobody else") {
  Shipped s("harpege");
  for (int no = 1; no <= 4; ++no) person(s, no);
  contract(s, 1, 1, "1008-09-01", "'2009-02-28'", "NULL");
  career(s, 1, "2010-01-01", "NULL");
  contract(s, 2, 1, "2010-01-01", "'2009-12-31'", "NULL");  // the wrong way round, and nothing else
  contract(s, 3, 1, "2012-01-01", "'2012-12-31'", "NULL");
  contract(s, 3, 2, "2012-07-01", "'2013-12-31'", "NULL");  // an amendment of the same contract: one service
  const auto of = [&](int no) { return s.record("agent", key(no)).root; };
  const auto one = of(1), two = of(2), three = of(3), four = of(4);
  REQUIRE(rows_of(one, "etat_services").size() == 1);
  CHECK(cell(*rows_of(one, "etat_services")[0], "periodes_ecartees") == "1");
  CHECK(cell(*rows_of(one, "etat_services")[0], "dernier_jour") == "NULL");
  CHECK(cell(*rows_of(one, "etat_services")[0], "jours_couverts") == "NULL");
  CHECK(cell(*rows_of(one, "periode").at(0), "fin") == "NULL");
  CHECK(cell(*rows_of(two, "etat_services").at(0), "periodes_ecartees") == "1");
  CHECK(rows_of(two, "periode").empty());
  CHECK(cell(*rows_of(three, "etat_services").at(0), "jours_couverts") == "731");  // 2012 is a leap year
  CHECK(cell(*rows_of(three, "etat_services").at(0), "jours_chevauchement") == "0");
  CHECK(rows_of(four, "etat_services").empty());
}

TEST_CASE("Harpège: chevrons, pay scale, CNU sections, disciplines, research leave, index of a contract") {
  Shipped s("harpege");
  person(s, 1);
  career(s, 1, "1990-09-01", "'2014-08-31'");
  const std::string grade = "C_GRADE, LL_GRADE, ECHELLE, D_OUVERTURE, D_FERMETURE";
  s.add("GRADE", grade, "'3011', 'ANCIEN GRADE', '6', '1980-01-01', '1999-12-31'");
  s.add("GRADE", grade, "'3011', 'GRADE REPRIS', NULL, '2000-01-01', NULL");
  const std::string element =
      "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, NO_SEQ_ELEMENT, C_GRADE, C_ECHELON, D_EFFET_ELEMENT";
  s.add("ELEMENT_CARRIERE", element, "1, 1, 1, '3011', '01', '1990-09-01T00:00:00'");
  s.add("ELEMENT_CARRIERE", element, "1, 1, 2, '3011', 'HE', '2005-09-01T00:00:00'");
  for (const auto* chevron : {"A2", "A1", "A1"})
    s.add("EVOLUTION_CHEVRON", "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, NO_SEQ_ELEMENT, C_CHEVRON",
          fmt::format("1, 1, 2, '{}'", chevron));
  const std::string section =
      "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, D_DEB, D_FIN, C_SECTION_CNU, C_SOUS_SECTION_CNU, C_SPECIALITE_CNU";
  s.add("PERIODES_SP_CNU", section, "1, 1, '2000-01-01', NULL, '27', '00', '000'");
  s.add("PERIODES_SP_CNU", section, "1, 1, '1990-09-01', '1999-12-31', '42', '01', '007'");
  s.add("PERIODES_SP_CNU", section, "1, 2, '1990-09-01', NULL, '60', '00', '000'");  // another career
  s.add("PERIODES_SP_SD_DEG", "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, D_DEB, C_DISC_SECOND_DEGRE",
        "1, 1, '1990-09-01', '1700'");
  s.add("CRCT", "NO_DOSSIER_PERS, C_SECTION_CNU", "1, '27'");
  contract(s, 1, 1, "1988-01-01", "'1989-12-31'", "NULL");
  s.db.exec("UPDATE CONTRAT_AVENANT SET INDICE_CONTRAT = 379");
  const auto root = s.record("agent", key(1)).root;
  const auto elements = rows_of(root, "element");
  REQUIRE(elements.size() == 2);
  CHECK(cell(*elements[0], "grade") == "ANCIEN GRADE (3011)");  // the label of the time
  CHECK(cell(*elements[0], "echelle") == "6");
  CHECK(cell(*elements[1], "grade") == "GRADE REPRIS (3011)");
  CHECK(cell(*elements[1], "echelle") == "NULL");
  CHECK(cell(*elements[1], "chevrons") == "A1, A2");
  const auto sections = rows_of(root, "section");
  REQUIRE(sections.size() == 2);
  CHECK(cell(*sections[0], "section_cnu") == "42");
  CHECK(cell(*sections[0], "specialite_cnu") == "007");
  CHECK(cell(*sections[1], "sous_section_cnu") == "NULL");
  CHECK(cell(*rows_of(root, "discipline").at(0), "discipline") == "1700");
  CHECK(cell(*rows_of(root, "crct").at(0), "section_cnu") == "27");
  CHECK(cell(*rows_of(root, "avenant").at(0), "indice") == "379");
}

TEST_CASE("Harpège: an assignment says its structure, those above it, and its title") {
  Shipped s("harpege");
  person(s, 1);
  const std::string structure = "C_STRUCTURE, C_STRUCTURE_PERE, LL_STRUCTURE";
  s.add("STRUCTURE", structure, "'UNIV', 'DSI', 'UNIVERSITE'");  // a loop
  s.add("STRUCTURE", structure, "'DSI', 'UNIV', 'INFORMATIQUE'");
  for (int twice = 0; twice < 2; ++twice)
    s.add("OCCUPATION", "NO_DOSSIER_PERS, NO_OCCUPATION, NO_CONTRAT_TRAVAIL", "1, 7, 2");
  s.add("AFFECTATION",
        "NO_SEQ_AFFECTATION, NO_DOSSIER_PERS, NO_OCCUPATION, C_STRUCTURE, D_DEB_AFFECTATION, "
        "NUM_QUOT_AFFECTATION, "
        "DEN_QUOT_AFFECTATION",
        "1, 1, 7, 'DSI', '2020-01-01', 50, 100");
  const auto record = s.record("agent", key(1));
  const auto rows = rows_of(record.root, "affectation");
  REQUIRE(rows.size() == 1);
  CHECK(cell(*rows[0], "structure") == "INFORMATIQUE (DSI)");
  CHECK_THAT(cell(*rows[0], "rattachement"), Contains("UNIVERSITE"));
  CHECK(cell(*rows[0], "quotite") == "50/100");
  CHECK(cell(*rows[0], "voie") == "contrat n° 2");
}

TEST_CASE("Harpège: one table of careers per corps, with all its lines") {
  Shipped s("harpege");
  person(s, 1);
  person(s, 2, "'1980-12-31T00:00:00'");
  career(s, 1, "1990-09-01", "'2014-08-31'");
  career(s, 2, "2005-09-01", "NULL");  // still in post: the table has everyone
  s.db.exec("UPDATE INDIVIDU SET NOM_PATRONYMIQUE = 'ABALAIN' WHERE NO_INDIVIDU = 2");
  s.add("TYPE_POPULATION", "C_TYPE_POPULATION, LL_TYPE_POPULATION", "'SA', 'ENSEIGNANTS-CHERCHEURS'");
  const std::string corps = "C_CORPS, LL_CORPS, C_TYPE_CORPS, C_CATEGORIE";
  s.add("CORPS", corps, "'301', 'MAITRES DE CONFERENCES', 'SA', 'A'");
  s.add("CORPS", corps, "'999', 'INSPECTEURS', 'IA', 'A'");
  const std::string columns =
      "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, NO_SEQ_ELEMENT, C_CORPS, D_EFFET_ELEMENT, D_FIN_ELEMENT, "
      "TEM_PROVISOIRE, D_ANNULATION";
  s.add("ELEMENT_CARRIERE", columns, "1, 1, 1, '301 ', '1990-09-01', '2000-08-31', 'N', NULL");
  s.add("ELEMENT_CARRIERE", columns, "1, 1, 2, '301', '2000-09-01', '2014-08-31', 'N', '2001-01-10'");
  s.add("ELEMENT_CARRIERE", columns, "2, 1, 1, '301', '2005-09-01', NULL, 'N', NULL");
  s.add("ELEMENT_CARRIERE", columns, "1, 1, 3, 'ZZ', '2001-01-01', '9999-12-31', 'N', NULL");
  s.add("ELEMENT_CARRIERE", columns, "2, 1, 2, NULL, '1111-11-11', NULL, 'O', NULL");
  const auto all = s.candidates("tableau-carrieres");
  REQUIRE(all.size() == 4);
  CHECK_THAT(all.at("[\"999\"]").left_out.value_or(""), Contains("aucun élément de carrière"));
  const auto code = [](const std::string& c) { return records::Key{{c}}; };
  const auto unit = s.describe("tableau-carrieres", code("301"));
  CHECK(unit.title == "Tableau récapitulatif des carrières, MAITRES DE CONFERENCES (301)");
  CHECK_THAT(unit.description, Contains("2 agents, 3 éléments de carrière"));
  CHECK(unit.rules[0].rule->code == "DUA_TABLEAU_CARRIERES_80");
  CHECK(date_or(unit.rules[0].start) == "1980-12-31");
  CHECK(date_or(unit.rules[0].end) == "2060-12-31");
  CHECK(date_or(unit.start) == "1990-09-01");
  CHECK(date_or(unit.rules[1].start) == "2014-08-31");
  CHECK(*(all.at("[\"301\"]").facts.at("population")) == "ENSEIGNANTS-CHERCHEURS");
  CHECK(s.describe("tableau-carrieres", code("ZZ")).title ==
        "Tableau récapitulatif des carrières, corps inconnu (code ZZ)");
  CHECK(date_or(s.describe("tableau-carrieres", code("ZZ")).end) == "2001-01-01");
  const auto unsaid = s.describe("tableau-carrieres", code(""));
  CHECK(unsaid.file_name == "tableau-carrieres-non-renseigne.xml");
  CHECK(date_or(unsaid.rules[1].start) == "none");
  const auto record = s.record("tableau", code("301"));
  CHECK(cell(record.root, "agents") == "2");
  const auto lines = rows_of(record.root, "ligne");
  REQUIRE(lines.size() == 3);
  CHECK(cell(*lines[0], "nom_naissance") == "ABALAIN");
  CHECK(cell(*lines[1], "naissance") == "le 29/02/1952");
  CHECK(cell(*lines[1], "population") == "ENSEIGNANTS-CHERCHEURS (SA)");
  CHECK(cell(*lines[2], "etat") == "annulé");
  const auto unnamed = s.record("tableau", code(""));
  CHECK(rows_of(unnamed.root, "ligne").size() == 1);
}

TEST_CASE("Harpège: one birth of convenience, and the table of careers has no start") {
  Shipped s("harpege");
  for (int no = 1; no <= 2; ++no) {
    person(s, no, no == 1 ? "'1960-01-01'" : "'1900-01-01'");
    career(s, no, "1990-09-01", "'2014-08-31'");
    s.add("ELEMENT_CARRIERE",
          "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, NO_SEQ_ELEMENT, C_CORPS, D_EFFET_ELEMENT, D_FIN_ELEMENT",
          fmt::format("{}, 1, 1, '301', '1990-09-01', '2014-08-31'", no));
  }
  const auto unit = s.describe("tableau-carrieres", records::Key{{std::string("301")}});
  CHECK(date_or(unit.rules[0].start) == "none");
  CHECK(unit.rules[0].final_action == "Keep");
}

TEST_CASE("Harpège: structures with their dates, branch and posts, and posts that no structure has") {
  Shipped s("harpege");
  const std::string structure = "C_STRUCTURE, C_STRUCTURE_PERE, LL_STRUCTURE, DATE_OUVERTURE, DATE_FERMETURE";
  s.add("STRUCTURE", structure, "'UNIV', NULL, 'UNIVERSITE', '1971-01-01', NULL");
  s.add("STRUCTURE", structure, "'SG', 'UNIV  ', 'SERVICES CENTRAUX', '1971-01-01', '9999-12-31'");
  s.add("STRUCTURE", structure, "'FC  ', 'SG', 'FORMATION CONTINUE', '1980-01-01', '2012-02-29T00:00:00'");
  for (int post = 1; post <= 3; ++post)
    s.add("POSTE", "NO_POSTE, C_SECTION_CNU", fmt::format("{}, '27'", post));
  const std::string occupation = "NO_DOSSIER_PERS, NO_OCCUPATION, NO_POSTE";
  const std::string assignment =
      "NO_SEQ_AFFECTATION, NO_DOSSIER_PERS, NO_OCCUPATION, C_STRUCTURE, D_DEB_AFFECTATION, D_FIN_AFFECTATION";
  s.add("OCCUPATION", occupation, "1, 1, 1");
  s.add("OCCUPATION", occupation, "2, 2, 1");
  s.add("OCCUPATION", occupation, "3, 3, 2");
  s.add("OCCUPATION", occupation, "4, 4, NULL");
  s.add("AFFECTATION", assignment, "1, 1, 1, 'FC', '1990-01-01', '1995-12-31'");
  s.add("AFFECTATION", assignment, "2, 2, 2, 'FC', '1996-01-01', '2013-06-30'");
  s.add("AFFECTATION", assignment, "3, 3, 3, 'LABO', '1996-01-01', NULL");
  s.add("AFFECTATION", assignment, "4, 4, 4, 'PERDU', '1996-01-01', NULL");
  const auto all = s.candidates("structures-emplois");
  REQUIRE(all.size() == 6);
  CHECK_THAT(all.at("[\"PERDU\"]").left_out.value_or(""), Contains("aucun poste"));
  const auto code = [](const std::string& c) { return records::Key{{c}}; };
  const auto branch = [&](const std::string& c) { return *(all.at("[\"" + c + "\"]").facts.at("branche")); };
  CHECK(branch("FC") == "SERVICES CENTRAUX");
  CHECK(branch("UNIV") == "Établissement");
  const auto closed = s.describe("structures-emplois", code("FC"));
  CHECK(closed.title == "FORMATION CONTINUE (FC)");
  CHECK(closed.rules[0].rule->code == "DUA_STRUCTURE_10");
  CHECK(date_or(closed.rules[0].start) == "2013-06-30");  // the assignment outlived the closing
  CHECK(date_or(closed.rules[0].end) == "2023-06-30");
  CHECK(closed.rules[0].final_action == "Keep");
  CHECK_THAT(closed.description, Contains("citent encore"));
  CHECK(closed.rules[1].rule->code == "COM_IMMEDIATE");
  CHECK(date_or(closed.rules[1].start) == "1980-01-01");
  const auto open = s.describe("structures-emplois", code("SG"));
  CHECK(date_or(open.rules[0].start) == "none");
  CHECK(date_or(open.rules[1].start) == "1971-01-01");
  const auto record = s.record("structure", code("FC"));
  const auto rows = rows_of(record.root, "poste");
  REQUIRE(rows.size() == 1);
  CHECK(cell(*rows[0], "debut") == "1990-01-01");
  CHECK(cell(*rows[0], "fin") == "2013-06-30");
  CHECK(cell(record.root, "rattachement") == "SERVICES CENTRAUX / UNIVERSITE");
  const auto above = s.record("structure", code("UNIV"));
  CHECK(cell(*rows_of(above.root, "rattachee").at(0), "structure") == "SERVICES CENTRAUX (SG)");
  const auto lost = s.record("structure", code(""));
  REQUIRE(rows_of(lost.root, "poste").size() == 1);
  CHECK(cell(*rows_of(lost.root, "poste")[0], "poste") == "3");
  CHECK(s.describe("structures-emplois", code("LABO")).title == "Structure inconnue (code LABO)");
}

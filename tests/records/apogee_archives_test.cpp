// What Apogée has beside its students: deliberations, diplomas, theses, lists of a year, the offer.
#include "apogee_people.hpp"
#include "records/rendition.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

TEST_CASE(
    "Apogée: a deliberation holds its students and their own elements, those of other étapes excepted") {
  Shipped s("apogee");
  offer(s);
  student(s, 1, "ZOLA");
  student(s, 2, "ABEL");
  deliberated(s, 1, "2010", "T", "2011-06-20T09:00:00");
  deliberated(s, 2, "2010", "T", "2011-06-20T09:00:00", "AJ");
  const auto element = [&](int no, const std::string& code, const std::string& session) {
    s.add("RESULTAT_ELP", "COD_IND, COD_ELP, COD_ANU, COD_SES, COD_ADM, NOT_ELP",
          fmt::format("{}, '{}', '2010', '{}', '1', '11'", no, code, session));
  };
  const std::string contract = "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, COD_ELP";
  s.add("IND_CONTRAT_ELP", contract, "'2010', 1, 'L1', 1, 'MATH'");
  s.add("IND_CONTRAT_ELP", contract, "'2010', 1, 'DU', 1, 'BRETON'");
  element(1, "MATH", "1");
  element(1, "MATH", "2");
  element(1, "BRETON", "1");
  element(2, "OLD", "1");  // no contract at all, one étape only: his
  const auto record = s.record("deliberation", jury("2010"));
  CHECK(cell(record.root, "etape") == "Licence 1re année");
  CHECK(cell(record.root, "composante") == "UFR Sciences");
  CHECK(cell(record.root, "etudiants") == "2");
  CHECK(cell(record.root, "resultats_positifs") == "1");
  CHECK(cell(record.root, "publication") == "publiée");
  REQUIRE(record.root.children.size() == 2);
  CHECK(cell(record.root.children[0], "nom_naissance") == "ABEL");
  REQUIRE(record.root.children[0].children.size() == 1);
  CHECK(cell(record.root.children[0].children[0], "code_element") == "OLD");
  REQUIRE(record.root.children[1].children.size() == 1);
  CHECK(cell(record.root.children[1].children[0], "code_element") == "MATH");
}

TEST_CASE(
    "Apogée: finished deliberations with results are transferred, grouped by year, 50 years from their "
    "date") {
  Shipped s("apogee");
  offer(s);
  student(s, 1);
  deliberated(s, 1, "2010", "T", "2011-06-20T09:00:00");
  deliberated(s, 1, "2011", "E", "2012-06-20T09:00:00");
  s.add("GRP_RESULTAT_VET", "COD_ETP, COD_VRS_VET, COD_ANU, COD_SES, COD_ADM, ETA_AVC_VET",
        "'L1', 1, '2012', '1', '1', 'T'");
  const auto all = s.candidates("deliberations");
  CHECK(all.size() == 3);
  CHECK(reason(all, jury("2010").text()).empty());
  CHECK_THAT(reason(all, jury("2011").text()), Contains("encore modifiable (état E)"));
  CHECK_THAT(reason(all, jury("2012").text()), Contains("sans aucun résultat"));
  // Every state but a published one is left out with its own reason, until the archivist cites the signed
  // paper.
  deliberated(s, 1, "2013", "A", "2014-06-20T09:00:00");
  deliberated(s, 1, "2014", "T", "2015-06-20T09:00:00");
  s.add(
      "AVCT_OBJ_ANO",
      "COD_ANU, TYP_OBJ_AOA, COD_OBJ_AOA, COD_VRS_OBJ_AOA, COD_SES_OBJ_AOA, COD_ADM_OBJ_AOA, ETA_ANO_OBJ_AOA",
      "'2014', 'VET', 'L1', 1, '1', '1', 'V'");
  const auto later = s.candidates("deliberations");
  CHECK_THAT(reason(later, jury("2013").text()), Contains("état A, ou sans état"));
  CHECK_THAT(reason(later, jury("2014").text()), Contains("Anonymat"));
  CHECK(cell(s.record("deliberation", jury("2014")).root, "publication") == "délibération non publiée");
  const auto* archive = s.app.find_archive("deliberations");
  CHECK(archive->year == "cod_anu");
  for (const auto& l : archive->leave_out)
    CHECK(l.cited == (l.reason.find("sans aucun") == std::string::npos));
  CHECK(profiles::expand(archive->group_by, all.at(jury("2010").text()).facts, "test") == "2010/2011");
  const auto unit = s.describe("deliberations", jury("2010"));
  CHECK(unit.title == "Données de délibération, Licence 1re année (L1/1), 2010/2011, première session");
  CHECK(date_or(unit.rules[0].end) == "2061-06-20");
  CHECK(unit.rules[0].final_action == "Keep");
}

TEST_CASE("Apogée: diplomas delivered list the holders of a diploma and year, and nobody else") {
  Shipped s("apogee");
  offer(s);
  s.add("DIPLOME", "COD_DIP, LIB_DIP", "'LIC', 'Licence d''informatique'");
  s.add("VERSION_DIPLOME", "COD_DIP, COD_VRS_VDI, COD_CMP", "'LIC', 1, 'SCI'");
  for (int no = 1; no <= 4; ++no) student(s, no, no == 1 ? "ZOLA" : "ABEL");
  registered(s, 4, "2020");
  graduate(s, 1, "2010", "ADM ", "'2011-07-01T00:00:00'");
  graduate(s, 2, "2010", "ADM", "NULL");  // dated by the deliberation
  graduate(s, 3, "2010", "AJ", "NULL");
  graduate(s, 3, "2011", "AJ", "NULL");
  graduate(s, 4, "2012", "ADM", "'2013-07-01T00:00:00'", "E");  // not finished
  graduate(s, 4, "2020", "ADM", "'2021-07-01T00:00:00'");
  s.add("INDIVIDU", "COD_IND", "5");
  graduate(s, 5, "2009", "ADM", "'2010-07-01T00:00:00'");
  graduate(s, 1, "2009", "ADM", "'9999-12-31T00:00:00'");
  s.db.exec("UPDATE GRP_RESULTAT_VDI SET DAT_AVC_VDI = NULL WHERE COD_ANU = '2009'");
  const auto all = s.candidates("diplomes-delivres");
  CHECK(all.size() == 5);
  CHECK(reason(all, diplomas("2009").text()).empty());
  CHECK(reason(all, diplomas("2010").text()).empty());
  CHECK_THAT(reason(all, diplomas("2011").text()), Contains("Aucun titulaire"));
  CHECK_THAT(reason(all, diplomas("2012").text()), Contains("n'a pas été publié"));
  CHECK_THAT(reason(all, diplomas("2020").text()), Contains("en cours"));

  const auto record = s.record("diplomes_delivres", diplomas("2010"));
  CHECK(cell(record.root, "diplome") == "Licence d'informatique");
  CHECK(cell(record.root, "composante") == "UFR Sciences");
  CHECK(cell(record.root, "titulaires") == "2");
  const auto holders = rows_of(record.root, "titulaire");
  REQUIRE(holders.size() == 2);
  CHECK(cell(*holders[0], "nom_naissance") == "ABEL");
  CHECK(cell(*holders[0], "date_naissance") == "1980-02-29");
  CHECK(cell(*holders[1], "date_obtention") == "2011-07-01");
  CHECK(cell(*holders[1], "resultat_libelle") == "Admis");

  const auto unit = s.describe("diplomes-delivres", diplomas("2010"));
  CHECK(unit.title == "Données des diplômes délivrés, Licence d'informatique (LIC/1), 2010/2011");
  CHECK_THAT(unit.description, Contains("Résultats tenus pour positifs : Admis (ADM)."));
  CHECK(date_or(unit.start) == "2011-07-01");
  CHECK(unit.rules[0].rule->code == "DUA_DIPLOME_50");
  CHECK(unit.rules[0].final_action == "Keep");
  CHECK(date_or(unit.rules[0].start) == "2011-07-12");
  CHECK(date_or(unit.rules[1].start) == "2011-07-12");
  // One holder of 2009 has no date that means anything: the latest delivery is not known.
  const auto undated = s.describe("diplomes-delivres", diplomas("2009"));
  CHECK(date_or(undated.start) == "2010-07-01");
  CHECK(date_or(undated.rules[0].start) == "none");
  CHECK(date_or(undated.rules[1].start) == "none");
}

TEST_CASE("Apogée: theses that were defended are transferred, the others stay with their reason") {
  Shipped s("apogee");
  student(s, 1, "LŒUILLET");
  s.add("DIPLOME", "COD_DIP, LIB_DIP", "'TINF', 'Doctorat d''informatique'");
  s.add("VERSION_DIPLOME", "COD_DIP, COD_VRS_VDI", "'TINF', 1");
  s.add("PERSONNEL", "COD_PER, LIB_NOM_PAT_PER, LIB_PR1_PER", "7, 'GUENNEC', 'Anne'");
  s.add("PERSONNEL", "COD_PER, LIB_NOM_PAT_PER, LIB_PR1_PER", "8, 'BIHAN', 'Luc'");
  s.add("ROLE_JURY", "COD_ROJ, LIB_ROJ", "'P', 'Président du jury'");
  const auto thesis = [&](int no, const std::string& state, const std::string& defence) {
    s.add("THESE_HDR_SOUT",
          "COD_THS, COD_IND, COD_DIP, COD_VRS_VDI, COD_THS_TRV, ETA_THS, LIB_THS, DAT_DEB_THS, DAT_SOU_THS, "
          "COD_PER_DIR, DAT_FIN_CFD_THS",
          fmt::format("{}, 1, 'TINF', 1, '1', {}, 'Des arbres' || char(10) || 'et des forêts', "
                      "'2010-10-01T00:00:00', {}, 7, '2020-01-31T00:00:00'",
                      no, state, defence));
  };
  thesis(1, "'S'", "'2013-12-01T00:00:00'");
  thesis(2, "'A'", "NULL");
  thesis(3, "'U'", "NULL");
  thesis(4, "'E'", "'2013-12-01T00:00:00'");  // a date that was foreseen
  thesis(5, "NULL", "NULL");
  thesis(6, "'S'", "NULL");
  thesis(7, "'S'", "'9999-12-31T00:00:00'");
  s.add("THS_JUR_PER", "COD_THS, COD_PER, COD_ROJ", "1, 8, 'P'");
  s.add("THS_JUR_PER", "COD_THS, COD_PER, COD_ROJ", "1, 7, 'ZZ'");
  s.add("THS_RAP_SOU", "COD_THS, COD_PER, TEM_RAP_RECU", "1, 8, 'O'");
  const auto all = s.candidates("theses-hdr");
  CHECK(all.size() == 7);
  CHECK(reason(all, "[1]").empty());
  CHECK_THAT(reason(all, "[2]"), Contains("abandonnés"));
  CHECK_THAT(reason(all, "[3]"), Contains("transférés"));
  CHECK_THAT(reason(all, "[4]"), Contains("Non soutenus"));
  CHECK_THAT(reason(all, "[5]"), Contains("Non soutenus"));

  const auto root = s.record("these_hdr", key(1)).root;
  CHECK(cell(root, "nom_naissance") == "LŒUILLET");
  CHECK(cell(root, "directeur") == "Anne GUENNEC");
  CHECK(cell(root, "soutenance") == "2013-12-01");
  CHECK(root.find("etat")->label == "soutenue");
  const auto jury = rows_of(root, "jury");
  REQUIRE(jury.size() == 3);
  CHECK(cell(*jury[0], "role") == "Président du jury");
  CHECK(cell(*jury[0], "nom") == "Luc BIHAN");
  CHECK(cell(*jury[1], "role") == "Rapporteur");
  CHECK(cell(*jury[2], "role") == "code inconnu : ZZ");

  const auto unit = s.describe("theses-hdr", key(1));
  CHECK(unit.title ==
        "Données de soutenance (thèse), LŒUILLET Zoé, soutenance du 01/12/2013 : Des arbres et des forêts");
  CHECK(date_or(unit.start) == "2010-10-01");
  CHECK(unit.rules[0].rule->code == "DUA_THESE_50");
  CHECK(date_or(unit.rules[0].start) == "2013-12-01");
  CHECK(date_or(unit.rules[1].start) == "2013-12-01");
  for (const int no : {6, 7}) {
    const auto undated = s.describe("theses-hdr", key(no));
    CHECK_THAT(undated.title, Contains("soutenance à une date inconnue"));
    CHECK(date_or(undated.rules[0].start) == "none");
    CHECK(date_or(undated.rules[1].start) == "none");
  }
}

TEST_CASE("Apogée: a defence announced for after the extraction is no defence yet") {
  Shipped s("apogee");  // extracted on 2026-06-30
  const std::string columns =
      "COD_THS, COD_IND, COD_DIP, COD_VRS_VDI, COD_THS_TRV, ETA_THS, LIB_THS, DAT_SOU_THS";
  for (int no = 1; no <= 3; ++no) student(s, no);
  s.add("THESE_HDR_SOUT", columns, "1, 1, 'DOC', 1, '1', 'S', 'Demain', '2026-07-01T00:00:00'");
  s.add("THESE_HDR_SOUT", columns, "2, 2, 'DOC', 1, '1', 'S', 'Le jour même', '2026-06-30T14:00:00'");
  s.add("THESE_HDR_SOUT", columns, "3, 3, 'DOC', 1, '1', 'S', 'De convenance', '2999-12-31T00:00:00'");
  for (const auto* profile : {"theses-hdr", "dossiers-etudiants"}) {
    const auto all = s.candidates(profile);
    CHECK_THAT(reason(all, "[1]"), Contains("Soutenance prévue après le jour"));
    CHECK(reason(all, "[2]").empty());
    CHECK(reason(all, "[3]").empty());
  }
}

TEST_CASE("Apogée: a rapporteur of the jury is listed once, with the report") {
  Shipped s("apogee");
  student(s, 1);
  s.add("THESE_HDR_SOUT", "COD_THS, COD_IND, ETA_THS, DAT_SOU_THS", "1, 1, 'S', '2010-07-01T00:00:00'");
  s.add("ROLE_JURY", "COD_ROJ, LIB_ROJ", "'R', 'Rapporteur du jury'");
  s.add("ROLE_JURY", "COD_ROJ, LIB_ROJ", "'P', 'Président du jury'");
  for (int no = 7; no <= 9; ++no)
    s.add("PERSONNEL", "COD_PER, LIB_NOM_PAT_PER", fmt::format("{0}, 'P{0}'", no));
  s.add("THS_JUR_PER", "COD_THS, COD_PER, COD_ROJ", "1, 7, 'R'");
  s.add("THS_JUR_PER", "COD_THS, COD_PER, COD_ROJ", "1, 8, 'P'");
  for (int no = 7; no <= 9; ++no)
    s.add("THS_RAP_SOU", "COD_THS, COD_PER, TEM_RAP_RECU", fmt::format("1, {}, 'O'", no));
  for (const auto* record : {"these_hdr", "etudiant"}) {
    std::vector<std::string> seen;
    const auto root = s.record(record, key(1)).root;
    for (const auto* row : rows_of(root, "jury"))
      seen.push_back(cell(*row, "nom") + " " + cell(*row, "role") + " " + cell(*row, "rapport_recu"));
    // A president who also reported has both roles; one who only reported is nobody else's line.
    CHECK(seen == std::vector<std::string>{"P8 Président du jury NULL", "P8 Rapporteur O", "P9 Rapporteur O",
                                           "P7 Rapporteur du jury O"});
  }
}

TEST_CASE("Apogée: an impossible day of birth is no fact of a title") {
  Shipped s("apogee");
  for (int no = 1; no <= 3; ++no) student(s, no);
  s.db.exec(
      "UPDATE INDIVIDU SET DATE_NAI_IND = '2987-03-04T00:00:00' WHERE COD_IND = 1;"
      "UPDATE INDIVIDU SET DATE_NAI_IND = '1900-01-01T00:00:00' WHERE COD_IND = 2;"
      "UPDATE INDIVIDU SET DATE_NAI_IND = '1987-03-04T00:00:00' WHERE COD_IND = 3;"
      "INSERT INTO INS_ADM_ETP (COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE) VALUES "
      "('2005', 1, 'L1', 1, 1, 'E'), ('2005', 2, 'L1', 1, 1, 'E'), ('2005', 3, 'L1', 1, 1, 'E'), "
      "('2010', 9, 'L1', 1, 1, 'E')");
  CHECK_THAT(s.describe("dossiers-etudiants", key(1)).title, EndsWith(", date de naissance inconnue"));
  CHECK_THAT(s.describe("dossiers-etudiants", key(2)).title, EndsWith(", date de naissance inconnue"));
  CHECK_THAT(s.describe("dossiers-etudiants", key(3)).title, EndsWith("le 04/03/1987"));
}

TEST_CASE("Apogée: the list of a year has every registration that existed, with its state") {
  Shipped s("apogee");
  offer(s);
  for (int no = 1; no <= 6; ++no) student(s, no, no == 1 ? "ZOLA" : "ABEL");
  registered(s, 1, "2010");
  registered(s, 2, "2010", "A");
  registered(s, 3, "2010", "R");
  registered(s, 4, "2010", "C");
  s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE",
        "'2010', 1, 'DU', 1, 1, 'E'");  // two étapes, one student; this one has no label
  s.add("INS_ADM_ANU", "COD_ANU, COD_IND, ETA_IAA", "'2010', 5, 'E'");  // no étape at all
  registered(s, 2, "2011", "A");
  registered(s, 6, "2024");
  const auto all = s.candidates("listes-inscrits");
  CHECK(all.size() == 3);
  CHECK(reason(all, R"(["2010"])").empty());
  CHECK_THAT(reason(all, R"(["2011"])"), Contains("Aucune inscription"));
  CHECK_THAT(reason(all, R"(["2024"])"), Contains("en cours"));

  const auto root = s.record("liste_inscrits", records::Key::parse(R"(["2010"])")).root;
  CHECK(cell(root, "etudiants") == "3");
  CHECK(cell(root, "inscriptions") == "4");
  const auto lines = rows_of(root, "inscrit");
  REQUIRE(lines.size() == 4);
  CHECK(cell(*lines[0], "numero_etudiant") == "2003");
  CHECK(lines[0]->find("etat")->label == "résiliée");
  CHECK(cell(*lines[0], "etape") == "Licence 1re année");
  CHECK(cell(*lines[1], "numero_etudiant") == "2005");
  CHECK(cell(*lines[1], "etape") == "NULL");
  CHECK(cell(*lines[2], "etape") == "code inconnu : DU");
  const auto counts = rows_of(root, "effectif");
  REQUIRE(counts.size() == 3);
  CHECK(cell(*counts[0], "etape") == "sans étape");
  CHECK(cell(*counts[2], "code_etape") == "L1");
  CHECK(cell(*counts[2], "etudiants") == "2");

  const auto unit = s.describe("listes-inscrits", records::Key::parse(R"(["2010"])"));
  CHECK(unit.title == "Liste des inscrits, année universitaire 2010/2011");
  CHECK(date_or(unit.start) == "2010-09-01");
  CHECK(unit.rules[0].rule->code == "DUA_INSCRITS_50");
  CHECK(date_or(unit.rules[0].start) == "2011-08-31");
  CHECK(unit.rules[0].final_action == "Keep");
}

TEST_CASE(
    "Apogée: the offer of a diploma version is its étapes and their tree, closed links and faults included") {
  Shipped s("apogee");
  offer(s);
  s.add("DIPLOME", "COD_DIP, LIB_DIP", "'LIC', 'Licence d''informatique'");
  s.add("VERSION_DIPLOME", "COD_DIP, COD_VRS_VDI, COD_CMP, NBR_CRD_VDI", "'LIC', 1, 'SCI', '180'");
  s.add("VERSION_DIPLOME", "COD_DIP, COD_VRS_VDI, COD_CMP, DAA_DEB_HAB_VDI", "'LIC', 2, 'XX', '2018'");
  s.add("VDI_FRACTIONNER_VET", "COD_DIP, COD_VRS_VDI, COD_ETP, COD_VRS_VET", "'LIC', 1, 'L1', 1");
  s.add("VET_REGROUPE_LSE", "COD_ETP, COD_VRS_VET, COD_LSE", "'L1', 1, 'SEM'");
  s.add("VET_REGROUPE_LSE", "COD_ETP, COD_VRS_VET, COD_LSE, DAT_FRM_REL_LSE_VET",
        "'L1', 1, 'VIDE', '2012-07-01T00:00:00'");
  s.add("LISTE_ELP", "COD_LSE, COD_TYP_LSE, LIB_LSE", "'SEM', 'O', 'Semestres'");
  s.add("LISTE_ELP", "COD_LSE, COD_TYP_LSE, LIB_LSE", "'UE', 'X', 'Unités'");
  s.add("ELEMENT_PEDAGOGI", "COD_ELP, LIB_ELP, NBR_CRD_ELP", "'S1', 'Semestre 1', '30'");
  s.add("ELEMENT_PEDAGOGI", "COD_ELP, LIB_ELP, NBR_CRD_ELP", "'MATH', 'Mathématiques', '6'");
  s.add("LSE_REGROUPE_ELP", "COD_LSE, COD_ELP", "'SEM', 'S1'");
  s.add("LSE_REGROUPE_ELP",
        "COD_LSE, COD_ELP, COE_ELP_1, NOT_MI1_NUM, NOT_MI1_DEN, NOT_MIA_NUM, NOT_MA2_NUM, NOT_MA2_DEN, "
        "COE_ADM_1, "
        "TEM_ELP_CPB_OBL_CHX, TEM_ELP_CSV, DUR_CSV_ELP, TEM_GES_PNT_FAC, NBR_PNT_MAX_FAC",
        "'UE', 'MATH', '2', '7', '20', '8', '18', '20', '3', 'O', 'O', 5, 'O', 3");
  s.add("LSE_REGROUPE_ELP", "COD_LSE, COD_ELP", "'UE', 'S1'");  // under itself
  s.add("LSE_REGROUPE_ELP", "COD_LSE, COD_ELP", "'UE', 'PERDU'");
  s.add("ELP_REGROUPE_LSE", "COD_ELP, COD_LSE, NBR_MIN_ELP_OBL_CHX", "'S1', 'UE', 1");
  s.add("EPR_SANCTIONNE_ELP", "COD_ELP, COD_EPR, COD_SES", "'MATH', 'EX1', '1'");
  s.add("EPR_SANCTIONNE_ELP", "COD_ELP, COD_EPR, COD_SES", "'MATH', 'EX1', '2'");
  s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE, COD_DIP, COD_VRS_VDI",
        "'2010', 1, 'L1', 1, 1, 'E', 'LIC', 1");
  s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE, COD_DIP, COD_VRS_VDI",
        "'2014', 1, 'L1', 1, 1, 'A', 'LIC', 1");  // cancelled: no use
  graduate(s, 1, "2012", "AJ", "NULL");
  s.add("VERSION_DIPLOME", "COD_DIP, COD_VRS_VDI, COD_CMP", "'LIC', 3, 'SCI'");
  s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE, COD_DIP, COD_VRS_VDI",
        "'2016', 1, 'L1', 1, 1, 'E', 'LIC', 3");

  const auto root = s.record("offre", version(1)).root;
  CHECK(cell(root, "diplome") == "Licence d'informatique");
  CHECK(cell(root, "credits") == "180");
  const auto etapes = rows_of(root, "etape");
  REQUIRE(etapes.size() == 1);
  CHECK(cell(*etapes[0], "etape") == "Licence 1re année");
  std::vector<std::string> tree;
  for (const auto* row : rows_of(root, "element"))
    tree.push_back(cell(*row, "niveau") + " " + cell(*row, "liste") + " " + cell(*row, "element"));
  CHECK(tree == std::vector<std::string>{"1 Semestres Semestre 1", "2 Unités Mathématiques",
                                         "2 Unités code inconnu : PERDU", "1 code inconnu : VIDE NULL"});
  const auto elements = rows_of(root, "element");
  CHECK(cell(*elements[1], "credits") == "6");
  CHECK(cell(*elements[1], "coefficient_1") == "2");
  CHECK(cell(*elements[1], "coefficients_admissibilite") == "session 1 : 3");
  CHECK(cell(*elements[1], "notes_minimales") == "session 1 : 7/20 ; session unique : 8");
  CHECK(cell(*elements[1], "notes_maximales") == "session 2 : 18/20");
  CHECK(elements[1]->find("compensable")->label == "oui");
  CHECK(cell(*elements[1], "conservation") == "oui, durée 5");
  CHECK(cell(*elements[1], "points_facultatifs") == "oui, 3 au plus");
  CHECK(cell(*elements[0], "notes_minimales") == "NULL");
  CHECK(cell(*elements[1], "epreuves") == "EX1");
  CHECK(elements[1]->find("type_liste")->label == "à choix");
  CHECK(cell(*elements[1], "minimum") == "1");
  CHECK(cell(*elements[3], "fermeture") == "2012-07-01");

  CHECK(s.candidates("offre-formation").size() == 3);
  const auto unit = s.describe("offre-formation", version(1));
  CHECK(unit.title == "Offre de formation, Licence d'informatique (LIC/1), suivie de 2010/2011 à 2012/2013");
  CHECK(unit.rules[0].rule->code == "DUA_OFFRE_50");
  CHECK(date_or(unit.rules[0].start) == "2013-08-31");
  CHECK(unit.rules[0].final_action == "Keep");
  CHECK(unit.rules[1].rule->code == "COM_IMMEDIATE");
  CHECK(date_or(unit.rules[1].start) == "2010-09-01");
  // Followed in the last year that there is: not closed, the delay does not run; what was followed still is
  // dated.
  const auto followed = s.describe("offre-formation", version(3));
  CHECK(date_or(followed.rules[0].start) == "none");
  CHECK(date_or(followed.end) == "2017-08-31");
  const auto never = s.describe("offre-formation", version(2));
  CHECK(date_or(never.rules[0].start) == "none");
  CHECK(date_or(never.rules[1].start) == "2018-09-01");
  CHECK(cell(s.record("offre", version(2)).root, "composante") == "code inconnu : XX");
}

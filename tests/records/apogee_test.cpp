// The Apogée student: identity of the civil status, what was published, when a schooling ends, who stays.
#include "apogee_people.hpp"
#include "records/rendition.hpp"

#include <map>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

TEST_CASE("Apogée: the profile loads and all its queries run on its own dictionary") {
  Shipped s("apogee");
  for (const auto& f : profiles::check_queries(s.app)) FAIL_CHECK(f.where << " " << f.message.english());
  for (const auto& f : s.reader().check()) FAIL_CHECK(f.where << " " << f.message.english());
}

TEST_CASE("Apogée: the queries run, and give what there is, where everything optional is missing") {
  Shipped s("apogee");
  s.drop_optional();
  for (const auto& f : s.reader().check()) FAIL_CHECK(f.where << " " << f.message.english());
  student(s, 1);
  s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE",
        "'2010', 1, 'L1', 1, 1, 'E'");
  const auto record = s.record("etudiant", key(1));
  CHECK(cell(record.root, "nom_naissance") == "DUPONT");
  CHECK(rows_of(record.root, "inscription").size() == 1);
}

TEST_CASE("Apogée: no query of a record reads a table of the extract from end to end") {
  Shipped s("apogee");
  static_cast<void>(s.reader());
  // Common table expressions of one student, and the views of which one student or one year is read.
  const std::vector<std::string> small{"a", "c",         "o", "v_date",        "v_date_brute",
                                       "d", "v_inscrit", "n", "v_jour_convenu"};  // constants
  const std::function<void(const profiles::Node&)> visit = [&](const profiles::Node& node) {
    auto known = small;
    if (node.sql.find("WITH RECURSIVE") != std::string::npos) known.insert(known.end(), {"r", "p"});
    for (const auto& scan : full_scans(s.db, node.sql, known)) FAIL_CHECK(node.name << ": " << scan);
    for (const auto& child : node.children) visit(child);
  };
  for (const auto& record : s.app.records) visit(record.root);
  for (const auto& archive : s.app.archives)
    for (const auto& scan : full_scans(s.db, archive.facts, small)) FAIL_CHECK(archive.id << ": " << scan);
}

TEST_CASE("Apogée: a declared first name in use never hides that of the civil status") {
  Shipped s("apogee");
  student(s, 1);
  s.db.exec(
      "UPDATE INDIVIDU SET TEM_PR_USAGE = 'O', LIB_PR1_IND = 'Alix', COD_SEX_ETU = 'F', LIB_PR_ETA_CIV = "
      "'Alexandre', COD_SEX_ETA_CIV = 'M', LIB_NOM_USU_IND = 'MARTIN'");
  registered(s, 1, "2010");
  const auto root = s.record("etudiant", key(1)).root;
  CHECK(cell(root, "prenom") == "Alexandre");
  CHECK(cell(root, "prenom_usage") == "Alix");
  CHECK(cell(root, "sexe") == "M");
  CHECK(cell(root, "nom_usage") == "MARTIN");
  student(s, 2);
  registered(s, 2, "2020");  // so that 2010 is not the last year
  CHECK(s.describe("dossiers-etudiants", key(1)).title ==
        "DUPONT (nom d'usage : MARTIN) Alexandre, né le 29/02/1980");
}

TEST_CASE(
    "Apogée: a result is published when its deliberation is finished and anonymity lifted, and all are "
    "kept") {
  Shipped s("apogee");
  offer(s);
  student(s, 1);
  deliberated(s, 1, "2010", "T", "2011-06-20T09:00:00");
  deliberated(s, 1, "2011", "A", "2012-06-20T09:00:00");
  deliberated(s, 1, "2012", "E", "2013-06-20T09:00:00");
  deliberated(s, 1, "2013", "T", "2014-06-20T09:00:00");
  s.add(
      "AVCT_OBJ_ANO",
      "COD_ANU, TYP_OBJ_AOA, COD_OBJ_AOA, COD_VRS_OBJ_AOA, COD_SES_OBJ_AOA, COD_ADM_OBJ_AOA, ETA_ANO_OBJ_AOA",
      "'2013', 'VET', 'L1', 1, '1', '1', 'V'");
  s.add("RESULTAT_VET", "COD_IND, COD_ETP, COD_VRS_VET, COD_ANU, COD_SES, COD_ADM, NOT_VET",
        "1, 'L1', 1, '2014', '1', '1', '8'");  // no deliberation at all
  const auto record = s.record("etudiant", key(1));
  const auto results = rows_of(record.root, "etape");
  REQUIRE(results.size() == 5);
  CHECK(cell(*results[0], "publication") == "publié");
  for (std::size_t i = 1; i < 5; ++i) CHECK(cell(*results[i], "publication") == "résultat non publié");
  CHECK(cell(*results[1], "note") == "12.5");
  CHECK(results[0]->find("etat_deliberation")->label == "délibération terminée");
  CHECK(cell(*results[0], "date_deliberation") == "2011-06-20");
  CHECK(results[3]->find("anonymat")->label == "anonymat actif");
  CHECK(cell(*results[0], "anonymat") == "NULL");
}

TEST_CASE(
    "Apogée: a transcript by hand: INE with its key, session, substitute code, mention, ECTS, jury points") {
  Shipped s("apogee");
  offer(s);
  student(s, 1);
  s.db.exec("UPDATE INDIVIDU SET COD_NNE_IND = '0500123456', COD_CLE_NNE_IND = 'K'");
  deliberated(s, 1, "2010", "T", "2011-06-20");
  s.db.exec("UPDATE RESULTAT_VET SET COD_MEN = 'TB', NOT_PNT_JUR_VET = '0.25', BAR_NOT_VET = 20");
  s.add("MENTION", "COD_MEN, LIB_MEN", "'TB ', 'Très bien'");
  s.add("NATURE_ELP", "COD_NEL, LIB_NEL", "'UE', 'Unité d''enseignement'");
  s.add("ELEMENT_PEDAGOGI", "COD_ELP, LIB_ELP, NBR_CRD_ELP, COD_NEL", "'MATH', 'Mathématiques', '6', 'UE'");
  s.add("EPREUVE", "COD_EPR, LIB_EPR", "'EX1', 'Examen de mathématiques'");
  s.add("EPR_SANCTIONNE_ELP", "COD_ELP, COD_EPR, COD_SES", "'MATH', 'EX1', '1'");
  const std::string element = "COD_IND, COD_ELP, COD_ANU, COD_SES, COD_ADM, NOT_ELP, NOT_SUB_ELP, COD_TRE";
  s.add("RESULTAT_ELP", element, "1, 'MATH', '2010', '1', '1', NULL, 'ABI', 'AJ'");
  s.add("RESULTAT_ELP", element, "1, 'MATH', '2010', '2', '1', '0', NULL, 'ADM'");
  s.add("RESULTAT_EPR", "COD_IND, COD_EPR, COD_ANU, COD_SES, COD_ADM, NOT_SUB_EPR",
        "1, 'EX1', '2010', '1', '1', 'ZZZ'");
  const auto root = s.record("etudiant", key(1)).root;
  CHECK(cell(root, "ine") == "0500123456K");
  const auto year = rows_of(root, "etape").at(0);
  CHECK(cell(*year, "mention") == "Très bien");
  CHECK(cell(*year, "points_jury") == "0.25");
  const auto elements = rows_of(root, "element");
  REQUIRE(elements.size() == 2);
  CHECK(cell(*elements[0], "note") == "NULL");  // an absence is not a zero
  CHECK(elements[0]->find("note_substitution")->label == "absence injustifiée");
  CHECK(elements[0]->find("session")->label != elements[1]->find("session")->label);
  CHECK(cell(*elements[1], "note") == "0");
  CHECK(cell(*elements[1], "credits") == "6");
  CHECK(cell(*elements[1], "nature") == "Unité d'enseignement");
  const auto exams = rows_of(root, "epreuve");
  REQUIRE(exams.size() == 1);
  CHECK(cell(*exams[0], "elements") == "MATH");
  CHECK(exams[0]->find("note_substitution")->label == "code inconnu");
}

TEST_CASE("Apogée: results at the elements say their étape, their level and what they hang from") {
  Shipped s("apogee");
  offer(s);
  student(s, 1);
  deliberated(s, 1, "2010", "T", "2011-06-20");
  const auto contract = [&](const std::string& etape, const std::string& code, const std::string& above) {
    s.add("IND_CONTRAT_ELP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, COD_ELP, COD_ELP_SUP",
          fmt::format("'2010', 1, '{}', 1, '{}', {}", etape, code, above));
  };
  contract("L1", "SEM1", "NULL");
  contract("L1", "UE2", "'SEM1'");
  contract("L1", "UE1", "'SEM1 '");
  contract("L1", "MATH", "'UE1'");
  contract("DU", "BRETON", "NULL");
  contract("DU", "SEM1", "'BRETON'");  // the same element in two étapes: the first path is shown, once
  for (const auto* code : {"MATH", "SEM1", "UE1", "UE2", "BRETON", "OLD"})
    s.add("RESULTAT_ELP", "COD_IND, COD_ELP, COD_ANU, COD_SES, COD_ADM, NOT_ELP",
          fmt::format("1, '{}', '2010', '1', '1', '11'", code));
  const auto record = s.record("etudiant", key(1));
  std::vector<std::string> tree;
  for (const auto& year : record.root.children)
    if (year.node->name == "resultat")
      for (const auto* e : rows_of(year, "element"))
        tree.push_back(cell(*e, "etape") + " " + cell(*e, "niveau") + " " + cell(*e, "code_element") + " < " +
                       cell(*e, "element_superieur"));
  CHECK(tree == std::vector<std::string>{"DU/1 1 BRETON < NULL", "DU/1 2 SEM1 < BRETON", "L1/1 2 UE1 < SEM1",
                                         "L1/1 3 MATH < UE1", "L1/1 2 UE2 < SEM1", "NULL NULL OLD < NULL"});
}

TEST_CASE("Apogée: a diploma is obtained by a positive, published result of admission, and by nothing else") {
  Shipped s("apogee");
  offer(s);
  student(s, 1);
  const auto diploma = [&](const std::string& year, const std::string& stage, const std::string& state,
                           const std::string& result) {
    s.add("GRP_RESULTAT_VDI", "COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, ETA_AVC_VDI",
          fmt::format("'LIC', 1, '{}', '1', '{}', '{}'", year, stage, state));
    s.add("RESULTAT_VDI", "COD_IND, COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, COD_TRE",
          fmt::format("1, 'LIC', 1, '{}', '1', '{}', '{}'", year, stage, result));
  };
  diploma("2010", "1", "T", "AJ");   // failed
  diploma("2011", "1", "E", "ADM");  // not finished
  diploma("2012", "0", "T", "ADM");  // admissibility only
  diploma("2013", "1", "T", "ADM");
  const auto record = s.record("etudiant", key(1));
  std::vector<std::string> years;
  for (const auto& child : record.root.children)
    if (child.node->name == "diplome") years.push_back(cell(child, "annee"));
  CHECK(years == std::vector<std::string>{"2013/2014"});
  CHECK(rows_of(record.root, "diplome").size() == 1 + 4);  // the four results are all there too
}

TEST_CASE(
    "Apogée: padded codes find their label, a code twice in its list doubles nothing, an unknown one says "
    "so") {
  Shipped s("apogee");
  offer(s);
  s.add("TYP_RESULTAT", "COD_TRE, LIB_TRE, COD_NEG_TRE", "'ADM', 'Admis', '1'");
  s.add("TYP_RESULTAT", "COD_TRE, LIB_TRE, COD_NEG_TRE", "'DEM ', 'Démissionnaire', '0'");
  student(s, 1);
  deliberated(s, 1, "2010", "T", "2011-06-20", "ADM ");
  deliberated(s, 1, "2011", "T", "2012-06-20", "DEM");
  deliberated(s, 1, "2012", "T", "2013-06-20", "ZZ");
  deliberated(s, 1, "2013", "T", "2014-06-20", "AD");  // the beginning of another code
  const auto record = s.record("etudiant", key(1));
  const auto results = rows_of(record.root, "etape");
  REQUIRE(results.size() == 4);
  CHECK(cell(*results[0], "resultat_libelle") == "Admis");
  CHECK(cell(*results[0], "resultat") == "ADM");
  CHECK(results[0]->find("sens")->label == "positif");
  CHECK(cell(*results[1], "resultat_libelle") == "Démissionnaire");
  CHECK(cell(*results[2], "resultat_libelle") == "code inconnu : ZZ");
  CHECK(cell(*results[3], "resultat_libelle") == "code inconnu : AD");
}

TEST_CASE(
    "Apogée: a cancelled registration is kept with its state, and a year that has only an étape is kept "
    "too") {
  Shipped s("apogee");
  offer(s);
  student(s, 1);
  registered(s, 1, "2010", "A");
  s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE",
        "'2012', 1, 'L1', 1, 1, 'R'");
  const auto record = s.record("etudiant", key(1));
  const auto years = rows_of(record.root, "inscription");
  REQUIRE(years.size() == 2);
  CHECK(cell(*years[0], "annee") == "2010/2011");
  CHECK(years[0]->find("etat")->label == "annulée");
  CHECK(years[0]->children[0].find("etat")->label == "annulée");
  CHECK(years[1]->children[0].find("etat")->label == "résiliée");
  CHECK(cell(years[1]->children[0], "etape") == "Licence 1re année");
}

TEST_CASE("Apogée: a pedagogical contract is listed as its tree, whatever its faults") {
  Shipped s("apogee");
  student(s, 1);
  s.add("INS_PEDAGOGI_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET", "'2010', 1, 'L1', 1");
  const auto element = [&](const std::string& code, const std::string& above) {
    s.add("IND_CONTRAT_ELP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, COD_ELP, COD_ELP_SUP",
          fmt::format("'2010', 1, 'L1', 1, '{}', {}", code, above));
  };
  element("ZSEM", "NULL");
  element("AMAT", "'ZUE '");  // padded
  element("ZUE", "'ZSEM'");
  element("BORPH", "'GONE'");
  element("CYC1", "'CYC2'");
  element("CYC2", "'CYC1'");
  element("ZUE", "'ZSEM'");  // twice
  const auto record = s.record("etudiant", key(1));
  std::vector<std::string> all, tree;
  for (const auto* row : rows_of(record.root, "element")) {
    all.push_back(cell(*row, "niveau") + cell(*row, "code_element"));
    if (all.back().find("CYC") == std::string::npos) tree.push_back(all.back());
  }
  CHECK(tree == std::vector<std::string>{"1BORPH", "1ZSEM", "2ZUE", "2ZUE", "3AMAT"});
  CHECK(all.size() == 7);  // a cycle is listed, not walked
}

TEST_CASE("Apogée: a schooling ends at the latest of last year, deliberation, diploma and defence") {
  Shipped s("apogee");
  offer(s);
  for (int no = 1; no <= 6; ++no) {
    student(s, no);
    registered(s, no, "2010");
  }
  registered(s, 1, "2012", "A");                          // cancelled: does not count
  deliberated(s, 2, "2010", "T", "2011-10-05T09:00:00");  // after 31 August
  s.add("RESULTAT_VDI", "COD_IND, COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, DAT_OBT_VDI",
        "3, 'D', 1, '2010', '1', '1', '2012-01-09T00:00:00'");
  s.add("THESE_HDR_SOUT", "COD_THS, COD_IND, ETA_THS, DAT_SOU_THS", "1, 4, 'S', '2013-12-01T00:00:00'");
  s.add("THESE_HDR_SOUT", "COD_THS, COD_IND, ETA_THS, DAT_SOU_THS", "2, 5, 'E', '2013-12-01T00:00:00'");
  s.db.exec(
      "UPDATE INS_ADM_ETP SET ETA_IAE = 'R', DAT_ANNUL_RES_IAE = '2011-02-01T00:00:00' WHERE COD_IND = 6");
  student(s, 99);
  registered(s, 99, "2024");
  const std::map<int, std::string> expected{{1, "2011-08-31"}, {2, "2011-10-05"}, {3, "2012-01-09"},
                                            {4, "2013-12-01"}, {5, "2011-08-31"}, {6, "2011-08-31"}};
  for (const auto& [no, end] : expected) {
    const auto unit = s.describe("dossiers-etudiants", key(no));
    INFO("student " << no);
    CHECK(unit.rules[0].rule->code == "DUA_ETUDIANT_50");
    CHECK(date_or(unit.rules[0].start) == end);
    CHECK(unit.rules[0].final_action == "Keep");
    CHECK(unit.rules[1].rule->code == "COM_VIE_PRIVEE_50");
    CHECK_FALSE(*unit.end < *unit.start);
  }
  // The cancelled registration of 2012 is a piece of the file: the latest document is later than the
  // schooling.
  CHECK(date_or(s.describe("dossiers-etudiants", key(1)).rules[1].start) == "2012-07-10");
}

TEST_CASE("Apogée: who stays, and why, nobody disappears") {
  Shipped s("apogee");
  offer(s);
  for (int no = 1; no <= 5; ++no) student(s, no);
  registered(s, 1, "2010");
  registered(s, 2, "2024");                      // still there
  registered(s, 4, "2010", "A");                 // only a cancelled registration
  deliberated(s, 5, "2010", "T", "2011-06-20");  // a result without registration
  s.add("ANNEE_UNI", "COD_ANU, ETA_ANU_IAE", "'2024', 'O'");
  const auto all = s.candidates("dossiers-etudiants");
  CHECK(all.size() == 5);
  CHECK(reason(all, "[1]").empty());
  CHECK_THAT(reason(all, "[2]"), Contains("Encore inscrit"));
  CHECK_THAT(reason(all, "[3]"), Contains("Jamais inscrit"));
  CHECK(reason(all, "[4]").empty());
  CHECK(reason(all, "[5]").empty());
  // No event ends this schooling: kept, and never destroyable.
  CHECK(date_or(s.describe("dossiers-etudiants", key(4)).rules[0].start) == "none");
  CHECK(date_or(s.describe("dossiers-etudiants", key(5)).rules[0].start) == "2011-06-20");
}

TEST_CASE("Apogée: who registered for the open year or a later one is still there") {
  Shipped s("apogee");
  for (int no = 1; no <= 3; ++no) student(s, no);
  registered(s, 1, "2022");
  registered(s, 2, "2023");
  registered(s, 3, "2024");  // the next year, already in preparation
  s.add("ANNEE_UNI", "COD_ANU, ETA_ANU_IAE", "'2023', 'O'");
  s.add("ANNEE_UNI", "COD_ANU, ETA_ANU_IAE", "'2024', 'I'");
  const auto all = s.candidates("dossiers-etudiants");
  CHECK(reason(all, "[1]").empty());
  CHECK_FALSE(reason(all, "[2]").empty());
  CHECK_FALSE(reason(all, "[3]").empty());
}

TEST_CASE("Apogée: dates of convenience date nothing") {
  Shipped s("apogee");
  student(s, 1);
  registered(s, 1, "2010");
  s.db.exec(
      "UPDATE INS_ADM_ETP SET DAT_CRE_IAE = '0001-01-01T00:00:00', DAT_ANNUL_RES_IAE = "
      "'9999-12-31T00:00:00'");
  student(s, 2);
  registered(s, 2, "2024");
  const auto unit = s.describe("dossiers-etudiants", key(1));
  CHECK(date_or(unit.start) == "2010-09-01");
  CHECK(date_or(unit.end) == "2011-08-31");
}

TEST_CASE("Apogée: a block is read with the day on which it lapses, is not archived, and dates nothing") {
  Shipped s("apogee");
  student(s, 1);
  registered(s, 1, "2010");
  student(s, 2);
  registered(s, 2, "2024");
  s.add("BLOCAGE", "COD_BLO, LIB_BLO", "'SAN', 'Blâme'");
  const std::string block = "COD_IND, COD_BLO, DAT_DEB_BLO, DAT_FIN_BLO";
  s.add("IND_SANCTIONNE_BLO", block, "1, 'SAN', '2030-01-01T00:00:00', '2032-02-29T00:00:00'");
  s.add("IND_SANCTIONNE_BLO", block, "1, 'SAN', '2031-01-01T00:00:00', NULL");
  const auto record = s.record("etudiant", key(1));
  const auto blocks = rows_of(record.root, "blocage");
  REQUIRE(blocks.size() == 2);
  CHECK(cell(*blocks[0], "effacement") == "2035-02-28");
  CHECK(cell(*blocks[1], "effacement") == "NULL");
  core::TemporaryDirectory folder;
  {
    core::AtomicFile file(folder.path() / "r.xml");
    core::FileSink sink(file);
    records::write_xml(record, {"apogee", "00", "2026-11-25T10:00:00Z"}, sink);
    file.commit();
  }
  const auto xml = core::read_file(folder.path() / "r.xml");
  CHECK_THAT(xml, Contains("<inscription>") && !Contains("blocage") && !Contains("Blâme"));
  CHECK_THAT(records::to_text(record), Contains("Blâme") && Contains("28/02/2035"));
  // Its dates are not those of what is transferred.
  CHECK(date_or(s.describe("dossiers-etudiants", key(1)).end) == "2011-08-31");
}

TEST_CASE("Apogée: a late jury of an element or an exam ends the schooling, an unfinished one does not") {
  Shipped s("apogee");
  for (int no = 1; no <= 3; ++no) student(s, no);
  s.db.exec(
      "INSERT INTO INS_ADM_ETP (COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE) VALUES "
      "('2005', 1, 'L1', 1, 1, 'E'), ('2005', 2, 'L1', 1, 1, 'E'), ('2005', 3, 'L1', 1, 1, 'E'), "
      "('2010', 9, 'L1', 1, 1, 'E');"
      "INSERT INTO RESULTAT_ELP (COD_IND, COD_ANU, COD_ELP, COD_SES, COD_ADM) VALUES "
      "(1, '2005', 'M', '2', '1'), (3, '2005', 'N', '2', '1');"
      "INSERT INTO GRP_RESULTAT_ELP (COD_ELP, COD_ANU, COD_SES, COD_ADM, ETA_AVC_ELP, DAT_AVC_ELP) VALUES "
      "('M', '2005', '2', '1', 'T', '2006-11-20T00:00:00'), ('N', '2005', '2', '1', 'A', "
      "'2006-11-20T00:00:00');"
      "INSERT INTO RESULTAT_EPR (COD_IND, COD_ANU, COD_EPR, COD_SES, COD_ADM) VALUES (2, '2005', 'X', '2', "
      "'1');"
      "INSERT INTO GRP_RESULTAT_EPR (COD_EPR, COD_ANU, COD_SES, COD_ADM, ETA_AVC_EPR, DAT_AVC_EPR) VALUES "
      "('X', '2005', '2', '1', 'T', '2006-11-21T00:00:00')");
  CHECK(date_or(s.describe("dossiers-etudiants", key(1)).rules[0].start) == "2006-11-20");
  CHECK(date_or(s.describe("dossiers-etudiants", key(2)).rules[0].start) == "2006-11-21");
  CHECK(date_or(s.describe("dossiers-etudiants", key(3)).rules[0].start) == "2006-08-31");
}

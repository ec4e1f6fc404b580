// The Apogée profile: identity of the civil status, what was published, when a schooling ends, who stays.
#include "records/rendition.hpp"
#include "shipped.hpp"

#include <set>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace {

void student(Shipped& s, int no, const std::string& name = "DUPONT") {
  s.add("INDIVIDU", "COD_IND, COD_ETU, LIB_NOM_PAT_IND, LIB_PR1_IND, COD_SEX_ETU, DATE_NAI_IND",
        fmt::format("{0}, {1}, '{2}', 'Zoé', 'F', '1980-02-29T00:00:00'", no, 2000 + no, name));
}
void registered(Shipped& s, int no, const std::string& year, const std::string& state = "E") {
  s.add("INS_ADM_ANU", "COD_ANU, COD_IND, ETA_IAA",
        fmt::format("'{}', {}, '{}'", year, no, state == "A" ? "A" : "E"));
  s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE, DAT_CRE_IAE",
        fmt::format("'{0}', {1}, 'L1', 1, 1, '{2}', '{0}-07-10T11:00:00'", year, no, state));
}
void deliberated(Shipped& s, int no, const std::string& year, const std::string& state,
                 const std::string& date, const std::string& result = "ADM") {
  s.db.exec(fmt::format(
      "INSERT INTO GRP_RESULTAT_VET (COD_ETP, COD_VRS_VET, COD_ANU, COD_SES, COD_ADM, ETA_AVC_VET, "
      "DAT_AVC_VET) SELECT 'L1', 1, '{0}', '1', '1', '{1}', '{2}' WHERE NOT EXISTS "
      "(SELECT 1 FROM GRP_RESULTAT_VET WHERE COD_ANU = '{0}')",
      year, state, date));
  s.add("RESULTAT_VET", "COD_IND, COD_ETP, COD_VRS_VET, COD_ANU, COD_SES, COD_ADM, NOT_VET, COD_TRE",
        fmt::format("{}, 'L1', 1, '{}', '1', '1', '12.5', '{}'", no, year, result));
}
void offer(Shipped& s) {
  s.add("ETAPE", "COD_ETP, LIB_ETP", "'L1', 'Licence 1 (étape)'");
  s.add("VERSION_ETAPE", "COD_ETP, COD_VRS_VET, LIB_WEB_VET, COD_CMP", "'L1', 1, 'Licence 1re année', 'SCI'");
  s.add("COMPOSANTE", "COD_CMP, LIB_CMP", "'SCI', 'UFR Sciences'");
  s.add("TYP_RESULTAT", "COD_TRE, LIB_TRE, COD_NEG_TRE", "'ADM', 'Admis', '1'");
  s.add("TYP_RESULTAT", "COD_TRE, LIB_TRE, COD_NEG_TRE", "'AJ', 'Ajourné', '0'");
}
records::Key jury(const std::string& year) {
  return records::Key::parse(fmt::format(R"(["L1",1,"{}","1","1"])", year));
}
void graduate(Shipped& s, int no, const std::string& year, const std::string& result,
              const std::string& obtained, const std::string& state = "T") {
  s.db.exec(fmt::format(
      "INSERT INTO GRP_RESULTAT_VDI (COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, ETA_AVC_VDI, "
      "DAT_AVC_VDI) SELECT 'LIC', 1, '{0}', '1', '1', '{1}', '{2}-07-12T10:00:00' WHERE NOT EXISTS "
      "(SELECT 1 FROM GRP_RESULTAT_VDI WHERE COD_ANU = '{0}')",
      year, state, std::stoi(year) + 1));
  s.add("RESULTAT_VDI", "COD_IND, COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, COD_TRE, DAT_OBT_VDI",
        fmt::format("{}, 'LIC', 1, '{}', '1', '1', '{}', {}", no, year, result, obtained));
}
records::Key diplomas(const std::string& year) {
  return records::Key::parse(fmt::format(R"(["LIC",1,"{}"])", year));
}
records::Key version(int no) { return records::Key::parse(fmt::format(R"(["LIC",{}])", no)); }
std::string reason(const std::map<std::string, records::Candidate>& all, const std::string& k) {
  return all.at(k).left_out.value_or("");
}

}  // namespace

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
  const std::vector<std::string> small{"a", "c", "o", "v_date", "v_date_brute", "d", "v_inscrit", "n"};
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

TEST_CASE("Shipped profiles: what may be erased by law is counted and not copied, or waits for a decision") {
  const auto apogee = profiles::load(source_dir() / "profiles" / "apogee");
  const auto* blocks = apogee.find_table("IND_SANCTIONNE_BLO");
  REQUIRE(blocks);
  REQUIRE(blocks->left_rows.size() == 1);
  CHECK_THAT(blocks->left_rows[0].reason, Contains("R811-36"));
  CHECK_FALSE(blocks->find("LIB_CMT_BLO")->take);
  // No table or column of sanctions is known of Harpège: inspect asks about any that a site has, and none is
  // taken.
  const auto harpege = profiles::load(source_dir() / "profiles" / "harpege");
  for (const auto& table : harpege.tables)
    for (const auto* word : {"SANCTION", "DISCIPLIN", "BLAME", "AVERTISS"}) {
      INFO(table.name);
      CHECK(table.name.find(word) == std::string::npos);
      for (const auto& column : table.columns) CHECK(column.name.find(word) == std::string::npos);
    }
}

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
  CHECK_THAT(reason(all, diplomas("2012").text()), Contains("Aucun titulaire"));
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

TEST_CASE("Shipped profiles: every rule says what it rests on, how sure it is and who validates it") {
  for (const auto* name : {"apogee", "harpege"})
    for (const auto& rule : profiles::load(source_dir() / "profiles" / name).rules) {
      INFO(name << " " << rule.code);
      CHECK_FALSE(rule.label.empty());
      CHECK_FALSE(rule.trigger.empty());
      CHECK_FALSE(rule.source.empty());
      CHECK_FALSE(rule.validator.empty());
      CHECK((rule.confidence == "H" || rule.confidence == "M" || rule.confidence == "L"));
    }
}

TEST_CASE("Shipped profiles: no query asks for national numbers, health, parents or money") {
  using profiles::Sensitivity;
  const auto forbidden = [](Sensitivity s) {
    return s == Sensitivity::national_number || s == Sensitivity::health || s == Sensitivity::money ||
           s == Sensitivity::family;
  };
  for (const auto* name : {"apogee", "harpege"}) {
    const auto app = profiles::load(source_dir() / "profiles" / name);
    std::string queries = app.views;
    for (const auto& [file, text] : app.files)
      if (file.ends_with(".xml") && file != "tables.xml" && file != "rules.xml") queries += text;
    std::transform(queries.begin(), queries.end(), queries.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    std::set<std::string> words;
    for (std::size_t at = 0; at < queries.size();) {
      const auto end = queries.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", at);
      words.insert(queries.substr(at, end - at));
      at = end == std::string::npos ? queries.size() : end + 1;
    }
    // Names that other tables use for something else, and three exceptions. The index of a contract places
    // its holder on a scale, as grade and échelon do for others: a career, not an amount. Whether a
    // registration was paid decides whether it is valid: no amount is read. The nature of a leave, with its
    // dates, makes the service record of an agent: no reason and no diagnosis is read.
    std::set<std::string> allowed{"ETA_PMT_IAE", "C_CGE_MOD", "INDICE_CONTRAT"};
    for (const auto& table : app.tables)
      for (const auto& column : table.columns)
        if (!forbidden(column.sensitivity)) allowed.insert(column.name);
    int checked = 0;
    for (const auto& table : app.tables)
      for (const auto& column : table.columns)
        if (forbidden(column.sensitivity) && !allowed.contains(column.name)) {
          ++checked;
          INFO(name << " " << table.name << "." << column.name);
          // A word that is also the name of a column is not that column where its table is not read.
          CHECK_FALSE((words.contains(table.name) && words.contains(column.name)));
        }
    CHECK(checked > 5);
  }
}

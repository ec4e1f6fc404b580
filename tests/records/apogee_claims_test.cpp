// What the records and units of Apogée may claim: no holder that was not published, no civil status that is a
// usage, no reason for leaving that is false, no date earlier than the rows.
#include "apogee_people.hpp"
#include "records/rendition.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

TEST_CASE("Apogée: a positive result that was never published defers its diplomas until the paper is cited") {
  Shipped s("apogee");
  offer(s);
  for (int no = 1; no <= 6; ++no) student(s, no);
  registered(s, 6, "2020");
  graduate(s, 1, "2010", "ADM", "NULL");
  // Second session of the same diploma and year, left open.
  s.add("GRP_RESULTAT_VDI", "COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, ETA_AVC_VDI, DAT_AVC_VDI",
        "'LIC', 1, '2010', '2', '1', 'E', '2011-09-20T10:00:00'");
  const auto second = [&](int no) {
    s.add("RESULTAT_VDI", "COD_IND, COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, COD_TRE",
          fmt::format("{}, 'LIC', 1, '2010', '2', '1', 'ADM'", no));
  };
  second(1);  // published in the first session: nothing is missing of him
  second(2);
  second(3);
  graduate(s, 4, "2011", "ADM", "NULL", "A");
  graduate(s, 5, "2012", "ADM", "NULL");
  s.add(
      "AVCT_OBJ_ANO",
      "COD_ANU, TYP_OBJ_AOA, COD_OBJ_AOA, COD_VRS_OBJ_AOA, COD_SES_OBJ_AOA, COD_ADM_OBJ_AOA, ETA_ANO_OBJ_AOA",
      "'2012', 'VDI', 'LIC', 1, '1', '1', 'V'");
  graduate(s, 5, "2013", "AJ", "NULL");
  const auto all = s.candidates("diplomes-delivres");
  for (const auto* year : {"2010", "2011", "2012"}) {
    INFO(year);
    const auto& c = all.at(diplomas(year).text());
    CHECK_THAT(c.left_out.value_or(""), Contains("n'a pas été publié"));
    CHECK(c.deferred);
    CHECK(c.cited);
  }
  CHECK_FALSE(all.at(diplomas("2013").text()).deferred);

  // What the archivist's list transfers: the holders, and the others apart.
  std::vector<records::Candidate> closed;
  records::select(
      s.db, s.app, *s.app.find_archive("diplomes-delivres"),
      [&](records::Candidate&& c) { closed.push_back(std::move(c)); },
      [&](const records::Key& k) { return k.text() == diplomas("2010").text(); });
  REQUIRE(closed.size() == 1);
  REQUIRE_FALSE(closed[0].left_out);
  std::vector<core::Finding> findings;
  const auto* archive = s.app.find_archive("diplomes-delivres");
  const auto unit = records::describe(s.app, *archive, archive->unit, closed[0].facts, findings);
  CHECK_THAT(
      unit.description,
      Contains("1 titulaire ; 2 résultats positifs non publiés, à part (délibération encore modifiable "
               "(état E) : 2)"));
  CHECK(date_or(unit.rules[0].start) == "2011-09-20");
  const auto root = s.record("diplomes_delivres", diplomas("2010")).root;
  CHECK(cell(root, "titulaires") == "1");
  CHECK(cell(root, "positifs_non_publies") == "2");
  CHECK(rows_of(root, "titulaire").size() == 1);
  const auto apart = rows_of(root, "non_publie");
  REQUIRE(apart.size() == 2);
  CHECK(cell(*apart[0], "numero_etudiant") == "2002");
  CHECK(cell(*apart[0], "etat_deliberation") == "E");
  const auto anonymous = s.record("diplomes_delivres", diplomas("2012"));
  const auto hidden = rows_of(anonymous.root, "non_publie");
  REQUIRE(hidden.size() == 1);
  CHECK(cell(*hidden[0], "cause") == "anonymat encore actif");
}

TEST_CASE("Apogée: a first name in use is never said to be that of the civil status") {
  Shipped s("apogee");
  offer(s);
  for (int no = 1; no <= 3; ++no) {
    student(s, no);
    registered(s, no, no == 3 ? "2020" : "2010");
  }
  graduate(s, 1, "2010", "ADM", "NULL");
  s.db.exec(
      "UPDATE INDIVIDU SET TEM_PR_USAGE = 'O', LIB_PR1_IND = 'Alix' WHERE COD_IND = 1;"
      "UPDATE INDIVIDU SET TEM_PR_USAGE = 'O', LIB_PR1_IND = 'Alix', LIB_PR_ETA_CIV = 'Alexandre', "
      "COD_SEX_ETA_CIV = ' ' WHERE COD_IND = 2");
  const auto root = s.record("etudiant", key(1)).root;
  CHECK(cell(root, "prenom") == "NULL");
  CHECK(cell(root, "prenom_usage") == "Alix");
  CHECK(cell(root, "sexe") == "NULL");
  CHECK_THAT(cell(root, "reserve_identite"), Contains("prénom et sexe d'état civil absents"));
  const auto unit = s.describe("dossiers-etudiants", key(1));
  CHECK(unit.title == "DUPONT (prénom d'usage : Alix), né(e) le 29/02/1980");
  CHECK(unit.keywords.at(0).second == "DUPONT Alix");  // to be found again
  const auto delivered = s.record("diplomes_delivres", diplomas("2010"));
  const auto holder = rows_of(delivered.root, "titulaire");
  REQUIRE(holder.size() == 1);
  CHECK(cell(*holder[0], "prenom") == "NULL");
  CHECK_THAT(cell(*holder[0], "reserve_identite"), Contains("absents"));
  const auto list = s.record("liste_inscrits", records::Key::parse(R"(["2010"])"));
  CHECK(cell(*rows_of(list.root, "inscrit").at(0), "prenom") == "Alix");
  const auto known = s.record("etudiant", key(2)).root;
  CHECK(cell(known, "prenom") == "Alexandre");
  CHECK(cell(known, "sexe") == "NULL");
  CHECK(cell(known, "reserve_identite") == "sexe d'état civil absent de l'application");
  CHECK(cell(s.record("etudiant", key(3)).root, "reserve_identite") == "NULL");
}

TEST_CASE("Apogée: an estimated birth is a year in the title, not a day") {
  Shipped s("apogee");
  for (int no = 1; no <= 3; ++no) {
    student(s, no);
    registered(s, no, no == 3 ? "2020" : "2010");
  }
  s.db.exec(
      "UPDATE INDIVIDU SET TEM_DATE_NAI_REL = 'N', DATE_NAI_IND = '1989-01-01T00:00:00' WHERE COD_IND = 1;"
      "UPDATE INDIVIDU SET TEM_DATE_NAI_REL = 'O' WHERE COD_IND = 2");
  CHECK_THAT(s.describe("dossiers-etudiants", key(1)).title, EndsWith("Zoé, née en 1989"));
  CHECK_THAT(s.describe("dossiers-etudiants", key(2)).title, EndsWith("Zoé, née le 29/02/1980"));
  // What O and N mean is not established: nothing says it is.
  const auto* nature = s.app.find_code_list("date-naissance");
  for (const auto* code : {"O", "N"}) CHECK(nature->find(code)->evidence == profiles::Evidence::unknown);
}

TEST_CASE("Apogée: a list of a year is dated by its latest row, a termination of years later included") {
  Shipped s("apogee");
  student(s, 1);
  registered(s, 1, "2010", "R");
  registered(s, 1, "2020");
  s.db.exec("UPDATE INS_ADM_ETP SET DAT_ANNUL_RES_IAE = '2012-12-15T08:00:00' WHERE COD_ANU = '2010'");
  const auto list = records::Key::parse(R"(["2010"])");
  auto unit = s.describe("listes-inscrits", list);
  CHECK(date_or(unit.end) == "2012-12-15");
  CHECK(date_or(unit.rules[0].start) == "2011-08-31");
  CHECK(date_or(unit.rules[1].start) == "2012-12-15");
  for (const auto* none : {"'9999-12-31T00:00:00'", "'2011-01-05T00:00:00'", "NULL"}) {
    s.db.exec(fmt::format("UPDATE INS_ADM_ETP SET DAT_ANNUL_RES_IAE = {}", none));
    unit = s.describe("listes-inscrits", list);
    CHECK(date_or(unit.end) == "2011-08-31");
    CHECK(date_or(unit.rules[1].start) == "2011-08-31");
  }
}

TEST_CASE("Apogée: the end of the academic year is the establishment's, from local.xml") {
  auto files = profiles::load(source_dir() / "profiles" / "apogee").files;
  files["local.xml"] =
      R"xml(<local xmlns="urn:versoir:profile:1" application="apogee"><day name="fin-annee-universitaire" day="09-30"/></local>)xml";
  Shipped s(profiles::load(files, "apogee"));
  student(s, 1);
  registered(s, 1, "2010");
  registered(s, 2, "2020");
  CHECK(date_or(s.describe("dossiers-etudiants", key(1)).rules[0].start) == "2011-09-30");
  const auto list = s.describe("listes-inscrits", records::Key::parse(R"(["2010"])"));
  CHECK(date_or(list.rules[0].start) == "2011-09-30");
}

TEST_CASE("Apogée: who has anything that the record reads never stayed for having nothing") {
  const std::map<std::string, std::string> only{{"INS_PEDAGOGI_ETP", "'2010', 1, 'L1', 1"},
                                                {"IND_CONTRAT_ELP", "'2010', 1, 'L1', 1"},
                                                {"IND_DISPENSE_ELP", "'2010', 1, 'L1', 1"},
                                                {"TRAV_EXT_RVM_RES", ""}};
  for (const auto& [table, values] : only) {
    INFO(table);
    Shipped s("apogee");
    student(s, 1);
    student(s, 2);
    if (values.empty())
      s.add(table, "COD_ANU, COD_IND, COD_RVN", "'2010', 1, 'R'");
    else
      s.add(table, "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET", values);
    const auto all = s.candidates("dossiers-etudiants");
    CHECK(reason(all, "[1]").empty());
    CHECK_THAT(reason(all, "[2]"), Contains("Jamais inscrit"));
  }
}

TEST_CASE("Apogée: a deliberation without results has that reason, whatever its state") {
  Shipped s("apogee");
  offer(s);
  s.add("GRP_RESULTAT_VET", "COD_ETP, COD_VRS_VET, COD_ANU, COD_SES, COD_ADM, ETA_AVC_VET",
        "'L1', 1, '2012', '1', '1', 'E'");
  const auto c = s.candidates("deliberations").at(jury("2012").text());
  CHECK_THAT(c.left_out.value_or(""), Contains("sans aucun résultat"));
  CHECK_FALSE(c.deferred);
}

TEST_CASE("Apogée: credits of an étape, and those that the transcripts printed") {
  Shipped s("apogee");
  offer(s);
  s.db.exec("UPDATE VERSION_ETAPE SET NBR_CRD_VET = '60'");
  student(s, 1);
  deliberated(s, 1, "2010", "T", "2011-06-20T09:00:00");
  s.add("RELEVE_NOTE", "COD_RVN, LIB_RVN", "'RVN1', 'Relevé de licence'");
  const std::string columns =
      "COD_IND, COD_RVN, COD_ANU, NUM_OCC_OBJ_MNP, NUM_OCC_OBJ_OBJ_MNP, TYP_OBJ_MNP, COD_OBJ_MNP, "
      "COD_VRS_OBJ_MNP, "
      "LIB_CMT_TRV, NOT_TRV, COD_TRE, NBR_CRD_OBJ_MNP";
  s.add("TRAV_EXT_RVM_RES", columns,
        "1, 'RVN1', '2010', 1, 1, 'ELP', 'MATH', NULL, 'Mathématiques', '12', 'ADM', '6'");
  s.add("TRAV_EXT_RVM_RES", columns,
        "1, 'RVN1', '2010', 1, -1, 'VET', 'L1', 1, 'Licence 1', '11.5', 'ADM', '54'");
  s.add("TRAV_EXT_RVM_RES", columns, "1, 'PERDU', '2009', 1, 1, NULL, NULL, NULL, 'Seule', NULL, NULL, NULL");
  const auto root = s.record("etudiant", key(1)).root;
  CHECK(cell(*rows_of(*rows_of(root, "resultat").at(0), "etape").at(0), "credits") == "60");
  CHECK(cell(s.record("deliberation", jury("2010")).root, "credits") == "60");
  const auto printed = rows_of(root, "releve");
  REQUIRE(printed.size() == 2);
  CHECK(cell(*printed[0], "modele") == "code inconnu : PERDU");
  CHECK(cell(*printed[1], "modele") == "Relevé de licence (RVN1)");
  const auto lines = rows_of(*printed[1], "ligne");
  REQUIRE(lines.size() == 2);
  CHECK(cell(*lines[0], "objet") == "étape L1/1");  // the heading first
  CHECK(cell(*lines[0], "credits") == "54");
  CHECK(cell(*lines[1], "texte") == "Mathématiques");
  CHECK(cell(*lines[1], "resultat_libelle") == "Admis");
}

TEST_CASE("Apogée: an habilitation is named as one, from the type of its diploma") {
  Shipped s("apogee");
  for (int no = 1; no <= 4; ++no) student(s, no);
  s.add("TYP_DIPLOME", "COD_TPD_ETB, LIB_TPD, ETA_THS_HDR_DRT", "'HD', 'Habilitation', 'H'");
  s.add("TYP_DIPLOME", "COD_TPD_ETB, LIB_TPD, ETA_THS_HDR_DRT", "'DO', 'Doctorat', 'T'");
  for (const auto* pair : {"'HDR', 'HD'", "'DOC', 'DO '"}) s.add("DIPLOME", "COD_DIP, COD_TPD_ETB", pair);
  for (const auto* dip : {"HDR", "DOC"})
    s.add("VERSION_DIPLOME", "COD_DIP, COD_VRS_VDI", fmt::format("'{}', 1", dip));
  const auto defended = [&](int no, const std::string& dip, const std::string& kind) {
    s.add("THESE_HDR_SOUT", "COD_THS, COD_IND, COD_DIP, COD_VRS_VDI, COD_THS_TRV, ETA_THS, DAT_SOU_THS",
          fmt::format("{0}, {0}, '{1}', 1, '{2}', 'S', '2010-07-01T00:00:00'", no, dip, kind));
  };
  defended(1, "HDR", "2");
  defended(2, "DOC", "1");
  defended(3, "ZZZ", "2");
  defended(4, "HDR", "1");
  const auto title = [&](int no) { return s.describe("theses-hdr", key(no)).title; };
  CHECK_THAT(title(1), Contains("(habilitation à diriger des recherches)"));
  CHECK_THAT(title(2), Contains("(thèse)"));
  CHECK_THAT(title(3), Contains("(travaux)"));
  CHECK_THAT(title(4), Contains("(thèse, ou habilitation à diriger des recherches)"));
  std::vector<std::string> words;
  for (const auto& [type, word] : s.describe("theses-hdr", key(1)).keywords)
    if (type == "subject") words.push_back(word);
  CHECK(words == std::vector<std::string>{"habilitation à diriger des recherches", "soutenance"});
  for (const auto* record : {"these_hdr", "etudiant"}) {
    const auto root = s.record(record, key(1)).root;
    const auto& row = std::string(record) == "etudiant" ? *rows_of(root, "these").at(0) : root;
    CHECK(row.find("troisieme_cycle")->label == "habilitation à diriger des recherches");
  }
}

TEST_CASE("Apogée: the offer says the rules of an element, and the years in which a version served") {
  Shipped s("apogee");
  offer(s);
  s.add("VERSION_DIPLOME", "COD_DIP, COD_VRS_VDI", "'LIC', 1");
  s.add("VDI_FRACTIONNER_VET", "COD_DIP, COD_VRS_VDI, COD_ETP, COD_VRS_VET", "'LIC', 1, 'L1', 1");
  s.add("VET_REGROUPE_LSE", "COD_ETP, COD_VRS_VET, COD_LSE", "'L1', 1, 'SEM'");
  s.add("LSE_REGROUPE_ELP", "COD_LSE, COD_ELP", "'SEM', 'S1'");
  s.add("ELEMENT_PEDAGOGI",
        "COD_ELP, NOT_MIN_RPT_ELP, BAR_MIN_RPT_ELP, TEM_CON_ELP, DUR_CON_ELP, NOT_MIN_CON_ELP, "
        "BAR_MIN_CON_ELP, "
        "NOT_MIN_ADM_NUM, NOT_MIN_ADM_DEN, TEM_PNT_JUR_ELP, TEM_MEI_NOT_ELP",
        "'S1', '10', 20, 'O', 2, '10', 20, '8', '20', 'O', 'N'");
  for (const auto* year : {"2010", "2012"})
    s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE, COD_DIP, COD_VRS_VDI",
          fmt::format("'{}', 1, 'L1', 1, 1, 'E', 'LIC', 1", year));
  const auto record = s.record("offre", version(1));
  const auto elements = rows_of(record.root, "element");
  REQUIRE(elements.size() == 1);
  CHECK(cell(*elements[0], "note_minimale_report") == "10/20");
  CHECK(cell(*elements[0], "conservation_element") == "oui, durée 2, note minimale 10/20");
  CHECK(cell(*elements[0], "notes_admissibilite") == "minimale : 8/20");
  CHECK(elements[0]->find("points_jury")->label == "oui");
  CHECK(elements[0]->find("meilleure_note")->label == "non");
  std::vector<std::string> years;
  for (const auto& e : s.describe("offre-formation", version(1)).elements)
    if (e.name == "Keyword") years.push_back(e.children.at(0).text);
  CHECK(years == std::vector<std::string>{"année universitaire 2010/2011", "année universitaire 2012/2013"});
}

TEST_CASE("Apogée: the date of a deliberation that never ended still dates the file") {
  Shipped s("apogee");
  offer(s);
  student(s, 1);
  registered(s, 1, "2010");
  student(s, 2, "MARTIN");
  registered(s, 2, "2020");  // the last year of the application
  deliberated(s, 1, "2010", "A", "2012-03-05T09:00:00");
  graduate(s, 1, "2010", "ADM", "NULL", "A");
  const auto before = s.describe("dossiers-etudiants", key(1));
  // It ends no schooling, and the file that shows it is no older than it.
  CHECK(date_or(before.rules[0].start) == "2011-08-31");
  CHECK(date_or(before.rules[1].start) == "2012-03-05");
  s.db.exec("UPDATE GRP_RESULTAT_VDI SET DAT_AVC_VDI = '2013-01-10T09:00:00'");
  const auto after = s.describe("dossiers-etudiants", key(1));
  CHECK(date_or(after.rules[0].start) == "2011-08-31");
  CHECK(date_or(after.rules[1].start) == "2013-01-10");
}

TEST_CASE("Apogée: the page of each piece is named by what it holds, in words, and claims no signed paper") {
  Shipped s("apogee");
  offer(s);
  student(s, 1);
  registered(s, 1, "2010");
  deliberated(s, 1, "2010", "T", "2011-06-20T09:00:00");
  graduate(s, 1, "2010", "ADM", "NULL");
  s.add("VERSION_DIPLOME", "COD_DIP, COD_VRS_VDI, LIB_WEB_VDI", "'LIC', 1, 'Licence'");
  s.add("THESE_HDR_SOUT", "COD_THS, COD_IND, COD_DIP, COD_VRS_VDI, ETA_THS, LIB_THS",
        "7, 1, 'LIC', 1, 'S', 'Du' || char(10, 9) || 'sel'");
  const auto title = [&](const std::string& id, const records::Key& k) {
    core::StringSink sink;
    records::write_html(s.record(id, k), {"apogee", "ab12", "2026-06-30T10:00:00Z"}, sink,
                        s.app.find_sheet(id), records::Readers::archive);
    const auto at = sink.text.find("<h1>") + 4;
    return sink.text.substr(at, sink.text.find("</h1>") - at);
  };
  CHECK(title("deliberation", jury("2010")) ==
        "Données de délibération, Licence 1re année (L1/1), 2010/2011, première session, admission");
  CHECK(title("diplomes_delivres", diplomas("2010")) ==
        "Données des diplômes délivrés, Licence (LIC/1), 2010/2011");
  CHECK(title("liste_inscrits", records::Key::parse(R"(["2010"])")) ==
        "Liste des inscrits, année universitaire 2010/2011");
  CHECK(title("these_hdr", key(7)) == "Données de soutenance, DUPONT Zoé : Du sel");
  CHECK(title("offre", version(1)) == "Offre de formation, Licence (LIC/1)");
}

TEST_CASE("Apogée: the baccalauréat says its two specialities, in words, in their order") {
  Shipped s("apogee");
  student(s, 1);
  s.add("SPECIALITE_BAC", "COD_SPE_BAC, LIB_SPE_BAC", "'PHYS', 'Physique-chimie'");
  s.add("IND_BAC", "COD_IND, COD_BAC, DAA_OBT_BAC_IBA, COD_SPE1_BAC_TER, COD_SPE2_BAC_TER",
        "1, 'NBGE', '2021', 'PHYS ', 'MATH'");
  s.add("IND_BAC", "COD_IND, COD_BAC, DAA_OBT_BAC_IBA, COD_SPE1_BAC_TER", "1, 'S', '2010', ' '");
  const auto root = s.record("etudiant", key(1)).root;
  const auto titles = rows_of(root, "titre_acces");
  REQUIRE(titles.size() == 2);
  CHECK_FALSE(titles[0]->find("specialites")->value.has_value());
  CHECK(cell(*titles[1], "specialites") == "Physique-chimie ; code inconnu : MATH");
}

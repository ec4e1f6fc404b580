// Code lists of the synthetic university, staff, and the years with their counters.
#include "apogee_model.hpp"

#include <fmt/format.h>

#include <initializer_list>

namespace versoir::samples::apogee {

namespace {

using Text = std::string_view;

/// Tables whose columns are key, labels and flags: one line per code.
struct Line {
  Text code, label, short_label;
};
void write_codes(Output& out, Text table, Text suffix, Text key, std::initializer_list<Line> lines,
                 bool shorts = true) {
  for (const auto& l : lines) {
    auto& r = out.row(table);
    r.set(key, l.code)
        .set(fmt::format("LIB_{}", suffix), l.label)
        .set(fmt::format("TEM_EN_SVE_{}", suffix), "O");
    if (shorts) r.set(fmt::format("LIC_{}", suffix), l.short_label);
    out.write(r);
  }
}

void write_places(Output& out) {
  struct Department {
    Text code, name, academy;
  };
  constexpr std::array departments{
      Department{"013", "BOUCHES-DU-RHÔNE", "02"},
      Department{"014", "CALVADOS", "05"},
      Department{"022", "CÔTES-D'ARMOR", "14"},
      Department{"029", "FINISTÈRE", "14"},
      Department{"031", "HAUTE-GARONNE", "16"},
      Department{"033", "GIRONDE", "04"},
      Department{"035", "ILLE-ET-VILAINE", "14"},
      Department{"044", "LOIRE-ATLANTIQUE", "17"},
      Department{"049", "MAINE-ET-LOIRE", "17"},
      Department{"053", "MAYENNE", "17"},
      Department{"056", "MORBIHAN", "14"},
      Department{"059", "NORD", "09"},
      Department{"064", "PYRÉNÉES-ATLANTIQUES", "04"},
      Department{"067", "BAS-RHIN", "15"},
      Department{"069", "RHÔNE", "10"},
      Department{"072", "SARTHE", "17"},
      Department{"075", "PARIS", "01"},
      Department{"972", "MARTINIQUE", "31"},
      Department{"974", "LA RÉUNION", "28"},
      Department{"099", "ÉTRANGER", "00"},
  };
  for (const auto& d : departments) {
    auto& r = out.row("DEPARTEMENT");
    r.set("COD_DEP", d.code).set("LIB_DEP", d.name).set("LIC_DEP", d.code).set("TEM_EN_SVE_DEP", "O");
    r.set("COD_ACD", d.academy);
    out.write(r);
  }
  write_codes(out, "ACADEMIE", "ACD", "COD_ACD",
              {{"01", "PARIS", "PARIS"},
               {"14", "RENNES", "RENNES"},
               {"17", "NANTES", "NANTES"},
               {"04", "BORDEAUX", "BORDEAUX"},
               {"16", "TOULOUSE", "TOULOUSE"},
               {"00", "SANS OBJET", "SANS OBJET"}});
  for (const auto& c : countries()) {
    auto& r = out.row("PAYS");
    r.set("COD_PAY", c.code).set("LIB_PAY", c.name).set("LIC_PAY", c.code).set("LIB_NAT", c.nationality);
    r.set("TEM_EN_SVE_PAY", "O")
        .set("TEM_OUV_DRT_SSO_PAY", "O")
        .set("TEM_DEL", "N")
        .set("TEM_AFL_DEC_IND_PAY", "N");
    out.write(r);
  }
  for (const auto& t : towns()) {
    auto& c = out.row("COMMUNE");
    c.set("COD_COM", t.insee).set("LIB_COM", t.name).set("TEM_EN_SVE_COM", "O").set("COD_DEP", t.department);
    out.write(c);
    auto& office = out.row("BUREAU_DIS");
    office.set("COD_BDI", t.post).set("LIB_BDI", t.name).set("TEM_EN_SVE_BDI", "O");
    out.write(office);
    auto& b = out.row("COM_BDI");
    b.set("COD_BDI", t.post)
        .set("COD_COM", t.insee)
        .set("LIB_ACH", t.name)
        .set("TEM_EN_SVE_CBD", "O")
        .set("COD_FIC_CBD", "P");
    out.write(b);
  }
}

void write_schools(Output& out) {
  struct School {
    Text code, name, short_name, official, type, department;
  };
  constexpr std::array schools{
      School{university, "UNIVERSITÉ DE SAINT-AUBIN", "UNIV ST AU", "Université de Saint-Aubin", "01", "035"},
      School{"0351991A", "LYCÉE ANATOLE-LE-BRAZ", "LYC LEBRAZ", "Lycée Anatole-Le-Braz", "10", "035"},
      School{"0291992B", "LYCÉE DE L'ELORN", "LYC ELORN", "Lycée de l'Élorn", "10", "029"},
      School{"0561993C", "LYCÉE SAINT-GILDAS", "LYC GILDAS", "Lycée Saint-Gildas", "10", "056"},
      School{"0441994D", "UNIVERSITÉ DE L'ESTUAIRE", "UNIV ESTU", "Université de l'Estuaire", "01", "044"},
  };
  for (const auto& s : schools) {
    auto& r = out.row("ETABLISSEMENT");
    r.set("COD_ETB", s.code)
        .set("LIB_ETB", s.name)
        .set("LIC_ETB", s.short_name)
        .set("LIB_OFF_ETB", s.official);
    r.set("LIB_ART_OFF_ETB", "l'")
        .set("COD_TPE", s.type)
        .set("COD_DEP", s.department)
        .set("COD_PAY_ADR_ETB", "100");
    r.set("TEM_CNV_ETB", "N")
        .set("TEM_PUB_ETB", "O")
        .set("TEM_EN_SVE_ETB", "O")
        .set("LIB_WEB_ETB", s.official);
    out.write(r);
  }
  write_codes(out, "TYP_ETB", "TPE", "COD_TPE",
              {{"01", "Université", "Université"}, {"10", "Lycée", "Lycée"}});
  struct Component {
    Text code, name, short_name, type;
  };
  constexpr std::array components{
      Component{"SCI", "UFR Sciences et technologies", "UFR ST", "UFR"},
      Component{"LET", "UFR Lettres, langues et histoire", "UFR LLH", "UFR"},
      Component{"DRO", "UFR Droit et science politique", "UFR DSP", "UFR"},
      Component{"IUT", "IUT de Saint-Aubin", "IUT", "IUT"},
      Component{"DOC", "Collège doctoral", "COLL DOCT", "AUT"},
  };
  for (const auto& c : components) {
    auto& r = out.row("COMPOSANTE");
    r.set("COD_CMP", c.code).set("LIB_CMP", c.name).set("LIC_CMP", c.short_name).set("COD_TPC", c.type);
    r.set("LIB_WEB_CMP", c.name)
        .set("TEM_EN_SVE_CMP", "O")
        .set("COD_NAT_CMP", "J")
        .set("COD_CMP_ETB", university);
    r.set("INT_1_EDI_DIP_CMP", "Université de Saint-Aubin")
        .set("INT_2_EDI_DIP_CMP", c.name)
        .set("COD_SIG", "01");
    out.write(r);
  }
  auto& g = out.row("CENTRE_GESTION");
  g.set("COD_CGE", "SCO")
      .set("LIB_CGE", "Scolarité centrale")
      .set("LIC_CGE", "SCO")
      .set("TEM_EN_SVE_CGE", "O");
  out.write(g);
  write_codes(out, "CENTRE_INS_PED", "CIP", "COD_CIP",
              {{"SCI", "Secrétariat Sciences", "SCI"},
               {"LET", "Secrétariat Lettres", "LET"},
               {"DRO", "Secrétariat Droit", "DRO"},
               {"IUT", "Secrétariat IUT", "IUT"}});
  auto& s = out.row("SIGNATAIRE");
  s.set("COD_SIG", "01").set("NOM_SIG", "Hélène PENNANEAC'H").set("QUA_SIG", "La présidente de l'université");
  s.set("TEM_EN_SVE_SIG", "O");
  out.write(s);
}

void write_baccalaureates(Output& out) {
  struct Bac {
    Text code, label, short_label;
    int from, to;
  };
  constexpr std::array list{Bac{"S", "Bac S - Scientifique", "S", 1995, 2020},
                            Bac{"ES", "Bac ES - Économique et social", "ES", 1995, 2020},
                            Bac{"L", "Bac L - Littéraire", "L", 1995, 2020},
                            Bac{"STG", "Bac STG - Tertiaire", "STG", 1995, 2020},
                            Bac{"NBGE", "Bac général 2021", "BG", 2021, 0},
                            Bac{"0031", "Titre étranger admis en équivalence", "EQUIV", 1960, 0}};
  for (const auto& b : list) {
    auto& r = out.row("BAC_OUX_EQU");
    r.set("COD_BAC", b.code).set("LIB_BAC", b.label).set("LIC_BAC", b.short_label);
    r.set("DAA_DEB_VLD_BAC", year_text(b.from)).set_if("DAA_FIN_VLD_BAC", b.to != 0, year_text(b.to));
    r.set("TEM_EN_SVE_BAC", b.to == 0 ? "O" : "N")
        .set("TEM_NAT_BAC", b.code == "0031" ? "N" : "O")
        .set("TEM_CTRL_INE", "O");
    out.write(r);
  }
  write_codes(
      out, "MENTION_NIV_BAC", "MNB", "COD_MNB",
      {{"TB", "Très bien", "TB"}, {"B", "Bien", "B"}, {"AB", "Assez bien", "AB"}, {"P", "Passable", "P"}});
}

void write_result_codes(Output& out) {
  struct Code {
    Text code, label, short_label, positive;
  };
  // The local list of this university; ATT was withdrawn but old results still bear it.
  constexpr std::array list{
      Code{"ADM", "Admis", "Admis", "1"},
      Code{"ADC", "Admis par compensation", "Admis comp.", "1"},
      Code{"ADJ", "Admis par décision du jury", "Admis jury", "1"},
      Code{"AJ", "Ajourné", "Ajourné", "0"},
      Code{"AJAC", "Ajourné autorisé à continuer", "AJAC", "0"},
      Code{"DEF", "Défaillant", "Défaillant", "0"},
      Code{"ABI", "Absence injustifiée", "Absent inj.", "0"},
      Code{"ABJ", "Absence justifiée", "Absent just.", "0"},
      Code{"DIS", "Dispensé", "Dispensé", "1"},
      Code{"VAC", "Validation d'acquis", "Val. acquis", "1"},
      Code{"ATT", "En attente", "Attente", "0"},
  };
  for (const auto& c : list) {
    auto& r = out.row("TYP_RESULTAT");
    r.set("COD_TRE", c.code)
        .set("LIB_TRE", c.label)
        .set("LIC_TRE", c.short_label)
        .set("COD_NEG_TRE", c.positive);
    r.set("TEM_ADI_TRE", "N")
        .set("TEM_ADO_TRE", "O")
        .set("TEM_VDI_TRE", "O")
        .set("TEM_VET_TRE", "O")
        .set("TEM_ELP_TRE", "O");
    r.set("TEM_EPR_TRE", "O").set("TEM_EN_SVE_TRE", c.code == "ATT" ? "N" : "O").set("TEM_DEL", "N");
    out.write(r);
  }
  write_codes(out, "MENTION", "MEN", "COD_MEN",
              {{"TB", "Très bien", "T. bien"},
               {"B", "Bien", "Bien"},
               {"AB", "Assez bien", "A. bien"},
               {"P", "Passable", "Passable"},
               {"TH", "Très honorable", "T. honor."},
               {"FJ", "Très honorable avec félicitations du jury", "Félicit."}});
}

void write_registration_codes(Output& out) {
  write_codes(out, "REGIME_INS", "RGI", "COD_RGI",
              {{"1", "Formation initiale", "Initiale"},
               {"2", "Formation continue", "Continue"},
               {"3", "Reprise d'études", "Reprise"},
               {"4", "Apprentissage", "Apprenti"}});
  write_codes(out, "STATUT_ETU", "STU", "COD_STU",
              {{"01", "Étudiant", "Étudiant"},
               {"02", "Auditeur", "Auditeur"},
               {"03", "Étudiant en échange", "Échange"}});
  write_codes(out, "PROFIL_ETU", "PRU", "COD_PRU",
              {{"NO", "Normal", "Normal"},
               {"AJ", "Autorisé à continuer", "AJAC"},
               {"FP", "Formation permanente", "Form. perm"},
               {"EX", "Échange", "Échange"}});
  for (const auto& n : {Line{"SEM", "Semestre", "Semestre"}, Line{"UE", "Unité d'enseignement", "UE"},
                        Line{"MAT", "Matière", "Matière"}}) {
    auto& r = out.row("NATURE_ELP");
    r.set("COD_NEL", n.code).set("LIB_NEL", n.label).set("LIC_NEL", n.short_label).set("TEM_EN_SVE_NEL", "O");
    r.set("TEM_SEMESTRE", n.code == "SEM" ? "O" : "N")
        .set("TEM_UE", n.code == "UE" ? "O" : "N")
        .set("TEM_FICTIF", "N");
    out.write(r);
  }
  write_codes(out, "PERIODE_ELP", "PEL", "COD_PEL",
              {{"S1", "Semestre impair", "Sem. 1"}, {"S2", "Semestre pair", "Sem. 2"}});
  write_codes(out, "NATURE_EPR", "NEP", "COD_NEP", {{"ECRI", "Écrit", "Écrit"}, {"ORAL", "Oral", "Oral"}});
  write_codes(out, "TYP_EPREUVE", "TEP", "COD_TEP",
              {{"CC", "Contrôle continu", "Continu"}, {"ET", "Examen terminal", "Terminal"}});
  write_codes(out, "CAT_SOC_PFL", "PCS", "COD_PCS",
              {{"23", "Chef d'entreprise", "Chef entr."},
               {"34", "Professeur", "Professeur"},
               {"52", "Employé", "Employé"},
               {"63", "Ouvrier qualifié", "Ouvrier"},
               {"81", "Chômeur", "Chômeur"}});
  write_codes(out, "CYCLE", "CYC", "COD_CYC",
              {{"1", "Premier cycle", ""}, {"2", "Deuxième cycle", ""}, {"3", "Troisième cycle", ""}}, false);
  write_codes(out, "CURSUS_LMD", "CUR", "COD_CUR",
              {{"L", "Licence", ""}, {"M", "Master", ""}, {"D", "Doctorat", ""}}, false);
  write_codes(out, "NATURE_DIPLOME", "NDI", "COD_NDI",
              {{"NA", "Diplôme national", "National"}, {"UN", "Diplôme d'université", "Univ."}});
  write_codes(out, "DIP_AUT_CUR", "DAC", "COD_DAC",
              {{"LICEXT", "Licence obtenue dans une autre université", "Lic. ext."},
               {"BTS", "Brevet de technicien supérieur", "BTS"},
               {"ETRANG", "Diplôme étranger de premier cycle", "Étranger"}});
  struct Type {
    Text code, label, short_label;
    bool thesis;
  };
  constexpr std::array types{Type{"LI", "Licence", "Licence", false}, Type{"MA", "Master", "Master", false},
                             Type{"DT", "Diplôme universitaire de technologie", "DUT", false},
                             Type{"UN", "Diplôme d'université", "DU", false},
                             Type{"40", "Doctorat", "Doctorat", true}};
  for (const auto& t : types) {
    auto& r = out.row("TYP_DIPLOME");
    r.set("COD_TPD_ETB", t.code)
        .set("LIB_TPD", t.label)
        .set("LIC_TPD", t.short_label)
        .set("TEM_EN_SVE_TPD", "O");
    r.set_if("ETA_THS_HDR_DRT", t.thesis, "T").set("TEM_SANTE", "N").set("TEM_ENQ_SIS_TPD", "O");
    out.write(r);
  }
}

void write_blocks(Output& out) {
  struct Block {
    Text code, label, type;
  };
  // The table has no key: the line BIB is there twice, identical, and must be copied twice.
  constexpr std::array blocks{Block{"BIB", "Livres non rendus", "A"}, Block{"BIB", "Livres non rendus", "A"},
                              Block{"PAI", "Droits non payés", "A"},
                              Block{"DIS", "Exclusion temporaire", "T"}};
  for (const auto& b : blocks) {
    auto& r = out.row("BLOCAGE");
    r.set("COD_BLO", b.code).set("LIB_BLO", b.label).set("COD_TPB", b.type);
    out.write(r);
  }
  for (const auto& [code, label] : {std::pair{"A", "Administratif"}, std::pair{"T", "Temporaire"}}) {
    auto& r = out.row("TYP_BLOCAGE");
    r.set("COD_TPB", code).set("LIB_TPB", label);
    out.write(r);
  }
}

void write_application(Output& out) {
  struct Version {
    Text version;
    int patch;
    std::chrono::sys_days installed;
  };
  const std::array versions{Version{"4.20", 3, day(2012, 7, 4)}, Version{"5.50", 1, day(2018, 6, 28)},
                            Version{"6.10", 2, day(2024, 5, 16)}};
  for (const auto& v : versions) {
    auto& r = out.row("VERSION_APO");
    r.set("COD_VER", v.version).set("COD_PATCH", v.patch).set("COD_PERSO", 0).set("DAT_CRE", v.installed);
    r.set("LIB_COM", "Version d'exemple").set("TEM_EN_SVE_VER", v.version == "6.10" ? "O" : "N");
    out.write(r);
  }
  struct Anonymity {
    Text type, object, active;
    int version;
  };
  constexpr std::array objects{Anonymity{"ELP", "DR13M1A", "V", 0}, Anonymity{"ELP", "DR13M2A", "V", 0},
                               Anonymity{"VET", "LDRO1", "F", 310}};
  for (const auto& o : objects) {
    auto& r = out.row("AVCT_OBJ_ANO");
    r.set("COD_ANU", year_text(last_year)).set("TYP_OBJ_AOA", o.type).set("COD_OBJ_AOA", o.object);
    r.set("COD_VRS_OBJ_AOA", o.version)
        .set("COD_SES_OBJ_AOA", "1")
        .set("COD_ADM_OBJ_AOA", "1")
        .set("ETA_ANO_OBJ_AOA", o.active);
    out.write(r);
  }
}

}  // namespace

void write_nomenclatures(Output& out) {
  write_places(out);
  write_schools(out);
  write_baccalaureates(out);
  write_result_codes(out);
  write_registration_codes(out);
  write_blocks(out);
  write_application(out);
}

void write_years(Context& c) {
  for (int y = first_year; y <= last_year; ++y) {
    auto& r = c.out.row("ANNEE_UNI");
    const bool open = y == last_year;
    r.set("COD_ANU", year_text(y)).set("LIB_ANU", fmt::format("Année universitaire {}/{}", y, y + 1));
    r.set("LIC_ANU", fmt::format("{}/{:02}", y, (y + 1) % 100)).set("ETA_ANU_IAE", open ? "O" : "F");
    r.set("ETA_ANU_IPE", open ? "O" : "F").set("ETA_ANU_RES", open ? "O" : "F");
    r.set("DAT_OUV_OPI", day(y, 2, 1))
        .set("DAT_FRM_OPI", day(y, 9, 15))
        .set("NUM_OCC_OBT_VDI", c.diplomas_of_year[y]);
    r.set("NUM_OCC_OBT_VDI_UNI", 0).set("NUM_OCC_OBT_ADD", 0).set("NUM_OCC_OBT_CER", 0);
    r.set("ETA_ANU_AGL", "F").set("ETA_ANU_APB", "F");
    c.out.write(r);
  }
}

}  // namespace versoir::samples::apogee

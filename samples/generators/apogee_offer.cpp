// What the university teaches: diplomas, their versions, étapes, semesters, units, courses and exams.
#include "apogee_model.hpp"

#include <fmt/format.h>

namespace versoir::samples::apogee {

namespace {

struct Era {
  int number, first, last;
};
// A new version of every diploma at each accreditation.
constexpr std::array eras{Era{1, 2004, 2011}, Era{2, 2012, 2017}, Era{3, 2018, 2027}};

struct Programme {
  std::string_view stem;  ///< two letters that begin every code of its elements
  std::string_view dip, type, nature, component, cycle, cursus, label, short_label;
  int years;
  bool single_session;
  std::array<std::string_view, 8> subjects;
};
constexpr std::array programmes{
    Programme{"IN",
              "LINF",
              "LI",
              "NA",
              "SCI",
              "1",
              "L",
              "Licence Informatique",
              "Licence Informatique",
              3,
              false,
              {"Algorithmique", "Analyse", "Architecture des machines", "Programmation", "Bases de données",
               "Logique", "Anglais", "Réseaux"}},
    Programme{"HI",
              "LHIS",
              "LI",
              "NA",
              "LET",
              "1",
              "L",
              "Licence Histoire",
              "Licence Histoire",
              3,
              false,
              {"Histoire ancienne", "Histoire médiévale", "Histoire moderne", "Histoire contemporaine",
               "Archéologie", "Paléographie", "Géographie", "Méthodologie"}},
    Programme{"DR",
              "LDRO",
              "LI",
              "NA",
              "DRO",
              "1",
              "L",
              "Licence Droit",
              "Licence Droit",
              3,
              false,
              {"Droit civil", "Droit constitutionnel", "Droit pénal", "Histoire du droit",
               "Droit administratif", "Économie", "Droit européen", "Procédure"}},
    Programme{"BR",
              "LBRE",
              "LI",
              "NA",
              "LET",
              "1",
              "L",
              "Licence Breton et langues celtiques",
              "Licence Breton",
              3,
              false,
              {"Brezhoneg", "Littérature bretonne", "Linguistique", "Gallois", "Irlandais", "Traduction",
               "Civilisation", "Dialectologie"}},
    Programme{"MI",
              "MINF",
              "MA",
              "NA",
              "SCI",
              "2",
              "M",
              "Master Informatique",
              "Master Informatique",
              2,
              false,
              {"Compilation", "Systèmes répartis", "Apprentissage", "Preuve de programmes", "Cryptographie",
               "Génie logiciel", "Projet", "Recherche opérationnelle"}},
    Programme{
        "MD",
        "MDRP",
        "MA",
        "NA",
        "DRO",
        "2",
        "M",
        "Master Droit public",
        "Master Droit public",
        2,
        false,
        {"Contentieux administratif", "Finances publiques", "Droit de l'urbanisme", "Libertés fondamentales",
         "Droit de la santé", "Fonction publique", "Mémoire", "Contrats publics"}},
    Programme{"MH",
              "MHIS",
              "MA",
              "NA",
              "LET",
              "2",
              "M",
              "Master Histoire et patrimoine",
              "Master Histoire",
              2,
              false,
              {"Archivistique", "Historiographie", "Épigraphie", "Histoire sociale", "Muséologie",
               "Sources orales", "Mémoire", "Cartographie"}},
    Programme{"GE",
              "DGEA",
              "DT",
              "NA",
              "IUT",
              "1",
              "",
              "DUT Gestion des entreprises et des administrations",
              "DUT GEA",
              2,
              true,
              {"Comptabilité", "Droit des affaires", "Gestion", "Statistiques", "Communication", "Fiscalité",
               "Projet tutoré", "Management"}},
    Programme{"DI",
              "DINF",
              "DT",
              "NA",
              "IUT",
              "1",
              "",
              "DUT Informatique",
              "DUT Informatique",
              2,
              true,
              {"Développement", "Systèmes", "Mathématiques", "Bases de données", "Réseaux", "Communication",
               "Projet tutoré", "Conception"}},
    Programme{"DU",
              "DUBR",
              "UN",
              "UN",
              "LET",
              "1",
              "",
              "DU Langue et culture bretonnes",
              "DU Breton",
              1,
              true,
              {"Brezhoneg", "Conversation", "Toponymie", "Chant", "Histoire de la Bretagne", "Lecture",
               "Théâtre", "Ethnologie"}},
    Programme{
        "TI", "TINF", "40", "NA", "DOC", "3", "D", "Doctorat Informatique", "Doctorat Info", 6, true, {}},
    Programme{
        "TH", "THIS", "40", "NA", "DOC", "3", "D", "Doctorat Histoire", "Doctorat Histoire", 6, true, {}},
};

Unit make_unit(const Programme& p, const std::string& prefix, int semester, int number, int rank) {
  const int serial = (semester - 1) * 4 + number;  // 1 to 8
  Unit u;
  u.code = fmt::format("{}U{}", prefix, serial);
  u.list = fmt::format("{}L{}", prefix, serial);
  u.choice = number == 4;
  u.credits = number == 4 ? 6 : 8;
  u.label = u.choice ? fmt::format("UE {}.{} Ouverture", semester, number)
                     : fmt::format("UE {}.{} {}", semester, number,
                                   p.subjects[static_cast<std::size_t>(serial) % 8]);
  const int courses = u.choice ? 3 : 2;
  for (int i = 0; i < courses; ++i) {
    Course c;
    c.code = fmt::format("{}M{}{}", prefix, serial, static_cast<char>('A' + i));
    c.label = fmt::format("{} {}", p.subjects[static_cast<std::size_t>(serial + i * 3) % 8],
                          rank * 2 + semester - 2);
    c.coefficient = u.choice ? 1 : 2 - i;
    c.exams.push_back(c.code + "E");
    if (i == 0 && !u.choice) c.exams.push_back(c.code + "O");
    u.courses.push_back(std::move(c));
  }
  return u;
}

Stage make_stage(const Programme& p, const Era& era, int rank) {
  Stage s;
  s.etp = fmt::format("{}{}", p.dip, rank);
  s.dip = p.dip;
  s.component = p.component;
  s.vdi = era.number;
  s.vet = era.number * 100 + 10;
  s.rank = rank;
  s.final = rank == p.years && !p.subjects[0].empty();
  s.single_session = p.single_session;
  s.first = era.first;
  s.last = era.last;
  s.label = p.years == 1 ? std::string{p.label}
                         : fmt::format("{} {}{} année", p.label, rank, rank == 1 ? "re" : "e");
  const auto prefix = fmt::format("{}{}{}", p.stem, rank, era.number);
  s.list = prefix + "LS";
  if (p.subjects[0].empty()) return s;  // a doctorate has no courses
  for (int n = 1; n <= 2; ++n) {
    Semester semester;
    semester.code = fmt::format("{}S{}", prefix, n);
    semester.label = fmt::format("Semestre {} {}", rank * 2 + n - 2, p.short_label);
    semester.list = fmt::format("{}L{}", prefix, n == 1 ? 'A' : 'B');
    for (int u = 1; u <= 4; ++u) semester.units.push_back(make_unit(p, prefix, n, u, rank));
    s.semesters.push_back(std::move(semester));
  }
  return s;
}

void write_element(Output& out, const std::string& code, const std::string& label, std::string_view nature,
                   const Stage& s, int credits, int period) {
  auto& r = out.row("ELEMENT_PEDAGOGI");
  r.set("COD_ELP", code)
      .set("LIB_ELP", label)
      .set("LIC_ELP", code)
      .set("COD_CMP", s.component)
      .set("COD_NEL", nature);
  r.set("DAT_CRE_ELP", day(s.first, 3, 15)).set("ETA_ELP", "O").set("TEM_SUS_ELP", "N");
  r.set("TEM_NOT_ELP", "O")
      .set("BAR_SAI_ELP", 20)
      .set("TEM_RES_ELP", "O")
      .set("TEM_ELP_CAP", nature == "UE" ? "O" : "N");
  r.set("TEM_ELP_PRM_NIV", nature == "SEM" ? "O" : "N").set("TEM_SES_UNI", s.single_session ? "O" : "N");
  r.set("TEM_ADI", "N")
      .set("TEM_ADO", "O")
      .set("TEM_STG_ELP", "N")
      .set("TEM_MCC_ELP", "O")
      .set("TEM_JUR_ELP", "N");
  r.set("COD_PEL", period == 1 ? "S1" : "S2");
  r.set_if("NBR_CRD_ELP", credits > 0, Milli{credits * 1000});
  if (nature == "MAT")
    r.set("NBR_HEU_CM_ELP", 18)
        .set("NBR_HEU_TD_ELP", 24)
        .set("NBR_VOL_ELP", Milli{42'500})
        .set("COD_VOL_ELP", "HE");
  out.write(r);
}

void write_list(Output& out, const std::string& code, const std::string& label, bool choice) {
  auto& r = out.row("LISTE_ELP");
  r.set("COD_LSE", code).set("COD_TYP_LSE", choice ? "X" : "O").set("ETA_LSE", "O");
  r.set("LIB_LSE", "Liste " + label).set("LIC_LSE", "Liste " + code);
  out.write(r);
}

/// `child` is in `list`, which hangs under `parent` ("" : under the étape).
void write_link(Output& out, const Stage& s, const std::string& parent, const std::string& list,
                const std::string& child, int coefficient, bool choice) {
  auto& in_list = out.row("LSE_REGROUPE_ELP");
  in_list.set("COD_LSE", list).set("COD_ELP", child).set("TEM_NOT_ELP", "O").set("TEM_RES_ELP", "O");
  in_list.set("COE_ELP_1", coefficient).set("TEM_CAL_CNS", "O").set("TEM_ELP_CSV", "N");
  if (s.single_session)
    in_list.set("COE_ELP_A", coefficient);
  else
    in_list.set("COE_ELP_2", coefficient);
  out.write(in_list);
  if (parent.empty()) return;
  auto& flat = out.row("ELP_REGROUPE_ELP");
  flat.set("COD_ELP_FILS", child).set("COD_ELP_PERE", parent).set("COD_LSE", list).set("ETA_ELP_FILS", "O");
  flat.set("ETA_LSE", "O").set("ETA_ELP_PERE", "O").set("COD_TYP_LSE", choice ? "X" : "O");
  flat.set("DATE_OUVERTURE_LIEN", day(s.first, 4, 1))
      .set("TEM_SUS_ELP_PERE", "N")
      .set("TEM_SUS_ELP_FILS", "N");
  // The link of a version that is over was closed by hand at its end, for half of them: the others were
  // forgotten.
  if (s.last < last_year && s.index % 2 == 0) flat.set("DATE_FERMETURE_LIEN", day(s.last + 1, 9, 1));
  out.write(flat);
}

void write_list_under(Output& out, const Stage& s, const std::string& element, const std::string& list,
                      bool choice) {
  auto& r = out.row("ELP_REGROUPE_LSE");
  r.set("COD_ELP", element)
      .set("COD_LSE", list)
      .set("DAT_CRE_REL_LSE_ELP", day(s.first, 4, 1))
      .set("NUM_ORD_ERL", 1);
  if (choice) r.set("NBR_MIN_ELP_OBL_CHX", 1).set("NBR_MAX_ELP_OBL_CHX", 1);
  out.write(r);
}

void write_exam(Output& out, const Stage& s, const Course& c, const std::string& code) {
  const bool oral = code.back() == 'O';
  auto& r = out.row("EPREUVE");
  const auto label = fmt::format("{} : {}", oral ? "Oral" : "Écrit", c.label);
  r.set("COD_EPR", code)
      .set("LIB_EPR", label)
      .set("LIC_EPR", oral ? "Oral" : "Écrit")
      .set("TEM_NOT_EPR", "O");
  r.set("BAR_SAI_EPR", 20)
      .set("TEM_RES_EPR", "N")
      .set("COD_ADM_EPR", "1")
      .set("DAT_CRE_EPR", day(s.first, 5, 2));
  r.set("TEM_REL_POS_SYT", "O")
      .set("TEM_SES_UNI", s.single_session ? "O" : "N")
      .set("COD_NEP", oral ? "ORAL" : "ECRI");
  r.set("COD_TEP", oral ? "CC" : "ET").set("DUR_EXA_S1_EPR", oral ? 20 : 120);
  out.write(r);
  for (const char session : s.single_session ? std::string_view{"0"} : std::string_view{"12"}) {
    auto& link = out.row("EPR_SANCTIONNE_ELP");
    link.set("COD_ELP", c.code).set("COD_EPR", code).set("COD_SES", std::string_view{&session, 1});
    link.set("TEM_SUS_EPR_SES", "N");
    out.write(link);
  }
}

void write_unit(Output& out, const Stage& s, const Semester& semester, const Unit& u, int period) {
  write_element(out, u.code, u.label, "UE", s, u.credits, period);
  write_link(out, s, semester.code, semester.list, u.code, u.credits, false);
  write_list(out, u.list, u.label, u.choice);
  write_list_under(out, s, u.code, u.list, u.choice);
  for (const auto& c : u.courses) {
    write_element(out, c.code, c.label, "MAT", s, 0, period);
    write_link(out, s, u.code, u.list, c.code, c.coefficient, u.choice);
    for (const auto& exam : c.exams) write_exam(out, s, c, exam);
  }
}

void write_stage(Output& out, const Stage& s) {
  auto& v = out.row("VERSION_ETAPE");
  v.set("COD_ETP", s.etp).set("COD_VRS_VET", s.vet).set("LIB_WEB_VET", s.label).set("COD_CMP", s.component);
  v.set("TEM_NOT_VET", "O").set("BAR_SAI_VET", 20).set("TEM_PNT_JUR_VET", "O").set("TEM_MND_VET", "O");
  v.set("TEM_RES_VET", "O").set("TEM_JUR_VET", "O").set("TEM_DIP_VET", s.final ? "O" : "N");
  v.set("TEM_SES_UNI", s.single_session ? "O" : "N")
      .set("TEM_ADI", "N")
      .set("TEM_ADO", "O")
      .set("TEM_TLS_VET", "N");
  v.set("COD_DUE", "1A").set("COD_TRE_POS", "ADM").set("COD_TRE_NEG", "AJ").set("NBR_CRD_VET", Milli{60'000});
  out.write(v);
  auto& f = out.row("VDI_FRACTIONNER_VET");
  f.set("COD_DIP", s.dip).set("COD_VRS_VDI", s.vdi).set("COD_ETP", s.etp).set("COD_VRS_VET", s.vet);
  f.set("DAA_DEB_RCT_VET", year_text(s.first)).set("DAA_FIN_RCT_VET", year_text(s.last));
  f.set("DAA_DEB_VAL_VET", year_text(s.first)).set("DAA_FIN_VAL_VET", year_text(s.last + 1));
  f.set("COD_SIS_DAA_MIN", fmt::format("{:02}", s.rank)).set("COD_SIS_DAA_MAX", fmt::format("{:02}", s.rank));
  out.write(f);
  if (s.semesters.empty()) return;
  write_list(out, s.list, s.etp, false);
  auto& top = out.row("VET_REGROUPE_LSE");
  top.set("COD_ETP", s.etp).set("COD_VRS_VET", s.vet).set("COD_LSE", s.list);
  top.set("DAT_CRE_REL_LSE_VET", day(s.first, 4, 1));
  out.write(top);
  int period = 0;
  for (const auto& semester : s.semesters) {
    ++period;
    write_element(out, semester.code, semester.label, "SEM", s, 30, period);
    write_link(out, s, "", s.list, semester.code, 1, false);
    write_list(out, semester.list, semester.label, false);
    write_list_under(out, s, semester.code, semester.list, false);
    for (const auto& u : semester.units) write_unit(out, s, semester, u, period);
  }
}

void write_diploma(Output& out, const Programme& p) {
  auto& d = out.row("DIPLOME");
  d.set("COD_DIP", p.dip).set("LIB_DIP", p.label).set("LIC_DIP", p.short_label).set("COD_CYC", p.cycle);
  d.set("COD_ETB", university).set("COD_NDI", p.nature).set("COD_TPD_ETB", p.type);
  d.set("TEM_COU_ACC_TRV_DIP", "O").set("TEM_OUV_DRT_SSO_DIP", "O");
  out.write(d);
  for (const auto& era : eras) {
    auto& v = out.row("VERSION_DIPLOME");
    v.set("COD_DIP", p.dip)
        .set("COD_VRS_VDI", era.number)
        .set("LIC_VDI", fmt::format("{} v{}", p.short_label, era.number));
    v.set("DAA_DEB_RCT_VDI", year_text(era.first)).set("DAA_FIN_RCT_VDI", year_text(era.last));
    v.set("DAA_DEB_VAL_VDI", year_text(era.first)).set("DAA_FIN_VAL_VDI", year_text(era.last + 1));
    v.set("DAA_DEB_HAB_VDI", year_text(era.first)).set("DAA_FIN_HAB_VDI", year_text(era.last));
    v.set("LIB_WEB_VDI", p.label).set("IT1_VDI", p.label).set("COD_CMP", p.component);
    v.set("TEM_NOT_VDI", "O").set("TEM_MND_VDI", "O").set("TEM_RES_VDI", "O").set("TEM_JUR_VDI", "O");
    v.set("TEM_SES_UNI", p.single_session ? "O" : "N").set("TEM_RES_THS_VDI", p.cursus == "D" ? "O" : "N");
    v.set("DUR_ANN_VDI", p.cursus == "D" ? 3 : p.years).set("COD_TRE_POS", "ADM").set("COD_TRE_NEG", "AJ");
    v.set_if("COD_CUR", !p.cursus.empty(), p.cursus);
    v.set_if("NBR_CRD_VDI", p.cursus != "D", Milli{p.years * 60'000});
    out.write(v);
  }
  for (int rank = 1; rank <= p.years; ++rank) {
    auto& e = out.row("ETAPE");
    const auto code = fmt::format("{}{}", p.dip, rank);
    e.set("COD_ETP", code).set("LIC_ETP", code).set("COD_CYC", p.cycle).set("NBR_MAX_IAE_AUT", 5);
    e.set("LIB_ETP", fmt::format("{} {}", p.label, rank)).set("TEM_COU_ACC_TRV_ETP", "O");
    e.set("TEM_OUV_DRT_SSO_ETP", "O").set("TEM_TYP_OPI", "L").set("TEM_OUV_DRT_BRS", "O");
    e.set_if("COD_CUR", !p.cursus.empty(), p.cursus);
    out.write(e);
  }
}

}  // namespace

Offer::Offer() {
  for (const auto& p : programmes)
    for (const auto& era : eras)
      for (int rank = 1; rank <= p.years; ++rank) {
        stages_.push_back(make_stage(p, era, rank));
        stages_.back().index = stages_.size() - 1;
      }
}

const Stage* Offer::find(std::string_view dip, int rank, int year) const {
  for (const auto& s : stages_)
    if (s.rank == rank && s.first <= year && year <= s.last && s.dip == dip) return &s;
  return nullptr;
}

void write_offer(Output& out, const Offer& offer) {
  for (const auto& p : programmes) write_diploma(out, p);
  for (const auto& s : offer.stages()) write_stage(out, s);
}

std::string year_text(int year) { return fmt::format("{:04}", year); }

}  // namespace versoir::samples::apogee

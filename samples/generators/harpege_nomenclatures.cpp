// Code lists of the synthetic Harpège. Codes have the shape of the real ones; corps and grades are invented.
#include "core/error.hpp"
#include "harpege_model.hpp"

#include <algorithm>
#include <array>

namespace versoir::samples::harpege {

namespace {

struct Corps {
  Text code, population, category, short_label, label;
  End opened, closed;
};
// Labels are capitals without accents, cut at 20 and 40 characters, as in the application.
constexpr std::array corps_list{
    Corps{"300", "SA", "A", "PROF UNIV", "PROFESSEURS DES UNIVERSITES", {}, {}},
    Corps{"301", "SA", "A", "MCF", "MAITRES DE CONFERENCES", {}, {}},
    Corps{"551", "DA", "A", "AGREGES", "PROFESSEURS AGREGES", {}, {}},
    Corps{"552", "DA", "A", "CERTIFIES", "PROFESSEURS CERTIFIES", {}, {}},
    Corps{"601", "AA", "A", "ATTACHES ADMINISTRAT", "ATTACHES D'ADMINISTRATION DE L'EDUCATION", {}, {}},
    Corps{"602",
          "AA",
          "B",
          "SASU",
          "SECRETAIRES D'ADMINISTRATION SCOLAIRE ET",
          {},
          secretaries_moved - std::chrono::days{1}},
    Corps{"603", "AA", "B", "SAENES", "SECRETAIRES ADMINISTRATIFS DE L'EDUCATIO", secretaries_moved, {}},
    Corps{"604", "AA", "C", "ADJOINTS ADMINISTRAT", "ADJOINTS ADMINISTRATIFS", {}, {}},
    Corps{"701", "IA", "A", "IGE RF", "INGENIEURS D'ETUDES", {}, {}},
    Corps{"703", "IA", "B", "TECHNICIENS RF", "TECHNICIENS DE RECHERCHE ET DE FORMATION", {}, {}},
    Corps{"704", "IA", "C", "ADJOINTS TECHNIQUES", "ADJOINTS TECHNIQUES DE RECHERCHE ET FORM", {}, {}},
    Corps{"801", "BA", "B", "BIBAS", "BIBLIOTHECAIRES ASSISTANTS SPECIALISES", {}, {}},
    Corps{"802", "BA", "C", "MAGASINIERS", "MAGASINIERS DES BIBLIOTHEQUES", {}, {}},
    // What was known of a career when the application opened: a population and a category.
    Corps{"SA-A", "SA", "A", "HIST SA-A", "HISTORIQUE ENSEIGNANT-CHERCHEUR DE CAT A", {}, {}},
    Corps{"DA-A", "DA", "A", "HIST DA-A", "HISTORIQUE ENSEIGNANT 2ND DEGRE DE CAT A", {}, {}},
    Corps{"AA-A", "AA", "A", "HIST AA-A", "HISTORIQUE ASU DE CAT A", {}, {}},
    Corps{"AA-B", "AA", "B", "HIST AA-B", "HISTORIQUE ASU DE CAT B", {}, {}},
    Corps{"AA-C", "AA", "C", "HIST AA-C", "HISTORIQUE ASU DE CAT C", {}, {}},
    Corps{"IA-A", "IA", "A", "HIST IA-A", "HISTORIQUE ITARF DE CAT A", {}, {}},
    Corps{"IA-B", "IA", "B", "HIST IA-B", "HISTORIQUE ITARF DE CAT B", {}, {}},
    Corps{"IA-C", "IA", "C", "HIST IA-C", "HISTORIQUE ITARF DE CAT C", {}, {}},
    Corps{"BA-B", "BA", "B", "HIST BA-B", "HISTORIQUE BIBLIOTHEQUES DE CAT B", {}, {}},
    Corps{"BA-C", "BA", "C", "HIST BA-C", "HISTORIQUE BIBLIOTHEQUES DE CAT C", {}, {}},
    Corps{"CC-B", "CC", "B", "HIST CC-B", "HISTORIQUE CONTRACTUEL TYPE CNRS CAT B", {}, {}},
};
constexpr std::array grade_list{
    Grade{"3001", "300", "PR 2C", "PROFESSEUR DES UNIVERSITES 2E CLASSE", "", "A", 6},
    Grade{"3002", "300", "PR 1C", "PROFESSEUR DES UNIVERSITES 1RE CLASSE", "", "A", 3},
    Grade{"3003", "300", "PR CE", "PROFESSEUR DES UNIVERSITES CL EXCEPT", "", "A", 2},
    Grade{"3011", "301", "MCF CN", "MAITRE DE CONFERENCES CLASSE NORMALE", "", "A", 9},
    Grade{"3012", "301", "MCF HC", "MAITRE DE CONFERENCES HORS CLASSE", "", "A", 6},
    Grade{"5511", "551", "AGREGE CN", "PROFESSEUR AGREGE CLASSE NORMALE", "", "A", 11},
    Grade{"5512", "551", "AGREGE HC", "PROFESSEUR AGREGE HORS CLASSE", "", "A", 4},
    Grade{"5521", "552", "CERTIFIE CN", "PROFESSEUR CERTIFIE CLASSE NORMALE", "", "A", 11},
    Grade{"5522", "552", "CERTIFIE HC", "PROFESSEUR CERTIFIE HORS CLASSE", "", "A", 7},
    Grade{"6011", "601", "ATTACHE", "ATTACHE D'ADMINISTRATION", "", "A", 12},
    Grade{"6012", "601", "ATTACHE PAL", "ATTACHE PRINCIPAL D'ADMINISTRATION", "", "A", 10},
    Grade{"6021", "602", "SASU CN", "SECRETAIRE D'ADMINISTRATION CL NORMALE", "", "B", 13},
    Grade{"6022", "602", "SASU CS", "SECRETAIRE D'ADMINISTRATION CL SUP", "", "B", 8},
    Grade{"6031", "603", "SAENES CN", "SECRETAIRE ADMINISTRATIF CL NORMALE", "", "B", 13},
    Grade{"6032", "603", "SAENES CS", "SECRETAIRE ADMINISTRATIF CL SUPERIEURE", "", "B", 8},
    Grade{"6041", "604", "ADJAENES 1C", "ADJOINT ADMINISTRATIF 1RE CLASSE", "4", "C", 11},
    Grade{"6042", "604", "ADJAENES P2", "ADJOINT ADMINISTRATIF PRINCIPAL 2E CL", "5", "C", 11},
    Grade{"6043", "604", "ADJAENES P1", "ADJOINT ADMINISTRATIF PRINCIPAL 1RE CL", "6E", "C", 8},
    Grade{"7011", "701", "IGE 2C", "INGENIEUR D'ETUDES 2E CLASSE", "", "A", 13},
    Grade{"7012", "701", "IGE HC", "INGENIEUR D'ETUDES HORS CLASSE", "", "A", 4},
    Grade{"7031", "703", "TECH CN", "TECHNICIEN CLASSE NORMALE", "", "B", 13},
    Grade{"7032", "703", "TECH CS", "TECHNICIEN CLASSE SUPERIEURE", "", "B", 8},
    Grade{"7041", "704", "ATRF 1C", "ADJOINT TECHNIQUE 1RE CLASSE", "4", "C", 11},
    Grade{"7042", "704", "ATRF P2", "ADJOINT TECHNIQUE PRINCIPAL 2E CLASSE", "5", "C", 11},
    Grade{"8011", "801", "BIBAS CN", "BIBLIOTHECAIRE ASSISTANT CL NORMALE", "", "B", 13},
    Grade{"8021", "802", "MAGASINIER 1C", "MAGASINIER PRINCIPAL 2E CLASSE", "4", "C", 11},
};

void write_corps_and_grades(Output& out) {
  for (const auto& c : corps_list) {
    auto& r = out.row("CORPS");
    r.set("C_CORPS", c.code).set("LC_CORPS", c.short_label).set("LL_CORPS", c.label);
    r.set("C_TYPE_CORPS", c.population).set("C_CATEGORIE", c.category).set("D_CREATION", opening);
    if (c.opened) r.set("D_OUVERTURE_CORPS", *c.opened);
    if (c.closed) r.set("D_FERMETURE_CORPS", *c.closed);
    out.write(r);
  }
  for (const auto& g : grade_list) {
    auto& r = out.row("GRADE");
    r.set("C_GRADE", g.code).set("C_CORPS", g.corps).set("LC_GRADE", g.short_label).set("LL_GRADE", g.label);
    r.set_if("ECHELLE", !g.echelle.empty(), g.echelle).set("C_CATEGORIE", g.category);
    out.write(r.set("D_CREATION", opening));
  }
}

void write_populations(Output& out) {
  struct Population {
    Text code, short_label, label;
    int hours;
    char kind;  ///< E teaches, A administration, B libraries, I research and training, - other
  };
  constexpr std::array list{
      Population{"SA", "ENS-CHERCHEURS", "ENSEIGNANTS-CHERCHEURS", 192, 'E'},
      Population{"DA", "ENS 2ND DEGRE", "ENSEIGNANTS DU SECOND DEGRE", 384, 'E'},
      Population{"AA", "ASU", "ADMINISTRATION SCOLAIRE ET UNIVERSITAIRE", 0, 'A'},
      Population{"IA", "ITARF", "INGENIEURS ET TECHNICIENS DE RECHERCHE", 0, 'I'},
      Population{"BA", "BIBLIOTHEQUES", "BIBLIOTHEQUES ET MUSEES", 0, 'B'},
      Population{"CC", "CONTR TYPE CNRS", "CONTRACTUELS DE TYPE CNRS", 0, '-'},
  };
  for (const auto& p : list) {
    auto& r = out.row("TYPE_POPULATION");
    const auto flag = [&](char kind) { return p.kind == kind ? Text{"O"} : Text{"N"}; };
    r.set("C_TYPE_POPULATION", p.code).set("LC_TYPE_POPULATION", p.short_label);
    r.set("LL_TYPE_POPULATION", p.label)
        .set("TEM_ENSEIGNANT", flag('E'))
        .set_if("HEURE_TD", p.hours > 0, p.hours);
    r.set("TEM_ATOS", flag('A')).set("TEM_BIBLIO", flag('B')).set("TEM_ITARF", flag('I'));
    out.write(r.set("D_CREATION", opening));
  }
}

void write_contract_types(Output& out) {
  struct Type {
    Text code, short_label, label;
    char teaches;  ///< blank: the flag is not filled
    bool open_ended;
    End closed;
  };
  constexpr std::array list{
      Type{"AT", "ATER", "ATER", 'O', false, {}},
      Type{"AX", "ATER MI-TEMPS", "ATER MI-TEMPS", 'O', false, {}},
      Type{"DO", "DOCTORANT", "CONTRACTUEL DOCTORANT", ' ', false, {}},
      Type{"DN", "DOCT SANS ENS", "DOCTORANT SANS ENSEIGNEMENT", 'N', false, {}},
      Type{"DD", "POST-DOCTORANT", "POST-DOCTORANT", 'N', false, {}},
      Type{"GD", "ENS CDD LRU", "ENSEIGNANT CDD (LRU)", 'O', false, {}},
      Type{"LB", "LECTEUR", "LECTEUR (PROGRAMME BILATERAL)", 'O', false, {}},
      Type{"MC", "MCF ASSOCIE MI-TPS", "ASSOCIE MAITRE DE CONFERENCES MI-TEMPS", 'O', false, {}},
      Type{"CD", "CDI", "CONTRAT A DUREE INDETERMINEE", 'N', true, {}},
      Type{"C3", "CDD 3 ANS", "CDD 3 ANS RENOUVELABLE", 'N', false, {}},
      Type{"SW", "ACCROIS TEMPORAIRE", "ACCROISSEMENT TEMPORAIRE D'ACTIVITE", 'N', false, {}},
      Type{"SY", "VACANCE D'EMPLOI", "VACANCE TEMPORAIRE D'EMPLOI", 'N', false, {}},
      Type{"SZ", "REMPLACEMENT", "REMPLACEMENT MOMENTANE", 'N', false, {}},
      Type{"CB", "CDD BIBLIOTHEQUES", "CDD BIBLIOTHEQUES 10 MOIS", 'N', false, {}},
      Type{"CA", "CAE", "CONTRAT D'ACCOMPAGNEMENT DANS L'EMPLOI", 'N', false, day(2018, 1, 1)},
      Type{"EJ", "EMPLOI-JEUNE", "EMPLOI-JEUNE", ' ', false, day(2003, 12, 31)},
  };
  for (const auto& t : list) {
    auto& r = out.row("TYPE_CONTRAT_TRAVAIL");
    r.set("C_TYPE_CONTRAT_TRAV", t.code).set("LC_TYPE_CONTRAT_TRAV", t.short_label);
    r.set("LL_TYPE_CONTRAT_TRAV", t.label).set("TEM_CDI", t.open_ended ? "O" : "N");
    r.set_if("TEM_ENSEIGNANT", t.teaches != ' ', Text{&t.teaches, 1});
    r.set("TEM_TITULAIRE", "N").set("DROIT_CONGES_CONTRAT", "O").set("D_DEB_VAL", opening);
    if (t.closed) r.set("D_FIN_VAL", *t.closed);
    out.write(r.set("D_CREATION", opening));
  }
}

void write_structures(Output& out) {
  struct Structure {
    Text code, parent, short_label, label, type;
    End closed;
  };
  constexpr std::array list{
      Structure{"UNIV", "", "UNIV ST-AUBIN", "UNIVERSITE DE SAINT-AUBIN", "E", {}},
      Structure{"SG", "UNIV", "SERVICES CENTRAUX", "SERVICES CENTRAUX", "S", {}},
      Structure{"DRH", "SG", "DRH", "DIRECTION DES RESSOURCES HUMAINES", "S", {}},
      Structure{"DSI", "SG", "DSI", "DIRECTION DU SYSTEME D'INFORMATION", "S", {}},
      Structure{"DEVE", "SG", "DEVE", "DIRECTION DES ETUDES ET DE LA VIE ETUDIANTE", "S", {}},
      Structure{"DAF", "SG", "DAF", "DIRECTION DES AFFAIRES FINANCIERES", "S", {}},
      Structure{"FCONT", "SG", "FORMATION CONTINUE", "SERVICE DE LA FORMATION CONTINUE", "S",
                day(2011, 8, 31)},
      Structure{"SCD", "UNIV", "SCD", "SERVICE COMMUN DE LA DOCUMENTATION", "S", {}},
      Structure{"SCI", "UNIV", "UFR ST", "UFR SCIENCES ET TECHNOLOGIES", "C", {}},
      Structure{"LET", "UNIV", "UFR LLH", "UFR LETTRES, LANGUES ET HISTOIRE", "C", {}},
      Structure{"DRO", "UNIV", "UFR DSP", "UFR DROIT ET SCIENCE POLITIQUE", "C", {}},
      Structure{"IUT", "UNIV", "IUT", "IUT DE SAINT-AUBIN", "C", {}},
      Structure{"DOC", "UNIV", "COLL DOCT", "COLLEGE DOCTORAL", "C", {}},
      Structure{"INFO", "SCI", "DEPT INFO", "DEPARTEMENT INFORMATIQUE", "D", {}},
      Structure{"HIST", "LET", "DEPT HISTOIRE", "DEPARTEMENT HISTOIRE", "D", {}},
      Structure{"GEA", "IUT", "DEPT GEA", "DEPARTEMENT GESTION DES ENTREPRISES", "D", {}},
      Structure{"LABINFO", "SCI", "LABINFO", "LABORATOIRE D'INFORMATIQUE DE L'ARMORIQUE", "L", {}},
      Structure{"HISTARM", "LET", "HISTARM", "HISTOIRE DES SOCIETES ARMORICAINES", "L", {}},
  };
  for (const auto& s : list) {
    auto& r = out.row("STRUCTURE");
    r.set("C_STRUCTURE", s.code).set_if("C_STRUCTURE_PERE", !s.parent.empty(), s.parent);
    r.set("LC_STRUCTURE", s.short_label).set("LL_STRUCTURE", s.label).set("C_TYPE_STRUCTURE", s.type);
    r.set("DATE_OUVERTURE", day(1971, 1, 1)).set("C_RNE", university);
    if (s.closed) r.set("DATE_FERMETURE", *s.closed);
    out.write(r);
  }
}

void write_positions_and_functions(Output& out) {
  struct Position {
    Text code, short_label, label, active, seconded;
  };
  constexpr std::array positions{
      Position{"ACTI", "ACTIVITE", "EN ACTIVITE", "O", "N"},
      Position{"DETA", "DETACHEMENT", "DETACHEMENT", "N", "O"},
      Position{"DISP", "DISPONIBILITE", "DISPONIBILITE", "N", "N"},
      Position{"CPAR", "CONGE PARENTAL", "CONGE PARENTAL", "N", "N"},
  };
  for (const auto& p : positions) {
    auto& r = out.row("POSITION");
    r.set("C_POSITION", p.code).set("LC_POSITION", p.short_label).set("LL_POSITION", p.label);
    r.set("TEM_ACTIVITE", p.active).set("TEM_DETACHEMENT", p.seconded);
    out.write(r.set("D_CREATION", opening));
  }
  struct Function {
    int code;
    Text short_label, label, main;
  };
  constexpr std::array functions{
      Function{1, "_P10", "PRESIDENT D'UNIVERSITE", "O"},
      Function{20, "_D30a", "DIRECTEUR D'UFR OU D'INSTITUT", "O"},
      Function{447, "_R40", "DIRECTEUR DE LABORATOIRE", "O"},
      Function{529, "_D30b", "CHEF DE SERVICE", "O"},
      Function{530, "ADJOINT", "ADJOINT AU CHEF DE SERVICE", "N"},
  };
  for (const auto& f : functions) {
    auto& r = out.row("FONCTION_STRUCTURELLE");
    r.set("C_FONCTION", f.code).set("LC_FONCTION", f.short_label).set("LL_FONCTION", f.label);
    out.write(r.set("TEM_RESP_PRINC", f.main));
  }
}

void write_places(Output& out) {
  struct Department {
    Text code, name;
  };
  constexpr std::array departments{
      Department{"013", "BOUCHES-DU-RHONE"},
      Department{"014", "CALVADOS"},
      Department{"022", "COTES-D'ARMOR"},
      Department{"029", "FINISTERE"},
      Department{"031", "HAUTE-GARONNE"},
      Department{"033", "GIRONDE"},
      Department{"035", "ILLE-ET-VILAINE"},
      Department{"044", "LOIRE-ATLANTIQUE"},
      Department{"049", "MAINE-ET-LOIRE"},
      Department{"053", "MAYENNE"},
      Department{"056", "MORBIHAN"},
      Department{"059", "NORD"},
      Department{"064", "PYRENEES-ATLANTIQ"},
      Department{"067", "BAS-RHIN"},
      Department{"069", "RHONE"},
      Department{"072", "SARTHE"},
      Department{"075", "PARIS"},
      Department{"972", "MARTINIQUE"},
      Department{"974", "LA REUNION"},
      Department{"099", "ETRANGER"},
  };
  for (const auto& d : departments) {
    auto& r = out.row("DEPARTEMENT");
    r.set("C_DEPARTEMENT", d.code).set("LC_DEPARTEMENT", d.name).set("LL_DEPARTEMENT", d.name);
    out.write(r);
  }
  for (const auto& t : towns()) {
    auto& r = out.row("COMMUNE");
    out.write(r.set("C_COMMUNE", t.insee).set("LIBELLE_COMMUNE", t.name));
  }
  for (const auto& p : countries()) {
    auto& r = out.row("PAYS");
    r.set("C_PAYS", p.code).set("LC_PAYS", p.name).set("LL_PAYS", p.name).set("L_NATIONALITE", p.nationality);
    out.write(r.set("D_DEB_VAL", day(1900, 1, 1)));
  }
  struct Civility {
    Text code, label, sex;
  };
  for (const auto& c : {Civility{"M.", "MONSIEUR", "M"}, Civility{"MME", "MADAME", "F"},
                        Civility{"MLLE", "MADEMOISELLE", "F"}}) {
    auto& r = out.row("CIVILITE");
    out.write(r.set("C_CIVILITE", c.code).set("L_CIVILITE", c.label).set("SEXE", c.sex));
  }
}

}  // namespace

const Grade& find_grade(Text code) {
  const auto* found = std::ranges::find(grade_list, code, &Grade::code);
  if (found == grade_list.end())
    throw core::Error(core::Exit::unexpected, core::msg("the generator has no grade {0}", code));
  return *found;
}

void write_nomenclatures(Output& out) {
  write_corps_and_grades(out);
  write_populations(out);
  write_contract_types(out);
  write_structures(out);
  write_positions_and_functions(out);
  write_places(out);
}

}  // namespace versoir::samples::harpege

// Doctorates: staff, doctoral schools, theses, juries and the result of the defence.
#include "apogee_model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::samples::apogee {

namespace {

using Text = std::string_view;

constexpr int insiders = 40, outsiders = 24;  ///< COD_PER 1 to 40 work here, 41 to 64 elsewhere

void write_research(Output& out) {
  struct School {
    Text code, national, short_label, label;
  };
  constexpr std::array schools{
      School{"STIC", "0601", "STIC", "Sciences et technologies de l'information et de la communication"},
      School{"SHS", "0604", "SHS", "Sciences de l'homme et des sociétés"}};
  for (const auto& s : schools) {
    auto& r = out.row("ECOLE_DOCTORALE");
    r.set("COD_EDO", s.code)
        .set("COD_NAT_EDO", s.national)
        .set("LIC_EDO", s.short_label)
        .set("LIB_EDO", s.label);
    out.write(r);
  }
  for (const auto& [code, label, short_label] :
       {std::tuple{"D", "Directeur de thèse", "Directeur"}, std::tuple{"K", "Codirecteur", "Codirect."},
        std::tuple{"R", "Rapporteur", "Rapporteur"}, std::tuple{"M", "Membre", "Membre"},
        std::tuple{"P", "Président du jury", "Président"}, std::tuple{"A", "Absent", "Absent"}}) {
    auto& r = out.row("ROLE_JURY");
    r.set("COD_ROJ", code).set("LIB_ROJ", label).set("LIC_ROJ", short_label);
    out.write(r);
  }
  for (const auto& [code, label] :
       {std::pair{"PR", "Professeur des universités"}, std::pair{"MCF", "Maître de conférences"},
        std::pair{"DR", "Directeur de recherche"}}) {
    auto& r = out.row("CORPS_PER");
    r.set("COD_CPS", code).set("LIB_CPS", label);
    out.write(r);
  }
  for (const auto& [code, label] : {std::pair{"LABINFO", "Laboratoire d'informatique de Saint-Aubin"},
                                    std::pair{"HISTARM", "Histoire et archives de l'Armorique"}}) {
    auto& r = out.row("EQUIPE_RCH");
    r.set("COD_EQR", code).set("LIB_EQR", label).set("LIC_EQR", code);
    out.write(r);
  }
  // Without a key too: FRAN is there twice.
  for (const auto& [code, label] : {std::pair{"FRAN", "Français"}, std::pair{"FRAN", "Français"},
                                    std::pair{"ANGL", "Anglais"}, std::pair{"BRET", "Breton"}}) {
    auto& r = out.row("LANGUE");
    r.set("COD_LNG", code).set("LIB_LNG", label);
    out.write(r);
  }
  for (const auto& [code, label] : {std::pair{2700101, "Informatique"}, std::pair{2200101, "Histoire"}}) {
    auto& r = out.row("DIPLOME_SISE");
    r.set("COD_DIS", code)
        .set("LIB_INT1_DIS", label)
        .set("TEM_EN_SVE_DIS", "O")
        .set("LIC_TYP_DIS", "DOCTORAT");
    out.write(r);
  }
}

void write_member(Output& out, std::int64_t thesis, std::int64_t person, Text role) {
  auto& r = out.row("THS_JUR_PER");
  r.set("COD_THS", thesis).set("COD_PER", person).set("COD_ROJ", role);
  r.set("COD_ETB", person <= insiders ? university : Text{"0441994D"})
      .set("COD_CPS", person % 3 == 0 ? "MCF" : "PR");
  out.write(r);
}

void write_jury(Context& c, Random& r, std::int64_t thesis, std::int64_t director) {
  std::int64_t chair = r.between(1, insiders);
  if (chair == director) chair = chair % insiders + 1;
  const std::int64_t first = insiders + 1 + r.below(outsiders - 2);
  write_member(c.out, thesis, chair, "P");
  write_member(c.out, thesis, director, "D");
  write_member(c.out, thesis, first, "R");
  write_member(c.out, thesis, first + 1, "R");
  write_member(c.out, thesis, first + 2, "M");
  for (const auto person : {first, first + 1}) {
    auto& rapporteur = c.out.row("THS_RAP_SOU");
    rapporteur.set("COD_THS", thesis).set("COD_PER", person).set("TEM_RAP_RECU", "O");
    c.out.write(rapporteur);
  }
}

void set_defence(Record& t, Random& r, std::chrono::sys_days defence) {
  using std::chrono::days;
  t.set("DAT_SOU_THS", defence)
      .set("DAT_PREV_SOU", defence)
      .set("HH_SOU_THS", r.between(9, 15))
      .set("MM_SOU_THS", r.between(0, 1) * 30);
  t.set("DAT_DES_RAP_THS", defence - days{75}).set("DAT_DES_JUR_THS", defence - days{45});
  t.set("TEM_SOU_AUT_THS", "O").set("DAT_AUT_SOU_THS", defence - days{20}).set("COD_ETB_SOU", university);
  t.set("LIB_CMT_LEU_SOU_THS", "Amphithéâtre Yves-Le-Febvre").set("TEM_PUB_SOU_THS", "O");
  t.set("ETA_RPD_THS", r.per_thousand(200) ? "C" : "O")
      .set("TEM_COR_THS", "O")
      .set("TEM_PV_TRANSMIS", "O")
      .set("TEM_RAP_TRANSMIS", "O");
  t.set("TEM_LAB_EUR_THS", "N").set_if("DAT_FIN_CFD_THS", r.per_thousand(80), defence + days{1826});
}

/// A doctoral contract, a company, or nothing: in turn.
void write_funding(Output& out, std::int64_t thesis, int start, int end) {
  constexpr std::array origins{Text{"CD"}, Text{"CI"}, Text{"SF"}};
  auto& f = out.row("THS_FINANCEMENT");
  f.set("COD_SEQ_TFI", thesis).set("COD_THS", thesis).set("COD_ANU", year_text(start));
  f.set("COD_OFI", origins[static_cast<std::size_t>(thesis) % origins.size()]).set("QUOTITE_TFI", 100);
  f.set("COD_AFI", thesis % 3 == 0 ? "0" : "5").set("DAT_DEB_TFI", day(start, 10, 1));
  out.write(f.set("DAT_FIN_TFI", day(std::min(start + 3, end + 1), 9, 30)));
}

void write_award(Context& c, Student& s, const Stage& stage, int year, std::chrono::sys_days defence) {
  c.deliberations[{stage.index, year, '0'}] = true;
  auto& v = c.out.row("RESULTAT_VDI");
  v.set("COD_IND", s.person.ind)
      .set("COD_DIP", stage.dip)
      .set("COD_VRS_VDI", stage.vdi)
      .set("COD_ANU", year_text(year));
  v.set("COD_SES", "0")
      .set("COD_ADM", "1")
      .set("COD_TRE", "ADM")
      .set("COD_MEN", year < 2016 && s.random.per_thousand(600) ? "FJ" : "TH");
  v.set("DAT_OBT_VDI", defence)
      .set("NUM_OBT_VDI", ++c.diplomas_of_year[year])
      .set("DAT_CRE_VDI", defence + std::chrono::days{8});
  v.set("TEM_INT_VDI", "N").set("TEM_IAE_KO_VDI", "0").set("TEM_IND_CRN_VDI", "CS");
  v.set("TEM_EXI_NOT_VDI", "N")
      .set("TEM_DST_SUP_VDI", "N")
      .set("TEM_CRN_HER_VDI", "N")
      .set("TEM_DLV_AUT_VDI", "O")
      .set("ETA_DLV_AUT_VDI", "N");
  v.set("TEM_TRT_RPT_VDI", "N").set("TEM_ING_MAI", "N").set("TEM_VRS_EUR", "N");
  c.out.write(v);
}

}  // namespace

void write_staff(Context& c) {
  write_research(c.out);
  Random r{c.seed, "staff"};
  for (int n = 1; n <= insiders + outsiders; ++n) {
    const bool inside = n <= insiders;
    const auto name = draw_name(r, n % 3 == 0 ? Origin::brittany : Origin::france);
    auto& p = c.out.row("PERSONNEL");
    p.set("COD_PER", n)
        .set("LIB_NOM_PAT_PER", name.family)
        .set("LIB_PR1_PER", name.first)
        .set("COD_CIV_PER", name.woman ? "2" : "1");
    p.set_if("NUM_DOS_HAR_PER", inside, fmt::format("{}", 1000 + n)).set_if("TEM_EXT_INT_PER", !inside, "X");
    p.set("DAT_NAI_PER", day(1950 + n % 30, 1 + static_cast<unsigned>(n % 12), 10))
        .set("COD_ETB", inside ? university : Text{"0441994D"});
    p.set("COD_CPS", n % 3 == 0 ? "MCF" : "PR").set("TEM_HAB_RCH_PER", n % 3 == 0 ? "N" : "O");
    c.out.write(p);
    if (!inside) continue;
    constexpr std::array components{Text{"SCI"}, Text{"LET"}, Text{"DRO"}, Text{"IUT"}};
    auto& i = c.out.row("PER_INTERVENIR_CMP");
    c.out.write(i.set("COD_PER", n).set("COD_CMP", components[static_cast<std::size_t>(n) % 4]));
  }
}

void write_thesis(Context& c, Student& s, const ThesisPlan& plan) {
  auto& r = s.random;
  const int end = std::min(plan.start + plan.years - 1, last_year);
  for (int y = plan.start; y <= end; ++y) {
    const auto* stage = c.offer.find(plan.dip, std::min(y - plan.start + 1, 6), y);
    static_cast<void>(enrol(c, s, {{y, stage, Event::normal, 0, 0, true}}));
  }
  const auto* stage = c.offer.find(plan.dip, 1, end);
  const bool computing = plan.dip == "TINF";
  std::int64_t director = r.between(1, insiders);
  if (director % 3 == 0) --director;  // lecturers do not direct
  auto& t = c.out.row("THESE_HDR_SOUT");
  const auto thesis = ++c.thesis;
  t.set("COD_THS", thesis)
      .set("COD_IND", s.person.ind)
      .set("COD_DIP", stage->dip)
      .set("COD_VRS_VDI", stage->vdi);
  t.set("COD_THS_TRV", "1")
      .set("ETA_THS", Text{&plan.state, 1})
      .set("LIB_THS", plan.title)
      .set("COD_LNG", "ANGL");
  t.set("COD_DIS", computing ? 2700101 : 2200101)
      .set("DAT_DEB_THS", day(plan.start, 10, 1))
      .set("DAT_DEB_THS_ORI", day(plan.start, 10, 1));
  t.set("COD_EDO", computing ? "STIC" : "SHS")
      .set("COD_EQR", computing ? "LABINFO" : "HISTARM")
      .set("COD_CMP", "DOC");
  t.set("COD_PER_DIR", director).set("COD_ETB_DIR", university).set("COD_CPS_DIR", "PR");
  const bool joint = r.per_thousand(100);
  t.set("TEM_COT_THS", joint ? "O" : "N")
      .set_if("COD_PAY", joint, "127")
      .set("TEM_TRANSFERT_ARR", "N")
      .set("DUREE_THS", plan.years);
  if (plan.state != 'E') t.set("DAA_FIN_THS", year_text(end));
  if (plan.state == 'A') t.set("DAT_ABANDON", day(end + 1, 6, 30));
  if (plan.state == 'U') t.set("DAT_TRANSFERT_DEP", day(end + 1, 8, 31));
  const auto defence = day(end + 1, 3, 1) + std::chrono::days{r.between(0, 120)};
  if (plan.state == 'S') set_defence(t, r, defence);
  if (plan.confidential) t.set("DAT_FIN_CFD_THS", *plan.confidential);
  c.out.write(t);
  write_funding(c.out, thesis, plan.start, end);
  if (plan.state != 'S') return;
  write_jury(c, r, thesis, director);
  write_award(c, s, *stage, end, defence);
  s.graduated = stage;
}

}  // namespace versoir::samples::apogee

// Administrative and pedagogical registrations: INS_ADM_*, INS_PEDAGOGI_*, IND_CONTRAT_ELP, annual addresses.
#include "apogee_model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::samples::apogee {

namespace {

bool registered(const Step& s) { return s.event != Event::result_only; }

void write_annual(Context& c, Student& s, const std::vector<Step>& steps) {
  auto& r = s.random;
  const int year = steps.front().year;
  const bool cancelled =
      std::ranges::all_of(steps, [](const Step& x) { return x.event == Event::cancelled; });
  auto& a = c.out.row("INS_ADM_ANU");
  a.set("COD_ANU", year_text(year)).set("COD_IND", s.person.ind).set("ETA_IAA", cancelled ? "A" : "E");
  a.set("DAT_CRE_IAA", day(year, 7, 5) + std::chrono::days{r.between(0, 70)});
  a.set("COD_RGI", r.per_thousand(40) ? "2" : "1").set("COD_STU", "01").set("COD_PRU", "NO");
  const bool scholarship = r.per_thousand(350);
  a.set("TEM_BRS_IAA", scholarship ? "O" : "N").set("COD_SOC", scholarship ? "BO" : "NO");
  a.set("COD_PCS_PARENT", r.per_thousand(500) ? "52" : "34").set("COD_PCS_ETUDIANT", "81");
  if (year < 2018) a.set("TEM_AFL_SSO", "O").set("COD_RSS", "617").set("DAT_AFL_SSO", day(year, 10, 1));
  a.set("TEM_DOS_IAA_INC", r.per_thousand(30) ? "O" : "N")
      .set("ETA_EDT_CRT", "E")
      .set("DAT_EDT_CRT", day(year, 9, 20));
  a.set("TEM_RGM_AMG_ETU_IAA", r.per_thousand(15) ? "O" : "N").set("COD_UTI", user);
  a.set("COD_SIS_ANN_PRE", year == s.person.entry ? "A" : "H")
      .set("TEM_PMT_3F", r.per_thousand(200) ? "O" : "N");
  c.out.write(a);
  // What was paid, in the prices of the day: left by the profile, so counted as left.
  const Milli due{(scholarship ? 5'100 : 170'100 + (year - first_year) * 1'500)};
  auto& money = c.out.row("INS_ADM_SIT");
  money.set("COD_ANU", year_text(year)).set("COD_IND", s.person.ind).set("ETA_IAS", "S");
  c.out.write(money.set("MNT_DRT_PAI", due).set("MNT_IAS", due));
  auto& info = c.out.row("INS_INFO_ANU");
  info.set("COD_ANU", year_text(year))
      .set("COD_IND", s.person.ind)
      .set("COD_THB", r.per_thousand(400) ? "1" : "4");
  c.out.write(info);
  if (r.per_thousand(700)) {
    auto& ad = c.out.row("ADRESSE");
    const auto& town = towns()[r.below(4)];
    ad.set("COD_ADR", ++c.address).set("COD_ANU_INA", year_text(year)).set("COD_IND_INA", s.person.ind);
    ad.set("LIB_AD1", draw_street(r))
        .set("COD_BDI", town.post)
        .set("COD_COM", town.insee)
        .set("COD_PAY", "100");
    ad.set("COD_DEP", town.department).set("NUM_TEL_PORT", draw_phone(r, true));
    c.out.write(ad);
  }
}

void set_access_title(Record& i, const Student& s, const Stage& stage) {
  const bool second_cycle = stage.dip.front() == 'M' || stage.dip.front() == 'T';
  if (second_cycle && s.graduated != nullptr) {
    i.set("COD_NAT_TIT_ACC_IAE", "I")
        .set("COD_DIP_ACC", s.graduated->dip)
        .set("COD_VRS_VDI_ACC", s.graduated->vdi);
  } else if (second_cycle) {
    i.set("COD_NAT_TIT_ACC_IAE", "E")
        .set("COD_DAC_ACC", "LICEXT")
        .set("COD_TPE_ACC_IAE", "01")
        .set("COD_ETB_ACC_IAE", "0441994D");
  } else {
    i.set("COD_NAT_TIT_ACC_IAE", "A");
  }
}

void write_registration(Context& c, Student& s, const Step& step) {
  auto& r = s.random;
  const auto& stage = *step.stage;
  const auto created = day(step.year, 7, 5) + std::chrono::days{r.between(0, 85)};
  auto& i = c.out.row("INS_ADM_ETP");
  i.set("COD_ANU", year_text(step.year))
      .set("COD_IND", s.person.ind)
      .set("COD_ETP", stage.etp)
      .set("COD_VRS_VET", stage.vet);
  i.set("NUM_OCC_IAE", 1).set("DAT_CRE_IAE", Moment{created, 10 * 3600 + r.between(0, 20'000)});
  std::string_view registration = "E";
  if (step.event == Event::cancelled) registration = "A";
  if (step.event == Event::terminated) registration = "R";
  i.set("ETA_IAE", registration).set("ETA_PMT_IAE", step.event == Event::unpaid ? "A" : "P");
  if (step.event == Event::cancelled)
    i.set("DAT_ANNUL_RES_IAE", created + std::chrono::days{r.between(10, 60)});
  if (step.event == Event::terminated)
    i.set("DAT_ANNUL_RES_IAE", day(step.year + 1, 1, 10) + std::chrono::days{r.between(0, 60)});
  i.set("NBR_INS_ETP", ++s.registrations["etp " + stage.etp])
      .set("NBR_INS_DIP", ++s.registrations["dip " + stage.dip]);
  i.set("NBR_INS_CYC", ++s.registrations[fmt::format("cyc {}", stage.dip.front())]);
  i.set("TEM_IAE_PRM", step.main ? "O" : "N")
      .set("COD_DIP", stage.dip)
      .set("COD_VRS_VDI", stage.vdi)
      .set("COD_CMP", stage.component);
  i.set("COD_CGE", "SCO")
      .set("COD_PRU", s.conditional ? "AJ" : "NO")
      .set("TEM_DIP_IAE", stage.final ? "O" : "N");
  i.set("TEM_TLS_IAE", "N").set("TEM_INS_ELP_ATMQ_IAE", "O").set("COD_UTI", user);
  set_access_title(i, s, stage);
  c.out.write(i);
}

void write_contract_line(Context& c, const Student& s, const Step& step, const std::string& element,
                         const std::string& above, const std::string& list, bool acquired) {
  auto& e = c.out.row("IND_CONTRAT_ELP");
  const auto year = year_text(step.year);
  e.set("COD_ANU", year)
      .set("COD_IND", s.person.ind)
      .set("COD_ETP", step.stage->etp)
      .set("COD_VRS_VET", step.stage->vet);
  e.set("COD_ELP", element).set("DAA_UNI_CON", year).set("DAT_CRE_ELP_CON", day(step.year, 10, 2));
  e.set("TEM_PRC_ICE", acquired ? "O" : "N").set("TEM_INS_ELP_INF", "O").set("TEM_INS_ELP_ATMQ", "O");
  e.set("COD_CIP", step.stage->component)
      .set_if("COD_ELP_SUP", !above.empty(), above)
      .set("COD_LSE", list)
      .set("COD_UTI", user);
  c.out.write(e);
}

/// Master's students who come from elsewhere are sometimes exempted from a unit.
void write_exemption(Context& c, Student& s, const Step& step) {
  const auto& stage = *step.stage;
  if (stage.dip.front() != 'M' || stage.rank != 1 || s.graduated != nullptr || !s.random.per_thousand(300))
    return;
  auto& d = c.out.row("IND_DISPENSE_ELP");
  d.set("COD_ANU", year_text(step.year))
      .set("COD_IND", s.person.ind)
      .set("COD_ETP", stage.etp)
      .set("COD_VRS_VET", stage.vet);
  d.set("COD_ELP", stage.semesters[0].units[0].code)
      .set("DAT_DEC_ELP_VAA", day(step.year, 10, 20))
      .set("COD_CIP", stage.component);
  d.set("NOT_VAA", Milli{12'500}).set("BAR_NOT_VAA", 20).set("COD_ETB", "0441994D");
  c.out.write(d);
}

}  // namespace

void write_contract(Context& c, Student& s, const Step& step) {
  const auto& stage = *step.stage;
  auto& p = c.out.row("INS_PEDAGOGI_ETP");
  p.set("COD_ANU", year_text(step.year))
      .set("COD_IND", s.person.ind)
      .set("COD_ETP", stage.etp)
      .set("COD_VRS_VET", stage.vet);
  p.set("COD_TYP_IPE", "N")
      .set("DAT_CRE_IPE", day(step.year, 10, 1))
      .set("TEM_INS_ELP_ATMQ_IPE", "O")
      .set("COD_UTI", user);
  c.out.write(p);
  for (const auto& semester : stage.semesters) {
    write_contract_line(c, s, step, semester.code, "", stage.list, false);
    for (const auto& u : semester.units) {
      const bool acquired = s.acquired.contains(u.code);
      write_contract_line(c, s, step, u.code, semester.code, semester.list, acquired);
      if (acquired) continue;
      if (u.choice && !s.choices.contains(u.code)) s.choices[u.code] = s.random.below(3);
      for (std::size_t i = 0; i < u.courses.size(); ++i)
        if (!u.choice || s.choices[u.code] == i)
          write_contract_line(c, s, step, u.courses[i].code, u.code, u.list, false);
    }
  }
  write_exemption(c, s, step);
}

Verdict enrol(Context& c, Student& s, const std::vector<Step>& steps) {
  if (std::ranges::any_of(steps, registered)) write_annual(c, s, steps);
  Verdict first = Verdict::none;
  bool pedagogical = false;
  for (std::size_t n = 0; n < steps.size(); ++n) {
    const auto& step = steps[n];
    if (registered(step)) write_registration(c, s, step);
    const bool follows = registered(step) && step.event != Event::cancelled && !step.stage->semesters.empty();
    if (follows && !pedagogical) {
      auto& p = c.out.row("INS_PEDAGOGI_ANU");
      p.set("COD_ANU", year_text(step.year)).set("COD_IND", s.person.ind);
      c.out.write(p);
      pedagogical = true;
    }
    if (follows) write_contract(c, s, step);
    const bool sits = step.level > 0 && (step.event == Event::normal || step.event == Event::result_only);
    if (!sits || step.stage->semesters.empty()) continue;
    const auto verdict = write_results(c, s, step);
    if (n > 0) continue;
    first = verdict;
    s.conditional = verdict == Verdict::may_continue;
  }
  return first;
}

}  // namespace versoir::samples::apogee

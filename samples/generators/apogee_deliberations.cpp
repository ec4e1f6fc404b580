// How far each jury went, and when: GRP_RESULTAT_*.
#include "apogee_model.hpp"

#include <fmt/format.h>

namespace versoir::samples::apogee {

namespace {

using Text = std::string_view;

void write_group(Output& out, Text object, int year, char session, char progress, Moment date, Record& r) {
  r.set("COD_ANU", year_text(year)).set("COD_SES", Text{&session, 1}).set("COD_ADM", "1");
  r.set(fmt::format("ETA_AVC_{}", object), Text{&progress, 1})
      .set(fmt::format("TEM_INI_TAB_RES_{}", object), "O");
  r.set_if(fmt::format("DAT_AVC_{}", object), progress != 'A', date);
  out.write(r);
}

void write_element_groups(Context& c, const Context::Deliberation& d, const std::string& code, char progress,
                          Moment date) {
  auto& r = c.out.row("GRP_RESULTAT_ELP");
  r.set("COD_ELP", code).set("TEM_AVC_HER_ELP", "O").set("TEM_TRT_RPT_GEG", "N");
  write_group(c.out, "ELP", d.year, d.session, progress, date, r);
}

}  // namespace

char state(const Stage& stage, int year, char session) {
  if (year == last_year) return 'A';
  // Two deliberations that nobody ever finished.
  if (stage.etp == "LHIS3" && year == 2014) return 'A';
  if (stage.etp == "LDRO2" && year == 2019 && session == '2') return 'E';
  return 'T';
}

Moment jury_date(const Stage& stage, int year, char session) {
  const auto spread = std::chrono::days{static_cast<int>(stage.index * 7 % 15)};
  // Second sessions moved from September to the end of June in 2012.
  if (session == '2')
    return {day(year + 1, year < 2012 ? 9U : 6U, year < 2012 ? 8U : 24U) + spread, 14 * 3600 + 1800};
  return {day(year + 1, year < 2012 ? 6U : 5U, year < 2012 ? 14U : 28U) + spread, 9 * 3600};
}

void write_deliberations(Context& c) {
  for (const auto& [d, used] : c.deliberations) {
    const auto& s = c.offer.stages()[d.stage];
    const char progress = state(s, d.year, d.session);
    const auto date = jury_date(s, d.year, d.session);
    const bool thesis = s.semesters.empty();
    if (!thesis) {
      auto& r = c.out.row("GRP_RESULTAT_VET");
      r.set("COD_ETP", s.etp)
          .set("COD_VRS_VET", s.vet)
          .set("TEM_AVC_HER_VET", "N")
          .set("TEM_TRT_RPT_GVT", "N");
      write_group(c.out, "VET", d.year, d.session, progress, date, r);
    }
    for (const auto& semester : s.semesters) {
      write_element_groups(c, d, semester.code, progress, date);
      for (const auto& u : semester.units) {
        write_element_groups(c, d, u.code, progress, date);
        for (const auto& course : u.courses) {
          write_element_groups(c, d, course.code, progress, date);
          for (const auto& exam : course.exams) {
            auto& r = c.out.row("GRP_RESULTAT_EPR");
            r.set("COD_EPR", exam).set("TEM_AVC_HER_EPR", "O");
            write_group(c.out, "EPR", d.year, d.session, progress, date, r);
          }
        }
      }
    }
    if (!s.final && !thesis) continue;
    auto& r = c.out.row("GRP_RESULTAT_VDI");
    r.set("COD_DIP", s.dip).set("COD_VRS_VDI", s.vdi).set("TEM_AVC_HER_VDI", "N").set("TEM_TRT_RPT_GVI", "N");
    write_group(c.out, "VDI", d.year, d.session, progress, date, r);
  }
}

}  // namespace versoir::samples::apogee

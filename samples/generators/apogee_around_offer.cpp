// What hangs on the offer besides its tree: who may deliver and enrol, hours, teachers, correspondences.
#include "apogee_model.hpp"

#include <algorithm>

namespace versoir::samples::apogee {

namespace {

void write_rights(Output& out, const Stage& s) {
  auto& c = out.row("CMP_HABILITER_VDI");
  if (s.rank == 1) {  // once for each version of a diploma
    c.set("COD_CMP", s.component).set("COD_DIP", s.dip).set("COD_VRS_VDI", s.vdi);
    out.write(c.set("TEM_EN_SVE_CVD", "O"));
    auto& p = out.row("SPE_CARACTERISE_VDI");
    p.set("COD_SPE", "GEN").set("COD_DIP", s.dip).set("COD_VRS_VDI", s.vdi);
    out.write(p.set("TEM_EN_SVE_SPV", "O"));
  }
  for (const auto* regime : {"1", "2"}) {
    auto& r = out.row("RGI_AUTORISER_VET");
    r.set("COD_ETP", s.etp).set("COD_VRS_VET", s.vet).set("COD_RGI", regime);
    out.write(r.set("TEM_EN_SVE_RVE", "O"));
  }
}

/// From one version to the next: the same étape, the same place in its tree, other codes.
void write_correspondence(Output& out, const Stage& old, const Stage& next, std::int64_t& number) {
  auto& v = out.row("VDIVET_CORRESPOND_VDIVET");
  v.set("COD_DIP_OLD", old.dip).set("COD_VRS_VDI_OLD", old.vdi).set("COD_ETP_OLD", old.etp);
  v.set("COD_VRS_VET_OLD", old.vet).set("COD_DIP_NEW", next.dip).set("COD_VRS_VDI_NEW", next.vdi);
  out.write(v.set("COD_ETP_NEW", next.etp).set("COD_VRS_VET_NEW", next.vet));
  for (std::size_t i = 0; i < std::min(old.semesters.size(), next.semesters.size()); ++i) {
    const auto& from = old.semesters[i].units;
    const auto& to = next.semesters[i].units;
    for (std::size_t u = 0; u < std::min(from.size(), to.size()); ++u) {
      auto& e = out.row("ELP_CORRESPOND_ELP");
      e.set("COD_LCC", ++number).set("COD_ELP_CIBLE_LCC", to[u].code).set("COD_ELP_S1_LCC", from[u].code);
      e.set("PDS_S1_LCC", 1).set("DAA_DEB_VAL_LCC", year_text(next.first));
      out.write(e.set("COM_LIEN_LCC", "Acquis conservé d'une maquette à l'autre"));
    }
  }
}

void write_teaching(Output& out, const Stage& s, std::int64_t& teacher) {
  for (const auto& semester : s.semesters)
    for (const auto& u : semester.units) {
      auto& p = out.row("PER_ELP");
      out.write(p.set("COD_PER", teacher++ % 40 + 1).set("COD_ELP", u.code));
      auto& f = out.row("ELP_AUT_FEX");
      out.write(f.set("COD_ELP", u.code).set("COD_FEX", "M").set("TEM_AFT_FEX_ELP", "O"));
      auto& l = out.row("ELP_LIBELLE");
      out.write(l.set("COD_ELP", u.code).set("COD_LNG", "ANGL").set("LIB_ELP_LNG", "Unit: " + u.label));
      auto& h = out.row("ELP_CHG_TYP_HEU");
      h.set("COD_ANU", year_text(s.first < first_year ? first_year : s.first)).set("COD_ELP", u.code);
      out.write(h.set("COD_TYP_HEU", "CM").set("NBR_HEU_ELP", Milli{24'000}).set("NBR_GRP_PRV_COLL", 1));
      for (int y = std::max(s.first, first_year); y <= std::min(s.last, last_year); ++y) {
        auto& c = out.row("ELP_CHARGE_ENS");
        c.set("COD_ANU", year_text(y)).set("COD_ELP", u.code).set("NBR_HEU_CM_ELP", Milli{24'000});
        c.set("NBR_HEU_TD_ELP", Milli{18'500}).set("TEM_CAL_CHG", "O");
        out.write(c.set("COD_ETP_PORTEUSE", s.etp).set("COD_VRS_VET_PORTEUSE", s.vet));
      }
    }
}

/// The first courses of two étapes of one component are given together, in the last year.
void write_shared(Output& out, const std::vector<Stage>& stages) {
  for (std::size_t i = 0; i + 1 < stages.size(); ++i) {
    const auto& a = stages[i];
    const auto& b = stages[i + 1];
    if (a.semesters.empty() || b.semesters.empty() || a.component != b.component || b.last < last_year)
      continue;
    auto& r = out.row("ELP_PORTEUR_PORTE");
    r.set("COD_ANU", year_text(last_year)).set("COD_ELP_PORTE", b.semesters[0].units[0].courses[0].code);
    out.write(r.set("COD_ELP_PORTEUR", a.semesters[0].units[0].courses[0].code));
  }
}

}  // namespace

void write_around_offer(Output& out, const Offer& offer) {
  std::int64_t correspondence = 0, teacher = 0;
  const auto& stages = offer.stages();
  std::vector<std::string_view> managed;
  for (const auto& s : stages) {
    write_rights(out, s);
    write_teaching(out, s, teacher);
    if (std::ranges::find(managed, s.etp) == managed.end()) {
      managed.push_back(s.etp);
      auto& g = out.row("ETP_GERER_CGE");
      out.write(g.set("COD_ETP", s.etp).set("COD_CGE", "SCO").set("COD_CMP", s.component));
    }
    for (const auto& other : stages) {
      if (other.etp == s.etp && other.first == s.last + 1)
        write_correspondence(out, s, other, correspondence);
      if (other.dip != s.dip || other.vdi != s.vdi || other.rank != s.rank + 1) continue;
      auto& a = out.row("VET_PERMET_ACC_VET");
      a.set("COD_ETP", s.etp).set("COD_VRS_VET", s.vet);
      out.write(a.set("COD_ETP_PRM", other.etp).set("COD_VRS_VET_PRM", other.vet));
    }
  }
  write_shared(out, stages);
}

}  // namespace versoir::samples::apogee

// Rows of a small Apogée: students, registrations, deliberations, an offer, diplomas.
#pragma once
#include "shipped.hpp"

namespace versoir::tests {

inline void student(Shipped& s, int no, const std::string& name = "DUPONT") {
  s.add("INDIVIDU", "COD_IND, COD_ETU, LIB_NOM_PAT_IND, LIB_PR1_IND, COD_SEX_ETU, DATE_NAI_IND",
        fmt::format("{0}, {1}, '{2}', 'Zoé', 'F', '1980-02-29T00:00:00'", no, 2000 + no, name));
}
inline void registered(Shipped& s, int no, const std::string& year, const std::string& state = "E") {
  s.add("INS_ADM_ANU", "COD_ANU, COD_IND, ETA_IAA",
        fmt::format("'{}', {}, '{}'", year, no, state == "A" ? "A" : "E"));
  s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE, DAT_CRE_IAE",
        fmt::format("'{0}', {1}, 'L1', 1, 1, '{2}', '{0}-07-10T11:00:00'", year, no, state));
}
inline void deliberated(Shipped& s, int no, const std::string& year, const std::string& state,
                        const std::string& date, const std::string& result = "ADM") {
  s.db.exec(fmt::format(
      "INSERT INTO GRP_RESULTAT_VET (COD_ETP, COD_VRS_VET, COD_ANU, COD_SES, COD_ADM, ETA_AVC_VET, "
      "DAT_AVC_VET) SELECT 'L1', 1, '{0}', '1', '1', '{1}', '{2}' WHERE NOT EXISTS "
      "(SELECT 1 FROM GRP_RESULTAT_VET WHERE COD_ANU = '{0}')",
      year, state, date));
  s.add("RESULTAT_VET", "COD_IND, COD_ETP, COD_VRS_VET, COD_ANU, COD_SES, COD_ADM, NOT_VET, COD_TRE",
        fmt::format("{}, 'L1', 1, '{}', '1', '1', '12.5', '{}'", no, year, result));
}
inline void offer(Shipped& s) {
  s.add("ETAPE", "COD_ETP, LIB_ETP", "'L1', 'Licence 1 (étape)'");
  s.add("VERSION_ETAPE", "COD_ETP, COD_VRS_VET, LIB_WEB_VET, COD_CMP", "'L1', 1, 'Licence 1re année', 'SCI'");
  s.add("COMPOSANTE", "COD_CMP, LIB_CMP", "'SCI', 'UFR Sciences'");
  s.add("TYP_RESULTAT", "COD_TRE, LIB_TRE, COD_NEG_TRE", "'ADM', 'Admis', '1'");
  s.add("TYP_RESULTAT", "COD_TRE, LIB_TRE, COD_NEG_TRE", "'AJ', 'Ajourné', '0'");
}
inline records::Key jury(const std::string& year) {
  return records::Key::parse(fmt::format(R"(["L1",1,"{}","1","1"])", year));
}
inline void graduate(Shipped& s, int no, const std::string& year, const std::string& result,
                     const std::string& obtained, const std::string& state = "T") {
  s.db.exec(fmt::format(
      "INSERT INTO GRP_RESULTAT_VDI (COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, ETA_AVC_VDI, "
      "DAT_AVC_VDI) SELECT 'LIC', 1, '{0}', '1', '1', '{1}', '{2}-07-12T10:00:00' WHERE NOT EXISTS "
      "(SELECT 1 FROM GRP_RESULTAT_VDI WHERE COD_ANU = '{0}')",
      year, state, std::stoi(year) + 1));
  s.add("RESULTAT_VDI", "COD_IND, COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, COD_TRE, DAT_OBT_VDI",
        fmt::format("{}, 'LIC', 1, '{}', '1', '1', '{}', {}", no, year, result, obtained));
}
inline records::Key diplomas(const std::string& year) {
  return records::Key::parse(fmt::format(R"(["LIC",1,"{}"])", year));
}
inline records::Key version(int no) { return records::Key::parse(fmt::format(R"(["LIC",{}])", no)); }
inline std::string reason(const std::map<std::string, records::Candidate>& all, const std::string& k) {
  return all.at(k).left_out.value_or("");
}

}  // namespace versoir::tests

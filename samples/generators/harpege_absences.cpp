// What an agent does besides the career, by period: discipline, laboratory; and when he or she is away.
#include "harpege_model.hpp"

#include <algorithm>
#include <array>

namespace versoir::samples::harpege {

namespace {

using std::chrono::days;

/// A day drawn so that a period of `length` fits in; nothing when it does not.
std::optional<Day> draw_day(Random& r, Day from, Day last, int length) {
  const int room = static_cast<int>((last - from).count()) - length;
  if (room < 1) return {};
  return from + days{r.between(0, room)};
}

}  // namespace

void Agent::section(int career, Text section, Day from, End to) {
  auto& r = c_.out.row("PERIODES_SP_CNU");
  r.set("NO_DOSSIER_PERS", person.number).set("NO_SEQ_CARRIERE", career).set("D_DEB", from);
  if (to) r.set("D_FIN", *to);
  r.set("C_SECTION_CNU", section).set("C_SOUS_SECTION_CNU", "00").set("C_SPECIALITE_CNU", "000");
  c_.out.write(r);
}

void Agent::discipline(int career, Text code, Day from, End to) {
  auto& r = c_.out.row("PERIODES_SP_SD_DEG");
  r.set("NO_DOSSIER_PERS", person.number).set("NO_SEQ_CARRIERE", career).set("D_DEB", from);
  if (to) r.set("D_FIN", *to);
  c_.out.write(r.set("C_DISC_SECOND_DEGRE", code));
}

void Agent::research(Text laboratory, Day from, End to) {
  auto& r = c_.out.row("AFFECTATION_RECHERCHE");
  r.set("NO_SEQ_AFFE_RECH", ++c_.research).set("NO_DOSSIER_PERS", person.number);
  r.set("C_STRUCTURE", laboratory).set("D_DEB_AFFE_RECH", from);
  if (to) r.set("D_FIN_AFFE_RECH", *to);
  c_.out.write(r);
}

void Agent::away(Text kind, Day from, Day to) {
  leave(kind, from, to);
  if (!c_.out.has(kind)) return;  // known by name only
  auto& r = c_.out.row(kind);
  r.set("NO_DOSSIER_PERS", person.number);
  if (c_.out.has(kind, "D_DEB")) r.set("D_DEB", from).set("D_FIN", to);
  c_.out.write(r.set_if("QUOTITE", c_.out.has(kind, "QUOTITE"), 80));
}

void write_absences(Agent& a, std::uint64_t seed, bool civil, Day from, End to) {
  // Draws of their own: the careers of a seed stay what they were.
  Random r{seed, "absence", static_cast<std::uint64_t>(a.person.number)};
  const Day begun = std::max(from, opening), last = std::min(to.value_or(closing), closing);
  const auto one = [&](Text kind, int per_thousand, int length) {
    if (!r.per_thousand(per_thousand)) return;
    if (const auto at = draw_day(r, begun, last, length)) a.away(kind, *at, *at + days{length - 1});
  };
  if (a.person.name.woman) one("CONGE_MATERNITE", 330, 112);
  if (civil) {
    one("TEMPS_PARTIEL", 180, 365 * r.between(1, 4));
    one("CLM", 40, 365);
    one("CLD", 15, 730);
    one("CONGE_ACCIDENT_SERV", 30, r.between(5, 120));
    one("CONGE_FORMATION", 20, 300);
    one("CONGE_MALADIE", 400, r.between(2, 45));
  } else {
    one("CGNT_MALADIE", 200, r.between(2, 45));
    one("CGNT_CGM", 10, 180);
    one("CGNT_ACCIDENT_TRAV", 15, r.between(5, 60));
  }
}

}  // namespace versoir::samples::harpege

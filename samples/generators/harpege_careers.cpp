// Careers, positions, contracts, posts, structures, responsibilities: the rows, and a career made of them.
#include "harpege_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace versoir::samples::harpege {

namespace {

using std::chrono::days;

constexpr int outsiders_of_thousand_posts = 150;  ///< contracts paid without a post, per thousand

}  // namespace

int Agent::career(Text population, Day from, End to) {
  auto& r = c_.out.row("CARRIERE");
  r.set("NO_DOSSIER_PERS", person.number).set("NO_SEQ_CARRIERE", ++careers_);
  r.set("C_TYPE_POPULATION", population).set("D_DEB_CARRIERE", from);
  if (to) r.set("D_FIN_CARRIERE", *to);
  c_.out.write(r);
  elements_.push_back(0);
  return careers_;
}

void Agent::element(int career, const Element& e) {
  auto& r = c_.out.row("ELEMENT_CARRIERE");
  r.set("NO_DOSSIER_PERS", person.number).set("NO_SEQ_CARRIERE", career);
  r.set("NO_SEQ_ELEMENT", ++elements_.at(static_cast<std::size_t>(career) - 1)).set("C_CORPS", e.corps);
  r.set_if("C_GRADE", !e.grade.empty(), e.grade).set_if("C_ECHELON", !e.step.empty(), e.step);
  r.set_if("C_TYPE_ACCES", !e.access.empty(), e.access).set("D_EFFET_ELEMENT", e.from);
  if (e.to) r.set("D_FIN_ELEMENT", *e.to);
  r.set("TEM_PROVISOIRE", e.provisional ? "O" : "N").set("QUOTITE_ELEMENT", e.share);
  if (e.cancelled) r.set("D_ANNULATION", *e.cancelled);
  c_.out.write(r);
}

void Agent::position(int career, Text code, Day from, End to, Text establishment) {
  auto& r = c_.out.row("CHANGEMENT_POSITION");
  r.set("NO_DOSSIER_PERS", person.number).set("NO_SEQ_CARRIERE", career).set("C_POSITION", code);
  r.set("D_DEB_POSITION", from).set_if("C_RNE", !establishment.empty(), establishment);
  if (to) r.set("D_FIN_POSITION", *to);
  c_.out.write(r);
}

int Agent::contract(Text type) {
  auto& r = c_.out.row("CONTRAT_TRAVAIL");
  r.set("NO_DOSSIER_PERS", person.number).set("NO_CONTRAT_TRAVAIL", ++contracts_);
  c_.out.write(r.set("C_TYPE_CONTRAT_TRAV", type));
  amendments_.push_back(0);
  return contracts_;
}

void Agent::amendment(int contract, const Amendment& a) {
  auto& r = c_.out.row("CONTRAT_AVENANT");
  r.set("NO_DOSSIER_PERS", person.number).set("NO_CONTRAT_TRAVAIL", contract);
  r.set("NO_AVENANT", ++amendments_.at(static_cast<std::size_t>(contract) - 1));
  r.set("D_DEB_CONTRAT_TRAV", a.from).set("TEM_ANNULATION", a.cancelled ? "O" : "N");
  if (a.to) r.set("D_FIN_CONTRAT_TRAV", *a.to);
  if (a.executed) r.set("D_FIN_EXECUTION", *a.executed);
  r.set_if("INDICE_CONTRAT", a.index > 0, a.index).set("C_TYPE_REMUN_CONTRAT", a.index > 0 ? "IND" : "FORF");
  r.set_if("C_GRADE", !a.grade.empty(), a.grade).set_if("C_SECTION_CNU", !a.section.empty(), a.section);
  r.set_if("C_SOUS_SECTION_CNU", !a.section.empty(), "00")
      .set_if("C_SPECIALITE_CNU", !a.section.empty(), "000");
  c_.out.write(r);
}

void Agent::occupy(Route route, int rank, Day from, End to, std::span<const Assignment> assignments,
                   Text section, bool stale) {
  const bool civil = route == Route::career;
  const bool on_post = civil || !random.per_thousand(outsiders_of_thousand_posts);
  if (on_post) {
    auto& p = c_.out.row("POSTE");
    c_.out.write(p.set("NO_POSTE", ++c_.post).set_if("C_SECTION_CNU", !section.empty(), section));
  }
  auto& o = c_.out.row("OCCUPATION");
  o.set("NO_DOSSIER_PERS", person.number).set("NO_OCCUPATION", ++c_.occupation);
  o.set(civil ? "NO_SEQ_CARRIERE" : "NO_CONTRAT_TRAVAIL", rank).set_if("NO_POSTE", on_post, c_.post);
  o.set("D_DEB_OCCUPATION", from);
  if (to) o.set("D_FIN_OCCUPATION", *to);
  c_.out.write(o);
  for (const auto& a : assignments) {
    auto& r = c_.out.row("AFFECTATION");
    r.set("NO_SEQ_AFFECTATION", ++c_.assignment).set("NO_DOSSIER_PERS", person.number);
    r.set("NO_OCCUPATION", c_.occupation).set("C_STRUCTURE", a.structure);
    if (!stale) r.set(civil ? "NO_SEQ_CARRIERE" : "NO_CONTRAT_TRAVAIL", rank);
    r.set("D_DEB_AFFECTATION", a.from).set("NUM_QUOT_AFFECTATION", a.share).set("DEN_QUOT_AFFECTATION", 100);
    if (a.to) r.set("D_FIN_AFFECTATION", *a.to);
    r.set("D_CREATION", std::max(a.from, opening))
        .set("D_MODIFICATION", a.to ? *a.to : std::max(a.from, opening));
    c_.out.write(r);
  }
}

void Agent::responsibility(int function, Text structure, Day from, End to) {
  auto& r = c_.out.row("INDIVIDU_FONCT_STRUCT");
  r.set("NO_EXERCICE_RESPONS", ++c_.responsibility).set("NO_DOSSIER_PERS", person.number);
  r.set("C_STRUCTURE", structure).set("C_FONCTION", function).set("DT_DEB_EXERC_RESP", from);
  if (to) r.set("DT_FIN_EXERC_RESP", *to);
  c_.out.write(r);
}

void Agent::probation(int career, Text corps, Day from, Day to) {
  auto& r = c_.out.row("STAGE");
  r.set("NO_DOSSIER_PERS", person.number).set("NO_SEQ_CARRIERE", career).set("C_CORPS", corps);
  r.set("D_DEB_STAGE", from).set("D_FIN_STAGE", to).set("DATE_TITULARISATION", to + days{1});
  c_.out.write(r.set("TEM_RENOUVELLEMENT", "N"));
}

void Agent::leave(Text kind, Day from, Day planned, End executed) {
  auto& r = c_.out.row("CGE_MOD_AGT");
  r.set("NO_DOSSIER_PERS", person.number).set("C_CGE_MOD", kind).set("D_DEB_CGE_MOD", from);
  r.set("D_FIN_CGE_MOD", planned);
  if (executed) r.set("D_FIN_EXE_CGE_MOD", *executed);
  c_.out.write(r);
}

void Agent::earlier_service(Day from, Day to, Day validated) {
  auto& p = c_.out.row("PASSE");
  c_.out.write(p.set("NO_DOSSIER_PERS", person.number).set("D_DEB_PASSE", from).set("D_FIN_PASSE", to));
  auto& v = c_.out.row("VALIDATION_SERVICES");
  v.set("NO_DOSSIER_PERS", person.number).set("D_DEB_VALIDATION", from).set("D_FIN_VALIDATION", to);
  c_.out.write(v.set("D_VALIDATION", validated));
}

void Agent::departure(Day effect) {
  auto& r = c_.out.row("DEPART");
  c_.out.write(r.set("NO_DOSSIER_PERS", person.number).set("D_EFFET_DEPART", effect));
}

namespace {

/// Writes the échelons of a career one after the other; the last line runs to the end of the career.
class Climb {
 public:
  Climb(Agent& a, int career, End to, bool hesitant) : a_(a), career_(career), to_(to), hesitant_(hesitant) {}

  /// False when the career ends inside this step.
  bool step(const Grade& g, int rank, Day& from, int years, Text access) {
    const Day next = add_years(from, years);
    const bool last = next > to_.value_or(closing);
    const End end = last ? to_ : End{next - days{1}};
    // The secretaries' corps was renamed: those in it were moved, at the same échelon.
    if (g.corps == "603" && from < secretaries_moved) {
      const bool moved = end.value_or(closing) >= secretaries_moved;
      const Text before = g.code == "6031" ? Text{"6021"} : Text{"6022"};
      line(find_grade(before), rank, from, moved ? End{secretaries_moved - days{1}} : end, access);
      if (moved) line(g, rank, secretaries_moved, end, "REC");
    } else {
      line(g, rank, from, end, access);
    }
    from = next;
    return !last;
  }

 private:
  void line(const Grade& g, int rank, Day from, End to, Text access) {
    const auto text = fmt::format("{:02}", rank);
    const bool wrong = hesitant_ && a_.random.per_thousand(25);
    if (wrong) {  // typed at another échelon, then cancelled
      const auto other = fmt::format("{:02}", rank + 1);
      a_.element(career_, {g.corps, g.code, other, access, from, to, false, from + days{45}});
    }
    a_.element(career_, {g.corps, g.code, text, access, from, to});
  }

  Agent& a_;
  int career_;
  End to_;
  bool hesitant_;
};

}  // namespace

void climb(Agent& a, int career, std::span<const Text> ladder, Day from, End to, bool hesitant) {
  Climb climb(a, career, to, hesitant);
  Day at = from;
  for (std::size_t i = 0; i < ladder.size(); ++i) {
    const auto& g = find_grade(ladder[i]);
    const bool top = i + 1 == ladder.size();
    // Before 2001 the mode of access was often left empty.
    Text access = at < day(2001, 1, 1) ? Text{} : i == 0 ? Text{"CON"} : Text{"TAB"};
    for (int rank = 1;; ++rank) {
      const int reached = std::min(rank, g.steps);
      const bool stays = reached == g.steps && top;
      const int years = stays ? 60 : 1 + (rank > 2 ? 1 : 0) + (a.random.per_thousand(400) ? 1 : 0);
      if (!climb.step(g, reached, at, years, access)) return;
      access = {};
      if (!top && (reached == g.steps || (rank >= 5 && a.random.per_thousand(250)))) break;
    }
  }
}

namespace {

/// Positions fill the career without a gap: activity, at times an absence, activity again.
void write_positions(Agent& a, int career, Day from, End to) {
  const auto last = to.value_or(closing);
  const int length = static_cast<int>((last - from).count());
  if (length < 365 * 8 || !a.random.per_thousand(220)) {
    a.position(career, "ACTI", from, to);
    return;
  }
  const Day away = from + days{a.random.between(365 * 3, length - 365 * 4)};
  const Day back = away + days{365 * a.random.between(1, 3)};
  static constexpr std::array<Text, 3> absences{"DETA", "DISP", "CPAR"};
  const auto absence = a.random.pick(absences);
  a.position(career, "ACTI", from, away - days{1});
  a.position(career, absence, away, back - days{1}, absence == "DETA" ? Text{"0441994D"} : Text{});
  a.position(career, "ACTI", back, to);
}

/// One structure after the other until the end; at times half and half between two.
std::vector<Assignment> draw_assignments(Random& r, std::span<const Text> structures, Day from, End to) {
  std::vector<Assignment> list;
  Day at = from;
  while (true) {
    const Day next = at + days{365 * r.between(4, 14)};
    const bool last = next > to.value_or(closing);
    const End end = last ? to : End{next - days{1}};
    const auto here = r.pick(structures);
    const auto there = r.pick(structures);
    const bool split = here != there && r.per_thousand(120);
    list.push_back({here, at, end, split ? 50 : 100});
    if (split) list.push_back({there, at, end, 50});
    if (last) return list;
    at = next;
  }
}

}  // namespace

void live(Agent& a, const CivilLife& life) {
  const int career = a.career(life.population, life.from, life.to);
  Day from = life.from;
  if (from < opening) {  // the years before the application are one line of a pseudo-corps
    const auto history = fmt::format("{}-{}", life.population, find_grade(life.ladder.front()).category);
    const auto last = earlier(life.to, End{opening - days{1}});
    a.element(career, {history, "", "", "", from, last});
    from = opening;
  }
  if (from <= life.to.value_or(closing)) climb(a, career, life.ladder, from, life.to);
  write_positions(a, career, life.from, life.to);
  const auto assignments = draw_assignments(a.random, life.structures, life.from, life.to);
  a.occupy(Route::career, career, life.from, life.to, assignments, life.section, a.random.per_thousand(50));
}

}  // namespace versoir::samples::harpege

// An ordinary student: which diploma, how the years go, when it stops.
#include "apogee_model.hpp"

#include <algorithm>

namespace versoir::samples::apogee {

namespace {

using Text = std::string_view;

constexpr std::int64_t first_ind = 2015;  ///< COD_IND of the first ordinary student; characters are below

struct Path {
  Text dip;
  int age;  ///< at entry
};
Path draw_path(Random& r) {
  constexpr std::array licences{Text{"LINF"}, Text{"LHIS"}, Text{"LDRO"}, Text{"LDRO"}, Text{"LBRE"}};
  constexpr std::array technical{Text{"DGEA"}, Text{"DINF"}};
  constexpr std::array masters{Text{"MINF"}, Text{"MDRP"}, Text{"MHIS"}};
  constexpr std::array theses{Text{"TINF"}, Text{"THIS"}};
  const int n = r.between(1, 100);
  if (n <= 62) return {r.pick(licences), 18};
  if (n <= 80) return {r.pick(technical), 18};
  if (n <= 93) return {r.pick(masters), 22};
  if (n <= 96) return {r.pick(theses), 25};
  return {"DUBR", 35};
}

/// What a graduate may go on with here; empty when there is nothing.
Text next_diploma(Text dip) {
  if (dip == "LINF" || dip == "DINF") return dip == "DINF" ? "LINF" : "MINF";
  if (dip == "LDRO" || dip == "DGEA") return dip == "DGEA" ? "LDRO" : "MDRP";
  if (dip == "LHIS") return "MHIS";
  if (dip == "MINF") return "TINF";
  return dip == "MHIS" ? Text{"THIS"} : Text{};
}

/// Draws are made one by one: the order in which the arguments of one call are evaluated is the compiler's
/// choice.
std::string draw_title(Random& r, Text dip) {
  if (dip == "TINF") {
    constexpr std::array what{"Vérification", "Ordonnancement", "Compression", "Indexation", "Anonymisation"};
    constexpr std::array of{"de graphes dynamiques", "d'archives numériques", "de réseaux mobiles",
                            "de programmes probabilistes"};
    constexpr std::array by{"par exploration bornée", "sous contraintes d'énergie",
                            "et apprentissage : étude de cas"};
    std::string title = r.pick(what);
    title.append(" ").append(r.pick(of));
    return title.append(" ").append(r.pick(by));
  }
  constexpr std::array what{"Les écoles", "Les registres paroissiaux", "La pêche à la morue", "Les notables",
                            "Le cadastre"};
  constexpr std::array where{"en Léon", "dans l'évêché de Tréguier", "à Saint-Malo", "en Cornouaille",
                             "au pays de Retz"};
  constexpr std::array when{"(1589-1715)", "au XVIIIᵉ siècle", "sous la IIIᵉ République",
                            "de la Révolution à l'Empire"};
  std::string title = r.pick(what);
  title.append(" ").append(r.pick(where));
  // Titles were often pasted with their line breaks.
  return title.append(r.per_thousand(300) ? "\n" : " ").append(r.pick(when));
}

ThesisPlan draw_thesis(Random& r, Text dip, int start) {
  ThesisPlan plan{dip, start, 'S', r.between(3, 6), draw_title(r, dip), {}};
  const int n = r.between(1, 100);
  if (n <= 14)
    plan = {dip, start, 'A', r.between(1, 3), std::move(plan.title), {}};
  else if (n <= 17)
    plan = {dip, start, 'U', r.between(1, 2), std::move(plan.title), {}};
  if (start + plan.years - 1 >= last_year) plan.state = 'E';
  return plan;
}

/// The years of one student, from the entry to the exit.
class Career {
 public:
  Career(Context& c, Student& s, Path path)
      : c_(c), s_(s), r_(s.random), dip_(path.dip), year_(s.person.entry) {
    // Two draws: most are near the middle, a few far above it.
    level_ = 6'700 + r_.between(0, 4'300);
    level_ += r_.between(0, 4'300);
    weak_ = r_.per_thousand(60);
  }

  /// Last academic year here; 0 when the student is still registered.
  int live() {
    while (year_ <= last_year) {
      if (dip_.front() == 'T') return doctorate();
      const auto* stage = c_.offer.find(dip_, rank_, year_);
      if (stage == nullptr || !one_year(*stage)) break;
      ++year_;
    }
    return last_ >= last_year ? 0 : std::max(last_, s_.person.entry);
  }

 private:
  int doctorate() {
    const auto plan = draw_thesis(r_, dip_, year_);
    write_thesis(c_, s_, plan);
    const int end = year_ + plan.years - 1;
    return end >= last_year ? 0 : end;
  }

  /// False when the student leaves after this year.
  bool one_year(const Stage& stage) {
    Step step{year_, &stage, Event::normal, level_ + r_.between(-900, 900), weak_ ? 90 : 8, true};
    // The first year of a licence: half pass at once, one in six stops coming.
    if (dip_.front() == 'L' && rank_ == 1) {
      step.level -= 1'300;
      if (r_.per_thousand(160)) step.absences = 700;
    }
    const int luck = r_.between(1, 1000);
    if (luck <= 15)
      step.event = Event::cancelled;
    else if (luck <= 27)
      step.event = Event::terminated;
    else if (luck <= 37)
      step.event = Event::unpaid;
    else if (luck <= 41)
      step.event = Event::result_only;
    std::vector<Step> steps{step};
    const auto* second = dip_ == "DUBR" || !r_.per_thousand(25) ? nullptr : c_.offer.find("DUBR", 1, year_);
    if (second != nullptr && step.event == Event::normal)
      steps.push_back({year_, second, Event::normal, level_ + 1500, 8, false});
    if (step.event != Event::result_only) last_ = year_;
    const auto verdict = enrol(c_, s_, steps);
    if (step.event == Event::cancelled || step.event == Event::unpaid) return r_.per_thousand(400);
    if (step.event == Event::terminated) return r_.per_thousand(200);
    return after(stage, verdict);
  }

  bool after(const Stage& stage, Verdict verdict) {
    switch (verdict) {
      case Verdict::admitted:
        if (!stage.final) {
          ++rank_;
          return !r_.per_thousand(60);
        }
        return move_on();
      case Verdict::may_continue:
        ++rank_;
        return true;
      case Verdict::failed:
        return r_.per_thousand(++failures_ > 2 ? 100 : 620);
      case Verdict::none:
        break;
    }
    return false;
  }

  bool move_on() {
    const auto next = next_diploma(dip_);
    const bool thesis = !next.empty() && next.front() == 'T';
    if (next.empty() || !r_.per_thousand(thesis ? 60 : 480)) return false;
    // A DUT gives access to the third year of a licence, a licence to the first of a master.
    rank_ = dip_.front() == 'D' ? 3 : 1;
    dip_ = next;
    level_ += 400;
    return true;
  }

  Context& c_;
  Student& s_;
  Random& r_;
  Text dip_;
  int year_, rank_ = 1, level_ = 0, failures_ = 0, last_ = 0;
  bool weak_ = false;
};

}  // namespace

std::int64_t new_student_number(Context& c, int year) {
  auto& n = c.students_of_year[year];
  if (n < 100) n = 100;  // the first hundred numbers of a year belong to the characters
  return 20'000'000 + (year % 100) * 100'000 + ++n;
}

void write_student(Context& c, std::uint64_t rank) {
  const auto number = rank + 14;  // the streams of the first ones never had a use
  Random r{c.seed, "student", number};
  const auto path = draw_path(r);
  const int entry = r.between(first_year, last_year);
  Student s{draw_person(r, entry, path.age), Random{c.seed, "career", number}};
  s.person.ind = first_ind + static_cast<std::int64_t>(rank);
  if (r.per_thousand(15)) {  // pre-registered, never came: no student number
    s.person.exit = entry;
    s.person.block = false;
  } else {
    s.person.etu = new_student_number(c, entry);
    s.person.exit = Career{c, s, path}.live();
  }
  write_person(c, s.person, r);
}

}  // namespace versoir::samples::apogee

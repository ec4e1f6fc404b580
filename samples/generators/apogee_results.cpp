// Marks and results at the four levels: exam, element, étape, diploma.
#include "apogee_model.hpp"

#include <algorithm>

namespace versoir::samples::apogee {

namespace {

using Text = std::string_view;

/// The four tables of results have the same columns under other names.
struct Level {
  Text table, mark, substitute, scale, mark_carried, result_carried, jury_points, created, interfaced,
      without_registration, contract, line_state, exists, to_delete, inherited, processed;
};
constexpr Level exam_level{"RESULTAT_EPR",
                           "NOT_EPR",
                           "NOT_SUB_EPR",
                           "BAR_NOT_EPR",
                           "TEM_NOT_RPT_EPR",
                           "TEM_RES_RPT_EPR",
                           "",
                           "DAT_CRE_EPR",
                           "TEM_INT_EPR",
                           "TEM_IAE_KO_EPR",
                           "TEM_IP_EPR",
                           "TEM_IND_CRN_EPR",
                           "TEM_EXI_NOT_EPR",
                           "TEM_DST_SUP_EPR",
                           "TEM_CRN_HER_EPR",
                           "TEM_TRT_RPT_EPR"};
constexpr Level element_level{"RESULTAT_ELP",    "NOT_ELP",         "NOT_SUB_ELP",     "BAR_NOT_ELP",
                              "TEM_NOT_RPT_ELP", "TEM_RES_RPT_ELP", "NOT_PNT_JUR_ELP", "DAT_CRE_ELP",
                              "TEM_INT_ELP",     "TEM_IAE_KO_ELP",  "TEM_IP_ELP",      "TEM_IND_CRN_ELP",
                              "TEM_EXI_NOT_ELP", "TEM_DST_SUP_ELP", "TEM_CRN_HER_ELP", "TEM_TRT_RPT_ELP"};
constexpr Level stage_level{"RESULTAT_VET",
                            "NOT_VET",
                            "NOT_SUB_VET",
                            "BAR_NOT_VET",
                            "",
                            "",
                            "NOT_PNT_JUR_VET",
                            "DAT_CRE_VET",
                            "TEM_INT_VET",
                            "TEM_IAE_KO_VET",
                            "TEM_IP_VET",
                            "TEM_IND_CRN_VET",
                            "TEM_EXI_NOT_VET",
                            "TEM_DST_SUP_VET",
                            "TEM_CRN_HER_VET",
                            "TEM_TRT_RPT_VET"};
constexpr Level diploma_level{
    "RESULTAT_VDI",    "NOT_VDI",         "NOT_SUB_VDI",     "BAR_NOT_VDI",    "", "",
    "NOT_PNT_JUR_VDI", "DAT_CRE_VDI",     "TEM_INT_VDI",     "TEM_IAE_KO_VDI", "", "TEM_IND_CRN_VDI",
    "TEM_EXI_NOT_VDI", "TEM_DST_SUP_VDI", "TEM_CRN_HER_VDI", "TEM_TRT_RPT_VDI"};

constexpr std::int64_t pass = 10'000, nothing = -1;

/// A mark in thousandths, or the code that stands for it.
struct Graded {
  std::int64_t mark = nothing;
  Text code;  ///< ABI, ABJ, DIS, DEF
  bool carried = false;
  [[nodiscard]] bool passed() const { return mark >= pass; }
  [[nodiscard]] bool missing() const { return code == "ABI" || code == "ABJ" || code == "DEF"; }
};
struct CourseResult {
  const Course* course = nullptr;
  Graded graded;
  std::vector<Graded> exams;
};
struct UnitResult {
  const Unit* unit = nullptr;
  Graded graded;
  std::vector<CourseResult> courses;
};
struct SemesterResult {
  const Semester* semester = nullptr;
  Graded graded;
  std::vector<UnitResult> units;
};
struct SessionResult {
  Graded graded;
  std::vector<SemesterResult> semesters;
};

/// Weighted mean rounded to the thousandth; DEF as soon as something is missing; exempted parts do not count.
class Mean {
 public:
  void add(const Graded& g, int weight) {
    if (g.code == "DIS") return;
    if (g.missing() || g.mark == nothing) {
      missing_ = true;
      return;
    }
    sum_ += g.mark * weight;
    weight_ += weight;
  }
  [[nodiscard]] Graded result() const {
    if (missing_) return {nothing, "DEF"};
    if (weight_ == 0) return {nothing, "DIS"};
    return {(2 * sum_ + weight_) / (2 * weight_), {}};
  }

 private:
  std::int64_t sum_ = 0, weight_ = 0;
  bool missing_ = false;
};

class Grading {
 public:
  Grading(Context& c, Student& s, const Step& step) : c_(c), s_(s), step_(step), stage_(*step.stage) {}

  Verdict run() {
    if (step_.year == last_year) return under_way();
    const char first = stage_.single_session ? '0' : '1';
    auto result = sit(first, nullptr);
    const char progress = state(stage_, step_.year, first);
    auto verdict = write(result, first, progress);
    if (progress != 'A' && !stage_.single_session && verdict != Verdict::admitted) {
      result = sit('2', &result);
      verdict = write(result, '2', state(stage_, step_.year, '2'));
    }
    for (const auto& semester : result.semesters)
      for (const auto& u : semester.units)
        if (u.graded.passed()) s_.acquired[u.unit->code] = u.graded.mark;
    if (verdict == Verdict::admitted && stage_.final) s_.graduated = &stage_;
    return progress == 'A' ? Verdict::none : verdict;
  }

 private:
  Graded sit_exam(char session) {
    auto& r = s_.random;
    if (r.per_thousand(step_.absences)) return {nothing, "ABI"};
    if (r.per_thousand(3)) return {nothing, "ABJ"};
    if (r.per_thousand(3)) return {nothing, "DIS"};
    const std::int64_t noise = r.between(-14, 14) * 250;
    const std::int64_t mark = step_.level + noise + (session == '2' ? 750 : 0);
    return {std::clamp<std::int64_t>(mark, 0, 20'000), {}};
  }

  CourseResult sit_course(const Course& course, char session, const Graded* before) {
    CourseResult result{&course, {}, {}};
    if (before != nullptr) {
      result.graded = *before;
      result.graded.carried = true;
      return result;
    }
    Mean mean;
    for (std::size_t i = 0; i < course.exams.size(); ++i) {
      result.exams.push_back(sit_exam(session));
      mean.add(result.exams.back(), 1);
    }
    result.graded = mean.result();
    // An absence keeps its own name on the course: DEF is for what stands above.
    for (const auto& e : result.exams)
      if (e.missing()) result.graded.code = e.code;
    return result;
  }

  UnitResult sit_unit(const Unit& unit, char session, const UnitResult* before, bool validated) {
    UnitResult result{&unit, {}, {}};
    if (const auto known = s_.acquired.find(unit.code); known != s_.acquired.end()) {
      result.graded = {known->second, {}, true};
      return result;
    }
    Mean mean;
    const bool keep = before != nullptr && (validated || before->graded.passed());
    std::size_t number = 0;
    for (std::size_t i = 0; i < unit.courses.size(); ++i) {
      if (unit.choice && choice(unit) != i) continue;
      const Graded* old = before != nullptr ? &before->courses[number].graded : nullptr;
      const bool carried = old != nullptr && (keep || old->passed() || old->code == "DIS");
      result.courses.push_back(sit_course(unit.courses[i], session, carried ? old : nullptr));
      mean.add(result.courses.back().graded, unit.courses[i].coefficient);
      ++number;
    }
    result.graded = mean.result();
    result.graded.carried = keep;
    return result;
  }

  std::size_t choice(const Unit& unit) {
    const auto it = s_.choices.find(unit.code);
    return it != s_.choices.end() ? it->second : (s_.choices[unit.code] = s_.random.below(3));
  }

  SessionResult sit(char session, const SessionResult* before) {
    SessionResult result;
    Mean stage;
    for (std::size_t i = 0; i < stage_.semesters.size(); ++i) {
      const auto& semester = stage_.semesters[i];
      const SemesterResult* old = before != nullptr ? &before->semesters[i] : nullptr;
      SemesterResult sr{&semester, {}, {}};
      Mean mean;
      for (std::size_t u = 0; u < semester.units.size(); ++u) {
        sr.units.push_back(sit_unit(semester.units[u], session, old != nullptr ? &old->units[u] : nullptr,
                                    old != nullptr && old->graded.passed()));
        mean.add(sr.units.back().graded, semester.units[u].credits);
      }
      sr.graded = mean.result();
      sr.graded.carried = old != nullptr && old->graded.passed();
      stage.add(sr.graded, 1);
      result.semesters.push_back(std::move(sr));
    }
    result.graded = stage.result();
    return result;
  }

  // ---- writing ----

  /// Codes were padded with blanks by some batches: a few rows still are.
  std::string padded(Text code, std::size_t width) {
    std::string text{code};
    if (s_.random.per_thousand(s_.padded)) text.resize(std::max(width, text.size()), ' ');
    return text;
  }

  Record& begin(const Level& l, char session, const Graded& g) {
    auto& r = c_.out.row(l.table);
    r.set("COD_IND", s_.person.ind)
        .set("COD_ANU", year_text(step_.year))
        .set("COD_SES", Text{&session, 1})
        .set("COD_ADM", "1");
    if (g.mark != nothing) r.set(l.mark, Milli{g.mark}).set(l.scale, 20);
    r.set_if(l.substitute, !g.code.empty(), g.code);
    if (!l.mark_carried.empty())
      r.set(l.mark_carried, g.carried ? "O" : "N").set(l.result_carried, g.carried ? "O" : "N");
    r.set(l.created, jury_date(stage_, step_.year, session).day - std::chrono::days{12})
        .set("COD_NUM_UTI_CRE", 101);
    r.set(l.interfaced, "N")
        .set(l.line_state, "CS")
        .set(l.exists, g.mark != nothing ? "O" : "N")
        .set(l.to_delete, "N");
    r.set(l.inherited, "N").set(l.processed, "N");
    r.set(l.without_registration, step_.event == Event::result_only ? "2" : "0");
    if (!l.contract.empty()) r.set(l.contract, step_.event == Event::result_only ? "S" : "N");
    return r;
  }

  void write_element(const std::string& code, char session, const Graded& g, Text result) {
    auto& r = begin(element_level, session, g);
    r.set("COD_ELP", code);
    if (!result.empty()) r.set("COD_TRE", padded(result, 4));
    c_.out.write(r);
  }

  void write_course(const CourseResult& course, char session, bool decided) {
    for (std::size_t i = 0; i < course.exams.size(); ++i) {
      auto& r = begin(exam_level, session, course.exams[i]);
      r.set("COD_EPR", course.course->exams[i]);
      r.set_if("COD_TRE", course.exams[i].code == "ABI", padded("ABI", 4));
      r.set("COD_ETU_ANO", static_cast<std::int64_t>(s_.random.below(900'000)) + 100'000);
      c_.out.write(r);
    }
    const auto& g = course.graded;
    Text result = g.passed() ? "ADM" : "AJ";
    if (!g.code.empty()) result = g.code;
    write_element(course.course->code, session, g, decided ? result : Text{});
  }

  void write_semester(const SemesterResult& s, char session, bool decided, bool stage_passed) {
    for (const auto& u : s.units) {
      for (const auto& course : u.courses) write_course(course, session, decided);
      write_element(u.unit->code, session, u.graded,
                    decided ? code_of(u.graded, s.graded.passed() || stage_passed) : Text{});
    }
    write_element(s.semester->code, session, s.graded, decided ? code_of(s.graded, stage_passed) : Text{});
  }

  static Text code_of(const Graded& g, bool compensated) {
    if (!g.code.empty()) return g.code;
    if (g.passed()) return "ADM";
    return compensated ? "ADC" : "AJ";
  }

  static Text mention(std::int64_t mark) {
    if (mark >= 16'000) return "TB";
    if (mark >= 14'000) return "B";
    return mark >= 12'000 ? "AB" : "P";
  }

  struct Decision {
    Text code;
    std::int64_t points = 0;
    Verdict verdict = Verdict::failed;
  };
  Decision decide(const SessionResult& result, char session) {
    const auto& g = result.graded;
    const bool one_passed =
        std::ranges::any_of(result.semesters, [](const auto& s) { return s.graded.passed(); });
    if (g.passed()) {
      const bool all = std::ranges::all_of(result.semesters, [](const auto& s) { return s.graded.passed(); });
      return {all ? Text{"ADM"} : Text{"ADC"}, 0, Verdict::admitted};
    }
    if (g.mark >= 9'750) return {"ADJ", pass - g.mark, Verdict::admitted};
    if (session != '1' && !stage_.final && one_passed && s_.random.per_thousand(500))
      return {"AJAC", 0, Verdict::may_continue};
    return {g.code.empty() ? Text{"AJ"} : g.code, 0, Verdict::failed};
  }

  Verdict write(const SessionResult& result, char session, char progress) {
    c_.deliberations[{stage_.index, step_.year, session}] = true;
    const bool decided = progress != 'A';
    const auto decision = decide(result, session);
    const bool admitted = decision.verdict == Verdict::admitted;
    for (const auto& s : result.semesters) write_semester(s, session, decided, admitted);
    auto& r = begin(stage_level, session, result.graded);
    r.set("COD_ETP", stage_.etp).set("COD_VRS_VET", stage_.vet);
    if (decided) set_decision(r, stage_level, decision, result.graded.mark);
    r.set_if("COD_TRE", decided && !s_.odd_code.empty(), s_.odd_code);
    c_.out.write(r);
    if (stage_.final) write_diploma(result, session, decision, decided);
    if (stage_.final && decided && admitted) write_transcript(result, session, decision);
    return decision.verdict;
  }

  void set_decision(Record& r, const Level& l, const Decision& d, std::int64_t mark) {
    r.set("COD_TRE", padded(d.code, 4));
    if (d.points > 0) r.set(l.jury_points, Milli{d.points});
    if (d.verdict == Verdict::admitted) r.set("COD_MEN", padded(mention(mark), 2));
  }

  void write_diploma(const SessionResult& result, char session, const Decision& d, bool decided) {
    auto& r = begin(diploma_level, session, result.graded);
    r.set("COD_DIP", stage_.dip)
        .set("COD_VRS_VDI", stage_.vdi)
        .set("TEM_DLV_AUT_VDI", "N")
        .set("ETA_DLV_AUT_VDI", "N");
    r.set("TEM_ING_MAI", "N").set("TEM_VRS_EUR", "N");
    if (decided) set_decision(r, diploma_level, d, result.graded.mark);
    if (decided && d.verdict == Verdict::admitted) {
      r.set("DAT_OBT_VDI", jury_date(stage_, step_.year, session).day)
          .set("NUM_OBT_VDI", ++c_.diplomas_of_year[step_.year]);
      r.set("TEM_DLV_AUT_VDI", "O");
      if (!s_.odd_dates.empty()) {
        r.set("DAT_OBT_VDI", s_.odd_dates.front());
        s_.odd_dates.erase(s_.odd_dates.begin());
      }
    }
    c_.out.write(r);
  }

  /// The lines of the last transcript, as they were printed: the étape, then its semesters.
  void write_transcript(const SessionResult& result, char session, const Decision& d) {
    const auto line = [&](int number, Text type, const std::string& object, int version, const Graded& g,
                          int indent, int credits) {
      auto& r = c_.out.row("TRAV_EXT_RVM_RES");
      r.set("COD_IND", s_.person.ind).set("COD_RVN", "STANDARD").set("COD_ANU", year_text(step_.year));
      r.set("NUM_OCC_OBJ_MNP", static_cast<int>(stage_.index) + 1).set("NUM_OCC_OBJ_OBJ_MNP", number);
      r.set("COD_ANU_OBJ_MNP", year_text(step_.year)).set("TYP_OBJ_MNP", type).set("COD_OBJ_MNP", object);
      r.set_if("COD_VRS_OBJ_MNP", version != 0, version).set("COD_SES_OBJ_MNP", Text{&session, 1});
      r.set("COD_ADM_OBJ_MNP", "1").set("DEC_OBJ_MNP", indent).set("NBR_CRD_OBJ_MNP", credits);
      if (g.mark != nothing) r.set("NOT_TRV", milli_text(Milli{g.mark})).set("BAR_NOT_TRV", 20);
      return &r;
    };
    auto* r = line(0, "VET", stage_.etp, stage_.vet, result.graded, 0, 60);
    c_.out.write(r->set("COD_TRE", d.code).set("COD_MEN", mention(result.graded.mark)));
    int number = 0;
    for (const auto& s : result.semesters)
      c_.out.write(*line(++number, "ELP", s.semester->code, 0, s.graded, 1, 30));
  }

  /// The current year: marks of the first semester are in, nobody has deliberated.
  Verdict under_way() {
    const char session = stage_.single_session ? '0' : '1';
    const auto result = sit(session, nullptr);
    c_.deliberations[{stage_.index, step_.year, session}] = true;
    write_semester(result.semesters.front(), session, false, false);
    return Verdict::none;
  }

  Context& c_;
  Student& s_;
  const Step& step_;
  const Stage& stage_;
};

}  // namespace

Verdict write_results(Context& c, Student& s, const Step& step) { return Grading{c, s, step}.run(); }

}  // namespace versoir::samples::apogee

// The synthetic Apogée: an offer of courses, people, what happens to them year after year, and who writes
// which table.
#pragma once
#include "common.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::samples::apogee {

inline constexpr int first_year = 2005, last_year = 2025;   ///< "2005" is the academic year 2005/2006
inline constexpr std::string_view university = "0351990Z";  ///< an invented UAI code
inline constexpr std::string_view user = "SCO_DUVAL";

// ---- the offer
// ---------------------------------------------------------------------------------------------------

struct Course {
  std::string code, label;
  int coefficient = 1;
  std::vector<std::string> exams;
};
struct Unit {
  std::string code, label, list;
  int credits = 0;
  bool choice = false;  ///< one course among those listed; otherwise all
  std::vector<Course> courses;
};
struct Semester {
  std::string code, label, list;
  std::vector<Unit> units;
};
/// A version of an étape: one year of study, what one registers for and what the jury deliberates on.
struct Stage {
  std::string etp, dip, label, list, component;
  int vet = 0, vdi = 0;         ///< versions of the étape and of the diploma
  int rank = 0;                 ///< year in the diploma
  bool final = false;           ///< its success gives the diploma
  bool single_session = false;  ///< results bear the session 0
  int first = 0, last = 0;      ///< academic years of validity
  std::size_t index = 0;
  std::vector<Semester> semesters;
};
class Offer {
 public:
  Offer();
  /// The stage of that rank open in that year; nullptr when the diploma has no such year.
  [[nodiscard]] const Stage* find(std::string_view dip, int rank, int year) const;
  [[nodiscard]] const std::vector<Stage>& stages() const noexcept { return stages_; }

 private:
  std::vector<Stage> stages_;
};

// ---- people and their years
// --------------------------------------------------------------------------------------

struct Person {
  std::int64_t ind = 0, etu = 0;  ///< COD_IND, COD_ETU; 0 = none
  FullName name;
  std::string usage, civil_first;  ///< usage name; first name of civil status when another one is in use
  std::optional<std::chrono::sys_days> birth;
  bool birth_estimated = false;
  const Country* born_in = nullptr;
  const Town* town = nullptr;  ///< of birth when born in France, and of the permanent address
  std::string bac, bac_mention;
  int bac_year = 0;  ///< 0: unknown, the year is blank
  int entry = 0;     ///< first academic year here
  int exit = 0;      ///< last one, 0 when still registered
  bool block = false, photo = false;
};
enum class Event { normal, cancelled, terminated, unpaid, result_only };
/// One registration of one year.
struct Step {
  int year = 0;
  const Stage* stage = nullptr;
  Event event = Event::normal;
  int level = 0;      ///< expected mark in thousandths, 0 = does not sit the exams
  int absences = 12;  ///< exams missed, per thousand
  bool main = true;
};
enum class Verdict { none, admitted, failed, may_continue };
struct Student {
  Student(Person p, Random r) : person(std::move(p)), random(r) {}
  Person person;
  Random random;
  std::map<std::string, std::int64_t> acquired;  ///< units already passed, with their mark
  std::map<std::string, int> registrations;      ///< how often in an étape or diploma
  std::map<std::string, std::size_t> choices;    ///< course taken in each unit that offers a choice
  bool conditional = false;                      ///< goes on although some units are still to be passed
  int padded = 10;       ///< codes of results padded with blanks by some batch, per thousand
  std::string odd_code;  ///< what is written instead of the code of an étape's result
  std::vector<std::chrono::sys_days> odd_dates;  ///< instead of the dates of the diplomas, in turn
  const Stage* graduated = nullptr;              ///< last stage that gave a diploma here
};

/// What goes on from one person to the next: counters and the deliberations that took place. Its size depends
/// on the offer, not on the number of students.
struct Context {
  Context(Output& o, const Offer& f, std::uint64_t s) : out(o), offer(f), seed(s) {}
  Output& out;
  const Offer& offer;
  std::uint64_t seed;
  std::int64_t address = 0, thesis = 0;
  std::map<int, std::int64_t> students_of_year;  ///< student numbers given
  std::map<int, std::int64_t> diplomas_of_year;  ///< serial numbers of diplomas
  struct Deliberation {
    std::size_t stage;
    int year;
    char session;
    auto operator<=>(const Deliberation&) const = default;
  };
  std::map<Deliberation, bool> deliberations;
};

/// A: not deliberated; E: deliberated, may still change; T: final.
[[nodiscard]] char state(const Stage& stage, int year, char session);
[[nodiscard]] Moment jury_date(const Stage& stage, int year, char session);
[[nodiscard]] std::string year_text(int year);
[[nodiscard]] std::int64_t new_student_number(Context& c, int year);

// ---- who writes what
// ---------------------------------------------------------------------------------------------

void write_nomenclatures(Output& out);
void write_years(Context& c);  ///< ANNEE_UNI, last: it holds the counters of diplomas
void write_offer(Output& out, const Offer& offer);
/// What hangs on the offer besides its tree: who teaches, who gives access to what, hours, correspondences.
void write_around_offer(Output& out, const Offer& offer);
void write_staff(Context& c);          ///< PERSONNEL and what belongs to research
void write_deliberations(Context& c);  ///< GRP_RESULTAT_*
[[nodiscard]] Person draw_person(Random& r, int entry, int age);
void write_person(Context& c, const Person& p, Random& r);
/// All that one academic year leaves: registrations, contract, results. The verdict is that of the first
/// step.
Verdict enrol(Context& c, Student& s, const std::vector<Step>& steps);
void write_contract(Context& c, Student& s, const Step& step);
Verdict write_results(Context& c, Student& s, const Step& step);
struct ThesisPlan {
  std::string_view dip;
  int start = 0;
  char state = 'S';  ///< S defended, A abandoned, U transferred, E in progress
  int years = 4;
  std::string title;
  std::optional<std::chrono::sys_days> confidential = std::nullopt;  ///< last day, for a known person
};
/// Registrations of each year, the thesis, its jury, the result.
void write_thesis(Context& c, Student& s, const ThesisPlan& plan);
/// Known people, always the same: see samples/README.md.
inline constexpr int characters = 23;
void write_characters(Context& c);
void write_student(Context& c, std::uint64_t rank);

}  // namespace versoir::samples::apogee

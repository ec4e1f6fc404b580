// The synthetic Harpège: agents, their careers and contracts, and who writes which table.
#pragma once
#include "common.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::samples::harpege {

using Text = std::string_view;
using Day = std::chrono::sys_days;
/// An end is the last day, included; nothing means still running.
using End = std::optional<Day>;

inline constexpr Text university = "0351990Z";   ///< the UAI code of the synthetic Apogée
inline constexpr Day opening = day(1997, 1, 1);  ///< before it, careers are summed up by pseudo-corps
inline constexpr Day closing = day(2025, 12, 31);

/// On 29 February, the last day of the month.
[[nodiscard]] inline Day add_years(Day from, int years) {
  const std::chrono::year_month_day d{from};
  const auto moved = d + std::chrono::years{years};
  return moved.ok() ? Day{moved} : Day{moved.year() / moved.month() / std::chrono::last};
}
/// The earlier of two ends, a missing one being later than any day.
[[nodiscard]] inline End earlier(End a, End b) {
  if (!a) return b;
  return b && *b < *a ? b : a;
}

// ---- nomenclatures ----------------------------------------------------------------------------------------

struct Grade {
  Text code, corps, short_label, label, echelle;
  Text category;
  int steps = 0;  ///< échelons
};
[[nodiscard]] const Grade& find_grade(Text code);
/// The corps of secretaries was replaced on that day: its members were moved to the new one.
inline constexpr Day secretaries_moved = day(2010, 5, 1);
void write_nomenclatures(Output& out);

// ---- people -----------------------------------------------------------------------------------------------

struct Person {
  std::int64_t number = 0;  ///< numéro Harpège
  FullName name;
  std::string usage;
  std::optional<Day> birth;
  const Country* born_in = nullptr;
  const Town* town = nullptr;  ///< of birth when born in France, and of the address
  bool town_as_text = false;   ///< typed by hand, with blanks behind, without its code
  bool miss = false;           ///< still has the civilité MLLE
  End death;
};

/// What goes on from one agent to the next: the numbers that the application hands out.
struct Context {
  Context(Output& o, std::uint64_t s) : out(o), seed(s) {}
  Output& out;
  std::uint64_t seed;
  std::int64_t occupation = 0, assignment = 0, responsibility = 0, address = 0, bank = 0, post = 0,
               research = 0;
};

struct Element {
  Text corps, grade, step, access;
  Day from;
  End to;
  bool provisional = false;
  End cancelled = std::nullopt;  ///< day of the cancellation
  int share = 100;
};
struct Amendment {
  Day from;
  End to, executed;
  bool cancelled = false;
  Text grade, section;
  int index = 0;
};
struct Assignment {
  Text structure;
  Day from;
  End to;
  int share = 100;
};
enum class Route { career, contract };

/// One agent: hands out the ranks of careers, contracts and their parts, and writes the rows.
class Agent {
 public:
  Agent(Context& c, Person p, Random r) : random(r), person(std::move(p)), c_(c) {}

  void write_person(Day known_since);
  /// PERSONNEL, and what is not to be copied: social-security number, bank, address.
  void write_file(bool civil_servant);

  int career(Text population, Day from, End to);
  void element(int career, const Element& e);
  void position(int career, Text code, Day from, End to, Text establishment = university);
  int contract(Text type);
  void amendment(int contract, const Amendment& a);
  /// A post and the assignments under it. `stale`: the assignment does not say by which route.
  void occupy(Route route, int rank, Day from, End to, std::span<const Assignment> assignments,
              Text section = {}, bool stale = false);
  void responsibility(int function, Text structure, Day from, End to);
  void probation(int career, Text corps, Day from, Day to);  ///< a civil servant the day after
  void leave(Text kind, Day from, Day planned, End executed = {});
  void earlier_service(Day from, Day to, Day validated);
  void departure(Day effect);
  void section(int career, Text section, Day from, End to);  ///< of the national council of universities
  void discipline(int career, Text code, Day from, End to);
  void research(Text laboratory, Day from, End to);
  /// A leave, and its row in the table of that kind.
  void away(Text kind, Day from, Day to);

  Random random;
  Person person;

 private:
  void write_birth(Record& i) const;
  void write_address();
  void write_bank();

  Context& c_;
  int careers_ = 0, contracts_ = 0;
  std::vector<int> elements_, amendments_;  ///< ranks given, by career and by contract
};

// ---- lives ------------------------------------------------------------------------------------------------

/// From the first grade to the last, one échelon after the other. `hesitant`: some lines are cancelled.
void climb(Agent& a, int career, std::span<const Text> ladder, Day from, End to, bool hesitant = true);
/// A whole life of a civil servant in one population: career, positions, posts and structures.
struct CivilLife {
  Text population;
  std::vector<Text> ladder;
  std::vector<Text> structures;
  Text section;
  Day from;
  End to;
};
void live(Agent& a, const CivilLife& life);

/// Part-time, maternity, illness…, at the rates of a large university.
void write_absences(Agent& a, std::uint64_t seed, bool civil, Day from, End to);

[[nodiscard]] Person draw_person(Random& r, std::int64_t number, int born_first, int born_last);
/// The forty academics that the synthetic Apogée knows by their number, 1001 to 1040: same seed, same people.
inline constexpr int academics = 40;
void write_academic(Context& c, int rank);
void write_ordinary(Context& c, std::uint64_t number);
/// Known people, always the same: see samples/README.md.
inline constexpr int characters = 23;
void write_characters(Context& c);

}  // namespace versoir::samples::harpege

// Twenty-three known people: one awkward fact each, the same whatever the options (samples/README.md lists
// them).
#include "harpege_model.hpp"

#include <array>

namespace versoir::samples::harpege {

namespace {

using std::chrono::days;

constexpr std::uint64_t own_seed = 0x4841'5250;  ///< not the user's: these people never change

/// Town by its INSEE code.
const Town& town(Text insee) {
  for (const auto& t : towns())
    if (t.insee == insee) return t;
  return towns().front();
}

Person person(std::int64_t number, FullName name, std::optional<Day> birth, Text insee = "35238") {
  Person p;
  p.number = number;
  p.name = std::move(name);
  p.birth = birth;
  p.born_in = &countries().front();
  p.town = &town(insee);
  return p;
}

Agent agent(Context& c, Person p) {
  const auto number = static_cast<std::uint64_t>(p.number);
  return Agent(c, std::move(p), Random{own_seed, "character", number});
}

/// The usual: file, a career in one structure, activity from beginning to end.
int settle(Agent& a, Text population, std::initializer_list<Text> ladder, Text structure, Day from, End to) {
  a.write_person(from);
  a.write_file(true);
  const int career = a.career(population, from, to);
  climb(a, career, std::span{ladder.begin(), ladder.size()}, from, to, false);
  a.position(career, "ACTI", from, to);
  const Assignment here{structure, from, to};
  a.occupy(Route::career, career, from, to, {&here, 1});
  return career;
}

/// One contract of one version.
int engage(Agent& a, Text type, Text structure, Day from, End to, End executed = {}) {
  const int contract = a.contract(type);
  a.amendment(contract, {from, to, executed, false, {}, {}, 430});
  const Assignment here{structure, from, executed ? executed : to};
  a.occupy(Route::contract, contract, from, here.to, {&here, 1});
  return contract;
}

/// Born on 29 February, hired before the application, three corps, retired; usage name.
void whole_career(Context& c) {
  auto p = person(501, {"TANGUY", "Yvonne", "Marie", "", true}, day(1952, 2, 29), "29019");
  p.usage = "LE BRAS";
  auto a = agent(c, p);
  const Day from = day(1974, 9, 1);
  const End to = day(2014, 8, 31);
  a.write_person(from);
  a.write_file(true);
  const int career = a.career("AA", from, to);
  a.element(career, {"AA-C", "", "", "", from, day(1988, 8, 31)});
  a.element(career, {"AA-B", "", "", "", day(1988, 9, 1), opening - days{1}});
  constexpr std::array<Text, 2> ladder{"6031", "6011"};
  climb(a, career, ladder, opening, to, false);
  a.position(career, "ACTI", from, to);
  const std::array places{Assignment{"FCONT", from, day(2011, 8, 31)},
                          Assignment{"DEVE", day(2011, 9, 1), to}};
  a.occupy(Route::career, career, from, to, places);
  a.responsibility(529, "FCONT", day(2002, 9, 1), day(2011, 8, 31));
  a.probation(career, "AA-C", from, day(1975, 8, 31));
  a.earlier_service(day(1972, 10, 1), day(1974, 8, 31), day(1980, 2, 29));
  a.departure(*to + days{1});
}

void homonyms(Context& c) {
  for (const auto& [number, birth] : {std::pair{502, day(1961, 3, 4)}, std::pair{503, day(1974, 11, 20)}}) {
    auto a = agent(c, person(number, {"LE ROUX", "Erwan", "", "", false}, birth));
    settle(a, "IA", {"7031", "7032"}, "DSI", day(1999, 9, 1), day(2016, 8, 31));
  }
  // Born on the same day: the town and the sex differ.
  auto first = agent(c, person(504, {"MOREAU", "Dominique", "", "", false}, day(1968, 7, 14), "49007"));
  settle(first, "BA", {"8021"}, "SCD", day(1998, 1, 1), day(2020, 12, 31));
  auto second = agent(c, person(505, {"MOREAU", "Dominique", "", "", true}, day(1968, 7, 14), "22278"));
  settle(second, "AA", {"6041", "6042"}, "DRH", day(2001, 9, 1), day(2022, 8, 31));
}

void uncertain_births(Context& c) {
  auto sentinel = agent(c, person(506, {"CHERIF", "Nabil", "", "", false}, day(1900, 1, 1)));
  settle(sentinel, "IA", {"7041"}, "SCI", day(1998, 3, 1), day(2006, 2, 28));
  auto unknown = agent(c, person(507, {"GUÉRIN", "Cécile", "", "", true}, std::nullopt));
  settle(unknown, "AA", {"6041"}, "LET", day(1997, 9, 1), day(2003, 8, 31));
}

void deaths(Context& c) {
  auto p = person(508, {"ABGRALL", "Goulven", "", "", false}, day(1957, 5, 2), "29151");
  p.death = day(2011, 6, 17);  // in service: everything ends that day
  auto in_service = agent(c, p);
  settle(in_service, "IA", {"7031", "7032"}, "LABINFO", day(1997, 1, 1), p.death);
  auto q = person(518, {"SAINT-GÉRAND", "Béatrice", "", "", true}, day(1941, 1, 30), "75056");
  q.death = day(2019, 2, 8);  // long after her retirement
  auto later = agent(c, q);
  settle(later, "DA", {"5511", "5512"}, "LET", day(1997, 1, 1), day(2006, 8, 31));
}

/// ATER, then three years with amendments: one cancelled, the last one cut short by a resignation.
void contractual(Context& c) {
  auto p = person(509, {"LŒUILLET", "Anne-Sophie", "", "", true}, day(1984, 4, 9), "44109");
  p.miss = true;
  auto a = agent(c, p);
  a.write_person(day(2010, 9, 1));
  a.write_file(false);
  engage(a, "AT", "INFO", day(2010, 9, 1), day(2011, 8, 31));
  const int contract = a.contract("C3");
  a.amendment(contract, {day(2012, 1, 1), day(2014, 12, 31), {}, false, {}, {}, 430});
  a.amendment(contract, {day(2015, 1, 1), day(2017, 12, 31), {}, true, {}, {}, 430});
  a.amendment(contract, {day(2015, 1, 1), day(2017, 12, 31), day(2016, 3, 15), false, "7011", {}, 452});
  const Assignment here{"DSI", day(2012, 1, 1), day(2016, 3, 15)};
  a.occupy(Route::contract, contract, here.from, here.to, {&here, 1});
}

/// Still in post, one by contract, one by career: their files are not closed.
void in_post(Context& c) {
  auto a = agent(c, person(510, {"BOUAZIZ", "Karim", "", "", false}, day(1979, 10, 12)));
  a.write_person(day(2009, 2, 1));
  a.write_file(false);
  engage(a, "SY", "DEVE", day(2009, 2, 1), day(2010, 1, 31));
  engage(a, "CD", "DSI", day(2010, 2, 1), {});
  auto president = agent(c, person(513, {"PENNANEAC'H", "Hélène", "", "", true}, day(1966, 12, 3), "29232"));
  settle(president, "SA", {"3011", "3001", "3002"}, "HIST", day(1996, 9, 1) + days{365}, {});
  president.responsibility(447, "HISTARM", day(2008, 1, 1), day(2015, 12, 31));
  president.responsibility(1, "UNIV", day(2016, 4, 1), {});
}

/// Seconded elsewhere, then on leave without pay, then back.
void positions(Context& c) {
  auto a = agent(c, person(511, {"D'HARCOURT", "Jérôme", "", "", false}, day(1963, 8, 25), "72181"));
  const Day from = day(1997, 9, 1);
  const End to = day(2023, 8, 31);
  a.write_person(from);
  a.write_file(true);
  const int career = a.career("AA", from, to);
  constexpr std::array<Text, 2> ladder{"6011", "6012"};
  climb(a, career, ladder, from, to, false);
  a.position(career, "ACTI", from, day(2003, 8, 31));
  a.position(career, "DETA", day(2003, 9, 1), day(2006, 8, 31), "0441994D");
  a.position(career, "DISP", day(2006, 9, 1), day(2007, 8, 31), {});
  a.position(career, "ACTI", day(2007, 9, 1), to);
  const std::array before{Assignment{"DAF", from, day(2003, 8, 31)}};
  a.occupy(Route::career, career, from, day(2003, 8, 31), before);
  const std::array after{Assignment{"DAF", day(2007, 9, 1), to, 50},
                         Assignment{"DRH", day(2007, 9, 1), to, 50}};
  a.occupy(Route::career, career, day(2007, 9, 1), to, after);
  a.leave("TEMPS_PARTIEL", day(2010, 9, 1), day(2012, 8, 31), day(2012, 2, 29));
  a.leave("CLM", day(2014, 1, 6), day(2014, 7, 5));  // a code that no list explains
  a.leave("CONGE_BONIFIE", day(2016, 7, 1), day(2016, 8, 31));
}

/// A contract that still runs when the career begins: both routes on the same days.
void both_routes(Context& c) {
  auto a = agent(c, person(512, {"ETCHEVERRY", "Maialen", "", "", true}, day(1981, 6, 6), "64102"));
  const End to = day(2021, 8, 31);
  a.write_person(day(2006, 10, 1));
  a.write_file(true);
  engage(a, "SY", "SCD", day(2006, 10, 1), day(2008, 9, 30));
  const Day from = day(2008, 9, 1);
  const int career = a.career("BA", from, to);
  constexpr std::array<Text, 1> ladder{"8011"};
  climb(a, career, ladder, from, to, false);
  a.position(career, "ACTI", from, to);
  const Assignment here{"SCD", from, to};
  a.occupy(Route::career, career, from, to, {&here, 1}, {}, true);
}

/// Two populations in a row; a line cancelled, a line that stayed provisional.
void two_careers(Context& c) {
  auto a = agent(c, person(514, {"QUÉMÉNEUR", "Ronan", "", "", false}, day(1970, 2, 11), "56121"));
  a.write_person(day(1997, 9, 1));
  a.write_file(true);
  const int first = a.career("DA", day(1997, 9, 1), day(2005, 8, 31));
  a.element(first, {"551", "5511", "03", "CON", day(1997, 9, 1), day(2001, 8, 31)});
  a.element(first, {"551", "5511", "05", "", day(2001, 9, 1), day(2005, 8, 31), false, day(2002, 1, 10)});
  a.element(first, {"551", "5511", "04", "", day(2001, 9, 1), day(2005, 8, 31)});
  const int second = a.career("SA", day(2005, 9, 1), day(2024, 8, 31));
  a.element(second, {"301", "3011", "02", "CON", day(2005, 9, 1), day(2015, 8, 31)});
  a.element(second, {"301", "3011", "06", "", day(2015, 9, 1), day(2024, 8, 31)});
  a.element(second, {"301", "3012", "01", "TAB", day(2024, 9, 1), {}, true});
  a.position(first, "ACTI", day(1997, 9, 1), day(2005, 8, 31));
  a.position(second, "ACTI", day(2005, 9, 1), day(2024, 8, 31));
  const Assignment school{"LET", day(1997, 9, 1), day(2005, 8, 31)};
  a.occupy(Route::career, first, school.from, school.to, {&school, 1});
  const Assignment research{"HIST", day(2005, 9, 1), day(2024, 8, 31)};
  a.occupy(Route::career, second, research.from, research.to, {&research, 1}, "22");
}

/// Known without a staff file; a staff file without anything in it.
void without_career(Context& c) {
  auto hosted = agent(c, person(515, {"FERNANDES", "Inês", "", "", true}, day(1977, 1, 19), "75056"));
  hosted.write_person(day(2013, 10, 1));
  auto never_came = agent(c, person(519, {"ROBIN", "Maxime", "", "", false}, day(1986, 9, 30)));
  never_came.write_person(day(2012, 9, 1));
  never_came.write_file(true);
}

/// The year 2008 typed 1008; the town typed by hand, with blanks behind.
void typing_errors(Context& c) {
  auto p = person(516, {"BARBIER", "Loïc", "", "", false}, day(1983, 3, 27), "53130");
  p.town_as_text = true;
  auto a = agent(c, p);
  a.write_person(day(2008, 9, 1));
  a.write_file(false);
  engage(a, "SW", "DAF", day(1008, 9, 1), day(2009, 2, 28));
}

/// From abroad, paid half-time; a contract of a kind that exists no more.
void from_abroad(Context& c) {
  auto p = person(517, {"TRẦN", "Thùy Linh", "", "", true}, day(1972, 2, 1));
  p.born_in = &countries()[4];
  auto a = agent(c, p);
  a.write_person(day(1999, 1, 4));
  a.write_file(false);
  engage(a, "EJ", "IUT", day(1999, 1, 4), day(2003, 12, 31));
  const int contract = a.contract("AX");
  a.amendment(contract, {day(2004, 9, 1), day(2005, 8, 31), {}, false, {}, "11", 0});
  const Assignment half{"LET", day(2004, 9, 1), day(2005, 8, 31), 50};
  a.occupy(Route::contract, contract, half.from, half.to, {&half, 1}, "11");
}

/// A contractual of the CNRS kind: that one has a career, not a contract, and only a pseudo-corps.
void contractual_with_career(Context& c) {
  auto a = agent(c, person(520, {"LABBÉ", "Françoise", "", "", true}, day(1945, 12, 24), "14118"));
  const Day from = day(1972, 10, 1);
  const End to = day(2008, 12, 31);
  a.write_person(from);
  a.write_file(false);
  const int career = a.career("CC", from, to);
  a.element(career, {"CC-B", "", "", "", from, to});
  a.position(career, "ACTI", from, to);
  const Assignment here{"LABINFO", from, to};
  a.occupy(Route::career, career, from, to, {&here, 1});
}

/// What nobody should ever have been able to type: a structure that no list has, an end before its beginning,
/// an échelon of a corps that does not exist.
void broken_references(Context& c) {
  auto a = agent(c, person(521, {"CARIOU", "Mikael", "", "", false}, day(1969, 9, 9), "29019"));
  const Day from = day(1998, 9, 1);
  const End to = day(2018, 8, 31);
  a.write_person(from);
  a.write_file(true);
  const int career = a.career("IA", from, to);
  a.element(career, {"703", "7031", "01", "CON", from, day(2008, 8, 31)});
  a.element(career, {"799", "7991", "02", "TAB", day(2008, 9, 1), to});  // no list has 799
  a.position(career, "ACTI", from, day(2010, 8, 31));
  a.position(career, "DISP", day(2010, 9, 1), day(2009, 8, 31), {});  // ends before it begins
  a.position(career, "ACTI", day(2011, 9, 1), to);
  const std::array places{Assignment{"ANCIEN", from, day(2008, 8, 31)},  // no list has it
                          Assignment{"DSI", day(2008, 9, 1), to}};
  a.occupy(Route::career, career, from, to, places);
}

/// Two careers that overlap by a month, then a hole of a year; a middle one that nobody explains.
void holes_and_overlaps(Context& c) {
  auto a = agent(c, person(522, {"STÉPHAN", "Anaïs", "", "", true}, day(1964, 2, 29), "22278"));
  const Day from = day(1990, 9, 1);
  a.write_person(from);
  a.write_file(true);
  const int first = a.career("AA", from, day(2003, 9, 30));
  a.element(first, {"AA-C", "", "", "", from, opening - days{1}});
  a.element(first, {"604", "6041", "05", "", opening, day(2003, 9, 30)});
  a.position(first, "ACTI", from, day(2003, 9, 30));
  const int second = a.career("BA", day(2003, 9, 1), day(2010, 8, 31));
  a.element(second, {"802", "8021", "01", "CON", day(2003, 9, 1), day(2010, 8, 31)});
  a.position(second, "ACTI", day(2003, 9, 1), day(2010, 8, 31));
  const int third = a.career("BA", day(2011, 9, 1), day(2022, 8, 31));
  a.element(third, {"801", "8011", "01", "CON", day(2011, 9, 1), day(2022, 8, 31)});
  a.position(third, "ACTI", day(2011, 9, 1), day(2022, 8, 31));
  const Assignment office{"DRH", from, day(2003, 9, 30)}, library{"SCD", day(2003, 9, 1), day(2010, 8, 31)},
      back{"SCD", day(2011, 9, 1), day(2022, 8, 31)};
  a.occupy(Route::career, first, office.from, office.to, {&office, 1});
  a.occupy(Route::career, second, library.from, library.to, {&library, 1});
  a.occupy(Route::career, third, back.from, back.to, {&back, 1});
}

/// A member of a corps of teachers who ends as a contractual: two years without a link, then a contract.
void after_a_break(Context& c) {
  auto a = agent(c, person(523, {"EL-AMRANI", "Yasmina", "", "", true}, day(1975, 4, 30), "35238"));
  a.write_person(day(2000, 9, 1));
  a.write_file(true);
  const int career = a.career("DA", day(2000, 9, 1), day(2009, 8, 31));
  a.element(career, {"552", "5521", "03", "CON", day(2000, 9, 1), day(2009, 8, 31)});
  a.position(career, "ACTI", day(2000, 9, 1), day(2009, 8, 31));
  const Assignment here{"LET", day(2000, 9, 1), day(2009, 8, 31)};
  a.occupy(Route::career, career, here.from, here.to, {&here, 1});
  engage(a, "GD", "IUT", day(2011, 9, 1), day(2014, 8, 31));
}

}  // namespace

void write_characters(Context& c) {
  whole_career(c);
  homonyms(c);
  uncertain_births(c);
  deaths(c);
  contractual(c);
  in_post(c);
  positions(c);
  both_routes(c);
  two_careers(c);
  without_career(c);
  typing_errors(c);
  from_abroad(c);
  contractual_with_career(c);
  broken_references(c);
  holes_and_overlaps(c);
  after_a_break(c);
}

}  // namespace versoir::samples::harpege

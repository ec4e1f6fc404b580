// The lives of academics, of other civil servants and of contractuals, from the first day to the last.
#include "harpege_model.hpp"

#include <algorithm>
#include <array>

namespace versoir::samples::harpege {

namespace {

using std::chrono::days;

Day first_of_month(Random& r, int first_year, int last_year) {
  static constexpr std::array months{1U, 9U, 9U, 9U, 4U, 2U};
  return day(r.between(first_year, last_year), r.pick(months), 1);
}

}  // namespace

namespace {

using Texts = std::vector<Text>;

struct Trade {
  Text population;
  Texts ladder, structures;
};
/// What civil servants other than academics do here.
const std::vector<Trade>& trades() {
  static const std::vector<Trade> list{
      {"AA", {"6041", "6042", "6043"}, {"DEVE", "DRH", "DAF", "SCI", "LET", "DRO", "IUT"}},
      {"AA", {"6041", "6031", "6032"}, {"DEVE", "DRH", "DAF", "DRO"}},
      {"AA", {"6031", "6032", "6011"}, {"DEVE", "DRH", "DAF", "SCI"}},
      {"AA", {"6011", "6012"}, {"DRH", "DAF", "DEVE"}},
      {"IA", {"7041", "7042"}, {"SCI", "IUT", "LABINFO"}},
      {"IA", {"7031", "7032"}, {"DSI", "SCI", "LABINFO"}},
      {"IA", {"7011", "7012"}, {"DSI", "LABINFO"}},
      {"BA", {"8021"}, {"SCD"}},
      {"BA", {"8011"}, {"SCD"}},
      {"DA", {"5511", "5512"}, {"LET", "SCI", "DRO"}},
      {"DA", {"5521", "5522"}, {"IUT", "GEA", "LET"}},
  };
  return list;
}

struct Engagement {
  Text type, section;
  Texts structures;
  int months, index;
};
const std::vector<Engagement>& engagements() {
  static const std::vector<Engagement> list{
      {"AT", "27", {"SCI", "INFO"}, 12, 513},
      {"AX", "22", {"LET", "HIST"}, 12, 0},
      {"DO", "27", {"LABINFO"}, 36, 0},
      {"DN", "22", {"HISTARM"}, 36, 0},
      {"DD", "", {"LABINFO", "HISTARM"}, 18, 580},
      {"GD", "", {"IUT", "GEA"}, 12, 560},
      {"LB", "11", {"LET"}, 12, 340},
      {"C3", "", {"DSI", "LABINFO", "DEVE"}, 36, 430},
      {"SW", "", {"DEVE", "DRH", "DAF"}, 6, 347},
      {"SY", "", {"SCD", "DEVE", "IUT"}, 10, 347},
      {"SZ", "", {"DRH", "SCI"}, 4, 347},
      {"CB", "", {"SCD"}, 10, 340},
  };
  return list;
}

/// The amendments of one contract; the last day that it really lasted, nothing when it runs on.
End write_amendments(Agent& a, int contract, const Engagement& e, Day from) {
  auto& r = a.random;
  Day at = from;
  const int versions = r.between(1, 3);
  for (int v = 1;; ++v) {
    const std::chrono::year_month_day start{at};
    const Day next{start + std::chrono::months{e.months}};
    const End planned = next - days{1};
    if (r.per_thousand(70))
      a.amendment(contract, {at, *planned + days{31}, {}, true, {}, e.section, e.index});
    const bool leaves = r.per_thousand(90);
    const End executed = leaves ? End{at + days{r.between(30, e.months * 28)}} : End{};
    a.amendment(contract, {at, planned, executed, false, {}, e.section, e.index});
    if (leaves) return executed;
    if (v == versions || next > closing) return planned;
    at = next;
  }
}

/// The last day of the last contract; nothing when it runs on.
End write_contracts(Agent& a, Day from) {
  auto& r = a.random;
  Day at = from;
  const int contracts = r.between(1, 4);
  End last;
  for (int n = 0; n < contracts && at < closing; ++n) {
    const auto& e = r.pick(engagements());
    const int contract = a.contract(e.type);
    const auto end = write_amendments(a, contract, e, at);
    const Assignment here{r.pick(e.structures), at, end};
    a.occupy(Route::contract, contract, at, end, {&here, 1}, e.section, false);
    last = end;
    at = end.value_or(closing) + days{r.per_thousand(500) ? 1 : r.between(2, 600)};
  }
  if (at < closing && r.per_thousand(180)) {  // ends up with an open-ended contract
    const int contract = a.contract("CD");
    const bool left = r.per_thousand(400);
    const End end = left ? End{std::min(at + days{r.between(200, 3000)}, closing)} : End{};
    a.amendment(contract, {at, {}, end, false, {}, {}, 410});
    const Assignment here{"DSI", at, end};
    a.occupy(Route::contract, contract, at, end, {&here, 1});
    last = end;
  }
  return last;
}

/// The last day of a civil servant: retirement, departure, or still in post.
End draw_end(Random& r, const Person& p, Day from) {
  const auto retired = add_years(*p.birth, r.between(60, 67));
  const auto left = r.per_thousand(150) ? End{from + days{r.between(700, 6000)}} : End{};
  const auto end = earlier(left, End{retired - days{1}});
  return *end > closing ? End{} : end;
}

void draw_death(Random& r, Person& p, End end) {
  if (end && r.per_thousand(60)) p.death = std::min(*end + days{r.between(100, 6000)}, closing);
}

}  // namespace

void write_academic(Context& c, int rank) {
  // The same draws as for the staff of the synthetic Apogée, which knows them by their number.
  Random shared{c.seed, "staff"};
  Person p;
  for (int n = 1; n <= rank; ++n) p.name = draw_name(shared, n % 3 == 0 ? Origin::brittany : Origin::france);
  Random r{c.seed, "academic", static_cast<std::uint64_t>(rank)};
  p.number = 1000 + rank;
  p.birth = day(1950 + rank % 30, 1 + static_cast<unsigned>(rank % 12), 10);
  p.born_in = &countries().front();
  p.town = &draw_town(r);
  const bool lecturer = rank % 3 == 0, computing = rank % 2 == 0;
  const auto from = add_years(day(1978 + rank % 30, 9, 1), r.between(2, 6));
  const auto end = draw_end(r, p, from);
  draw_death(r, p, end);
  Agent a(c, p, r);
  a.write_person(from);
  a.write_file(true);
  const Texts ladder = lecturer ? Texts{"3011", "3012"} : Texts{"3011", "3001", "3002", "3003"};
  const Texts structures = computing ? Texts{"INFO", "SCI"} : Texts{"HIST", "LET"};
  live(a, {"SA", ladder, structures, computing ? Text{"27"} : Text{"22"}, from, end});
  a.section(1, computing ? Text{"27"} : Text{"22"}, from, end);
  a.research(computing ? Text{"LABINFO"} : Text{"HISTARM"}, std::max(from, opening), end);
  write_absences(a, c.seed, true, from, end);
  if (!lecturer && a.random.per_thousand(300)) {
    const auto since = std::max(from, day(2004, 9, 1));
    if (since + days{1461} < end.value_or(closing))
      a.responsibility(computing ? 447 : 20, computing ? Text{"LABINFO"} : Text{"LET"}, since,
                       since + days{1460});
  }
}

void write_ordinary(Context& c, std::uint64_t number) {
  Random r{c.seed, "agent", number};
  const auto id = static_cast<std::int64_t>(2001 + number);
  const bool civil = r.per_thousand(550);
  auto person = civil ? draw_person(r, id, 1938, 1988) : draw_person(r, id, 1955, 2000);
  const std::chrono::year_month_day birth{*person.birth};
  const int born = static_cast<int>(birth.year());
  if (civil) {
    const auto from = first_of_month(r, born + 20, std::min(born + 36, 2024));
    const auto end = draw_end(r, person, from);
    draw_death(r, person, end);
    Agent a(c, person, r);
    a.write_person(from);
    a.write_file(true);
    const auto& trade = a.random.pick(trades());
    live(a, {trade.population, trade.ladder, trade.structures, {}, from, end});
    if (trade.population == "DA") a.discipline(1, "0202", from, end);
    write_absences(a, c.seed, true, from, end);
    return;
  }
  // Contracts of before the application were not typed in.
  const auto from = first_of_month(r, std::max(born + 20, 1997), std::min(std::max(born + 45, 1998), 2024));
  Agent a(c, person, r);
  a.write_person(from);
  a.write_file(false);
  const auto last = write_contracts(a, from);
  write_absences(a, c.seed, false, from, last);
}

}  // namespace versoir::samples::harpege

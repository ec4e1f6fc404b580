// Twenty-three known people, one awkward fact each, identical whatever the options: samples/README.md lists
// them.
#include "apogee_model.hpp"

#include <algorithm>

namespace versoir::samples::apogee {

namespace {

using Text = std::string_view;

struct Year {
  int year;
  Text dip;
  int rank;
  int level;  ///< 0: no exam
  Event event = Event::normal;
  int absences = 0;
  bool second = false;  ///< a second registration of the same year as the line above
};

/// The characters do not depend on --seed.
Random draws(std::uint64_t number) { return Random{0x5A17A0B1, "character", number}; }

Person person(std::int64_t ind, std::int64_t etu, int entry, FullName name,
              std::optional<std::chrono::sys_days> birth) {
  Person p;
  p.ind = ind;
  p.etu = etu;
  p.entry = entry;
  p.name = std::move(name);
  p.birth = birth;
  p.born_in = &countries()[0];
  p.town = &towns()[0];
  p.bac = entry >= 2021 ? "NBGE" : "S";
  p.bac_mention = "AB";
  p.bac_year = entry;
  return p;
}

void live(Context& c, Student& s, std::initializer_list<Year> years) {
  if (s.padded != 1000) s.padded = 0;
  std::vector<Step> steps;
  const auto enrol_steps = [&] {
    if (!steps.empty()) static_cast<void>(enrol(c, s, steps));
    steps.clear();
  };
  for (const auto& y : years) {
    if (!y.second) enrol_steps();
    steps.push_back({y.year, c.offer.find(y.dip, y.rank, y.year), y.event, y.level, y.absences, !y.second});
    s.person.exit = y.year == last_year ? 0 : y.year;
  }
  enrol_steps();
}

void finish(Context& c, Student& s) { write_person(c, s.person, s.random); }

void usage_name(Context& c) {
  auto p = person(1001, 20500001, 2005, {"KERMARREC", "Maëlle", "Anne", "", true}, day(1987, 3, 14));
  p.usage = "LE GOFF";
  p.town = &towns()[3];
  p.photo = true;
  Student s{std::move(p), draws(1)};
  live(c, s,
       {{2005, "LINF", 1, 14'500},
        {2006, "LINF", 2, 15'000},
        {2007, "LINF", 3, 16'500},
        {2008, "MINF", 1, 15'500},
        {2009, "MINF", 2, 17'000}});
  finish(c, s);
}

void homonyms(Context& c) {
  Student older{person(1002, 20600002, 2006, {"LE GALL", "Yann", "Marie", "", false}, day(1988, 5, 2)),
                draws(2)};
  live(c, older, {{2006, "LHIS", 1, 13'000}, {2007, "LHIS", 2, 6'000}});
  finish(c, older);
  Student younger{person(1003, 20900003, 2009, {"LE GALL", "Yann", "", "", false}, day(1991, 11, 17)),
                  draws(3)};
  younger.person.town = &towns()[4];
  live(c, younger, {{2009, "DGEA", 1, 13'000}, {2010, "DGEA", 2, 13'500}});
  finish(c, younger);
  // Same name, same first name, same birthday: only the number, the sex and the town tell them apart.
  Student him{person(1004, 20800004, 2008, {"MARTIN", "Camille", "", "", false}, day(1990, 7, 9)), draws(4)};
  live(c, him, {{2008, "LDRO", 1, 12'500}, {2009, "LDRO", 2, 12'500}, {2010, "LDRO", 3, 13'000}});
  finish(c, him);
  Student her{person(1005, 20800005, 2008, {"MARTIN", "Camille", "", "", true}, day(1990, 7, 9)), draws(5)};
  her.person.town = &towns()[10];
  live(c, her, {{2008, "LBRE", 1, 14'000}, {2009, "LBRE", 2, 14'000}, {2010, "LBRE", 3, 14'500}});
  finish(c, her);
}

void cancelled(Context& c) {
  Student s{person(1006, 21200006, 2012, {"ETCHEVERRY", "Iñaki", "Jean", "", false}, day(1994, 2, 28)),
            draws(6)};
  s.person.town = &towns()[17];
  live(c, s,
       {{2012, "LDRO", 1, 0, Event::cancelled},
        {2013, "LDRO", 1, 12'500},
        {2014, "LDRO", 2, 0, Event::unpaid}});
  finish(c, s);
}

void absent(Context& c) {
  auto p = person(1007, 20800007, 2008, {"BEN SAÏD", "Amel", "", "", true}, day(1989, 1, 1));
  p.birth_estimated = true;
  p.born_in = &countries()[3];
  p.bac = "0031";
  Student s{std::move(p), draws(7)};
  live(c, s, {{2008, "LINF", 1, 9'000, Event::normal, 1000}, {2009, "LINF", 1, 12'500}});
  finish(c, s);
}

void undeliberated(Context& c) {
  auto p = person(1008, 21200008, 2012, {"D'ALMEIDA", "Sebastião", "João", "", false}, day(1993, 12, 6));
  p.born_in = &countries()[5];
  Student s{std::move(p), draws(8)};
  live(c, s, {{2012, "LHIS", 1, 12'500}, {2013, "LHIS", 2, 12'500}, {2014, "LHIS", 3, 13'000}});
  finish(c, s);
}

void doctor(Context& c) {
  Student s{person(1009, 20700009, 2007, {"LŒUILLET", "Zoé", "Marie-Thérèse", "", true}, day(1985, 10, 30)),
            draws(9)};
  s.person.bac_year = 2003;
  live(c, s, {{2007, "MINF", 1, 15'000}, {2008, "MINF", 2, 16'000}});
  write_thesis(
      c, s, {"TINF", 2009, 'S', 4, "Indexation de registres numérisés :\n\tapprentissage et paléographie"});
  s.person.exit = 2012;
  finish(c, s);
}

void without_registration(Context& c) {
  auto p = person(1010, 21000010, 2010, {"TRẦN", "Minh Đức", "", "", false}, day(1991, 8, 21));
  p.born_in = &countries()[4];
  Student s{std::move(p), draws(10)};
  live(c, s, {{2010, "LDRO", 1, 13'000}, {2011, "LDRO", 2, 12'500, Event::result_only}});
  finish(c, s);
}

void first_name_in_use(Context& c) {
  auto p = person(1011, 22300011, 2023, {"DUPONT", "Alix", "", "", true}, day(2005, 6, 18));
  p.civil_first = "Alexandre";
  Student s{std::move(p), draws(11)};
  live(c, s, {{2023, "LDRO", 1, 13'500}, {2024, "LDRO", 2, 13'500}, {2025, "LDRO", 3, 13'500}});
  finish(c, s);
}

void two_registrations(Context& c) {
  auto p =
      person(1012, 21600012, 2016, {"DE LA VILLÉON", "Gaëtan", "Hervé", "Marie", false}, day(1997, 4, 3));
  p.block = true;
  Student s{std::move(p), draws(12)};
  live(c, s,
       {{2016, "LHIS", 1, 13'000},
        {2016, "DUBR", 1, 15'000, Event::normal, 0, true},
        {2017, "LHIS", 2, 0, Event::terminated}});
  finish(c, s);
}

void never_came(Context& c) {
  Student s{person(1013, 0, 2018, {"PRIGENT", "Nolwenn", "", "", true}, day(2000, 9, 9)), draws(13)};
  s.person.exit = 2018;
  finish(c, s);
}

void incomplete(Context& c) {
  Student s{person(1014, 21500014, 2015, {"HADDAD", "Leïla", "", "", true}, std::nullopt), draws(14)};
  s.person.bac_year = 0;
  s.padded = 1000;
  live(c, s, {{2015, "LINF", 1, 7'500}, {2016, "LINF", 1, 11'500}, {2017, "LINF", 2, 8'000}});
  finish(c, s);
}

// ---- what should never have been there ----

void born_on_leap_day(Context& c) {
  auto p = person(1101, 21800015, 2018, {"LE BIHAN", "Solène", "", "", true}, day(2000, 2, 29));
  Student s{std::move(p), draws(15)};
  live(c, s, {{2018, "LDRO", 1, 13'000}, {2019, "LDRO", 2, 13'000}, {2020, "LDRO", 3, 13'500}});
  finish(c, s);
}

/// The year 1987 typed 2987.
void impossible_birth(Context& c) {
  Student s{person(1102, 20500016, 2005, {"GUILLOU", "Maël", "", "", false}, day(2987, 3, 4)), draws(16)};
  live(c, s, {{2005, "DGEA", 1, 13'000}, {2006, "DGEA", 2, 13'000}});
  finish(c, s);
}

void write_exclusion(Context& c, const Person& p, std::chrono::sys_days from,
                     std::optional<std::chrono::sys_days> to, Text why) {
  auto& b = c.out.row("IND_SANCTIONNE_BLO");
  b.set("COD_IND", p.ind).set("COD_ETU", p.etu).set("COD_BLO", "DIS").set("DAT_DEB_BLO", from);
  if (to) b.set("DAT_FIN_BLO", *to);
  c.out.write(b.set("LIB_CMT_BLO", why));
}

/// An exclusion whose term has passed; another one without a term.
void excluded(Context& c) {
  Student past{person(1103, 20800017, 2008, {"MASSON", "Pierre", "", "", false}, day(1990, 1, 15)),
               draws(17)};
  live(c, past, {{2008, "LDRO", 1, 12'500}, {2010, "LDRO", 2, 6'000}});
  finish(c, past);
  write_exclusion(c, past.person, day(2009, 6, 15), day(2010, 6, 14), "Fraude à un examen");
  Student open{person(1104, 21900018, 2019, {"AÜBRY", "Nils", "", "", false}, day(2001, 5, 21)), draws(18)};
  live(c, open, {{2019, "LDRO", 1, 12'500}});
  finish(c, open);
  write_exclusion(c, open.person, day(2020, 7, 1), std::nullopt, "Exclusion définitive");
}

/// Defended, confidential for ten years.
void confidential(Context& c) {
  Student s{person(1105, 22000019, 2020, {"HERVÉ", "Ronan", "", "", false}, day(1994, 3, 3)), draws(19)};
  s.person.bac_year = 2012;
  write_thesis(c, s,
               {"TINF", 2020, 'S', 4, "Détection d'intrusions dans un réseau industriel", day(2034, 12, 31)});
  s.person.exit = 2023;
  finish(c, s);
}

/// A diploma obtained, by its date, in the Middle Ages; another one centuries ahead.
void odd_diploma_dates(Context& c) {
  Student s{person(1106, 21300020, 2013, {"LUCAS", "Enora", "", "", true}, day(1995, 6, 1)), draws(20)};
  s.odd_dates = {day(1013, 6, 30), day(2915, 6, 30)};
  live(c, s, {{2013, "DUBR", 1, 15'000}, {2014, "DINF", 1, 13'000}, {2015, "DINF", 2, 13'000}});
  finish(c, s);
}

/// The jury has finished, yet the copies of the étape stayed anonymous: nobody pressed the last button.
void still_anonymous(Context& c) {
  Student s{person(1109, 21200023, 2012, {"RIOU", "Morgane", "", "", true}, day(1990, 10, 5)), draws(23)};
  live(c, s, {{2012, "MHIS", 1, 13'500}});
  finish(c, s);
  const auto* stage = c.offer.find("MHIS", 1, 2012);
  auto& r = c.out.row("AVCT_OBJ_ANO");
  r.set("COD_ANU", "2012").set("TYP_OBJ_AOA", "VET").set("COD_OBJ_AOA", stage->etp);
  r.set("COD_VRS_OBJ_AOA", stage->vet).set("COD_SES_OBJ_AOA", "1").set("COD_ADM_OBJ_AOA", "1");
  c.out.write(r.set("ETA_ANO_OBJ_AOA", "V"));
}

/// A yearly result whose code no list explains.
void unknown_code(Context& c) {
  Student s{person(1107, 21100021, 2011, {"CORRE", "Ewen", "", "", false}, day(1993, 7, 7)), draws(21)};
  s.odd_code = "ZZZ";
  live(c, s, {{2011, "LBRE", 1, 13'000}});
  finish(c, s);
}

/// Registered for a diploma in a version that the offer does not have; results of somebody who is not there.
void orphans(Context& c) {
  Student s{person(1108, 20900022, 2009, {"BRIEND", "Gwenn", "", "", true}, day(1991, 2, 2)), draws(22)};
  live(c, s, {{2009, "LHIS", 1, 12'500}});
  finish(c, s);
  auto& i = c.out.row("INS_ADM_ETP");
  i.set("COD_ANU", "2009").set("COD_IND", s.person.ind).set("COD_ETP", "OLDHIS").set("COD_VRS_VET", 1);
  i.set("NUM_OCC_IAE", 1).set("DAT_CRE_IAE", day(2009, 9, 30)).set("ETA_IAE", "E").set("ETA_PMT_IAE", "P");
  i.set("TEM_IAE_PRM", "N").set("COD_DIP", "OLDHIS").set("COD_VRS_VDI", 1).set("COD_CMP", "LET");
  c.out.write(i.set("COD_CGE", "SCO").set("COD_PRU", "NO").set("COD_UTI", user));
  const auto* stage = c.offer.find("LHIS", 1, 2009);
  c.deliberations[{stage->index, 2009, '1'}] = true;
  auto& r = c.out.row("RESULTAT_VET");
  r.set("COD_IND", 999'999).set("COD_ETP", stage->etp).set("COD_VRS_VET", stage->vet).set("COD_ANU", "2009");
  r.set("COD_SES", "1").set("COD_ADM", "1").set("COD_TRE", "AJ").set("NOT_VET", Milli{8'000});
  c.out.write(r.set("BAR_NOT_VET", 20));
}

}  // namespace

void write_characters(Context& c) {
  usage_name(c);
  homonyms(c);
  cancelled(c);
  absent(c);
  undeliberated(c);
  doctor(c);
  without_registration(c);
  first_name_in_use(c);
  two_registrations(c);
  never_came(c);
  incomplete(c);
  born_on_leap_day(c);
  impossible_birth(c);
  excluded(c);
  confidential(c);
  odd_diploma_dates(c);
  unknown_code(c);
  still_anonymous(c);
  orphans(c);
}

}  // namespace versoir::samples::apogee

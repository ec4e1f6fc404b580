// One box finds a person by what an officer remembers: a name as it is typed, a number, a birth date.
#include "school.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

TEST_CASE("Accents, capitals, hyphens, apostrophes, ligatures and blanks do not matter") {
  const School school;
  auto archive = school.open();
  const auto first = [&](const char* query) { return ranked(archive.search(query, 1)); };
  for (const char* query :
       {"dupont-lefevre", "DUPONT LEFÈVRE", "Dupont–Lefèvre", "  dupont   lefèvre ", "lefevre dupont"}) {
    INFO(query);
    CHECK(first(query) == "1:0");
  }
  CHECK(first("d'ebene") == "5:0");
  CHECK(first("D’Ébène") == "5:0");
  CHECK(first("d ebene") == "5:0");
  CHECK(first("oenone") == "5:0");
  CHECK(first("œnone") == "5:0");
  CHECK(first("strauss") == "7:0");
  CHECK(first("Strauß anais") == "7:0");
  CHECK(first("de la tour du pin") == "6:0");
  CHECK(first("tour du pin") == "6:2");
}

TEST_CASE("Birth and usual names are both searched, with the first name before or after") {
  const School school;
  auto archive = school.open();
  CHECK(keys(archive.search("durand")) == "3");
  CHECK(ranked(archive.search("dupont marie")) == "3:0");
  CHECK(ranked(archive.search("marie dupont")) == "3:0");
  CHECK(ranked(archive.search("durand dupont")) == "3:0");
  CHECK(ranked(archive.search("jean paul dupont")) == "2:0");
  CHECK(archive.search("marie martin").empty());
}

TEST_CASE(
    "Complete names come before names that begin so, before names that hold the words, in the order of a "
    "register") {
  const School school;
  auto archive = school.open();
  // 2 and 3 are called so; 1 and 4 begin so; 12 holds it.
  CHECK(ranked(archive.search("dupont")) == "2:0 3:0 1:1 4:1 12:2");
  CHECK(ranked(archive.search("dup")) == "2:1 1:1 4:1 3:1 12:2");
  // A first name and a room count too.
  CHECK(ranked(archive.search("martin")) == "9:0 11:0 8:0 10:1 \"A\",1:2");
  CHECK(ranked(archive.search("paul")) == "4:0 2:2");
  CHECK(keys(archive.search("dupont", 2)) == "2 3");
  CHECK(archive.search("dupont", 0).empty());
}

TEST_CASE("A number is found exactly, with or without blanks and the zeros that pad it") {
  const School school;
  auto archive = school.open();
  CHECK(ranked(archive.search("00012345")) == "1:0");
  CHECK(ranked(archive.search("12345")) == "1:0");
  CHECK(ranked(archive.search("0123456789a")) == "3:0");
  CHECK(ranked(archive.search("0123 456 789A")) == "3:0");
  CHECK(ranked(archive.search("2019 9001")) == "2:0");
  CHECK(archive.search("2019900").empty());  // the beginning of a number is no number
  CHECK(archive.search("99999999").empty());
  CHECK(keys(archive.search("20199001 dupont")) == "2");
  CHECK(archive.search("20199001 martin").empty());
}

TEST_CASE(
    "A birth date is found as it is written in France or in the extract, day and month swapped last, or by "
    "its year") {
  const School school;
  auto archive = school.open();
  for (const char* query : {"01/02/1980", "1/2/1980", "01-02-1980", "01.02.1980", "1980-02-01"}) {
    INFO(query);
    CHECK(ranked(archive.search(query)) == "1:0 2:3");
  }
  CHECK(ranked(archive.search("31/12/1990")) == "4:0");
  CHECK(ranked(archive.search("12/31/1990")) == "4:0");  // no such day: it can only be swapped
  CHECK(keys(archive.search("29/02/2000")) == "5");
  CHECK(archive.search("30/02/2000").empty());
  // The year of three births, and the card of somebody born in 1999.
  CHECK(keys(archive.search("1980")) == "6 2 1 8");
  CHECK(keys(archive.search("dupont 1980")) == "2 1");
  CHECK(keys(archive.search("dupont 01/02/1980")) == "1 2");
  CHECK(archive.search("martin 1975").empty());
}

TEST_CASE("A hit shows what the profile wants, codes and dates in words, and opens its record") {
  const School school;
  auto archive = school.open();
  const auto hits = archive.search("durand");
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].search == "eleves");
  CHECK(hits[0].record == "eleve");
  CHECK(hits[0].shown == std::vector<std::pair<std::string, std::string>>{
                             {"Nom", "Durand"}, {"Né(e) le", "14/07/1975"}, {"Instrument", "violon"}});
  const auto record = archive.show(hits[0].record, hits[0].key);
  REQUIRE(record);
  CHECK(record->root.find("nom")->value == "Durand");
  const auto room = archive.search("auditorium");
  REQUIRE(room.size() == 1);
  CHECK(room[0].key.text() == R"(["B",2])");
  CHECK(archive.show("salle", room[0].key)->root.find("nom_salle")->value == "Auditorium");
  CHECK_FALSE(archive.show("eleve", records::Key::parse("[99]")));
  CHECK_FALSE(archive.show("nothing", hits[0].key));
  CHECK(archive.records() == std::vector<std::string>{"eleve", "salle"});
  CHECK(archive.application().id == "school");
}

TEST_CASE("A code that the list does not know, and a missing value, are shown as they are") {
  const School school;
  auto archive = school.open();
  CHECK(archive.search("dupontel").at(0).shown.at(2).second == "X");
  CHECK(archive.search("aymeric").at(0).shown.at(2).second.empty());
  CHECK(archive.search("strauss").at(0).shown.at(1).second.empty());
}

TEST_CASE("A name in one word or in several is the same name") {
  const School school(
      "INSERT INTO eleve VALUES (20, NULL, 'FLOC''H', NULL, 'Gwen', NULL, NULL), (21, NULL, 'LE GALL', NULL, "
      "'Anne-Marie', NULL, NULL), (22, NULL, 'LEGOAS', NULL, 'Erwan', NULL, NULL), "
      "(23, NULL, 'LE FUSTEC''H', NULL, 'Noa', NULL, NULL);");
  auto archive = school.open();
  for (const char* query : {"FLOC'H", "floc’h", "floch", "FLOC H", "gwen floch", "flo"}) {
    INFO(query);
    CHECK(keys(archive.search(query)) == "20");
  }
  for (const char* query : {"le gall", "legall", "LE-GALL", "Le Gall annemarie", "anne marie legall"}) {
    INFO(query);
    CHECK(keys(archive.search(query)) == "21");
  }
  CHECK(keys(archive.search("le goas")) == "22");
  CHECK(keys(archive.search("le goas erwan")) == "22");
  CHECK(keys(archive.search("delatour")) == "6");
  CHECK(keys(archive.search("fustech")) == "23");
  CHECK(keys(archive.search("latour")) == "6");  // without the particle
  CHECK(ranked(archive.search("legall")) == "21:0");
}

TEST_CASE("A birth date is found as officers write it: short year, month in letters") {
  const School school;
  auto archive = school.open();
  for (const char* query :
       {"14/7/75", "14/07/1975", "14-7-75", "14 juillet 1975", "14 JUIL 1975", "14 juillet 75"}) {
    INFO(query);
    CHECK(keys(archive.search(query)) == "3");
  }
  CHECK(keys(archive.search("1er février 1980")) == "1");
  CHECK(keys(archive.search("1 fevrier 80 dupont")) == "1");
  CHECK(keys(archive.search("9/9/01")) == "11");
  CHECK(archive.search("14 juin 1975").empty());
  CHECK(archive.search("31 février 1980").empty());
}

TEST_CASE("After a miss the person is told why, and what is near") {
  const School school;
  auto archive = school.open();
  const auto advice = [&](const char* query) {
    std::string text;
    for (const auto& m : archive.advice(query)) text += m.english() + "\n";
    return text;
  };
  CHECK_THAT(advice("duppond"), Contains("No name contains DUPPOND. Near it: ") && Contains("DUPONT"));
  CHECK_THAT(advice("martni"), Contains("MARTIN"));
  CHECK_THAT(advice("zzzzzzz"), Contains("No name contains ZZZZZZZ.\n"));
  CHECK_THAT(advice("31/02/1987"), Contains("31/02/1987 is no date of the calendar."));
  CHECK_THAT(advice("31 février 1987"), Contains("31 février 1987 is no date of the calendar."));
  CHECK_THAT(advice("99/99/99"), Contains("99/99/99 is no date"));
  const auto together = advice("marie martin");
  CHECK_THAT(together, Contains("try with less") && !Contains("No name contains"));
  CHECK_THAT(advice("martin 1975"), Contains("try with less"));
  CHECK_THAT(advice("77777777"), Contains("a number, whole"));
  // A date that exists is never called impossible.
  CHECK_THAT(advice("29/02/1996"), !Contains("calendar"));
}

TEST_CASE("Nothing that can be typed breaks the search") {
  const School school;
  auto archive = school.open();
  for (const char* query : {"",
                            " ",
                            "\t\n",
                            "'",
                            "\"",
                            "\"\"",
                            "*",
                            "dup*",
                            "(",
                            ")",
                            "AND",
                            "OR",
                            "NOT",
                            "NEAR(a b)",
                            "a AND",
                            "^a",
                            "names:dupont",
                            "-",
                            "--",
                            "/",
                            "//",
                            "1//2",
                            "...",
                            "%",
                            "_",
                            "'; DROP TABLE hit; --",
                            "99/99/9999",
                            "0/0/0000",
                            "00000000000000000000",
                            "\xff\xfe",
                            "é\xcc",
                            "{}[]",
                            "名前",
                            "a\\"}) {
    INFO(query);
    CHECK_NOTHROW(archive.search(query));
    CHECK_NOTHROW(archive.advice(query));
  }
  CHECK_NOTHROW(archive.search(std::string_view("a\0\"b", 4)));
  CHECK(archive.search("").empty());
  CHECK(archive.search(std::string(100'000, 'a')).empty());
  CHECK(keys(archive.search("near or \"and\"")) == "10");
  CHECK(keys(archive.search("durand")) == "3");
}

TEST_CASE("Any part of a list of hits is a part of the whole list") {
  const School school;
  auto archive = school.open();
  for (const char* query : {"dupont", "martin", "1980", "paul"}) {
    INFO(query);
    const auto whole = archive.search(query);
    for (std::size_t first = 0; first <= whole.size(); ++first)
      for (std::size_t limit = 1; limit <= whole.size(); ++limit) {
        const auto part = archive.search(query, limit, first);
        REQUIRE(part.size() == std::min(limit, whole.size() - first));
        for (std::size_t i = 0; i < part.size(); ++i) CHECK(part[i].key == whole[first + i].key);
      }
  }
}

TEST_CASE("A name that is misspelt finds those that sound so or are spelt nearly so, marked as near") {
  const School school;
  auto archive = school.open();
  const auto near = [&](const char* query) { return ranked(archive.search(query, 1)); };
  CHECK(near("dupon lefevre") == "1:2");  // the beginning of a name is no mistake
  CHECK(near("dupond lefebvre") == "1:3");
  CHECK(near("duppond marie") == "3:3");
  CHECK(near("martni ada") == "11:3");
  CHECK(near("strausse") == "7:3");
  CHECK(near("durant") == "3:3");
  CHECK(archive.search("zzzzzzz").empty());
  // Two persons, each with one of the words: nobody is near both.
  CHECK(archive.search("marie strauss").empty());
  for (const auto& hit : archive.search("dupond")) CHECK(hit.rank == consult::near_rank);
}

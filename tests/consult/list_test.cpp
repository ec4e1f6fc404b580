// Ready-made lists: what is asked is checked, counted, then read in the profile's order.
#include "consult/list.hpp"

#include "core/error.hpp"
#include "school.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

struct Shelf {
  explicit Shelf(const std::string& more = {}) : school(more), archive(school.open()) {}
  consult::ReadyList list(const std::string& name, const consult::ListArguments& asked) {
    return {archive.extract().database(), archive.application(),
            consult::find_ready_list(archive.application(), name), asked, archive.annotations()};
  }
  School school;
  consult::Archive archive;
};

std::string names(const std::vector<consult::ListRow>& rows) {
  std::string text;
  for (const auto& row : rows) text += row.key.text() + row.values.front() + " ";
  return text;
}

core::Exit refused(Shelf& shelf, const std::string& name, const consult::ListArguments& asked) {
  try {
    static_cast<void>(shelf.list(name, asked));
  } catch (const core::Error& e) {
    return e.code();
  }
  return core::Exit::ok;
}

}  // namespace

TEST_CASE("A list counts and gives the records of its parameters, in its own order, page by page") {
  Shelf shelf;
  auto list = shelf.list("inscrits", {{"annee", "1999"}});
  CHECK(list.count() == 2);
  const auto rows = list.rows(0, 10);
  CHECK(names(rows) == "[2]DUPONT [1]DUPONT LEFÈVRE ");
  CHECK(rows[0].values == std::vector<std::string>{"DUPONT", "Jean-Paul", "02/01/1980", "piano"});
  CHECK(names(list.rows(1, 1)) == "[1]DUPONT LEFÈVRE ");
  CHECK(list.rows(2, 1).empty());
  CHECK(shelf.list("inscrits", {{"annee", "2000"}}).count() == 0);  // cancelled
  CHECK(list.shown_parameters() ==
        std::vector<std::pair<std::string, std::string>>{{"Année", "1999/2000 (1999)"}});
}

TEST_CASE("A list refuses what it did not ask for, and what is missing, of another kind or no choice") {
  Shelf shelf;
  CHECK(refused(shelf, "inscrits", {}) == core::Exit::usage);
  CHECK(refused(shelf, "inscrits", {{"annee", "1999"}, {"nom", "DUPONT"}}) == core::Exit::usage);
  CHECK(refused(shelf, "inscrits", {{"annee", "mille"}}) == core::Exit::usage);
  CHECK(refused(shelf, "inscrits", {{"annee", "1950"}}) == core::Exit::usage);
  CHECK(refused(shelf, "inscrits", {{"annee", "1999 OR 1=1"}}) == core::Exit::usage);
  CHECK(refused(shelf, "nes", {{"jour", "31/02/1999"}, {"instrument", "V"}}) == core::Exit::usage);
  CHECK(refused(shelf, "other", {}) == core::Exit::not_found);
  CHECK(refused(shelf, "inscrits", {{"annee", "2001"}}) == core::Exit::ok);
}

TEST_CASE("A value that is typed is a value, never SQL, and a date is understood as people write it") {
  Shelf shelf;
  auto list = shelf.list("nes", {{"jour", "1 janvier 1990"}, {"instrument", "V' OR '1'='1"}});
  CHECK(list.count() == 0);
  CHECK(shelf.list("nes", {{"jour", "1/1/1999"}, {"instrument", "V"}}).count() == 1);
  CHECK(names(shelf.list("nes", {{"jour", "1980-02-01"}, {"instrument", "P"}}).rows(0, 9)) ==
        "[10]MARTINEZ [9]ANDRÉ [5]D'ÉBÈNE [11]MARTIN ");
}

TEST_CASE("The log keeps choices, numbers and dates, not a free text that might be a name") {
  Shelf shelf;
  const auto list = shelf.list("nes", {{"jour", "1/1/1999"}, {"instrument", "DURAND"}});
  CHECK(list.logged_parameters() == core::Json({{"jour", "1999-01-01"}, {"instrument", nullptr}}));
  CHECK(shelf.list("inscrits", {{"annee", "1999"}}).logged_parameters() == core::Json({{"annee", "1999"}}));
}

TEST_CASE("A list as a table has the reference of each record, and no formula") {
  Shelf shelf("UPDATE eleve SET nom = '=HYPERLINK(1)' WHERE num = 2");
  auto list = shelf.list("inscrits", {{"annee", "1999"}});
  core::StringSink sink;
  consult::write_list_csv(list, sink);
  CHECK_THAT(sink.text, Contains("Nom;Prénom;Né(e) le;Instrument\r\n") &&
                            Contains("eleve:[1];DUPONT LEFÈVRE;") && Contains("eleve:[2];'=HYPERLINK"));
}

// Templates over a row of facts.
#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using profiles::expand;
using profiles::Row;

TEST_CASE("a template takes the values of the row") {
  const Row row{
      {"nom", "Lefèvre"}, {"naissance", "1987-02-03T00:00:00"}, {"mort", std::nullopt}, {"annee", "1987"}};
  CHECK(expand("{nom}, né(e) le {naissance:date}", row, "essai") == "Lefèvre, né(e) le 03/02/1987");
  CHECK(expand("{mort}", row, "essai").empty());
  CHECK(expand("{mort:date}", row, "essai").empty());
  CHECK(expand("{annee:date}", row, "essai") == "1987");  // not a date: shown as it is
  CHECK(expand("{{nom} et }", row, "essai") == "{nom} et }");
  CHECK(expand("", row, "essai").empty());
  CHECK(expand("{NOM}", row, "essai") == "Lefèvre");
}

TEST_CASE("values are not expanded again") {
  CHECK(expand("{a}", Row{{"a", "{b}"}, {"b", "non"}}, "essai") == "{b}");
}

TEST_CASE("an unknown column or a broken template is an error that names the origin") {
  const auto bad = GENERATE(as<std::string>{}, "{prenom}", "{nom", "{nom:heure}", "{}", "{:date}");
  try {
    static_cast<void>(expand(bad, Row{{"nom", "x"}}, "dossiers.xml"));
    FAIL("expanded " << bad);
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    CHECK_THAT(e.what(), Catch::Matchers::Contains("dossiers.xml"));
  }
}

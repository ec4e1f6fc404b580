// Queries of a profile are prepared against its own dictionary, before any extract exists.
#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Catch::Matchers::Contains;
using tests::biblio_files;
using tests::with_change;

static std::vector<core::Finding> findings(const std::map<std::string, std::string>& files) {
  return profiles::check_queries(profiles::load(files, "essai"));
}

TEST_CASE("a right profile has no finding") { CHECK(findings(biblio_files()).empty()); }

TEST_CASE("under a query that asks for what no table has stands what was probably meant") {
  const auto [file, from, to, meant] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"views.sql", "FROM pret", "FROM prett", "PRET"},
      {"records.xml", "SELECT titre", "SELECT tire", "TITRE"},
      {"records.xml", ":num_ouv", ":num_ovu", "num_ouv"},
      {"records.xml", "SELECT num_lec, nom_lec", "SELECT num_lec, lecteur.nom_lect", "NOM_LEC"},
      {"lecteurs.xml", "{prenom}", "{prenm}", "prenom"},
      {"consult.xml", "term column=\"nom_lec\"", "term column=\"nom_lce\"", "NOM_LEC"},
  }));
  INFO(to);
  const auto found = findings(with_change(biblio_files(), file, from, to));
  REQUIRE(found.size() >= 2);
  CHECK(found[0].severity == core::Severity::error);
  CHECK(found[1].severity == core::Severity::info);
  CHECK(found[1].message.english() == "Did you mean " + meant + "?");
  CHECK(found[1].where == found[0].where);
}

TEST_CASE("a query that does not fit its dictionary, fields or key is a finding with its place") {
  const auto [file, from, to, where,
              message] = GENERATE(table<std::string, std::string, std::string, std::string, std::string>({
      {"views.sql", "FROM pret", "FROM emprunt", "views.sql", "emprunt"},
      {"records.xml", "SELECT titre", "SELECT auteur", "records.xml:15", "auteur"},
      {"records.xml", "SELECT num_ouv, dat_pre", "SELECT dat_pre, num_ouv", "records.xml:10",
       "not the declared fields"},
      {"records.xml", ":num_ouv", ":numero", "records.xml:15", ":numero"},
      {"records.xml", "SELECT num_lec, nom_lec", "SELECT mot_pas, nom_lec", "records.xml:4", "mot_pas"},
      {"lecteurs.xml", "<select>SELECT num_lec", "<select>SELECT num_lec, nom_lec", "lecteurs.xml:3: select",
       "must give the key of record lecteur: num_lec"},
      {"lecteurs.xml", "AS prenom", "AS pr", "lecteurs.xml:13: unit", "prenom"},
      {"lecteurs.xml", "by=\"{annee}\"", "by=\"{siecle}\"", "lecteurs.xml:12: group", "siecle"},
      {"lecteurs.xml", "</facts>", "</facts><sampling order=\"{nom}\" year=\"{siecle}\"/>",
       "lecteurs.xml:7: sampling", "siecle"},
      {"consult.xml", "term column=\"nom_lec\"", "term column=\"nom\"", "consult.xml: lecteur", "column nom"},
  }));
  const auto found = findings(with_change(biblio_files(), file, from, to));
  REQUIRE_FALSE(found.empty());
  CHECK_THAT(found[0].where, Contains(where));
  CHECK_THAT(found[0].message.english(), Contains(message));
}

TEST_CASE("before a copy, a profile whose queries would fail is refused with all that is wrong") {
  CHECK_NOTHROW(profiles::require_queries(profiles::load(biblio_files(), "essai")));
  const auto app =
      profiles::load(with_change(biblio_files(), "lecteurs.xml", "{prenom}", "{prenm}"), "essai");
  try {
    profiles::require_queries(app);
    FAIL("it was taken for right");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    REQUIRE(e.causes().size() == 2);
    CHECK_THAT(e.causes()[0].english(), Contains("lecteurs.xml:13: unit"));
    CHECK_THAT(e.causes()[1].english(), Contains("Did you mean prenom?"));
  }
}

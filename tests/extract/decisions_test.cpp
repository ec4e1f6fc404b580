// Decisions on what the profile does not know.
#include "extract/decisions.hpp"

#include "sites.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using extract::Standing;

namespace {

std::string standings(const std::vector<extract::InventoryLine>& lines) {
  std::string out;
  for (const auto& l : lines)
    out += l.table + (l.column.empty() ? "" : "." + l.column) + "=" + std::string(standing_name(l.standing)) +
           (l.suggestion.empty() ? "" : "(" + l.suggestion + ")") + " ";
  return out;
}

struct DecisionSite {
  core::TemporaryDirectory folder;
  std::filesystem::path file = folder.path() / "s.sqlite", decisions = folder.path() / "decisions.csv",
                        target = folder.path() / "e.extract";
  profiles::Application profile = profile_of(
      table("INDIVIDU",
            column("COD_IND", "NUMBER(8)") + column("NOM", "VARCHAR2(20)", "sensitivity=\"identity\"") +
                column("MEDECIN", "VARCHAR2(20)", "take=\"no\" reason=\"Santé.\""),
            "key=\"COD_IND\"") +
      table("DISPARUE", column("A"), "optional=\"yes\""));
  DecisionSite() {
    core::Database::create(file).exec(
        "CREATE TABLE individu (cod_ind NUMBER(8) NOT NULL PRIMARY KEY, nom VARCHAR2(40), medecin "
        "VARCHAR2(20), loc VARCHAR2(3));"
        "CREATE TABLE tmp_calcul (x INTEGER); CREATE TABLE option_locale (cod_ind NUMBER(8), choix "
        "VARCHAR2(10));"
        "INSERT INTO individu VALUES (1, 'A', 'x', 'L'); INSERT INTO option_locale VALUES (1, 'ski');");
  }
  [[nodiscard]] std::vector<extract::SourceTable> catalogue() const {
    return extract::open_source(extract::parse_source("sqlite:" + file.string()), {})->catalogue();
  }
};

}  // namespace

TEST_CASE("the inventory says of every table and column how it stands to the profile") {
  const DecisionSite site;
  CHECK(
      standings(extract::take_inventory(site.profile, site.catalogue(), {})) ==
      "individu=present individu.cod_ind=present individu.nom=wider individu.medecin=left individu.loc=extra "
      "option_locale=extra(person) tmp_calcul=extra(technical) DISPARUE=absent ");
}

TEST_CASE("the decision file comes back as it was written, also from a spreadsheet") {
  const DecisionSite site;
  auto inventory = extract::take_inventory(site.profile, site.catalogue(), {});
  extract::write_decisions(site.decisions, inventory);
  CHECK(extract::read_decisions(site.decisions).size() == 3);
  core::write_file(site.decisions,
                   "\xef\xbb\xbftable;column;decision;reason;who;date\r\n"
                   "TMP_CALCUL;;laissé;\"Travail; rien d'utile\";M. Martin;2026-11-25\r\n"
                   "OPTION_LOCALE;;pris;;M. Martin;2026-11-25\r\nINDIVIDU;LOC;;;;\r\n");
  const auto decisions = extract::read_decisions(site.decisions);
  REQUIRE(decisions.size() == 3);
  CHECK(decisions[0].take == false);
  CHECK(decisions[0].reason == "Travail; rien d'utile");
  CHECK(decisions[1].take == true);
  CHECK_FALSE(decisions[2].take.has_value());
  inventory = extract::take_inventory(site.profile, site.catalogue(), decisions);
  CHECK_THAT(standings(inventory), Contains("option_locale=taken") && Contains("tmp_calcul=left") &&
                                       Contains("individu.loc=extra") &&
                                       Contains("option_locale.choix=taken"));
  extract::write_decisions(site.decisions, inventory);
  const auto again = extract::read_decisions(site.decisions);
  CHECK(std::ranges::count(again, true, [](const auto& d) { return d.take.has_value(); }) == 2);
}

TEST_CASE("a decision file with a fault is refused with its line") {
  const DecisionSite site;
  const auto head = std::string("table;column;decision;reason;who;date\n");
  for (const auto& [text, said] : std::map<std::string, std::string>{{head + "T;;peut-être;;moi;\n", ":2"},
                                                                     {head + "T;;left;;moi;\n", "reason"},
                                                                     {head + "T;;taken;;;\n", "who"},
                                                                     {"table;decision\n", "column"}}) {
    core::write_file(site.decisions, text);
    const auto error = error_of([&] { static_cast<void>(extract::read_decisions(site.decisions)); });
    CHECK(error.code() == core::Exit::configuration);
    CHECK_THAT(error.message().english(), Contains(said));
  }
  CHECK(extract::read_decisions(site.folder.path() / "none.csv").empty());
}

TEST_CASE("a final copy follows the decisions, and the extract keeps them") {
  const DecisionSite site;
  extract::CopyOptions options;
  options.kind = extract::Kind::final_;
  options.decisions = {{"TMP_CALCUL", "", false, "Table de travail.", "M. Martin", "2026-11-25"},
                       {"OPTION_LOCALE", "", true, "", "M. Martin", "2026-11-25"}};
  const auto uri = "sqlite:" + site.file.string();
  const auto error = error_of([&] { copy_from(uri, site.profile, site.target, options); });
  CHECK(error.code() == core::Exit::profile_invalid);
  REQUIRE(error.causes().size() == 1);
  CHECK_THAT(error.causes()[0].english(), Contains("individu.loc"));

  options.decisions.push_back({"INDIVIDU", "LOC", true, "", "M. Martin", "2026-11-25"});
  copy_from(uri, site.profile, site.target, options);
  auto extract = extract::Extract::open(site.target);
  CHECK(rows_of(extract.database(),
                "SELECT i.LOC, o.CHOIX FROM INDIVIDU i JOIN OPTION_LOCALE o USING (COD_IND)") ==
        std::vector<std::string>{"T:L|T:ski"});
  CHECK(rows_of(extract.database(), "SELECT table_name, taken, reason FROM versoir_decision ORDER BY 1") ==
        std::vector<std::string>{
            "T:INDIVIDU|I:1|T:", "T:OPTION_LOCALE|I:1|T:", "T:TMP_CALCUL|I:0|T:Table de travail."});
  core::SilentProgress progress;
  CHECK(extract::verify_content(extract, progress).empty());
  static_cast<void>(extract.profile());
}

TEST_CASE("a table known by its name only waits for a decision, and is then copied as the source has it") {
  const DecisionSite site;
  const auto profile = profile_of(
      table("INDIVIDU",
            column("COD_IND", "NUMBER(8)") + column("NOM", "VARCHAR2(40)", "sensitivity=\"identity\"") +
                column("MEDECIN", "VARCHAR2(20)") + column("LOC", "VARCHAR2(3)"),
            "key=\"COD_IND\"") +
      "<table name=\"OPTION_LOCALE\" label=\"Options du site\" optional=\"yes\" evidence=\"unknown\"/>" +
      "<table name=\"AILLEURS\" label=\"Ailleurs\" optional=\"yes\" evidence=\"unknown\"/>" +
      table("TMP_CALCUL", column("Y", "NUMBER(8)", "optional=\"yes\""), "optional=\"yes\""));
  const auto inventory = extract::take_inventory(profile, site.catalogue(), {});
  CHECK_THAT(standings(inventory), Contains("option_locale=extra(person) ") && Contains("AILLEURS=absent"));
  CHECK(inventory.at(5).label == "Options du site");
  const auto copied = [&](const std::vector<extract::Decision>& decisions,
                          const std::filesystem::path& target) {
    extract::CopyOptions options;
    options.decisions = decisions;
    return copy_from("sqlite:" + site.file.string(), profile, target, options);
  };
  const auto notes = copied({}, site.target).notes;
  const auto undecided = [&](const std::string& where) {
    return std::ranges::any_of(notes,
                               [&](const auto& n) { return n.code == "NOT_IN_PROFILE" && n.where == where; });
  };
  CHECK(undecided("option_locale"));
  CHECK(undecided("TMP_CALCUL"));  // none of the columns that the profile knows
  CHECK_FALSE(undecided("AILLEURS"));
  const auto other = site.folder.path() / "taken.extract";
  static_cast<void>(copied({{"OPTION_LOCALE", "", true, "", "Mme Roux", "2026-11-26"}}, other));
  auto extract = extract::Extract::open(other);
  CHECK(rows_of(extract.database(), "SELECT COD_IND, CHOIX FROM OPTION_LOCALE") ==
        std::vector<std::string>{"I:1|T:ski"});
  CHECK(rows_of(extract.database(), "SELECT label FROM versoir_table WHERE name = 'OPTION_LOCALE'") ==
        std::vector<std::string>{"T:Options du site"});
}

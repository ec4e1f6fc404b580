// Who may see what: at the door for every address, and in what is shown behind it.
#include "browser.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

constexpr const char* two_desks = R"(
[consultation]
contact = bureau des archives, poste 1234

[role.scolarite]
users = mdurand
extracts = school
zones = identity results
print = yes

[role.infirmerie]
users = pmartin
groups = cn=sante,ou=groupes ; cn=medecine
extracts = school
zones = identity health

[role.dpo]
users = dpo
extracts = school
logs = yes
export = yes

[role.ancien]
users = ancien
extracts = school
zones = identity
until = 2026-11-26

[role.dernier-jour]
users = aujourdhui
extracts = school
zones = identity
until = 2026-11-27

[role.autre]
users = ailleurs
extracts = other
zones = identity results health money contact family
print = yes
)";

const std::string sheet = "/sheet?app=school&record=eleve&key=%5B1%5D";
const std::string source = "/source?app=school&record=eleve&key=%5B1%5D&at=";
const std::string document = "/document?app=school&record=eleve&key=%5B1%5D&document=";

}  // namespace

TEST_CASE(
    "A reader without a role, with an ended one, or of another extract sees no page and is told whom to "
    "ask") {
  Portal portal(two_desks);
  for (const char* who : {"inconnu", "ancien"}) {
    portal.as(who);
    for (const auto& target :
         {std::string("/"), std::string("/search?q=dupont"), sheet, std::string("/about"),
          std::string("/log"), std::string("/log.csv"), std::string("/nothing")}) {
      INFO(who << " " << target);
      const auto answer = portal.get(target);
      CHECK(answer.status == 403);
      CHECK_THAT(answer.body, Contains("bureau des archives, poste 1234") && Contains(who));
      CHECK_THAT(answer.body, !Contains("DUPONT") && !Contains("École"));
      CHECK(answer.headers.count("Set-Cookie") == 0);
    }
  }
  CHECK_THAT(portal.as("ancien").get("/").body, Contains("26/11/2026"));
  CHECK(portal.as("aujourdhui").get(sheet).status == 200);
  portal.clock.set(*core::parse_instant("2026-11-28T00:00:01Z"));
  CHECK(portal.as("aujourdhui").get(sheet).status == 403);
}

TEST_CASE("No address leads a reader into an extract or a right that his role does not give") {
  Portal portal(two_desks);
  portal.as("ailleurs");
  for (const auto& target :
       {std::string("/search?app=school&q=dupont"), std::string("/search?q=dupont"), sheet,
        "/sheet?app=school-2&record=eleve&key=%5B1%5D" + std::string(), source + "inscription.0",
        document + "attestation&at=inscription.0", std::string("/search?app=%2A&q=dupont")}) {
    INFO(target);
    const auto answer = portal.get(target);
    CHECK(answer.status == 403);
    CHECK_THAT(answer.body, !Contains("LEFÈVRE") && !Contains("Cécile"));
  }
  CHECK_THAT(portal.page("/"), !Contains("École de musique"));
  CHECK_THAT(portal.page("/about"), !Contains("violon"));
  portal.as("dpo");  // logs, but no zone: no person
  for (const auto& target : {std::string("/search?q=dupont"), sheet, source}) {
    INFO(target);
    CHECK(portal.get(target).status == 403);
  }
  portal.as("pmartin");  // no right to print, to export, to read logs
  CHECK(portal.get(document + "attestation&at=inscription.0").status == 403);
  CHECK_THAT(portal.page(sheet), !Contains("document=attestation") && Contains("does not make documents"));
  CHECK(portal.get("/log.csv").status == 403);
  CHECK(portal.as("mdurand").get("/log.csv").status == 403);
  CHECK_THAT(portal.log_text(), Contains("ACCESS_REFUSED") && Contains("ailleurs"));
  CHECK(portal.as("mdurand").get("/secret").status == 404);
}

TEST_CASE("What is outside the zones of a role is said to be masked, filled or empty, and never shown") {
  Portal portal(two_desks);
  SECTION("results, not health nor money") {
    portal.as("mdurand");
    const auto page = portal.page(sheet);
    CHECK_THAT(page, Contains("Solfège") && Contains("12,5") && Contains("Salle du fond"));
    CHECK_THAT(page, Contains("[masked: health]") && Contains("[masked: money]"));
    CHECK_THAT(page, !Contains("ARACHIDE") && !Contains("BOURSE-7") && !Contains("SCARLATINE") &&
                         !Contains("1999-11"));
    CHECK_THAT(page, Contains("Absences") && !Contains("03/11/1999"));
    // The second pupil has neither allergy, nor rate, nor absence: the page says just the same.
    const auto other = portal.page("/sheet?app=school&record=eleve&key=%5B2%5D");
    CHECK_THAT(other, Contains("<dt>Allergie</dt><dd>[masked: health]</dd>") &&
                          Contains("<dt>Tarif</dt><dd>[masked: money]</dd>"));
    CHECK_THAT(other, Contains("<p class=\"masked\">[masked: health]</p>"));
  }
  SECTION("health, not results") {
    portal.as("pmartin");
    const auto page = portal.page(sheet);
    CHECK_THAT(page, Contains("ARACHIDE") && Contains("SCARLATINE") && Contains("[masked: résultats]"));
    CHECK_THAT(page, !Contains("Solfège") && !Contains("12,5") && !Contains("BOURSE-7"));
  }
  SECTION("in the list of hits") {
    CHECK_THAT(portal.as("mdurand").page("/search?app=school&q=dupont"),
               Contains("[masked: addresses and telephones]") && !Contains("violon"));
  }
  SECTION("a role given by a group") {
    CHECK_THAT(portal.as("qui.vous.voulez", "cn=autre;cn=sante,ou=groupes").page(sheet),
               Contains("ARACHIDE"));
    CHECK(portal.as("qui.vous.voulez", "cn=sante").get(sheet).status == 403);
  }
}

TEST_CASE("The source rows show no more than the sheet does") {
  Portal portal(two_desks);
  portal.as("mdurand");
  const auto card = portal.page(source + "fiche.0");
  CHECK_THAT(card, Contains("FICHE, row 1") && Contains("Salle du fond"));
  CHECK_THAT(card, !Contains("ARACHIDE") && !Contains("BOURSE-7"));  // TARIF is only masked as a field
  CHECK_THAT(card, Contains("not shown, since some of its values are masked"));
  for (const char* way : {"absence.0", "absence.1", "absence.9"}) {
    const auto answer = portal.get(source + way);
    INFO(way);
    CHECK((answer.status == 403 || answer.status == 404));
    CHECK_THAT(answer.body, !Contains("SCARLATINE"));
  }
  CHECK_THAT(portal.page(source + "inscription.0"),
             Contains("SHA-256 of the row:</p>") || Contains("class=\"digest\""));
  portal.as("pmartin");
  for (const char* way : {"annee_notee.0", "annee_notee.0/note.0"}) {
    const auto answer = portal.get(source + way);
    CHECK(answer.status == 403);
    CHECK_THAT(answer.body, !Contains("Solfège"));
  }
}

TEST_CASE("A document that says what a role does not see is not made for it") {
  Portal portal(R"(
[role.accueil]
users = accueil
extracts = school
zones = identity
print = yes
[role.scolarite]
users = mdurand
extracts = school
zones = identity results
print = yes
)");
  portal.as("accueil");
  CHECK(portal.get(document + "attestation&at=inscription.0").status == 200);
  const auto refused = portal.get(document + "releve&at=annee_notee.0");
  CHECK(refused.status == 403);
  CHECK_THAT(refused.body, Contains("résultats") && !Contains("12,5"));
  CHECK_THAT(portal.page(sheet), !Contains("document=releve") && Contains("document=attestation"));
  CHECK_THAT(portal.as("mdurand").page(document + "releve&at=annee_notee.0"),
             Contains("12,5") && Contains("mdurand"));
}

TEST_CASE("Several extracts are searched in one question by whoever has the right, each with his zones") {
  const std::string role = "[role.archives]\nusers = a\nextracts = school\nzones = identity\n";
  Portal alone(role), both(role + "together = yes\n");
  CHECK(alone.as("a").get("/search?app=%2A&q=dupont").status == 403);
  CHECK_THAT(alone.page("/"), !Contains("value=\"*\""));
  CHECK_THAT(both.as("a").page("/"), Contains("value=\"*\""));
  const auto page = both.page("/search?app=%2A&q=dupont");
  CHECK_THAT(page, Contains("app=school&amp;record") && Contains("app=school-2&amp;record") &&
                       Contains("[masked: addresses and telephones]"));
}

TEST_CASE("Who looked is kept under the name of the reader, with what he could see, and shown by right") {
  Portal portal(two_desks);
  static_cast<void>(portal.as("mdurand").page(sheet));
  static_cast<void>(portal.as("pmartin").page(sheet));
  const auto lines = consult::read_access_log(portal.log_file(), [](const auto&) { return true; });
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].reader == "mdurand");
  CHECK(lines[0].zones == "identity results");
  CHECK(lines[1].reader == "pmartin");
  CHECK_THAT(portal.as("mdurand").page("/log"),
             Contains("<td>mdurand</td>") && !Contains("<td>pmartin</td>"));
  CHECK_THAT(portal.page("/log?app=school&record=eleve&key=%5B1%5D"), !Contains("<td>pmartin</td>"));
  const auto all = portal.as("dpo").page("/log?app=school&record=eleve&key=%5B1%5D");
  CHECK_THAT(all, Contains("<td>mdurand</td>") && Contains("<td>pmartin</td>"));
  CHECK_THAT(portal.page("/log?app=school&record=eleve&key=%5B2%5D"), !Contains("<td>mdurand</td>"));
  const auto csv = portal.get("/log.csv?app=school&record=eleve&key=%5B1%5D");
  CHECK(csv.status == 200);
  CHECK_THAT(csv.body, Contains("mdurand,SHEET_SHOWN") && Contains("pmartin,SHEET_SHOWN"));
  CHECK_THAT(csv.headers.at("Content-Disposition"), Contains("attachment"));
  CHECK_THAT(portal.log_text(), Contains("LOG_EXPORTED") && Contains("LOG_READ"));
}

TEST_CASE("A role may ask its own reasons, the others those of the consultation") {
  Portal portal(R"(
[consultation]
reasons = demande de l'intéressé
[role.a]
users = a
extracts = school
zones = identity
[role.b]
users = b
extracts = school
zones = identity
reasons = contentieux ; contrôle
)");
  CHECK_THAT(portal.as("a").page(sheet), Contains("demande de l") && !Contains("contentieux"));
  CHECK_THAT(portal.as("b").page(sheet),
             Contains("contentieux") && Contains("contrôle") && !Contains("LEFÈVRE"));
}

TEST_CASE("On a workstation too, roles hold as soon as one is declared") {
  SealedSchool school;
  const core::FixedClock clock(*core::parse_instant("2026-11-27T10:00:00Z"));
  consult::AccessLog log(school.pki() / "consultation-test.jsonl", "test", "jdoe", clock);
  const auto page = [&](const std::string& account) {
    consult::WebOptions options;
    options.reader = account;
    options.roles = consult::Roles::read(core::Config::parse(two_desks, "versoir.conf"));
    std::list<consult::ServedExtract> list;
    list.emplace_back("school", school.school.open(), school.judged());
    consult::WebService service(std::move(list), std::move(options), log, clock);
    service.listens_on(8080);
    core::Headers headers{{"Host", "127.0.0.1:8080"}};
    const auto entered = service.handle({"GET", service.entry_path(), headers, "", {}, "", ""});
    headers["Cookie"] = entered.headers.at("Set-Cookie");
    return service.handle({"GET", sheet, headers, "", {}, "", ""});
  };
  CHECK(page("jdoe").status == 403);
  const auto nurse = page("pmartin");
  CHECK(nurse.status == 200);
  CHECK_THAT(nurse.body, Contains("ARACHIDE") && !Contains("Solfège"));
}

TEST_CASE("A role that nobody can have, or that has a wrong value, is refused with its section") {
  const auto read = [](const std::string& text) {
    return consult::Roles::read(core::Config::parse("[role.x]\n" + text, "versoir.conf"));
  };
  CHECK_THROWS_WITH(read("extracts = a\n"), Contains("role.x"));
  CHECK_THROWS_WITH(read("users = u\n"), Contains("role.x"));
  CHECK_THROWS_WITH(read("users = u\nextracts = a\nuntil = 2026-02-30\n"), Contains("2026-02-30"));
  CHECK_THROWS_WITH(read("users = u\nextracts = a\nprint = maybe\n"), Contains("maybe"));
  const auto roles = read("users = u\nextracts = a\nzones = identity helth\n");
  CHECK(roles.unknown_zones({"identity", "health"}) ==
        std::vector<std::pair<std::string, std::string>>{{"x", "helth"}});
}

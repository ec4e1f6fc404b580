// Lists, certified copies, codes and earlier values behind the door: who gets them, and what is masked in
// them.
#include "browser.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

constexpr const char* desks = R"(
[role.guichet]
users = guichet
extracts = school
zones = identity results
print = yes

[role.archives]
users = archives
extracts = school
zones = identity results
print = yes
export = yes

[role.tout]
users = tout
extracts = school
zones = identity results health money
print = yes
export = yes

[role.traces]
users = traces
extracts = school
logs = yes
export = yes

[role.autre]
users = ailleurs
extracts = other
zones = identity results health money
print = yes
export = yes
)";

const std::string first_pupil = "app=school&record=eleve&key=%5B1%5D";
const std::string enrolled = "app=school&list=inscrits&p_annee=1999";
const std::string allergic = "app=school&list=allergiques&p_allergie=ARACHIDE";

std::string secret(Portal& portal) { return "form=" + form_secret(portal.get("/").body) + "&"; }

}  // namespace

TEST_CASE("Without the right to export, no address and no form gives a list as a file or a certified copy") {
  Portal portal(desks);
  portal.as("guichet");
  const auto form = secret(portal);
  CHECK(portal.post("/list/csv", form + enrolled).status == 403);
  CHECK(portal.post("/list/csv?" + enrolled, form + enrolled).status == 403);
  CHECK(portal.post("/person", form + first_pupil + "&reference=R7").status == 403);
  CHECK(portal.get("/person?" + first_pupil).status == 403);
  CHECK(portal.get("/list/csv?" + enrolled).status == 404);  // a form only
  CHECK_THAT(portal.page("/list/rows?" + enrolled), Contains("Jean-Paul") && !Contains("/list/csv"));
  CHECK_THAT(portal.page("/sheet?" + first_pupil), !Contains("/person?"));
  CHECK_THAT(portal.log_text(), Contains("ACCESS_REFUSED") && Contains("LIST_SHOWN") &&
                                    !Contains("LIST_EXPORTED") && !Contains("DOCUMENT_MADE"));
  const auto lines = consult::read_access_log(portal.log_file(), [](const auto&) { return true; });
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].event == "LIST_SHOWN");
  CHECK(lines[0].reader == "guichet");
  CHECK(lines[0].zones == "identity results");
}

TEST_CASE("Lists, copies, codes and earlier values open to nobody whose role does not open the extract") {
  Portal portal(desks);
  for (const char* who : {"ailleurs", "traces"}) {
    portal.as(who);
    const auto form = secret(portal);
    for (const auto& target : std::vector<std::string>{"/list?" + enrolled, "/list/rows?" + enrolled,
                                                       "/person?" + first_pupil, "/earlier?" + first_pupil,
                                                       "/list?list=inscrits", "/list/rows?list=inscrits"}) {
      INFO(who << " " << target);
      const auto answer = portal.get(target);
      CHECK(answer.status == 403);
      CHECK_THAT(answer.body, !Contains("Jean-Paul") && !Contains("2 records"));
    }
    INFO(who);
    CHECK(portal.post("/list/csv", form + enrolled).status == 403);
    CHECK(portal.post("/list/csv?app=other", form + enrolled).status == 403);
    CHECK(portal.post("/person", form + first_pupil + "&reference=R7").status == 403);
  }
  for (const char* target : {"/lists", "/verifier", "/verifier?code=0000-0000-0000-0000-0000"})
    CHECK(portal.as("traces").get(target).status == 403);
  portal.as("ailleurs");
  CHECK_THAT(portal.page("/lists"), !Contains("Inscrits"));
  CHECK_THAT(portal.page("/verifier?code=0000-0000-0000-0000-0000&dossier=eleve:%5B1%5D"),
             Contains("No extract that is served"));
}

TEST_CASE("A code says nothing of an extract that the reader may not open, though it was made here") {
  Portal portal(desks);
  const auto paper =
      portal.as("guichet").page("/document?" + first_pupil + "&document=releve&at=annee_notee.0");
  const std::string before = "<dt>Code de vérification</dt><dd>";
  const auto code = paper.substr(paper.find(before) + before.size(), 24);
  CHECK_THAT(portal.page("/verifier?code=" + code), Contains("Relevé de notes") && Contains("eleve:[1]"));
  const auto checked = consult::read_access_log(
      portal.log_file(), [](const consult::AccessLine& l) { return l.event == "CODE_CHECKED"; });
  REQUIRE(checked.size() == 1);
  CHECK(checked[0].reader == "guichet");
  CHECK_THAT(portal.as("ailleurs").page("/verifier?code=" + code),
             Contains("Which record?") && !Contains("eleve:[1]") && !Contains("Relevé"));
}

TEST_CASE("A list masks the columns outside the zones of its reader, in rows and in the file") {
  Portal portal(desks);
  for (const char* who : {"guichet", "archives"}) {
    portal.as(who);
    const auto rows = portal.page("/list/rows?app=school&list=fiches");
    INFO(who);
    CHECK_THAT(rows, Contains("DUPONT") && Contains("Salle du fond"));
    // The column of the table is of health, that of money is declared by the list; filled or empty alike.
    CHECK_THAT(rows, Contains("[masked: health]") && Contains("[masked: money]"));
    CHECK_THAT(rows, !Contains("ARACHIDE") && !Contains("BOURSE-7") && !Contains("<td></td>"));
  }
  const auto file = portal.post("/list/csv", secret(portal) + "app=school&list=fiches");
  CHECK(file.status == 200);
  CHECK_THAT(file.body, Contains("Salle du fond") && Contains("[masked: health]") && !Contains("ARACHIDE") &&
                            !Contains("BOURSE-7"));
  portal.as("tout");
  CHECK_THAT(portal.page("/list/rows?app=school&list=fiches"), Contains("ARACHIDE") && Contains("BOURSE-7"));
  CHECK_THAT(portal.post("/list/csv", secret(portal) + "app=school&list=fiches").body, Contains("ARACHIDE"));
}

TEST_CASE("A list whose rows would tell what is masked is not given at all") {
  Portal portal(desks);
  portal.as("archives");
  for (const auto& answer :
       {portal.get("/list?app=school&list=allergiques"), portal.get("/list?" + allergic),
        portal.get("/list/rows?" + allergic), portal.post("/list/csv", secret(portal) + allergic)}) {
    CHECK(answer.status == 403);
    CHECK_THAT(answer.body, Contains("health") && !Contains("ARACHIDE") && !Contains("record answers"));
  }
  CHECK_THAT(portal.as("tout").page("/list/rows?" + allergic), Contains("DUPONT LEFÈVRE"));
}

TEST_CASE("A certified copy is only made for whoever sees all that it holds") {
  Portal portal(desks);
  portal.as("archives");
  const auto refused = portal.post("/person", secret(portal) + first_pupil + "&reference=R7");
  CHECK(refused.status == 403);
  CHECK_THAT(refused.body, Contains("health") && Contains("money") && !Contains("ARACHIDE"));
  CHECK(portal.get("/person?" + first_pupil).status == 403);
  portal.as("tout");
  CHECK_THAT(portal.page("/person?" + first_pupil), Contains("Make the copy"));
  const auto made = portal.post("/person", secret(portal) + first_pupil + "&reference=R7");
  CHECK(made.status == 200);
  CHECK(made.headers.at("Content-Type") == "application/zip");
  const auto lines = consult::read_access_log(
      portal.log_file(), [](const consult::AccessLine& l) { return l.document == "copie-certifiee"; });
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].reader == "tout");
  CHECK(lines[0].why.reference == "R7");
}

TEST_CASE("Unpublished results are printed by a decision only for whoever prints and sees results") {
  Portal portal(R"(
[role.accueil]
users = accueil
extracts = school
zones = identity
print = yes
[role.lecture]
users = lecture
extracts = school
zones = identity results
[role.scolarite]
users = mdurand
extracts = school
zones = identity results
print = yes
)");
  const auto decided =
      "/document?" + first_pupil + "&document=releve&at=annee_notee.0&paper=PV+12&why=Contentieux";
  for (const char* who : {"accueil", "lecture"}) {
    const auto answer = portal.as(who).get(decided);
    INFO(who);
    CHECK(answer.status == 403);
    CHECK_THAT(answer.body, !Contains("Chorale"));
  }
  CHECK_THAT(portal.as("mdurand").page(decided), Contains("Chorale") && Contains("PV 12"));
}

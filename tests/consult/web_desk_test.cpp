// On the pages: annotations and what they mask, retention, the certified copy, codes, decisions.
#include "annotated.hpp"
#include "browser.hpp"
#include "consult/person.hpp"
#include "core/container.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using consult::AnnotationKind;

namespace {

/// A browser over a school with annotations.
class AnnotatedBrowser {
 public:
  explicit AnnotatedBrowser(AnnotatedSchool& desk)
      : clock(desk.sealed.clock.now()),
        log_file_(desk.sealed.pki() / "consultation-test.jsonl"),
        log(log_file_, "test", "jdoe", clock),
        service(extracts(desk), options(), log, clock) {
    service.listens_on(8080);
    const auto answer = get(service.entry_path());
    const auto set = answer.headers.at("Set-Cookie");
    cookie_ = set.substr(0, set.find(';'));
  }
  core::ServerResponse get(const std::string& target) {
    core::ServerRequest r{"GET", target, {{"Host", host}}, "", {}, "", ""};
    if (!cookie_.empty()) r.headers["Cookie"] = cookie_;
    return service.handle(r);
  }
  core::ServerResponse post(const std::string& path, const std::string& body) {
    return service.handle({"POST",
                           path,
                           {{"Host", host},
                            {"Origin", std::string("http://") + host},
                            {"Cookie", cookie_},
                            {"Content-Type", "application/x-www-form-urlencoded"}},
                           body,
                           {},
                           "",
                           ""});
  }
  std::vector<std::string> events() const {
    std::vector<std::string> out;
    for (const auto& line : consult::read_access_log(log_file_, [](const auto&) { return true; }))
      out.push_back(line.event);
    return out;
  }

  core::FixedClock clock;
  std::filesystem::path log_file_;
  consult::AccessLog log;
  consult::WebService service;

 private:
  static consult::WebOptions options() {
    consult::WebOptions o{"Conservatoire", "jdoe", std::chrono::minutes(480), {}, {}};
    o.transferred = [](const std::string&, const std::string& record, const std::string& key) {
      return record == "eleve" && key == "[1]"
                 ? std::vector<consult::TransferredUnit>{{"musique-2030", "LOT-1", "aeaq1",
                                                          "Dossiers des élèves"}}
                 : std::vector<consult::TransferredUnit>{};
    };
    return o;
  }
  std::list<consult::ServedExtract> extracts(AnnotatedSchool& desk) {
    std::list<consult::ServedExtract> list;
    list.emplace_back("school", desk.open(), desk.sealed.judged());
    return list;
  }
  std::string cookie_;
};

const std::string sheet_of_one = "/sheet?app=school&record=eleve&key=%5B1%5D";

}  // namespace

TEST_CASE("A sheet shows the identity of today and masks the other, which a page of its own shows and logs") {
  AnnotatedSchool desk;
  desk.annotate(1, AnnotationKind::name, {{"nom", "KERVELLA"}, {"prenom", "Claude"}});
  AnnotatedBrowser browser(desk);
  const auto sheet = browser.get(sheet_of_one);
  CHECK(sheet.status == 200);
  CHECK_THAT(sheet.body,
             Contains("KERVELLA Claude") && Contains("Décision 2031-12") && Contains("Claire Aubin"));
  CHECK_THAT(sheet.body, !Contains("DUPONT") && !Contains("Cécile"));
  CHECK_THAT(sheet.body, Contains("What VITAM must be told") && Contains("LOT-1") && Contains("aeaq1"));
  CHECK_THAT(browser.get("/search?app=school&q=dupont+lefevre").body, Contains("KERVELLA"));
  const auto source = browser.get("/source?app=school&record=eleve&key=%5B1%5D");
  CHECK(source.status == 200);
  CHECK_THAT(source.body,
             Contains("masked") && !Contains("DUPONT LEF") && !Contains("Cécile") && Contains("00012345"));
  const auto earlier = browser.get("/earlier?app=school&record=eleve&key=%5B1%5D");
  CHECK_THAT(earlier.body, Contains("DUPONT LEFÈVRE") && Contains("Cécile"));
  CHECK(browser.events().back() == "EARLIER_VALUES_SHOWN");
  CHECK(browser.get("/earlier?app=school&record=eleve&key=%5B2%5D").status == 404);
  CHECK_THAT(browser.get("/sheet?app=school&record=eleve&key=%5B2%5D").body,
             !Contains("What VITAM must be told"));
}

TEST_CASE("Broken annotations are told in red, are not applied, and no document is made") {
  AnnotatedSchool desk;
  desk.annotate(1, AnnotationKind::name, {{"nom", "KERVELLA"}});
  auto bytes = core::read_file(desk.file());
  bytes.replace(bytes.find("KERVELLA"), 8, "ANYBODY ");
  core::write_file(desk.file(), bytes, 0600);
  AnnotatedBrowser browser(desk);
  const auto sheet = browser.get(sheet_of_one);
  CHECK_THAT(sheet.body, Contains("DUPONT LEF") && Contains("do not hold") && !Contains("ANYBODY"));
  CHECK(browser.get("/document?app=school&record=eleve&key=%5B1%5D&document=attestation&at=inscription.0")
            .status == 409);
}

TEST_CASE("A sheet says how long it is kept, by which rule, and that a hold forbids its elimination") {
  AnnotatedSchool desk;
  desk.annotate(1, AnnotationKind::hold, {});
  AnnotatedBrowser browser(desk);
  const auto sheet = browser.get(sheet_of_one).body;
  CHECK_THAT(sheet, Contains("DUA_ELEVE_10") && Contains("2011-08-31") &&
                        Contains("Fin de la dernière année") && Contains("may be eliminated") &&
                        Contains("practice that was published"));
  CHECK_THAT(sheet, Contains("hold: nothing of the record may be eliminated"));
  CHECK_THAT(browser.get("/sheet?app=school&record=eleve&key=%5B3%5D").body,
             Contains("No archive profile says"));
}

TEST_CASE("The certified copy is asked by a form, given as a zip that verifies, and logged") {
  AnnotatedSchool desk;
  AnnotatedBrowser browser(desk);
  const auto page = browser.get("/person?app=school&record=eleve&key=%5B1%5D");
  CHECK_THAT(page.body, Contains("RGPD"));
  const auto fields = "form=" + form_secret(page.body) + "&app=school&record=eleve&key=%5B1%5D&reference=R7";
  const auto zip = browser.post("/person", fields);
  REQUIRE(zip.status == 200);
  CHECK(zip.headers.at("Content-Type") == "application/zip");
  const core::TemporaryDirectory work;
  core::write_file(work.path() / "copy.zip", zip.body);
  core::ContainerReader reader(work.path() / "copy.zip");
  core::Entry entry;
  while (reader.next(entry)) {
    const auto to = work.path() / "copy" / entry.path;
    std::filesystem::create_directories(to.parent_path());
    std::string bytes;
    reader.read([&](std::string_view piece) { bytes += piece; });
    core::write_file(to, bytes);
  }
  CHECK(consult::check_person_folder(work.path() / "copy", nullptr).holds());
  CHECK(browser.events().back() == "DOCUMENT_MADE");
  CHECK(browser.post("/person", "form=" + std::string(64, '0') + "&app=school&record=eleve&key=%5B1%5D")
            .status == 403);
  CHECK(browser
            .post("/person",
                  "form=" + form_secret(page.body) + "&app=school&record=salle&key=%5B1%5D&reference=R")
            .status == 404);
}

TEST_CASE("A code that was made here is found again alone, another asks for its record") {
  AnnotatedSchool desk;
  AnnotatedBrowser browser(desk);
  const auto document =
      browser.get("/document?app=school&record=eleve&key=%5B1%5D&document=releve&at=annee_notee.0");
  REQUIRE(document.status == 200);
  const auto code_on = [](const std::string& page) {
    const auto at = page.find("<dt>Code de vérification</dt><dd>") + 34;
    return page.substr(at, 24);
  };
  const auto code = code_on(document.body);
  CHECK_THAT(browser.get("/verifier?code=" + code).body,
             Contains("The paper says what the extract says") && Contains("Relevé de notes"));
  CHECK_THAT(browser.get("/verifier?code=" + code + "&dossier=eleve:%5B2%5D").body,
             Contains("No document of this record has this code"));
  CHECK_THAT(browser.get("/verifier?code=0000-0000-0000-0000-0000").body, Contains("Which record?"));
  CHECK_THAT(browser.get("/verifier?code=0000-0000-0000-0000-0000&dossier=eleve:%5B1%5D").body,
             Contains("the paper says something else"));
  CHECK_THAT(browser.get("/verifier?code=%3Cscript%3E").body,
             Contains("no verification code") && !Contains("<script>"));
  const auto decided = browser.get(
      "/document?app=school&record=eleve&key=%5B1%5D&document=releve&at=annee_notee.0&paper=PV+du+12%2F07%"
      "2F2000&why=Contentieux");
  REQUIRE(decided.status == 200);
  CHECK_THAT(decided.body, Contains("Chorale") && Contains("PV du 12/07/2000"));
  CHECK_THAT(document.body, Contains("Print results that were not published"));
  CHECK_THAT(browser.get("/verifier?code=" + code_on(decided.body)).body, Contains("PV du 12/07/2000"));
  CHECK(browser.get("/document?app=school&record=eleve&key=%5B1%5D&document=releve&at=annee_notee.0&paper=PV")
            .status >= 400);
}

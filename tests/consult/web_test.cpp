// The pages, as a browser of the machine asks for them, and what is refused at the door.
#include "browser.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("The printed address opens one session, once, nobody else sees a page") {
  Browser browser;
  for (const char* path :
       {"/", "/search?q=dupont", "/sheet?app=school&record=eleve&key=%5B1%5D", "/about", "/document"}) {
    const auto refused = browser.get(path);
    CHECK(refused.status == 403);
    CHECK_THAT(refused.body, !Contains("DUPONT") && !Contains("School"));
  }
  CHECK(browser.get("/enter?token=" + std::string(64, '0')).status == 403);
  CHECK(browser.get("/enter").status == 403);
  const auto entered = browser.get(browser.service.entry_path());
  CHECK(entered.status == 303);
  CHECK(entered.headers.at("Location") == "/");
  CHECK_THAT(entered.headers.at("Set-Cookie"),
             Contains("HttpOnly") && Contains("SameSite=Strict") && Contains("Path=/"));
  CHECK(browser.get(browser.service.entry_path()).status == 403);
  CHECK(browser.get("/").status == 403);
  browser.cookie = "versoir=" + std::string(64, 'a');
  CHECK(browser.get("/").status == 403);
  const auto set = entered.headers.at("Set-Cookie");
  browser.cookie = set.substr(0, set.find(';'));
  CHECK(browser.get("/").status == 200);
}

TEST_CASE("A session that is not used ends") {
  Browser browser;
  browser.enter();
  browser.clock.set(browser.clock.now() + std::chrono::minutes(479));
  CHECK(browser.get("/").status == 200);
  browser.clock.set(browser.clock.now() + std::chrono::minutes(480));
  CHECK(browser.get("/").status == 403);
}

TEST_CASE("Another Host, another method, a malformed request are refused before any page") {
  Browser browser;
  browser.enter();
  const auto with_host = [&](const std::string& name) {
    core::ServerRequest r{"GET", "/", {{"Cookie", browser.cookie}}, "", {}, "", ""};
    if (!name.empty()) r.headers["Host"] = name;
    return browser.ask(r).status;
  };
  CHECK(with_host("localhost:8080") == 200);
  for (const char* name : {"", "evil.example", "127.0.0.1", "127.0.0.1:8081", "127.0.0.1:8080.evil.example",
                           "evil.example:8080"}) {
    INFO(name);
    CHECK(with_host(name) == 421);
  }
  for (const char* method : {"PUT", "DELETE", "OPTIONS", "TRACE", "get"}) {
    const auto answer =
        browser.ask({method, "/", {{"Host", host}, {"Cookie", browser.cookie}}, "", {}, "", ""});
    CHECK(answer.status == 405);
  }
  for (const char* target :
       {"", "x", "//evil.example/", "http://127.0.0.1:8080/", "/search?q=%zz", "/search?q=%0d%0aX: y",
        "/search?q=%00", "/search?q=%ff", "/search?q=a&q=b", "/%"}) {
    INFO(target);
    CHECK(browser.get(target).status == 400);
  }
  CHECK(browser.get("/search?q=" + std::string(3000, 'a')).status == 400);
  for (const char* target :
       {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/style.css/../x", "/sheet", "/source", "/document",
        "/sheet?app=other&record=eleve&key=%5B1%5D", "/sheet?app=school&record=eleve&key=x",
        "/sheet?app=school&record=eleve&key=%5B1,2%5D", "/sheet?app=school&record=eleve&key=%5B99%5D",
        "/sheet?app=school&record=../eleve&key=%5B1%5D",
        "/source?app=school&record=eleve&key=%5B1%5D&at=x.9"}) {
    INFO(target);
    CHECK(browser.get(target).status == 404);
  }
}

TEST_CASE("Every answer forbids scripts, frames, caches and foreign content, and no page holds any") {
  Browser browser;
  CHECK(browser.get("/").headers.count("Content-Security-Policy") == 1);
  browser.enter();
  for (const char* target :
       {"/", "/style.css", "/search?q=dupont", "/about", "/nothing",
        "/sheet?app=school&record=eleve&key=%5B1%5D",
        "/source?app=school&record=eleve&key=%5B1%5D&at=inscription.0",
        "/document?app=school&record=eleve&key=%5B1%5D&document=attestation&at=inscription.0"}) {
    INFO(target);
    const auto answer = browser.get(target);
    const auto policy = answer.headers.at("Content-Security-Policy");
    CHECK_THAT(policy, StartsWith("default-src 'none'") && !Contains("unsafe") && !Contains("script-src"));
    CHECK(answer.headers.at("X-Content-Type-Options") == "nosniff");
    CHECK(answer.headers.at("Cache-Control") == "no-store");
    CHECK_THAT(answer.body, !Contains("<script") && !Contains(" style=") && !Contains("<style") &&
                                !Contains("http:") && !Contains("https:"));
  }
}

TEST_CASE("A session ends by its own form, not by a form of another site") {
  Browser browser;
  browser.enter();
  const auto secret = form_secret(browser.page("/"));
  const std::string origin = std::string("http://") + host;
  CHECK(browser.post("form=" + secret, {}).status == 403);
  CHECK(browser.post("form=" + secret, {{"Origin", "http://evil.example"}}).status == 403);
  CHECK(browser.post("form=" + secret, {{"Origin", "null"}}).status == 403);
  CHECK(browser.post("form=" + std::string(64, '0'), {{"Origin", origin}}).status == 403);
  CHECK(browser.post("", {{"Origin", origin}}).status == 403);
  CHECK(browser.post("form=" + secret, {{"Origin", origin}, {"Content-Type", "text/plain"}}).status == 403);
  CHECK(browser.get("/").status == 200);
  CHECK(browser.post("form=" + secret, {{"Origin", origin}}).status == 200);
  CHECK(browser.get("/").status == 403);
}

TEST_CASE("From the search to the sheet, to its source and back, with the neighbours of the list") {
  Browser browser;
  browser.enter();
  CHECK_THAT(browser.page("/"),
             Contains("École de musique") && Contains("role=\"search\"") && Contains("verified"));
  const auto results = browser.page("/search?app=school&q=dupont");
  CHECK_THAT(results, Contains("<caption>Élèves</caption>") && Contains("01/02/1980"));
  const auto sheet_of = link(results, "DUPONT LEFÈVRE");
  const auto sheet = browser.page(sheet_of);
  CHECK_THAT(sheet, Contains("DUPONT LEFÈVRE Cécile") && Contains("<del>2000</del>") &&
                        Contains("inscription annulée"));
  CHECK_THAT(sheet, Contains("non publié") && Contains("Chorale"));
  CHECK_THAT(browser.page(link(sheet, "Next person")), Contains("DUPONTEL Paul"));
  CHECK_THAT(browser.page(link(sheet, "Person before")), Contains("Durand Marie"));
  CHECK_THAT(browser.page(link(sheet, "Results for dupont")), Contains("DUPONTEL"));
  const auto source = browser.page(link(sheet, "source"));
  CHECK_THAT(source, Contains("INSCRIPTION.ANNEE") && Contains("Année scolaire") &&
                         Contains("INSCRIPTION, row 1") && Contains("it is what was sealed"));
  CHECK_THAT(browser.page(link(source, "DUPONT LEFÈVRE Cécile")), Contains("Person before"));
  CHECK_THAT(browser.page("/about"), Contains("violon"));
}

TEST_CASE("Persons of one name are told apart, and a miss gets advice") {
  Browser browser(
      "INSERT INTO eleve VALUES (13, '13', 'Dupont', NULL, 'Élise', '1980-02-03T00:00:00', 'V'), (14, '14', "
      "'DUPONT', NULL, 'Elise', '1981-02-03T00:00:00', 'V')");
  browser.enter();
  CHECK_THAT(browser.page("/search?q=dupont+elise"),
             Contains("same name") && Contains("03/02/1980") && Contains("03/02/1981"));
  CHECK_THAT(browser.page("/search?q=dupond"), Contains("Nothing answers exactly") && Contains("DUPONT"));
  CHECK_THAT(browser.page("/search?q=zzzzzz"), Contains("Not found") && Contains("No name contains ZZZZZZ"));
  CHECK(browser.get("/search?q=%20").status == 303);
}

TEST_CASE("Long lists are read page by page") {
  std::string more;
  for (int i = 100; i < 145; ++i)
    more += fmt::format("INSERT INTO eleve VALUES ({0}, 'C{0}', 'NOMBREUX', NULL, 'P{0}', NULL, 'V');", i);
  Browser browser(more);
  browser.enter();
  const auto first = browser.page("/search?q=nombreux");
  CHECK_THAT(first, Contains("Persons 1 to 20") && !Contains("Page before"));
  const auto second = browser.page(link(first, "Next page"));
  CHECK_THAT(second, Contains("Persons 21 to 40"));
  const auto third = browser.page(link(second, "Next page"));
  CHECK_THAT(third, Contains("Persons 41 to 45") && !Contains("Next page") && Contains("Page before"));
}

TEST_CASE("What data and addresses say is never markup") {
  Browser browser(
      "INSERT INTO eleve VALUES (13, '13', '<script>alert(1)</script>', NULL, '\"><img src=x onerror=y>', "
      "NULL, 'V')");
  browser.enter();
  const auto results = browser.page("/search?q=script");
  CHECK_THAT(results, Contains("&lt;script&gt;") && !Contains("<script") && !Contains("<img"));
  CHECK_THAT(browser.page("/sheet?app=school&record=eleve&key=%5B13%5D&q=%22%3E%3Cb%3E&n=0"),
             Contains("&lt;script&gt;") && !Contains("<script") && !Contains("<img") && !Contains("<b>"));
  CHECK_THAT(browser.page("/search?q=%22%3E%3Cscript%3Ex"), !Contains("<script"));
}

TEST_CASE("Documents are printed from proven rows only") {
  Browser browser;
  browser.enter();
  const auto sheet = browser.page("/sheet?app=school&record=eleve&key=%5B1%5D");
  const auto document = browser.page(link(sheet, "Année 1999"));
  CHECK_THAT(document, Contains("Attestation de scolarité") && Contains("Conservatoire") &&
                           Contains("Code de vérification") && Contains("jdoe") && Contains("INSCRIPTION"));
  CHECK_THAT(sheet, Contains("Cette inscription est annulée."));
  const std::string address = "/document?app=school&record=eleve&key=%5B1%5D&document=attestation&at=";
  CHECK(browser.get(address + "inscription.1").status == 409);
  CHECK(browser.get(address + "inscription.9").status == 404);
  CHECK(browser.get("/document?app=school&record=eleve&key=%5B1%5D&document=other&at=inscription.0").status ==
        404);
}

TEST_CASE("A broken seal or an altered row shows a red mark, and makes no document") {
  const std::string sheet = "/sheet?app=school&record=eleve&key=%5B1%5D";
  const std::string document =
      "/document?app=school&record=eleve&key=%5B1%5D&document=attestation&at=inscription.0";
  SECTION("an altered row") {
    Browser browser;
    browser.school.alter("UPDATE inscription SET etat = 'E' WHERE num = 1");
    browser.enter();
    CHECK_THAT(browser.page(sheet),
               Contains("Altered since it was sealed: INSCRIPTION") && !Contains("document=attestation"));
    CHECK(browser.get(document).status == 409);
    CHECK(browser.get("/document.pdf" + document.substr(9)).status == 409);
    CHECK_THAT(browser.page("/source?app=school&record=eleve&key=%5B1%5D&at=inscription.0"),
               Contains("altered since it was sealed"));
  }
  SECTION("a seal that is not verified") {
    Browser browser({}, false);
    browser.enter();
    CHECK_THAT(browser.page(sheet), Contains("role=\"alert\"") && !Contains("document=attestation"));
    CHECK(browser.get(document).status == 409);
    CHECK(browser.get("/document.pdf" + document.substr(9)).status == 409);
  }
}

TEST_CASE("What is looked at is written down: who, when, which record, which document, and no name") {
  Browser browser;
  browser.enter();
  static_cast<void>(browser.page("/search?q=dupont"));
  CHECK(browser.accesses().empty());
  static_cast<void>(browser.page("/sheet?app=school&record=eleve&key=%5B1%5D"));
  static_cast<void>(browser.page("/source?app=school&record=eleve&key=%5B1%5D&at=inscription.0"));
  const auto document =
      browser.page("/document?app=school&record=eleve&key=%5B1%5D&document=attestation&at=inscription.0");
  CHECK(browser.get("/sheet?app=school&record=eleve&key=%5B99%5D").status == 404);
  const auto lines = browser.accesses();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].event == "SHEET_SHOWN");
  CHECK(lines[0].time == "2026-11-27T10:00:00Z");
  CHECK(lines[0].reader == "jdoe");
  CHECK(lines[0].what.record + ":" + lines[0].what.key == "eleve:[1]");
  CHECK(lines[1].event == "SOURCE_SHOWN");
  CHECK(lines[2].event == "DOCUMENT_MADE");
  CHECK(lines[2].document == "attestation");
  CHECK_THAT(document, Contains(lines[2].code));
  const auto text = core::read_file(browser.log_file());
  CHECK_THAT(text, Contains("SESSION_OPENED") && Contains("SEARCHED"));
  CHECK_THAT(text, !Contains("dupont", Catch::CaseSensitive::No) && !Contains("LEFÈVRE"));
}

TEST_CASE("A log that was changed proves nothing, and nothing is shown that cannot be written down") {
  Browser browser;
  browser.enter();
  static_cast<void>(browser.page("/sheet?app=school&record=eleve&key=%5B1%5D"));
  static_cast<void>(browser.page("/search?q=dupont"));  // a line is held by those that follow it
  auto text = core::read_file(browser.log_file());
  text.replace(text.find("eleve"), 5, "other");
  core::write_file(browser.log_file(), text);
  CHECK_THROWS_AS(browser.accesses(), core::Error);
  CHECK_THROWS_AS(consult::AccessLog(browser.log_file(), "test", "jdoe", browser.clock), core::Error);
  std::filesystem::remove(browser.log_file());
  const auto refused = browser.get("/sheet?app=school&record=eleve&key=%5B1%5D");
  CHECK(refused.status == 500);
  CHECK_THAT(refused.body, !Contains("LEFÈVRE"));
}

TEST_CASE("A log that was purged is read from there on, and goes on being written") {
  Browser browser;
  browser.enter();
  static_cast<void>(browser.page("/sheet?app=school&record=eleve&key=%5B1%5D"));
  browser.clock.set(browser.clock.now() + std::chrono::hours(1));
  static_cast<void>(browser.page("/sheet?app=school&record=eleve&key=%5B2%5D"));
  trust::Journal(browser.log_file(), "test", browser.clock)
      .purge_before(browser.clock.now(), {{"reference", "DPO 1"}});
  REQUIRE(browser.accesses().size() == 1);
  CHECK(browser.accesses()[0].what.key == "[2]");
  static_cast<void>(browser.page("/sheet?app=school&record=eleve&key=%5B1%5D"));
  CHECK(browser.accesses().size() == 2);
}

TEST_CASE("Where reasons are asked, no record opens without one, which holds half an hour for one person") {
  Browser browser({}, true, {"demande de l'intéressé", "contentieux"});
  browser.enter();
  const std::string sheet = "/sheet?app=school&record=eleve&key=%5B1%5D";
  const auto asked = browser.page(sheet);
  CHECK_THAT(asked, Contains("contentieux") && Contains("type=\"radio\"") && !Contains("LEFÈVRE"));
  for (const char* other :
       {"/source?app=school&record=eleve&key=%5B1%5D&at=inscription.0",
        "/document?app=school&record=eleve&key=%5B1%5D&document=attestation&at=inscription.0"})
    CHECK_THAT(browser.page(other), Contains("type=\"radio\"") && !Contains("LEFÈVRE"));
  CHECK(browser.accesses().empty());

  const core::Headers origin{{"Origin", std::string("http://") + host}};
  const auto secret = form_secret(asked);
  const auto give = [&](const std::string& reason, const std::string& to, const std::string& form) {
    return browser.post("form=" + form + "&reason=" + reason + "&reference=n%C2%B0+12&to=" + to, origin,
                        "/reason");
  };
  const std::string to = "%2Fsheet%3Fapp%3Dschool%26record%3Deleve%26key%3D%255B1%255D";
  CHECK(give("0", to, std::string(64, '0')).status == 403);
  for (const char* reason : {"", "2", "-1", "x", "0x"}) CHECK(give(reason, to, secret).status == 400);
  for (const char* there :
       {"", "%2F", "http%3A%2F%2Fevil.example%2Fsheet%3F", "%2F%2Fevil.example%2Fsheet%3F"})
    CHECK(give("0", there, secret).status == 400);
  const auto given = give("1", to, secret);
  CHECK(given.status == 303);
  CHECK(given.headers.at("Location") == sheet);
  CHECK_THAT(browser.page(sheet), Contains("LEFÈVRE"));
  CHECK_THAT(browser.page("/sheet?app=school&record=eleve&key=%5B2%5D"), Contains("type=\"radio\""));
  REQUIRE(browser.accesses().size() == 1);
  CHECK(browser.accesses()[0].why.reason == "contentieux");
  CHECK(browser.accesses()[0].why.reference == "n° 12");
  browser.clock.set(browser.clock.now() + std::chrono::minutes(30));
  CHECK_THAT(browser.page(sheet), Contains("type=\"radio\""));
}

// The paper of a page as a file: the same content and code, behind the same door, written down as the page
// is.
#include "browser.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "shell.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

const std::string paper_of_pupil = "app=school&record=eleve&key=%5B1%5D";
const std::string attestation_pdf =
    "/document.pdf?" + paper_of_pupil + "&document=attestation&at=inscription.0";
const std::string transcript_pdf = "/document.pdf?" + paper_of_pupil + "&document=releve&at=annee_notee.0";
const std::string by_paper = "&paper=PV+du+12%2F07%2F2000&why=Contentieux+12";

std::string text_of(const core::ServerResponse& answer) {
  REQUIRE(answer.status == 200);
  CHECK(answer.headers.at("Content-Type") == "application/pdf");
  const core::TemporaryDirectory work;
  const auto file = work.path() / "paper.pdf";
  core::write_file(file, answer.body);
  return core::single_line(run("pdftotext -raw '" + file.string() + "' -").output);
}

/// No file, whatever the status: the answer is a page, and it names nobody.
void check_refused(const core::ServerResponse& answer, int status) {
  CHECK(answer.status == status);
  CHECK_THAT(answer.headers.at("Content-Type"), Contains("text/html"));
  CHECK_THAT(answer.body, !Contains("%PDF") && !Contains("12,5") && !Contains("Chorale"));
}

}  // namespace

TEST_CASE("The PDF of a document says what its page says, under the same code, and is written down like it") {
  Browser browser;
  browser.enter();
  const auto page = browser.page("/document?" + paper_of_pupil + "&document=releve&at=annee_notee.0");
  const auto to_pdf = link(page, "This document as PDF");
  CHECK_THAT(page, Contains("whether it is PDF/A is not verified"));
  const auto answer = browser.get(to_pdf);
  const auto text = text_of(answer);
  CHECK_THAT(text, Contains("DUPONT LEFÈVRE") && Contains("Solfège 12,5") && Contains("Conservatoire") &&
                       Contains("1 ligne non publiée") && Contains("Fait à") && !Contains("Chorale"));
  const auto lines = browser.accesses();
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].event == "DOCUMENT_MADE");
  CHECK(lines[1].document == "releve");
  CHECK(lines[1].code == lines[0].code);
  CHECK_THAT(text, Contains(lines[1].code));
  CHECK_THAT(page, Contains(lines[1].code));
  CHECK(answer.headers.at("Content-Disposition") ==
        "attachment; filename=\"releve-" + lines[1].code + ".pdf\"");
  CHECK(browser.get(to_pdf).body == answer.body);
  // From the record, without the page in between.
  CHECK_THAT(browser.page("/sheet?" + paper_of_pupil), Contains("/document.pdf?"));
}

TEST_CASE(
    "Without the right to print, without the zones of the document, or without a role there is no PDF") {
  Portal portal(R"(
[role.accueil]
users = accueil
extracts = school
zones = identity
print = yes
[role.lecture]
users = lecture
extracts = school
zones = identity results health money
export = yes
[role.ailleurs]
users = ailleurs
extracts = other
zones = identity results
print = yes
[role.scolarite]
users = mdurand
extracts = school
zones = identity results
print = yes
)");
  check_refused(portal.as("accueil").get(transcript_pdf), 403);
  check_refused(portal.get(transcript_pdf + by_paper), 403);
  CHECK(text_of(portal.get(attestation_pdf)).find("12,5") == std::string::npos);
  for (const char* who : {"lecture", "ailleurs", "inconnu"})
    for (const auto& target : {attestation_pdf, transcript_pdf, transcript_pdf + by_paper}) {
      INFO(who << " " << target);
      check_refused(portal.as(who).get(target), 403);
    }
  CHECK_THAT(portal.as("lecture").page("/sheet?" + paper_of_pupil), !Contains("document.pdf"));
  CHECK_THAT(portal.as("accueil").page("/sheet?" + paper_of_pupil),
             Contains("document.pdf") && !Contains("document=releve"));
  CHECK_THAT(text_of(portal.as("mdurand").get(transcript_pdf)), Contains("12,5") && Contains("mdurand"));
}

TEST_CASE("A cancelled registration, an unjudged seal or a forged address make no PDF") {
  Browser browser;
  browser.enter();
  check_refused(browser.get("/document.pdf?" + paper_of_pupil + "&document=attestation&at=inscription.1"),
                409);
  check_refused(browser.get("/document.pdf?" + paper_of_pupil + "&document=releve&at=annee_notee.1"), 409);
  check_refused(browser.get("/document.pdf?" + paper_of_pupil + "&document=other&at=inscription.0"), 404);
  check_refused(browser.get("/document.pdf?" + paper_of_pupil + "&document=attestation&at=inscription.9"),
                404);
  CHECK(browser.get("/document.pdf").status >= 400);
  CHECK(browser.accesses().empty());
  Browser unsealed({}, false);
  check_refused(unsealed.enter().get(attestation_pdf), 409);
  CHECK(unsealed.accesses().empty());
}

TEST_CASE("Unpublished results enter the PDF by a decision only, which it prints and the log keeps") {
  Browser browser;
  browser.enter();
  const auto text = text_of(browser.get(transcript_pdf + by_paper));
  CHECK_THAT(text, Contains("Chorale 18") && Contains("PV du 12/07/2000") && Contains("Contentieux 12") &&
                       Contains("non publiés par l’application"));
  CHECK(browser.get(transcript_pdf + "&paper=PV").status >= 400);
  CHECK(browser.get(transcript_pdf + "&why=Contentieux").status >= 400);
  CHECK(browser.get(attestation_pdf + by_paper).status >= 400);
  REQUIRE(browser.accesses().size() == 1);
  CHECK_THAT(core::read_file(browser.log_file()), Contains("PV du 12/07/2000"));
  // The page of the decision leads to the sheets of the same decision.
  const auto page =
      browser.page("/document?" + paper_of_pupil + "&document=releve&at=annee_notee.0" + by_paper);
  CHECK_THAT(text_of(browser.get(link(page, "This document as PDF"))), Contains("Chorale 18"));
}

TEST_CASE("Where reasons are asked, no PDF is given before one") {
  Browser browser({}, true, {"contentieux"});
  browser.enter();
  const auto asked = browser.get(attestation_pdf);
  CHECK_THAT(asked.headers.at("Content-Type"), Contains("text/html"));
  CHECK_THAT(asked.body, Contains("type=\"radio\"") && !Contains("LEFÈVRE"));
  CHECK(browser.accesses().empty());
  const auto given = browser.post("form=" + form_secret(asked.body) +
                                      "&reason=0&reference=12&to=" + core::percent_encoded(attestation_pdf),
                                  {{"Origin", std::string("http://") + host}}, "/reason");
  REQUIRE(given.status == 303);
  CHECK(given.headers.at("Location") == attestation_pdf);
  CHECK_THAT(text_of(browser.get(attestation_pdf)), Contains("LEFÈVRE"));
  CHECK(browser.accesses().back().why.reason == "contentieux");
}

TEST_CASE("A name that the fonts of the papers cannot write makes no PDF, and says which characters") {
  Browser browser("UPDATE eleve SET nom = '王小明' WHERE num = 2");
  browser.enter();
  const auto answer =
      browser.get("/document.pdf?app=school&record=eleve&key=%5B2%5D&document=attestation&at=inscription.0");
  CHECK(answer.status >= 400);
  CHECK_THAT(answer.body, Contains("U+738B"));
  CHECK(browser.accesses().empty());  // nothing was given
}

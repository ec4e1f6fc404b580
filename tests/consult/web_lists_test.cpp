// The pages of ready-made lists: count before rows, a reason, an export that is an act of its own.
#include "browser.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

TEST_CASE("A list is chosen, asked, counted, and only then shown, with the way to each record") {
  Browser browser;
  browser.enter();
  const auto lists = browser.page("/lists");
  const auto form = browser.page(link(lists, "Inscrits d&#39;une année"));
  CHECK_THAT(form, Contains("1999/2000 (1999)") && !Contains("Show the records"));
  const auto counted = browser.page("/list?app=school&list=inscrits&p_annee=1999");
  CHECK_THAT(counted, Contains("2 records answer") && !Contains("DUPONT"));
  CHECK(browser.accesses().empty());
  const auto rows = browser.page(link(counted, "Show the records"));
  CHECK_THAT(rows, Contains("Records 1 to 2 of 2") && Contains("Jean-Paul") && Contains("02/01/1980"));
  CHECK_THAT(browser.page(link(rows, "DUPONT")), Contains("Jean-Paul"));
  const auto seen = browser.accesses();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].event == "LIST_SHOWN");
  CHECK(seen[0].list == "inscrits");
  CHECK(seen[0].parameters == R"({"annee":"1999"})");
  CHECK(seen[0].rows == 2);
}

TEST_CASE("What a list does not take is said on its page, without any row") {
  Browser browser;
  browser.enter();
  CHECK_THAT(browser.page("/list?app=school&list=inscrits&p_annee=1950"), Contains("is none of the"));
  CHECK_THAT(browser.page("/list?app=school&list=inscrits&p_annee=%3Cscript%3E"),
             Contains("&lt;script&gt;") && !Contains("<script>"));
  CHECK(browser.get("/list?app=school&list=nothing").status == 404);
  CHECK(browser.get("/list/rows?app=school&list=inscrits&p_annee=1950").status >= 400);
  CHECK(browser.get("/list/rows?app=other&list=inscrits&p_annee=1999").status == 404);
}

TEST_CASE("Rows of a list ask for a reason, their export asks for it too and is logged apart") {
  Browser browser({}, true, {"contentieux"});
  browser.enter();
  const std::string rows_of = "/list/rows?app=school&list=inscrits&p_annee=1999";
  const auto asked = browser.page(rows_of);
  CHECK_THAT(asked, Contains("contentieux") && !Contains("Jean-Paul"));
  const auto secret = form_secret(asked);
  const std::string fields = "form=" + secret + "&app=school&list=inscrits&p_annee=1999";
  const core::Headers ours{{"Origin", std::string("http://") + host}};
  CHECK(browser.post(fields, ours, "/list/csv").status == 409);
  CHECK(browser
            .post("form=" + secret + "&reason=0&reference=R-12&to=" +
                      "%2Flist%2Frows%3Fapp%3Dschool%26list%3Dinscrits%26p_annee%3D1999",
                  ours, "/reason")
            .status == 303);
  CHECK_THAT(browser.page(rows_of), Contains("Jean-Paul"));
  const auto csv = browser.post(fields, ours, "/list/csv");
  CHECK(csv.status == 200);
  CHECK_THAT(csv.headers.at("Content-Disposition"), Contains("attachment") && Contains("inscrits.csv"));
  CHECK_THAT(csv.body, Contains("eleve:[2];DUPONT;Jean-Paul"));
  CHECK(
      browser
          .post("form=" + std::string(64, '0') + "&app=school&list=inscrits&p_annee=1999", ours, "/list/csv")
          .status == 403);
  const auto seen = browser.accesses();
  REQUIRE(seen.size() == 2);
  CHECK(seen[1].event == "LIST_EXPORTED");
  CHECK(seen[1].why.reference == "R-12");
}

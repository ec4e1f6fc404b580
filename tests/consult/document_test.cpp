// Documents say what the record proves and nothing else, under a code that the extract gives again.
#include "consult/document.hpp"

#include "core/error.hpp"
#include "school.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

struct Desk {
  explicit Desk(const std::string& more = {}) : school(more), archive(school.open()) {}
  records::Record pupil(int number) {
    auto record = archive.show("eleve", records::Key::parse(fmt::format("[{}]", number)));
    REQUIRE(record);
    return std::move(*record);
  }
  const profiles::SheetDef& sheet() { return *archive.application().find_sheet("eleve"); }
  const profiles::DocumentDef& document(std::size_t n) { return sheet().documents.at(n); }
  consult::PrintedDocument print(std::size_t n, const char* way, int number = 1) {
    return consult::compose_document(pupil(number), sheet(), document(n), way,
                                     archive.extract().root().hex());
  }
  School school;
  consult::Archive archive;
};

}  // namespace

TEST_CASE(
    "Every row of which a document could be made is listed, a cancelled registration with its refusal") {
  Desk desk;
  const auto choices = consult::document_choices(desk.pupil(1), desk.document(0));
  REQUIRE(choices.size() == 3);
  CHECK(choices[0].label == "Année 1999");
  CHECK(choices[0].way == "inscription.0");
  CHECK(choices[0].refusals.empty());
  CHECK(choices[1].refusals == std::vector<std::string>{"Cette inscription est annulée."});
  CHECK_THROWS_WITH(desk.print(0, "inscription.1"), Contains("Cette inscription est annulée."));
  CHECK_THROWS_AS(desk.print(0, "inscription.7"), core::Error);
  CHECK_THROWS_AS(desk.print(0, ""), core::Error);
}

TEST_CASE("A transcript needs a registration of its year, and leaves out what was not published") {
  Desk desk;
  const auto choices = consult::document_choices(desk.pupil(1), desk.document(1));
  REQUIRE(choices.size() == 2);
  CHECK(choices[0].refusals.empty());
  CHECK(choices[1].refusals ==
        std::vector<std::string>{"Aucune inscription cette année."});  // cancelled in 2000
  const auto printed = desk.print(1, "annee_notee.0");
  REQUIRE(printed.tables.size() == 1);
  CHECK(printed.tables[0].rows == std::vector<std::vector<std::string>>{{"Solfège", "12,5"}});
  CHECK(printed.tables[0].left_out == 1);
  const auto html = consult::paper_markup(consult::paper_of(printed, {}, "", "")).html();
  CHECK_THAT(html, Contains("12,5") && Contains("1 ligne non publiée") && !Contains("Chorale"));
}

TEST_CASE("Values enter a document as text, its civil identity first") {
  Desk desk(
      "INSERT INTO eleve VALUES (13, '77', '<b>O''Neil & fils', NULL, 'Zoé', NULL, 'V'); INSERT INTO "
      "inscription VALUES (13, 1999, 'E')");
  const auto printed = desk.print(0, "inscription.0", 13);
  CHECK(printed.identity[0] == std::pair<std::string, std::string>("Nom", "<b>O'Neil & fils"));
  CHECK(printed.text == "a été inscrit en 1999 (effective)");
  const auto html = consult::paper_markup(consult::paper_of(printed, {}, "Conservatoire", "")).html();
  CHECK_THAT(html, Contains("&lt;b&gt;O") && !Contains("<b>O"));
}

TEST_CASE("The code of a document is that of its content and of its extract") {
  Desk desk;
  const auto code = desk.print(0, "inscription.0").code;
  CHECK(code.size() == 24);
  CHECK(desk.print(0, "inscription.0").code == code);
  CHECK(desk.print(0, "inscription.2").code != code);
  CHECK(desk.print(0, "inscription.0", 2).code != code);
  CHECK(consult::same_code(" " + code + " ", code));
  std::string bare;
  for (const char c : code)
    if (c != '-') bare += static_cast<char>(std::toupper(c));
  CHECK(consult::same_code(bare, code));
  CHECK_FALSE(consult::same_code(bare.substr(1), code));
  desk.school.extract("UPDATE inscription SET annee = 1998 WHERE num = 2");
  auto again = desk.school.open();
  CHECK(consult::compose_document(desk.pupil(1), desk.sheet(), desk.document(0), "inscription.0",
                                  again.extract().root().hex())
            .code != code);
}

TEST_CASE("A document cites the source rows of what it prints, and no others") {
  Desk desk;
  consult::Provenance provenance(desk.school.file());
  const auto record = desk.pupil(1);
  const auto cited = [&](const consult::PrintedDocument& d) {
    std::string text;
    for (const auto& r : provenance.rows_behind(record, d.ways))
      text += fmt::format("{}{}:{}", text.empty() ? "" : " ", r.table, r.row);
    return text;
  };
  CHECK(desk.print(1, "annee_notee.0").ways == std::vector<std::string>{"", "annee_notee.0/note.1"});
  CHECK(cited(desk.print(1, "annee_notee.0")) ==
        "ELEVE:1 NOTE:1");  // neither the unpublished nor other years
  CHECK(cited(desk.print(0, "inscription.2")) == "ELEVE:1 INSCRIPTION:3");
}

// The code of a paper, back to the document; unpublished results only by a decision that is printed.
#include "consult/paper_code.hpp"

#include "annotated.hpp"
#include "core/error.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

const consult::DocumentOverride decision{"PV de jury du 12/07/2000, signé par le président",
                                         "Contentieux 12"};

struct Papers {
  explicit Papers(AnnotatedSchool& desk) : archive(desk.open()) {}
  records::Record sealed(const char* key = "[1]") { return *archive.show("eleve", records::Key::parse(key)); }
  consult::PrintedDocument print(std::size_t document, const char* way,
                                 const std::optional<consult::DocumentOverride>& by = {}) {
    auto record = sealed();
    static_cast<void>(consult::amend(record, archive.application(), archive.annotations()));
    const auto& sheet = *archive.application().find_sheet("eleve");
    return consult::compose_document(record, sheet, sheet.documents.at(document), way,
                                     consult::origin_root(archive.extract()), by);
  }
  std::optional<consult::CodeMatch> match(const std::string& code,
                                          const std::vector<consult::DocumentOverride>& by = {}) {
    return consult::match_code(archive, sealed(), code, by);
  }
  consult::Archive archive;
};

}  // namespace

TEST_CASE("A code gives its document and row again, another code none") {
  AnnotatedSchool desk;
  Papers papers(desk);
  const auto found = papers.match(papers.print(0, "inscription.2").code);
  REQUIRE(found);
  CHECK(found->document->id == "attestation");
  CHECK(found->row == "inscription.2");
  CHECK(found->choice == "Année 2001");
  CHECK_FALSE(papers.match("0000-0000-0000-0000-0000"));
  CHECK_FALSE(
      consult::match_code(papers.archive, papers.sealed("[2]"), papers.print(0, "inscription.2").code));
}

TEST_CASE("A paper of before an annotation still answers, and it is said") {
  AnnotatedSchool desk;
  const auto old_code = Papers(desk).print(0, "inscription.0").code;
  desk.annotate(1, consult::AnnotationKind::name, {{"nom", "KERVELLA"}});
  Papers papers(desk);
  const auto today = papers.match(papers.print(0, "inscription.0").code), before = papers.match(old_code);
  REQUIRE(today);
  REQUIRE(before);
  CHECK_FALSE(today->before_annotation);
  CHECK(before->before_annotation);
}

TEST_CASE("Unpublished results are printed apart, by a decision that the paper bears") {
  AnnotatedSchool desk;
  Papers papers(desk);
  const auto plain = papers.print(1, "annee_notee.0"), decided = papers.print(1, "annee_notee.0", decision);
  CHECK(plain.code != decided.code);
  REQUIRE(decided.tables.size() == 2);
  CHECK(decided.tables[0].left_out == 0);
  CHECK(decided.tables[1].rows == std::vector<std::vector<std::string>>{{"Chorale", "18"}});
  const auto html = consult::paper_markup(consult::paper_of(decided, {}, "", "")).html();
  CHECK_THAT(html, Contains("PV de jury du 12/07/2000") && Contains("Contentieux 12") &&
                       Contains("non publiés par l’application"));
  CHECK_THAT(consult::paper_markup(consult::paper_of(plain, {}, "", "")).html(),
             !Contains("Chorale") && !Contains("PV de jury"));
  CHECK_FALSE(papers.match(decided.code));
  const auto found = papers.match(decided.code, {decision});
  REQUIRE(found);
  CHECK(found->override_by == decision);
  CHECK_FALSE(papers.match(decided.code, {{decision.paper, "autre motif"}}));
}

TEST_CASE(
    "A decision without paper or reason, or with nothing to print, is refused, a cancelled registration "
    "stays so") {
  AnnotatedSchool desk;
  Papers papers(desk);
  CHECK_THROWS_AS(papers.print(1, "annee_notee.0", consult::DocumentOverride{"", "motif"}), core::Error);
  CHECK_THROWS_AS(papers.print(1, "annee_notee.0", consult::DocumentOverride{"PV", " "}), core::Error);
  CHECK_THROWS_AS(papers.print(0, "inscription.0", decision), core::Error);
  CHECK_THROWS_AS(papers.print(0, "inscription.1", decision), core::Error);
  CHECK_THROWS_AS(papers.print(1, "annee_notee.1", decision), core::Error);
}

TEST_CASE("What people type is recognised as a code or as a record, or not") {
  CHECK(consult::is_code(" 1F2E-77ab-0c31 9d20 4e5f"));
  CHECK_FALSE(consult::is_code("1f2e-77ab-0c31-9d20-4e5"));
  CHECK_FALSE(consult::is_code("1f2e-77ab-0c31-9d20-4e5g"));
  CHECK_FALSE(consult::is_code(""));
  CHECK(consult::read_reference(" eleve:[1] ")->first == "eleve");
  CHECK_FALSE(consult::read_reference("eleve"));
  CHECK_FALSE(consult::read_reference("eleve:[1"));
}

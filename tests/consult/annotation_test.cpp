// What changed after the shutdown: signed, chained, applied to what is shown, and never to the extract.
#include "annotated.hpp"
#include "consult/annotations.hpp"
#include "consult/document.hpp"
#include "consult/generation.hpp"
#include "consult/list.hpp"
#include "core/error.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using consult::AnnotationKind;

namespace {

core::Exit exit_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const core::Error& e) {
    return e.code();
  }
  return core::Exit::ok;
}

std::string cell(const records::Record& record, const char* field) {
  return record.root.find(field)->value.value_or("");
}

}  // namespace

TEST_CASE("A person who bears another name is found under both, and shown under the new one") {
  AnnotatedSchool desk;
  CHECK(desk.annotate(1, AnnotationKind::name, {{"nom", "KERVELLA"}, {"prenom", "Claude"}}) == 1);
  auto archive = desk.open();
  CHECK(archive.annotations().verdict() == consult::Annotations::Verdict::verified);
  CHECK(archive.annotations().all().front().by == "Claire Aubin");
  CHECK(keys(archive.search("kervella claude")) == "1");
  CHECK(keys(archive.search("dupont lefevre")) == "1");
  CHECK(keys(archive.search("lefevre cecile")) == "1");
  const auto hits = archive.search("dupont lefevre");
  CHECK(hits.front().shown.front().second == "KERVELLA");
  const auto sealed = archive.show("eleve", records::Key::parse("[1]"));
  REQUIRE(sealed);
  auto today = *sealed;
  const auto earlier = consult::amend(today, archive.application(), archive.annotations());
  CHECK(cell(today, "nom") == "KERVELLA");
  CHECK(cell(*sealed, "nom") == "DUPONT LEFÈVRE");
  CHECK(earlier ==
        std::vector<std::pair<std::string, std::string>>{{"Nom", "DUPONT LEFÈVRE"}, {"Prénom", "Cécile"}});
}

TEST_CASE("A ready-made list shows the name of today") {
  AnnotatedSchool desk;
  desk.annotate(1, AnnotationKind::name, {{"nom", "KERVELLA"}});
  auto archive = desk.open();
  consult::ReadyList list(archive.extract().database(), archive.application(),
                          consult::find_ready_list(archive.application(), "inscrits"), {{"annee", "2001"}},
                          archive.annotations());
  const auto rows = list.rows(0, 9);
  REQUIRE(rows.size() == 1);
  CHECK(rows.front().values == std::vector<std::string>{"KERVELLA", "Cécile", "01/02/1980", "violon"});
}

TEST_CASE("Documents bear the new identity and tell nothing of the old one") {
  AnnotatedSchool desk;
  desk.annotate(1, AnnotationKind::name, {{"nom", "KERVELLA"}, {"prenom", "Claude"}});
  auto archive = desk.open();
  auto record = *archive.show("eleve", records::Key::parse("[1]"));
  static_cast<void>(consult::amend(record, archive.application(), archive.annotations()));
  const auto& sheet = *archive.application().find_sheet("eleve");
  const auto printed = consult::compose_document(record, sheet, sheet.documents.front(), "inscription.0",
                                                 consult::origin_root(archive.extract()));
  const auto html = consult::paper_markup(consult::paper_of(printed, {}, "", "")).html();
  CHECK_THAT(html,
             Contains("KERVELLA") && Contains("Claude") && !Contains("DUPONT") && !Contains("nnotation"));
}

TEST_CASE("A withdrawal takes an annotation back, a hold holds until it is withdrawn") {
  AnnotatedSchool desk;
  desk.annotate(2, AnnotationKind::name, {{"nom", "OTHER"}});
  desk.annotate(2, AnnotationKind::hold, {});
  CHECK(desk.read().held("eleve", "[2]"));
  CHECK_FALSE(desk.read().held("eleve", "[1]"));
  desk.withdraw(2, 1);
  CHECK(desk.read().amended("eleve", "[2]").empty());
  CHECK(desk.read().held("eleve", "[2]"));
  CHECK(desk.withdraw(2, 2) == 4);
  CHECK_FALSE(desk.read().held("eleve", "[2]"));
  CHECK(exit_of([&] { desk.withdraw(2, 2); }) == core::Exit::usage);
  CHECK(exit_of([&] { desk.withdraw(1, 1); }) == core::Exit::usage);
  CHECK(keys(desk.open().search("other")).empty());
}

TEST_CASE("What the profile does not let change, or no paper proves, is not signed") {
  AnnotatedSchool desk;
  CHECK(exit_of([&] { desk.annotate(1, AnnotationKind::name, {{"num", "7"}}); }) == core::Exit::usage);
  CHECK(exit_of([&] { desk.annotate(1, AnnotationKind::sex, {{"nom", "X"}}); }) == core::Exit::usage);
  CHECK(exit_of([&] { desk.annotate(1, AnnotationKind::name, {}); }) == core::Exit::usage);
  CHECK(exit_of([&] { desk.annotate(1, AnnotationKind::name, {{"nom", "A\nB"}}); }) == core::Exit::usage);
  CHECK(exit_of([&] { desk.annotate(1, AnnotationKind::name, {{"nom", "A"}}, ""); }) == core::Exit::usage);
  CHECK_FALSE(std::filesystem::exists(desk.file()));
}

TEST_CASE("A changed, removed, reordered or foreign annotation breaks them all, and none is applied") {
  AnnotatedSchool desk;
  desk.annotate(1, AnnotationKind::name, {{"nom", "FIRST"}});
  desk.annotate(1, AnnotationKind::name, {{"nom", "SECOND"}});
  desk.annotate(2, AnnotationKind::hold, {});
  const auto bytes = core::read_file(desk.file());
  const auto one = bytes.find('\n') + 1, two = bytes.find('\n', one) + 1;
  auto changed = bytes;
  changed.replace(changed.find("FIRST"), 5, "WORST");
  const auto verdict_of = [&](const std::string& text) {
    core::write_file(desk.file(), text, 0600);
    const auto read = desk.read();
    if (read.verdict() == consult::Annotations::Verdict::broken) {
      CHECK(read.all().empty());
      CHECK_FALSE(read.reasons().empty());
    }
    return read.verdict();
  };
  using Verdict = consult::Annotations::Verdict;
  CHECK(verdict_of(changed) == Verdict::broken);
  CHECK(verdict_of(bytes.substr(one)) == Verdict::broken);
  CHECK(verdict_of(bytes.substr(0, one) + bytes.substr(two)) == Verdict::broken);
  CHECK(verdict_of(bytes.substr(one, two - one) + bytes.substr(0, one)) == Verdict::broken);
  CHECK(verdict_of(bytes.substr(0, bytes.size() - 5)) == Verdict::broken);
  CHECK(verdict_of(bytes + "{}\n") == Verdict::broken);
  CHECK(verdict_of("not json\n") == Verdict::broken);
  CHECK(verdict_of(bytes) == Verdict::verified);
  CHECK(desk.read("other root").verdict() == Verdict::broken);
}

TEST_CASE("Somebody whom the role register does not know signs nothing that counts") {
  AnnotatedSchool desk;
  desk.annotate(1, AnnotationKind::name, {{"nom", "FORGED"}}, "Décision", "untrusted-archivist");
  CHECK(desk.read().verdict() == consult::Annotations::Verdict::broken);
  CHECK(keys(desk.open().search("forged")).empty());
  CHECK(exit_of([&] { desk.annotate(1, AnnotationKind::hold, {}); }) == core::Exit::evidence_broken);
}

TEST_CASE("Without anybody to judge them, annotations are shown as not judged") {
  AnnotatedSchool desk;
  desk.annotate(1, AnnotationKind::name, {{"nom", "KERVELLA"}});
  const auto read = consult::Annotations::read(desk.sealed.school.file(), desk.origin(), nullptr, nullptr,
                                               desk.sealed.clock);
  CHECK(read.verdict() == consult::Annotations::Verdict::not_judged);
  CHECK(read.usable());
}

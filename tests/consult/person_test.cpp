// The certified copy of one person: everything of that person and nobody else, which proves itself.
#include "consult/person.hpp"

#include "annotated.hpp"
#include "core/error.hpp"
#include "core/json.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

struct Copy {
  explicit Copy(AnnotatedSchool& desk, const char* key = "[1]") {
    auto archive = desk.open();
    files = consult::person_files(archive.extract(), archive.application(),
                                  *archive.show("eleve", records::Key::parse(key)), archive.annotations(),
                                  {"jdoe", "RGPD 7", "Producteur", "Conservatoire"}, desk.sealed.clock);
    consult::write_person_folder(folder(), files);
  }
  [[nodiscard]] std::filesystem::path folder() const { return work.path() / "copy"; }
  [[nodiscard]] std::string file(const std::string& name) const {
    for (const auto& f : files)
      if (f.name == name) return f.bytes;
    return {};
  }
  core::TemporaryDirectory work;
  std::vector<consult::PersonFile> files;
};

void change(const std::filesystem::path& file, const std::string& from, const std::string& to) {
  auto text = core::read_file(file);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  core::write_file(file, text.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("The copy holds every row of the person, published or not, with labels, and nothing of another") {
  AnnotatedSchool desk;
  const Copy copy(desk);
  const auto rows = core::parse_json(copy.file("lignes.json"), "rows");
  std::map<std::string, std::size_t> counts;
  for (const auto& table : rows.at("tables")) counts[table.at("name")] = table.at("rows").size();
  CHECK(counts == std::map<std::string, std::size_t>{
                      {"ELEVE", 1}, {"INSCRIPTION", 3}, {"NOTE", 3}, {"FICHE", 1}, {"ABSENCE", 2}});
  CHECK_THAT(copy.file("tables/NOTE.csv"), Contains("Chorale") && Contains("_sha256"));
  CHECK_THAT(copy.file("dictionnaire.csv"), Contains("Note publiée") && Contains("annulée"));
  CHECK_THAT(copy.file("dossier.txt"), Contains("LEFÈVRE"));
  CHECK_THAT(copy.file("dossier.xml"), Contains("Cécile"));
  for (const auto& f : copy.files) CHECK_THAT(f.bytes, !Contains("Jean-Paul"));
  const auto manifest = core::parse_json(copy.file(consult::person_manifest), "manifest");
  CHECK(manifest.at("extract").at("seal").at("sha512").get<std::string>().size() == 128);
  CHECK(manifest.at("reference") == "RGPD 7");
}

TEST_CASE("The copy verifies alone, and against the extract that it was made from") {
  AnnotatedSchool desk;
  const Copy copy(desk);
  const auto alone = consult::check_person_folder(copy.folder(), nullptr);
  CHECK(alone.holds());
  CHECK(alone.rows == 10);
  auto extract = extract::Extract::open(desk.sealed.school.file());
  const auto against = consult::check_person_folder(copy.folder(), &extract);
  CHECK(against.holds());
  CHECK(against.against_extract);
  AnnotatedSchool other("UPDATE inscription SET annee = 1998 WHERE num = 2");
  auto another = extract::Extract::open(other.sealed.school.file());
  CHECK_FALSE(consult::check_person_folder(copy.folder(), &another).holds());
}

TEST_CASE("A value, a digest, a file that was changed, added or taken away is told") {
  AnnotatedSchool desk;
  const auto wrong = [&](const std::function<void(const std::filesystem::path&)>& spoil) {
    const Copy copy(desk);
    spoil(copy.folder());
    return !consult::check_person_folder(copy.folder(), nullptr).holds();
  };
  CHECK(wrong([](const auto& f) { change(f / "dossier.txt", "1999", "1998"); }));
  CHECK(wrong([](const auto& f) { std::filesystem::remove(f / "dossier.xml"); }));
  CHECK(wrong([](const auto& f) { core::write_file(f / "more.txt", "x"); }));
  CHECK(wrong([](const auto& f) {  // rows and manifest changed together: the digest of the row is not theirs
    change(f / "lignes.json", "Chorale", "Choralf");
    auto manifest = core::read_json(f / consult::person_manifest);
    for (auto& file : manifest.at("files"))
      if (file.at("name") == "lignes.json")
        file["sha512"] = core::sha512(core::read_file(f / "lignes.json")).hex();
    core::write_json(f / consult::person_manifest, manifest);
  }));
  CHECK(wrong([](const auto& f) {  // a list that leads elsewhere
    auto manifest = core::read_json(f / consult::person_manifest);
    manifest.at("files").at(0)["name"] = "../../etc/passwd";
    core::write_json(f / consult::person_manifest, manifest);
  }));
  CHECK_FALSE(wrong([](const auto&) {}));
}

TEST_CASE("A copy with a row less is told by the extract, and an altered row makes none") {
  AnnotatedSchool desk;
  const Copy copy(desk);
  auto rows = core::read_json(copy.folder() / "lignes.json");
  rows.at("tables").at(2).at("rows").erase(0);
  core::write_file(copy.folder() / "lignes.json", core::canonical_json(rows));
  auto manifest = core::read_json(copy.folder() / consult::person_manifest);
  for (auto& file : manifest.at("files"))
    if (file.at("name") == "lignes.json")
      file["sha512"] = core::sha512(core::read_file(copy.folder() / "lignes.json")).hex();
  core::write_json(copy.folder() / consult::person_manifest, manifest);
  auto extract = extract::Extract::open(desk.sealed.school.file());
  const auto check = consult::check_person_folder(copy.folder(), &extract);
  REQUIRE(check.findings.size() == 1);
  CHECK_THAT(check.findings.front().message.english(), Contains("is not in it"));
  desk.sealed.alter("UPDATE NOTE SET POINTS = '20' WHERE NUM = 1");
  CHECK_THROWS_AS(Copy(desk), core::Error);
}

// A purge makes an extract that never held what went: proved by looking for it in the bytes.
#include "consult/purge.hpp"

#include "annotated.hpp"
#include "consult/document.hpp"
#include "consult/index.hpp"
#include "core/error.hpp"
#include "trust/seal.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using consult::AnnotationKind;

namespace {

/// Nobody else is called so: where these letters stand, a row of that person was written.
constexpr const char* planted = "ZQXWYKVANTEMPLE";
constexpr const char* with_planted =
    "INSERT INTO eleve VALUES (50, '555', 'ZQXWYKVANTEMPLE', NULL, 'Zqxwprenom', '1980-02-01T00:00:00', 'V');"
    "INSERT INTO inscription VALUES (50, 1999, 'E'); INSERT INTO note VALUES (50, 1999, 'Zqxwsolfege', 11, "
    "'O');";

struct Purged {
  explicit Purged(const std::string& more = with_planted) : desk(more) {}
  consult::PurgeOrder order() const {
    return {"elim-1", "AD 2031-7", "Archives départementales", "2031-02-02", {}, {}, {}};
  }
  consult::PurgeReport purge(const consult::PurgeOrder& what) {
    auto extract = extract::Extract::open(desk.sealed.school.file());
    core::SilentProgress silent;
    const auto key = desk.signer("producer");
    return consult::purge(extract, file(), what, desk.read(), *key, nullptr, desk.sealed.clock, silent);
  }
  core::Exit refused(const consult::PurgeOrder& what) {
    try {
      static_cast<void>(purge(what));
    } catch (const core::Error& e) {
      for (const auto& entry : std::filesystem::directory_iterator(desk.sealed.school.folder()))
        CHECK_FALSE(entry.path().filename().string().starts_with("second"));
      return e.code();
    }
    return core::Exit::ok;
  }
  [[nodiscard]] std::filesystem::path file() const { return desk.sealed.school.folder() / "second.extract"; }
  [[nodiscard]] consult::Annotations annotations() const {
    const auto anchors = desk.sealed.store();
    const auto roles = trust::RoleRegister::read(desk.sealed.pki() / "roles.json");
    return consult::Annotations::read(file(), desk.origin(), &anchors, &roles, desk.sealed.clock);
  }
  [[nodiscard]] consult::Archive open() const {
    core::SilentProgress silent;
    return consult::Archive::open(file(), silent, annotations());
  }
  AnnotatedSchool desk;
};

bool in_bytes(const std::filesystem::path& file, const std::string& text) {
  return std::filesystem::exists(file) && core::read_file(file).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE(
    "Nothing of a purged person is in the bytes of the new extract, its seal, its index, its annotations") {
  Purged school;
  school.desk.annotate(50, AnnotationKind::name, {{"nom", "ZQXWAUTRENOM"}}, "Décision Zqxwpapier");
  school.desk.annotate(1, AnnotationKind::name, {{"nom", "KERVELLA"}});
  static_cast<void>(school.desk.open());  // its index holds the name too
  REQUIRE(in_bytes(school.desk.sealed.school.file(), planted));
  REQUIRE(in_bytes(school.desk.sealed.school.index(), planted));
  REQUIRE(in_bytes(school.desk.file(), "ZQXWAUTRENOM"));
  auto order = school.order();
  order.records["eleve"] = {"[50]"};
  const auto report = school.purge(order);
  CHECK(report.rows == std::map<std::string, std::uint64_t>{{"ELEVE", 1}, {"INSCRIPTION", 1}, {"NOTE", 1}});
  CHECK(report.annotations == 1);
  auto archive = school.open();
  CHECK(keys(archive.search("kervella")) == "1");
  CHECK(archive.search("zqxwykvantemple").empty());
  for (const auto& entry : std::filesystem::directory_iterator(school.desk.sealed.school.folder())) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("second")) continue;
    INFO(name);
    CHECK_FALSE(in_bytes(entry.path(), "ZQXW"));
    CHECK_FALSE(in_bytes(entry.path(), "Zqxw"));
  }
  CHECK(archive.annotations().verdict() == consult::Annotations::Verdict::verified);
  CHECK(archive.annotations().all().size() == 1);
  CHECK(
      in_bytes(school.desk.sealed.school.file(), planted));  // the old one is for whoever runs it to destroy
}

TEST_CASE("The new generation is sealed, whole, and cites the old seal and the visa") {
  Purged school;
  const auto old_root = school.desk.origin();
  auto order = school.order();
  order.records["eleve"] = {"[50]"};
  const auto report = school.purge(order);
  auto made = extract::Extract::open(school.file());
  core::SilentProgress silent;
  CHECK(extract::verify_content(made, silent).empty());
  const auto anchors = school.desk.sealed.store();
  const auto roles = trust::RoleRegister::read(school.desk.sealed.pki() / "roles.json");
  CHECK_NOTHROW(extract::require_sealed(made, anchors, roles, school.desk.sealed.clock));
  CHECK(consult::judge_seal(made, &anchors, &roles, school.desk.sealed.clock).verdict ==
        consult::SealState::Verdict::verified);
  const auto seal = core::read_json(extract::seal_file(school.file()));
  CHECK(seal.at("run").at("previous_root") == old_root);
  CHECK(seal.at("run").at("previous_seal_sha512") ==
        core::digest_file(extract::seal_file(school.desk.sealed.school.file())).sha512.hex());
  CHECK_THAT(seal.at("run").at("elimination_visa").get<std::string>(), Contains("AD 2031-7"));
  CHECK(seal.at("run").at("generation") == "2");
  CHECK(consult::origin_root(made) == old_root);
  CHECK(report.root == made.root().hex());
  CHECK(made.database().one_int("PRAGMA freelist_count") == 0);
  const auto gone = consult::eliminated_record(made, "eleve", records::Key::parse("[50]"));
  REQUIRE(gone);
  CHECK_THAT(consult::eliminated_text(*gone), Contains("AD 2031-7"));
  CHECK_FALSE(consult::eliminated_record(made, "eleve", records::Key::parse("[1]")));
}

TEST_CASE("Records that stay are those of before: same content, same codes on their papers") {
  Purged school;
  auto before = school.desk.open();
  const auto& sheet = *before.application().find_sheet("eleve");
  const auto printed = [&](consult::Archive& archive) {
    return consult::compose_document(*archive.show("eleve", records::Key::parse("[1]")), sheet,
                                     sheet.documents[1], "annee_notee.0",
                                     consult::origin_root(archive.extract()))
        .code;
  };
  const auto code = printed(before);
  auto order = school.order();
  order.records["eleve"] = {"[2]", "[50]"};
  static_cast<void>(school.purge(order));
  auto after = school.open();
  CHECK(printed(after) == code);
  CHECK_FALSE(after.show("eleve", records::Key::parse("[2]")));
  consult::Provenance provenance(school.file());
  CHECK(provenance.verify(*after.show("eleve", records::Key::parse("[1]"))).holds());
}

TEST_CASE("A table and a column go, the profile's queries read nothing there, and the sheet can say so") {
  Purged school;
  auto order = school.order();
  order.tables = {"NOTE"};
  order.columns = {{"ELEVE", "CARTE"}};
  static_cast<void>(school.purge(order));
  CHECK_FALSE(in_bytes(school.file(), "0123456789A"));
  auto archive = school.open();
  CHECK(archive.search("0123456789A").empty());
  CHECK(keys(archive.search("dupont lefevre")) == "1");
  const auto record = archive.show("eleve", records::Key::parse("[1]"));
  REQUIRE(record);
  for (const auto& child : record->root.children) CHECK(child.node->name != "annee_notee");
  const auto parts = consult::eliminated_parts(archive.extract());
  REQUIRE(parts.size() == 2);
  core::SilentProgress silent;
  CHECK(extract::verify_content(archive.extract(), silent).empty());
}

TEST_CASE("A purge of a purged extract counts on, and binds to the same first root") {
  Purged school;
  auto order = school.order();
  order.records["eleve"] = {"[50]"};
  static_cast<void>(school.purge(order));
  auto second = extract::Extract::open(school.file());
  const auto third_file = school.desk.sealed.school.folder() / "third.extract";
  order.records["eleve"] = {"[2]"};
  core::SilentProgress silent;
  const auto key = school.desk.signer("producer");
  static_cast<void>(
      consult::purge(second, third_file, order, {}, *key, nullptr, school.desk.sealed.clock, silent));
  auto third = extract::Extract::open(third_file);
  CHECK(consult::origin_root(third) == school.desk.origin());
  CHECK(core::value_text(*third.database().one("SELECT value FROM versoir_run WHERE key = 'generation'")) ==
        "3");
  CHECK(consult::eliminated_record(third, "eleve", records::Key::parse("[50]")));
  CHECK(consult::eliminated_record(third, "eleve", records::Key::parse("[2]")));
}

TEST_CASE(
    "Against a hold, without a line, over a file that is there or for what is not there, nothing is "
    "written") {
  Purged school;
  school.desk.annotate(50, AnnotationKind::hold, {});
  auto records = school.order();
  records.records["eleve"] = {"[50]"};
  CHECK(school.refused(records) == core::Exit::lot_state);
  auto table = school.order();
  table.tables = {"NOTE"};
  CHECK(school.refused(table) == core::Exit::lot_state);
  auto column = school.order();
  column.columns = {{"ELEVE", "CARTE"}};
  CHECK(school.refused(column) == core::Exit::lot_state);
  school.desk.withdraw(50, 1);
  CHECK(school.refused(school.order()) == core::Exit::not_found);
  auto unknown = school.order();
  unknown.tables = {"NOTHING"};
  CHECK(school.refused(unknown) == core::Exit::not_found);
  unknown = school.order();
  unknown.columns = {{"ELEVE", "NOTHING"}};
  CHECK(school.refused(unknown) == core::Exit::not_found);
  unknown = school.order();
  unknown.records["salle"] = {R"(["A",1])"};
  CHECK(school.refused(unknown) == core::Exit::profile_invalid);
  core::write_file(school.desk.sealed.school.folder() / "third.extract", "x");
  CHECK(school.refused(records) == core::Exit::ok);
  CHECK_THROWS_AS(school.purge(records), core::Error);  // it is there now
}

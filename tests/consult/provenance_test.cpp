// From a sheet to the rows it was made of, and from rows to what was sealed.
#include "consult/provenance.hpp"

#include "school.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

records::Record pupil(consult::Archive& archive, int number) {
  auto record = archive.show("eleve", records::Key::parse(fmt::format("[{}]", number)));
  REQUIRE(record);
  return std::move(*record);
}

std::string rows(const consult::Sources& sources) {
  std::string text;
  for (const auto& r : sources.rows) text += fmt::format("{}{}:{}", text.empty() ? "" : " ", r.table, r.row);
  return text;
}

}  // namespace

TEST_CASE("A row of a sheet leads to the very rows of the source, with their columns and digests") {
  const School school;
  auto archive = school.open();
  consult::Provenance provenance(school.file());
  const auto record = pupil(archive, 1);
  const auto sources = [&](const char* way) {
    const auto place = consult::find_place(record, way);
    REQUIRE(place);
    return provenance.sources(record, *place);
  };
  const auto root = sources("");
  CHECK(rows(root) == "ELEVE:1");
  CHECK(root.rows[0].holds);
  CHECK(root.rows[0].digest.size() == 64);
  CHECK(root.rows[0].columns[2] == std::pair<std::string, core::Value>("NOM", std::string("DUPONT LEFÈVRE")));
  CHECK(root.origin.fields[1] == consult::ColumnRef{"ELEVE", "NOM"});
  CHECK(rows(sources("inscription.1")) == "INSCRIPTION:2");
  const auto note = sources("annee_notee.0/note.1");  // Chorale, Solfège
  CHECK(rows(note) == "NOTE:1");
  CHECK(note.exact);
  CHECK_FALSE(note.origin.fields[2]);  // computed
  CHECK(std::find(note.origin.reads.begin(), note.origin.reads.end(), consult::ColumnRef{"NOTE", "PUBLIE"}) !=
        note.origin.reads.end());
}

TEST_CASE("A way that leads nowhere is none") {
  const School school;
  auto archive = school.open();
  const auto record = pupil(archive, 1);
  for (const char* way : {"inscription.3", "inscription", "note.0", "inscription.x", "inscription.0/note.0",
                          "/", "inscription.-1"}) {
    INFO(way);
    CHECK_FALSE(consult::find_place(record, way));
  }
}

TEST_CASE("Rows behind a sheet are verified, and one altered row is told by table and block") {
  const School school;
  auto archive = school.open();
  {
    consult::Provenance provenance(school.file());
    const auto verified = provenance.verify(pupil(archive, 1));
    CHECK(verified.holds());
    CHECK(verified.blocks == 5);
    CHECK(verified.not_covered.empty());
  }
  core::Database::open_write(school.file())
      .exec("UPDATE note SET points = '13' WHERE num = 1 AND cours = 'Solfège'");
  consult::Provenance provenance(school.file());
  const auto record = pupil(archive, 1);
  const auto verified = provenance.verify(record);
  CHECK(verified.altered == std::vector<std::string>{"NOTE, block 0"});
  const auto place = consult::find_place(record, "inscription.0");
  CHECK(provenance.sources(record, *place).rows[0].holds);  // another table
}

TEST_CASE("A removed row spoils its block") {
  const School school;
  core::Database::open_write(school.file()).exec("DELETE FROM note WHERE num = 2");
  auto archive = school.open();
  consult::Provenance provenance(school.file());
  CHECK_FALSE(provenance.verify(pupil(archive, 1)).holds());
}

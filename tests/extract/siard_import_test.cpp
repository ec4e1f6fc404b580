// SIARD archives of other producers as a source: what they hold, as they hold it.
#include "extract/siard/archive.hpp"
#include "extract/siard/draft.hpp"
#include "extract/siard/lob_reader.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace versoir;
using namespace versoir::tests;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

fs::path samples() { return shared_dir() / "reference/siard-samples"; }

/// What is known of a sample (its NOTES.md).
struct Sample {
  const char* file;
  const char* version;
  std::size_t tables;
  std::uint64_t rows;
};
constexpr Sample known_samples[] = {
    {"dbptk-example", "2.1", 11, 1171},
    {"siard2sql-simpledb", "2.1", 2, 8},
    {"siard2sql-encoding", "2.2", 5, 31},
    {"siardapi-sample", "2.2", 2, 6},
    {"siardapi-sample-datalink-2-2", "2.2", 2, 6},
    {"siardapi-test", "2.2", 2, 6},
    {"siardapi-sql1999", "1.0", 1, 1},
    {"siardapi-sql2008_2_1", "2.1", 2, 2},
    {"siardapi-ech-0165_oe", "2.1", 14, 11352},
    {"siardapi-sfdboe", "2.2", 14, 11352},
    {"siardapi-sfdboe_2_1", "2.1", 14, 11352},
    {"selfmade/minimal-2.2", "2.2", 2, 5},
    {"selfmade/minimal-2.2-md5lower", "2.2", 2, 5},
    {"selfmade/minimal-2.2-md5upper", "2.2", 2, 5},
    {"selfmade/minimal-2.2-nousers", "2.2", 2, 5},
    {"selfmade/bad-digest", "2.2", 2, 5},
};

struct Imported {
  core::TemporaryDirectory folder;
  fs::path extract = folder.path() / "a.extract";
  extract::CopyReport report;
};
void import(Imported& out, const fs::path& archive) {
  const auto draft = extract::draft_siard(archive, "essai");
  out.report = copy_from("siard:" + archive.string(), profiles::load(draft.files, "essai"), out.extract);
}

Lines query(const Imported& from, const std::string& sql) {
  auto extract = extract::Extract::open(from.extract);
  return rows_of(extract.database(), sql);
}

}  // namespace

TEST_CASE("archives of every version and producer are imported whole", "[siard]") {
  if (!have(samples())) return;
  for (const auto& sample : known_samples) {
    INFO(sample.file);
    const auto file = samples() / (std::string(sample.file) + ".siard");
    const core::ZipArchive zip(file, core::Exit::source_data);
    CHECK(extract::read_siard_metadata(zip).version == sample.version);
    Imported in;
    import(in, file);
    CHECK(in.report.rows == sample.rows);
    CHECK(in.report.tables.size() == sample.tables);
    auto extract = extract::Extract::open(in.extract);
    core::SilentProgress progress;
    CHECK(extract::verify_content(extract, progress).empty());
    CHECK(extract.run().consistency == "snapshot");
  }
}

TEST_CASE("tables of an Oracle database come with their counts, keys and references", "[siard]") {
  if (!have(samples())) return;
  Imported in;
  import(in, samples() / "siardapi-sfdboe_2_1.siard");
  std::map<std::string, std::uint64_t> rows;
  for (const auto& t : in.report.tables) rows[t.name] = t.copied_rows;
  CHECK(rows == std::map<std::string, std::uint64_t>{{"COUNTRIES", 25},
                                                     {"DEPARTMENTS", 27},
                                                     {"EMPLOYEES", 107},
                                                     {"JOB_HISTORY", 10},
                                                     {"JOBS", 19},
                                                     {"LOCATIONS", 23},
                                                     {"CUSTOMERS", 319},
                                                     {"INVENTORIES", 1112},
                                                     {"ORDER_ITEMS", 665},
                                                     {"ORDERS", 105},
                                                     {"PRODUCT_DESCRIPTIONS", 8640},
                                                     {"PRODUCT_INFORMATION", 289},
                                                     {"PROMOTIONS", 2},
                                                     {"WAREHOUSES", 9}});
  CHECK(in.report.integrity == 0);
  CHECK(query(in,
              "SELECT name, source_type, key_position, references_to FROM versoir_column WHERE table_name = "
              "'EMPLOYEES' AND name IN ('EMPLOYEE_ID', 'DEPARTMENT_ID') ORDER BY name DESC") ==
        Lines{"T:EMPLOYEE_ID|T:\"NUMBER\"|I:1|NULL",
              "T:DEPARTMENT_ID|T:\"NUMBER\"|NULL|T:DEPARTMENTS.DEPARTMENT_ID"});
  // A structured type, an array of five and a geometry, each value in a column of its own.
  CHECK(
      query(
          in,
          "SELECT name FROM versoir_column WHERE table_name = 'CUSTOMERS' AND (name LIKE 'CUST_ADDRESS%' OR "
          "name LIKE 'PHONE%') ORDER BY position") ==
      Lines{"T:CUST_ADDRESS_STREET_ADDRESS", "T:CUST_ADDRESS_POSTAL_CODE", "T:CUST_ADDRESS_CITY",
            "T:CUST_ADDRESS_STATE_PROVINCE", "T:CUST_ADDRESS_COUNTRY_ID", "T:PHONE_NUMBERS_1",
            "T:PHONE_NUMBERS_2", "T:PHONE_NUMBERS_3", "T:PHONE_NUMBERS_4", "T:PHONE_NUMBERS_5"});
  CHECK(query(in, "SELECT count(*), count(PHONE_NUMBERS_1), count(CUST_ADDRESS_CITY) FROM CUSTOMERS") ==
        Lines{"I:319|I:319|I:319"});
}

TEST_CASE("large values outside an archive are found beside it", "[siard]") {
  if (!have(samples())) return;
  Imported in;
  import(in, samples() / "siardapi-sql2008_2_1.siard");
  CHECK(query(in, "SELECT column_name, sum(length(bytes)) FROM versoir_lob GROUP BY 1 ORDER BY 1") ==
        Lines{"T:CCLOB|I:2000000", "T:CNCLOB|I:1499008", "T:CUDTC_NESTEDROW_TRANSCRIPTION|I:2345678"});
  core::TemporaryDirectory alone;
  fs::copy_file(samples() / "siardapi-sql2008_2_1.siard", alone.path() / "a.siard");
  Imported without;
  const auto error = error_of([&] { import(without, alone.path() / "a.siard"); });
  CHECK(error.code() == core::Exit::source_data);
  CHECK_THAT(causes_of(error).front(), Contains("record0.") && Contains("of the large value is not there"));
  CHECK(!fs::exists(without.extract));
}

TEST_CASE("what an archive says in its own type is not converted", "[siard]") {
  if (!have(samples())) return;
  Imported in;
  import(in, samples() / "dbptk-example.siard");
  // Its producer shifted midnight by the summer time: what is stored is shown.
  CHECK(query(in, "SELECT count(*) > 0 FROM DATABASE_STRUCTURE_TB") == Lines{"I:1"});
  Imported minimal;
  import(minimal, samples() / "selfmade/minimal-2.2-md5upper.siard");
  const auto rows = query(minimal, "SELECT * FROM INDIVIDU ORDER BY _row");
  REQUIRE(rows.size() == 3);
  INFO(rows[0] << "\n" << rows[1] << "\n" << rows[2]);
  CHECK(query(minimal,
              "SELECT typeof(COD_IND), typeof(DAT_NAI), typeof(MOY), typeof(TEM), typeof(PDF) FROM INDIVIDU "
              "WHERE _row = 1") == Lines{"T:integer|T:text|T:text|T:integer|T:blob"});
}

TEST_CASE("an archive that lies is refused, and nothing is left", "[siard]") {
  if (!have(samples())) return;
  const std::pair<const char*, const char*> lies[] = {
      {"bad-missinglob", "is not there"},
      {"bad-rowcount", "holds 3 rows, and the metadata say 4"},
  };
  for (const auto& [file, words] : lies) {
    INFO(file);
    Imported in;
    const auto error = error_of([&] { import(in, samples() / "selfmade" / (std::string(file) + ".siard")); });
    CHECK(error.code() == core::Exit::source_data);
    CHECK_THAT(error.render(), Contains(words));
    CHECK(!fs::exists(in.extract));
  }
}

TEST_CASE("a package digest that does not hold is told before an archive is read", "[siard]") {
  if (!have(samples())) return;
  const auto told = [](const char* file) {
    auto source = open("siard:" + (samples() / file).string());
    return source->probe({}, noon()).size();
  };
  CHECK(told("selfmade/bad-digest.siard") == 1);
  CHECK(told("siard2sql-simpledb.siard") == 1);
  CHECK(told("selfmade/minimal-2.2.siard") == 0);
  CHECK(told("selfmade/minimal-2.2-md5lower.siard") == 0);
  CHECK(told("siardapi-test.siard") == 0);
}

TEST_CASE("places of large values never leave the folder of the archive", "[siard]") {
  extract::SiardDatabase db;
  extract::SiardTableRead table;
  table.folder = "content/schema0/table0/";
  extract::SiardLeaf leaf;
  leaf.lob_folders = {"../lobs/", "../lobs/field/"};
  for (const auto* file :
       {"record0.txt", "../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "a%2F..%2F..%2F..%2Fb"})
    for (const auto& where : {extract::lob_places(db, table, leaf, file).outside,
                              extract::lob_places(db, table, leaf, file).inside})
      for (const auto& place : where) {
        INFO(file << " " << place);
        CHECK(!place.starts_with(".."));
        CHECK(!place.starts_with("/"));
        CHECK(place.find(':') == std::string::npos);
      }
  const auto places = extract::lob_places(db, table, leaf, "record0.txt").outside;
  CHECK(std::find(places.begin(), places.end(), "lobs/field/record0.txt") != places.end());
}

TEST_CASE("names of an archive become names of a profile", "[siard]") {
  CHECK(extract::profile_name("EMPLOYEES") == "EMPLOYEES");
  CHECK(extract::profile_name("Prénom d'usage") == "Prenom_d_usage");
  CHECK(extract::profile_name("1er choix") == "X_1er_choix");
  CHECK(extract::profile_name("") == "X_");
  CHECK(extract::profile_name("_row") == "X__row");
  CHECK(extract::profile_name("a$#_9") == "a$#_9");
}

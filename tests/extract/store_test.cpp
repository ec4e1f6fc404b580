// The extract as a file: what it says of itself, what other tools see, and what verification finds.
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

/// An extract of 1 000 words, with an index, ready to be read or damaged.
class Words {
 public:
  explicit Words(std::map<std::string, std::string> more_files = {}) {
    site_.sql(
        "CREATE TABLE mot (num NUMBER(8), mot VARCHAR2(40)); CREATE TABLE autre (x VARCHAR2(1));"
        "INSERT INTO mot WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
        "SELECT i, 'mot ' || i FROM n; INSERT INTO autre VALUES ('a');");
    auto profile =
        profile_of(table("MOT",
                         "<index columns=\"MOT NUM\"/><index columns=\"NUM\"/>" +
                             column("NUM", "NUMBER(8)", "sensitivity=\"identity\"") + column("MOT"),
                         "key=\"NUM\" evidence=\"inferred\"") +
                       table("AUTRE", column("X", "VARCHAR2(1)", "references=\"MOT.MOT\"")),
                   "ESS");
    profile.files.merge(more_files);
    extract::CopyOptions options;
    options.source_label = "sqlite:source.sqlite";
    copy_from(site_.uri(), profile, path, options);
    files = profile.files;
  }
  std::vector<core::Finding> verify() const {
    auto extract = extract::Extract::open(path);
    core::SilentProgress progress;
    return extract::verify_content(extract, progress);
  }
  void damage(const std::string& sql) const { core::Database::open_write(path).exec(sql); }

 private:
  SqliteSite site_;
  core::TemporaryDirectory folder_;

 public:
  std::filesystem::path path = folder_.path() / "essai.extract";
  std::map<std::string, std::string> files;
};

std::string output_of(const std::string& command) {
  core::TemporaryDirectory folder;
  const auto out = folder.path() / "out";
  if (std::system((command + " > " + out.string()).c_str()) != 0) return "failed: " + command;
  return core::read_file(out);
}

}  // namespace

TEST_CASE("an extract carries its run, its dictionary and its profile") {
  const Words words;
  auto extract = extract::Extract::open(words.path);
  CHECK(extract.path() == words.path);
  const auto& run = extract.run();
  CHECK(run.application == "essai");
  CHECK(run.application_label == "Essai");
  CHECK(run.profile_version == "1");
  CHECK(run.profile_digest == profiles::profile_digest(words.files));
  CHECK(run.source == "sqlite:source.sqlite");
  CHECK(run.system == "SQLite");
  CHECK(run.charset == "UTF-8");
  CHECK(run.consistency == "snapshot");
  CHECK(run.kind == "rehearsal");
  CHECK(run.started == noon());
  CHECK_THAT(run.tool, Contains("Versoir"));
  CHECK_THAT(run.snapshot, Contains("sha512:"));
  CHECK(extract.profile_files() == words.files);
  CHECK(extract.profile().find_table("MOT"));
  CHECK(rows_of(extract.database(),
                "SELECT name, position, source_type, key_position, sensitivity, evidence, taken FROM "
                "versoir_column WHERE table_name = 'MOT' ORDER BY position") ==
        Lines{"T:NUM|I:1|T:NUMBER(8)|I:1|T:identity|T:confirmed|T:yes",
              "T:MOT|I:2|T:VARCHAR2(40)|NULL|T:none|T:confirmed|T:yes"});
}

TEST_CASE("the command line of SQLite opens an extract and sees what the format promises") {
  const Words words;
  const auto sqlite = "sqlite3 " + words.path.string() + " ";
  CHECK(output_of(sqlite +
                  "'PRAGMA application_id; PRAGMA user_version; PRAGMA page_size; PRAGMA integrity_check'") ==
        "1447383635\n1\n32768\nok\n");
  CHECK(0x56455253 == 1447383635);
  CHECK(output_of(sqlite + "'SELECT count(*), min(NUM), max(NUM) FROM MOT'") == "1000|1|1000\n");
  CHECK_THAT(output_of(sqlite + "'.schema MOT'"),
             Contains("(_row INTEGER PRIMARY KEY, \"NUM\" INTEGER, \"MOT\" TEXT) STRICT"));
  // One index for the key, one for the other list; the list that repeats the key makes none.
  CHECK(output_of(sqlite + "\"SELECT group_concat(name) FROM pragma_index_list('MOT')\"")
            .find("versoir_MOT_3") == std::string::npos);
  CHECK_THAT(output_of(sqlite + "'EXPLAIN QUERY PLAN SELECT * FROM MOT WHERE num = 12'"),
             Contains("USING INDEX"));
}

TEST_CASE("an extract is its owner's alone") {
  const Words words;
  CHECK(std::filesystem::status(words.path).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("what is not an extract is refused as such") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "x.extract";
  CHECK(error_of([&] { static_cast<void>(extract::Extract::open(file)); }).code() == core::Exit::disk);
  core::write_file(file, "");
  CHECK(error_of([&] { static_cast<void>(extract::Extract::open(file)); }).code() ==
        core::Exit::extract_invalid);
  core::write_file(file, std::string(100'000, 'x'));
  CHECK(error_of([&] { static_cast<void>(extract::Extract::open(file)); }).code() ==
        core::Exit::extract_invalid);
  std::filesystem::remove(file);
  core::Database::create(file).exec("CREATE TABLE t (a)");
  CHECK(error_of([&] { static_cast<void>(extract::Extract::open(file)); }).code() ==
        core::Exit::extract_invalid);
}

TEST_CASE("an extract of a later format is refused with advice") {
  const Words words;
  words.damage("PRAGMA user_version = 2");
  const auto error = error_of([&] { static_cast<void>(extract::Extract::open(words.path)); });
  CHECK(error.code() == core::Exit::extract_invalid);
  CHECK_THAT(error.render(), Contains("2"));
  CHECK_FALSE(error.hints().empty());
}

TEST_CASE("an extract cut at any place is refused or found altered, never believed") {
  const Words words;
  const auto whole = core::read_file(words.path);
  for (std::size_t size = 0; size < whole.size(); size += 9'973) {
    INFO(size);
    core::write_file(words.path, std::string_view(whole).substr(0, size));
    bool believed = false;
    try {
      believed = words.verify().empty();
    } catch (const core::Error& e) {
      CHECK(e.code() == core::Exit::extract_invalid);
    }
    CHECK_FALSE(believed);
  }
}

TEST_CASE("an untouched extract verifies") { CHECK(Words().verify().empty()); }

TEST_CASE("one altered cell is found, with its table and block") {
  const Words words;
  words.damage("UPDATE MOT SET MOT = 'mot 601' WHERE NUM = 600");
  const auto findings = words.verify();
  REQUIRE(findings.size() == 3);  // the block, the sum, the root
  CHECK(findings[0].severity == core::Severity::error);
  CHECK(findings[0].where == "MOT block 2");
  CHECK_THAT(findings[0].message.english(), Contains("rows 513 to 768"));
  for (const auto& f : findings) CHECK_THAT(f.where, Contains("MOT"));
}

TEST_CASE("every other alteration is found too") {
  const auto [sql, where, message] = GENERATE(table<std::string, std::string, std::string>({
      {"UPDATE MOT SET MOT = NULL WHERE NUM = 1", "MOT block 0", "is not what was copied"},
      {"UPDATE MOT SET MOT = '' WHERE NUM = 1", "MOT block 0", "is not what was copied"},
      {"DELETE FROM MOT WHERE NUM = 300", "MOT block 1", "is not what was copied"},
      {"DELETE FROM MOT WHERE NUM > 768", "MOT block 3", "is missing"},
      {"INSERT INTO MOT VALUES (1001, 1001, 'mot 1001')", "MOT block 3", "is not what was copied"},
      {"UPDATE MOT SET NUM = 3 - NUM WHERE NUM < 3", "MOT block 0", "is not what was copied"},
      {"DROP TABLE AUTRE", "AUTRE", "is missing"},
      {"CREATE TABLE ajout (a)", "ajout", "was not copied"},
      {"UPDATE versoir_block SET digest = lower(hex(zeroblob(32))) WHERE block = 1", "MOT block 1",
       "is not what was copied"},
      {"UPDATE versoir_table SET copied_rows = 999 WHERE name = 'MOT'", "MOT",
       "has 1000 rows, 999 were copied"},
      {"UPDATE versoir_table SET source_rows = 1001 WHERE name = 'MOT'", "MOT", "of 1001 in the source"},
      {"UPDATE versoir_table SET sum = root WHERE name = 'MOT'", "MOT", "sum of the row digests"},
      {"UPDATE versoir_table SET root = lower(hex(zeroblob(32))) WHERE name = 'MOT'", "MOT",
       "root of table MOT"},
      {"DELETE FROM versoir_column WHERE table_name = 'MOT'", "MOT", "are not described"},
      {"INSERT INTO versoir_lob VALUES ('MOT', 5, 'MOT', 0, x'00'); UPDATE MOT SET MOT = NULL WHERE NUM = 5",
       "MOT block 0", "is not what was copied"},
  }));
  INFO(sql);
  const Words words;
  words.damage(sql);
  bool found = false;
  for (const auto& f : words.verify())
    found = found || (f.where == where && f.message.english().find(message) != std::string::npos);
  CHECK(found);
}

TEST_CASE("two extracts of the same rows in another order have the same sum and another root") {
  const auto facts_of = [](const std::string& rows) {
    SqliteSite site;
    site.sql("CREATE TABLE t (a NUMBER(8)); INSERT INTO t VALUES " + rows);
    core::TemporaryDirectory folder;
    copy_from(site.uri(), profile_of(table("T", column("A", "NUMBER(8)"))), folder.path() / "e.extract");
    return extract::Extract::open(folder.path() / "e.extract").tables().at(0);
  };
  const auto one = facts_of("(1), (2), (3)"), two = facts_of("(3), (1), (2)"),
             three = facts_of("(1), (2), (2)");
  CHECK(one.sum == two.sum);
  CHECK(one.root != two.root);
  CHECK(one.sum != three.sum);
}

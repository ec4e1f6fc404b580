// What every source must do, written once, run on SQLite and on a real PostgreSQL, each directly and through
// ODBC, and on CSV files.
#include "csv_site.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

std::string person_columns() {
  return column("NUM", "NUMBER(8)") + column("MOYENNE", "NUMBER(10,2)") + column("NOM") +
         column("CODE", "CHAR(8)") + column("NAISSANCE", "DATE") + column("NOTES", "CLOB") +
         column("PHOTO", "BLOB");
}
constexpr const char* create_person =
    "CREATE TABLE personne (num @number8@, moyenne @number10_2@, nom @text@, code @char8@, naissance @date@, "
    "notes @clob@, photo @blob@);";

}  // namespace

TEMPLATE_TEST_CASE("values arrive exactly, in the one form of their kind", "", SqliteSite, CsvSite,
                   PostgresSite, OdbcSqliteSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      std::string(create_person) +
      "INSERT INTO personne VALUES (1, 12.50, 'Lefèvre-d’Ébène œ € 😀', @padded@, '1987-02-03', 'ligne "
      "1\nligne 2\ttab', @00ff@);"
      "INSERT INTO personne VALUES (-99999999, -0.05, 'C:\\N\\t \\\\serveur', @padded@, '1987-02-03 "
      "14:05:06', '', NULL);"
      "INSERT INTO personne VALUES (0, 0, '', NULL, NULL, NULL, NULL);"
      "INSERT INTO personne VALUES (NULL, 99999999.99, ' blancs  ', @padded@, '9999-12-31', '\\N', @00ff@);");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "essai.extract";
  const auto report = copy_from(site.uri(), profile_of(table("PERSONNE", person_columns())), target);
  CHECK(report.rows == 4);
  CHECK(report.anomalies == 0);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT * FROM PERSONNE ORDER BY _row") ==
        Lines{"I:1|I:1|T:12.5|T:Lefèvre-d’Ébène œ € 😀|T:ab      |T:1987-02-03T00:00:00|T:ligne 1\nligne "
              "2\ttab|B:00ff",
              "I:2|I:-99999999|T:-0.05|T:C:\\N\\t \\\\serveur|T:ab      |T:1987-02-03T14:05:06|T:|NULL",
              "I:3|I:0|T:0|T:|NULL|NULL|NULL|NULL",
              "I:4|NULL|T:99999999.99|T: blancs  |T:ab      |T:9999-12-31T00:00:00|T:\\N|B:00ff"});
  CHECK(rows_of(extract.database(), "SELECT name, storage FROM versoir_column ORDER BY position") ==
        Lines{"T:NUM|T:INTEGER", "T:MOYENNE|T:TEXT", "T:NOM|T:TEXT", "T:CODE|T:TEXT", "T:NAISSANCE|T:TEXT",
              "T:NOTES|T:TEXT", "T:PHOTO|T:BLOB"});
}

TEMPLATE_TEST_CASE("rows that are the same are all kept, and so are tables without rows", "", SqliteSite,
                   CsvSite, PostgresSite, OdbcSqliteSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "CREATE TABLE note (num @number8@, valeur @number10_2@); CREATE TABLE vide (num @number8@);"
      "INSERT INTO note VALUES (1, 10); INSERT INTO note VALUES (1, 10); INSERT INTO note VALUES (1, 10);");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "essai.extract";
  const auto profile =
      profile_of(table("NOTE", column("NUM", "NUMBER(8)") + column("VALEUR", "NUMBER(10,2)"), "key=\"NUM\"") +
                 table("VIDE", column("NUM", "NUMBER(8)")));
  copy_from(site.uri(), profile, target);
  auto extract = extract::Extract::open(target);
  CHECK(extract.database().one_int("SELECT count(*) FROM NOTE WHERE NUM = 1") == 3);
  CHECK(extract.database().one_int("SELECT count(*) FROM VIDE") == 0);
  REQUIRE(extract.tables().size() == 2);
  CHECK(extract.tables()[0].copied_rows == 3);
  CHECK(extract.tables()[1].copied_rows == 0);
  // RFC 6962: the root of an empty tree is the digest of nothing.
  CHECK(extract.tables()[1].root.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEMPLATE_TEST_CASE("values above one mebibyte are kept in chunks", "", SqliteSite, CsvSite, PostgresSite,
                   OdbcSqliteSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(std::string(create_person) +
           "INSERT INTO personne (num, notes, photo) VALUES (1, @megabytes_text@, @megabytes_binary@);"
           "INSERT INTO personne (num, notes) VALUES (2, 'court');");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "essai.extract";
  copy_from(site.uri(), profile_of(table("PERSONNE", person_columns())), target);
  auto extract = extract::Extract::open(target);
  auto& db = extract.database();
  CHECK(rows_of(db, "SELECT NUM, NOTES, PHOTO FROM PERSONNE") == Lines{"I:1|NULL|NULL", "I:2|T:court|NULL"});
  CHECK(
      rows_of(db,
              "SELECT row, column_name, chunk, length(bytes) FROM versoir_lob ORDER BY column_name, chunk") ==
      Lines{"I:1|T:NOTES|I:0|I:1048576", "I:1|T:NOTES|I:1|I:1048576", "I:1|T:NOTES|I:2|I:902848",
            "I:1|T:PHOTO|I:0|I:1048576", "I:1|T:PHOTO|I:1|I:1048576", "I:1|T:PHOTO|I:2|I:402848"});
  CHECK(db.one_int("SELECT count(*) FROM versoir_lob WHERE column_name = 'NOTES' AND "
                   "trim(CAST(bytes AS TEXT), 'a') <> ''") == 0);
  core::SilentProgress progress;
  CHECK(extract::verify_content(extract, progress).empty());
}

TEMPLATE_TEST_CASE("all missing tables and columns are named before anything is read", "", SqliteSite,
                   CsvSite, PostgresSite, OdbcSqliteSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql("CREATE TABLE personne (num @number8@, nom @text@);");
  core::TemporaryDirectory folder;
  const auto profile =
      profile_of(table("PERSONNE", column("NUM") + column("PRENOM") + column("NOM") +
                                       column("SURNOM", "CHAR(1)", "optional=\"yes\"")) +
                 table("NOTE", column("NUM")) + table("ABSENCE", column("NUM"), "optional=\"yes\""));
  const auto error = error_of([&] { copy_from(site.uri(), profile, folder.path() / "essai.extract"); });
  CHECK(error.code() == core::Exit::source_missing);
  CHECK(causes_of(error) == Lines{"table PERSONNE: PRENOM", "table NOTE: the whole table"});
  CHECK(error.hints().at(0).english().find("optional") != std::string::npos);
  const auto other = profile_of(table("ELEVE", column("NUM")) + table("COURS", column("NUM")));
  const auto wrong = error_of([&] { copy_from(site.uri(), other, folder.path() / "essai.extract"); });
  CHECK(wrong.hints().at(0).english().find("--application") != std::string::npos);
  CHECK(names_in(folder.path()).empty());
}

TEMPLATE_TEST_CASE("what is optional and absent is noted, and the profile's queries still run", "",
                   SqliteSite, CsvSite, PostgresSite, OdbcSqliteSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "CREATE TABLE personne (num @number8@, nom @text@, secret @text@); CREATE TABLE divers (x @text@);"
      "INSERT INTO personne VALUES (1, 'Durand', 'mot de passe');");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "essai.extract";
  const auto profile =
      profile_of(table("PERSONNE", column("NUM", "NUMBER(8)") +
                                       column("SURNOM", "VARCHAR2(9)", "optional=\"yes\"") + column("NOM") +
                                       column("MARQUE", "VARCHAR2(9)", "take=\"no\" reason=\"Inutile.\"")) +
                 table("ABSENCE", column("NUM") + column("MOTIF"), "optional=\"yes\" key=\"NUM\""));
  const auto report = copy_from(site.uri(), profile, target);
  Lines notes;
  for (const auto& n : report.notes)
    if (n.code == "OPTIONAL_ABSENT") notes.push_back(n.where);
  CHECK(notes == Lines{"PERSONNE.SURNOM", "ABSENCE"});
  Lines ignored;
  for (const auto& n : report.notes)
    if (n.code == "NOT_IN_PROFILE") ignored.push_back(n.message.english());
  REQUIRE(ignored.size() == 2);
  CHECK_THAT(ignored[0], Contains("divers"));
  CHECK_THAT(ignored[1], Contains("secret"));

  auto extract = extract::Extract::open(target);
  auto& db = extract.database();
  CHECK(rows_of(db, "SELECT num, surnom, nom FROM personne") == Lines{"I:1|NULL|T:Durand"});
  CHECK(rows_of(db, "SELECT motif FROM absence WHERE num = 1").empty());
  // The file itself holds only what was copied.
  auto file = core::Database::open_read(target);
  CHECK(rows_of(file, "SELECT * FROM PERSONNE") == Lines{"I:1|I:1|T:Durand"});
  CHECK(file.one_int("SELECT count(*) FROM sqlite_master WHERE name = 'ABSENCE'") == 0);
  CHECK(rows_of(file, "SELECT taken FROM versoir_column WHERE table_name = 'PERSONNE' ORDER BY position") ==
        Lines{"T:yes", "T:absent", "T:yes", "T:no"});
  core::SilentProgress progress;
  CHECK(extract::verify_content(extract, progress).empty());
}

TEMPLATE_TEST_CASE("a source that is written to while it is copied is copied as it was", "", SqliteSite,
                   CsvSite, PostgresSite, OdbcSqliteSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  // WAL lets SQLite readers and one writer go on together, as a server does.
  if constexpr (std::is_base_of_v<SqliteSite, TestType>) site.sql("PRAGMA journal_mode = WAL;");
  site.sql("CREATE TABLE note (num @number8@); INSERT INTO note VALUES (1); INSERT INTO note VALUES (2);");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "essai.extract";
  auto source = extract::open_source(extract::parse_source(site.uri()), {});
  site.sql("INSERT INTO note VALUES (3); UPDATE note SET num = 9 WHERE num = 1;");
  copy_from(*source, profile_of(table("NOTE", column("NUM", "NUMBER(8)"))), target);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT NUM FROM NOTE ORDER BY 1") == Lines{"I:1", "I:2"});
  CHECK(extract.run().consistency == "snapshot");
}

TEMPLATE_TEST_CASE("an independent program finds the same digests", "", SqliteSite, CsvSite, PostgresSite,
                   OdbcSqliteSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      std::string(create_person) +
      "CREATE TABLE mot (num @number8@, mot @text@); CREATE TABLE vide (num @number8@);"
      "INSERT INTO personne VALUES (1, 12.5, 'Élodie', @padded@, '1987-02-03', @megabytes_text@, @00ff@);"
      "INSERT INTO personne VALUES (2, NULL, NULL, NULL, NULL, '', @megabytes_binary@);"
      "INSERT INTO mot @numbers@ SELECT i, 'mot ' || i FROM n;");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "essai.extract";
  const auto profile = profile_of(table("PERSONNE", person_columns()) +
                                  table("MOT", column("NUM", "NUMBER(8)") + column("MOT"), "key=\"NUM\"") +
                                  table("VIDE", column("NUM", "NUMBER(8)")));
  copy_from(site.uri(), profile, target);
  auto extract = extract::Extract::open(target);
  const auto out = folder.path() / "recomputed";
  const auto command = "python3 " + (source_dir() / "tests/support/recompute_extract.py").string() + " " +
                       target.string() + " > " + out.string();
  CHECK(std::system(command.c_str()) == 0);
  std::string expected;
  for (const auto& t : extract.tables())
    expected += t.name + " " + std::to_string(t.copied_rows) + " " + t.sum + " " + t.root.hex() + "\n";
  CHECK(core::read_file(out) == expected + "root " + extract.root().hex() + "\n");
  core::SilentProgress progress;
  CHECK(extract::verify_content(extract, progress).empty());
}

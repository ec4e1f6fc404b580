// The scripts that make a folder of CSV files: psql's is run on a real server, SQL*Plus's is read.
#include "extract/make_script.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

/// Runs a script by psql in an empty folder; its exit code.
int run_psql(const PostgresServer& server, const std::string& script, const fs::path& folder) {
  fs::create_directories(folder);
  core::write_file(folder.string() + ".sql", script);
  const auto command = "cd " + folder.string() + " && psql -X -f " + folder.string() + ".sql \"" +
                       server.conninfo() + "\" > " + folder.string() + ".log 2>&1";
  return std::system(command.c_str());
}

std::string columns() {
  return column("NUM", "NUMBER(8)") + column("MOYENNE", "NUMBER(10,2)") + column("NOM") +
         column("CODE", "CHAR(8)") + column("NAISSANCE", "DATE") + column("INSTANT", "TIMESTAMP") +
         column("DUREE", "INTERVAL") + column("PHOTO", "BLOB") + column("MESURE", "BINARY_DOUBLE") +
         column("ACTIF", "BOOLEAN") + column("IDENTIFIANT", "VARCHAR2(36)") +
         column("ABSENTE", "VARCHAR2(1)", "optional=\"yes\"");
}

const char* const person_table =
    "CREATE TABLE personne (num numeric(8) PRIMARY KEY, moyenne numeric(10,2), nom text, code char(8), "
    "naissance date, instant timestamptz, duree interval, photo bytea, mesure float8, actif boolean, "
    "identifiant uuid, secret text);"
    "INSERT INTO personne VALUES (3, 12.50, E'Lefèvre \"d’Ébène\", œ € 😀\\r\\n\\\\. \\t', 'ab', "
    "'1987-02-03', "
    "'2020-06-01 12:00:00.5+02', '1 year 2 days', '\\x00ff', 0.1, true, "
    "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'x');"
    "INSERT INTO personne VALUES (1, -0.05, '', '', 'infinity', '0044-03-15 00:00 BC', NULL, '', 'NaN', "
    "false, "
    "NULL, NULL);"
    "INSERT INTO personne (num, nom, photo) VALUES (2, repeat('é', 3000000), decode(repeat('00', 2500000), "
    "'hex'));"
    "CREATE TABLE mot (mot text); INSERT INTO mot VALUES (NULL), (''), ('\\.'), ('b'), (NULL);"
    "CREATE TABLE vide (num int); CREATE TABLE divers (x text);";

profiles::Application profile() {
  return profile_of(table("PERSONNE", columns(), "key=\"NUM\"") + table("MOT", column("MOT")) +
                    table("VIDE", column("NUM", "NUMBER(8)")) +
                    table("ABSENTE", column("NUM"), "optional=\"yes\""));
}

}  // namespace

TEST_CASE("the folder that psql makes gives the extract that the server gives") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(person_table);
  core::TemporaryDirectory folder;
  const auto files = folder.path() / "export";
  REQUIRE(run_psql(server, extract::make_script(profile(), extract::ScriptKind::psql, ""), files) == 0);
  CHECK(names_in(files) == Lines{"MOT.csv", "PERSONNE.csv", "SHA256SUMS", "VIDE.csv", "control.csv"});
  const auto direct = copy_from(server.uri(), profile(), folder.path() / "direct.extract");
  const auto carried = copy_from("csv:" + files.string(), profile(), folder.path() / "csv.extract");
  auto a = extract::Extract::open(folder.path() / "direct.extract");
  auto b = extract::Extract::open(folder.path() / "csv.extract");
  const std::string facts =
      "SELECT name, source_rows, copied_rows, sum, root FROM versoir_table ORDER BY name";
  CHECK(rows_of(a.database(), facts) == rows_of(b.database(), facts));
  CHECK(a.root() == b.root());
  const std::string columns =
      "SELECT table_name, name, position, source_type, storage, key_position, taken FROM versoir_column "
      "ORDER BY table_name, position, name";
  CHECK(rows_of(a.database(), columns) == rows_of(b.database(), columns));
  CHECK(b.run().consistency == "snapshot");
  // What the server has and nobody takes is told either way.
  const auto told = [](const extract::CopyReport& report) {
    Lines out;
    for (const auto& n : report.notes) out.push_back(n.code + " " + n.where);
    std::ranges::sort(out);
    return out;
  };
  CHECK(told(direct) == told(carried));
  CHECK(core::read_file(files / "control.csv").find("characters,personne,nom,3000030") != std::string::npos);
}

TEST_CASE("what was decided is exported or left, as by a connection") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(person_table);
  server.sql(
      "CREATE TABLE local (b text, num int PRIMARY KEY, secret text, photo bytea); INSERT INTO local VALUES "
      "('x', 2, 's', '\\x00ff'), ('', 1, NULL, NULL); COMMENT ON TABLE local IS 'Locale';");
  const std::vector<extract::Decision> decisions{
      {"LOCAL", "", true, "", "M", ""},           {"LOCAL", "SECRET", false, "Inutile.", "M", ""},
      {"DIVERS", "", false, "Inutile.", "M", ""}, {"MOT", "", false, "Inutile.", "M", ""},
      {"PERSONNE", "SECRET", true, "", "M", ""},  {"PERSONNE", "ACTIF", false, "Inutile.", "M", ""},
      {"AILLEURS", "", true, "", "M", ""}};
  core::TemporaryDirectory folder;
  const auto files = folder.path() / "export";
  REQUIRE(run_psql(server, extract::make_script(profile(), extract::ScriptKind::psql, "", decisions),
                   files) == 0);
  CHECK(names_in(files) == Lines{"LOCAL.csv", "PERSONNE.csv", "SHA256SUMS", "VIDE.csv", "control.csv"});
  CHECK(core::read_file(files / "LOCAL.csv").starts_with("b,num,photo\n"));
  extract::CopyOptions options;
  options.decisions = decisions;
  options.kind = extract::Kind::final_;
  copy_from(server.uri(), profile(), folder.path() / "direct.extract", options);
  copy_from("csv:" + files.string(), profile(), folder.path() / "csv.extract", options);
  auto a = extract::Extract::open(folder.path() / "direct.extract");
  auto b = extract::Extract::open(folder.path() / "csv.extract");
  CHECK(a.root() == b.root());
  CHECK(rows_of(b.database(), "SELECT NUM, B, PHOTO FROM LOCAL") == Lines{"I:1|T:|NULL", "I:2|T:x|B:00ff"});
  const auto sqlplus = extract::make_script(profile(), extract::ScriptKind::sqlplus, "", decisions);
  CHECK_THAT(sqlplus, Contains("  x('LOCAL', 'SECRET');\n  d('LOCAL', 'LOCAL.csv');\n"));
  CHECK_THAT(sqlplus, Contains("  w('PERSONNE', 'SECRET', 0, 0);\n"));
  CHECK_THAT(sqlplus, !Contains("t('MOT'") && !Contains("w('PERSONNE', 'ACTIF'") && !Contains("DIVERS"));
}

TEST_CASE("the script writes the digests, or tells that it could not") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql("CREATE TABLE a (num int)");
  core::TemporaryDirectory folder;
  const auto files = folder.path() / "export";
  const auto script =
      extract::make_script(profile_of(table("A", column("NUM"))), extract::ScriptKind::psql, "");
  REQUIRE(run_psql(server, script, files) == 0);
  CHECK(std::system(("cd " + files.string() + " && sha256sum --quiet -c SHA256SUMS").c_str()) == 0);
  CHECK_THAT(core::read_file(files / "SHA256SUMS"), Contains("  A.csv\n") && Contains("  control.csv\n"));
  const auto shim = folder.path() / "shim";
  fs::create_directories(shim);
  core::write_file(shim / "sha256sum", "#!/bin/sh\nexit 127\n", 0755);
  REQUIRE(run_psql(server, "\\setenv PATH " + shim.string() + ":/usr/bin:/bin\n" + script,
                   folder.path() / "sans") == 0);
  CHECK_THAT(core::read_file(folder.path() / "sans.log"), Contains("no digests were written"));
  CHECK(extract::open_source({"csv", (folder.path() / "sans").string()}, {})->count("a") == 0);
}

TEST_CASE("a schema that lacks what the profile takes stops the psql script before any file") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql("CREATE TABLE personne (num int); CREATE TABLE absente (autre int);");
  core::TemporaryDirectory folder;
  const auto wanted = profile_of(table("PERSONNE", column("NUM") + column("NOM")) +
                                 table("ABSENTE", column("NUM"), "optional=\"yes\""));
  CHECK(run_psql(server, extract::make_script(wanted, extract::ScriptKind::psql, ""),
                 folder.path() / "export") != 0);
  CHECK(names_in(folder.path() / "export").empty());
  CHECK_THAT(core::read_file(folder.path() / "export.log"),
             Contains("lacks what the profile takes: ABSENTE.NUM, PERSONNE.NOM"));
  CHECK(run_psql(server, extract::make_script(wanted, extract::ScriptKind::psql, "AILLEURS"),
                 folder.path() / "autre") != 0);
  CHECK(names_in(folder.path() / "autre").empty());
}

TEST_CASE("a psql script that is cut short leaves a folder that is refused") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE TABLE a (num int); CREATE VIEW b AS SELECT 1 / (num - num) AS num FROM a; INSERT INTO a VALUES "
      "(1);");
  core::TemporaryDirectory folder;
  const auto wanted = profile_of(table("A", column("NUM")) + table("B", column("NUM")));
  const auto files = folder.path() / "export";
  CHECK(run_psql(server, extract::make_script(wanted, extract::ScriptKind::psql, ""), files) != 0);
  const auto error = error_of([&] { static_cast<void>(extract::open_source({"csv", files.string()}, {})); });
  CHECK(error.code() == core::Exit::source_data);
  CHECK_THAT(error.message().english(), Contains("the export did not finish"));
}

TEST_CASE("the psql script writes nothing to the server") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql("CREATE TABLE a (num int); CREATE ROLE lecteur LOGIN; GRANT SELECT ON a TO lecteur;");
  core::TemporaryDirectory folder;
  auto script = extract::make_script(profile_of(table("A", column("NUM"))), extract::ScriptKind::psql, "");
  CHECK(run_psql(server, "SET ROLE lecteur;\n" + script, folder.path() / "export") == 0);
  // The transaction refuses any writing: the proof is a statement slipped into it.
  script.insert(script.find("\\o control.csv"), "INSERT INTO public.a VALUES (1);\n");
  CHECK(run_psql(server, script, folder.path() / "autre") != 0);
  CHECK_THAT(core::read_file(folder.path() / "autre.log"), Contains("read-only transaction"));
}

TEST_CASE("the SQL*Plus script reads in one read-only transaction and names what the profile takes") {
  const auto script = extract::make_script(
      profile_of(
          table("PERSONNE", column("NUM", "NUMBER(8)") + column("MARQUE", "VARCHAR2(9)", "optional=\"yes\"") +
                                column("SECRET", "VARCHAR2(9)", "take=\"no\" reason=\"Inutile.\"")) +
              table("ABSENTE$X", column("NUM"), "optional=\"yes\""),
          "APOGEE"),
      extract::ScriptKind::sqlplus, "");
  CHECK_THAT(script, Contains("NOT VERIFIED ON ORACLE"));
  CHECK_THAT(script, Contains("\nSET TRANSACTION READ ONLY;\n"));
  CHECK_THAT(script, Contains("DEFINE versoir_schema = \"APOGEE\""));
  CHECK_THAT(script, Contains("  t('PERSONNE', 'PERSONNE.csv');\n  w('PERSONNE', 'NUM', 1, 0);\n"
                              "  w('PERSONNE', 'MARQUE', 0, 0);\n  t('ABSENTE$X', 'ABSENTE-X.csv');\n"
                              "  w('ABSENTE$X', 'NUM', 1, 1);\n"));
  CHECK_THAT(script, !Contains("SECRET"));
  CHECK_THAT(script, !Contains("COMMIT"));
  // Longer lines are cut by SQL*Plus.
  std::size_t longest = 0, at = 0;
  for (auto end = script.find('\n'); end != std::string::npos; at = end + 1, end = script.find('\n', at))
    longest = std::max(longest, end - at);
  CHECK(longest < 2400);
  CHECK_THAT(extract::make_script(profile_of(table("A", column("X"))), extract::ScriptKind::sqlplus, "AUTRE"),
             Contains("DEFINE versoir_schema = \"AUTRE\""));
}

TEST_CASE("what a text means to a script is never taken from a name") {
  CHECK(extract::csv_file_name("ABC_1") == "ABC_1.csv");
  CHECK(extract::csv_file_name("A/B C;`x`") == "A-B-C--x-.csv");
  CHECK(error_of([] { static_cast<void>(extract::csv_file_name("..")); }).code() ==
        core::Exit::profile_invalid);
  const auto script =
      extract::make_script(profile_of(table("A", column("X"))), extract::ScriptKind::psql, "l'été");
  CHECK_THAT(script, Contains("\\set schema 'l''été'"));
}

// Who may enter a PostgreSQL server, and what an account may do there: read.
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

TEST_CASE("nothing can be written through a source") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE TABLE trace (a int); CREATE FUNCTION ecrit() RETURNS int LANGUAGE sql AS "
      "'INSERT INTO public.trace VALUES (1) RETURNING 1'; CREATE VIEW piege AS SELECT public.ecrit() AS a;");
  core::TemporaryDirectory folder;
  const auto error = error_of([&] {
    copy_from(server.uri(), profile_of(table("PIEGE", column("A", "NUMBER(8)"))),
              folder.path() / "e.extract");
  });
  CHECK_THAT(causes_of(error).at(0), Contains("25006"));
  CHECK(server.value("SELECT count(*) FROM trace") == "0");
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("missing rights are an error that names the table, and rows hidden by a policy too") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE ROLE lecteur LOGIN; CREATE TABLE ouverte (a text); CREATE TABLE fermee (a text);"
      "CREATE TABLE filtree (a text); INSERT INTO filtree VALUES ('1'), ('2');"
      "ALTER TABLE filtree ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON filtree USING (a = '1');"
      "GRANT SELECT ON ouverte, filtree TO lecteur;");
  core::TemporaryDirectory folder;
  const auto copy = [&](const std::string& name) {
    copy_from(server.uri("postgres", "lecteur"), profile_of(table(name, column("A"))),
              folder.path() / (name + ".extract"));
  };
  copy("OUVERTE");
  for (const std::string name : {"fermee", "filtree"}) {
    const auto error = error_of([&] { copy(name); });
    CHECK(error.code() == core::Exit::source_rights);
    CHECK_THAT(error.message().english(), Contains(name));
  }
  CHECK(names_in(folder.path()) == Lines{"OUVERTE.extract"});
}

TEST_CASE("a server that does not answer is unreachable, and the message says where without secrets") {
  core::TemporaryDirectory folder;
  const auto error = error_of(
      [&] { static_cast<void>(open("postgresql:host=" + folder.path().string() + " dbname=d user=u")); });
  CHECK(error.code() == core::Exit::source_unreachable);
  CHECK_THAT(error.message().english(), Contains("dbname=d user=u"));
}

TEST_CASE("an account that PostgreSQL refuses is a matter of rights, and its password is in no message") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE ROLE archive LOGIN PASSWORD 'juste'; CREATE TABLE t (a text); GRANT SELECT ON t TO archive;");
  server.admit("local all archive scram-sha-256\nlocal all inconnu trust\nlocal all all reject\n");
  extract::Access access;
  const auto enter = [&](const std::string& user, const std::string& database = "postgres") {
    return extract::open_source(extract::parse_source(server.uri(database, user)), access);
  };
  access.password = "s3cret-faux";
  for (const auto& [user, state] :
       {std::pair{"archive", "28P01"}, std::pair{"inconnu", "28000"}, std::pair{"autre", "28000"}}) {
    INFO(user);
    const auto error = error_of([&, u = user] { static_cast<void>(enter(u)); });
    CHECK(error.code() == core::Exit::source_rights);
    CHECK_THAT(error.message().english(), Contains(std::string("user=") + user));
    CHECK_THAT(causes_of(error).at(0), Contains(state) && !Contains(".c:"));
    CHECK_THAT(error.render(), !Contains("s3cret"));
  }
  access.password = "juste";
  CHECK(find_table(*enter("archive"), "t").columns.size() == 1);
  const auto absent = error_of([&] { static_cast<void>(enter("archive", "nulle_part")); });
  CHECK(absent.code() == core::Exit::source_unreachable);
  CHECK_THAT(causes_of(absent).at(0), Contains("nulle_part"));
  access.password.reset();
  setenv("PGPASSFILE", "/nulle/part", 1);
  const auto none = error_of([&] { static_cast<void>(enter("archive")); });
  CHECK(none.code() == core::Exit::source_rights);
  CHECK_THAT(none.message().english(), Contains("wants a password"));
  CHECK_THAT(none.hints().at(0).english(), Contains("Give the password"));
}

TEMPLATE_TEST_CASE("a database that still accepts writes is told before a final extract, a frozen one is not",
                   "", PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  const PostgresServer server;
  server.sql("CREATE TABLE t (a text);");
  server.sql("CREATE DATABASE figee;");
  server.sql("ALTER DATABASE figee SET default_transaction_read_only = on;");
  const auto codes = [](extract::Source& source) {
    Lines out;
    for (const auto& f : source.probe_writable())
      out.push_back(f.code + (f.severity == core::Severity::warning ? "" : "!"));
    return out;
  };
  const auto live = open(TestType::uri_of(server, "postgres"));
  CHECK(codes(*live) == Lines{"WRITABLE"});
  CHECK_THAT(live->probe_writable().at(0).message.english(), Contains("postgres still accepts writes"));
  CHECK(codes(*open(TestType::uri_of(server, "figee"))).empty());
  // What is read-only for the one account that reads says nothing of the others.
  server.sql("ALTER ROLE postgres SET default_transaction_read_only = on;");
  CHECK(codes(*open(TestType::uri_of(server, "postgres"))) == Lines{"WRITABLE"});
  CHECK(codes(*open(TestType::uri_of(server, "figee"))).empty());
}

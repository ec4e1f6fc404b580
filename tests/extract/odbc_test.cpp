// The ODBC source on real servers and with drivers that lie.
#include "core/text.hpp"
#include "extract/odbc_reader.hpp"
#include "extract/odbc_string.hpp"
#include "scripted.hpp"

#include <catch2/catch.hpp>

#include <clocale>
#include <cstdlib>
#include <optional>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

/// Every row as its cells between bars; positions are those of the last block.
struct Read {
  Lines rows;
  std::vector<std::string> positions;
  std::map<std::size_t, std::string> large;
  std::size_t largest_piece = 0, pieces = 0;
};
class ReadSink final : public extract::RowSink {
 public:
  explicit ReadSink(Read& out) : out_(out) {}
  void piece(std::size_t column, std::string_view bytes) override {
    out_.largest_piece = std::max(out_.largest_piece, bytes.size());
    ++out_.pieces;
    out_.large[column].append(bytes);
  }
  void rows(extract::RowBlock&& b) override {
    for (std::size_t r = 0; r < b.rows(); ++r) {
      std::string line;
      for (std::size_t c = 0; c < b.columns(); ++c) {
        const auto& cell = b.cell(r, c);
        using State = extract::RowBlock::Cell::State;
        line += (c ? "|" : "") + (cell.state == State::null    ? "NULL"
                                  : cell.state == State::large ? "LARGE"
                                                               : std::string(b.text(cell)));
      }
      out_.rows.push_back(line);
    }
    out_.positions.push_back(b.position);
  }

 private:
  Read& out_;
};
Read read(extract::Source& source, const extract::SourceTable& table, std::vector<std::string> columns,
          const std::string& after = "") {
  Read out;
  ReadSink sink(out);
  source.read({table, std::move(columns), after}, sink, {});
  return out;
}

}  // namespace

TEST_CASE("a password in an ODBC connection is refused, and never shown") {
  const auto text =
      GENERATE(as<std::string>{}, "odbc:DSN=apogee;UID=u;PWD=s3cret", "odbc:DSN=apogee;pwd={s3cret}",
               "odbc:Driver=x;Password=s3cret", "odbc:DSN=a;UID=u/s3cret", "odbc:DBQ=u/s3cret@base",
               "odbc:DSN=a;pqopt={password=s3cret}", "odbc:DSN=a; TrustStorePassword = s3cret");
  const auto error = error_of([&] { static_cast<void>(extract::parse_source(text)); });
  CHECK(error.code() == core::Exit::usage);
  CHECK_THAT(error.render(), !Contains("s3cret"));
  REQUIRE_FALSE(error.hints().empty());
  CHECK_THAT(error.hints()[0].english(), Contains("--password-file"));
  const extract::SourceUri by_hand{"odbc", text.substr(5)};
  CHECK_THAT(by_hand.redacted(), !Contains("s3cret"));
  CHECK(error_of([&] { static_cast<void>(extract::open_source(by_hand, {})); }).code() == core::Exit::usage);
}

TEST_CASE("an ODBC connection that cannot be read is a usage error, one that can shows where it goes") {
  for (const std::string text : {"odbc:", "odbc:apogee", "odbc:DSN", "odbc:DSN={a", "odbc:=x", "odbc: ; ;"}) {
    INFO(text);
    const auto error = error_of([&] { static_cast<void>(extract::parse_source(text)); });
    CHECK(error.code() == core::Exit::usage);
    CHECK_THAT(error.message().english(), Contains("cannot be understood"));
  }
  CHECK(extract::parse_source("odbc:DSN=apogee; UID = archive ;FetchBufferSize=9;").redacted() ==
        "odbc:DSN=apogee;UID=archive");
  CHECK(extract::parse_source("odbc:Driver={Oracle 19};DBQ=//h:1521/APO;Extra={a;b}}c}").redacted() ==
        "odbc:Driver=Oracle 19;DBQ=//h:1521/APO");
  CHECK(extract::odbc_value(extract::parse_source("odbc:Driver={a}}b;c};x=1"), "DRIVER") == "a}b;c");
}

TEST_CASE("passwords go into a connection in braces when they must") {
  CHECK(extract::odbc_setting("PWD", "simple1") == ";PWD=simple1");
  CHECK(extract::odbc_setting("PWD", "a;b}c") == ";PWD={a;b}}c}");
}

TEST_CASE("what a driver says is shown without what could be secret") {
  CHECK(extract::clean_driver_text("[x] failed for DSN=a;PWD=s3cret;UID=u", "") ==
        "[x] failed for DSN=a;PWD=*");
  CHECK(extract::clean_driver_text("login s3cret refused, s3cret", "s3cret") == "login * refused, *");
  CHECK(extract::clean_driver_text("ERROR: no\nDETAIL: Key (nom)=(Durand)", "") == "ERROR: no");
}

TEST_CASE("blocks are sized by memory, between one row and five thousand, or as asked") {
  CHECK(extract::odbc_block_rows(100, 0) == 5000);
  CHECK(extract::odbc_block_rows(std::size_t{1} << 20, 0) == 16);
  CHECK(extract::odbc_block_rows(std::size_t{1} << 30, 0) == 1);
  CHECK(extract::odbc_block_rows(100, 1) == 1);
}

TEST_CASE("a driver that is not there is unreachable, with advice") {
  const auto error = error_of([] { static_cast<void>(open("odbc:Driver=/nowhere/driver.so;DBQ=x")); });
  CHECK(error.code() == core::Exit::source_unreachable);
  REQUIRE_FALSE(error.hints().empty());
  CHECK_THAT(error.hints()[0].english(), Contains("odbcinst.ini"));
}

TEST_CASE("what the driver is and what it reads stands in the provenance") {
  if (!OdbcPostgresSite::available()) return;
  OdbcPostgresSite site;
  site.sql(
      "CREATE SCHEMA apogee; CREATE TABLE apogee.t (a numeric(8) PRIMARY KEY, b varchar(10) NOT NULL); "
      "COMMENT ON TABLE apogee.t IS 'Étudiants'; ANALYZE apogee.t;");
  extract::Access access;
  access.schema = "APOGEE";
  auto source = open(site.uri(), access);
  const auto p = source->provenance();
  CHECK(p.system == "PostgreSQL (ODBC)");
  CHECK_THAT(p.version, Contains("psqlodbcw.so 13."));
  CHECK(p.charset == "UTF8");
  CHECK(p.schema == "apogee");
  CHECK(p.user == "postgres");
  CHECK_THAT(p.snapshot, Contains(":"));
  CHECK(source->consistency() == extract::Consistency::snapshot);
  const auto t = find_table(*source, "t");
  CHECK(t.comment == "Étudiants");
  CHECK(t.key == Lines{"a"});
  CHECK(t.columns[0].type == "numeric(8,0)");
  CHECK(t.columns[0].kind == extract::SourceColumn::Kind::integer);
  CHECK(t.columns[1].nullable == false);
  access.schema = "HARPEGE";
  const auto error = error_of([&] { static_cast<void>(open(site.uri(), access)); });
  CHECK(error.code() == core::Exit::source_missing);
}

namespace {

/// The environment of a service: the locale that drivers look at.
class Locale {
 public:
  explicit Locale(const char* value) {
    if (const char* was = std::getenv("LC_ALL")) before_ = was;
    ::setenv("LC_ALL", value, 1);
    std::setlocale(LC_ALL, "");
  }
  ~Locale() {
    if (before_)
      ::setenv("LC_ALL", before_->c_str(), 1);
    else
      ::unsetenv("LC_ALL");
    std::setlocale(LC_ALL, "");
  }
  Locale(const Locale&) = delete;
  Locale& operator=(const Locale&) = delete;

 private:
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("a database in LATIN9 is read as text through ODBC, whatever the locale") {
  if (!OdbcPostgresSite::available()) return;
  const Locale locale(GENERATE("C", "C.UTF-8"));
  const PostgresServer server;
  server.sql("CREATE DATABASE latin ENCODING 'LATIN9' TEMPLATE template0 LOCALE 'C';");
  server.sql(
      "SET client_encoding = 'UTF8'; CREATE TABLE t (a text); INSERT INTO t VALUES ('Élodie œuvre 5 €');",
      "latin");
  core::TemporaryDirectory folder;
  copy_from(OdbcPostgresSite::uri_of(server, "latin"), profile_of(table("T", column("A"))),
            folder.path() / "e.extract");
  auto extract = extract::Extract::open(folder.path() / "e.extract");
  CHECK(rows_of(extract.database(), "SELECT A FROM T") == Lines{"T:Élodie œuvre 5 €"});
  CHECK(extract.run().charset == "LATIN9");
}

TEST_CASE("reading goes on behind a position, in the order of a key of several columns") {
  if (!OdbcPostgresSite::available()) return;
  OdbcPostgresSite site;
  site.sql(
      "CREATE TABLE t (a char(3), b numeric(8), c timestamp(0), d text, PRIMARY KEY (a, b, c));"
      "INSERT INTO t SELECT (ARRAY['x', 'é''', 'z'])[1 + i % 3], i / 3, '2001-02-03', 'v' || i FROM "
      "generate_series(0, 2999) i;");
  auto source = open(site.uri());
  const auto t = find_table(*source, "t");
  REQUIRE(t.key == Lines{"a", "b", "c"});
  const auto all = read(*source, t, {"d"});
  REQUIRE(all.rows.size() == 3000);
  CHECK(all.rows[1] == "v3");  // numbers in the order of numbers
  CHECK(all.rows[11] == "v33");
  REQUIRE(all.positions.size() > 1);
  const auto rest = read(*source, t, {"d"}, all.positions[0]);
  REQUIRE(rest.rows.size() < 3000);
  CHECK(std::equal(rest.rows.rbegin(), rest.rows.rend(), all.rows.rbegin()));
  CHECK(read(*source, t, {"d"}, all.positions.back()).rows.empty());
  CHECK(error_of([&] { static_cast<void>(read(*source, t, {"d"}, "1:x")); }).code() ==
        core::Exit::extract_invalid);
}

TEMPLATE_TEST_CASE("a second connection sees the same moment", "", PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql("CREATE TABLE t (a text); INSERT INTO t VALUES ('avant');");
  auto source = open(site.uri());
  site.sql("INSERT INTO t VALUES ('après');");
  auto sibling = source->sibling();
  REQUIRE(sibling);
  CHECK(sibling->count("t") == 1);
  CHECK(read(*sibling, find_table(*source, "t"), {"a"}).rows == Lines{"avant"});
  CHECK(open(site.uri())->count("t") == 2);
}

TEST_CASE("several readers copy several tables of one moment through ODBC") {
  if (!OdbcPostgresSite::available()) return;
  OdbcPostgresSite site;
  std::string tables, sql;
  for (const std::string name : {"a", "b", "c", "d"}) {
    sql += "CREATE TABLE " + name + " (n int PRIMARY KEY, v text); INSERT INTO " + name +
           " SELECT i, repeat('v', i) FROM generate_series(1, 3000) i;";
    tables += table(name, column("n", "NUMBER(8)") + column("v", "CLOB"));
  }
  site.sql(sql);
  core::TemporaryDirectory folder;
  extract::CopyOptions options;
  options.readers = 3;
  const auto report = copy_from(site.uri(), profile_of(tables), folder.path() / "e.extract", options);
  CHECK(report.rows == 12000);
  CHECK(report.consistency == extract::Consistency::snapshot);
  auto extract = extract::Extract::open(folder.path() / "e.extract");
  CHECK(extract.database().one_int("SELECT sum(length(v)) FROM d") == 3000 * 3001 / 2);
}

TEST_CASE("nothing can be written through ODBC") {
  if (!OdbcPostgresSite::available()) return;
  OdbcPostgresSite site;
  site.sql(
      "CREATE TABLE trace (a int); CREATE FUNCTION ecrit() RETURNS int LANGUAGE sql AS 'INSERT INTO "
      "public.trace VALUES (1) RETURNING 1'; CREATE VIEW piege AS SELECT public.ecrit() AS a;");
  auto source = open(site.uri());
  const auto error = error_of([&] { static_cast<void>(read(*source, find_table(*source, "piege"), {"a"})); });
  CHECK_THAT(causes_of(error).at(0), Contains("25006"));
  CHECK(site.server().value("SELECT count(*) FROM trace") == "0");
}

TEST_CASE("an ODBC connection that is killed is an error, not a shorter table") {
  if (!OdbcPostgresSite::available()) return;
  OdbcPostgresSite site;
  site.sql("CREATE TABLE t (a text); INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 20000);");
  auto source = open(site.uri());
  const auto t = find_table(*source, "t");
  std::size_t rows = 0;
  const auto error = error_of([&] {
    Rows sink([&](extract::RowBlock&& b) {
      if (rows == 0)
        site.server().sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
            "backend_type = 'client backend'");
      rows += b.rows();
    });
    source->read({t, {"a"}, ""}, sink, {});
  });
  CHECK(error.code() == core::Exit::source_unreachable);
  CHECK_THAT(error.message().english(), Contains("could not read t"));
  CHECK(rows > 0);
  CHECK(rows < 20000);
}

TEST_CASE("a stop ends a reading through ODBC, also while the server is still thinking") {
  if (!OdbcPostgresSite::available()) return;
  OdbcPostgresSite site;
  site.sql(
      "CREATE TABLE t (a text); INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 20000);"
      "CREATE VIEW lente AS SELECT pg_sleep(600)::text AS a;");
  auto source = open(site.uri());
  const auto t = find_table(*source, "t");
  std::stop_source stop;
  std::size_t rows = 0;
  Rows sink([&](extract::RowBlock&& b) {
    rows += b.rows();
    stop.request_stop();
  });
  CHECK(error_of([&] {
          source->read({t, {"a"}, ""}, sink, stop.get_token());
        }).code() == core::Exit::interrupted);
  CHECK(rows < 20000);
  CHECK(source->count("t") == 20000);  // the connection goes on

  std::stop_source later;
  std::jthread stopper([&] {
    while (site.server().value("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE "
                               "'%lente%' AND pid <> pg_backend_pid()") == "0")
      std::this_thread::yield();
    later.request_stop();
  });
  const auto slow = find_table(*source, "lente");
  CHECK(error_of([&] {
          source->read({slow, {"a"}, ""}, sink, later.get_token());
        }).code() == core::Exit::interrupted);
}

TEST_CASE("a wrong password says nothing of itself, a missing right names the table") {
  if (!OdbcPostgresSite::available()) return;
  OdbcPostgresSite site;
  site.sql("CREATE ROLE lecteur LOGIN PASSWORD 'bon-mot'; CREATE TABLE fermee (a text);");
  const auto hba = site.server().value("SHOW hba_file");
  site.sql(
      "COPY (SELECT 'local all lecteur scram-sha-256' UNION ALL SELECT 'local all postgres trust') TO '" +
      hba + "'; SELECT pg_reload_conf();");
  const auto uri = OdbcPostgresSite::uri_of(site.server(), "postgres", "lecteur");
  extract::Access access;
  access.password = "bon-mot";
  auto source = open(uri, access);
  const auto error = error_of([&] { static_cast<void>(source->count("fermee")); });
  CHECK(error.code() == core::Exit::source_rights);
  CHECK_THAT(error.message().english(), Contains("fermee"));
  const auto findings = source->probe({"fermee"}, noon());
  CHECK(std::any_of(findings.begin(), findings.end(), [](const auto& f) { return f.code == "RIGHTS"; }));
  access.password = "faux;mot}";
  const auto refused = error_of([&] { static_cast<void>(open(uri, access)); });
  CHECK((refused.code() == core::Exit::source_unreachable || refused.code() == core::Exit::source_rights));
  CHECK_THAT(refused.render(), !Contains("faux"));
  CHECK_THAT(refused.render(), Contains("--password-file"));
}

TEST_CASE("sixty megabytes in one value travel in pieces of one mebibyte") {
  if (!OdbcPostgresSite::available()) return;
  OdbcPostgresSite site;
  site.sql(
      "CREATE TABLE t (n int PRIMARY KEY, a text, b bytea, c varchar(10)); INSERT INTO t VALUES "
      "(1, 'court', '\\x00', 'x'), (2, repeat('é', 30000000), decode(repeat('00ff', 1000000), 'hex'), 'y'), "
      "(3, repeat('a', 5000), NULL, 'z'), (4, '', '', '');");
  auto source = open(site.uri());
  const auto t = find_table(*source, "t");
  const auto got = read(*source, t, {"a", "b", "c"});
  REQUIRE(got.rows.size() == 4);
  CHECK(got.rows[0] == std::string("court|\0|x", 9));
  CHECK(got.rows[1] == "LARGE|LARGE|y");
  CHECK(got.rows[2] == std::string(5000, 'a') + "|NULL|z");
  CHECK(got.rows[3] == "||");
  CHECK(got.largest_piece == extract::large_value);
  CHECK(got.large.at(0).size() == 60000000);
  CHECK(core::is_utf8(got.large.at(0)));
  CHECK(got.large.at(1).size() == 2000000);
  CHECK(got.large.at(1).substr(1999998) == std::string("\0\xff", 2));
  CHECK(got.pieces == 58 + 2);
}

TEST_CASE("SQLite's odd values come through its driver as they are") {
  if (!OdbcSqliteSite::available()) return;
  OdbcSqliteSite site;
  site.sql(
      "CREATE TABLE t (a, b TEXT, c INTEGER);"
      "INSERT INTO t VALUES (9223372036854775807, CAST(x'610062' AS TEXT), 'texte');"
      "INSERT INTO t VALUES (0.1, x'00ff', 1e300), (-1.5, CAST(x'e9' AS TEXT), NULL);"
      "CREATE TABLE sans (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO sans VALUES ('b', 1), ('a', 2);");
  auto direct = open(site.SqliteSite::uri());
  auto source = open(site.uri());
  const auto t = find_table(*source, "t");
  const auto got = read(*source, t, {"a", "b", "c"});
  CHECK(got.rows == read(*direct, find_table(*direct, "t"), {"a", "b", "c"}).rows);
  CHECK(got.rows[0] == std::string("9223372036854775807|a\0b|texte", 29));
  CHECK_THAT(got.rows[1], Contains("0.1|"));
  CHECK(read(*source, t, {"c"}, "1:1").rows == Lines{"1e+300", "NULL"});
  CHECK(read(*source, find_table(*source, "sans"), {"k", "v"}).rows == Lines{"a|2", "b|1"});
  CHECK(source->provenance().snapshot == direct->provenance().snapshot);
}

TEST_CASE("drivers that lie about sizes give exact values or an error, never less") {
  const auto quirk =
      GENERATE(as<std::string>{}, "describe 0", "describe 255", "describe 2147483648", "quirk no-total",
               "quirk silent-cut", "quirk cut-characters", "quirk empty-blocks");
  INFO(quirk);
  // A VARCHAR2(10) whose values are longer than it says, as bytes of a badly declared database can be.
  ScriptedSite site(oracle_script("T", {"A VARCHAR2 10", "B CLOB 4000"}) + "sql SELECT \"A\" FROM\n" + quirk +
                    "\nrow @100@é\n" + "sql SELECT \"B\" FROM\n" + quirk + "\nrow @300000@aéé€\n" +
                    "sql FROM \"APOGEE\".\"T\"\n" + quirk +
                    "\nrow AAA|court|un|\\N\nrow AAB|@100@é|\\N|1\nrow AAC|\\N|\\N|\\N\n");
  auto source = open(site.uri());
  const auto got = read(*source, find_table(*source, "T"), {"A", "B"});
  std::string long_a, long_b;
  for (int i = 0; i < 100; ++i) long_a += "é";
  for (int i = 0; i < 300000; ++i) long_b += "aéé€";
  CHECK(got.rows == Lines{"court|un", long_a + "|LARGE", "NULL|NULL"});
  CHECK(got.large.at(1) == long_b);
  CHECK(got.largest_piece <= extract::large_value);
}

TEST_CASE("drivers that never end or give impossible lengths are errors") {
  const auto [quirk, part] = GENERATE(table<std::string, std::string>(
      {{"quirk endless", "does not come to the end"}, {"quirk bad-length", "a length of -7"}}));
  ScriptedSite site(oracle_script("T", {"A VARCHAR2 10"}) + "sql FROM \"APOGEE\".\"T\"\n" + quirk +
                    "\nrow AAA|x\n");
  auto source = open(site.uri());
  const auto t = find_table(*source, "T");
  const auto error = error_of([&] { static_cast<void>(read(*source, t, {"A"})); });
  CHECK(error.code() == core::Exit::source_data);
  CHECK_THAT(error.message().english(), Contains(part));
}

TEST_CASE("fetches take as many rows as asked, or one where the driver knows no arrays") {
  const auto script =
      oracle_script("T", {"A VARCHAR2 10"}) + "sql FROM \"APOGEE\".\"T\"\nrow AAA|x\nrow AAB|y\nrow AAC|z\n";
  const auto rows = [&](const ScriptedSite& site, std::size_t fetch_rows) {
    extract::Access access;
    access.fetch_rows = fetch_rows;
    auto source = open(site.uri(), access);
    return read(*source, find_table(*source, "T"), {"A"}).rows;
  };
  const ScriptedSite two(script), none("refuse-arrays\n" + script);
  CHECK(rows(two, 2) == Lines{"x", "y", "z"});
  CHECK(two.asked("ARRAY 2") == 1);
  CHECK(rows(none, 0) == Lines{"x", "y", "z"});
}

TEST_CASE("a database that nobody knows is read table by table, and a finding says so") {
  ScriptedSite site(
      "dbms Baroque\nsql SQLTables\nrow \\N|\\N|T|TABLE|Une table\n"
      "sql SQLColumns\nrow \\N|\\N|T|K|4|INTEGER|10|4|0|10|0\nrow \\N|\\N|T|V|12|VARCHAR|255|255|\\N|\\N|1\n"
      "row \\N|\\N|T|P|-4|BLOB|0|0|\\N|\\N|1\n"
      "sql SQLPrimaryKeys T\nrow \\N|\\N|T|K|1\n"
      "sql COUNT(*)\nrow 2\nsql FROM `T`\nrow 1|@3000@x|\\N\nrow 2|\\N|@2000000@b\n");
  auto source = open(site.uri());
  CHECK(source->consistency() == extract::Consistency::per_table);
  CHECK_FALSE(source->sibling());
  const auto t = find_table(*source, "T");
  CHECK(t.comment == "Une table");
  CHECK(t.key == Lines{"K"});
  CHECK(source->count("T") == 2);
  const auto got = read(*source, t, {"K", "V", "P"});
  CHECK(got.rows == Lines{"1|" + std::string(3000, 'x') + "|NULL", "2|NULL|LARGE"});
  CHECK(got.large.at(2) == std::string(2000000, 'b'));
  CHECK(got.positions.back().empty());
  CHECK(site.asked("SELECT `K`, `V`, `P` FROM `T` ORDER BY `K`") == 1);
  const auto findings = source->probe({"T"}, noon());
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].code == "UNKNOWN_DBMS");
}

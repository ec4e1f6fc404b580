// What only a PostgreSQL server has: its own types, its catalogue, its moments, its order of rows.
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

TEST_CASE("the catalogue of PostgreSQL tells the volume of large values, once it has been vacuumed") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE TABLE court (num int); CREATE TABLE long (texte text);"
      "ALTER TABLE long ALTER texte SET STORAGE EXTERNAL; INSERT INTO long SELECT repeat('x', 100000) FROM "
      "generate_series(1, 20);");
  const auto large = [&](const std::string& name) {
    const auto catalogue = extract::open_source(extract::parse_source(server.uri()), {})->catalogue();
    return std::ranges::find(catalogue, name, &extract::SourceTable::name)->large_bytes;
  };
  CHECK(large("court") == 0);
  CHECK_FALSE(large("long"));
  server.sql("VACUUM long");
  const auto bytes = large("long");
  REQUIRE(bytes);
  CHECK(*bytes >= 2'000'000);
  CHECK(*bytes < 3'000'000);
}

TEMPLATE_TEST_CASE("every type of PostgreSQL arrives exact, as SQL text converted by nobody", "",
                   PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  const auto [type, literal, storage, expected, anomaly] = std::tuple<Lines, Lines, Lines, Lines, Lines>{
      {"numeric(38)", "numeric",  "numeric(38,10)", "numeric(18)", "numeric(19)", "bigint",
       "smallint",    "float8",   "real",           "money",       "boolean",     "boolean",
       "date",        "date",     "date",           "date",        "timestamp",   "timestamptz",
       "time",        "interval", "uuid",           "text",        "char(6)",     "\"char\"",
       "bytea",       "bytea",    "json",           "int[]",       "numeric",     "float8",
       "oid"},
      {"'12345678901234567890123456789012345678'",
       "'-0.000000000000000000000000000001'",
       "'1234567890.0123456789'",
       "'999999999999999999'",
       "'9999999999999999999'",
       "'9223372036854775807'",
       "'-32768'",
       "'0.1'",
       "'1e-30'",
       "'1234.5'",
       "true",
       "false",
       "'0044-03-15 BC'",
       "'12000-01-01'",
       "'infinity'",
       "'1987-02-03'",
       "'1987-02-03 04:05:06.789'",
       "'1987-07-01 00:30:00+02'",
       "'12:34:56.7'",
       "'1 year 2 days'",
       "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
       "E'tab\\t ligne\\n \\\\. \\\\N fin'",
       "'ab'",
       "'x'",
       "''",
       "'\\xdeadbeef00'",
       "'{\"a\": \"é\"}'",
       "'{1,NULL,3}'",
       "'NaN'",
       "'-Infinity'",
       "'4294967295'"},
      {"TEXT", "TEXT", "TEXT",    "INTEGER", "TEXT", "INTEGER", "INTEGER", "TEXT",
       "TEXT", "TEXT", "INTEGER", "INTEGER", "TEXT", "TEXT",    "TEXT",    "TEXT",
       "TEXT", "TEXT", "TEXT",    "TEXT",    "TEXT", "TEXT",    "TEXT",    "TEXT",
       "BLOB", "BLOB", "TEXT",    "TEXT",    "TEXT", "TEXT",    "INTEGER"},
      {"T:12345678901234567890123456789012345678",
       "T:-0.000000000000000000000000000001",
       "T:1234567890.0123456789",
       "I:999999999999999999",
       "T:9999999999999999999",
       "I:9223372036854775807",
       "I:-32768",
       "T:0.1",
       "T:0.000000000000000000000000000001",
       "T:1234.5",
       "I:1",
       "I:0",
       "T:0044-03-15 BC",
       "T:12000-01-01",
       "T:infinity",
       "T:1987-02-03T00:00:00",
       "T:1987-02-03T04:05:06.789",
       "T:1987-06-30T22:30:00Z",
       "T:12:34:56.7",
       "T:P1Y2D",
       "T:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
       "T:tab\t ligne\n \\. \\N fin",
       "T:ab    ",
       "T:x",
       "B:",
       "B:deadbeef00",
       "T:{\"a\": \"é\"}",
       "T:{1,NULL,3}",
       "T:NaN",
       "T:-Infinity",
       "I:4294967295"},
      {"C12", "C13", "C14", "C28", "C29"}};
  REQUIRE(type.size() == literal.size());
  std::string create, insert, columns, list;
  for (std::size_t i = 0; i < type.size(); ++i) {
    const auto name = "c" + std::to_string(i);
    create += (i ? ", " : "") + name + " " + type[i];
    insert += (i ? ", " : "") + literal[i];
    columns += column("C" + std::to_string(i), "VARCHAR2(1)");
    list += (i ? ", C" : "C") + std::to_string(i);
  }
  site.sql("CREATE TABLE t (" + create + "); INSERT INTO t VALUES (" + insert +
           "); INSERT INTO t DEFAULT VALUES;");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  const auto report = copy_from(site.uri(), profile_of(table("T", columns)), target);
  auto extract = extract::Extract::open(target);
  auto row = extract.database().prepare("SELECT " + list + " FROM T ORDER BY _row");
  auto storages = extract.database().prepare("SELECT storage FROM versoir_column ORDER BY position");
  REQUIRE(row.step());
  for (std::size_t i = 0; i < type.size(); ++i) {
    INFO(type[i] << " " << literal[i]);
    CHECK(shown(row.value(static_cast<int>(i))) == expected[i]);
    REQUIRE(storages.step());
    CHECK(storages.text(0) == storage[i]);
  }
  REQUIRE(row.step());
  for (std::size_t i = 0; i < type.size(); ++i) CHECK(row.is_null(static_cast<int>(i)));
  Lines anomalies;
  auto st = extract.database().prepare("SELECT column_name FROM versoir_anomaly ORDER BY column_name");
  while (st.step()) anomalies.emplace_back(st.text(0));
  CHECK(anomalies == anomaly);
  CHECK(report.anomalies == anomaly.size());
  CHECK(std::any_of(report.notes.begin(), report.notes.end(),
                    [](const auto& n) { return n.code == "LARGE_OBJECT"; }));
}

TEST_CASE("a domain counts as the type it restricts, and NaN in an integer column is kept") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE DOMAIN code AS numeric(8); CREATE TABLE t (a code, b numeric(8));"
      "INSERT INTO t VALUES (1, 2), (3, 'NaN'), (4, 5);");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  copy_from(server.uri(), profile_of(table("T", column("A", "NUMBER(8)") + column("B", "NUMBER(8)"))),
            target);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT A, B FROM T") == Lines{"I:1|T:2", "I:3|T:NaN", "I:4|T:5"});
}

TEST_CASE("schemas, views, partitions and names that need quotes are found") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE SCHEMA apogee; CREATE TABLE apogee.individu (num numeric(8)); INSERT INTO apogee.individu "
      "VALUES (7);"
      "CREATE VIEW apogee.vue AS SELECT num FROM apogee.individu;"
      "CREATE TABLE apogee.\"Mixte\" (\"Le Nom\" text, \"a\"\"b\" text); INSERT INTO apogee.\"Mixte\" VALUES "
      "('x', 'y');"
      "CREATE TABLE apogee.part (an int) PARTITION BY LIST (an);"
      "CREATE TABLE apogee.part_1 PARTITION OF apogee.part FOR VALUES IN (1); INSERT INTO apogee.part VALUES "
      "(1);"
      "CREATE TABLE individu (autre text);");
  auto source = open(server.uri(), in_schema("APOGEE"));
  Lines names;
  for (const auto& t : source->catalogue()) names.push_back(t.name);
  CHECK(names == Lines{"Mixte", "individu", "part", "vue"});
  CHECK(source->provenance().schema == "apogee");
  CHECK(source->provenance().system == "PostgreSQL");
  CHECK(source->provenance().charset == "UTF8");
  CHECK_THAT(source->provenance().snapshot, Contains(":"));
  CHECK(source->count("Mixte") == 1);
  Lines cells;
  const auto mixte = find_table(*source, "Mixte");
  Rows rows([&](extract::RowBlock&& b) {
    for (std::size_t i = 0; i < b.columns(); ++i) cells.emplace_back(b.text(b.cell(0, i)));
  });
  source->read({mixte, {"a\"b", "Le Nom"}, ""}, rows, {});
  CHECK(cells == Lines{"y", "x"});

  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  const auto number = column("NUM", "NUMBER(8)");
  copy_from(
      server.uri(),
      profile_of(table("INDIVIDU", number) + table("VUE", number) + table("PART", column("AN")), "APOGEE"),
      target);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT i.NUM, v.NUM, p.AN FROM INDIVIDU i, VUE v, PART p") ==
        Lines{"I:7|I:7|I:1"});
  CHECK(rows_of(extract.database(), "SELECT value FROM versoir_run WHERE key = 'schema'") ==
        Lines{"T:apogee"});

  const auto error = error_of([&] { static_cast<void>(open(server.uri(), in_schema("HARPEGE"))); });
  CHECK(error.code() == core::Exit::source_missing);
  CHECK_THAT(error.message().english(), Contains("HARPEGE"));
}

TEMPLATE_TEST_CASE("what a server shows is the same after a checkpoint, and another after a commit", "",
                   PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql("CREATE TABLE aaa (num int PRIMARY KEY)");
  const auto shown = [&] { return open(site.uri())->provenance().snapshot; };
  const auto before = shown();
  CHECK_THAT(before, Contains("/1"));  // the cluster and its timeline
  site.sql("CHECKPOINT");
  CHECK(shown() == before);
  site.sql("INSERT INTO aaa VALUES (1)");
  CHECK(shown() != before);
}

TEMPLATE_TEST_CASE("from every position the rows that follow are read, whatever stands in the key", "",
                   PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "CREATE TABLE t (a text, b text, n int, PRIMARY KEY (a, b));"
      "INSERT INTO t SELECT 'a' || repeat(E'\\t', i % 3) || repeat(E'\\\\', i % 5) || CASE i % 2 WHEN 0 THEN "
      "E'\\n' ELSE E'\\\\N' || chr(39) END, E'\\\\' || i || E'\\r\\n\\t' || CASE i % 7 WHEN 0 THEN '' ELSE "
      "'é' END, i FROM generate_series(1, 1500) i;");
  auto source = open(site.uri());
  const auto t = find_table(*source, "t");
  REQUIRE(t.key == Lines{"a", "b"});
  const auto read = [&](const std::string& after, Lines* positions) {
    Lines out;
    Rows rows([&](extract::RowBlock&& b) {
      for (std::size_t r = 0; r < b.rows(); ++r)
        out.push_back(std::string(b.text(b.cell(r, 0))) + "|" + std::string(b.text(b.cell(r, 1))));
      if (positions) positions->push_back(std::to_string(out.size()) + " " + b.position);
    });
    source->read({t, {"a", "b"}, after}, rows, {});
    return out;
  };
  Lines positions;
  const auto all = read("", &positions);
  CHECK(all.size() == 1500);
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == 1500);
  REQUIRE(positions.size() > 3);
  for (const auto& p : positions) {
    const auto blank = p.find(' ');
    CHECK(read(p.substr(blank + 1), nullptr) ==
          Lines(all.begin() + std::stol(p.substr(0, blank)), all.end()));
  }
}

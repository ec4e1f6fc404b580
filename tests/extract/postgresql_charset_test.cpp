// PostgreSQL databases in other sets than UTF-8, directly and through ODBC.
#include "core/text.hpp"
#include "extract/csv_charset.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>
#include <fmt/ranges.h>

#include <span>

using namespace versoir;
using namespace versoir::tests;
using Lines = std::vector<std::string>;

TEMPLATE_TEST_CASE("databases in other encodings are read as text", "", PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  const PostgresServer server;
  server.sql("CREATE DATABASE latin ENCODING 'LATIN9' TEMPLATE template0 LOCALE 'C';");
  server.sql("CREATE DATABASE brute ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C';");
  server.sql(
      "SET client_encoding = 'UTF8'; CREATE TABLE t (a text); INSERT INTO t VALUES ('Élodie œuvre 5 €');",
      "latin");
  server.sql("CREATE TABLE t (a text); INSERT INTO t VALUES (E'caf\\xe9'), ('café');", "brute");
  core::TemporaryDirectory folder;
  const auto profile = profile_of(table("T", column("A")));
  copy_from(TestType::uri_of(server, "latin"), profile, folder.path() / "latin.extract");
  auto latin = extract::Extract::open(folder.path() / "latin.extract");
  CHECK(rows_of(latin.database(), "SELECT A FROM T") == Lines{"T:Élodie œuvre 5 €"});
  CHECK(latin.run().charset == "LATIN9");

  const auto report = copy_from(TestType::uri_of(server, "brute"), profile, folder.path() / "brute.extract");
  CHECK(report.anomalies == 1);
  CHECK(std::ranges::any_of(report.notes, [](const core::Finding& f) {
    return f.message.english() == "1 value holds bytes that are not text in the source's encoding.";
  }));
  auto raw = extract::Extract::open(folder.path() / "brute.extract");
  CHECK(rows_of(raw.database(), "SELECT A FROM T") == Lines{"T:caf\uFFFD", "T:café"});
  CHECK(rows_of(raw.database(), "SELECT hex(raw) FROM versoir_anomaly") == Lines{"T:636166E9"});
}

TEMPLATE_TEST_CASE("bytes that mean nothing in a database's set are anomalies, not the end of a copy", "",
                   PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  const PostgresServer server;
  const auto [encoding, accents] = GENERATE(table<std::string, std::string>(
      {{"WIN1252", "Élodie œuvre 5 € – fin"}, {"LATIN9", "Élodie œuvre 5 €"}, {"LATIN1", "Élodie"}}));
  INFO(encoding);
  server.sql("CREATE DATABASE d ENCODING '" + encoding + "' TEMPLATE template0 LOCALE 'C';");
  server.sql(
      "SET client_encoding = 'UTF8'; CREATE TABLE prenoms (k varchar(20), ete text, n int, "
      "b bytea, \"né\" text, PRIMARY KEY (k, n)); INSERT INTO prenoms VALUES ('é', E'" +
          accents +
          "\\t\\\\', 1, '\\xe9', 'é'); INSERT INTO prenoms SELECT 'k' || i, 'é', i, NULL FROM "
          "generate_series(1, 400) i;"
          "INSERT INTO prenoms VALUES ('zz', repeat('é', 1200000), 1, NULL);",
      "d");
  const bool undefined = encoding == "WIN1252";
  if (undefined)
    server.sql(
        "SET client_encoding = 'WIN1252'; CREATE TABLE t (k text PRIMARY KEY, a text); INSERT INTO t VALUES "
        "(E'\\x81', E'caf\\xe9 \\x81'), (E'\\xe9', 'x'), (E'\\xff\\x8d', repeat(E'\\x90', 1100000)), ('b', "
        "E'\\x80');",
        "d");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  auto tables =
      table("PRENOMS", column("K") + column("ETE") + column("N", "NUMBER(8)") + column("B", "BLOB"));
  if (undefined) tables += table("T", column("K") + column("A"));
  const auto report = copy_from(TestType::uri_of(server, "d"), profile_of(tables), target);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT ete, hex(b) FROM prenoms WHERE k = 'é'") ==
        Lines{"T:" + accents + "\t\\|T:E9"});
  CHECK(
      extract.database().one_int("SELECT sum(length(CAST(bytes AS TEXT))) FROM versoir_lob WHERE table_name "
                                 "= 'PRENOMS'") == 1200000);
  CHECK(rows_of(extract.database(), "SELECT count(DISTINCT k) FROM prenoms") == Lines{"I:402"});
  if (undefined) {
    CHECK(rows_of(extract.database(), "SELECT K, A FROM T ORDER BY _row") ==
          Lines{"T:b|T:€", "T:\uFFFD|T:café \uFFFD", "T:é|T:x", "T:ÿ\uFFFD|NULL"});
    CHECK(rows_of(extract.database(),
                  "SELECT DISTINCT table_name, row, column_name, kind FROM versoir_anomaly ORDER BY 2, 3") ==
          Lines{"T:T|I:2|T:A|T:encoding", "T:T|I:2|T:K|T:encoding", "T:T|I:4|T:A|T:encoding",
                "T:T|I:4|T:K|T:encoding"});
    CHECK(rows_of(extract.database(),
                  "SELECT row, column_name, hex(raw) FROM versoir_anomaly WHERE length(raw) < 99 ORDER BY 1, "
                  "2") == Lines{"I:2|T:A|T:636166C3A92081", "I:2|T:K|T:81", "I:4|T:K|T:C3BF8D"});
    CHECK(extract.database().one_int("SELECT count(*) FROM versoir_lob WHERE table_name = 'T' AND "
                                     "trim(CAST(bytes AS TEXT), char(65533)) <> ''") == 0);
  } else {
    CHECK(report.anomalies == 0);
  }
  auto source = open(TestType::uri_of(server, "d"));
  for (const std::string name : {"prenoms", "t"}) {
    if (name == "t" && !undefined) continue;
    const auto t = find_table(*source, name);
    Lines positions{""};
    std::vector<std::size_t> before{0};
    std::size_t all = 0;
    Rows rows([&](extract::RowBlock&& b) {
      all += b.rows();
      positions.push_back(b.position);
      before.push_back(all);
    });
    source->read({t, {t.columns[0].name, t.columns.back().name}, ""}, rows, {});
    for (std::size_t i = 0; i < before.size(); ++i) {
      std::size_t n = 0;
      Rows rest([&](extract::RowBlock&& b) { n += b.rows(); });
      source->read({t, {t.columns[0].name, t.columns.back().name}, positions[i]}, rest, {});
      CHECK(n == all - before[i]);
    }
  }
}

TEMPLATE_TEST_CASE("every set of one byte a character is read strictly: accents as text, holes as anomalies",
                   "", PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  const PostgresServer server;
  core::TemporaryDirectory folder;
  const auto profile = profile_of(table("T", column("K") + column("A")));
  struct Case {
    std::string encoding, text, hole;  ///< hole: a byte without a meaning, two hexadecimal digits
  };
  for (const auto& [encoding, text, hole] :
       {Case{"WIN1250", "žluťoučký kůň, Ústí", "81"}, Case{"WIN1257", "Žemaitė", "A1"},
        Case{"WIN1255", "שָׁלוֹם", "D9"}, Case{"WIN1258", "crème brûlée đ", "9E"}, Case{"WIN874", "สวัสดี", "DB"},
        Case{"LATIN3", "Ĝis la revido", "A5"}, Case{"ISO_8859_7", "Αθήνα", "FF"},
        Case{"LATIN2", "žluťoučký", ""}, Case{"KOI8R", "Привет", ""}}) {
    INFO(encoding);
    const auto name = core::ascii_lower("d_" + encoding);
    server.sql("CREATE DATABASE " + name + " ENCODING '" + encoding + "' TEMPLATE template0 LOCALE 'C';");
    server.sql(
        "SET client_encoding = 'UTF8'; CREATE TABLE t (k varchar(20) PRIMARY KEY, a text); INSERT INTO t "
        "VALUES ('k', '" +
            text + "');",
        name);
    if (!hole.empty())
      server.sql("SET client_encoding = '" + encoding + "'; INSERT INTO t VALUES (E'\\x" + hole +
                     "', E'x\\x" + hole + "');",
                 name);
    const auto target = folder.path() / (encoding + ".extract");
    const auto report = copy_from(TestType::uri_of(server, name), profile, target);
    auto extract = extract::Extract::open(target);
    CHECK(rows_of(extract.database(), "SELECT A FROM T WHERE K = 'k'") == Lines{"T:" + text});
    CHECK(report.anomalies == (hole.empty() ? 0u : 2u));
    if (hole.empty()) continue;
    CHECK(rows_of(extract.database(), "SELECT K, A FROM T WHERE K <> 'k'") == Lines{"T:\uFFFD|T:x\uFFFD"});
    CHECK(rows_of(extract.database(),
                  "SELECT table_name, row, column_name, kind, hex(raw) FROM versoir_anomaly ORDER BY 3") ==
          Lines{"T:T|I:2|T:A|T:encoding|T:78" + hole, "T:T|I:2|T:K|T:encoding|T:" + hole});
  }
}

TEST_CASE("each byte of each set means here what it means to PostgreSQL, and the others mean nothing") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE FUNCTION meaning(b int, e text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN "
      "encode(convert_to(convert_from(set_byte('\\x00'::bytea, 0, b), e), 'UTF8'), 'hex'); "
      "EXCEPTION WHEN OTHERS THEN RETURN '-'; END $$;");
  std::size_t sets = 0;
  for (const std::string encoding :
       {"LATIN1",     "LATIN2",     "LATIN3",     "LATIN4",     "LATIN5",  "LATIN6",  "LATIN7",
        "LATIN8",     "LATIN9",     "LATIN10",    "ISO_8859_5", "WIN1250", "WIN1251", "WIN1252",
        "ISO_8859_6", "ISO_8859_7", "ISO_8859_8", "WIN1253",    "WIN1254", "WIN1255", "WIN1256",
        "WIN1257",    "WIN1258",    "WIN866",     "WIN874",     "KOI8R",   "KOI8U"}) {
    INFO(encoding);
    const auto charset = extract::CsvCharset::of_postgresql(encoding);
    REQUIRE(charset);
    ++sets;
    const auto undefined = charset->undefined();
    std::string ours;
    for (int b = 128; b < 256; ++b) {
      const char byte = static_cast<char>(b);
      std::string meaning;
      charset->append(meaning, {&byte, 1});
      ours += b == 128 ? "" : ",";
      ours += undefined.find(byte) == std::string::npos
                  ? fmt::format("{:02x}",
                                fmt::join(std::span(reinterpret_cast<const unsigned char*>(meaning.data()),
                                                    meaning.size()),
                                          ""))
                  : "-";
    }
    CHECK(ours == server.value("SELECT string_agg(meaning(b, '" + encoding +
                               "'), ',' ORDER BY b) FROM generate_series(128, 255) b"));
  }
  CHECK(sets == 27);
  CHECK_FALSE(extract::CsvCharset::of_postgresql("UTF8"));
  CHECK_FALSE(extract::CsvCharset::of_postgresql("EUC_JP"));
  CHECK_FALSE(extract::CsvCharset::named("ISO-8859-2"));  // no head of a CSV export can tell it from others
}

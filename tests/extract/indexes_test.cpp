// Indexes of a copied table, whatever the order in which its rows come, and what breaks keys and references.
#include "sites.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Lines = std::vector<std::string>;

TEST_CASE("every wanted index is there once, in whatever order the rows come") {
  SqliteSite site;
  // K comes in order until the last row, V never, W always; an index on K alone begins that of the key.
  site.sql(
      "CREATE TABLE a (k NUMBER(8), l VARCHAR2(9), v VARCHAR2(9), w VARCHAR2(9));"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) "
      "INSERT INTO a SELECT CASE WHEN i = 9000 THEN 0 ELSE i / 2 END, 'L' || (i % 2), 'V' || (i * 7 % 10), "
      "CASE WHEN i > 10 THEN 'W' END FROM n;");
  core::TemporaryDirectory folder;
  const auto profile =
      profile_of(table("A",
                       "<index columns=\"K\"/><index columns=\"V\"/><index columns=\"W\"/>" +
                           column("K", "NUMBER(8)") + column("L") + column("V") + column("W"),
                       "key=\"K L\""));
  copy_from(site.uri(), profile, folder.path() / "e.extract");
  auto extract = extract::Extract::open(folder.path() / "e.extract");
  auto& db = extract.database();
  CHECK(
      rows_of(db,
              "SELECT group_concat(i.name) FROM sqlite_master m, pragma_index_info(m.name) i WHERE m.type = "
              "'index' AND m.tbl_name = 'A' GROUP BY m.name ORDER BY 1") == Lines{"T:K,L", "T:V", "T:W"});
  CHECK(rows_of(db, "PRAGMA integrity_check") == Lines{"T:ok"});  // each index agrees with its rows
}

TEST_CASE("keys that come twice are counted, whether rows come in their order or not") {
  const std::string order = GENERATE("i", "i * 7 % 1001");
  SqliteSite site;
  site.sql(
      "CREATE TABLE a (k NUMBER(8), v VARCHAR2(9));"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
      "INSERT INTO a SELECT CASE WHEN i IN (501, 502) THEN 500 ELSE i END, 'x' FROM n ORDER BY " +
      order + ";");
  core::TemporaryDirectory folder;
  const auto profile = profile_of(table("A", column("K", "NUMBER(8)") + column("V"), "key=\"K\""));
  CHECK(copy_from(site.uri(), profile, folder.path() / "e.extract").integrity == 2);
}

TEST_CASE("references of every kind of value are judged as SQL judges them") {
  SqliteSite site;
  site.sql(
      "CREATE TABLE t (n NUMBER(8), c VARCHAR2(9), s VARCHAR2(9)); INSERT INTO t VALUES (1, 'a', '7'), "
      "(NULL, 'b', '8'); CREATE TABLE a (n NUMBER(8), c VARCHAR2(9), s NUMBER(8));"
      // 7 is found though its target is a text; NULL refers to nothing, and is no fault.
      "INSERT INTO a VALUES (1, 'a', 7), (1, 'a', 7), (2, 'a', 8), (2, 'z', 9), (NULL, 'z', NULL), "
      "(NULL, NULL, 8), (1, 'a ', 7);");
  core::TemporaryDirectory folder;
  const auto profile = profile_of(table("A", column("N", "NUMBER(8)", "references=\"T.N\"") +
                                                 column("C", "VARCHAR2(9)", "references=\"T.C\"") +
                                                 column("S", "NUMBER(8)", "references=\"T.S\"")) +
                                  table("T", column("N", "NUMBER(8)") + column("C") + column("S")));
  copy_from(site.uri(), profile, folder.path() / "e.extract");
  auto extract = extract::Extract::open(folder.path() / "e.extract");
  CHECK(rows_of(extract.database(), "SELECT column_name, rows FROM versoir_integrity ORDER BY 1") ==
        Lines{"T:C|I:3", "T:N|I:2", "T:S|I:1"});
  CHECK(rows_of(extract.database(),
                "SELECT column_name, row FROM versoir_anomaly WHERE kind = 'orphan' ORDER BY 1, 2") ==
        Lines{"T:C|I:4", "T:C|I:5", "T:C|I:7", "T:N|I:3", "T:N|I:4", "T:S|I:4"});
}

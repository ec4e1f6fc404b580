// Every statement that a source in Oracle's dialect is sent, held against a written list of what Oracle
// refuses.
#include "core/file.hpp"
#include "oracle_refused.hpp"
#include "scripted.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using namespace versoir::tests;
using namespace versoir::extract;

namespace {

std::string thousand_and_one(std::string text) {
  const std::string mark = "@1001@";
  if (const auto at = text.find(mark); at != std::string::npos) {
    std::string values = "0";
    for (int i = 1; i <= 1000; ++i) values += ",1";
    text.replace(at, mark.size(), values);
  }
  return text;
}

/// The statements of a log; what is none of the driver's own words is SQL.
std::vector<std::string> statements(const ScriptedSite& site) {
  std::vector<std::string> out;
  for (auto line : site.log()) {
    if (line.starts_with("PREPARE ")) line.erase(0, 8);
    const auto own = {"CONNECT ", "AUTOCOMMIT ", "? ", "ARRAY ", "TIMEOUT ", "CANCEL", "ROLLBACK"};
    if (std::none_of(own.begin(), own.end(), [&](const char* word) { return line.starts_with(word); }))
      out.push_back(line);
  }
  return out;
}

const std::vector<std::string> every_type{
    "C VARCHAR2 40 N", "D DATE 7 N",     "E RAW 16 N",        "F TIMESTAMP(6) 11",
    "G CLOB 4000",     "H BLOB 4000",    "I NUMBER 8",        "J FLOAT 22",
    "K CHAR 8",        "L NVARCHAR2 20", "M BINARY_DOUBLE 8", "N ROWID 10",
    "O UROWID 4000",   "P XMLTYPE 2000", "Q NCLOB 4000",      "R LONG 0"};

/// The owner of the tables: catalogue, count, a whole reading of every type, and one that goes on.
std::vector<std::string> asked_by_owner() {
  ScriptedSite site(oracle_script("T", every_type, {"C", "D", "E"}) +
                    "sql COUNT(*)\nrow 0\nsql FROM \"APOGEE\".\"T\"\n");
  auto source = open_source(parse_source(site.uri()), {});
  const auto t = source->catalogue().at(0);
  static_cast<void>(source->probe({"T"}, noon()));
  static_cast<void>(source->provenance());
  static_cast<void>(source->count("T"));
  std::vector<std::string> columns;
  for (const auto& c : every_type) columns.push_back(c.substr(0, 1));
  Rows sink([](RowBlock&&) {});
  source->read({t, columns, ""}, sink, {});
  source->read({t, {"C", "D", "G", "Q"}, ""}, sink, {});  // no LONG: short texts come with their row
  source->read({t, columns, "1:A19:1987-02-03T00:00:004:00FF"}, sink, {});
  return statements(site);
}

/// Another account, at an SCN, for which some tables are hidden.
std::vector<std::string> asked_by_reader() {
  ScriptedSite site(
      "sql SYS_CONTEXT\nrow APO|ARCHIVE|tcp\nsql ALL_USERS\nrow APOGEE\n"
      "sql GET_SYSTEM_CHANGE_NUMBER\nrow 4242\nsql WHERE ROWNUM = 1)\nrow 1\n"
      "sql FROM ALL_TABLES\nrow OUVERTE|1|40|\\N\n"
      "sql FROM ALL_TAB_COLUMNS\nrow OUVERTE|A|VARCHAR2|10|10|\\N|\\N|Y|\\N|B\nsql COUNT(*)\nrow 7\n" +
      oracle_script("T", {"A VARCHAR2 10"}));
  Access access;
  access.schema = "APOGEE";
  auto source = open_source(parse_source(site.uri()), access);
  static_cast<void>(source->catalogue());
  static_cast<void>(source->probe({"OUVERTE"}, noon()));
  static_cast<void>(source->probe_absent({"CACHEE"}));
  auto sibling = source->sibling();
  REQUIRE(sibling);
  static_cast<void>(sibling->count("OUVERTE"));
  return statements(site);
}

}  // namespace

TEST_CASE("each construct of the list is found where it stands, and named in its page") {
  const auto page = core::read_file(source_dir() / "docs/oracle-sql.md");
  const auto list = refused_constructs();
  CHECK(list.size() >= 30);
  for (const auto& r : list) {
    INFO(r.name << ": " << r.bad);
    CHECK_THAT(found_in(thousand_and_one(r.bad)), Catch::Matchers::VectorContains(r.name));
    CHECK(page.find("`" + r.name + "`") != std::string::npos);
  }
  // What Oracle reads as it is meant.
  for (
      const std::string good :
      {R"(SELECT "A", TO_DATE('2026-01-31', 'YYYY-MM-DD') FROM "APOGEE"."T" AS OF SCN 4242 WHERE ROWNUM = 1)",
       R"(SELECT CAST("A" AS VARCHAR2(4000)) FROM T X WHERE X.A != 'limit 5; true' AND X.B IN (1, 2))",
       R"(SELECT A AS B FROM T WHERE (A > 'it''s' OR (A = 'x' AND B > 1)) MINUS SELECT A FROM U)"}) {
    INFO(good);
    CHECK(found_in(good).empty());
  }
}

TEST_CASE("nothing that a source in Oracle's dialect is sent stands on the list of what Oracle refuses") {
  auto sent = asked_by_owner();
  const auto more = asked_by_reader();
  sent.insert(sent.end(), more.begin(), more.end());
  // Each kind of question was really asked: else this would say nothing of it.
  for (const std::string part :
       {"ALTER SESSION", "SET TRANSACTION", "FROM USER_TABLES", "FROM ALL_TAB_COLUMNS", "DBA_TABLES",
        "COUNT(*)", "V$VERSION", "NLS_DATABASE_PARAMETERS", "SESSION_PRIVS", "AS OF SCN 4242", "WHERE 1 = 0",
        "USER_LOBS", "USER_CONS_COLUMNS", "XMLSERIALIZE", "DBMS_LOB.SUBSTR", "HEXTORAW"}) {
    INFO(part);
    CHECK(std::any_of(sent.begin(), sent.end(),
                      [&](const auto& s) { return s.find(part) != std::string::npos; }));
  }
  for (const auto& sql : sent) {
    INFO(sql);
    CHECK(found_in(sql) == std::vector<std::string>{});
  }
}

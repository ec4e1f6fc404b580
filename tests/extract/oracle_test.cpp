// The SQL for Oracle as text, and whole copies from an Oracle that a scripted driver plays. No Oracle was
// asked.
#include "extract/oracle_sql.hpp"
#include "extract/preflight.hpp"
#include "extract/values.hpp"
#include "scripted.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using namespace versoir::extract;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

SourceColumn declared(const std::string& type) { return declared_column("COD", type); }

}  // namespace

TEST_CASE("Oracle renders each type as text that depends on no setting") {
  const auto [type, head, width] = GENERATE(table<std::string, std::string, std::size_t>({
      {"VARCHAR2(40)", R"("COD")", 161},
      {"VARCHAR2(4000 CHAR)", R"("COD")", 16001},
      {"VARCHAR2(32767)", R"("COD")", 16001},
      {"CHAR(8)", R"("COD")", 33},
      {"NVARCHAR2(10)", R"("COD")", 41},
      {"NUMBER(8)", R"(TO_CHAR("COD", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,'''))", 68},
      {"NUMBER", R"(TO_CHAR("COD", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,'''))", 68},
      {"FLOAT(126)", R"(TO_CHAR("COD", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,'''))", 68},
      {"DATE", R"(LTRIM(TO_CHAR("COD", 'SYYYY-MM-DD"T"HH24:MI:SS')))", 24},
      {"TIMESTAMP(6)", R"(LTRIM(TO_CHAR("COD", 'SYYYY-MM-DD"T"HH24:MI:SS.FF9')))", 48},
      {"TIMESTAMP(6) WITH TIME ZONE", R"(LTRIM(TO_CHAR("COD", 'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM')))", 48},
      {"TIMESTAMP(6) WITH LOCAL TIME ZONE",
       R"(LTRIM(TO_CHAR("COD" AT TIME ZONE '+00:00', 'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM')))", 48},
      {"INTERVAL DAY(2) TO SECOND(6)", R"(TO_CHAR("COD"))", 64},
      {"RAW(16)", R"(RAWTOHEX("COD"))", 4001},
      {"ROWID", R"(ROWIDTOCHAR("COD"))", 32},
      {"BINARY_DOUBLE",
       R"(CASE WHEN "COD" IS NAN THEN 'NaN' WHEN "COD" IS INFINITE THEN CASE WHEN "COD" > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE TO_CHAR("COD") END)",
       68},
      {"CLOB", R"(CASE WHEN DBMS_LOB.GETLENGTH("COD") <= 1000 THEN DBMS_LOB.SUBSTR("COD", 1000, 1) END)",
       4001},
  }));
  INFO(type);
  const auto r = oracle::render(declared(type));
  CHECK(r.head == head);
  CHECK(r.width == width);
}

TEST_CASE("Oracle's large types are streamed, and LONG comes last") {
  CHECK(oracle::render(declared("CLOB")).body == "\"COD\"");
  CHECK_THAT(oracle::render(declared("CLOB")).longer, Contains("> 1000 OR"));
  for (const std::string type : {"BLOB", "BFILE", "LONG RAW"}) {
    INFO(type);
    CHECK(oracle::render(declared(type)).head.empty());
    CHECK(oracle::render(declared(type)).body_form == OdbcForm::binary);
  }
  CHECK(oracle::render(declared("XMLTYPE")).body == "XMLSERIALIZE(CONTENT \"COD\" AS CLOB)");
  CHECK(oracle::render(declared("LONG")).last);
  CHECK(oracle::render(declared("LONG RAW")).last);
  const auto error = error_of([] { static_cast<void>(oracle::render(declared("SDO_GEOMETRY"))); });
  CHECK(error.code() == core::Exit::source_data);
  CHECK_THAT(error.message().english(), Contains("SDO_GEOMETRY"));
}

TEST_CASE("what Oracle renders is what an extract keeps") {
  using Kind = SourceColumn::Kind;
  CHECK(encode(".5", Kind::number).value == "0.5");
  CHECK(encode("-1.5E-70", Kind::number).misfit.empty());
  CHECK(encode("1987-02-03T14:05:06", Kind::date).value == "1987-02-03T14:05:06");
  CHECK(encode("1987-02-03T14:05:06.120000000", Kind::timestamp).value == "1987-02-03T14:05:06.12");
  CHECK(encode("1987-07-01T00:30:00.000000000+02:00", Kind::timestamp).value == "1987-06-30T22:30:00Z");
  CHECK_FALSE(encode("-0044-03-15T00:00:00", Kind::date).misfit.empty());
}

TEST_CASE("types are declared as Oracle's own tools spell them") {
  CHECK(oracle::declared_type({"VARCHAR2", "40", "40", "", "", "B"}) == "VARCHAR2(40)");
  CHECK(oracle::declared_type({"VARCHAR2", "160", "40", "", "", "C"}) == "VARCHAR2(40 CHAR)");
  CHECK(oracle::declared_type({"NVARCHAR2", "80", "40", "", "", "C"}) == "NVARCHAR2(40)");
  CHECK(oracle::declared_type({"NUMBER", "22", "0", "8", "0", ""}) == "NUMBER(8)");
  CHECK(oracle::declared_type({"NUMBER", "22", "0", "10", "2", ""}) == "NUMBER(10,2)");
  CHECK(oracle::declared_type({"NUMBER", "22", "0", "", "0", ""}) == "NUMBER(38,0)");
  CHECK(oracle::declared_type({"NUMBER", "22", "0", "", "", ""}) == "NUMBER");
  CHECK(oracle::declared_type({"RAW", "16", "0", "", "", ""}) == "RAW(16)");
  CHECK(oracle::declared_type({"TIMESTAMP(6)", "11", "0", "", "6", ""}) == "TIMESTAMP(6)");
  CHECK(declared_column("A", "VARCHAR2(40 CHAR)").kind == SourceColumn::Kind::text);
  CHECK(declared_column("A", "NUMBER(38,0)").kind == SourceColumn::Kind::number);
}

TEST_CASE("the catalogue is asked view by view, with USER views when the account owns the tables") {
  const auto all = oracle::catalogue("APO'GEE", false);
  for (const auto& sql :
       {all.tables, all.views, all.columns, all.constraints, all.constraint_columns, all.comments}) {
    INFO(sql);
    CHECK_THAT(sql, Contains("OWNER = 'APO''GEE'"));
    CHECK_THAT(sql, Contains("FROM ALL_"));
    CHECK_THAT(sql, !Contains("JOIN"));
  }
  CHECK(all.views == "SELECT VIEW_NAME FROM ALL_VIEWS WHERE OWNER = 'APO''GEE' ORDER BY VIEW_NAME");
  CHECK(oracle::catalogue("APOGEE", true).views == "SELECT VIEW_NAME FROM USER_VIEWS ORDER BY VIEW_NAME");
  CHECK_THAT(oracle::catalogue("APOGEE", true).comments, !Contains("OWNER"));
  // Segments are the owner's only; large values are then unknown to the account that reads.
  CHECK(all.lobs.empty());
  CHECK(oracle::catalogue("APOGEE", true).lobs ==
        "SELECT TABLE_NAME, SEGMENT_NAME FROM USER_LOBS ORDER BY TABLE_NAME");
  CHECK_THAT(oracle::catalogue("APOGEE", true).segments,
             Contains("FROM USER_SEGMENTS WHERE SEGMENT_TYPE LIKE 'LOB%'"));
}

TEST_CASE("the owner of the tables knows the volume of their large values") {
  const auto script = oracle_script("T", {"A VARCHAR2 10", "B CLOB 4000", "C BLOB 4000"});
  const auto large = [](const std::string& text) {
    ScriptedSite site(text);
    return extract::open_source(extract::parse_source(site.uri()), {})->catalogue().at(0).large_bytes;
  };
  CHECK(large(script +
              "sql FROM USER_LOBS\nrow T|SEG1\nrow T|SEG2\nsql FROM USER_SEGMENTS\nrow SEG1|65536\nrow "
              "SEG2|1048576\nrow AUTRE|7\n") == 65536 + 1048576);
  CHECK(large(script) == 0);
  CHECK_FALSE(large(script +
                    "sql FROM USER_SEGMENTS\nerror 42S02 942 [Oracle][ODBC][Ora]ORA-00942: table or view "
                    "does not exist\n"));
}

TEST_CASE("a reading of Oracle goes on behind its key with literals of the key's types") {
  const auto text = declared_column("A", "CHAR(3)"), number = declared_column("B", "NUMBER(8)"),
             date = declared_column("C", "DATE"), raw = declared_column("D", "RAW(2)");
  CHECK(oracle::restart_bound(std::array{&number}, std::array{std::string("12")}) == "\"B\" > 12");
  CHECK(oracle::restart_bound(
            std::array{&text, &number, &date},
            std::array{std::string("O'x"), std::string("-.5"), std::string("1987-02-03T00:00:00")}) ==
        "(\"A\" > 'O''x' OR (\"A\" = 'O''x' AND (\"B\" > -.5 OR (\"B\" = -.5 AND \"C\" > "
        "TO_DATE('1987-02-03T00:00:00', 'SYYYY-MM-DD\"T\"HH24:MI:SS')))))");
  CHECK(oracle::typed_literal(raw, "00FF") == "HEXTORAW('00FF')");
  CHECK(oracle::typed_literal(declared_column("N", "NCHAR(2)"), "é") == "N'é'");
  for (const auto& [column, bad] :
       {std::pair{&number, "1 OR 1=1"}, std::pair{&date, "1987'"}, std::pair{&raw, "zz"}}) {
    INFO(bad);
    CHECK(error_of([&, c = column, b = bad] { static_cast<void>(oracle::typed_literal(*c, b)); }).code() ==
          core::Exit::extract_invalid);
  }
  CHECK_FALSE(oracle::can_bound(declared_column("A", "TIMESTAMP(6) WITH TIME ZONE")));
  CHECK_FALSE(oracle::can_bound(declared_column("A", "BINARY_DOUBLE")));
}

TEST_CASE("names and moments of Oracle stand in FROM as they must") {
  CHECK(oracle::from("APOGEE", "INDIVIDU", "") == R"("APOGEE"."INDIVIDU")");
  CHECK(oracle::from("APOGEE", "INDIVIDU", "123456") == R"("APOGEE"."INDIVIDU" AS OF SCN 123456)");
  CHECK(error_of([] { static_cast<void>(oracle::quoted_name("A\"B")); }).code() == core::Exit::source_data);
}

TEST_CASE("Oracle's error numbers mean what the person at the keyboard can act on") {
  const auto [ora, exit] = GENERATE(table<int, core::Exit>({{3113, core::Exit::source_unreachable},
                                                            {3135, core::Exit::source_unreachable},
                                                            {1012, core::Exit::source_unreachable},
                                                            {28, core::Exit::source_unreachable},
                                                            {1089, core::Exit::source_unreachable},
                                                            {12154, core::Exit::source_unreachable},
                                                            {12541, core::Exit::source_unreachable},
                                                            {12170, core::Exit::temporary},
                                                            {54, core::Exit::temporary},
                                                            {1555, core::Exit::extract_changed},
                                                            {1466, core::Exit::extract_changed},
                                                            {942, core::Exit::source_rights},
                                                            {1031, core::Exit::source_rights},
                                                            {1017, core::Exit::source_rights},
                                                            {28000, core::Exit::source_rights},
                                                            {904, core::Exit::source_missing},
                                                            {1013, core::Exit::interrupted},
                                                            {29275, core::Exit::source_data},
                                                            {99999, core::Exit::source_data}}));
  INFO(ora);
  CHECK(oracle::meaning(ora) == exit);
}

TEST_CASE("the number of an Oracle error is found in its text, else in the native error of its driver") {
  CHECK(oracle::error_number(0, "[Oracle][ODBC][Ora]ORA-01555: snapshot too old: rollback segment") == 1555);
  CHECK(oracle::error_number(3113, "[Oracle][ODBC] Communication link failure") == 3113);
  CHECK_FALSE(oracle::error_number(1, "ERROR: relation does not exist"));
}

TEST_CASE("rights to change what is only to be read are named") {
  const Lines privileges{"CREATE SESSION", "SELECT ANY TABLE",    "INSERT ANY TABLE",
                         "DROP ANY TABLE", "FLASHBACK ANY TABLE", "UPDATE ANY TABLE"};
  CHECK(oracle::excessive(privileges) == Lines{"INSERT ANY TABLE", "DROP ANY TABLE", "UPDATE ANY TABLE"});
}

TEST_CASE("a session with Oracle begins with its settings, then a transaction that only reads") {
  ScriptedSite site(oracle_script("T", {"A VARCHAR2 10"}));
  Access access;
  access.password = "mot;secret";
  access.statement_timeout = 30;
  auto source = open_source(parse_source(site.uri()), access);
  const auto log = site.log();
  REQUIRE(log.size() > 8);
  CHECK(log[0] == "CONNECT UID=archive;PWD={mot;secret}");
  CHECK(log[1] == "AUTOCOMMIT OFF");
  CHECK(site.asked("ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'") == 1);
  CHECK(site.asked("ALTER SESSION SET NLS_SORT = BINARY") == 1);
  CHECK(site.asked("TIMEOUT 30") > 0);
  const auto at = std::find(log.begin(), log.end(), "SET TRANSACTION READ ONLY");
  REQUIRE(at != log.end());
  CHECK(std::find(log.begin(), at, "ROLLBACK") != at);
  CHECK(std::string(std::getenv("NLS_LANG")) == ".AL32UTF8");
  CHECK(std::string(std::getenv("ORA_SDTZ")) == "UTC");
  const auto p = source->provenance();
  CHECK(p.system == "Oracle (ODBC)");
  CHECK(p.version == "Oracle Database 11g; scripted 01.00");
  CHECK(p.charset == "NLS_CHARACTERSET=WE8ISO8859P15");
  CHECK(p.database == "APO");
  CHECK(p.schema == "APOGEE");
  CHECK_FALSE(p.has_empty_texts);
}

TEST_CASE("without the right to an SCN one connection reads one transaction, and a finding says so") {
  ScriptedSite site(oracle_script("T", {"A VARCHAR2 10"}) +
                    "sql SESSION_PRIVS\nrow CREATE SESSION\nrow DROP ANY TABLE\n");
  auto source = open_source(parse_source(site.uri()), {});
  CHECK(source->consistency() == Consistency::snapshot);
  CHECK(source->provenance().snapshot == "READ ONLY 2026-11-25T12:00:00");
  CHECK_FALSE(source->sibling());
  std::map<std::string, std::string> findings;
  for (const auto& f : source->probe({"T"}, noon())) findings[f.code] += f.message.english();
  CHECK(findings.contains("NO_SCN"));
  CHECK(findings.contains("CLEAR_TEXT"));
  CHECK_FALSE(findings.contains("CLOCK"));
  CHECK_THAT(findings["TOO_MANY_RIGHTS"], Contains("DROP ANY TABLE") && Contains("owns the tables"));
}

TEST_CASE("with an SCN every connection reads the same moment, and each statement says which") {
  ScriptedSite site("sql GET_SYSTEM_CHANGE_NUMBER\nrow 4242\nsql WHERE ROWNUM = 1)\nrow 1\n" +
                    oracle_script("T", {"A VARCHAR2 10"}) + "sql COUNT(*)\nrow 7\n");
  auto source = open_source(parse_source(site.uri()), {});
  CHECK(source->provenance().snapshot == "SCN 4242");
  CHECK(source->count("T") == 7);
  auto sibling = source->sibling();
  REQUIRE(sibling);
  CHECK(sibling->count("T") == 7);
  CHECK(sibling->provenance().snapshot == "SCN 4242");
  CHECK(site.asked("SELECT COUNT(*) FROM \"APOGEE\".\"T\" AS OF SCN 4242") == 2);
}

TEST_CASE("an account that may not look back falls back to its transaction") {
  ScriptedSite site(
      "sql GET_SYSTEM_CHANGE_NUMBER\nrow 4242\nsql AS OF SCN\nerror 42000 1031 [Oracle][ODBC][Ora]ORA-01031: "
      "insufficient privileges\n" +
      oracle_script("T", {"A VARCHAR2 10"}) + "sql COUNT(*)\nrow 7\n");
  auto source = open_source(parse_source(site.uri()), {});
  CHECK_THAT(source->provenance().snapshot, Contains("READ ONLY"));
  CHECK(source->count("T") == 7);
}

TEST_CASE("a whole copy from the Oracle of a script: catalogue, key, numbers, dates, LOBs, restart") {
  const auto script = oracle_script("INDIVIDU",
                                    {"COD_IND NUMBER 8 N", "LIB_NOM VARCHAR2 40", "DAT_NAI DATE 7",
                                     "NOTES CLOB 4000", "MOY NUMBER 38"},
                                    {"COD_IND"}) +
                      "sql COUNT(*)\nrow 3\n"
                      "sql SELECT \"NOTES\" FROM\nrow @400000@long\n"
                      "sql FROM \"APOGEE\".\"INDIVIDU\"\n"
                      "row 1|AAA1|Lefèvre|1987-02-03T00:00:00|court|\\N|12\n"
                      "row 2|AAA2|Œuvre|-0044-03-15T00:00:00|\\N|1|.5\n"
                      "row 3|AAA3|caf\xe9|\\N|\\N|\\N|\\N\n";
  ScriptedSite site(script);
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  const auto profile = profile_of(table("INDIVIDU", column("COD_IND", "NUMBER(8)") + column("LIB_NOM") +
                                                        column("DAT_NAI", "DATE") + column("NOTES", "CLOB") +
                                                        column("MOY", "NUMBER")));
  const auto report = copy_from(site.uri(), profile, target);
  CHECK(report.rows == 3);
  CHECK(report.anomalies == 2);
  auto extract = Extract::open(target);
  CHECK(rows_of(extract.database(),
                "SELECT COD_IND, LIB_NOM, DAT_NAI, NOTES, MOY FROM INDIVIDU ORDER BY _row") ==
        Lines{"I:1|T:Lefèvre|T:1987-02-03T00:00:00|T:court|T:12",
              "I:2|T:Œuvre|T:-0044-03-15T00:00:00|NULL|T:0.5", "I:3|T:caf\uFFFD|NULL|NULL|NULL"});
  CHECK(rows_of(extract.database(), "SELECT hex(raw) FROM versoir_anomaly WHERE kind = 'encoding'") ==
        Lines{"T:636166E9"});
  CHECK(extract.database().one_int("SELECT sum(length(bytes)) FROM versoir_lob") == 1600000);
  CHECK(rows_of(extract.database(), "SELECT value FROM versoir_run WHERE key = 'empty_texts'") ==
        Lines{"T:null"});
  const auto log = site.log();
  CHECK(std::count(log.begin(), log.end(), "? AAA2") == 1);
  CHECK(site.asked("PREPARE SELECT \"NOTES\" FROM \"APOGEE\".\"INDIVIDU\" WHERE ROWID = CHARTOROWID(?)") ==
        1);

  auto source = open_source(parse_source(site.uri()), {});
  const auto t = source->catalogue().at(0);
  CHECK(t.key == Lines{"COD_IND"});
  CHECK(t.estimated_rows == 1000);
  Rows sink([](RowBlock&&) {});
  source->read({t, {"LIB_NOM"}, "1:2"}, sink, {});
  const auto again = site.log();
  CHECK_THAT(again.back(), Contains("WHERE \"COD_IND\" > 2 ORDER BY \"COD_IND\""));
}

TEST_CASE("an empty LOB is an empty text, even where the driver gives it as NULL") {
  ScriptedSite site(
      oracle_script("T", {"NOTES CLOB 4000"}) +
      "sql SELECT \"NOTES\" FROM\nrow \\N\nsql FROM \"APOGEE\".\"T\"\nrow AAA|\\N|1\nrow AAB|\\N|\\N\n");
  auto source = open_source(parse_source(site.uri()), {});
  const auto t = source->catalogue().at(0);
  std::vector<RowBlock::Cell::State> states;
  Rows sink([&](RowBlock&& b) {
    for (std::size_t r = 0; r < b.rows(); ++r) states.push_back(b.cell(r, 0).state);
  });
  source->read({t, {"NOTES"}, ""}, sink, {});
  CHECK(states == std::vector{RowBlock::Cell::State::value, RowBlock::Cell::State::null});
}

TEST_CASE("a moment that Oracle has forgotten makes the copy void, and the hint says what to do") {
  ScriptedSite site(oracle_script("T", {"A VARCHAR2 10"}) +
                    "sql COUNT(*)\nrow 2\nsql FROM \"APOGEE\".\"T\"\nrow AAA|x\nerror HY000 1555 "
                    "[Oracle][ODBC][Ora]ORA-01555: snapshot too old: rollback segment number 3\n");
  core::TemporaryDirectory folder;
  const auto error = error_of(
      [&] { copy_from(site.uri(), profile_of(table("T", column("A"))), folder.path() / "e.extract"); });
  CHECK(error.code() == core::Exit::extract_changed);
  CHECK_THAT(causes_of(error).at(0), Contains("ORA-01555"));
  CHECK_THAT(error.hints().at(0).english(), Contains("UNDO_RETENTION"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "e.extract"));
}

TEST_CASE("what two moments of Oracle gave is never said to be of one") {
  // Two tables, or one that is cut far behind its first row: what was copied stays, each statement names its
  // SCN.
  const bool within = GENERATE(false, true);
  constexpr int count = 1024, cut_behind = 600;
  const auto rows = [](int from, int to) {
    std::string out;
    for (int i = from; i <= to; ++i) out += fmt::format("row {0}|AAA{0}\n", i);
    return out;
  };
  const auto moment = [&](const std::string& scn, const std::string& answers) {
    return "sql GET_SYSTEM_CHANGE_NUMBER\nrow " + scn + "\nsql WHERE ROWNUM = 1)\nrow 1\nsql COUNT(*)\nrow " +
           std::to_string(count) + "\n" + answers +
           (within ? ""
                   : "sql FROM USER_TABLES\nrow A|3|40|\\N\nrow B|3|40|\\N\nsql FROM USER_TAB_COLUMNS\n"
                     "row A|NUM|NUMBER|8|8|8|0|N|B\nrow B|NUM|NUMBER|8|8|8|0|N|B\n"
                     "sql FROM USER_CONSTRAINTS\nrow A|PK_A|P\nrow B|PK_B|P\n"
                     "sql FROM USER_CONS_COLUMNS\nrow PK_A|NUM\nrow PK_B|NUM\n") +
           oracle_script("A", {"NUM NUMBER 8 N"}, {"NUM"});
  };
  const std::string cut =
      "error 08S01 3113 [Oracle][ODBC][Ora]ORA-03113: end-of-file on communication channel\n";
  const auto reading = [](const std::string& name, const std::string& scn) {
    return "sql ROWIDTOCHAR(ROWID) FROM \"APOGEE\".\"" + name + "\" AS OF SCN " + scn;
  };
  const auto key = "key=\"NUM\"";
  const auto profile = profile_of(table("A", column("NUM", "NUMBER(8)"), key) +
                                  (within ? "" : table("B", column("NUM", "NUMBER(8)"), key)));
  const auto a = reading("A", "4242") + "\n";
  ScriptedSite site(moment("4242", within ? a + rows(1, cut_behind) + cut
                                          : a + rows(1, count) + reading("B", "4242") + "\n" + cut));
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  CHECK(error_of([&] { copy_from(site.uri(), profile, target); }).code() == core::Exit::source_unreachable);
  CHECK_FALSE(std::filesystem::exists(target));

  // Whole blocks of 256 rows were kept.
  site.play(moment("5151", within ? reading("A", "5151") + " WHERE \"NUM\" > 512\n" + rows(513, count)
                                  : reading("B", "5151") + "\n" + rows(1, count)));
  const auto report = copy_from(site.uri(), profile, target);
  CHECK(report.resumed);
  auto extract = Extract::open(target);
  CHECK(extract.run().consistency == (within ? "per-chunk" : "per-table"));
  CHECK(rows_of(extract.database(), "SELECT snapshot FROM versoir_session ORDER BY number") ==
        Lines{"T:SCN 4242", "T:SCN 5151"});
  CHECK(rows_of(extract.database(), std::string("SELECT count(DISTINCT NUM), max(NUM) FROM ") +
                                        (within ? "A" : "B")) == Lines{"I:1024|I:1024"});
  // Nothing was asked of Oracle without saying of which moment.
  for (const auto& line : site.log()) {
    INFO(line);
    const bool dated =
        line.find("AS OF SCN 4242") != std::string::npos || line.find("AS OF SCN 5151") != std::string::npos;
    if (line.find("FROM \"APOGEE\".\"") != std::string::npos) CHECK(dated);
  }
}

TEST_CASE("an account that Oracle refuses is a matter of rights, and the password is not repeated") {
  ScriptedSite site(
      "connect-error 28000 1017 [Oracle][ODBC][Ora]ORA-01017: invalid username/password; DSN=a;PWD=s3cret\n");
  Access access;
  access.password = "s3cret";
  const auto error = error_of([&] { static_cast<void>(open_source(parse_source(site.uri()), access)); });
  CHECK(error.code() == core::Exit::source_rights);
  CHECK_THAT(error.render(), Contains("ORA-01017") && !Contains("s3cret"));
}

TEST_CASE("tables with LONG or BLOB are read row by row, the long column last") {
  ScriptedSite site(oracle_script("T", {"ANCIEN LONG 0", "NUM NUMBER 8 N", "PHOTO BLOB 4000"}, {"NUM"}) +
                    "sql FROM \"APOGEE\".\"T\"\nrow 1|@2000000@b|ancien\nrow 2|\\N|\\N\n");
  auto source = open_source(parse_source(site.uri()), {});
  const auto t = source->catalogue().at(0);
  Lines cells;
  std::string position;
  Rows sink([&](RowBlock&& b) {
    position = b.position;
    for (std::size_t r = 0; r < b.rows(); ++r)
      for (std::size_t c = 0; c < 3; ++c)
        cells.push_back(b.cell(r, c).state == RowBlock::Cell::State::value ? std::string(b.text(b.cell(r, c)))
                                                                           : "-");
  });
  source->read({t, {"ANCIEN", "NUM", "PHOTO"}, ""}, sink, {});
  CHECK(cells == Lines{"ancien", "1", "-", "-", "2", "-"});
  CHECK(sink.large.at(2) == std::string(2000000, 'b'));
  CHECK(position == "1:2");
  CHECK(site.asked(
            "SELECT TO_CHAR(\"NUM\", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,'''), \"PHOTO\", \"ANCIEN\" FROM "
            "\"APOGEE\".\"T\" ORDER BY \"NUM\"") == 1);
}

namespace {

/// The account ARCHIVE before the tables of APOGEE, with an SCN; `first` answers before anything else.
std::string other_account(const std::string& first) {
  return first +
         "sql SYS_CONTEXT\nrow APO|ARCHIVE|tcp\nsql ALL_USERS\nrow APOGEE\n"
         "sql GET_SYSTEM_CHANGE_NUMBER\nrow 4242\nsql WHERE ROWNUM = 1)\nrow 1\n"
         "sql FROM ALL_TABLES\nrow OUVERTE|1000|40|\\N\nrow SANS_RETOUR|1|40|\\N\nrow "
         "VUE_SEULEMENT|1|40|\\N\n"
         "sql FROM ALL_TAB_COLUMNS\nrow OUVERTE|A|VARCHAR2|10|10|\\N|\\N|Y|\\N|B\n"
         "row SANS_RETOUR|A|VARCHAR2|10|10|\\N|\\N|Y|\\N|B\nrow "
         "VUE_SEULEMENT|A|VARCHAR2|10|10|\\N|\\N|Y|\\N|B\n" +
         oracle_script("T", {"A VARCHAR2 10"});
}
constexpr const char* ora_1031 = "error 42000 1031 [Oracle][ODBC][Ora]ORA-01031: insufficient privileges\n";
constexpr const char* ora_942 =
    "error 42S02 942 [Oracle][ODBC][Ora]ORA-00942: table or view does not exist\n";
Lines told(const std::vector<core::Finding>& findings, const std::string& code) {
  Lines out;
  for (const auto& f : findings)
    if (f.code == code) out.push_back(f.message.english());
  return out;
}

}  // namespace

TEST_CASE("every table that Oracle will not let be read, now or at the SCN, is named before the copy") {
  ScriptedSite site(
      other_account(std::string("sql SANS_RETOUR\" AS OF SCN\n") + ora_1031 + "sql \"VUE_SEULEMENT\"\n" +
                    ora_1031 + "sql \"MODIFIEE\" AS OF SCN\n" +
                    "error HY000 1466 [Oracle][ODBC][Ora]ORA-01466: table definition has changed\n"));
  Access access;
  access.schema = "APOGEE";
  auto source = open_source(parse_source(site.uri()), access);
  CHECK(source->provenance().snapshot == "SCN 4242");
  const auto findings = source->probe({"OUVERTE", "SANS_RETOUR", "VUE_SEULEMENT", "MODIFIEE"}, noon());
  const auto rights = told(findings, "RIGHTS");
  REQUIRE(rights.size() == 2);
  CHECK_THAT(rights[0], Contains("SANS_RETOUR") && Contains("FLASHBACK"));
  CHECK(rights[1] == "The account may not read the table VUE_SEULEMENT.");
  REQUIRE(told(findings, "NOT_READABLE").size() == 1);
  CHECK_THAT(told(findings, "NOT_READABLE")[0], Contains("MODIFIEE") && Contains("ORA-01466"));
  CHECK(site.asked("SELECT 1 FROM \"APOGEE\".\"OUVERTE\" AS OF SCN 4242 WHERE 1 = 0") == 1);
}

TEST_CASE("a table that Oracle hides is not taken for one that is absent") {
  Access access;
  access.schema = "APOGEE";
  const Lines expected{"CACHEE", "ABSENTE"};
  {
    // An account that sees the dictionary knows.
    ScriptedSite site(other_account("sql DBA_TABLES\nrow OUVERTE\nrow CACHEE\n"));
    const auto findings = open_source(parse_source(site.uri()), access)->probe_absent(expected);
    REQUIRE(findings.size() == 1);
    CHECK(told(findings, "RIGHTS") == Lines{"The account may not read the table CACHEE."});
  }
  // Any other asks table by table: ORA-01031 is an answer, ORA-00942 is none.
  ScriptedSite site(other_account(std::string("sql DBA_TABLES\n") + ora_942 + "sql \"CACHEE\"\n" + ora_1031 +
                                  "sql \"ABSENTE\"\n" + ora_942));
  const auto findings = open_source(parse_source(site.uri()), access)->probe_absent(expected);
  CHECK(told(findings, "RIGHTS") == Lines{"The account may not read the table CACHEE."});
  REQUIRE(told(findings, "ABSENT_OR_HIDDEN").size() == 1);
  CHECK_THAT(told(findings, "ABSENT_OR_HIDDEN")[0], Contains("ABSENTE") && !Contains("CACHEE"));

  // The owner of the tables sees them all, and before a copy the profile's optional tables are asked for.
  ScriptedSite own(oracle_script("OUVERTE", {"A VARCHAR2 10"}));
  CHECK(open_source(parse_source(own.uri()), {})->probe_absent(expected).empty());
  auto source = open_source(parse_source(site.uri()), access);
  core::TemporaryDirectory folder;
  const auto before = look_before(
      *source,
      profile_of(table("OUVERTE", column("A")) + table("CACHEE", column("A"), "optional=\"yes\"") +
                 table("ABSENTE", column("A"), "optional=\"yes\"")),
      {}, folder.path() / "e.extract", core::FixedClock(noon()), false, {});
  CHECK(told(before.findings, "RIGHTS") == Lines{"The account may not read the table CACHEE."});
  CHECK(told(before.findings, "ABSENT_OR_HIDDEN").size() == 1);
}

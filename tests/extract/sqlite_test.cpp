// SQLite files as a source: one moment whatever others do to the file, and the text that names that moment.
#include "core/digest.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

std::string file_of(const SqliteSite& site) { return site.SqliteSite::uri().substr(7); }
/// In a process of its own, which gives up at once when the file is locked.
bool write_elsewhere(const SqliteSite& site, const std::string& sql) {
  return std::system(("sqlite3 '" + file_of(site) + "' \"" + sql + "\" > /dev/null 2>&1").c_str()) == 0;
}
}  // namespace

TEMPLATE_TEST_CASE("a SQLite file without a log is named by its digest", "", SqliteSite, OdbcSqliteSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "PRAGMA journal_mode = DELETE; CREATE TABLE note (num @number8@); INSERT INTO note @numbers@ SELECT i "
      "FROM n;");
  auto source = open(site.uri());
  const auto text = source->provenance().snapshot;
  CHECK(text == "sha512:" + core::digest_file(file_of(site)).sha512.hex());
}

TEMPLATE_TEST_CASE("the moment of a SQLite file is digested without its locks being lost", "", SqliteSite,
                   OdbcSqliteSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "PRAGMA journal_mode = DELETE; CREATE TABLE note (num @number8@); INSERT INTO note @numbers@ SELECT i "
      "FROM n;");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  auto source = open(site.uri());
  static_cast<void>(source->provenance());
  CHECK_FALSE(write_elsewhere(site, "UPDATE note SET num = -1"));
  copy_from(*source, profile_of(table("NOTE", column("NUM", "NUMBER(8)"))), target);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT min(NUM), max(NUM), count(*) FROM NOTE") ==
        Lines{"I:1|I:1000|I:1000"});
  CHECK(extract.run().consistency == "snapshot");
  CHECK_FALSE(write_elsewhere(site, "UPDATE note SET num = -1"));
  source.reset();
  CHECK(write_elsewhere(site, "UPDATE note SET num = -1"));
}

TEMPLATE_TEST_CASE("a change that is still in the write-ahead log is another moment", "", SqliteSite,
                   OdbcSqliteSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "PRAGMA journal_mode = WAL; CREATE TABLE mot (num @number8@ NOT NULL PRIMARY KEY, mot @text@);"
      "CREATE TABLE suite (num @number8@); INSERT INTO mot @numbers@ SELECT i, 'mot' FROM n;"
      "INSERT INTO suite VALUES (1);");
  // As long as somebody has the file open its log is not taken into it.
  auto other = core::Database::open_write(file_of(site));
  other.exec("PRAGMA wal_autocheckpoint = 0; INSERT INTO suite VALUES (2)");
  const auto profile = profile_of(table("MOT", column("NUM", "NUMBER(8)") + column("MOT"), "key=\"NUM\"") +
                                  table("SUITE", column("NUM", "NUMBER(8)")));
  const auto [change, moment] =
      GENERATE(table<std::string, std::string>({{"UPDATE suite SET num = 7 WHERE num = 2", "per-table"},
                                                {"PRAGMA wal_checkpoint(TRUNCATE)", "snapshot"}}));
  INFO(change);
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  StopAt progress("SUITE");
  {
    auto source = open(site.uri());
    const auto error = error_of([&] {
      extract::copy(*source, profile, target, {}, core::FixedClock(noon()), progress,
                    progress.stop.get_token());
    });
    CHECK(error.code() == core::Exit::interrupted);
  }
  other.exec(change);
  CHECK(copy_from(site.uri(), profile, target).resumed);
  CHECK(extract::Extract::open(target).run().consistency == moment);
}

TEMPLATE_TEST_CASE("a moment of a SQLite file keeps its name while others write behind it", "", SqliteSite,
                   OdbcSqliteSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "PRAGMA journal_mode = WAL; CREATE TABLE mot (num @number8@, mot @text@);"
      "INSERT INTO mot @numbers@ SELECT i, 'mot ' || i FROM n;");
  auto other = core::Database::open_write(file_of(site));
  other.exec("PRAGMA wal_autocheckpoint = 0; UPDATE mot SET mot = 'x' WHERE num % 10 = 0");
  const auto content = "sha512:" + [&] {
    core::TemporaryDirectory folder;  // the same pages without a log
    for (const char* suffix : {"", "-wal"})
      std::filesystem::copy_file(file_of(site) + suffix, folder.path() / ("f" + std::string(suffix)));
    core::Database::open_write(folder.path() / "f").exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return core::digest_file(folder.path() / "f").sha512.hex();
  }();
  auto source = open(site.uri());
  CHECK(source->provenance().snapshot == content);
  for (const char* sql : {"DELETE FROM mot WHERE num > 500", "PRAGMA wal_checkpoint(PASSIVE)",
                          "INSERT INTO mot SELECT num, mot FROM mot", "PRAGMA wal_checkpoint(PASSIVE)"}) {
    other.exec(sql);
    CHECK(source->provenance().snapshot == content);
  }
  auto later = open(site.uri());
  CHECK(later->provenance().snapshot != content);
  source.reset();
  later.reset();
  // A reader of a file that holds its whole log: the log begins anew under it.
  other.exec("PRAGMA wal_checkpoint(FULL)");
  source = open(site.uri());
  const auto whole = source->provenance().snapshot;
  other.exec("DELETE FROM mot WHERE num < 100");
  CHECK(source->provenance().snapshot == whole);
  CHECK(open(site.uri())->provenance().snapshot != whole);
}

TEST_CASE(
    "values of another storage class than their column's are recorded, those of ordinary files are not") {
  SqliteSite site;
  site.sql(
      "CREATE TABLE mixte (libre, texte VARCHAR2(20), gros BLOB, mot STRING);"
      "INSERT INTO mixte VALUES (1, '1', x'31', 'a'), ('1', x'31', '31', 2), (x'31', NULL, 7, x'31'), (1.0, "
      "'1', "
      "NULL, NULL), (2, 'b', x'', 'b');"
      "CREATE TABLE courante (n NUMBER(8), d NUMBER(10,2), h DATE, t VARCHAR2(9), b BLOB, r FLOAT, o "
      "BOOLEAN, z "
      "NUMBER(38), u);"
      "INSERT INTO courante VALUES (1, 2.5, '1987-02-03', 'x', x'00', 1, 1, '12345678901234567890.5', 1), "
      "(2, 3, '1987-02-03 04:05:06', 12, NULL, 1.5, 't', 7, NULL), (NULL, '4', NULL, 1.5, zeroblob(9), '2', "
      "0, 1e30, "
      "3);");
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  const auto report = copy_from(
      site.uri(),
      profile_of(table("MIXTE", column("LIBRE") + column("TEXTE") + column("GROS", "BLOB") + column("MOT")) +
                 table("COURANTE", column("N") + column("D") + column("H") + column("T") + column("B") +
                                       column("R") + column("O") + column("Z") + column("U"))),
      target);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT LIBRE, TEXTE, GROS, MOT FROM MIXTE ORDER BY _row") ==
        Lines{"T:1|T:1|B:31|T:a", "T:1|T:1|B:3331|T:2", "T:1|NULL|B:37|T:1", "T:1|T:1|NULL|NULL",
              "T:2|T:b|B:|T:b"});
  CHECK(rows_of(extract.database(),
                "SELECT row, column_name, kind, CAST(raw AS TEXT), note FROM versoir_anomaly ORDER BY row, "
                "column_name") ==
        Lines{"I:2|T:GROS|T:class|T:31|T:stored as TEXT",
              "I:2|T:LIBRE|T:class|T:1|T:stored as TEXT, the first value of the column as INTEGER",
              "I:2|T:MOT|T:class|T:2|T:stored as INTEGER, the first value of the column as TEXT",
              "I:2|T:TEXTE|T:class|T:1|T:stored as BLOB", "I:3|T:GROS|T:class|T:7|T:stored as INTEGER",
              "I:3|T:LIBRE|T:class|T:1|T:stored as BLOB", "I:3|T:MOT|T:class|T:1|T:stored as BLOB",
              "I:4|T:LIBRE|T:class|T:1|T:stored as REAL, the first value of the column as INTEGER"});
  core::SilentProgress progress;
  CHECK(extract::verify_content(extract, progress).empty());
}

TEST_CASE("a reading of SQLite that goes on judges storage classes as the one that began") {
  SqliteSite site;
  site.sql("CREATE TABLE t (a); INSERT INTO t VALUES (NULL), (1), ('2'), (3), ('4');");
  auto source = open(site.uri());
  const auto t = source->catalogue().at(0);
  const auto notes = [&](const std::string& after) {
    Lines out;
    Rows rows([&](extract::RowBlock&& b) {
      for (const auto& r : b.remarks()) out.push_back(std::to_string(r.row) + " " + r.note);
    });
    source->read({t, {"a"}, after}, rows, {});
    return out;
  };
  const std::string note = " stored as TEXT, the first value of the column as INTEGER";
  CHECK(notes("") == Lines{"2" + note, "4" + note});
  CHECK(notes("2") == Lines{"0" + note, "2" + note});
}

TEST_CASE("long values of SQLite travel in pieces, whatever holds them") {
  SqliteSite site;
  site.sql(
      "CREATE TABLE t (n NUMBER(8), a CLOB, b BLOB, r REAL); INSERT INTO t (rowid, n, a, b, r) VALUES "
      "(-5, 1, 'court', x'00', 1), (1, 2, printf('%.*c', 1048575, 'a') || 'é' || 'fin', zeroblob(2097152), "
      "2.5), "
      "(2, 3, printf('%.*c', 1048576, 'a'), NULL, NULL), (3, 4, printf('%.*c', 1048577, 'b'), x'31', 7), "
      "(9, printf('%.*c', 1100000, 'z'), '', zeroblob(1048577), NULL), (10, 6, 'fin', x'', 0);"
      "ALTER TABLE t ADD COLUMN plus CLOB DEFAULT 'défaut'; UPDATE t SET plus = 'autre' WHERE rowid = 3;"
      "CREATE TABLE calculee (a CLOB, l GENERATED ALWAYS AS (length(a)) VIRTUAL, b CLOB); INSERT INTO "
      "calculee VALUES "
      "(printf('%.*c', 1200000, 'a'), 'b');"
      "CREATE TABLE sans (k NUMBER(8) PRIMARY KEY, a CLOB) WITHOUT ROWID; INSERT INTO sans VALUES (1, "
      "printf('%.*c', "
      "1200000, 'a'));");
  auto source = open(site.uri());
  std::map<std::string, extract::SourceTable> tables;
  for (auto& t : source->catalogue()) tables[t.name] = t;
  Lines out, positions;
  std::size_t pieces = 0;
  class Sink final : public extract::RowSink {
   public:
    Sink(Lines& out, Lines& positions, std::size_t& pieces)
        : out_(out), positions_(positions), pieces_(pieces) {}
    void piece(std::size_t column, std::string_view bytes) override {
      CHECK(bytes.size() <= extract::large_value);
      ++pieces_;
      large_[column].append(bytes);
    }
    void rows(extract::RowBlock&& b) override {
      for (std::size_t r = 0; r < b.rows(); ++r) {
        std::string line;
        for (std::size_t c = 0; c < b.columns(); ++c) {
          using State = extract::RowBlock::Cell::State;
          const auto& cell = b.cell(r, c);
          std::string text(b.text(cell));
          if (cell.state == State::null) text = "NULL";
          if (cell.state == State::large) text = std::exchange(large_[c], {});
          if (text.size() > 99)
            text = std::to_string(text.size()) + " " + core::sha256(std::string_view(text)).hex();
          line += (c ? "|" : "") + text;
        }
        out_.push_back(line);
      }
      positions_.push_back(b.position);
    }

   private:
    Lines &out_, &positions_;
    std::size_t& pieces_;
    std::map<std::size_t, std::string> large_;
  } sink(out, positions, pieces);
  const auto& t = tables.at("t");
  const auto digest = [](const std::string& text) {
    return std::to_string(text.size()) + " " + core::sha256(std::string_view(text)).hex();
  };
  const Lines expected{
      std::string("1|court|\0|1|défaut", 19),
      "2|" + digest(std::string(1048575, 'a') + "éfin") + "|" + digest(std::string(2097152, '\0')) +
          "|2.5|défaut",
      "3|" + digest(std::string(1048576, 'a')) + "|NULL|NULL|défaut",
      "4|" + digest(std::string(1048577, 'b')) + "|1|7|autre",
      digest(std::string(1100000, 'z')) + "||" + digest(std::string(1048577, '\0')) + "|NULL|défaut",
      "6|fin||0|défaut"};
  source->read({t, {"n", "a", "b", "r", "plus"}, ""}, sink, {});
  CHECK(out == expected);
  CHECK(pieces == 10);
  // From each place the rows that follow, and no other.
  for (const auto& position : Lines(positions)) {
    out.clear();
    source->read({t, {"n", "a", "b", "r", "plus"}, position}, sink, {});
    CHECK(out == Lines(expected.end() - static_cast<std::ptrdiff_t>(out.size()), expected.end()));
  }
  out.clear();
  source->read({tables.at("calculee"), {"a", "l", "b"}, ""}, sink, {});
  source->read({tables.at("sans"), {"k", "a"}, ""}, sink, {});
  CHECK(out ==
        Lines{digest(std::string(1200000, 'a')) + "|1200000|b", "1|" + digest(std::string(1200000, 'a'))});
}

namespace {

/// Counts the bytes of large values; those of rows go nowhere.
class Count final : public extract::RowSink {
 public:
  void piece(std::size_t, std::string_view piece) override {
    bytes += piece.size();
    largest = std::max(largest, piece.size());
  }
  void rows(extract::RowBlock&& block) override { largest = std::max(largest, block.bytes()); }
  std::size_t bytes = 0, largest = 0;
};

/// A number of kilobytes of /proc/self/status.
long held(const char* what) {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;)
    if (word == what) {
      long kilobytes = 0;
      in >> kilobytes;
      return kilobytes;
    }
  return 0;
}

/// Kilobytes that a reading of columns a and b of a table holds at most, counted in a process of its own; -1
/// when `bytes` of large values did not come in pieces.
long held_by_reading(const std::string& uri, const std::string& name, std::size_t bytes) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::ofstream("/proc/self/clear_refs") << "5";  // the most so far is what is held now
    const auto before = held("VmRSS:");
    Count count;
    auto source = open(uri);
    source->read({find_table(*source, name), {"a", "b"}, ""}, count, {});
    const bool right = count.bytes == bytes && count.largest <= extract::large_value;
    const long more = right ? held("VmHWM:") - before : -1;
    _exit(write(ends[1], &more, sizeof more) == sizeof more ? 0 : 1);
  }
  close(ends[1]);
  long more = -1;
  CHECK(::read(ends[0], &more, sizeof more) == sizeof more);
  close(ends[0]);
  int status = 1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return more;
}

}  // namespace

TEST_CASE("a value of 120 megabytes costs a few, whether text or binary") {
  SqliteSite site;
  site.sql(
      "CREATE TABLE t (a CLOB, b BLOB); INSERT INTO t VALUES ('x', x'00'), (printf('%.*c', 120000000, 'a'), "
      "NULL), (NULL, zeroblob(120000000)), ('y', x'01');");
  const auto more = held_by_reading(site.uri(), "t", 240'000'000);
  CHECK(more >= 0);
  CHECK(more < 32'000);
}

TEST_CASE("what SQLite can only give whole is held by SQLite, and by nobody else") {
  SqliteSite site;
  const std::string megabytes = "printf('%.*c', 60000000, 'a')";
  const auto [make, name, times] = GENERATE_COPY(table<std::string, std::string, int>({
      {"CREATE TABLE t (a CLOB, b BLOB); CREATE VIEW v AS SELECT a, b FROM t; INSERT INTO t VALUES (", "v",
       1},
      {"CREATE TABLE w (a CLOB, b BLOB, k INTEGER PRIMARY KEY) WITHOUT ROWID; INSERT INTO w (k, a, b) VALUES "
       "(1, ",
       "w", 1},
      // Two bytes a character, and one more when it becomes UTF-8.
      {"PRAGMA encoding = 'UTF-16le'; CREATE TABLE u (a CLOB, b BLOB); INSERT INTO u VALUES (", "u", 3},
  }));
  INFO(name);
  site.sql(make + megabytes + ", zeroblob(1200000))");
  const auto more = held_by_reading(site.uri(), name, 61'200'000);
  CAPTURE(more);
  CHECK(more >= 0);
  if (memory_tells) CHECK(more < 60'000L * times + 32'000);
}

TEST_CASE(
    "long values of views, of tables without row numbers and of UTF-16 are the same as those of a table") {
  SqliteSite site, wide;
  const std::string table_sql =
      "CREATE TABLE t (n NUMBER(8) PRIMARY KEY, a CLOB, b BLOB, c CLOB); INSERT INTO t VALUES (1, "
      "'court', x'00', NULL), (2, 'é' || printf('%.*c', 1048575, 'a') || '€', zeroblob(1048577), 'fin'), (3, "
      "printf('%.*c', 1048576, 'b'), NULL, printf('%.*c', 2100000, 'c'));";
  site.sql(
      table_sql +
      "CREATE VIEW v AS SELECT * FROM t; CREATE TABLE w (n NUMBER(8) PRIMARY KEY, a CLOB, b BLOB, c CLOB) "
      "WITHOUT ROWID; INSERT INTO w SELECT * FROM t;");
  wide.sql("PRAGMA encoding = 'UTF-16be';" + table_sql);
  core::TemporaryDirectory folder;
  extract::CopyOptions replace;
  replace.replace = true;
  const auto content = [&](const SqliteSite& from, const std::string& name) {
    const auto target = folder.path() / "e.extract";
    copy_from(from.uri(),
              profile_of(table(name, column("N", "NUMBER(8)") + column("A", "CLOB") + column("B", "BLOB") +
                                         column("C", "CLOB"))),
              target, replace);
    auto extract = extract::Extract::open(target);
    core::SilentProgress progress;
    CHECK(extract::verify_content(extract, progress).empty());
    auto out = rows_of(extract.database(), "SELECT * FROM " + name + " ORDER BY _row");
    for (auto& line : out)
      if (line.size() > 99) line = core::sha256(std::string_view(line)).hex();
    for (const auto& line : rows_of(extract.database(),
                                    "SELECT row, column_name, chunk, length(bytes), substr(CAST(bytes AS "
                                    "TEXT), -1) FROM versoir_lob "
                                    "ORDER BY 1, 2, 3"))
      out.push_back(line);
    return out;
  };
  const auto expected = content(site, "t");
  CHECK(expected.size() > 3);
  CHECK(content(site, "v") == expected);
  CHECK(content(site, "w") == expected);
  CHECK(content(wide, "t") == expected);
}

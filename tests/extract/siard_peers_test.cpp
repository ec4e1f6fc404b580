// What other tools of this standard were seen to do wrong: each held by a test. The numbers are those of
// docs/formats/siard.md, "Known defects of other tools".
#include "core/digest.hpp"
#include "core/zip_archive.hpp"
#include "core/zip_stream.hpp"
#include "extract/siard/archive.hpp"
#include "extract/siard/check.hpp"
#include "extract/siard/draft.hpp"
#include "extract/siard/export.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>
#include <fstream>

using namespace versoir;
using namespace versoir::tests;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

/// An archive made by hand, of any shape.
class HandMade {
 public:
  /// `tables`: pairs of the description of a table (from <name> on) and of its rows; their folders are
  /// table0, table1… of schema0.
  explicit HandMade(const Entries& tables, const Entries& more = {}, const std::string& head = "") {
    std::string schema = "<schema><name>S</name><folder>schema0</folder><tables>";
    Entries entries;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const auto number = std::to_string(i);
      schema += "<table><name>T" + number + "</name><folder>table" + number + "</folder>" + tables[i].first +
                "</table>";
      add_table(entries, "content/schema0/table" + number + "/table" + number, tables[i].second);
    }
    entries.insert(entries.end(), more.begin(), more.end());
    write(entries, head, schema + "</tables></schema>");
  }
  /// The schemas as they are given.
  HandMade(const Entries& entries, const std::string& schemas) { write(entries, "", schemas); }

  static void add_table(Entries& entries, const std::string& name, const std::string& rows) {
    entries.emplace_back(name + ".xml", "<table xmlns=\"t\">" + rows + "</table>");
    entries.emplace_back(name + ".xsd", "<schema/>");
  }
  void import() {
    copy_from("siard:" + file.string(), profiles::load(extract::draft_siard(file, "essai").files, "essai"),
              extract);
  }
  Lines query(const std::string& sql) {
    auto opened = extract::Extract::open(extract);
    return plain_rows(opened.database(), sql);
  }

  core::TemporaryDirectory folder;
  fs::path file = folder.path() / "a.siard", extract = folder.path() / "a.extract";

 private:
  void write(const Entries& entries, const std::string& head, const std::string& schemas) {
    core::ZipStream zip(file);
    for (const auto& [name, content] : entries) zip.add(name, content);
    zip.add("header/siardversion/2.1/stamp", "");
    zip.add("header/metadata.xml",
            "<siardArchive xmlns=\"http://www.bar.admin.ch/xmlns/siard/2/metadata.xsd\" version=\"2.1\">"
            "<dbname>d</dbname>" +
                head + "<schemas>" + schemas + "</schemas><users/></siardArchive>");
    zip.commit();
  }
};

std::string columns(const Entries& named) {
  std::string out = "<columns>";
  for (const auto& [name, rest] : named) out += "<column><name>" + name + "</name>" + rest + "</column>";
  return out + "</columns>";
}
std::string type(const std::string& name) { return "<type>" + name + "</type>"; }
std::string count(int rows) { return "<rows>" + std::to_string(rows) + "</rows>"; }

/// An extract of one table, and its archive.
class Exported {
 public:
  Exported(const std::string& sql, const std::string& tables) {
    SqliteSite site;
    site.sql(sql);
    copy_from(site.uri(), profile_of(tables), extract);
    write(siard);
  }
  void write(const fs::path& to, bool beside = false) {
    auto opened = extract::Extract::open(extract);
    extract::SiardOptions options;
    options.owner = "x";
    options.lobs_beside = beside;
    core::SilentProgress progress;
    report = extract::export_siard(opened, to, options, progress, {});
  }
  core::TemporaryDirectory folder;
  fs::path extract = folder.path() / "a.extract", siard = folder.path() / "a.siard";
  extract::SiardReport report;
};

extract::SiardCheckReport judged(const fs::path& file) {
  core::TemporaryDirectory scratch;
  core::SilentProgress progress;
  return extract::check_siard(file, scratch.path(), progress, {});
}

/// The process lives in another place of the world, for a scope.
class Zone {
 public:
  explicit Zone(const char* name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~Zone() {
    if (before_.empty())
      ::unsetenv("TZ");
    else
      ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

 private:
  std::string before_;
};

/// Largest resident size so far, in kB; reset_peak() begins anew.
long peak() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::atol(line.c_str() + 6);
  return -1;
}
bool reset_peak() {
  std::ofstream to("/proc/self/clear_refs");
  to << 5;
  to.close();
  return !to.fail();
}

}  // namespace

TEST_CASE("peers 5 and 26: no hour is shifted by a summer time, out or in, and .0 stays what it is",
          "[siard]") {
  const std::string sql =
      "CREATE TABLE jours (a DATE, b TIMESTAMP); INSERT INTO jours VALUES ('1986-06-01', '1986-06-01 "
      "00:00:00'), "
      "('1986-03-30', '1986-03-30 02:30:00'), ('1911-03-11', '1911-03-11 00:05:00.5');";
  const auto tables = table("JOURS", column("A", "DATE") + column("B", "TIMESTAMP"));
  Lines values;
  std::string bytes;
  for (const auto* zone : {"UTC", "Europe/Paris", "America/Sao_Paulo", "Pacific/Apia"}) {
    const Zone there(zone);
    Exported out(sql, tables);
    const auto archive = core::ZipArchive(out.siard, core::Exit::source_data);
    const auto rows = archive.read(*archive.find("content/schema0/table0/table0.xml"), 1u << 20);
    if (bytes.empty()) bytes = rows;
    INFO(zone);
    CHECK(rows == bytes);
    const auto again = out.folder.path() / "b.extract";
    copy_from("siard:" + out.siard.string(),
              profiles::load(extract::draft_siard(out.siard, "essai").files, "essai"), again);
    auto opened = extract::Extract::open(again);
    const auto read = plain_rows(opened.database(), "SELECT a, b FROM jours ORDER BY _row");
    if (values.empty()) values = read;
    CHECK(read == values);
  }
  CHECK_THAT(bytes, Contains(">1986-06-01Z<") && Contains(">1986-03-30T02:30:00.000000Z<"));
  CHECK(values.front() == "1986-06-01T00:00:00|1986-06-01T00:00:00");
}

TEST_CASE("peers 6: a number keeps every digit that its archive has, in and out again", "[siard]") {
  // Not from SQLite: it makes a double of a number of 38 digits.
  HandMade archive(
      {{columns({{"a", type("DECIMAL(38)")}, {"b", type("NUMERIC(38,34)")}, {"c", type("DECIMAL(7)")}}) +
            count(2),
        "<row><c1>99999999999999999999999999999999999999</c1><c2>0.0000000000000000000000000000000001</"
        "c2><c3>1234500</c3></row><row><c1>-1</c1><c2>1234.125</c2><c3>-100</c3></row>"}});
  archive.import();
  const auto* sql = "SELECT a, b, c FROM T0 ORDER BY _row";
  const Lines values{"99999999999999999999999999999999999999|0.0000000000000000000000000000000001|1234500",
                     "-1|1234.125|-100"};
  CHECK(archive.query(sql) == values);
  const auto out = archive.folder.path() / "b.siard", again = archive.folder.path() / "b.extract";
  auto opened = extract::Extract::open(archive.extract);
  extract::SiardOptions options;
  options.owner = "x";
  core::SilentProgress progress;
  extract::export_siard(opened, out, options, progress, {});
  // libxml2 holds no decimal of more than 24 digits: its word is not taken for these.
  const auto report = judged(out);
  for (const auto& f : report.findings)
    UNSCOPED_INFO(f.code << " " << f.where << ": " << f.message.english());
  CHECK(report.errors() == 0);
  copy_from("siard:" + out.string(), profiles::load(extract::draft_siard(out, "essai").files, "essai"),
            again);
  auto after = extract::Extract::open(again);
  CHECK(plain_rows(after.database(), sql) == values);
}

TEST_CASE("peers 7: a time with a fraction, a date with or without Z are what they are", "[siard]") {
  HandMade archive(
      {{columns({{"h", type("TIME(3)")}, {"d", type("DATE")}, {"t", type("TIMESTAMP(3)")}}) + count(2),
        "<row><c1>09:08:43.879Z</c1><c2>1975-04-01</c2><c3>2016-08-16T09:08:43.1</c3></row>"
        "<row><c1>23:59:60</c1><c2>1975-04-01Z</c2><c3>2016-08-16T09:08:43Z</c3></row>"}});
  archive.import();
  CHECK(archive.query("SELECT h, d, t FROM T0 ORDER BY _row") ==
        Lines{"09:08:43.879Z|1975-04-01T00:00:00|2016-08-16T09:08:43.1",
              "23:59:60|1975-04-01T00:00:00|2016-08-16T09:08:43"});
}

TEST_CASE("peers 9: tables of one name in two schemas stay two, and references lead to their own",
          "[siard]") {
  Entries entries;
  HandMade::add_table(entries, "content/a/t/t", "<row><c1>1</c1></row>");
  HandMade::add_table(entries, "content/b/t/t", "<row><c1>2</c1></row><row><c1>3</c1></row>");
  HandMade::add_table(entries, "content/b/u/u", "<row><c1>3</c1></row>");
  const auto one = "<table><name>T</name><folder>t</folder>" + columns({{"k", type("INTEGER")}}) +
                   "<primaryKey><name>p</name><column>k</column></primaryKey>";
  HandMade archive(
      entries,
      "<schema><name>A</name><folder>a</folder><tables>" + one + count(1) +
          "</table></tables></schema><schema><name>B</name><folder>b</folder><tables>" + one + count(2) +
          "</table><table><name>U</name><folder>u</folder>" + columns({{"k", type("INTEGER")}}) +
          "<foreignKeys><foreignKey><name>f</name><referencedSchema>B</referencedSchema>"
          "<referencedTable>T</referencedTable><reference><column>k</column><referenced>k</referenced>"
          "</reference></foreignKey></foreignKeys>" +
          count(1) + "</table></tables></schema>");
  archive.import();
  CHECK(archive.query("SELECT count(*) FROM A_T") == Lines{"1"});
  CHECK(archive.query("SELECT count(*) FROM B_T") == Lines{"2"});
  CHECK(archive.query("SELECT references_to FROM versoir_column WHERE table_name = 'U'") == Lines{"B_T.k"});
  for (const auto& v : judged(archive.file).verdicts)
    if (v.requirement.id == "T_6.0-1") CHECK(v.errors == 0);
}

TEST_CASE("peers 10 and 12: a large value with another digest is refused, with its table, column and row",
          "[siard]") {
  const std::string content = "bonjour";
  const auto cell = [&](const std::string& digest) {
    return "<row><c1>1</c1></row><row><c1>2</c1><c2 file=\"content/schema0/table0/lob1/record1.txt\" "
           "length=\"7\" "
           "digestType=\"MD5\" digest=\"" +
           digest + "\"/></row>";
  };
  const auto described = columns({{"num", type("INTEGER")}, {"note", type("CLOB")}}) + count(2);
  const Entries lob{{"content/schema0/table0/lob1/record1.txt", content}};
  HandMade right({{described, cell("F02368945726D5FC2A14EB576F7276C0")}}, lob);
  right.import();
  CHECK(right.query("SELECT note FROM T0 WHERE num = 2") == Lines{"bonjour"});
  HandMade wrong({{described, cell("00000000000000000000000000000000")}}, lob);
  const auto error = error_of([&] { wrong.import(); });
  CHECK(error.code() == core::Exit::source_data);
  CHECK_THAT(error.render(), Contains("T0.note") && Contains("row 2") && Contains("table0.xml"));
  CHECK_THAT(error.render(), !Contains("bonjour"));
  CHECK(!fs::exists(wrong.extract));
}

TEST_CASE("peers 8, 23 and 31: every known way to say where a large value lies is tried", "[siard]") {
  const auto with = [](const std::string& head, const std::string& folder_of_column, const std::string& cell,
                       const std::string& place) {
    INFO(head << " " << folder_of_column << " " << cell << " " << place);
    HandMade archive(
        {{columns(
              {{"note", (folder_of_column.empty() ? "" : "<lobFolder>" + folder_of_column + "</lobFolder>") +
                            type("CLOB")}}) +
              count(1),
          "<row><c1 file=\"" + cell + "\" length=\"2\"/></row>"}},
        {{place, "ok"}}, head.empty() ? "" : "<lobFolder>" + head + "</lobFolder>");
    archive.import();
    CHECK(archive.query("SELECT note FROM T0") == Lines{"ok"});
  };
  const std::string place = "content/schema0/table0/lob1/record1.txt";
  with("", "", place, place);         // SIARD Suite
  with("content", "", place, place);  // DBPTK
  with("content/", "schema0/table0/lob1/", "seg0/rec1.txt",
       "content/schema0/table0/lob1/seg0/rec1.txt");              // Full Convert
  with("", "content/schema0/table0/lob1", "record1.txt", place);  // the folder in the column alone
}

TEST_CASE("peers 27: local headers that lie about sizes and flags do not matter", "[siard]") {
  Exported out("CREATE TABLE t (a NUMBER(8)); INSERT INTO t VALUES (1), (2);",
               table("T", column("A", "NUMBER(8)")));
  auto bytes = core::read_file(out.siard);
  const core::ZipArchive zip(out.siard, core::Exit::source_data);
  const auto at = zip.find("content/schema0/table0/table0.xml")->offset;
  REQUIRE(bytes.substr(at, 4) == "PK\x03\x04");
  // As SIARD Suite 2.1.120: UTF-8 names, no descriptor announced, no checksum, no size.
  bytes[at + 6] = '\x04', bytes[at + 7] = '\x08';
  for (std::size_t i = 14; i < 18; ++i) bytes[at + i] = '\0';
  for (std::size_t i = 18; i < 26; ++i) bytes[at + i] = '\xff';
  const auto spoilt = out.folder.path() / "b.siard";
  core::write_file(spoilt, bytes);
  const auto target = out.folder.path() / "b.extract";
  copy_from("siard:" + spoilt.string(), profiles::load(extract::draft_siard(spoilt, "essai").files, "essai"),
            target);
  auto opened = extract::Extract::open(target);
  CHECK(plain_rows(opened.database(), "SELECT count(*) FROM t") == Lines{"2"});
}

TEST_CASE("peers 25: what is found wrong is never touched, nor what was there before", "[siard]") {
  HandMade archive({{columns({{"a", type("INTEGER")}}) + count(3), "<row><c1>1</c1></row>"}});
  const auto before = core::read_file(archive.file);
  const auto time = fs::last_write_time(archive.file);
  CHECK(judged(archive.file).errors() > 0);
  core::write_file(archive.extract, "an extract of before");
  extract::CopyOptions replace;
  replace.replace = true;
  const auto error = error_of([&] {
    copy_from("siard:" + archive.file.string(),
              profiles::load(extract::draft_siard(archive.file, "essai").files, "essai"), archive.extract,
              replace);
  });
  CHECK(error.code() == core::Exit::source_data);
  CHECK(core::read_file(archive.extract) == "an extract of before");
  CHECK(core::read_file(archive.file) == before);
  CHECK(fs::last_write_time(archive.file) == time);
}

TEST_CASE("peers 28: an archive and its large values beside it can be moved together", "[siard]") {
  Exported out("CREATE TABLE t (a NUMBER(8), b CLOB); INSERT INTO t VALUES (1, @megabytes_text@);",
               table("T", column("A", "NUMBER(8)") + column("B", "CLOB")));
  const auto here = out.folder.path() / "here";
  fs::create_directory(here);
  out.write(here / "x.siard", true);
  fs::rename(here, out.folder.path() / "there");
  const auto moved = out.folder.path() / "there" / "x.siard";
  CHECK(judged(moved).errors() == 0);
  CHECK(judged(moved).large_values == 1);
  const core::ZipArchive zip(moved, core::Exit::source_data);
  CHECK_THAT(zip.read(*zip.find("header/metadata.xml"), 1u << 20), !Contains(out.folder.path().string()));
}

TEST_CASE("peers 2, 4, 16 and 24: one large value or many rows cost no memory, and no file each", "[siard]") {
  if (!reset_peak()) return;
  Exported out(
      "CREATE TABLE t (a NUMBER(8), b CLOB); INSERT INTO t VALUES (1, printf('%.*c', 90000000, 'a'));"
      "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 150000) INSERT INTO t SELECT "
      "i, "
      "printf('%.*c', 200, 'b') FROM n;",
      table("T", column("A", "NUMBER(8)") + column("B", "CLOB")));
  REQUIRE(reset_peak());
  const auto before = peak();
  out.write(out.folder.path() / "b.siard");
  const auto exported = peak() - before;
  REQUIRE(reset_peak());
  CHECK(judged(out.siard).errors() == 0);
  const auto checked = peak() - before;
  REQUIRE(reset_peak());
  copy_from("siard:" + out.siard.string(),
            profiles::load(extract::draft_siard(out.siard, "essai").files, "essai"),
            out.folder.path() / "c.extract");
  const auto imported = peak() - before;
  CAPTURE(exported, checked, imported);
  if (memory_tells) {
    CHECK(exported < 64'000);
    CHECK(checked < 64'000);
    CHECK(imported < 64'000);
  }
}

TEST_CASE("peers 17: 160 columns and more come back, in an archive and in a drafted sheet", "[siard]") {
  std::string wide, named;
  for (int i = 0; i < 160; ++i) {
    wide += (i ? ", c" : "c") + std::to_string(i) + " VARCHAR2(10)";
    named += column("C" + std::to_string(i), "VARCHAR2(10)");
  }
  Exported out("CREATE TABLE t (" + wide + "); INSERT INTO t (c0, c159) VALUES ('x', 'y');",
               table("T", named));
  const auto draft = extract::draft_siard(out.siard, "essai");
  const auto app = profiles::load(draft.files, "essai");
  CHECK(profiles::check_queries(app).empty());
  CHECK(app.records.front().root.fields.size() == 161);
  const auto target = out.folder.path() / "b.extract";
  copy_from("siard:" + out.siard.string(), app, target);
  auto opened = extract::Extract::open(target);
  CHECK(plain_rows(opened.database(), "SELECT c0, c1, c159 FROM t") == Lines{"x|NULL|y"});
}

// A folder of CSV files as a source: what is read from it, and every way in which it can be wrong.
#include "csv_site.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

/// A folder with one table NOTE(NUM NUMBER(8), TEXTE VARCHAR2(400), IMAGE BLOB), whose parts a test replaces.
struct Folder {
  core::TemporaryDirectory folder;
  std::string charset = "UTF-8", consistency = "snapshot", rows = "2", more, end = "end,,,\n";
  std::string note = "NUM,TEXTE,IMAGE\n1,un,00ff\n2,deux,\n";
  std::string table =
      "table,NOTE,,NOTE.csv\ntype,NOTE,NUM,NUMBER(8)\ntype,NOTE,TEXTE,VARCHAR2(400)\ntype,NOTE,IMAGE,BLOB\n"
      "encoding,NOTE,IMAGE,hexadecimal\n";

  [[nodiscard]] fs::path file(const std::string& name = "NOTE.csv") const { return folder.path() / name; }
  void write() const {
    core::write_file(file("control.csv"),
                     "kind,table,column,value\nformat,,,versoir-csv/1\ncharset,,," + charset +
                         "\nsystem,,,Oracle\nversion,,,11.2\nsnapshot,,,SCN 12\nschema,,,APOGEE\n"
                         "consistency,,," +
                         consistency + "\n" + table + "rows,NOTE,," + rows + "\n" + more + end);
    core::write_file(file(), note);
  }
  [[nodiscard]] std::unique_ptr<extract::Source> open() const {
    write();
    return extract::open_source({"csv", folder.path().string()}, {});
  }
};

/// Rows as text: values between '|', NULL as ~, a large value as its size.
Lines rows_in(extract::Source& source, const std::string& table, const Lines& columns,
              const std::string& after = "", std::string* last = nullptr) {
  const auto catalogue = source.catalogue();
  const auto it = std::ranges::find(catalogue, table, &extract::SourceTable::name);
  REQUIRE(it != catalogue.end());
  Lines out;
  Rows* self = nullptr;
  Rows sink([&](extract::RowBlock&& block) {
    for (std::size_t row = 0; row < block.rows(); ++row) {
      std::string line;
      for (std::size_t i = 0; i < block.columns(); ++i) {
        const auto& cell = block.cell(row, i);
        using State = extract::RowBlock::Cell::State;
        line += i ? "|" : "";
        if (cell.state == State::null)
          line += "~";
        else if (cell.state == State::large)
          line += std::to_string(self->large[i].size());
        else
          line += block.text(cell);
      }
      out.push_back(line);
    }
    if (last) *last = block.position;
  });
  self = &sink;
  source.read({*it, columns, after}, sink, {});
  return out;
}
Lines rows_in(const Folder& folder, const Lines& columns = {"NUM", "TEXTE", "IMAGE"}) {
  return rows_in(*folder.open(), "NOTE", columns);
}
/// What the reading of a folder ends with: message and causes in one text.
std::string refusal(const Folder& folder, core::Exit code = core::Exit::source_data) {
  const auto error = error_of([&] { rows_in(folder); });
  CHECK(error.code() == code);
  std::string out = error.message().english();
  for (const auto& c : error.causes()) out += " / " + c.english();
  return out;
}
std::string sha256sum(const fs::path& file) { return core::sha256(core::read_file(file)).hex(); }

}  // namespace

TEST_CASE("quotes, commas and line ends inside quotes are values") {
  Folder f;
  f.note = "NUM,TEXTE,IMAGE\r\n1,\"dit \"\"oui\"\", puis\r\nnon\",\"00FF\"\r\n2,\"\"\"\",\r\n";
  CHECK(rows_in(f) == Lines{std::string("1|dit \"oui\", puis\r\nnon|\0\xff", 25), "2|\"|~"});
}

TEST_CASE("nothing between commas is NULL and two quotes are an empty string, unless the system has none") {
  Folder f;
  f.note = "NUM,TEXTE,IMAGE\n1,,\n2,\"\",\"\"\n";
  CHECK(rows_in(f) == Lines{"1|~|~", "2||"});
  f.more = "empty_strings,,,no\n";
  CHECK(rows_in(f) == Lines{"1|~|~", "2|~|~"});
  CHECK_FALSE(f.open()->provenance().has_empty_texts);
}

TEST_CASE("columns are given in the order asked, whatever their order in the file") {
  Folder f;
  CHECK(rows_in(f, {"TEXTE", "NUM"}) == Lines{"un|1", "deux|2"});
}

TEST_CASE("a line with nothing is a NULL of a table of one column, and nothing in a wider one") {
  Folder f;
  f.note = "NUM,TEXTE,IMAGE\n\n1,un,00ff\n\r\n2,deux,\n\n";
  CHECK(rows_in(f).size() == 2);
  f.table = "table,NOTE,,NOTE.csv\ntype,NOTE,NUM,NUMBER(8)\n";
  f.note = "NUM\n1\n\n";
  CHECK(rows_in(f, {"NUM"}) == Lines{"1", "~"});
}

TEST_CASE("each character set is converted exactly") {
  const auto [charset, bytes, text] =
      GENERATE(table<std::string, std::string, std::string>({{"ISO-8859-1", "\xe9\xa4\xbd", "é¤½"},
                                                             {"iso-8859-15", "\xe9\xa4\xbd", "é€œ"},
                                                             {"windows-1252", "\xe9\x80\x9c\x92", "é€œ’"},
                                                             {"UTF-8", "é€œ😀", "é€œ😀"}}));
  Folder f;
  f.charset = charset;
  f.note = "NUM,TEXTE,IMAGE\n1," + bytes + ",\n2,\"" + bytes + "\",\n";
  CHECK(rows_in(f, {"TEXTE"}) == Lines{text, text});
}

TEST_CASE("a byte that a character set does not define is an anomaly, not a question mark") {
  Folder f;
  f.charset = "windows-1252";
  f.note = "NUM,TEXTE,IMAGE\n1,caf\xe9 \x81,\n2,deux,\n";
  f.write();
  const auto target = f.file("essai.extract");
  const auto profile = profile_of(
      table("NOTE", column("NUM", "NUMBER(8)") + column("TEXTE", "VARCHAR2(400)") + column("IMAGE", "BLOB")));
  CHECK(copy_from("csv:" + f.folder.path().string(), profile, target).anomalies == 1);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT TEXTE FROM NOTE") == Lines{"T:café \xEF\xBF\xBD", "T:deux"});
  CHECK(rows_of(extract.database(), "SELECT column_name, kind, hex(raw) FROM versoir_anomaly") ==
        Lines{"T:TEXTE|T:encoding|T:636166C3A92081"});
}

TEST_CASE("a value of five megabytes passes in pieces, in text and in hexadecimal") {
  Folder f;
  const std::string text(5'000'000, 'a');
  std::string hex;
  for (int i = 0; i < 2'500'000; ++i) hex += "0f";
  f.note = "NUM,TEXTE,IMAGE\n1,\"" + text + "\"," + hex + "\n2,court,00\n";
  CHECK(rows_in(f) == Lines{"1|5000000|2500000", std::string("2|court|\0", 9)});
  f.note = "NUM,TEXTE,IMAGE\n1," + std::string(1048576, 'a') + ",\n2," + std::string(1048577, 'a') + ",\n";
  const auto rows = rows_in(f, {"TEXTE"});
  CHECK(rows[0].size() == 1048576);
  CHECK(rows[1] == "1048577");
}

TEST_CASE("reading goes on from the position of a block") {
  Folder f;
  f.rows = "3000";
  f.note = "NUM,TEXTE,IMAGE\n";
  for (int i = 0; i < 3000; ++i) f.note += std::to_string(i) + ",\"ligne\n" + std::to_string(i) + "\",\n";
  const auto source = f.open();
  std::string last;
  Lines first;
  const auto catalogue = source->catalogue();
  struct Enough {};
  Rows sink([&](extract::RowBlock&& block) {
    for (std::size_t row = 0; row < block.rows(); ++row) first.emplace_back(block.text(block.cell(row, 0)));
    last = block.position;
    throw Enough{};
  });
  CHECK_THROWS_AS(source->read({catalogue[0], {"NUM"}, ""}, sink, {}), Enough);
  REQUIRE(first.size() < 3000);
  const auto rest = rows_in(*f.open(), "NOTE", {"NUM"}, last);
  CHECK(first.size() + rest.size() == 3000);
  CHECK(rest.front() == std::to_string(first.size()));
  CHECK(error_of([&] { rows_in(*f.open(), "NOTE", {"NUM"}, "12"); }).code() == core::Exit::extract_invalid);
}

TEST_CASE("reading does not go on in another file, nor in one that changes while it is read") {
  Folder f;
  const auto source = f.open();
  std::string last;
  CHECK(rows_in(*source, "NOTE", {"NUM"}, "", &last).size() == 2);
  f.note = "NUM,TEXTE,IMAGE\n1,un,00ff\n2,deuX,\n";  // the same size
  const auto error = error_of([&] { rows_in(*f.open(), "NOTE", {"NUM"}, last); });
  CHECK(error.code() == core::Exit::extract_changed);
  CHECK_THAT(error.message().english(), Contains("NOTE.csv is not the file"));
  const auto opened = f.open();
  core::write_file(f.file(), "NUM,TEXTE,IMAGE\n1,un,00ff\n2,dEux,\n");
  CHECK(error_of([&] { rows_in(*opened, "NOTE", {"NUM"}); }).code() == core::Exit::extract_changed);
}

TEST_CASE("an interrupted copy of a folder is not finished with rows of another folder") {
  Folder f;
  f.rows = "9000";
  f.note = "NUM,TEXTE,IMAGE\n";
  for (int i = 0; i < 9000; ++i) f.note += std::to_string(100000 + i) + ",ligne,\n";
  f.write();
  const auto target = f.file("essai.extract");
  const auto profile =
      profile_of(table("NOTE", column("NUM", "NUMBER(8)") + column("TEXTE", "VARCHAR2(400)")));
  const auto uri = "csv:" + f.folder.path().string();
  {
    struct Stopping final : core::Progress {  // once some rows were written
      std::stop_source stop;
      void begin(std::string_view, std::optional<std::uint64_t>, std::string_view) override {}
      void advance(std::uint64_t n) override {
        if (n > 0) stop.request_stop();
      }
      void end() override {}
    } progress;
    extract::CopyOptions options;
    options.commit_bytes = 1;
    options.rows_per_second = 20'000;  // so that the reader does not come to the end first
    auto source = extract::open_source(extract::parse_source(uri), {});
    CHECK(error_of([&] {
            extract::copy(*source, profile, target, options, core::FixedClock(noon()), progress,
                          progress.stop.get_token());
          }).code() == core::Exit::interrupted);
  }
  f.note.replace(f.note.find("108999"), 6, "208999");
  f.write();
  CHECK(error_of([&] { copy_from(uri, profile, target); }).code() == core::Exit::extract_changed);
  CHECK_FALSE(fs::exists(target));
  extract::CopyOptions again;
  again.restart = true;
  CHECK(copy_from(uri, profile, target, again).rows == 9000);
}

TEST_CASE("SHA256SUMS binds the control file too") {
  Folder f;
  f.write();
  core::write_file(f.file("SHA256SUMS"), sha256sum(f.file("control.csv")) + "  ./control.csv\n" +
                                             sha256sum(f.file()) + "  NOTE.csv\n");
  CHECK(rows_in(f).size() == 2);
  f.more = "comment,NOTE,,autre\n";
  CHECK(refusal(f) == "control.csv does not have the SHA-256 that was declared.");
}

TEST_CASE("a line that is wrong is named by its file and number") {
  const auto [content, message] = GENERATE(table<std::string, std::string>({
      {"1,un,\n2,deux\n", "NOTE.csv, line 3: 2 fields instead of 3."},
      {"1,un,\n2,deux,,\n", "NOTE.csv, line 3: more than 3 fields."},
      {"1,\"un\nun\",\n2,\"deux,\n", "NOTE.csv, line 4: a quote is not closed."},
      {"1,\"un\"un,\n2,deux,\n", "NOTE.csv, line 2: text after a closing quote."},
      {"1,u\"n,\n2,deux,\n", "NOTE.csv, line 2: a quote inside a field that has none around it."},
      {"1,un,\n2,deux,00", "NOTE.csv, line 3: the last line has no end, the file is cut."},
      {"1,un\rdeux,\n2,deux,\n", "NOTE.csv, line 2: a carriage return without line feed, outside quotes."},
      {"1,un,0\n2,deux,\n", "NOTE.csv, line 2: the value of IMAGE is not in hexadecimal."},
      {"1,un,\n2,deux,\"0g\"\n", "NOTE.csv, line 3: the value of IMAGE is not in hexadecimal."},
  }));
  Folder f;
  f.note = "NUM,TEXTE,IMAGE\n" + content;
  CHECK(refusal(f) == message);
}

TEST_CASE("rows that are not as many as the server counted are refused before any is given") {
  Folder f;
  f.rows = GENERATE("1", "3");
  const auto source = f.open();
  const auto catalogue = source->catalogue();
  Rows sink([](extract::RowBlock&&) { FAIL("a row of a wrong file"); });
  const auto error = error_of([&] { source->read({catalogue[0], {"NUM"}, ""}, sink, {}); });
  CHECK(error.code() == core::Exit::source_data);
  CHECK(error.message().english() ==
        "NOTE.csv holds 2 rows up to line 4; the server counted " + f.rows + ".");
}

TEST_CASE("a script without one transaction may count other rows than it wrote: the copy says so") {
  Folder f;
  f.rows = "3";
  f.consistency = "per-table";
  const auto source = f.open();
  CHECK(source->consistency() == extract::Consistency::per_table);
  CHECK(source->count("NOTE") == 3);
  CHECK(rows_in(*source, "NOTE", {"NUM"}).size() == 2);
}

TEST_CASE("a file that was cut, changed or lost is refused by name") {
  Folder f;
  SECTION("cut at the end of a line") {
    f.note = "NUM,TEXTE,IMAGE\n1,un,00ff\n";
    CHECK_THAT(refusal(f), Contains("NOTE.csv holds 1 rows"));
  }
  SECTION("size") {
    f.more = "size,NOTE,,12\n";
    CHECK_THAT(refusal(f), Contains("NOTE.csv has 34 bytes") && Contains("12 were declared"));
  }
  SECTION("digest in the control file") {
    f.write();
    f.more = "sha256,NOTE,," + sha256sum(f.file()) + "\n";
    CHECK(rows_in(f).size() == 2);
    f.note = "NUM,TEXTE,IMAGE\n1,un,00ff\n2,doux,\n";
    CHECK(refusal(f) == "NOTE.csv does not have the SHA-256 that was declared.");
  }
  SECTION("digest by sha256sum") {
    f.write();
    core::write_file(f.file("SHA256SUMS"), sha256sum(f.file()) + "  NOTE.csv\n");
    CHECK(rows_in(f).size() == 2);
    f.note = "NUM,TEXTE,IMAGE\n1,un,00ff\n2,doux,\n";
    CHECK(refusal(f) == "NOTE.csv does not have the SHA-256 that was declared.");
    core::write_file(f.file("SHA256SUMS"), "n'importe quoi\n");
    CHECK(refusal(f) == "SHA256SUMS, line 1 is not a line of sha256sum.");
  }
  SECTION("lost") {
    f.more = "table,AUTRE,,AUTRE.csv\ntype,AUTRE,NUM,NUMBER(8)\nrows,AUTRE,,0\n";
    CHECK_THAT(refusal(f), Contains("The file AUTRE.csv of the table AUTRE is not in the folder"));
  }
}

TEST_CASE("a header that is not what was declared is refused when the folder is opened") {
  const auto header = GENERATE("NUM,IMAGE,TEXTE", "NUM,TEXTE", "NUM,TEXTE,IMAGE,PLUS", "", "1,un,");
  Folder f;
  f.note = std::string(header) + "\n1,un,00ff\n";
  f.write();
  const auto error = error_of([&] {
    static_cast<void>(extract::open_source({"csv", f.folder.path().string()}, {}));
  });
  CHECK(error.code() == core::Exit::source_data);
  CHECK_THAT(error.message().english(), Contains("NOTE.csv"));
  CHECK_THAT(error.message().english(), Contains("header"));
}

TEST_CASE("measures of the server show values that changed on the way") {
  Folder f;
  f.note = "NUM,TEXTE,IMAGE\n1,é😀,00ff\n2,deux,\n";
  f.more = "characters,NOTE,TEXTE,6\nbytes,NOTE,IMAGE,2\n";
  CHECK(rows_in(f).size() == 2);
  f.more = "utf16,NOTE,TEXTE,7\n";
  CHECK(rows_in(f).size() == 2);
  f.more = "characters,NOTE,TEXTE,7\n";
  CHECK(refusal(f) == "NOTE.csv: the values of TEXTE measure 6 in the file, 7 on the server.");
  f.more = "bytes,NOTE,IMAGE,4\n";
  CHECK(refusal(f) == "NOTE.csv: the values of IMAGE measure 2 in the file, 4 on the server.");
  f.charset = "ISO-8859-1";
  f.note = "NUM,TEXTE,IMAGE\n1,\xe9t\xe9,\n2,,\n";
  f.more = "characters,NOTE,TEXTE,3\n";
  CHECK(rows_in(f).size() == 2);
}

TEST_CASE("a control file that is wrong is refused with its line") {
  const auto [more, message] = GENERATE(table<std::string, std::string>({
      {"couleur,,,bleu\n",
       "control.csv, line 15 cannot be understood. / the table  was not announced before"},
      {"couleur,NOTE,,bleu\n",
       "control.csv, line 15 cannot be understood. / there is no kind of fact named couleur"},
      {"rows,NOTE,,beaucoup\n",
       "control.csv, line 15 cannot be understood. / beaucoup is not a whole number"},
      {"nullable,NOTE,NUM,oui\n", "control.csv, line 15 cannot be understood. / oui is neither yes nor no"},
      {"key,NOTE,CODE,1\n",
       "control.csv, line 15 cannot be understood. / the column CODE was not announced before"},
      {"type,NOTE,NUM,DATE\n", "control.csv, line 15 cannot be understood. / the column NUM is named twice"},
      {"table,NOTE,,N.csv\n", "control.csv, line 15 cannot be understood. / the table NOTE is named twice"},
      {"table,B,,NOTE.csv\n",
       "control.csv, line 15 cannot be understood. / the file NOTE.csv is named twice"},
      {"table,B,,../B.csv\n",
       "control.csv, line 15 cannot be understood. / ../B.csv is not the name of a file of the folder"},
      {"system,,,Autre\n", "control.csv, line 15 cannot be understood. / system is said twice"},
      {"rows,NOTE,\n", "control.csv, line 15 cannot be understood. / 3 fields instead of 4"},
      {"encoding,NOTE,IMAGE,base64\n",
       "control.csv, line 15 cannot be understood. / binary values come in hexadecimal, not in base64"},
      {"comment,NOTE,,\"x\n", "control.csv, line 15: a quote is not closed."},
      {"table,B,,B.csv\n", "control.csv names no column of the table B."},
      {"table,B,,B.csv\ntype,B,X,DATE\n", "control.csv does not say how many rows the table B has."},
      {"type,NOTE,P,BLOB\n", "control.csv does not say that the binary column NOTE.P is in hexadecimal."},
      {"probe,,,\xC3\xA9?\n",
       "control.csv, line 15: the files are not in the character set UTF-8 that they declare."},
  }));
  Folder f;
  f.more = more;
  CHECK(refusal(f) == message);
}

TEST_CASE("an export that did not finish is refused, and so is a folder that is none") {
  Folder f;
  f.end.clear();
  CHECK(refusal(f) ==
        "control.csv stops at line 14 without the line that ends it: the export did not finish.");
  f.charset = "EBCDIC";
  CHECK(refusal(f) == "The character set EBCDIC cannot be read.");
  core::write_file(f.file("control.csv"), "");
  CHECK_THAT(error_of([&] {
               static_cast<void>(extract::open_source({"csv", f.folder.path().string()}, {}));
             }).what(),
             Contains("does not begin with the line"));
  core::TemporaryDirectory empty;
  CHECK(error_of([&] {
          static_cast<void>(extract::open_source({"csv", empty.path().string()}, {}));
        }).code() == core::Exit::source_unreachable);
}

TEST_CASE("the catalogue has what the server declared, with what was not exported") {
  Folder f;
  f.more =
      "nullable,NOTE,NUM,no\nkey,NOTE,NUM,1\ncomment,NOTE,,Des notes\nleft,NOTE,SECRET,VARCHAR2(9)\n"
      "table,DIVERS,,\nleft,DIVERS,X,DATE\n";
  const auto source = f.open();
  const auto catalogue = source->catalogue();
  REQUIRE(catalogue.size() == 2);
  CHECK(catalogue[0].key == Lines{"NUM"});
  CHECK(catalogue[0].comment == "Des notes");
  CHECK(catalogue[0].estimated_rows == 2);
  CHECK_FALSE(catalogue[0].find("NUM")->nullable);
  CHECK(catalogue[0].find("NUM")->kind == extract::SourceColumn::Kind::integer);
  CHECK(catalogue[0].find("SECRET")->type == "VARCHAR2(9)");
  CHECK(catalogue[1].find("X")->kind == extract::SourceColumn::Kind::date);
  CHECK(error_of([&] { rows_in(*source, "NOTE", {"SECRET"}); }).code() == core::Exit::source_missing);
  CHECK(error_of([&] { rows_in(*source, "DIVERS", {"X"}); }).code() == core::Exit::source_missing);
  const auto p = source->provenance();
  CHECK(p.system == "Oracle");
  CHECK(p.schema == "APOGEE");
  CHECK_THAT(p.snapshot, Catch::Matchers::StartsWith("sha256:") && Catch::Matchers::EndsWith(" SCN 12"));
}

TEST_CASE("another content of the folder is another snapshot") {
  Folder f;
  const auto before = f.open()->provenance().snapshot;
  CHECK(f.open()->provenance().snapshot == before);
  f.note += "\n";
  CHECK(f.open()->provenance().snapshot != before);
  f.note = "NUM,TEXTE,IMAGE\n1,un,00fe\n2,deux,\n";  // of the same size
  CHECK(f.open()->provenance().snapshot != before);
}

TEST_CASE("the look before a copy names wrong files and files that nobody declared") {
  Folder f;
  f.rows = "3";
  core::write_file(f.file("notes.txt"), "x");
  const auto findings = f.open()->probe({"NOTE"}, noon());
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].code == "CSV_CONTENT");
  CHECK(findings[0].severity == core::Severity::error);
  CHECK(findings[1].code == "UNKNOWN_FILE");
  CHECK(findings[1].where == "notes.txt");
}

TEST_CASE("a copy of CSV files with two readers and a second look is what one reader copies") {
  CsvSite site;
  site.sql(
      "CREATE TABLE a (num @number8@, mot @text@); CREATE TABLE b (num @number8@, mot @text@);"
      "INSERT INTO a @numbers@ SELECT i, 'a ' || i FROM n; INSERT INTO b @numbers@ SELECT i, 'b ' || i FROM "
      "n;");
  const auto profile = profile_of(table("A", column("NUM", "NUMBER(8)") + column("MOT")) +
                                  table("B", column("NUM", "NUMBER(8)") + column("MOT")));
  core::TemporaryDirectory folder;
  copy_from(site.uri(), profile, folder.path() / "un.extract");
  extract::CopyOptions options;
  options.readers = 2;
  options.kind = extract::Kind::final_;
  copy_from(site.uri(), profile, folder.path() / "deux.extract", options);
  CHECK(extract::Extract::open(folder.path() / "un.extract").root() ==
        extract::Extract::open(folder.path() / "deux.extract").root());
}

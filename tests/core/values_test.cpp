// Text, dates, digests, CSV, JSON, formats: small values with exact answers.
#include "core/clock.hpp"
#include "core/csv.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/format.hpp"
#include "core/html.hpp"
#include "core/json.hpp"
#include "core/nearest.hpp"
#include "core/queue.hpp"
#include "core/sqlite.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>
#include <random>
#include <set>
#include <thread>

using namespace versoir;
using namespace versoir::core;
using Fields = std::vector<std::optional<std::string>>;

namespace {

Exit code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.code();
  }
  return Exit::ok;
}

std::string csv_of(const Fields& row) {
  StringSink sink;
  CsvWriter(sink).row(row);
  return sink.text;
}

}  // namespace

TEST_CASE("names fold as a French officer types them") {
  CHECK(fold_name("Lefèvre-d’Ébène") == "LEFEVRE D EBENE");
  CHECK(fold_name("  dupont-lefevre ") == fold_name("DUPONT LEFÈVRE"));
  CHECK(fold_name("Œuvrard") == "OEUVRARD");
  CHECK(fold_name("Groß") == "GROSS");
  CHECK(fold_name("Ægir Þórsson") == "AEGIR THORSSON");
  CHECK(fold_name("Nguyễn") == "NGUYEN");
  CHECK(fold_name("Nguye\u0302\u0303n") == "NGUYEN");  // the same name, decomposed
  CHECK(fold_name("TRẦN Minh Đức Ỹ ơƯ") == "TRAN MINH DUC Y OU");
  CHECK(fold_name("Ștefan Țepeș") == "STEFAN TEPES");
  CHECK(fold_name("Δημήτρης") == "Δημήτρης");  // other scripts stay what they are
  CHECK(fold_name("Le\u00a0Goff") == "LE GOFF");
  CHECK(fold_name("Łukasz Żółć") == "LUKASZ ZOLC");
  CHECK(fold_name("e\u0301te\u0301") == "ETE");  // composed and decomposed forms are one
  CHECK(fold_name("") == "");
  CHECK(fold_name("Çelik") == "CELIK");
  CHECK(fold_name("İpek Şahin") == "IPEK SAHIN");
}

TEST_CASE("slugs hold nothing but letters, digits, hyphens and underscores") {
  CHECK(slug("Dossier n° 12 / été") == "Dossier-n-12-ete");
  CHECK(slug("a_b-c") == "a_b-c");
  CHECK(slug("Żółć ŹŻ łŁ Ễn") == "Zolc-ZZ-lL-En");  // case is kept
  CHECK(slug("../../etc/passwd") == "etc-passwd");
  CHECK(slug("…").empty());
}

TEST_CASE("UTF-8 is checked to the last rule and repaired byte by byte") {
  CHECK(is_utf8("é€😀"));
  CHECK_FALSE(is_utf8("\xC0\xAF"));          // overlong
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  CHECK_FALSE(is_utf8("ab\xE2\x82"));        // cut
  CHECK(repair_utf8("a\xE9z") == "a\uFFFDz");
  CHECK(repair_utf8("aéz") == "aéz");
  CHECK(xml_characters(std::string_view("a\x01"
                                        "b\tc\0d\xEF\xBF\xBE",
                                        10)) == "ab\tcd");
}

TEST_CASE("durations end where VITAM's own arithmetic ends them") {
  using namespace std::chrono;
  const auto day = [](const char* t) { return *parse_date(t); };
  CHECK(format_date(add_duration(day("2000-02-29"), 50, TimeUnit::year)) == "2050-02-28");
  CHECK(format_date(add_duration(day("2000-02-29"), 80, TimeUnit::year)) == "2080-02-29");
  CHECK(format_date(add_duration(day("2023-01-31"), 1, TimeUnit::month)) == "2023-02-28");
  CHECK(format_date(add_duration(day("2024-01-31"), 1, TimeUnit::month)) == "2024-02-29");
  CHECK(format_date(add_duration(day("2024-12-31"), 1, TimeUnit::day)) == "2025-01-01");
  CHECK(format_date(add_duration(day("1999-11-30"), 3, TimeUnit::month)) == "2000-02-29");
}

TEST_CASE("dates and instants are read strictly") {
  CHECK_FALSE(parse_date("2023-02-29"));
  CHECK_FALSE(parse_date("2023-2-09"));
  CHECK_FALSE(parse_date("29/02/2000"));
  CHECK_FALSE(parse_date(""));
  CHECK(format_date(*parse_date("2000-02-29T00:00:00")) == "2000-02-29");
  CHECK(format_date_fr(*parse_date("2000-02-29")) == "29/02/2000");
  CHECK(format_instant(*parse_instant("2026-11-25T12:00:00Z")) == "2026-11-25T12:00:00Z");
  CHECK(format_instant(*parse_instant("2026-01-01T00:30:00.123+01:00")) == "2025-12-31T23:30:00Z");
  CHECK_FALSE(parse_instant("2026-11-25"));
  CHECK_FALSE(parse_instant("2026-11-25T25:00:00Z"));
  CHECK_FALSE(parse_instant("2026-11-25T12:00:00"));
  CHECK_FALSE(parse_instant("2026-11-25T12:00:00+99:00"));
  CHECK_FALSE(parse_instant("2026-11-25T12:00:00Zulu"));
}

TEST_CASE("digests are those of FIPS 180-4, and hexadecimal is lower case only") {
  CHECK(sha256("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha512("abc").hex() ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(sha256(std::string(1'000'000, 'a')).hex() ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sha256("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const auto d = sha256("abc");
  CHECK(*Sha256::from_hex(d.hex()) == d);
  CHECK_FALSE(Sha256::from_hex("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"));
  CHECK_FALSE(Sha256::from_hex(d.hex().substr(1)));
  Sha256Hasher h;
  h.update("a");
  h.update("bc");
  CHECK(h.finish() == d);
  h.update("abc");
  CHECK(h.finish() == d);  // ready again after finish()
}

TEST_CASE("what CSV writes it reads back, NULL distinct from empty") {
  std::mt19937 random(42);
  const std::vector<std::string> pieces{"a", ",", "\"", "\n", "\r\n", " ", "é", ";", ""};
  for (int round = 0; round < 300; ++round) {
    Fields row;
    for (unsigned i = 0, n = 1 + random() % 5; i < n; ++i) {
      if (random() % 4 == 0) {
        row.emplace_back();
        continue;
      }
      std::string text;
      for (unsigned j = 0, m = random() % 5; j < m; ++j) text += pieces[random() % pieces.size()];
      row.emplace_back(text);
    }
    if (row.size() == 1 && !row[0]) continue;  // an empty line is no record
    const std::string text = csv_of(row) + csv_of(row);
    CsvReader reader(text, "x.csv");
    Fields read;
    REQUIRE(reader.next(read));
    CHECK(read == row);
    REQUIRE(reader.next(read));
    CHECK(read == row);
    CHECK_FALSE(reader.next(read));
  }
}

TEST_CASE("no cell of a CSV for people is a formula, and taking the apostrophe away gives back the value") {
  // Every text of up to four of these characters, the ones that count among them.
  const std::vector<std::string> alphabet{"'", "=", "+", "-", "@", "\t", "\r", "a", " ", "\"", "é"};
  std::vector<std::string> all{""};
  for (std::size_t begin = 0, round = 0; round < 4; ++round) {
    const auto end = all.size();
    for (std::size_t i = begin; i < end; ++i)
      for (const auto& c : alphabet) all.push_back(all[i] + c);
    begin = end;
  }
  REQUIRE(all.size() == 1 + 11 + 121 + 1331 + 14641);
  std::set<std::string> guarded;
  std::size_t formulas = 0, wrong = 0;
  for (const auto& text : all) {
    const auto cell = guard_formula(text);
    guarded.insert(cell);
    if (!cell.empty() && std::string_view("=+-@\t\r").find(cell[0]) != std::string_view::npos) ++formulas;
    if (unguard_formula(cell) != text) ++wrong;
  }
  CHECK(formulas == 0);
  CHECK(wrong == 0);
  CHECK(guarded.size() == all.size());  // no two values become one
  CHECK(guard_formula("'tHooft") == "'tHooft");
  CHECK(guard_formula("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0");

  StringSink people, programs;
  CsvWriter(people, CsvFor::people).row({"-1", "a-1", ""});
  CsvWriter(programs).row({"-1", "a-1", ""});
  CHECK(people.text == "'-1,a-1,\"\"\n");
  CHECK(programs.text == "-1,a-1,\"\"\n");
}

TEST_CASE("a terminal gets no control of the data, and sees that there was one") {
  CHECK(terminal_text("Élève n° 1\nfin") == "Élève n° 1\nfin");
  CHECK(terminal_text("a\x1b[2Jb\rc\x07"
                      "d\x7f") ==
        "a\\x1b[2Jb\\x0dc\\x07"
        "d\\x7f");
  CHECK(terminal_text("a\tb") == "a b");
  CHECK(terminal_text(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(terminal_text("\u009b31m") == "\\x9b31m");  // CSI in one character
  CHECK(terminal_text("\x9b"
                      "31m") ==
        "\uFFFD"
        "31m");                                               // the same as a byte of Latin-1
  CHECK(terminal_text("fdp.\u202Eexe") == "fdp.\\u202eexe");  // shown backwards, it would read "exe.pdf"
  CHECK(terminal_text("12\u202f000\u00a0€") == "12\u202f000\u00a0€");
}

TEST_CASE("XML and HTML escape by one rule, which reads back as it was") {
  const std::string text = "<a href=\"x\">l'été & co</a>";
  std::string attribute, between;
  append_markup(attribute, text, Markup::attribute);
  append_markup(between, text, Markup::text);
  CHECK(html_escape(text) == attribute);
  for (const auto& xml :
       {"<r a=\"" + attribute + "\"/>", "<r a='" + attribute + "'/>", "<r>" + between + "</r>"}) {
    const auto element = parse_xml(xml, "x", Exit::unexpected);
    CHECK(element.attribute("a").value_or(element.text) == text);
  }
  CHECK(html_escape("a\x1b\x01z") == "az");
}

TEST_CASE("a broken CSV is refused with its line") {
  CsvReader open_quote("a,b\nc,\"d\n", "k.csv");
  Fields row;
  REQUIRE(open_quote.next(row));
  try {
    open_quote.next(row);
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(std::string(e.what()).find("k.csv, line 2") != std::string::npos);
  }
}

TEST_CASE("JSON refuses duplicate keys, deep nesting and bad UTF-8, and its canonical form is stable") {
  CHECK(code_of([] { (void)parse_json(R"({"a":1,"a":2})", "x", Exit::usage); }) == Exit::usage);
  CHECK(code_of([] { (void)parse_json(R"({"o":{"a":1},"p":{"a":2}})", "x", Exit::usage); }) == Exit::ok);
  CHECK(code_of([] { (void)parse_json(std::string(100, '[') + std::string(100, ']'), "x"); }) == Exit::disk);
  CHECK(code_of([] { (void)parse_json("\"\xE9\"", "x"); }) == Exit::disk);
  CHECK(code_of([] { (void)parse_json("{} trailing", "x"); }) == Exit::disk);
  CHECK(code_of([] { (void)parse_json("", "x"); }) == Exit::disk);
  CHECK(canonical_json({{"b", 1}, {"a", {{"d", "é"}, {"c", nullptr}}}}) ==
        "{\"a\":{\"c\":null,\"d\":\"é\"},\"b\":1}\n");
  CHECK(code_of([] { (void)canonical_json({{"x", 1.5}}); }) == Exit::unexpected);
  CHECK(code_of([] { (void)canonical_json({{"x", "\xE9"}}); }) == Exit::unexpected);
  const auto object = parse_json(R"({"n":5,"s":"t"})", "f.json");
  CHECK(json_int(object, "n", "f.json") == 5);
  CHECK(code_of([&] { (void)json_string(object, "n", "f.json", Exit::configuration); }) ==
        Exit::configuration);
}

TEST_CASE("JSON cut anywhere is refused, and a number that does not fit is not taken for another") {
  const std::string whole = R"({"a":[1,2,{"b":"é\u00e9"}],"c":true,"d":null,"e":-12})";
  (void)parse_json(whole, "x");
  for (std::size_t n = 0; n < whole.size(); ++n)
    CHECK(code_of([&] { (void)parse_json(whole.substr(0, n), "x", Exit::usage); }) == Exit::usage);
  const auto object =
      parse_json(R"({"most":9223372036854775807,"more":9223372036854775808,"real":1.0})", "x");
  CHECK(json_int(object, "most", "x") == INT64_MAX);
  CHECK(code_of([&] { (void)json_int(object, "more", "x", Exit::usage); }) == Exit::usage);
  CHECK(code_of([&] { (void)json_int(object, "real", "x", Exit::usage); }) == Exit::usage);
}

TEST_CASE("the formats that are written are recognised by their bytes") {
  CHECK(identify("<?xml version=\"1.0\"?><a/>", "x.bin")->puid == "fmt/101");
  CHECK(identify("a,b\n1,2\n", "x.csv")->puid == "x-fmt/18");
  CHECK(identify("{}", "x.json")->puid == "fmt/817");
  CHECK(identify(std::string_view("PK\x05\x06\0\0", 6), "x.zip")->puid == "x-fmt/263");
  CHECK_FALSE(identify(std::string_view("\0\1\2", 3), "x.txt"));
  CHECK(identify("hello", "x.unheard-of")->puid == "x-fmt/111");
  CHECK(identify("%PDF-1.4\n%%EOF\n", "x")->puid == "fmt/18");
  CHECK_FALSE(identify("%PDF-9.9\n", "x.pdf"));
  CHECK(identify("", "x.txt")->puid == "x-fmt/111");
}

TEST_CASE("a page escapes what it is given and says its language") {
  StringSink sink;
  HtmlPage page(sink, "fr", "<Titre> & \"moi\"");
  page.paragraph("<script>alert(1)</script>");
  page.bars("Échéances", {{"2070", 3}, {"2080", 0}});
  page.close();
  CHECK(sink.text.find("<html lang=\"fr\">") != std::string::npos);
  CHECK(sink.text.find("<script>") == std::string::npos);
  CHECK(sink.text.find("&lt;Titre&gt; &amp; &quot;moi&quot;") != std::string::npos);
  CHECK(sink.text.ends_with("</html>\n"));
}

TEST_CASE("a bounded queue hands over everything, then the producer's failure") {
  BoundedQueue<int> queue(2);
  std::jthread producer([&] {
    for (int i = 0; i < 100; ++i) queue.push(i);
    queue.close(std::make_exception_ptr(std::runtime_error("source lost")));
  });
  for (int i = 0; i < 100; ++i) REQUIRE(queue.pop() == i);
  CHECK_THROWS_WITH(queue.pop(), "source lost");
}

TEST_CASE("the first of several failures is the one that a queue tells") {
  BoundedQueue<int> queue(1);
  queue.close(std::make_exception_ptr(std::runtime_error("source lost")));
  queue.close(std::make_exception_ptr(std::runtime_error("stopped because of the other")));
  queue.close();
  CHECK_THROWS_WITH(queue.pop(), "source lost");
}

TEST_CASE("a consumer that leaves releases the producer") {
  BoundedQueue<int> queue(1);
  bool refused = false;
  std::jthread producer([&] {
    while (queue.push(1)) {
    }
    refused = true;
  });
  REQUIRE(queue.pop() == 1);
  queue.abandon();
  producer.join();
  CHECK(refused);
}

TEST_CASE("sizes round to the nearest tenth, in decimal units") {
  CHECK(show_size(0) == "0 bytes");
  CHECK(show_size(1) == "1 byte");
  CHECK(show_size(999) == "999 bytes");
  CHECK(show_size(1000) == "1.0 kB");
  CHECK(show_size(1049) == "1.0 kB");
  CHECK(show_size(1050) == "1.1 kB");
  CHECK(show_size(792'678) == "792.7 kB");
  CHECK(show_size(999'949) == "999.9 kB");
  CHECK(show_size(999'950) == "1.0 MB");
  CHECK(show_size(999'949'999) == "999.9 MB");
  CHECK(show_size(1'000'000'000) == "1.0 GB");
  CHECK(show_size(1'234'567'890'123'456) == "1,234.6 TB");
  CHECK(show_size(UINT64_MAX) == "18,446,744.1 TB");
}

TEST_CASE("counts and dates are those of the language, English here") {
  CHECK(show_count(0) == "0");
  CHECK(show_count(999) == "999");
  CHECK(show_count(1000) == "1,000");
  CHECK(show_count(1'234'567) == "1,234,567");
  CHECK(show_date(*parse_instant("2026-11-25T16:14:38Z")) == "2026-11-25");
  CHECK(show_date("2026-11-25") == "2026-11-25");
  CHECK(show_date("soon").empty());
  CHECK(show_instant(*parse_instant("2026-11-25T16:14:38Z")) == "2026-11-25 at 16:14 UTC");
  const char* zone = std::getenv("TZ");
  const std::string before = zone ? zone : "";
  ::setenv("TZ", "AHEAD-10:30", 1);
  ::tzset();
  CHECK(show_local_time(*parse_instant("2026-11-25T16:14:38Z")) == "02:44");
  CHECK(show_local_instant(*parse_instant("2026-11-25T16:14:38Z")) == "2026-11-26 at 02:44, local time");
  zone ? ::setenv("TZ", before.c_str(), 1) : ::unsetenv("TZ");
  ::tzset();
}

TEST_CASE("a message that counts takes the form of its number, grouped for people and bare for programs") {
  const auto m = nmsg("{0} lot of {1}", "{0} lots of {1}", 12345, "x");
  CHECK(m.text() == "12,345 lots of x");
  CHECK(m.english() == "12345 lots of x");
  CHECK(nmsg("{0} lot of {1}", "{0} lots of {1}", 1, "x").text() == "1 lot of x");
}

TEST_CASE("the distance of words counts letters changed, added, removed or swapped") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("KERMAREC", "KERMARREC") == 1);
  CHECK(edit_distance("MARTNI", "MARTIN") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest name is proposed when there is one") {
  const std::vector<std::string> known{"INDIVIDU", "INS_ADM_ETP", "ETAPE", "NUM_OUV", "NUM_LEC"};
  CHECK(nearest("INDIVIUD", known) == "INDIVIDU");
  CHECK(nearest("individus", known) == "INDIVIDU");
  CHECK(nearest("ETAP", known) == "ETAPE");
  CHECK(nearest("ins_adm", known) == "INS_ADM_ETP");  // the only one that begins so
  CHECK(nearest("NUM", known) == std::nullopt);       // two begin so
  CHECK(nearest("ET", known) == std::nullopt);
  CHECK(nearest("DIPLOME", known) == std::nullopt);
  CHECK(nearest("", known) == std::nullopt);
  CHECK(nearest("ETAPE", {}) == std::nullopt);
}

TEST_CASE("SQLite's complaint of a name leads to the nearest one of the schema") {
  auto db = Database::memory();
  db.exec(
      "CREATE TABLE individu (cod_ind, lib_nom); CREATE TABLE pays (cod_pay, lib_pays);"
      "CREATE TEMP VIEW inscrits AS SELECT cod_ind AS numero FROM individu");
  const auto meant = [&](const std::string& sql) {
    CHECK_THROWS_AS(static_cast<void>(db.prepare(sql)), Error);
    return nearest_in_schema(db, sql);
  };
  CHECK(meant("SELECT 1 FROM indivdu") == "individu");
  CHECK(meant("SELECT 1 FROM main.indivdu") == "individu");
  CHECK(meant("SELECT 1 FROM inscrit") == "inscrits");
  CHECK(meant("SELECT i.cod_idn FROM individu i") == "cod_ind");
  CHECK(meant("SELECT numro FROM inscrits") == "numero");
  CHECK(meant("SELECT lib_pay FROM individu") == std::nullopt);  // a column of a table that is not asked
  CHECK(meant("SELECT FROM individu") == std::nullopt);
}

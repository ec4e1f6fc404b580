// From an extract to an archive and back: the same tables, by their digests, whatever the database.
#include "core/named_digest.hpp"
#include "extract/siard/draft.hpp"
#include "extract/siard/export.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace versoir;
using namespace versoir::tests;
namespace fs = std::filesystem;

namespace {

constexpr const char* types[] = {"NUMBER(8)",
                                 "NUMBER(1)",
                                 "NUMBER(18)",
                                 "NUMBER(20)",
                                 "NUMBER(10,2)",
                                 "NUMBER",
                                 "FLOAT",
                                 "INTEGER",
                                 "SMALLINT",
                                 "BIGINT",
                                 "BOOLEAN",
                                 "VARCHAR2(40)",
                                 "CHAR(8)",
                                 "CLOB",
                                 "DATE",
                                 "TIMESTAMP",
                                 "TIMESTAMP(6) WITH TIME ZONE",
                                 "BLOB",
                                 "RAW(16)",
                                 "XMLTYPE",
                                 "TIME",
                                 "INTERVAL YEAR TO MONTH",
                                 "DOUBLE PRECISION"};
constexpr const char* texts[] = {"",
                                 " ",
                                 "  a  b  ",
                                 "\\u0041",
                                 "\\",
                                 "\t\r\n",
                                 "<a href=\"x\">&amp;</a>",
                                 "]]>",
                                 "é😀\xc2\x85",
                                 "\xef\xbf\xbe\xef\xbf\xbf",
                                 "\x01\x1f\x7f",
                                 "007",
                                 "1e5",
                                 "0000-00-00",
                                 "2020-01-01",
                                 "1975-04-01 10:00:00",
                                 "2016-08-16T09:08:43.120Z",
                                 "true",
                                 "NaN",
                                 "-0",
                                 "NULL",
                                 "1,5",
                                 "0001-01-01 00:00:00",
                                 "9999-12-31 23:59:59.999999"};
constexpr const char* dates[] = {"0001-01-01",
                                 "9999-12-31",
                                 "2016-02-29",
                                 "1986-06-01 00:00:00",
                                 "2016-08-16 09:08:43.123456789",
                                 "2016-03-27 02:30:00",
                                 "1582-10-10 12:00:00"};
constexpr const char* zoned[] = {"2016-08-16 09:08:43+02:00", "2016-01-01 00:00:00Z",
                                 "1999-12-31 23:59:59.5 -11:00"};
constexpr std::int64_t integers[] = {0,      1,          -1,         9,        32767,     32768,
                                     -32769, 2147483647, 2147483648, 99999999, INT64_MAX, INT64_MIN};

/// A database drawn from a seed.
class DrawnSite : public SqliteSite {
 public:
  explicit DrawnSite(unsigned seed) : random_(seed) {
    sql("PRAGMA journal_mode = DELETE");
    auto db = core::Database::open_write(SqliteSite::uri().substr(7));
    db.exec("BEGIN");
    const auto tables = 1 + pick(4);
    for (std::size_t t = 0; t < tables; ++t) add_table(db, t, t == 0 ? 200 : 1 + pick(12));
    db.exec("COMMIT");
  }
  std::string dictionary;

 private:
  std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

  std::string drawn_name(std::size_t number, char first) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$#";
    std::string out(1, first);
    for (auto i = pick(20); i > 0; --i) out += letters[pick(letters.size())];
    return out + "_" + std::to_string(number);  // no two that differ by their case only
  }

  void add_table(core::Database& db, std::size_t number, std::size_t columns) {
    const auto name = drawn_name(number, number % 2 ? 's' : 'T');
    std::string create, marks, known;
    std::vector<std::string> declared;
    for (std::size_t c = 0; c < columns; ++c) {
      const auto column_name = drawn_name(c, c % 3 ? 'k' : 'S');
      declared.emplace_back(types[pick(std::size(types))]);
      create += (c ? ", " : "") + core::sql_name(column_name) + " " + core::sql_name(declared.back());
      marks += c ? ", ?" : "?";
      known += column(column_name, declared.back());
    }
    db.exec("CREATE TABLE " + core::sql_name(name) + " (" + create + ")");
    dictionary += table(name, known);
    auto insert = db.prepare("INSERT INTO " + core::sql_name(name) + " VALUES (" + marks + ")");
    for (auto rows = pick(5) == 0 ? 0 : 1 + pick(columns > 100 ? 40 : 600); rows > 0; --rows) {
      for (std::size_t c = 0; c < columns; ++c) bind(insert, static_cast<int>(c) + 1, declared[c]);
      insert.run();
    }
  }

  void bind(core::Statement& st, int at, const std::string& type) {
    if (pick(6) == 0) return static_cast<void>(st.bind_null(at));
    const bool wrong = pick(400) == 0;  // SQLite keeps any value in any column
    const auto is = [&](std::string_view word) { return !wrong && type.starts_with(word); };
    if (is("DATE") || type == "TIMESTAMP") return text(st, at, dates[pick(std::size(dates))]);
    if (is("TIMESTAMP(6)"))
      return text(st, at, pick(9) ? zoned[pick(std::size(zoned))] : dates[pick(std::size(dates))]);
    if (is("BOOLEAN")) return static_cast<void>(st.bind(at, static_cast<std::int64_t>(pick(2))));
    if (is("BLOB") || is("RAW")) return binary(st, at, is("BLOB"));
    if (is("CLOB") || is("XML")) return long_text(st, at);
    if (is("NUMBER(10,2)") || is("FLOAT") || is("DOUBLE"))
      return static_cast<void>(
          st.bind(at, static_cast<double>(static_cast<std::int64_t>(pick(2000000)) - 1000000) / 64));
    if (is("NUMBER(1)")) return static_cast<void>(st.bind(at, static_cast<std::int64_t>(pick(10))));
    if (is("NUMBER(8)")) return static_cast<void>(st.bind(at, static_cast<std::int64_t>(pick(100000000))));
    if (is("NUM") || is("INTEGER") || is("BIGINT") || is("SMALLINT"))
      return static_cast<void>(st.bind(at, integers[pick(std::size(integers))]));
    text(st, at, texts[pick(std::size(texts))]);
  }
  static void text(core::Statement& st, int at, const char* value) { st.bind(at, std::string_view(value)); }
  void binary(core::Statement& st, int at, bool large) {
    std::string bytes(pick(40) == 0 && large ? 1500 + pick(3000) : pick(20), '\0');
    for (auto& b : bytes) b = static_cast<char>(pick(256));
    st.bind_blob(at, bytes);
  }
  void long_text(core::Statement& st, int at) {
    std::string value = texts[pick(std::size(texts))];
    if (pick(30) == 0)
      while (value.size() < 4500) value += "é\\ \n" + std::to_string(pick(1000));
    if (pick(1500) == 0) value.resize(2'500'000, 'z');
    st.bind(at, std::string_view(value));
  }

  std::mt19937 random_;
};

/// Identity of the tables of an extract.
std::vector<std::string> roots(const fs::path& file) {
  auto extract = extract::Extract::open(file);
  return rows_of(extract.database(), "SELECT name, copied_rows, sum, root FROM versoir_table ORDER BY name");
}

void round_trip(const fs::path& folder, const fs::path& first, bool beside) {
  auto extract = extract::Extract::open(first);
  extract::SiardOptions options;
  options.owner = "x";
  options.lobs_beside = beside;
  core::SilentProgress progress;
  extract::export_siard(extract, folder / "a.siard", options, progress, {});
  const auto draft = extract::draft_siard(folder / "a.siard", "retour");
  copy_from("siard:" + (folder / "a.siard").string(), profiles::load(draft.files, "retour"),
            folder / "b.extract");
}

}  // namespace

TEST_CASE("drawn databases come back from an archive as they were", "[siard]") {
  const auto seed = GENERATE(range(1U, 13U));
  INFO("seed " << seed);
  DrawnSite site(seed);
  core::TemporaryDirectory folder;
  copy_from(site.uri(), profile_of(site.dictionary), folder.path() / "a.extract");
  round_trip(folder.path(), folder.path() / "a.extract", seed % 2 == 0);
  CHECK(roots(folder.path() / "b.extract") == roots(folder.path() / "a.extract"));
}

TEST_CASE("an interrupted reading of an archive goes on where it was", "[siard]") {
  SqliteSite site;
  site.sql(
      "CREATE TABLE note (num @number8@, words @text@); INSERT INTO note @numbers@ SELECT i, 'word ' || i "
      "FROM n;");
  core::TemporaryDirectory folder;
  copy_from(site.uri(), profile_of(table("NOTE", column("NUM", "NUMBER(8)") + column("WORDS"))),
            folder.path() / "a.extract");
  round_trip(folder.path(), folder.path() / "a.extract", false);
  auto source = open("siard:" + (folder.path() / "a.siard").string());
  const auto note = find_table(*source, "NOTE");
  std::vector<std::string> seen;
  std::string position;
  Rows first([&](extract::RowBlock&& block) {
    for (std::size_t r = 0; r < block.rows(); ++r) seen.emplace_back(block.text(block.cell(r, 0)));
    position = block.position;
    throw std::runtime_error("enough");
  });
  CHECK_THROWS_AS(source->read({note, {"NUM"}, ""}, first, {}), std::runtime_error);
  REQUIRE(!seen.empty());
  REQUIRE(seen.size() < 1000);
  Rows rest([&](extract::RowBlock&& block) {
    for (std::size_t r = 0; r < block.rows(); ++r) seen.emplace_back(block.text(block.cell(r, 0)));
  });
  source->read({note, {"NUM"}, position}, rest, {});
  REQUIRE(seen.size() == 1000);
  for (std::size_t i = 0; i < seen.size(); ++i) REQUIRE(seen[i] == std::to_string(i + 1));
}

TEST_CASE("digests are compared in every form that producers write", "[siard]") {
  auto hasher = core::NamedHasher::of("md5");
  REQUIRE(hasher);
  hasher->update("abc");
  const auto raw = hasher->finish();
  CHECK(core::upper_hex(raw) == "900150983CD24FB0D6963F7D28E17F72");
  CHECK(core::same_digest("900150983cd24fb0d6963f7d28e17f72", raw));
  CHECK(core::same_digest(" 900150983CD24FB0D6963F7D28E17F72\n", raw));
  CHECK(core::same_digest("kAFQmDzST7DWlj99KOF/cg==", raw));
  CHECK_FALSE(core::same_digest("900150983cd24fb0d6963f7d28e17f73", raw));
  CHECK_FALSE(core::same_digest("", raw));
  CHECK(core::NamedHasher::of("SHA-256"));
  CHECK(core::NamedHasher::of("sha1"));
  CHECK_FALSE(core::NamedHasher::of("CRC32"));
}

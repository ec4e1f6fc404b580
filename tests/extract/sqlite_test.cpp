// SQLite files as a source: one moment whatever others do to the file, and the text that names that moment.
#include "core/digest.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

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
std::unique_ptr<extract::Source> open(const std::string& uri) {
  return extract::open_source(extract::parse_source(uri), {});
}
/// Stops a copy when it comes to a table.
class StopAt final : public core::Progress {
 public:
  explicit StopAt(std::string table) : table_(std::move(table)) {}
  void begin(std::string_view label, std::optional<std::uint64_t>, std::string_view) override {
    if (label.ends_with(table_)) stop.request_stop();
  }
  void advance(std::uint64_t) override {}
  void end() override {}
  std::stop_source stop;

 private:
  std::string table_;
};

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

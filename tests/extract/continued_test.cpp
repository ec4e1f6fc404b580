// Copies that go on after something changed between two runs: the source, the clock, the partial file.
#include "extract/compare.hpp"
#include "extract/decisions.hpp"
#include "extract/matching.hpp"
#include "extract/values.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

profiles::Application two_tables() {
  return profile_of(table("A", column("N", "NUMBER(8)") + column("V"), "key=\"N\"") +
                    table("B", column("N", "NUMBER(8)") + column("V"), "key=\"N\""));
}

/// Two tables in a SQLite file, copied by runs that may be stopped.
struct ContinuedSite {
  core::TemporaryDirectory folder;
  std::filesystem::path file = folder.path() / "s.sqlite", target = folder.path() / "e.extract",
                        partial = folder.path() / "e.extract.partial";
  profiles::Application profile = two_tables();
  extract::CopyOptions options;

  ContinuedSite() {
    core::Database::create(file).exec(
        "CREATE TABLE a (n NUMBER(8) NOT NULL PRIMARY KEY, v VARCHAR2(40));"
        "CREATE TABLE b (n NUMBER(8) NOT NULL PRIMARY KEY, v VARCHAR2(40));"
        "INSERT INTO a VALUES (1, 'un'), (2, 'deux'); INSERT INTO b VALUES (1, 'one'), (2, 'two');");
  }
  void sql(const std::string& text) const { core::Database::open_write(file).exec(text); }
  [[nodiscard]] std::unique_ptr<extract::Source> open() const {
    return extract::open_source(extract::parse_source("sqlite:" + file.string()), {});
  }
  core::Error stopped_at(const std::string& name, core::Instant now = noon()) {
    StopAt progress(name);
    auto source = open();
    return error_of([&] {
      extract::copy(*source, profile, target, options, core::FixedClock(now), progress,
                    progress.stop.get_token());
    });
  }
  extract::CopyReport go_on() { return copy_from("sqlite:" + file.string(), profile, target, options); }
  [[nodiscard]] Lines values(const std::string& name) const {
    auto extract = extract::Extract::open(target);
    return rows_of(extract.database(), "SELECT n, v FROM \"" + name + "\" ORDER BY n");
  }
  [[nodiscard]] bool whole() const {
    auto extract = extract::Extract::open(target);
    core::SilentProgress progress;
    return extract::verify_content(extract, progress).empty();
  }
};

Lines codes(const extract::CopyReport& report) {
  Lines out;
  for (const auto& n : report.notes) out.push_back(n.code + " " + n.where);
  return out;
}

}  // namespace

TEST_CASE("a final extract holds what its source held at one moment, whatever was seen before") {
  ContinuedSite site;
  site.options.kind = extract::Kind::final_;
  site.sql("PRAGMA journal_mode = WAL");  // or SQLite would let nobody write while the first run reads
  // While the first run looks again, B changes; before the second, A and B do.
  site.options.reopen = [&] {
    site.sql("UPDATE b SET v = 'changed' WHERE n = 1");
    return site.open();
  };
  const auto first = error_of([&] { site.go_on(); });
  CHECK(first.code() == core::Exit::extract_changed);
  CHECK(causes_of(first) == Lines{"B is not what was copied"});

  site.sql("UPDATE a SET v = 'moved' WHERE n = 1; UPDATE b SET v = 'moved' WHERE n = 2");
  site.options.reopen = [&] { return site.open(); };
  const auto second = error_of([&] { site.go_on(); });
  CHECK(second.code() == core::Exit::extract_changed);
  CHECK(causes_of(second) == Lines{"A is not what was copied"});
  CHECK_FALSE(std::filesystem::exists(site.target));

  site.go_on();
  CHECK(site.values("A") == Lines{"I:1|T:moved", "I:2|T:deux"});
  CHECK(site.values("B") == Lines{"I:1|T:changed", "I:2|T:moved"});
  CHECK(site.whole());
  // Several runs made it, and all of it was found again at one moment.
  CHECK(extract::Extract::open(site.target).run().consistency == "snapshot");
}

TEST_CASE("what was altered between two runs is not sealed") {
  const auto [alteration, kind] = GENERATE(table<std::string, extract::Kind>({
      {"UPDATE A SET V = 'faux' WHERE N = 1", extract::Kind::rehearsal},
      {"DELETE FROM A WHERE N = 2", extract::Kind::rehearsal},
      {"UPDATE A SET V = 'faux' WHERE N = 1", extract::Kind::final_},
      {"DELETE FROM versoir_block", extract::Kind::final_},
  }));
  ContinuedSite site;
  site.options.kind = kind;
  CHECK(site.stopped_at("B").code() == core::Exit::interrupted);
  core::Database::open_write(site.partial).exec(alteration);
  const auto error = error_of([&] { site.go_on(); });
  CHECK(error.code() == core::Exit::extract_altered);
  CHECK_FALSE(error.causes().empty());
  CHECK_FALSE(std::filesystem::exists(site.target));
  site.options.restart = true;
  site.go_on();
  CHECK(site.values("A") == Lines{"I:1|T:un", "I:2|T:deux"});
}

TEST_CASE("a table whose columns are no longer the same is copied anew") {
  ContinuedSite site;
  site.profile = profile_of(table("A",
                                  column("N", "NUMBER(8)") + column("V", "VARCHAR2(40)", "optional=\"yes\"") +
                                      column("W", "VARCHAR2(40)", "optional=\"yes\""),
                                  "key=\"N\"") +
                            table("B", column("N", "NUMBER(8)") + column("V"), "key=\"N\""));
  CHECK(site.stopped_at("B").code() == core::Exit::interrupted);
  SECTION("renamed") {
    site.sql("ALTER TABLE a RENAME COLUMN v TO w");
    CHECK_THAT(codes(site.go_on()), Catch::Matchers::VectorContains(std::string("TABLE_CHANGED A")));
    auto extract = extract::Extract::open(site.target);
    CHECK(rows_of(extract.database(), "SELECT N, V, W FROM A ORDER BY N") ==
          Lines{"I:1|NULL|T:un", "I:2|NULL|T:deux"});
  }
  SECTION("dropped") {
    site.sql("ALTER TABLE a DROP COLUMN v");
    site.go_on();
    auto extract = extract::Extract::open(site.target);
    CHECK(rows_of(extract.database(), "SELECT N, V FROM A ORDER BY N") == Lines{"I:1|NULL", "I:2|NULL"});
  }
  CHECK(site.whole());
}

TEST_CASE("a table whose key is another one is not gone on with in the order of the old one") {
  if (!have_postgres()) return;
  PostgresSite site;
  site.sql(
      "CREATE TABLE a (n numeric(8) PRIMARY KEY, v varchar(40) NOT NULL); CREATE TABLE b (n numeric(8));"
      "INSERT INTO a SELECT i, lpad((20001 - i)::text, 5, '0') FROM generate_series(1, 20000) AS i;"
      "INSERT INTO b VALUES (1);");
  const auto profile =
      profile_of(table("A", column("N", "NUMBER(8)") + column("V")) + table("B", column("N", "NUMBER(8)")));
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  StopAt progress("");
  extract::CopyOptions options;
  options.commit_bytes = 20'000;
  {
    auto source = extract::open_source(extract::parse_source(site.uri()), {});
    CHECK(error_of([&] {
            extract::copy(*source, profile, target, options, core::FixedClock(noon()), progress,
                          progress.stop.get_token());
          }).code() == core::Exit::interrupted);
  }
  REQUIRE(std::filesystem::exists(folder.path() / "e.extract.partial"));
  site.sql("ALTER TABLE a DROP CONSTRAINT a_pkey; ALTER TABLE a ADD PRIMARY KEY (v)");
  copy_from(site.uri(), profile, target);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT count(*), count(DISTINCT N), min(N), max(N) FROM A") ==
        Lines{"I:20000|I:20000|I:1|I:20000"});
}

TEST_CASE("a table that is not in the source any more is not in the extract either") {
  ContinuedSite site;
  site.profile = profile_of(table("A", column("N", "NUMBER(8)") + column("V"), "key=\"N\" optional=\"yes\"") +
                            table("B", column("N", "NUMBER(8)") + column("V"), "key=\"N\""));
  CHECK(site.stopped_at("B").code() == core::Exit::interrupted);
  site.sql("DROP TABLE a");
  CHECK_THAT(codes(site.go_on()), Catch::Matchers::VectorContains(std::string("TABLE_CHANGED A")));
  CHECK(site.whole());
  auto extract = extract::Extract::open(site.target);
  CHECK(rows_of(extract.database(), "SELECT name FROM versoir_table") == Lines{"T:B"});
  CHECK(rows_of(extract.database(), "SELECT count(*) FROM A") == Lines{"I:0"});  // queries still run
}

TEST_CASE("an index that does not fit on the disk does not cost the rows") {
  ContinuedSite site;
  site.sql(
      "DROP TABLE b; DROP TABLE a; CREATE TABLE a (n NUMBER(8) NOT NULL PRIMARY KEY, v VARCHAR2(1000));"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
      "INSERT INTO a SELECT i, printf('%0900d', i * 1999 % 4001) FROM n;");  // sorted after the load
  site.profile =
      profile_of(table("A", column("N", "NUMBER(8)") + column("V", "VARCHAR2(1000)"), "key=\"V\""));
  // In a process of its own: a limit on files is for all its threads.
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{6 << 20, 6 << 20};  // the rows take 4 MB, rows and index 8
    if (setrlimit(RLIMIT_FSIZE, &small) != 0) _exit(3);
    try {
      site.go_on();
    } catch (const core::Error& e) {
      _exit(e.code() == core::Exit::disk ? 0 : 2);
    }
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  REQUIRE(std::filesystem::exists(site.partial));
  CHECK(core::Database::open_write(site.partial).one_int("SELECT rows FROM versoir_progress") == 4000);
  CHECK(site.go_on().resumed);
  CHECK(site.whole());
  auto extract = extract::Extract::open(site.target);
  CHECK(rows_of(extract.database(), "SELECT count(*), count(DISTINCT N) FROM A") == Lines{"I:4000|I:4000"});
}

TEST_CASE("a clock that went backwards is refused, and what was copied is kept") {
  ContinuedSite site;
  CHECK(site.stopped_at("B", noon() + std::chrono::hours(2)).code() == core::Exit::interrupted);
  const auto error = error_of([&] { site.go_on(); });
  CHECK(error.code() == core::Exit::configuration);
  CHECK_THAT(error.message().english(), Contains("2026-11-25 at 12:00") && Contains("2026-11-25 at 14:00"));
  CHECK(core::Database::open_write(site.partial).one_int("SELECT count(*) FROM versoir_session") == 1);
  // A correction of seconds is not a clock that went backwards.
  auto source = site.open();
  core::SilentProgress progress;
  const auto report =
      extract::copy(*source, site.profile, site.target, site.options,
                    core::FixedClock(noon() + std::chrono::seconds(2 * 3600 - 30)), progress, {});
  CHECK(report.resumed);
  CHECK_THAT(codes(report), Catch::Matchers::VectorContains(std::string("CLOCK ")));
}

TEST_CASE("a decision changes what the profile takes, and says why") {
  ContinuedSite site;
  site.options.decisions = {{"a", "v", false, "donnée de santé", "Mme Roux", "2026-11-01"},
                            {"B", "", false, "vide de sens", "Mme Roux", "2026-11-01"}};
  const auto report = site.go_on();
  CHECK(report.left_tables == 1);
  CHECK(report.left_columns == 1);
  auto extract = extract::Extract::open(site.target);
  CHECK(rows_of(extract.database(), "SELECT name FROM pragma_table_info('A', 'main')") ==
        Lines{"T:_row", "T:N"});
  CHECK(rows_of(extract.database(),
                "SELECT table_name, name, taken, reason FROM versoir_column ORDER BY table_name, position") ==
        Lines{"T:A|T:N|T:yes|NULL", "T:A|T:V|T:no|T:donnée de santé", "T:B|T:N|T:no|T:vide de sens",
              "T:B|T:V|T:no|T:vide de sens"});
  // The profile's queries still run.
  CHECK(rows_of(extract.database(), "SELECT V FROM A UNION ALL SELECT V FROM B") == Lines{"NULL", "NULL"});
  CHECK(site.whole());
  core::SilentProgress progress;
  CHECK(extract::compare_with_source(extract, *site.open(), progress, {}).findings.empty());

  site.profile = profile_of(table(
      "A", column("N", "NUMBER(8)") + column("V", "VARCHAR2(40)", "take=\"no\" reason=\"Minimisation.\"")));
  site.options.decisions = {{"A", "V", true, "demandé par l’archiviste", "M. Petit", "2026-11-01"}};
  site.options.replace = true;
  site.go_on();
  CHECK(site.values("A") == Lines{"I:1|T:un", "I:2|T:deux"});
}

TEST_CASE("a source that lost a table or a column is told from the extract") {
  ContinuedSite site;
  site.profile = profile_of(
      table("A", column("N", "NUMBER(8)") + column("V", "VARCHAR2(40)", "optional=\"yes\""), "key=\"N\"") +
      table("B", column("N", "NUMBER(8)") + column("V"), "key=\"N\" optional=\"yes\""));
  site.go_on();
  site.sql("ALTER TABLE a DROP COLUMN v; DROP TABLE b");
  auto extract = extract::Extract::open(site.target);
  core::SilentProgress progress;
  Lines found;
  const auto compared = extract::compare_with_source(extract, *site.open(), progress, {});
  for (const auto& f : compared.findings) found.push_back(f.code + " " + f.where);
  CHECK(compared.different == 2);
  CHECK(compared.tables == 0);  // neither could be read as it was copied
  CHECK(found == Lines{"SOURCE_DIFFERS A.V", "SOURCE_DIFFERS B"});
}

TEST_CASE("of two names that differ by case, only the one that is meant is known") {
  const auto catalogue_table = [](std::string name) {
    extract::SourceTable t;
    t.name = std::move(name);
    t.columns = {extract::declared_column("N", "NUMBER(8)")};
    return t;
  };
  const std::vector<extract::SourceTable> catalogue{catalogue_table("a"), catalogue_table("A")};
  const auto profile = profile_of(table("A", column("N", "NUMBER(8)")));
  const auto matching = extract::match(profile, catalogue);
  REQUIRE(matching.tables.size() == 1);
  CHECK(matching.tables[0].source == &catalogue[1]);
  REQUIRE(matching.undecided.size() == 1);
  CHECK_THAT(matching.undecided[0].english(), Contains("the table a of"));
  const auto inventory = extract::take_inventory(profile, catalogue, {});
  CHECK(inventory[0].standing == extract::Standing::extra);
  // A decision on A is none on a.
  const std::vector<extract::Decision> decided{{"A", "", true, "", "", ""}};
  CHECK(extract::match(extract::complete(profile, catalogue, decided), catalogue).undecided.size() == 1);
  // SQLite knows no case: both cannot be taken.
  const std::vector<extract::Decision> both{{"a", "", true, "", "", ""}};
  const auto completed = extract::complete(profile, catalogue, both);
  CHECK(error_of([&] { static_cast<void>(extract::match(completed, catalogue)); }).code() ==
        core::Exit::profile_invalid);
}

TEST_CASE("names that an extract keeps for itself are refused before anything is read") {
  ContinuedSite site;
  site.sql("CREATE TABLE versoir_run (n INTEGER); CREATE TABLE c (_row INTEGER)");
  site.options.decisions = {{"versoir_run", "", true, "", "", ""}, {"c", "", true, "", "", ""}};
  const auto error = error_of([&] { site.go_on(); });
  CHECK(error.code() == core::Exit::profile_invalid);
  CHECK(causes_of(error) == Lines{"C._ROW: the name is reserved", "VERSOIR_RUN: the name is reserved"});
  CHECK(names_in(site.folder.path()) == Lines{"s.sqlite"});
}

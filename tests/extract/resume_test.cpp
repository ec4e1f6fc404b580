// Copies that are killed, and go on.
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

using namespace versoir;
using namespace versoir::tests;

namespace {

profiles::Application killed_profile() {
  return profile_of(table("MOT", column("NUM", "NUMBER(8)") + column("MOT"), "key=\"NUM\"") +
                    table("SANS_CLE", column("NUM", "NUMBER(8)") + column("MOT")) +
                    table("GROS", column("NUM", "NUMBER(8)") + column("TEXTE", "CLOB"), "key=\"NUM\""));
}

/// One run in a process of its own; true when it came to its end before it was killed.
bool run_and_kill(const std::string& uri, const std::filesystem::path& target,
                  std::chrono::microseconds after) {
  const pid_t child = fork();
  if (child == 0) {
    extract::CopyOptions options;
    options.commit_bytes = 20'000;
    try {
      copy_from(uri, killed_profile(), target, options);
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
      _exit(1);
    }
    _exit(0);
  }
  std::this_thread::sleep_for(after);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) REQUIRE(WEXITSTATUS(status) == 0);
  return WIFEXITED(status);
}

}  // namespace

TEMPLATE_TEST_CASE("a copy killed at any instant goes on, and gives the digests of one that was not", "",
                   SqliteSite, PostgresSite, OdbcSqliteSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "CREATE TABLE mot (num @number8@ NOT NULL PRIMARY KEY, mot @text@); CREATE TABLE sans_cle (num "
      "@number8@, mot @text@);"
      "CREATE TABLE gros (num @number8@ NOT NULL PRIMARY KEY, texte @clob@);"
      "INSERT INTO mot @numbers@ SELECT i, 'mot ' || i FROM n;"
      "INSERT INTO mot @numbers@ SELECT i + 1000, 'mot ' || i FROM n; INSERT INTO mot @numbers@ SELECT i + "
      "2000, 'mot' FROM n;"
      "INSERT INTO sans_cle SELECT num % 7, mot FROM mot;"
      "INSERT INTO gros VALUES (1, @megabytes_text@); INSERT INTO gros VALUES (2, 'petit');"
      "INSERT INTO gros VALUES (3, @megabytes_text@);");
  core::TemporaryDirectory folder;
  const auto whole = folder.path() / "whole.extract", target = folder.path() / "killed.extract";
  const auto begin = std::chrono::steady_clock::now();
  copy_from(site.uri(), killed_profile(), whole);
  const auto one_run =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  const auto expected = extract::Extract::open(whole).root();

  std::minstd_rand random(20261125);
  int killed = 0;
  for (int attempt = 0; attempt < 12; ++attempt) {
    std::error_code ec;
    for (const char* suffix : {"", ".partial", ".partial-journal"})
      std::filesystem::remove(target.string() + suffix, ec);
    bool done = false;
    for (int kills = 0; kills < 6 && !done && !std::filesystem::exists(target); ++kills) {
      done = run_and_kill(site.uri(), target, one_run * (1 + random() % 100) / 60);
      killed += !done;
      // Until the end nothing looks like an extract.
      if (!done)
        CHECK((!std::filesystem::exists(target) || extract::Extract::open(target).root() == expected));
    }
    if (!done && !std::filesystem::exists(target)) copy_from(site.uri(), killed_profile(), target);
    auto extract = extract::Extract::open(target);
    CHECK(extract.root() == expected);
    // Nothing changed in between, and the digest of the file says so; a server's log goes on by itself.
    if constexpr (std::is_base_of_v<SqliteSite, TestType>) CHECK(extract.run().consistency == "snapshot");
    core::SilentProgress progress;
    CHECK(extract::verify_content(extract, progress).empty());
  }
  CHECK(killed > 0);
}

TEST_CASE("rows that came between two runs are read, and the extract says that it is of several moments") {
  if (!have_postgres()) return;
  PostgresSite site;
  site.sql(
      "CREATE TABLE mot (num @number8@ NOT NULL PRIMARY KEY, mot @text@); CREATE TABLE suite (num @number8@);"
      "INSERT INTO mot @numbers@ SELECT i, 'mot ' || i FROM n; INSERT INTO suite VALUES (1);");
  const auto profile = profile_of(table("MOT", column("NUM", "NUMBER(8)") + column("MOT"), "key=\"NUM\"") +
                                  table("SUITE", column("NUM", "NUMBER(8)")));
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  StopAt progress("SUITE");
  {
    auto source = extract::open_source(extract::parse_source(site.uri()), {});
    const auto error = error_of([&] {
      extract::copy(*source, profile, target, {}, core::FixedClock(noon()), progress,
                    progress.stop.get_token());
    });
    CHECK(error.code() == core::Exit::interrupted);
  }
  site.sql("INSERT INTO suite VALUES (2); INSERT INTO mot VALUES (5000, 'trop tard');");
  const auto report = copy_from(site.uri(), profile, target);
  CHECK(report.resumed);
  CHECK(report.consistency == extract::Consistency::per_table);
  auto extract = extract::Extract::open(target);
  CHECK(extract.run().consistency == "per-table");
  CHECK(rows_of(extract.database(), "SELECT (SELECT count(*) FROM MOT), (SELECT count(*) FROM SUITE)") ==
        std::vector<std::string>{"I:1000|I:2"});
  CHECK(rows_of(extract.database(), "SELECT count(DISTINCT snapshot) FROM versoir_session") ==
        std::vector<std::string>{"I:2"});
}

TEST_CASE("several readers give the extract that one gives") {
  if (!have_postgres()) return;
  PostgresSite site;
  std::string tables;
  for (int i = 0; i < 9; ++i) {
    const auto name = "t" + std::to_string(i);
    site.sql("CREATE TABLE " + name + " (num @number8@ NOT NULL PRIMARY KEY, mot @text@); INSERT INTO " +
             name + " @numbers@ SELECT i, 'mot ' || i * " + std::to_string(i) + " FROM n;");
    tables += table("T" + std::to_string(i), column("NUM", "NUMBER(8)") + column("MOT"), "key=\"NUM\"");
  }
  core::TemporaryDirectory folder;
  const auto one = folder.path() / "one.extract", many = folder.path() / "many.extract";
  copy_from(site.uri(), profile_of(tables), one);
  extract::CopyOptions options;
  options.readers = 4;
  options.rows_per_second = 1'000'000;
  copy_from(site.uri(), profile_of(tables), many, options);
  CHECK(extract::Extract::open(many).root() == extract::Extract::open(one).root());
}

// A PostgreSQL server that goes away, locks or is left in the middle of a copy.
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <utility>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

TEST_CASE("a table whose COPY is killed is an error, not a shorter table") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE TABLE t (a text); INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 50000);");
  const auto [function, code] = GENERATE(table<std::string, core::Exit>({
      {"pg_terminate_backend", core::Exit::source_unreachable},
      // As a statement that takes too long: the next run may well come to its end.
      {"pg_cancel_backend", core::Exit::temporary},
  }));
  INFO(function);
  auto source = open(server.uri());
  const auto t = find_table(*source, "t");
  std::size_t rows = 0;
  bool killed = false;
  const auto error = error_of([&, f = function] {
    Rows sink([&](extract::RowBlock&& b) {
      rows += b.rows();
      if (std::exchange(killed, true)) return;
      server.sql("SELECT " + f + "(pid) FROM pg_stat_activity WHERE query LIKE 'COPY (%'");
    });
    source->read({t, {"a"}, ""}, sink, {});
  });
  CHECK(error.code() == code);
  CHECK_THAT(error.message().english(), Contains("t"));
  CHECK(rows < 50000);

  // The whole copy ends the same way and leaves no file.
  core::TemporaryDirectory folder;
  class Killer final : public core::Progress {
   public:
    Killer(const PostgresServer& s, std::string f) : server_(s), function_(std::move(f)) {}
    void begin(std::string_view, std::optional<std::uint64_t>, std::string_view) override {}
    void advance(std::uint64_t) override {
      if (!std::exchange(done_, true))
        server_.sql("SELECT " + function_ + "(pid) FROM pg_stat_activity WHERE query LIKE 'COPY (%'");
    }
    void end() override {}

   private:
    const PostgresServer& server_;
    std::string function_;
    bool done_ = false;
  } killer(server, function);
  auto again = open(server.uri());
  const auto profile = profile_of(table("T", column("A")));
  const auto second = error_of([&] {
    extract::copy(*again, profile, folder.path() / "e.extract", {}, core::FixedClock(noon()), killer, {});
  });
  CHECK(second.code() == code);
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("a stopped read ends at once and the snapshot goes on") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql(
      "CREATE TABLE t (a text); INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 50000);");
  auto source = open(server.uri());
  const auto t = find_table(*source, "t");
  server.sql("DELETE FROM t");
  std::stop_source stop;
  std::size_t rows = 0;
  const auto error = error_of([&] {
    Rows sink([&](extract::RowBlock&& b) {
      rows += b.rows();
      stop.request_stop();
    });
    source->read({t, {"a"}, ""}, sink, stop.get_token());
  });
  CHECK(error.code() == core::Exit::interrupted);
  CHECK(rows < 50000);
  CHECK(source->count("t") == 50000);
  struct Enough {};
  Rows enough([](extract::RowBlock&&) { throw Enough{}; });
  CHECK_THROWS_AS(source->read({t, {"a"}, ""}, enough, {}), Enough);
  CHECK(source->count("t") == 50000);
}

namespace {

/// A session of psql that stays, in a process of its own, until it is told to go.
class Session {
 public:
  Session(const PostgresServer& server, const std::string& sql) {
    pipe_ = popen(("psql -X -q \"" + server.conninfo() + "\" > /dev/null 2>&1").c_str(), "w");
    std::fputs((sql + ";\n").c_str(), pipe_);
    std::fflush(pipe_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { pclose(pipe_); }

 private:
  FILE* pipe_;
};
void wait_for_lock(const PostgresServer& server, const std::string& table) {
  for (int i = 0; i < 500; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(10)))
    if (server.value("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = '" +
                     table + "'::regclass") != "0")
      return;
  FAIL("no lock");
}
/// Does something when a copy has rows of a table.
class AtTable final : public core::Progress {
 public:
  AtTable(std::string table, std::function<void()> act) : table_(std::move(table)), act_(std::move(act)) {}
  void begin(std::string_view label, std::optional<std::uint64_t>, std::string_view) override {
    there_ = label.ends_with(table_);
  }
  void advance(std::uint64_t) override {
    if (there_ && act_) std::exchange(act_, nullptr)();
  }
  void end() override {}

 private:
  std::string table_;
  std::function<void()> act_;
  bool there_ = false;
};

}  // namespace

TEMPLATE_TEST_CASE("a locked table is named with advice, and the copy goes on when it is free", "",
                   PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "CREATE TABLE aaa (num int PRIMARY KEY); INSERT INTO aaa SELECT generate_series(1, 1000);"
      "CREATE TABLE bbb (num int PRIMARY KEY); INSERT INTO bbb SELECT generate_series(1, 10); ANALYZE;");
  const auto profile =
      profile_of(table("AAA", column("NUM", "NUMBER(8)")) + table("BBB", column("NUM", "NUMBER(8)")));
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  extract::Access access;
  access.lock_timeout = 1;
  {
    const Session session(site.server(), "BEGIN; LOCK TABLE bbb IN ACCESS EXCLUSIVE MODE");
    wait_for_lock(site.server(), "bbb");
    auto source = extract::open_source(extract::parse_source(site.uri()), access);
    const auto bbb = find_table(*source, "bbb");  // the catalogue waits for nobody
    CHECK(bbb.estimated_rows == 10);
    CHECK(bbb.bytes == 8192);
    const auto error = error_of([&] { copy_from(*source, profile, target); });
    CHECK(error.code() == core::Exit::temporary);
    CHECK_THAT(error.message().english(), Contains("bbb"));
    REQUIRE_FALSE(error.hints().empty());
    CHECK_THAT(error.hints().at(0).english(), Contains("--lock-timeout"));
    CHECK(names_in(folder.path()) == Lines{"e.extract.partial"});
  }
  const auto report = copy_from(site.uri(), profile, target);
  CHECK(report.resumed);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT (SELECT count(*) FROM AAA), (SELECT count(*) FROM BBB)") ==
        Lines{"I:1000|I:10"});
}

TEMPLATE_TEST_CASE("once its rows are read, a server keeps nothing for a copy that goes on here", "",
                   PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql("CREATE TABLE aaa (num int PRIMARY KEY); INSERT INTO aaa SELECT generate_series(1, 1000);");
  const auto profile = profile_of(table("AAA", column("NUM", "NUMBER(8)")));
  core::TemporaryDirectory folder;
  auto source = open(site.uri());
  REQUIRE(source->count("aaa") == 1000);
  const std::string nothing_held =
      "DO $$ BEGIN IF EXISTS (SELECT FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> "
      "pg_backend_pid() AND backend_type = 'client backend') THEN RAISE 'held'; END IF; END $$";
  CHECK_THROWS(site.sql(nothing_held));
  copy_from(*source, profile, folder.path() / "e.extract");
  CHECK_NOTHROW(site.sql(nothing_held));
}

TEMPLATE_TEST_CASE("a statement that takes longer than allowed is temporary, and the hint names the option",
                   "", PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  TestType site;
  site.sql(
      "CREATE TABLE t (a int); CREATE VIEW lente AS SELECT 1 AS a FROM pg_sleep(600); INSERT INTO t VALUES "
      "(1);");
  extract::Access access;
  access.statement_timeout = 1;
  auto source = extract::open_source(extract::parse_source(site.uri()), access);
  CHECK(source->count("t") == 1);
  const auto lente = find_table(*source, "lente");
  Rows rows([](extract::RowBlock&&) {});
  const auto error = error_of([&] { source->read({lente, {"a"}, ""}, rows, {}); });
  CHECK(error.code() == core::Exit::temporary);
  CHECK_THAT(error.message().english(), Contains("lente"));
  REQUIRE_FALSE(error.hints().empty());
  CHECK_THAT(error.hints().at(0).english(), Contains("--statement-timeout"));
}

TEST_CASE("a server that is restarted in the middle of a copy costs nothing of what was copied") {
  if (!have_postgres()) return;
  PostgresServer server;
  server.sql(
      "CREATE TABLE aaa (num int PRIMARY KEY, mot text); INSERT INTO aaa SELECT i, 'mot ' || i FROM "
      "generate_series(1, 1000) i;"
      "CREATE TABLE bbb (num int PRIMARY KEY, mot text); INSERT INTO bbb SELECT i, repeat('x', 1000) FROM "
      "generate_series(1, 40000) i;");
  const auto profile = profile_of(table("AAA", column("NUM", "NUMBER(8)") + column("MOT"), "key=\"NUM\"") +
                                  table("BBB", column("NUM", "NUMBER(8)") + column("MOT"), "key=\"NUM\""));
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract", whole = folder.path() / "whole.extract";
  copy_from(server.uri(), profile, whole);
  AtTable restart("BBB", [&] { server.restart(); });
  auto source = open(server.uri());
  const auto error =
      error_of([&] { extract::copy(*source, profile, target, {}, core::FixedClock(noon()), restart, {}); });
  CHECK(error.code() == core::Exit::source_unreachable);
  CHECK(names_in(folder.path()) == Lines{"e.extract.partial", "whole.extract"});
  const auto report = copy_from(server.uri(), profile, target);
  CHECK(report.resumed);
  CHECK(report.rows == 41000);
  CHECK(report.consistency == extract::Consistency::snapshot);  // nothing was written meanwhile
  CHECK(extract::Extract::open(target).root() == extract::Extract::open(whole).root());
}

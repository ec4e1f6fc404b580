// The copy with sources that lie, stop, change or hold what their types do not allow.
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <sys/resource.h>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

/// A source in memory: one table T(A NUMBER(8), B VARCHAR2), whose behaviour the test chooses.
class FakeSource : public extract::Source {
 public:
  std::uint64_t counted = 0;
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::function<void(std::size_t row, std::stop_token stop)> before_row = [](std::size_t, std::stop_token) {};
  extract::Consistency kind = extract::Consistency::snapshot;
  bool restartable = false;
  std::string snapshot = "1";

  extract::Provenance provenance() override {
    extract::Provenance p;
    p.system = "Fake";
    p.snapshot = snapshot;
    return p;
  }
  extract::Consistency consistency() const override { return kind; }
  std::vector<extract::SourceTable> catalogue() override {
    extract::SourceColumn a{"A", "NUMBER(8)", extract::SourceColumn::Kind::integer, 8, 0, true, true, ""};
    extract::SourceColumn b{"B", "VARCHAR2(40)", extract::SourceColumn::Kind::text, 0, 0, false, true, ""};
    extract::SourceTable t;
    t.name = "T";
    t.columns = {a, b};
    return {t};
  }
  std::uint64_t count(const std::string&) override { return counted; }
  void read(const extract::ReadRequest& request, extract::RowSink& sink, std::stop_token stop) override {
    for (std::size_t i = request.after.empty() ? 0 : std::stoul(request.after); i < rows.size(); ++i) {
      before_row(i, stop);
      if (stop.stop_requested()) throw core::Error(core::Exit::interrupted, core::msg("stopped"));
      extract::RowBlock block(request.columns.size());
      for (const auto& name : request.columns) {
        const auto& value = rows[i][name == "A" ? 0 : 1];
        if (value)
          block.add(*value);
        else
          block.add_null();
      }
      if (restartable) block.position = std::to_string(i + 1);
      sink.rows(std::move(block));
    }
  }
};

profiles::Application fake_profile() {
  return profile_of(table("T", column("A", "NUMBER(8)") + column("B"), "key=\"A\""));
}

FakeSource rows_of_fake(std::size_t n) {
  FakeSource source;
  for (std::size_t i = 0; i < n; ++i) source.rows.push_back({std::to_string(i), "texte"});
  source.counted = n;
  return source;
}

}  // namespace

TEST_CASE("a table that gives another number of rows than it counted is a source that changed") {
  for (const auto counted : {std::uint64_t{2}, std::uint64_t{4}}) {
    core::TemporaryDirectory folder;
    auto source = rows_of_fake(3);
    source.counted = counted;
    const auto error = error_of([&] { copy_from(source, fake_profile(), folder.path() / "e.extract"); });
    CHECK(error.code() == core::Exit::extract_changed);
    CHECK_THAT(error.message().english(), Contains("T had " + std::to_string(counted) + " rows"));
    CHECK(names_in(folder.path()).empty());
  }
}

TEST_CASE("a source that fails in the middle leaves nothing, and its error names the table") {
  core::TemporaryDirectory folder;
  auto source = rows_of_fake(1000);
  source.before_row = [](std::size_t i, std::stop_token) {
    if (i == 700) throw core::Error(core::Exit::source_unreachable, core::msg("The line was cut."));
  };
  const auto error = error_of([&] { copy_from(source, fake_profile(), folder.path() / "e.extract"); });
  CHECK(error.code() == core::Exit::source_unreachable);
  REQUIRE_FALSE(error.contexts().empty());
  CHECK_THAT(error.contexts()[0].english(), Contains("table T"));
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("an interrupted copy stops the reader and leaves nothing") {
  core::TemporaryDirectory folder;
  auto source = rows_of_fake(1000);
  std::stop_source stop;
  source.before_row = [&](std::size_t i, std::stop_token) {
    if (i == 500) stop.request_stop();
  };
  core::SilentProgress progress;
  const auto error = error_of([&] {
    extract::copy(source, fake_profile(), folder.path() / "e.extract", {}, core::FixedClock(noon()), progress,
                  stop.get_token());
  });
  CHECK(error.code() == core::Exit::interrupted);
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("a reader that waits for its server is told to stop when the writer fails") {
  core::TemporaryDirectory folder;
  auto source = rows_of_fake(3);
  std::atomic<int> waiting = 0, released = 0;
  source.before_row = [&](std::size_t i, std::stop_token stop) {
    if (i < 2) return;
    ++waiting;
    while (!stop.stop_requested()) std::this_thread::yield();
    ++released;
  };
  class Failing final : public core::Progress {
   public:
    explicit Failing(std::atomic<int>& reader_waits) : waits_(reader_waits) {}
    void begin(std::string_view, std::optional<std::uint64_t>, std::string_view) override {}
    void advance(std::uint64_t n) override {
      if (n == 0) return;
      while (waits_ == 0) std::this_thread::yield();
      throw core::Error(core::Exit::disk, core::msg("The disk is full."));
    }
    void end() override {}

   private:
    std::atomic<int>& waits_;
  } progress(waiting);
  const auto error = error_of([&] {
    extract::copy(source, fake_profile(), folder.path() / "e.extract", {}, core::FixedClock(noon()), progress,
                  {});
  });
  CHECK(error.code() == core::Exit::disk);
  CHECK(released == 1);
}

TEST_CASE("a value that is not of its declared type is kept as it is and recorded") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  auto source = rows_of_fake(600);
  source.rows[500][0] = "A12";
  source.rows[501][0] = "12345678901234567890123";
  const auto report = copy_from(source, fake_profile(), target);
  CHECK(report.rows == 600);
  CHECK(report.anomalies == 2);
  auto extract = extract::Extract::open(target);
  auto& db = extract.database();
  CHECK(extract.run().anomalies == 2);
  CHECK(rows_of(db, "SELECT A FROM T WHERE _row IN (1, 501, 502)") ==
        Lines{"T:0", "T:A12", "T:12345678901234567890123"});
  CHECK(rows_of(db, "SELECT storage FROM versoir_column WHERE name = 'A'") == Lines{"T:TEXT"});
  CHECK(rows_of(db, "SELECT row, column_name, kind, CAST(raw AS TEXT) FROM versoir_anomaly") ==
        Lines{"I:501|T:A|T:type|T:A12", "I:502|T:A|T:type|T:12345678901234567890123"});
  // Nothing of the first attempt is left.
  CHECK(db.one_int("SELECT count(*) FROM T") == 600);
  CHECK(db.one_int("SELECT count(*) FROM versoir_block") == 3);
  core::SilentProgress progress;
  CHECK(extract::verify_content(extract, progress).empty());
}

TEST_CASE("bytes that are not UTF-8 become U+FFFD, and the raw bytes are kept") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  auto source = rows_of_fake(3);
  source.rows[1][1] = "caf\xe9 noir";
  const auto report = copy_from(source, fake_profile(), target);
  CHECK(report.anomalies == 1);
  auto extract = extract::Extract::open(target);
  CHECK(rows_of(extract.database(), "SELECT B FROM T WHERE _row = 2") == Lines{"T:caf\uFFFD noir"});
  CHECK(rows_of(extract.database(), "SELECT row, column_name, kind, hex(raw) FROM versoir_anomaly") ==
        Lines{"I:2|T:B|T:encoding|T:636166E9206E6F6972"});
}

TEST_CASE("an existing extract is not overwritten unless asked, and survives a copy that fails") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  auto source = rows_of_fake(3);
  copy_from(source, fake_profile(), target);
  const auto first = core::read_file(target);
  CHECK(error_of([&] { copy_from(source, fake_profile(), target); }).code() == core::Exit::disk);
  CHECK(core::read_file(target) == first);

  extract::CopyOptions replace;
  replace.replace = true;
  auto broken = rows_of_fake(3);
  broken.counted = 4;
  CHECK(error_of([&] { copy_from(broken, fake_profile(), target, replace); }).code() ==
        core::Exit::extract_changed);
  CHECK(core::read_file(target) == first);

  core::write_file(folder.path() / "e.extract.seal.json", "{}");
  auto other = rows_of_fake(5);
  copy_from(other, fake_profile(), target, replace);
  CHECK(extract::Extract::open(target).tables().at(0).copied_rows == 5);
  CHECK(names_in(folder.path()) == Lines{"e.extract"});  // nor does the seal of the old one stay
}

TEST_CASE("a partial file that no copy of ours left is refused, and replaced only when asked") {
  core::TemporaryDirectory folder;
  const auto partial = folder.path() / "e.extract.partial";
  core::write_file(partial, "tout autre chose");
  auto source = rows_of_fake(3);
  CHECK_THROWS_AS(copy_from(source, fake_profile(), folder.path() / "e.extract"), core::Error);
  CHECK(core::read_file(partial) == "tout autre chose");
  extract::CopyOptions restart;
  restart.restart = true;
  copy_from(source, fake_profile(), folder.path() / "e.extract", restart);
  CHECK(names_in(folder.path()) == Lines{"e.extract"});
}

TEST_CASE("a full disk is an error of its own and leaves nothing") {
  core::TemporaryDirectory folder;
  auto source = rows_of_fake(1);
  source.counted = 3000;
  source.rows.assign(3000, {"1", std::string(4000, 'x')});
  // The kernel refuses to let files grow beyond the limit, as it does on a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{4 << 20, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto error = error_of([&] { copy_from(source, fake_profile(), folder.path() / "e.extract"); });
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(error.code() == core::Exit::disk);
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("a disk that was full and has room again: the copy goes on from its last commit") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  auto source = rows_of_fake(1);
  source.restartable = true;
  source.rows.clear();
  for (int i = 0; i < 3000; ++i) source.rows.push_back({std::to_string(i), std::string(4000, 'x')});
  source.counted = 3000;
  extract::CopyOptions options;
  options.commit_bytes = 1'000'000;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{6 << 20, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto error = error_of([&] { copy_from(source, fake_profile(), target, options); });
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(error.code() == core::Exit::disk);
  REQUIRE(std::filesystem::exists(folder.path() / "e.extract.partial"));
  std::size_t read_again = 0;
  source.before_row = [&](std::size_t, std::stop_token) { ++read_again; };
  CHECK(copy_from(source, fake_profile(), target, options).resumed);
  CHECK(read_again > 0);
  CHECK(read_again < 3000);
  copy_from(source, fake_profile(), folder.path() / "whole.extract");
  auto extract = extract::Extract::open(target);
  CHECK(extract.root() == extract::Extract::open(folder.path() / "whole.extract").root());
  core::SilentProgress progress;
  CHECK(extract::verify_content(extract, progress).empty());
}

TEST_CASE("a final copy wants a decision for everything") {
  core::TemporaryDirectory folder;
  extract::CopyOptions options;
  options.kind = extract::Kind::final_;
  auto source = rows_of_fake(3);
  const auto undecided = profile_of(table("T", column("A", "NUMBER(8)")));
  const auto error = error_of([&] { copy_from(source, undecided, folder.path() / "e.extract", options); });
  CHECK(error.code() == core::Exit::profile_invalid);
  REQUIRE(error.causes().size() == 1);
  CHECK_THAT(error.causes()[0].english(), Contains("T.B"));
}

TEST_CASE("a final copy is published only when a second look finds the same rows") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  auto first = rows_of_fake(3);
  auto now = first;
  extract::CopyOptions options;
  options.kind = extract::Kind::final_;
  options.reopen = [&] { return std::make_unique<FakeSource>(now); };
  now.rows[1][1] = "autre";  // same count, other content
  const auto error = error_of([&] { copy_from(first, fake_profile(), target, options); });
  CHECK(error.code() == core::Exit::extract_changed);
  REQUIRE(error.causes().size() == 1);
  CHECK_THAT(error.causes()[0].english(), Contains("T"));
  CHECK_FALSE(std::filesystem::exists(target));

  // The order of rows may differ: the same rows are the same content.
  now = first;
  std::ranges::reverse(now.rows);
  copy_from(first, fake_profile(), target, options);
  auto extract = extract::Extract::open(target);
  CHECK(extract.run().kind == "final");
  CHECK(rows_of(extract.database(), "SELECT value FROM versoir_run WHERE key = 'second_look'") ==
        Lines{"T:same"});
}

TEST_CASE("a copy that stopped goes on where it was, and gives the digests of one that did not") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  extract::CopyOptions options;
  auto source = rows_of_fake(1000);
  source.restartable = true;
  auto whole = source;
  const std::size_t at = GENERATE(1u, 255u, 256u, 257u, 700u, 999u);
  source.before_row = [&](std::size_t i, std::stop_token) {
    if (i == at) throw core::Error(core::Exit::source_unreachable, core::msg("The line was cut."));
  };
  CHECK(error_of([&] { copy_from(source, fake_profile(), target, options); }).code() ==
        core::Exit::source_unreachable);
  CHECK(names_in(folder.path()) == Lines{"e.extract.partial"});
  // It does not pass for an extract.
  CHECK(error_of([&] {
          static_cast<void>(extract::Extract::open(folder.path() / "e.extract.partial"));
        }).code() == core::Exit::extract_invalid);

  std::size_t read_again = 0;
  source.before_row = [&](std::size_t, std::stop_token) { ++read_again; };
  const bool moved = GENERATE(false, true);
  source.snapshot = moved ? "2" : "1";
  const auto report = copy_from(source, fake_profile(), target, options);
  CHECK(report.resumed);
  CHECK(report.rows == 1000);
  CHECK(read_again == 1000 - at);
  auto extract = extract::Extract::open(target);
  CHECK(extract.run().consistency == (moved ? "per-chunk" : "snapshot"));
  core::SilentProgress progress;
  CHECK(extract::verify_content(extract, progress).empty());
  copy_from(whole, fake_profile(), folder.path() / "whole.extract");
  CHECK(extract.root() == extract::Extract::open(folder.path() / "whole.extract").root());
  CHECK(rows_of(extract.database(), "SELECT outcome, rows FROM versoir_session ORDER BY number") ==
        Lines{"T:interrupted|I:" + std::to_string(at), "T:finished|I:" + std::to_string(1000 - at)});
}

TEST_CASE("an interrupted copy is not gone on from with another profile") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  auto source = rows_of_fake(10);
  source.restartable = true;
  source.before_row = [&](std::size_t i, std::stop_token) {
    if (i == 5) throw core::Error(core::Exit::source_unreachable, core::msg("The line was cut."));
  };
  CHECK_THROWS_AS(copy_from(source, fake_profile(), target), core::Error);
  source.before_row = [](std::size_t, std::stop_token) {};
  const auto other = profile_of(table("T", column("A", "NUMBER(8)"), "key=\"A\""));
  const auto error = error_of([&] { copy_from(source, other, target); });
  CHECK(error.code() == core::Exit::lot_state);
  REQUIRE(error.causes().size() == 1);
  CHECK_THAT(error.causes()[0].english(), Contains("profile"));
  CHECK(names_in(folder.path()) == Lines{"e.extract.partial"});
  extract::CopyOptions restart;
  restart.restart = true;
  CHECK(copy_from(source, other, target, restart).rows == 10);
}

TEST_CASE("two copies cannot write the same extract") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  auto source = rows_of_fake(10);
  auto second = rows_of_fake(10);
  std::optional<core::Exit> code;
  source.before_row = [&](std::size_t i, std::stop_token) {
    if (i == 5) code = error_of([&] { copy_from(second, fake_profile(), target); }).code();
  };
  copy_from(source, fake_profile(), target);
  CHECK(code == core::Exit::temporary);
}

TEST_CASE("keys that occur twice and references to nothing are recorded, and stop nothing") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "s.sqlite";
  core::Database::create(file).exec(
      "CREATE TABLE a (id NUMBER(8), b NUMBER(8)); CREATE TABLE b (id NUMBER(8));"
      "INSERT INTO b VALUES (1); INSERT INTO a VALUES (1, 1), (2, 7), (2, NULL), (2, 1);");
  const auto profile = profile_of(
      table("A", column("ID", "NUMBER(8)") + column("B", "NUMBER(8)", "references=\"B\""), "key=\"ID\"") +
      table("B", column("ID", "NUMBER(8)"), "key=\"ID\""));
  const auto report = copy_from("sqlite:" + file.string(), profile, folder.path() / "e.extract");
  CHECK(report.integrity == 3);
  CHECK(report.anomalies == 0);
  auto extract = extract::Extract::open(folder.path() / "e.extract");
  CHECK(rows_of(extract.database(), "SELECT * FROM versoir_integrity ORDER BY kind") ==
        Lines{"T:A|T:ID|T:duplicate|I:2", "T:A|T:B|T:orphan|I:1"});
  CHECK(rows_of(extract.database(), "SELECT row, kind FROM versoir_anomaly ORDER BY row, kind") ==
        Lines{"I:2|T:orphan", "I:3|T:duplicate", "I:4|T:duplicate"});
}

TEST_CASE("a reference of several columns is broken when no one row of the other table has them all") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "s.sqlite";
  core::Database::create(file).exec(
      "CREATE TABLE a (e VARCHAR2(4), v NUMBER(3)); CREATE TABLE b (code VARCHAR2(4), version NUMBER(3));"
      "INSERT INTO b VALUES ('L1', 1), ('L1', 2), ('L2', 3);"
      "INSERT INTO a VALUES ('L1', 1), ('L1', 3), ('L2', 3), ('L9', NULL), (NULL, 9), ('L2', 1);");
  const auto b =
      table("B", column("CODE", "VARCHAR2(4)") + column("VERSION", "NUMBER(3)"), "key=\"CODE VERSION\"");
  const auto columns = column("E", "VARCHAR2(4)") + column("V", "NUMBER(3)");
  for (const std::string to : {"", " to=\"CODE VERSION\""}) {
    const auto profile =
        profile_of(table("A", "<reference columns=\"E V\" table=\"B\"" + to + "/>" + columns) + b);
    const auto target = folder.path() / ("e" + std::to_string(to.size()) + ".extract");
    CHECK(copy_from("sqlite:" + file.string(), profile, target).integrity == 2);
    auto extract = extract::Extract::open(target);
    CHECK(rows_of(extract.database(), "SELECT * FROM versoir_integrity") == Lines{"T:A|T:E, V|T:orphan|I:2"});
    CHECK(rows_of(extract.database(), "SELECT row FROM versoir_anomaly ORDER BY row") == Lines{"I:2", "I:6"});
    CHECK(
        rows_of(extract.database(),
                "SELECT name, references_to FROM versoir_column WHERE table_name = 'A' ORDER BY position") ==
        Lines{"T:E|T:B.CODE", "T:V|T:B.VERSION"});
  }
}

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

  extract::Provenance provenance() override {
    extract::Provenance p;
    p.system = "Fake";
    return p;
  }
  extract::Consistency consistency() const override { return kind; }
  std::vector<extract::SourceTable> catalogue() override {
    extract::SourceColumn a{"A", "NUMBER(8)", extract::SourceColumn::Kind::integer, 8, 0, true, true};
    extract::SourceColumn b{"B", "VARCHAR2(40)", extract::SourceColumn::Kind::text, 0, 0, false, true};
    return {{"T", {a, b}}};
  }
  std::uint64_t count(const std::string&) override { return counted; }
  void read(const extract::SourceTable&, const std::vector<std::string>& columns,
            const std::function<void(extract::RowBlock&&)>& emit, std::stop_token stop) override {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      before_row(i, stop);
      extract::RowBlock block;
      block.columns = columns.size();
      for (const auto& name : columns) block.cells.push_back(rows[i][name == "A" ? 0 : 1]);
      emit(std::move(block));
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
  source.rows[1][0] = "deux";  // makes the writer start again: the reader must be released first
  std::atomic<int> released = 0;
  source.before_row = [&](std::size_t i, std::stop_token stop) {
    if (i == 2 && released == 0) {
      while (!stop.stop_requested()) std::this_thread::yield();
      ++released;
    }
  };
  copy_from(source, fake_profile(), folder.path() / "e.extract");
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

TEST_CASE("what a killed run left does not prevent the next one") {
  core::TemporaryDirectory folder;
  core::write_file(folder.path() / "e.extract.partial", "reste d'une copie tuée");
  auto source = rows_of_fake(3);
  copy_from(source, fake_profile(), folder.path() / "e.extract");
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

TEST_CASE("a final copy wants a decision for everything and one moment for all") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  extract::CopyOptions options;
  options.kind = extract::Kind::final_;
  auto source = rows_of_fake(3);
  const auto undecided = profile_of(table("T", column("A", "NUMBER(8)")));
  const auto error = error_of([&] { copy_from(source, undecided, target, options); });
  CHECK(error.code() == core::Exit::profile_invalid);
  REQUIRE(error.causes().size() == 1);
  CHECK_THAT(error.causes()[0].english(), Contains("T.B"));

  const auto decided = profile_of(table(
      "T", column("A", "NUMBER(8)") + column("B", "VARCHAR2(40)", "take=\"no\" reason=\"Sans intérêt.\"")));
  source.kind = extract::Consistency::per_table;
  CHECK(error_of([&] { copy_from(source, decided, target, options); }).code() == core::Exit::usage);
  source.kind = extract::Consistency::snapshot;
  copy_from(source, decided, target, options);
  CHECK(extract::Extract::open(target).run().kind == "final");
}

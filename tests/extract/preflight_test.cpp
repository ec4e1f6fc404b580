// The look before a copy: everything that would stop it said at once, its volume, its duration.
#include "extract/preflight.hpp"

#include "sites.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

/// "CODE message" of each finding, in order.
Lines told_by(const extract::Preflight& look) {
  Lines out;
  for (const auto& f : look.findings) out.push_back(f.code + " " + f.message.english());
  return out;
}

/// A source with statistics as large as a test wants them; each table gives rows of one number.
class CountedSource final : public extract::Source {
 public:
  struct Size {
    std::optional<std::uint64_t> rows, bytes;
  };
  explicit CountedSource(std::map<std::string, Size> tables) : tables_(std::move(tables)) {}
  extract::Provenance provenance() override { return {}; }
  extract::Consistency consistency() const override { return extract::Consistency::snapshot; }
  std::vector<extract::SourceTable> catalogue() override {
    std::vector<extract::SourceTable> out;
    for (const auto& [name, size] : tables_) {
      auto& t = out.emplace_back();
      t.name = name;
      t.columns = {{"NUM", "NUMBER(8)", extract::ColumnKind::integer, 8, 0, true, true, ""}};
      t.estimated_rows = size.rows;
      t.bytes = size.bytes;
    }
    return out;
  }
  std::uint64_t count(const std::string& table) override {
    counted.push_back(table);
    return 7;
  }
  void read(const extract::ReadRequest& request, extract::RowSink& sink, std::stop_token) override {
    read_tables.push_back(request.table.name);
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      extract::RowBlock block(1);
      block.add("1");
      ++rows_read;
      sink.rows(std::move(block));
    }
  }
  Lines counted, read_tables;
  std::uint64_t rows_read = 0;

 private:
  std::map<std::string, Size> tables_;
};

extract::Preflight look(extract::Source& source, const profiles::Application& profile,
                        const std::filesystem::path& target, bool measure = false,
                        core::Instant now = noon()) {
  return extract::look_before(source, profile, {}, target, core::FixedClock(now), measure, {});
}

}  // namespace

TEMPLATE_TEST_CASE("rights, clock, charset and account are told at once, before anything is read", "",
                   PostgresSite, OdbcPostgresSite) {
  if (!TestType::available()) return;
  const PostgresServer server;
  server.sql(
      "CREATE DATABASE brute ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'; CREATE ROLE lecteur LOGIN;");
  server.sql(
      "CREATE TABLE ouverte (a text); CREATE TABLE fermee (a text); CREATE TABLE secrete (a text); GRANT "
      "SELECT ON "
      "ouverte TO lecteur;",
      "brute");
  core::TemporaryDirectory folder;
  const auto profile = profile_of(table("OUVERTE", column("A")) + table("FERMEE", column("A")) +
                                  table("SECRETE", column("A")));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto target = folder.path() / "e.extract";
  auto reader = open(TestType::uri_of(server, "brute", "lecteur"));
  const auto found = told_by(look(*reader, profile, target, true, now + std::chrono::hours(1)));
  REQUIRE(found.size() == 4);
  CHECK(found[0] == "RIGHTS The account may not read the table fermee.");
  CHECK(found[1] == "RIGHTS The account may not read the table secrete.");
  CHECK_THAT(found[2] + found[3], Contains("CLOCK The clocks of the server and of this machine differ by"));
  CHECK_THAT(found[2] + found[3], Contains("CHARSET The database declares no character set"));

  auto owner = open(TestType::uri_of(server, "brute"));
  const auto less = told_by(look(*owner, profile, target, false, now));
  REQUIRE(less.size() == 2);  // the clocks agree, everything may be read
  CHECK_THAT(less[0] + less[1],
             Contains("CHARSET") && Contains("TOO_MANY_RIGHTS The account is a superuser"));
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("a table that is not there does not hide what else is wrong") {
  if (!have_postgres()) return;
  const PostgresServer server;
  server.sql("CREATE TABLE ouverte (a text);");
  core::TemporaryDirectory folder;
  auto source = open(server.uri());
  const auto before =
      look(*source, profile_of(table("OUVERTE", column("A") + column("B")) + table("ABSENTE", column("A"))),
           folder.path() / "e.extract");
  const auto found = told_by(before);
  CHECK_THAT(found, Catch::Matchers::VectorContains(std::string("MISSING table OUVERTE: B")));
  CHECK_THAT(found, Catch::Matchers::VectorContains(std::string("MISSING table ABSENTE: the whole table")));
  CHECK(std::ranges::any_of(before.findings, [](const auto& f) { return f.code == "CLOCK"; }));
  CHECK_FALSE(before.forecast);
}

TEST_CASE(
    "a copy that does not fit on the disk is refused by its size, what an interrupted one holds deducted") {
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "e.extract";
  const auto profile = profile_of(table("A", column("NUM", "NUMBER(8)")));
  CountedSource fits({{"A", {5, 1000}}});
  CHECK(told_by(look(fits, profile, target)).empty());
  const auto free = std::filesystem::space(folder.path()).available;
  CountedSource large({{"A", {5, free + (std::uint64_t{1} << 40)}}});
  const auto found = told_by(look(large, profile, target));
  REQUIRE(found.size() == 1);
  CHECK_THAT(found[0],
             Contains("DISK The copy needs about " + std::to_string(free + (std::uint64_t{1} << 40))));
  // A file with a hole: as long as what is missing, without the space.
  core::write_file(folder.path() / "e.extract.partial", "");
  std::filesystem::resize_file(folder.path() / "e.extract.partial", std::uint64_t{1} << 41);
  CHECK(told_by(look(large, profile, target)).empty());
  const auto nowhere = told_by(look(fits, profile, folder.path() / "absent" / "e.extract"));
  REQUIRE(nowhere.size() == 1);
  CHECK_THAT(nowhere[0], Contains("DISK The free space"));
}

TEST_CASE("volume and duration are those of the statistics and of the rate on the largest table") {
  core::TemporaryDirectory folder;
  const auto number = column("NUM", "NUMBER(8)");
  const auto profile = profile_of(table("A", number) + table("B", number) + table("C", number));
  CountedSource source({{"A", {1000, 5000}}, {"B", {2'000'000, 90'000}}, {"C", {{}, {}}}});
  const auto forecast = look(source, profile, folder.path() / "e.extract", true).forecast;
  REQUIRE(forecast);
  CHECK(source.counted == Lines{"C"});  // what has no statistics, and only that
  CHECK(forecast->rows == 2'001'007);
  CHECK(forecast->bytes == 95'000);
  REQUIRE(forecast->tables.size() == 3);
  CHECK(forecast->tables[2].rows == 7u);
  CHECK_FALSE(forecast->tables[2].bytes);
  CHECK(source.read_tables == Lines{"B"});
  CHECK(source.rows_read == extract::sample_rows);
  REQUIRE(forecast->rows_per_second);
  CHECK(*forecast->rows_per_second > 0);

  extract::Forecast hour;
  hour.rows = 36'000'000;
  CHECK_FALSE(hour.duration());
  hour.rows_per_second = 10'000;
  CHECK(hour.duration() == std::chrono::seconds(3601));
  // Before a copy nothing is counted nor read twice.
  CountedSource quiet({{"A", {1000, 5000}}, {"B", {2'000'000, 90'000}}, {"C", {{}, {}}}});
  static_cast<void>(look(quiet, profile, folder.path() / "e.extract"));
  CHECK(quiet.counted.empty());
  CHECK(quiet.read_tables.empty());
}

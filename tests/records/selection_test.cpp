// Selection: who is kept, why the others are not, titles, dates and rules of those who are.
#include "records/selection.hpp"

#include "fixture.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

core::Date day(std::string_view text) { return *core::parse_date(text); }

struct Selected {
  std::vector<std::string> kept;
  std::vector<std::pair<std::string, std::string>> left;
};

Selected select_all(core::Database& db, const profiles::Application& app) {
  records::RecordReader reader(db, app);
  Selected out;
  records::select(db, app, app.archives.front(), [&](records::Candidate&& c) {
    if (c.left_out)
      out.left.emplace_back(c.key.text(), *c.left_out);
    else
      out.kept.push_back(c.key.text());
  });
  return out;
}

records::Described described(const profiles::Application& app, const profiles::Row& facts,
                             std::vector<core::Finding>& findings) {
  return records::describe(app, app.archives.front(), app.archives.front().unit, facts, findings);
}

profiles::Row facts_of(std::optional<std::string> first, std::optional<std::string> last) {
  return {{"name", "Zoé"}, {"number", "3"}, {"first", std::move(first)}, {"last", std::move(last)}};
}

}  // namespace

TEST_CASE(
    "Every candidate comes once, in the order of the select, kept or with the first reason that holds") {
  auto db = loan_database();
  const auto got = select_all(db, loan_app());
  CHECK(got.kept == std::vector<std::string>{"[2]", "[1]"});
  using Pair = std::pair<std::string, std::string>;
  // 4 is both on loan and worn: the first reason is the one given.
  CHECK(got.left == std::vector<Pair>{{"[4]", "Prêt en cours."}, {"[5]", "Usé."}, {"[3]", "Aucun prêt."}});
}

TEST_CASE("The same selection again on the same connection gives the same") {
  auto db = loan_database();
  const auto app = loan_app();
  CHECK(select_all(db, app).kept == select_all(db, app).kept);
}

TEST_CASE("A visitor may read the record, and an error of the visitor leaves the connection usable") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  int read = 0;
  records::select(db, app, app.archives.front(), [&](records::Candidate&& c) {
    if (reader.read(app.records.front(), c.key)) ++read;
  });
  CHECK(read == 5);
  CHECK_THROWS_AS(records::select(db, app, app.archives.front(),
                                  [](records::Candidate&&) { throw std::runtime_error("stop"); }),
                  std::runtime_error);
  CHECK(select_all(db, app).kept.size() == 2);
}

TEST_CASE("Keys of several columns, with NULL among them, are told apart") {
  auto files = changed(loan_files(), "records.xml", R"(key="no")", R"(key="no tool")");
  files = changed(files, "membres.xml", "SELECT no FROM member ORDER BY name, no",
                  "SELECT no, tool FROM loan ORDER BY _row");
  files = changed(files, "membres.xml", "SELECT no FROM loan WHERE back IS NULL",
                  "SELECT no, tool FROM loan WHERE back IS NULL");
  files = changed(files, "membres.xml", "SELECT no FROM member WHERE no NOT IN (SELECT no FROM loan)",
                  "SELECT no, NULL FROM loan");
  files = changed(files, "membres.xml", "SELECT no FROM loan WHERE state = 'U'", "SELECT 1, 'saw'");
  files = changed(files, "consult.xml", "SELECT no, name FROM member",
                  "SELECT no, 'saw' AS tool, name FROM member");
  auto db = loan_database();
  db.exec("UPDATE LOAN SET TOOL = NULL WHERE NO = 5");
  const auto got = select_all(db, loan_app(files));
  CHECK(got.kept == std::vector<std::string>{"[1,\"axe\"]", "[2,\"saw\"]", "[5,null]"});
  CHECK(got.left.size() == 2);
}

TEST_CASE("Hundreds of keys left out are found again one by one") {
  auto db = loan_database();
  db.exec(
      "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 1099) "
      "INSERT INTO MEMBER (NO, NAME) SELECT i, 'm' FROM n");
  db.exec(
      "INSERT INTO LOAN (NO, TOOL, TAKEN, BACK) SELECT NO, 'saw', '2020-01-01', '2020-01-02' FROM MEMBER "
      "WHERE NO >= 100 AND NO % 2 = 0");
  const auto got = select_all(db, loan_app());
  CHECK(got.kept.size() == 502);
  CHECK(got.left.size() == 503);
}

TEST_CASE("A select or a leave-out of another width, or with a parameter, is refused") {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"SELECT no FROM loan WHERE back IS NULL", "SELECT no, tool FROM loan"},
           {"SELECT no FROM member ORDER BY", "SELECT name, no FROM member ORDER BY"},
           {"SELECT no FROM loan WHERE back IS NULL", "SELECT no FROM loan WHERE no = :no"}}) {
    auto db = loan_database();
    const auto app = loan_app(changed(loan_files(), "membres.xml", from, to));
    INFO(to);
    CHECK_THAT(refusal([&] { static_cast<void>(select_all(db, app)); }), Contains("membres.xml:"));
  }
}

TEST_CASE("Facts are one row: none or two are refused, with the key") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  records::FactReader facts(db, app, app.archives.front());
  CHECK(facts.read(key(1)).at("first") == "2019-01-05T00:00:00");
  CHECK(facts.read(key(1)).at("number") == "1");
  CHECK(facts.read(key(3)).at("last") == std::nullopt);
  CHECK_THAT(refusal([&] { static_cast<void>(facts.read(key(77))); }),
             Contains("no row") && Contains("[77]"));
  db.exec("INSERT INTO MEMBER (NO, NAME) VALUES (1, 'twice')");
  CHECK_THAT(refusal([&] { static_cast<void>(facts.read(key(1))); }),
             Contains("several rows") && Contains("[1]"));
}

TEST_CASE("A unit is described: one line of title, dates without time, rules with the platform's end date") {
  const auto app = loan_app();
  std::vector<core::Finding> findings;
  const auto unit = described(app, facts_of("2019-01-05T00:00:00", "2020-02-29T00:00:00"), findings);
  CHECK(unit.title == "Zoé (3)");
  CHECK(unit.identifier == "3");
  CHECK(unit.file_name == "adherent-3.xml");
  CHECK(unit.start == day("2019-01-05"));
  CHECK(unit.end == day("2020-02-29"));
  REQUIRE(unit.rules.size() == 2);
  CHECK(unit.rules[0].end == day("2025-02-28"));  // 29 February + 5 years, as java.time adds
  CHECK(unit.rules[0].final_action == "Destroy");
  CHECK(unit.rules[1].end == day("2070-02-28"));
  CHECK(unit.keywords == std::vector<std::pair<std::string, std::string>>{{"persname", "Zoé"}});
  CHECK(findings.empty());
}

TEST_CASE("Extreme dates in the wrong order are both dropped and said, never written") {
  const auto app = loan_app();
  std::vector<core::Finding> findings;
  const auto unit = described(app, facts_of("2021-01-01", "2020-01-01"), findings);
  CHECK_FALSE(unit.start);
  CHECK_FALSE(unit.end);
  CHECK(unit.rules[0].start == day("2020-01-01"));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].code == "dates-inconsistent");
  findings.clear();
  CHECK(described(app, facts_of("2020-01-01", "2020-01-01"), findings).end == day("2020-01-01"));
  CHECK(findings.empty());
}

TEST_CASE("A rule with a condition is of the units where it gives something, an optional one says nothing") {
  const auto files = changed(loan_files(), "membres.xml", R"(code="COM_50" start="{last}")",
                             R"(code="COM_50" start="{last}" when="{first}")");
  const auto app = loan_app(files);
  const auto* archive = app.find_archive("membres");
  std::vector<core::Finding> findings;
  const auto rules = [&](const profiles::UnitDef& unit, const std::optional<std::string>& first) {
    return records::describe(app, *archive, unit,
                             {{"name", "N"}, {"number", "1"}, {"first", first}, {"last", "2020-01-01"}},
                             findings)
        .rules.size();
  };
  CHECK(rules(archive->unit, "2019-01-01") == 2);
  CHECK(rules(archive->unit, std::nullopt) == 1);
  CHECK(rules(archive->unit, "  ") == 1);
  auto optional = archive->unit;
  for (auto& rule : optional.rules) {
    rule.optional = true;
    rule.start = "{first}";
    rule.when.clear();
  }
  findings.clear();
  const auto d = records::describe(
      app, *archive, optional,
      {{"name", "N"}, {"number", "1"}, {"first", std::nullopt}, {"last", std::nullopt}}, findings);
  CHECK(d.rules.size() == 2);
  CHECK(d.rules[0].optional);
  CHECK(findings.empty());
}

TEST_CASE("A rule whose start is empty has neither start nor end, and it is said") {
  const auto app = loan_app();
  std::vector<core::Finding> findings;
  const auto unit = described(app, facts_of(std::nullopt, std::nullopt), findings);
  CHECK_FALSE(unit.rules[0].start);
  CHECK_FALSE(unit.rules[0].end);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].code == "rule-without-start");
  CHECK_THAT(findings[0].message.english(), Contains("DUA_5"));
}

TEST_CASE("An unlimited rule keeps its start and has no end, a rule beyond the year 9000 has neither") {
  std::vector<core::Finding> findings;
  const auto unlimited = loan_app(changed(loan_files(), "membres.xml", "DUA_5", "ALWAYS"));
  const auto kept = described(unlimited, facts_of("2019-01-01", "2020-01-01"), findings);
  CHECK(kept.rules[0].start == day("2020-01-01"));
  CHECK_FALSE(kept.rules[0].end);
  CHECK(findings.empty());
  const auto far = loan_app(changed(loan_files(), "membres.xml", "COM_50", "AGES"));
  const auto dropped = described(far, facts_of("2019-01-01", "2020-01-01"), findings);
  CHECK_FALSE(dropped.rules[1].start);
  CHECK_FALSE(dropped.rules[1].end);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].code == "rule-end-too-far");
}

TEST_CASE("What is not a date is refused with the archive profile and the template") {
  const auto app = loan_app();
  std::vector<core::Finding> findings;
  for (const auto* bad : {"2020-02-30", "soon", "20200101", "2020"})
    CHECK_THAT(refusal([&] { static_cast<void>(described(app, facts_of(bad, "2020-01-01"), findings)); }),
               Contains("membres") && Contains("{first}") && Contains(bad));
}

TEST_CASE("A keyword without content is not written") {
  const auto app = loan_app();
  std::vector<core::Finding> findings;
  auto facts = facts_of("2019-01-01", "2020-01-01");
  facts["name"] = std::nullopt;
  CHECK(described(app, facts, findings).keywords.empty());
}

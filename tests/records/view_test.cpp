// What stands before the queries: the profile's views, and stand-ins for what a site does not have.
#include "core/file.hpp"
#include "fixture.hpp"

#include <filesystem>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

TEST_CASE("An optional table that the extract lacks reads as empty") {
  auto db = loan_database();
  db.exec("DROP TABLE REMARK");
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  CHECK(reader.check().empty());
  const auto record = reader.read(app.records.front(), key(1));
  REQUIRE(record->root.children.size() == 2);
  CHECK(record->root.children[0].children.empty());
}

TEST_CASE("An optional column that the extract lacks reads as NULL, the others as they are") {
  auto db = loan_database();
  db.exec("ALTER TABLE MEMBER DROP COLUMN NICK");
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  CHECK(reader.check().empty());
  const auto record = reader.read(app.records.front(), key(2));
  CHECK(cell(record->root, "nick") == "NULL");
  CHECK(cell(record->root, "name") == "Abgrall");
}

TEST_CASE("A missing table or column that is not optional stays an error") {
  auto db = loan_database();
  db.exec("ALTER TABLE MEMBER DROP COLUMN BORN");
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  const auto findings = reader.check();
  REQUIRE_FALSE(findings.empty());
  CHECK_THAT(findings.front().message.english(), Contains("born"));
}

TEST_CASE("A column that was left on purpose does not read as empty: asking for it is an error") {
  auto db = loan_database();
  const auto app = loan_app(
      changed(loan_files(), "records.xml", "born, nick FROM member", "born, phone AS nick FROM member"));
  CHECK_FALSE(records::RecordReader(db, app).check().empty());
}

TEST_CASE("Two readers share one connection") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader first(db, app);
  const auto before = first.read(app.records.front(), key(1));
  records::RecordReader second(db, app);
  CHECK(second.check().empty());
  CHECK(first.read(app.records.front(), key(1))->root.children.size() == before->root.children.size());
}

TEST_CASE("Another profile on the same connection replaces the views") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader first(db, app);
  const auto other =
      loan_app(changed(loan_files(), "views.sql", "min(taken) AS first", "'2000-01-01' AS first"));
  records::RecordReader second(db, other);
  CHECK(core::value_text(*db.one("SELECT first FROM v_last WHERE no = 1")) == "2000-01-01");
}

TEST_CASE("views.sql can do nothing but create views") {
  const core::TemporaryDirectory dir;
  const auto stolen = dir.path() / "stolen.db";
  const std::vector<std::string> attempts{
      "ATTACH '" + stolen.string() + "' AS other;",
      "DELETE FROM member;",
      "CREATE TABLE extra(x);",
      "CREATE TEMP TRIGGER t AFTER INSERT ON member BEGIN SELECT 1; END;",
      "DROP TABLE member;",
      "PRAGMA writable_schema=1;",
  };
  for (const auto& sql : attempts) {
    INFO(sql);
    auto db = loan_database();
    const auto app =
        loan_app(changed(loan_files(), "views.sql", "CREATE TEMP VIEW", sql + " CREATE TEMP VIEW"));
    CHECK_THAT(refusal([&] { records::RecordReader reader(db, app); }), Contains("views.sql"));
    CHECK(db.one_int("SELECT count(*) FROM member") == 5);
  }
  CHECK_FALSE(std::filesystem::exists(stolen));
}

TEST_CASE("Views and stand-ins work on a file opened for reading only") {
  const core::TemporaryDirectory dir;
  const auto path = dir.path() / "loans.db";
  {
    auto db = core::Database::create(path);
    fill_loans(db);
    db.exec("DROP TABLE REMARK");
  }
  auto db = core::Database::open_read(path, true);
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  CHECK(reader.check().empty());
  CHECK(reader.read(app.records.front(), key(1)));
}

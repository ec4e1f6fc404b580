// Reading records: the tree, the parameters, what is refused and how it is said.
#include "fixture.hpp"

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

TEST_CASE("A record is the tree of rows of the profile, in its order") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  const auto record = reader.read(app.records.front(), key(1));
  REQUIRE(record);
  CHECK(cell(record->root, "name") == "Le Goff & <fils>");
  REQUIRE(record->root.children.size() == 2);
  CHECK(cell(record->root.children[0], "tool") == "axe");
  CHECK(cell(record->root.children[1], "tool") == "saw");
  REQUIRE(record->root.children[0].children.size() == 2);
  CHECK(cell(record->root.children[0].children[1], "words") == "sharp");
  CHECK(record->root.children[1].children.empty());
}

TEST_CASE("An unknown key is no record, a key of another size is a mistake of the caller") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  CHECK_FALSE(reader.read(app.records.front(), key(99)));
  try {
    static_cast<void>(reader.read(
        app.records.front(), records::Key{{core::Value{std::int64_t{1}}, core::Value{std::int64_t{2}}}}));
    FAIL("accepted");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::usage);
  }
}

TEST_CASE("A reader serves many records with the same statements") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  for (int turn = 0; turn < 3; ++turn)
    for (const auto& [no, loans] : std::vector<std::pair<int, std::size_t>>{{1, 2}, {2, 1}, {3, 0}})
      CHECK(reader.read(app.records.front(), key(no))->root.children.size() == loans);
}

TEST_CASE("A parameter is the nearest row's column, then the key's") {
  // The child renames no: under it, :no is the loan's, above it the member's.
  const auto files = changed(
      changed(loan_files(), "records.xml", "SELECT tool, state, taken, fine, late FROM loan WHERE no = :no",
              "SELECT tool, state, taken, fine, late, 2 AS no FROM loan WHERE no = :no"),
      "records.xml", R"(<field name="late" label="En retard" type="flag"/>)",
      R"(<field name="late" label="En retard" type="flag"/><field name="no" label="Autre"/>)");
  auto db = loan_database();
  const auto app = loan_app(files);
  records::RecordReader reader(db, app);
  const auto record = reader.read(app.records.front(), key(1));
  REQUIRE(record->root.children.size() == 2);              // :no was 1
  REQUIRE(record->root.children[0].children.size() == 1);  // :no was 2
  CHECK(cell(record->root.children[0].children[0], "words") == "never borrowed");
}

TEST_CASE("Values are bound with the types that SQLite has") {
  auto files = changed(loan_files(), "records.xml", "SELECT no, name, born, nick FROM member WHERE no = :no",
                       "SELECT no, name, born, NULL AS nick FROM member WHERE no = :no");
  files = changed(files, "records.xml", "SELECT words FROM remark WHERE no = :no AND tool = :tool",
                  "SELECT typeof(:no) || ' ' || typeof(:name) || ' ' || typeof(:nick) AS words");
  auto db = loan_database();
  const auto app = loan_app(files);
  records::RecordReader reader(db, app);
  const auto record = reader.read(app.records.front(), key(2));
  CHECK(cell(record->root.children[0].children[0], "words") == "integer text null");
}

TEST_CASE("A key is one line of JSON and comes back the same") {
  const records::Key composite{
      {core::Value{std::string("L1\"é")}, core::Value{std::int64_t{-3}}, core::Value{}}};
  CHECK(composite.text() == "[\"L1\\\"é\",-3,null]");
  CHECK(records::Key::parse(composite.text()) == composite);
  CHECK(key(12).text() == "[12]");
  CHECK(records::Key::parse("[\"12\"]") != key(12));
  for (const auto* bad : {"", "12", "[]", "{}", "[[1]]", "[true]", "[1", "[18446744073709551615]"}) {
    INFO(bad);
    try {
      static_cast<void>(records::Key::parse(bad));
      FAIL("accepted");
    } catch (const core::Error& e) {
      CHECK(e.code() == core::Exit::usage);
    }
  }
}

TEST_CASE("Codes have their label, padded or not, a code outside the list says so, a flag is yes or no") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  const auto first = reader.read(app.records.front(), key(1));
  CHECK(first->root.children[1].find("state")->value == "B  ");  // as stored
  CHECK(first->root.children[1].find("state")->label == "bon");
  CHECK(first->root.children[0].find("late")->label == "oui");
  CHECK(first->root.children[1].find("late")->label == "non");
  const auto second = reader.read(app.records.front(), key(2));
  CHECK(second->root.children[0].find("state")->label == "code inconnu");
  CHECK(second->root.children[0].find("late")->label.empty());  // neither yes nor no
  CHECK(second->root.find("name")->label.empty());
}

TEST_CASE("A date loses its midnight, never another time") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  CHECK(cell(reader.read(app.records.front(), key(1))->root, "born") == "1980-02-29");
  CHECK(cell(reader.read(app.records.front(), key(2))->root, "born") == "1970-01-01T23:00:00");
  CHECK(cell(reader.read(app.records.front(), key(3))->root, "born") == "NULL");
}

TEST_CASE("A query that does not give the declared fields in order is refused with record, node and line") {
  auto db = loan_database();
  const auto app = loan_app(
      changed(loan_files(), "records.xml", "SELECT tool, state, taken,", "SELECT state, tool, taken,"));
  records::RecordReader reader(db, app);
  const auto text = refusal([&] { static_cast<void>(reader.read(app.records.front(), key(1))); });
  CHECK_THAT(text, Contains("records.xml:11 member/member/loan_line"));
  CHECK_THAT(text, Contains("state, tool, taken, fine, late") && Contains("tool, state, taken, fine, late"));
}

TEST_CASE("A query is refused when it does not compile, has an unknown parameter, or writes") {
  const std::string original = "SELECT words FROM remark WHERE no = :no AND tool = :tool";
  const std::map<std::string, std::string> cases{
      {"SELECT words FROM nowhere", "nowhere"},
      {"SELECT words FROM remark WHERE no = :number", "number"},
      {"SELECT words FROM remark WHERE no = ?", "no name"},
      {"DELETE FROM remark RETURNING words", "not a reading query"},
      {"DELETE FROM remark", "not a reading query"},
  };
  for (const auto& [sql, reason] : cases) {
    INFO(sql);
    auto db = loan_database();
    const auto app = loan_app(changed(loan_files(), "records.xml", original, sql));
    records::RecordReader reader(db, app);
    const auto text = refusal([&] { static_cast<void>(reader.read(app.records.front(), key(1))); });
    CHECK_THAT(text, Contains(reason) && Contains("records.xml:"));
    CHECK(db.one_int("SELECT count(*) FROM remark") == 3);
  }
}

TEST_CASE("A single node that gives two rows is refused, and the reader still works afterwards") {
  auto db = loan_database();
  db.exec("INSERT INTO MEMBER (NO, NAME) VALUES (1, 'twice')");
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  CHECK_THAT(refusal([&] { static_cast<void>(reader.read(app.records.front(), key(1))); }),
             Contains("several rows"));
  CHECK(reader.read(app.records.front(), key(2)));
}

TEST_CASE("A query that fails while it runs is a defect of the profile") {
  auto db = loan_database();
  const auto app = loan_app(changed(loan_files(), "records.xml", "SELECT words FROM remark",
                                    "SELECT json(words) AS words FROM remark"));
  records::RecordReader reader(db, app);
  CHECK_THAT(refusal([&] { static_cast<void>(reader.read(app.records.front(), key(1))); }),
             Contains("member/remark") || Contains("loan_line/remark"));
}

TEST_CASE("The check names every wrong query and template at once") {
  auto files = changed(loan_files(), "records.xml", "SELECT words FROM remark", "SELECT other FROM remark");
  files =
      changed(files, "membres.xml", "SELECT no FROM member ORDER BY", "SELECT no, name FROM member ORDER BY");
  files = changed(files, "membres.xml", "SELECT no FROM loan WHERE back IS NULL", "SELECT nothing FROM loan");
  files = changed(files, "membres.xml", "<identifier>{number}", "<identifier>{missing}");
  files = changed(files, "consult.xml", "SELECT no, name FROM member", "SELECT no, born FROM member");
  auto db = loan_database();
  const auto app = loan_app(files);
  records::RecordReader reader(db, app);
  const auto findings = reader.check();
  std::string all;
  for (const auto& f : findings) all += f.where + ": " + f.message.english() + "\n";
  INFO(all);
  CHECK(findings.size() == 5);
  CHECK_THAT(all, Contains("loan_line/remark") && Contains("other"));
  CHECK_THAT(all, Contains("select: It gives 2 columns"));
  CHECK_THAT(all, Contains("leave-out") && Contains("nothing"));
  CHECK_THAT(all, Contains("missing"));
  CHECK_THAT(all, Contains("consult.xml member: It does not give the column name"));
}

TEST_CASE("The check proposes the name that was probably meant") {
  const auto [file, from, to, meant] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"records.xml", "SELECT words FROM remark", "SELECT word FROM remark", "WORDS"},
      {"records.xml", "SELECT words FROM remark", "SELECT words FROM remarks", "REMARK"},
      {"membres.xml", "<identifier>{number}", "<identifier>{nubmer}", "number"},
      {"consult.xml", "SELECT no, name FROM member", "SELECT no, name AS nmae FROM member", "nmae"},
  }));
  auto db = loan_database();
  const auto app = loan_app(changed(loan_files(), file, from, to));
  const auto findings = records::RecordReader(db, app).check();
  INFO(to);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].severity == core::Severity::error);
  CHECK(findings[1].severity == core::Severity::info);
  CHECK(findings[1].message.english() == "Did you mean " + meant + "?");
  CHECK(findings[1].where == findings[0].where);
}

TEST_CASE("The check finds nothing in a sound profile") {
  auto db = loan_database();
  const auto app = loan_app();
  CHECK(records::RecordReader(db, app).check().empty());
}

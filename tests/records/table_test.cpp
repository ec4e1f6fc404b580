// Tables of a record: the CSV byte for byte, and the types that its description may promise.
#include "records/table.hpp"

#include "core/csv.hpp"
#include "core/json.hpp"
#include "fixture.hpp"

using namespace versoir;
using namespace versoir::tests;

namespace {

/// The loans of member 1 as a table: tool (its type is given), state (coded), taken, fine, late (a flag).
struct Written {
  std::string csv;
  core::Json description;
};

Written written(const std::string& rows, const std::string& tool_type = "text",
                const std::string& taken_type = "date") {
  auto files = changed(loan_files(), "records.xml", "name=\"tool\" label=\"Outil\"",
                       "name=\"tool\" label=\"Outil\" type=\"" + tool_type + "\"");
  files = changed(files, "records.xml", "label=\"Sorti le\" type=\"date\"",
                  "label=\"Sorti le\" type=\"" + taken_type + "\"");
  files = changed(files, "records.xml", "ORDER BY taken, tool", "ORDER BY _row");
  auto db = loan_database();
  db.exec("DELETE FROM LOAN; INSERT INTO LOAN (NO, TOOL, STATE, TAKEN, FINE, LATE) VALUES " + rows);
  const auto app = loan_app(files);
  records::RecordReader reader(db, app);
  const auto record = reader.read(app.records.front(), key(1));
  core::StringSink csv, description;
  records::write_table_csv(*record, "loan_line", csv);
  records::write_table_description(*record, "loan_line", "prêts d'été & co.csv",
                                   {"outils", "ab12", "2026-11-25T10:00:00Z"}, description);
  return {csv.text, core::parse_json(description.text, "description")};
}

std::vector<std::string> types(const Written& w) {
  std::vector<std::string> out;
  for (const auto& column : w.description.at("tableSchema").at("columns"))
    out.push_back(column.at("name").get<std::string>() + " " + column.at("datatype").get<std::string>());
  return out;
}

std::string type_of(const Written& w, const std::string& column) {
  for (const auto& t : types(w))
    if (t.starts_with(column + " ")) return t.substr(column.size() + 1);
  return "absent";
}

}  // namespace

TEST_CASE("the CSV of a table is these bytes: NULL and nothing, quotes, commas, line ends, no guard") {
  const auto w = written(
      "(1, NULL, NULL, NULL, NULL, NULL), (1, '', 'B', '2020-02-29T00:00:00', '0.5', 'N'), "
      "(1, 'a \"b\", c', 'ZZ', '2020-03-01T00:00:00', '-12', 'O'), (1, 'two' || char(10) || 'lines', 'B', "
      "NULL, NULL, NULL), (1, '=1+1', NULL, NULL, NULL, NULL)");
  CHECK(w.csv ==
        "tool,state,state_libelle,taken,fine,late,late_libelle\r\n"
        ",,,,,,\r\n"
        "\"\",B,bon,2020-02-29,0.5,N,non\r\n"
        "\"a \"\"b\"\", c\",ZZ,code inconnu,2020-03-01,-12,O,oui\r\n"
        "\"two\nlines\",B,bon,,,,\r\n"
        "=1+1,,,,,,\r\n");
  CHECK(types(w) == std::vector<std::string>{"tool string", "state string", "state_libelle string",
                                             "taken date", "fine decimal", "late string",
                                             "late_libelle string"});
  CHECK(w.description.at("url") == "pr%C3%AAts%20d%27%C3%A9t%C3%A9%20%26%20co.csv");
}

TEST_CASE("a column has the type of its field when every value is written so, string otherwise") {
  const auto tool = [](const std::string& values, const std::string& type) {
    std::string rows;
    for (std::size_t from = 0; from <= values.size();) {
      const auto to = std::min(values.find('|', from), values.size());
      const auto value = values.substr(from, to - from);
      rows += (rows.empty() ? "" : ", ") + std::string("(1, ") +
              (value == "NULL" ? value : "'" + value + "'") + ", NULL, NULL, NULL, NULL)";
      from = to + 1;
    }
    return type_of(written(rows, type), "tool");
  };
  CHECK(tool("1|-20|NULL|003", "integer") == "integer");
  CHECK(tool("1|2.0", "integer") == "string");
  CHECK(tool("1|", "integer") == "string");  // an empty text is no number
  CHECK(tool("1|-|2", "integer") == "string");
  CHECK(tool("1|2.50|-0.1", "decimal") == "decimal");
  CHECK(tool("1|2,5", "decimal") == "string");
  CHECK(tool("1.|2", "decimal") == "string");
  CHECK(tool("2020-02-29T10:00:00|NULL|2020-02-29T10:00:00.25", "datetime") == "dateTime");
  CHECK(tool("2020-02-29", "datetime") == "string");
  CHECK(tool("2020-02-30T10:00:00", "datetime") == "string");
  CHECK(tool("2020-02-29T10:00:00|jamais", "date") == "string");
}

TEST_CASE("two columns of one name are refused when the profile is loaded") {
  auto files =
      changed(loan_files(), "records.xml",
              "        <node name=\"remark\" label=\"Remarques\">\n          "
              "<sql>SELECT words FROM remark WHERE no = :no AND tool = :tool</sql>\n          <field "
              "name=\"words\" label=\"Texte\"/>\n        </node>\n",
              "");
  files = changed(files, "membres.xml", "<object file-name=\"adherent-{number}.xml\"/>",
                  "<object file-name=\"adherent-{number}.xml\" table=\"loan_line\"/>");
  CHECK(refusal([&] { static_cast<void>(loan_app(files)); }) == "not refused");
  files = changed(files, "records.xml", "SELECT tool, state,", "SELECT tool, tool AS state_libelle, state,");
  const std::string twice = "<field name=\"state_libelle\" label=\"L\"/>";
  const auto with = [&](const std::string& field) {
    return changed(files, "records.xml", "<field name=\"tool\"", field + "<field name=\"tool\"");
  };
  CHECK_THAT(refusal([&] { static_cast<void>(loan_app(with(twice))); }),
             Catch::Matchers::Contains("two columns state_libelle"));
  // A hidden field is no column.
  CHECK(refusal([&] {
          static_cast<void>(loan_app(with("<field name=\"state_libelle\" label=\"L\" hidden=\"yes\"/>")));
        }) == "not refused");
}

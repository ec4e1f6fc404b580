// Renditions: what is archived never moves, what people read is complete and safe.
#include "records/rendition.hpp"

#include "core/csv.hpp"
#include "core/format.hpp"
#include "core/xml.hpp"
#include "fixture.hpp"

#include <nlohmann/json.hpp>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;

namespace {

const records::RecordProvenance provenance{"outils", "ab12", "2026-11-25T10:00:00Z"};

std::string xml_of(core::Database& db, const profiles::Application& app, std::int64_t no) {
  records::RecordReader reader(db, app);
  core::StringSink sink;
  records::write_xml(*reader.read(app.records.front(), key(no)), provenance, sink);
  return sink.text;
}

}  // namespace

TEST_CASE("The XML of a record is this text, byte for byte") {
  auto db = loan_database();
  const auto app = loan_app();
  CHECK(xml_of(db, app, 1) == R"(<?xml version="1.0" encoding="UTF-8"?>
<member xmlns="urn:versoir:record:outils:member:1" application="outils" extrait="ab12" date-extrait="2026-11-25T10:00:00Z">
  <name>Le Goff &amp; &lt;fils&gt;</name>
  <born>1980-02-29</born>
  <loan-line>
    <tool>axe</tool>
    <state libelle="bon">B</state>
    <taken>2019-01-05</taken>
    <late libelle="oui">O</late>
    <remark>
      <words>handle
  broken</words>
    </remark>
    <remark>
      <words>sharp</words>
    </remark>
  </loan-line>
  <loan-line>
    <tool>saw</tool>
    <state libelle="bon">B  </state>
    <taken>2020-02-29</taken>
    <fine>0.5</fine>
    <late libelle="non">N</late>
  </loan-line>
</member>
)");
}

TEST_CASE("The XML does not depend on the order in which rows were stored, nor on earlier reads") {
  auto one = loan_database(), two = loan_database();
  two.exec(
      "CREATE TEMP TABLE old AS SELECT * FROM LOAN; DELETE FROM LOAN;"
      "INSERT INTO LOAN SELECT 100 - _row, NO, TOOL, STATE, TAKEN, BACK, FINE, LATE FROM old");
  const auto app = loan_app();
  static_cast<void>(xml_of(two, app, 2));
  CHECK(xml_of(one, app, 1) == xml_of(two, app, 1));
}

TEST_CASE("Characters that XML forbids, and bytes that are not UTF-8, never break the document") {
  auto db = loan_database();
  db.exec("UPDATE MEMBER SET NAME = 'a' || char(1) || CAST(x'ff' AS TEXT) || ']]>' || char(11) WHERE NO = 1");
  const auto text = xml_of(db, loan_app(), 1);
  const auto root = core::parse_xml(text, "record", core::Exit::unexpected);
  CHECK(root.child_text("name") == "a\uFFFD]]>");
}

TEST_CASE("The text names things in French, dates and decimals as people write them") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  const auto text = records::to_text(*reader.read(app.records.front(), key(1)));
  INFO(text);
  CHECK_THAT(text, Contains("Dossier de l'adhérent\n=====================\n"));
  CHECK_THAT(text, Contains("Naissance  29/02/1980"));
  CHECK_THAT(text, Contains("Prêts (2)"));
  CHECK_THAT(text, Contains("En retard  oui") && Contains("Amende     0,5"));
  CHECK_THAT(text, Contains("handle broken"));
  CHECK_THAT(text, !Contains("Numéro"));  // hidden
  const auto none = records::to_text(*reader.read(app.records.front(), key(3)));
  CHECK_THAT(none, Contains("Prêts\u00a0: néant"));
  const auto strange = records::to_text(*reader.read(app.records.front(), key(2)));
  CHECK_THAT(strange, Contains("X (code inconnu)") && Contains("01/01/1970 23:00:00"));
}

TEST_CASE("Rows too wide for a page are wrapped, and nothing of them is lost") {
  auto db = loan_database();
  std::string words;
  for (int i = 0; i < 60; ++i) words += "word" + std::to_string(i) + " ";
  db.exec("UPDATE REMARK SET WORDS = '" + words + "' WHERE NO = 1");
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  const auto text = records::to_text(*reader.read(app.records.front(), key(1)));
  for (int i = 0; i < 60; ++i) CHECK_THAT(text, Contains("word" + std::to_string(i)));
  std::size_t longest = 0, at = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') longest = std::max(longest, i - at), at = i + 1;
  CHECK(longest <= 120);
  CHECK_THAT(text, Contains("- Texte\u00a0: word0 "));  // the first value has its label too
}

TEST_CASE("The page in HTML escapes the data, says where it comes from, follows the sheet") {
  auto db = loan_database();
  db.exec("UPDATE MEMBER SET NAME = '<script>alert(1)</script>' WHERE NO = 1");
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  const auto record = reader.read(app.records.front(), key(1));
  core::StringSink plain, sheet;
  records::write_html(*record, provenance, plain);
  records::write_html(*record, provenance, sheet, &app.sheets.front());
  CHECK_THAT(plain.text, !Contains("<script>") && Contains("&lt;script&gt;"));
  CHECK_THAT(plain.text, Contains("<h1>Dossier de l&#39;adhérent</h1>") && Contains("ab12"));
  CHECK_THAT(sheet.text, Contains("<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>"));
  CHECK_THAT(sheet.text, Contains("handle broken") && Contains("29/02/1980"));
  CHECK_THAT(plain.text, Contains("<dd>outils</dd>") && Contains("<dd>25/11/2026 à 10:00 UTC</dd>"));
  auto named = provenance;
  named.application_label = "Outils prêtés";
  core::StringSink again;
  records::write_html(*record, named, again);
  CHECK_THAT(again.text, Contains("<dd>Outils prêtés</dd>") && !Contains("<dd>outils</dd>"));
}

TEST_CASE(
    "The page for the archive holds no more than the XML: no hidden field, no node that is not archived") {
  auto db = loan_database();
  db.exec("UPDATE MEMBER SET NO = 41799 WHERE NO = 1; UPDATE LOAN SET NO = 41799 WHERE NO = 1");
  db.exec("UPDATE REMARK SET NO = 41799 WHERE NO = 1; UPDATE MEMBER SET NICK = 'Sobriquet' WHERE NO = 41799");
  auto files = tests::changed(tests::loan_files(), "records.xml", "name=\"remark\" label",
                              "name=\"remark\" archived=\"no\" label");
  files = tests::changed(files, "records.xml", "name=\"nick\" label=\"Surnom\"",
                         "name=\"nick\" label=\"Surnom\" hidden=\"yes\"");
  files = tests::changed(files, "consult.xml", "title=\"{name}\"", "title=\"{name} {nick} {no}\"");
  const auto app = loan_app(files);
  records::RecordReader reader(db, app);
  const auto record = reader.read(app.records.front(), key(41799));
  core::StringSink xml, officers, archive, again, without_sheet;
  records::write_xml(*record, provenance, xml);
  records::write_html(*record, provenance, officers, &app.sheets.front());
  records::write_html(*record, provenance, archive, &app.sheets.front(), records::Readers::archive);
  records::write_html(*record, provenance, again, &app.sheets.front(), records::Readers::archive);
  records::write_html(*record, provenance, without_sheet, nullptr, records::Readers::archive);
  for (const std::string secret : {"handle broken", "Sobriquet", "41799", "Remarques"}) {
    INFO(secret);
    CHECK_THAT(officers.text, Contains(secret));
    CHECK_THAT(xml.text, !Contains(secret));
    CHECK_THAT(archive.text, !Contains(secret));
    CHECK_THAT(without_sheet.text, !Contains(secret));
  }
  CHECK_THAT(archive.text, Contains("Le Goff") && Contains("29/02/1980") && Contains("saw"));
  CHECK(archive.text == again.text);
  CHECK_THAT(without_sheet.text, Contains("<title>Dossier de l&#39;adhérent – Le Goff &amp; &lt;fils&gt;"));
  // Alone, without script, for a screen reader and a printer; as Siegfried tells it.
  for (const auto* outside : {"<script", "http:", "https:", "src=", "href=", "url(", "@import"})
    CHECK_THAT(archive.text, !Contains(outside));
  CHECK_THAT(archive.text,
             Contains("<html lang=\"fr\">") && Contains("@media print") && Contains("scope=\"col\""));
  const auto format = core::identify(archive.text, "page.html");
  REQUIRE(format);
  CHECK(format->puid == "fmt/471");
}

TEST_CASE("Headings of the page follow one another without a gap, and no table repeats the one above it") {
  // A single node with a list of rows that have others below, and a table.
  auto files =
      tests::changed(tests::loan_files(), "records.xml", "<node name=\"loan_line\" label=\"Prêts\">",
                     "<node name=\"seat\" label=\"Place\" single=\"yes\"><sql>SELECT no AS seat FROM member "
                     "WHERE no = :no</sql><field name=\"seat\" label=\"Siège\"/>"
                     "<node name=\"loan_line\" label=\"Prêts\">");
  files =
      tests::changed(files, "records.xml", "    </node>\n  </record>",
                     "</node><node name=\"flat\" label=\"À plat\"><sql>SELECT tool AS t FROM loan WHERE no = "
                     ":no</sql><field name=\"t\" label=\"T\"/></node>    </node>\n  </record>");
  files = tests::changed(files, "consult.xml", "nodes=\"loan_line\"", "nodes=\"seat\"");
  auto db = loan_database();
  const auto app = loan_app(files);
  records::RecordReader reader(db, app);
  core::StringSink page;
  records::write_html(*reader.read(app.records.front(), key(1)), provenance, page);
  std::vector<std::string> headings;
  for (auto at = page.text.find("<h"); at != std::string::npos; at = page.text.find("<h", at + 1)) {
    const char level = page.text[at + 2];
    if (level < '1' || level > '6') continue;
    const auto from = page.text.find('>', at) + 1;
    headings.push_back(level + (" " + page.text.substr(from, page.text.find('<', from) - from)));
  }
  CHECK(headings == std::vector<std::string>{"1 Dossier de l&#39;adhérent", "2 Place", "3 Prêts",
                                             "4 axe – bon", "4 saw – bon", "2 À plat", "2 Provenance"});
  CHECK_THAT(page.text, Contains("<caption>Remarques</caption>") && !Contains("<caption>À plat</caption>"));
}

TEST_CASE("A comma stands for the point of a number, not of words that a column of numbers holds") {
  auto db = loan_database();
  db.exec(
      "UPDATE LOAN SET FINE = 'N.C.' WHERE TOOL = 'axe'; UPDATE LOAN SET FINE = '-12.50' WHERE TOOL = 'saw'");
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  core::StringSink page;
  records::write_html(*reader.read(app.records.front(), key(1)), provenance, page);
  CHECK_THAT(page.text, Contains("N.C.") && Contains("-12,50"));
}

TEST_CASE("The JSON has labels, values and labels of codes") {
  auto db = loan_database();
  const auto app = loan_app();
  records::RecordReader reader(db, app);
  const auto json = records::to_json(*reader.read(app.records.front(), key(1)));
  CHECK(json["label"] == "Adhérent");
  CHECK(json["fields"][2]["value"].is_null());
  const auto& loan = json["children"][0];
  CHECK(loan["fields"][1] ==
        nlohmann::json({{"name", "state"}, {"label", "État"}, {"value", "B"}, {"code_label", "bon"}}));
  CHECK(loan["children"].size() == 2);
}

TEST_CASE("The dictionary lists every column, with what was left and why") {
  core::StringSink sink;
  records::write_dictionary_csv(loan_app(), sink);
  core::CsvReader csv(sink.text, "dictionnaire.csv");
  std::vector<std::optional<std::string>> row;
  REQUIRE(csv.next(row));
  CHECK(row.front() == "table");
  std::map<std::string, std::vector<std::optional<std::string>>> rows;
  while (csv.next(row)) rows[*row[0] + "." + *row[2]] = row;
  CHECK(rows.size() == 15);
  const auto& phone = rows.at("MEMBER.PHONE");
  CHECK(phone[3] == "Téléphone");
  CHECK(phone[8] == "coordonnées");
  CHECK(phone[9] == "non");
  CHECK(phone[10] == "Sans utilité.");
  const auto& no = rows.at("MEMBER.NO");
  CHECK(no[4] == "NUMBER(6)");
  CHECK(no[5] == "1");
  CHECK(no[9] == "oui");
}

TEST_CASE("The code lists keep how sure each label is") {
  core::StringSink sink;
  records::write_code_lists_csv(loan_app(), sink);
  CHECK(sink.text.find("etat,État de l'outil,U,usé,déduit") != std::string::npos);
  CHECK(sink.text.find("etat,État de l'outil,B,bon,attesté") != std::string::npos);
}

TEST_CASE("The structure explains each element of the XML, its query and its codes") {
  const auto app = loan_app();
  core::StringSink sink;
  records::write_structure_xml(app, app.records.front(), sink);
  const auto root = core::parse_xml(sink.text, "structure", core::Exit::unexpected);
  CHECK(root.attribute("espace-de-noms") == "urn:versoir:record:outils:member:1");
  const auto* member = root.child("noeud");
  REQUIRE(member);
  CHECK(member->all("champ").size() == 3);  // the hidden one is not in the XML either
  const auto* loan = member->child("noeud");
  REQUIRE(loan);
  CHECK(loan->attribute("element") == "loan-line");
  CHECK(loan->attribute("repetable") == "oui");
  CHECK(loan->child_text("requete") == app.records.front().root.children.front().sql);
  REQUIRE(root.child("liste"));
  CHECK(root.child("liste")->all("code").size() == 2);
  CHECK(root.child_text("vues") == app.views);
}

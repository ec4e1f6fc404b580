// The list of anomalies, as a person opens it.
#include "extract/anomalies.hpp"

#include "sites.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using Lines = std::vector<std::string>;

namespace {

Lines lines_of(const std::string& text) {
  Lines out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

TEST_CASE("anomalies are listed with the key of their row, their bytes, and no formula") {
  SqliteSite site;
  site.sql(
      "CREATE TABLE ville (code TEXT); INSERT INTO ville VALUES ('A'), ('A');"
      "CREATE TABLE note (num INTEGER, annee INTEGER, ville TEXT, valeur DATE, texte TEXT);"
      "INSERT INTO note VALUES (7, 2001, 'A', '=cmd()', 'a'), (8, 2001, 'B', NULL, CAST(x'63e9' AS TEXT)),"
      "(9, 2002, NULL, 'ligne' || char(10), 'c');");
  const auto profile = profile_of(table("VILLE", column("CODE"), "key=\"CODE\"") +
                                  table("NOTE",
                                        column("NUM", "NUMBER(8)") + column("ANNEE", "NUMBER(4)") +
                                            column("VILLE", "VARCHAR2(9)", "references=\"VILLE.CODE\"") +
                                            column("VALEUR", "DATE") + column("TEXTE"),
                                        "key=\"NUM ANNEE\""));
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "a.extract";
  copy_from(site.uri(), profile, target);
  auto extract = extract::Extract::open(target);
  core::StringSink out;
  CHECK(extract::export_anomalies(extract, out) == 5);
  CHECK(
      lines_of(out.text) ==
      Lines{
          "\xef\xbb\xbftable;row;key;column;kind;text;hexadecimal;note",
          "NOTE;1;\"NUM=7; ANNEE=2001\";VALEUR;not of its type;'=cmd();;not a date of the years 0001 to 9999",
          "NOTE;2;\"NUM=8; ANNEE=2001\";TEXTE;bytes that are no text;;63e9;"
          "what is no text became U+FFFD, the bytes are beside",
          "NOTE;2;\"NUM=8; ANNEE=2001\";VILLE;reference to nothing;;;refers to no row of VILLE",
          "NOTE;3;\"NUM=9; ANNEE=2002\";VALEUR;not of its type;;6c69676e650a;not a date of the years 0001 to "
          "9999",
          "VILLE;2;CODE=A;CODE;key that occurs twice;;;an earlier row has the same declared key"});
}

TEST_CASE("rows that break a reference are told whole, also those that the extract does not list") {
  SqliteSite site;
  site.sql(
      "CREATE TABLE ville (code TEXT); CREATE TABLE note (ville TEXT);"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO note "
      "SELECT 'X' || i FROM n");
  const auto profile = profile_of(table("VILLE", column("CODE"), "key=\"CODE\"") +
                                  table("NOTE", column("VILLE", "VARCHAR2(9)", "references=\"VILLE.CODE\"")));
  core::TemporaryDirectory folder;
  const auto target = folder.path() / "a.extract";
  copy_from(site.uri(), profile, target);
  auto extract = extract::Extract::open(target);
  core::StringSink out;
  CHECK(extract::export_anomalies(extract, out) == 1001);
  CHECK(lines_of(out.text).back() ==
        "NOTE;;;VILLE;reference to nothing;;;2,500 in all, the first 1,000 are listed");
}

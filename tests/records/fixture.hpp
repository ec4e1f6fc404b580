// An invented application, the loans of a tool library, with its profile in memory and its tables in SQLite.
#pragma once
#include "core/error.hpp"
#include "core/sqlite.hpp"
#include "profiles/loader.hpp"
#include "records/record.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

namespace versoir::tests {

using Files = std::map<std::string, std::string>;

inline Files loan_files() {
  const std::string head = R"xml(<?xml version="1.0" encoding="UTF-8"?>)xml";
  Files files;
  files["tables.xml"] = head + R"xml(
<tables xmlns="urn:versoir:profile:1" application="outils" label="Outilthèque" version="3">
  <codes id="etat" label="État de l'outil">
    <code value="B" label="bon"/>
    <code value="U" label="usé" evidence="inferred"/>
  </codes>
  <table name="MEMBER" label="Adhérent" key="NO">
    <column name="NO" type="NUMBER(6)" label="Numéro" sensitivity="identity"/>
    <column name="NAME" type="VARCHAR2(40)" label="Nom" sensitivity="identity"/>
    <column name="BORN" type="DATE" label="Naissance"/>
    <column name="NICK" type="VARCHAR2(10)" label="Surnom" optional="yes"/>
    <column name="PHONE" type="VARCHAR2(10)" label="Téléphone" sensitivity="contact" optional="yes" take="no" reason="Sans utilité."/>
  </table>
  <table name="LOAN" label="Prêt" evidence="unknown">
    <index columns="NO"/>
    <column name="NO" type="NUMBER(6)" label="Adhérent" references="MEMBER"/>
    <column name="TOOL" type="VARCHAR2(10)" label="Outil"/>
    <column name="STATE" type="VARCHAR2(3)" label="État" codes="etat"/>
    <column name="TAKEN" type="DATE" label="Sorti le"/>
    <column name="BACK" type="DATE" label="Rendu le"/>
    <column name="FINE" type="NUMBER(6,2)" label="Amende"/>
    <column name="LATE" type="VARCHAR2(1)" label="En retard"/>
  </table>
  <table name="REMARK" label="Remarque sur un prêt" optional="yes">
    <column name="NO" type="NUMBER(6)" label="Adhérent"/>
    <column name="TOOL" type="VARCHAR2(10)" label="Outil"/>
    <column name="WORDS" type="VARCHAR2(200)" label="Texte"/>
  </table>
</tables>)xml";
  files["rules.xml"] = head + R"xml(
<rules xmlns="urn:versoir:profile:1">
  <rule code="DUA_5" category="AppraisalRule" duration="5" unit="YEAR" label="Prêts" trigger="Dernier retour"/>
  <rule code="COM_50" category="AccessRule" duration="50" unit="YEAR" label="Vie privée"/>
  <rule code="ALWAYS" category="AppraisalRule" label="Sans fin"/>
  <rule code="AGES" category="AccessRule" duration="9000" unit="YEAR" label="Très long"/>
</rules>)xml";
  files["views.sql"] =
      "CREATE TEMP VIEW v_last AS SELECT no, min(taken) AS first, max(coalesce(back, taken)) AS last "
      "FROM loan GROUP BY no;";
  files["records.xml"] = head + R"xml(
<records xmlns="urn:versoir:profile:1">
  <record id="member" label="Dossier de l'adhérent" key="no">
    <node name="member" label="Adhérent" single="yes">
      <sql>SELECT no, name, born, nick FROM member WHERE no = :no</sql>
      <field name="no" label="Numéro" type="integer" hidden="yes"/>
      <field name="name" label="Nom" sensitivity="identity"/>
      <field name="born" label="Naissance" type="date"/>
      <field name="nick" label="Surnom"/>
      <node name="loan_line" label="Prêts">
        <sql>SELECT tool, state, taken, fine, late FROM loan WHERE no = :no ORDER BY taken, tool</sql>
        <field name="tool" label="Outil"/>
        <field name="state" label="État" codes="etat"/>
        <field name="taken" label="Sorti le" type="date"/>
        <field name="fine" label="Amende" type="decimal"/>
        <field name="late" label="En retard" type="flag"/>
        <node name="remark" label="Remarques">
          <sql>SELECT words FROM remark WHERE no = :no AND tool = :tool</sql>
          <field name="words" label="Texte"/>
        </node>
      </node>
    </node>
  </record>
</records>)xml";
  files["consult.xml"] = head + R"xml(
<consult xmlns="urn:versoir:profile:1">
  <search id="member" label="Adhérents" record="member">
    <sql>SELECT no, name FROM member</sql>
    <term column="name" label="Nom" kind="name"/>
    <shown name="name" label="Nom"/>
  </search>
  <sheet record="member" title="{name}"><tab label="Prêts" nodes="loan_line"/></sheet>
</consult>)xml";
  files["membres.xml"] = head + R"xml(
<archive xmlns="urn:versoir:profile:1" code="MEM" record="member" label="Adhérents">
  <description>Adhérents qui ont tout rendu.</description>
  <select>SELECT no FROM member ORDER BY name, no</select>
  <leave-out reason="Prêt en cours.">SELECT no FROM loan WHERE back IS NULL</leave-out>
  <leave-out reason="Aucun prêt.">SELECT no FROM member WHERE no NOT IN (SELECT no FROM loan)</leave-out>
  <leave-out reason="Usé.">SELECT no FROM loan WHERE state = 'U'</leave-out>
  <facts>SELECT name, m.no AS number, l.first, l.last FROM member m LEFT JOIN v_last l ON l.no = m.no WHERE m.no = :no</facts>
  <root level="RecordGrp" title="Adhérents, {etablissement}"/>
  <documentation level="RecordGrp" title="Documentation"/>
  <unit level="File" title="{name}
      ({number})">
    <identifier>{number}</identifier>
    <start>{first}</start>
    <end>{last}</end>
    <keyword type="persname">{name}</keyword>
    <rule category="AppraisalRule" code="DUA_5" start="{last}" action="Destroy"/>
    <rule category="AccessRule" code="COM_50" start="{last}"/>
    <object file-name="adherent-{number}.xml"/>
  </unit>
</archive>)xml";
  return files;
}

/// Replaces one occurrence of `from`, which must exist: a test that changes nothing would prove nothing.
inline Files changed(Files files, const std::string& file, const std::string& from, const std::string& to) {
  auto& text = files.at(file);
  const auto at = text.find(from);
  INFO("looked for: " << from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  return files;
}

inline profiles::Application loan_app(const Files& files = loan_files()) {
  return profiles::load(files, "outils");
}

inline void fill_loans(core::Database& db) {
  db.exec(R"(
CREATE TABLE MEMBER (_row INTEGER PRIMARY KEY, NO INTEGER, NAME TEXT, BORN TEXT, NICK TEXT) STRICT;
CREATE TABLE LOAN (_row INTEGER PRIMARY KEY, NO INTEGER, TOOL TEXT, STATE TEXT, TAKEN TEXT, BACK TEXT, FINE TEXT, LATE TEXT) STRICT;
CREATE TABLE REMARK (_row INTEGER PRIMARY KEY, NO INTEGER, TOOL TEXT, WORDS TEXT) STRICT;
INSERT INTO MEMBER (NO, NAME, BORN, NICK) VALUES
  (1, 'Le Goff & <fils>', '1980-02-29T00:00:00', NULL), (2, 'Abgrall', '1970-01-01T23:00:00', 'Bob'),
  (3, 'Zoé', NULL, NULL), (4, 'Borrower', NULL, NULL), (5, 'Worn', NULL, NULL);
INSERT INTO LOAN (NO, TOOL, STATE, TAKEN, BACK, FINE, LATE) VALUES
  (1, 'saw', 'B  ', '2020-02-29T00:00:00', '2020-03-10T00:00:00', '0.5', 'N'),
  (1, 'axe', 'B', '2019-01-05T00:00:00', '2019-01-06T00:00:00', NULL, 'O'),
  (2, 'saw', 'X', '2021-01-01T00:00:00', '2021-01-02T00:00:00', '12', '?'),
  (4, 'saw', 'U', '2022-01-01T00:00:00', NULL, NULL, NULL),
  (5, 'saw', 'U', '2022-01-01T00:00:00', '2022-01-03T00:00:00', NULL, NULL);
INSERT INTO REMARK (NO, TOOL, WORDS) VALUES (1, 'axe', 'handle
  broken'), (1, 'axe', 'sharp'), (2, 'axe', 'never borrowed');
)");
}

inline core::Database loan_database() {
  auto db = core::Database::memory();
  fill_loans(db);
  return db;
}

inline records::Key key(std::int64_t no) { return {{core::Value{no}}}; }

/// Cell of a row as text; "NULL" when it has no value.
inline std::string cell(const records::RowNode& row, std::string_view name) {
  const auto* c = row.find(name);
  REQUIRE(c != nullptr);
  return c->value.value_or("NULL");
}

/// The causes of a profile_invalid error, in English, joined.
template <class F>
std::string refusal(F&& action) {
  try {
    action();
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    std::string all = e.message().english();
    for (const auto& c : e.causes()) all += " | " + c.english();
    return all;
  }
  return "not refused";
}

}  // namespace versoir::tests

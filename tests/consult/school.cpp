// See school.hpp.
#include "school.hpp"

#include "core/sqlite.hpp"
#include "extract/copy.hpp"
#include "extract/source.hpp"
#include "profiles/loader.hpp"

#include <map>

namespace versoir::tests {

namespace {

const std::map<std::string, std::string> profile{
    {"tables.xml", R"x(<?xml version="1.0" encoding="UTF-8"?>
<tables xmlns="urn:versoir:profile:1" application="school" label="École de musique" schema="" version="1">
  <codes id="etat" label="État"><code value="E" label="effective"/><code value="A" label="annulée"/></codes>
  <codes id="instrument" label="Instrument"><code value="V" label="violon"/><code value="P" label="piano"/></codes>
  <table name="ELEVE" label="Élève" key="NUM">
    <column name="NUM" type="NUMBER(6)" label="Numéro interne"/>
    <column name="CARTE" type="VARCHAR2(12)" label="Numéro de carte"/>
    <column name="NOM" type="VARCHAR2(60)" label="Nom de naissance" sensitivity="identity"/>
    <column name="USAGE" type="VARCHAR2(60)" label="Nom d'usage" sensitivity="identity"/>
    <column name="PRENOM" type="VARCHAR2(60)" label="Prénom" sensitivity="identity"/>
    <column name="NAISSANCE" type="DATE" label="Date de naissance" sensitivity="identity"/>
    <column name="INSTRUMENT" type="VARCHAR2(1)" label="Instrument" codes="instrument"/>
  </table>
  <table name="INSCRIPTION" label="Inscription" key="NUM ANNEE">
    <column name="NUM" type="NUMBER(6)" label="Élève inscrit" references="ELEVE"/>
    <column name="ANNEE" type="NUMBER(4)" label="Année scolaire"/>
    <column name="ETAT" type="VARCHAR2(1)" label="État de l'inscription" codes="etat"/>
  </table>
  <table name="NOTE" label="Note d'examen" key="NUM ANNEE COURS">
    <column name="NUM" type="NUMBER(6)" label="Élève noté" references="ELEVE"/>
    <column name="ANNEE" type="NUMBER(4)" label="Année scolaire"/>
    <column name="COURS" type="VARCHAR2(20)" label="Cours suivi"/>
    <column name="POINTS" type="NUMBER(4,2)" label="Points sur vingt"/>
    <column name="PUBLIE" type="VARCHAR2(1)" label="Note publiée"/>
  </table>
  <table name="FICHE" label="Fiche d'accueil" key="NUM">
    <column name="NUM" type="NUMBER(6)" label="Élève accueilli" references="ELEVE"/>
    <column name="ALLERGIE" type="VARCHAR2(60)" label="Allergie connue" sensitivity="health"/>
    <column name="TARIF" type="VARCHAR2(20)" label="Tarif accordé"/>
    <column name="REMARQUE" type="VARCHAR2(60)" label="Remarque"/>
  </table>
  <table name="ABSENCE" label="Absence" key="NUM JOUR">
    <column name="NUM" type="NUMBER(6)" label="Élève absent" references="ELEVE"/>
    <column name="JOUR" type="DATE" label="Jour d'absence" sensitivity="health"/>
    <column name="CAUSE" type="VARCHAR2(60)" label="Cause de l'absence" sensitivity="health"/>
  </table>
  <table name="SALLE" label="Salle" key="COD_BAT ETAGE">
    <column name="COD_BAT" type="VARCHAR2(2)" label="Bâtiment"/>
    <column name="ETAGE" type="NUMBER(2)" label="Étage"/>
    <column name="NOM_SALLE" type="VARCHAR2(60)" label="Nom de la salle"/>
  </table>
</tables>)x"},
    {"rules.xml", R"x(<rules xmlns="urn:versoir:profile:1">
  <rule code="DUA_ELEVE_10" category="AppraisalRule" duration="10" unit="YEAR" label="Dossier d'élève"
        trigger="Fin de la dernière année" source="Pratique de l'école" confidence="M" validator="Archiviste"/>
  <rule code="COM_VIE_PRIVEE_50" category="AccessRule" duration="50" unit="YEAR" label="Vie privée" confidence="H"/>
</rules>)x"},
    {"eleves.xml",
     R"x(<archive xmlns="urn:versoir:profile:1" code="ELE" record="eleve" label="Dossiers des élèves">
  <description>Un dossier par élève inscrit.</description>
  <select>SELECT num FROM v_eleve WHERE num IN (SELECT num FROM inscription) ORDER BY num</select>
  <facts>SELECT num, nom, (SELECT max(annee) || '-08-31' FROM inscription WHERE num = :num AND annee > 1990) AS fin FROM eleve WHERE num = :num</facts>
  <root level="RecordGrp" title="Élèves"/>
  <documentation level="RecordGrp" title="Documentation">
    <rule category="AppraisalRule" code="DUA_ELEVE_10" start="{fin}" action="Keep"/>
  </documentation>
  <unit level="File" title="{nom}">
    <rule category="AppraisalRule" code="DUA_ELEVE_10" start="{fin}" action="Destroy"/>
    <rule category="AccessRule" code="COM_VIE_PRIVEE_50" start="{fin}"/>
    <object file-name="eleve-{num}.xml"/>
  </unit>
</archive>)x"},
    {"views.sql", "CREATE TEMP VIEW v_eleve AS SELECT * FROM eleve;\n"},
    {"records.xml", R"x(<records xmlns="urn:versoir:profile:1">
  <record id="eleve" label="Dossier d'élève" key="num">
    <node name="eleve" label="Identité" single="yes">
      <sql>SELECT num, nom, prenom FROM eleve WHERE num = :num</sql>
      <field name="num" label="Numéro" type="integer"/>
      <field name="nom" label="Nom"/>
      <field name="prenom" label="Prénom"/>
      <node name="inscription" label="Inscriptions">
        <sql>SELECT annee, etat FROM inscription WHERE num = :num ORDER BY annee</sql>
        <field name="annee" label="Année"/>
        <field name="etat" label="État" codes="etat"/>
      </node>
      <node name="fiche" label="Fiche d'accueil" single="yes">
        <sql>SELECT allergie, tarif, remarque FROM fiche WHERE num = :num</sql>
        <field name="allergie" label="Allergie" sensitivity="health"/>
        <field name="tarif" label="Tarif" sensitivity="money"/>
        <field name="remarque" label="Remarque"/>
      </node>
      <node name="absence" label="Absences">
        <sql>SELECT substr(jour, 1, 10) AS jour, cause FROM absence WHERE num = :num ORDER BY jour</sql>
        <field name="jour" label="Jour" type="date" sensitivity="health"/>
        <field name="cause" label="Cause" sensitivity="health"/>
      </node>
      <node name="annee_notee" label="Résultats par année">
        <sql>SELECT DISTINCT annee FROM note WHERE num = :num ORDER BY annee</sql>
        <field name="annee" label="Année"/>
        <node name="note" label="Notes">
          <sql>SELECT cours, points, CASE publie WHEN 'O' THEN 'publié' ELSE 'non publié' END AS publication
               FROM note WHERE num = :num AND annee = :annee ORDER BY cours</sql>
          <field name="cours" label="Cours"/>
          <field name="points" label="Points" type="decimal"/>
          <field name="publication" label="Publication"/>
        </node>
      </node>
    </node>
  </record>
  <record id="salle" label="Salle" key="cod_bat etage">
    <node name="salle" label="Salle" single="yes">
      <sql>SELECT nom_salle FROM salle WHERE cod_bat = :cod_bat AND etage = :etage</sql>
      <field name="nom_salle" label="Nom"/>
    </node>
  </record>
</records>)x"},
    {"consult.xml", R"x(<consult xmlns="urn:versoir:profile:1">
  <search id="eleves" label="Élèves" record="eleve">
    <sql>SELECT num, carte, nom, usage, prenom, naissance, instrument FROM v_eleve</sql>
    <term column="nom" label="Nom de naissance" kind="name"/>
    <term column="usage" label="Nom d'usage" kind="name"/>
    <term column="prenom" label="Prénom" kind="name"/>
    <term column="carte" label="Carte" kind="number"/>
    <term column="naissance" label="Naissance" kind="date"/>
    <shown name="nom" label="Nom"/>
    <shown name="naissance" label="Né(e) le" type="date"/>
    <shown name="instrument" label="Instrument" codes="instrument" sensitivity="contact"/>
  </search>
  <search id="salles" label="Salles" record="salle">
    <sql>SELECT cod_bat, etage, nom_salle FROM salle</sql>
    <term column="nom_salle" label="Nom" kind="name"/>
    <shown name="nom_salle" label="Nom"/>
  </search>
  <list id="inscrits" label="Inscrits d'une année" record="eleve">
    <description>Inscriptions effectives.</description>
    <parameter name="annee" label="Année" kind="number"><choices>SELECT DISTINCT annee, annee || '/' || (annee + 1) FROM inscription ORDER BY 1</choices></parameter>
    <sql>SELECT e.num, e.nom, e.prenom, e.naissance, e.instrument FROM v_eleve e JOIN inscription i ON i.num = e.num
         WHERE i.annee = :annee AND i.etat = 'E' ORDER BY e.nom, e.prenom -- by name</sql>
    <column name="nom" label="Nom"/>
    <column name="prenom" label="Prénom"/>
    <column name="naissance" label="Né(e) le" type="date"/>
    <column name="instrument" label="Instrument" codes="instrument"/>
  </list>
  <list id="nes" label="Nés depuis un jour" record="eleve">
    <parameter name="jour" label="Depuis le" kind="date"/>
    <parameter name="instrument" label="Instrument"/>
    <sql>SELECT num, nom, naissance FROM eleve WHERE substr(naissance, 1, 10) &gt;= :jour AND instrument = :instrument ORDER BY naissance, num</sql>
    <column name="nom" label="Nom"/>
    <column name="naissance" label="Né(e) le" type="date"/>
  </list>
  <list id="fiches" label="Fiches d'accueil" record="eleve">
    <sql>SELECT e.num AS num, e.nom AS nom, f.allergie AS allergie, upper(f.tarif) AS tarif, f.remarque AS remarque
         FROM v_eleve e JOIN fiche f ON f.num = e.num ORDER BY e.nom</sql>
    <column name="nom" label="Nom" sensitivity="identity"/>
    <column name="allergie" label="Allergie"/>
    <column name="tarif" label="Tarif" sensitivity="money"/>
    <column name="remarque" label="Remarque"/>
  </list>
  <list id="allergiques" label="Élèves d'une allergie" record="eleve">
    <parameter name="allergie" label="Allergie" sensitivity="health"><choices>SELECT DISTINCT allergie, allergie FROM fiche WHERE allergie IS NOT NULL</choices></parameter>
    <sql>SELECT e.num, e.nom FROM v_eleve e JOIN fiche f ON f.num = e.num WHERE f.allergie = :allergie</sql>
    <column name="nom" label="Nom" sensitivity="identity"/>
  </list>
  <sheet record="eleve" title="{nom} {prenom}">
    <zone name="results" label="résultats" nodes="annee_notee"/>
    <mark path="inscription" field="etat" values="A" label="inscription annulée" cancelled="yes"/>
    <mark path="annee_notee/note" field="publication" values="non publié" label="non publié"/>
    <identity label="Nom" text="{nom}"/>
    <identity label="Prénom" text="{prenom}"/>
    <amendable kind="name" fields="nom prenom"/>
    <document id="attestation" label="Attestation de scolarité" path="inscription" choice="Année {annee}">
      <when field="etat" values="E" refusal="Cette inscription est annulée."/>
      <text>a été inscrit en {annee} ({etat_libelle})</text>
      <fact label="Année" text="{annee}"/>
    </document>
    <document id="releve" label="Relevé de notes" path="annee_notee" choice="Année {annee}">
      <needs path="inscription" same="annee" field="etat" values="E" refusal="Aucune inscription cette année."/>
      <text>Notes publiées de l'année {annee}</text>
      <table node="note" label="Notes" columns="cours points"><when field="publication" values="publié" override="yes"/></table>
    </document>
  </sheet>
</consult>)x"}};

constexpr const char* content = R"x(
CREATE TABLE eleve(num NUMBER(6), carte VARCHAR2(12), nom VARCHAR2(60), usage VARCHAR2(60), prenom VARCHAR2(60),
                   naissance DATE, instrument VARCHAR2(1));
INSERT INTO eleve VALUES
 (1, '00012345', 'DUPONT LEFÈVRE', NULL, 'Cécile', '1980-02-01T00:00:00', 'V'),
 (2, '20199001', 'DUPONT', NULL, 'Jean-Paul', '1980-01-02T00:00:00', 'P'),
 (3, '0123456789A', 'Durand', 'Dupont', 'Marie', '1975-07-14T00:00:00', 'V'),
 (4, '20199004', 'DUPONTEL', NULL, 'Paul', '1990-12-31T00:00:00', 'X'),
 (5, '20199005', 'D''ÉBÈNE', NULL, 'Œnone', '2000-02-29T00:00:00', 'P'),
 (6, '20199006', 'de la Tour  du Pin', NULL, 'Aymeric', '1980-11-11T00:00:00', NULL),
 (7, '20199007', 'Strauß', NULL, 'Anaïs', NULL, 'V'),
 (8, '1980', 'MARTIN', NULL, 'Lou', '1999-01-01T00:00:00', 'V'),
 (9, NULL, 'ANDRÉ', NULL, 'Martin', '1999-05-06T00:00:00', 'P'),
 (10, '20199010', 'MARTINEZ', 'NÉAR OR "AND"', 'Inès', '1985-03-04T00:00:00', 'P'),
 (11, '20199011', 'MARTIN', NULL, 'Ada', '2001-09-09T00:00:00', 'P'),
 (12, '20199012', 'LE GOFF-DUPONT', NULL, 'Yann', '1970-01-01T00:00:00', 'V');
CREATE TABLE inscription(num NUMBER(6), annee NUMBER(4), etat VARCHAR2(1));
INSERT INTO inscription VALUES (1, 1999, 'E'), (1, 2000, 'A'), (1, 2001, 'E'), (2, 1999, 'E');
CREATE TABLE note(num NUMBER(6), annee NUMBER(4), cours VARCHAR2(20), points NUMBER(4,2), publie VARCHAR2(1));
INSERT INTO note VALUES (1, 1999, 'Solfège', 12.5, 'O'), (1, 1999, 'Chorale', 18, 'N'), (1, 2000, 'Solfège', 15, 'O'),
 (2, 1999, 'Solfège', 9, 'O');
CREATE TABLE fiche(num NUMBER(6), allergie VARCHAR2(60), tarif VARCHAR2(20), remarque VARCHAR2(60));
INSERT INTO fiche VALUES (1, 'ARACHIDE', 'BOURSE-7', 'Salle du fond'), (2, NULL, NULL, 'Près de la fenêtre');
CREATE TABLE absence(num NUMBER(6), jour DATE, cause VARCHAR2(60));
INSERT INTO absence VALUES (1, '1999-11-03T00:00:00', 'SCARLATINE'), (1, '1999-11-04T00:00:00', 'SCARLATINE');
CREATE TABLE salle(cod_bat VARCHAR2(2), etage NUMBER(2), nom_salle VARCHAR2(60));
INSERT INTO salle VALUES ('A', 1, 'Salle Martin'), ('B', 2, 'Auditorium');
)x";

}  // namespace

School::School(const std::string& more) {
  std::filesystem::create_directory(folder());
  extract(more);
}

void School::extract(const std::string& more) {
  const auto source = dir_.path() / "school.sqlite";
  std::filesystem::remove(source);
  {
    auto db = core::Database::create(source);
    db.exec(content);
    if (!more.empty()) db.exec(more);
  }
  const auto app = profiles::load(profile, "school");
  const auto from = extract::open_source(extract::parse_source("sqlite:" + source.string()), {});
  extract::CopyOptions options;
  options.replace = true;
  options.source_label = "sqlite:school.sqlite";
  core::SilentProgress silent;
  const core::FixedClock clock(*core::parse_instant("2026-11-25T10:00:00Z"));
  extract::copy(*from, app, file(), options, clock, silent, {});
}

consult::Archive School::open() const {
  core::SilentProgress silent;
  return consult::Archive::open(file(), silent);
}

std::string keys(const std::vector<consult::Hit>& hits) {
  std::string text;
  for (const auto& h : hits) {
    const auto key = h.key.text();
    text += (text.empty() ? "" : " ") + key.substr(1, key.size() - 2);
  }
  return text;
}

std::string ranked(const std::vector<consult::Hit>& hits) {
  std::string text;
  for (const auto& h : hits) text += (text.empty() ? "" : " ") + keys({h}) + ":" + std::to_string(h.rank);
  return text;
}

}  // namespace versoir::tests

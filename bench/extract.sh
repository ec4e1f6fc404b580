#!/bin/bash
# Extraction against the floor of the same run: bench/extract.sh [ROWS]. Prints a table in Markdown.
# Needs PostgreSQL (packages.txt); makes a server of its own, as a plain user, in a temporary folder.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rows=${1:-2000000}
build=$root/build/release
cmake --build "$build" --target bench_extract bench_delay >/dev/null
. "$root/bench/server.sh"
psql <<SQL
CREATE TABLE mesure (id bigint PRIMARY KEY, code varchar(8) NOT NULL, libelle varchar(80), nom varchar(40), prenom varchar(40),
  note numeric(6,3), coef integer, inscrit timestamp(0), ne date, actif boolean, commentaire varchar(200), cree timestamp(6));
INSERT INTO mesure SELECT i, 'C' || i % 1000, 'Unité d''enseignement ' || i, 'NOM' || i % 50000, 'Prénom ' || i % 3000,
  (i % 20000) / 1000.0, i % 10, timestamp '2001-09-01' + i % 9000 * interval '1 hour', date '1970-01-01' + (i % 12000)::int, i % 3 = 0,
  CASE WHEN i % 4 = 0 THEN repeat('commentaire ', 1 + (i % 12)::int) END, timestamp '2001-09-01' + i * interval '1.003 second'
  FROM generate_series(1, $rows) AS i;
VACUUM ANALYZE mesure;
SQL
cat >"$work/tables.xml" <<'XML'
<tables xmlns="urn:versoir:profile:1" application="bench" label="Mesure" schema="" version="1">
 <table name="MESURE" label="Mesure" key="ID"><column name="ID" type="NUMBER(12)" label="id"/><column name="CODE" type="VARCHAR2(8)" label="c"/>
 <column name="LIBELLE" type="VARCHAR2(80)" label="l"/><column name="NOM" type="VARCHAR2(40)" label="n"/><column name="PRENOM" type="VARCHAR2(40)" label="p"/>
 <column name="NOTE" type="NUMBER(6,3)" label="n"/><column name="COEF" type="NUMBER(8)" label="c"/><column name="INSCRIT" type="DATE" label="i"/>
 <column name="NE" type="DATE" label="n"/><column name="ACTIF" type="VARCHAR2(1)" label="a"/><column name="COMMENTAIRE" type="VARCHAR2(200)" label="c"/>
 <column name="CREE" type="TIMESTAMP" label="c"/></table>
</tables>
XML
line=$(best measure floor "$conn" mesure)
floor=$(awk '{print $3}' <<<"$line")
heading
row "floor: COPY read, split, unescaped, dropped" "$line"
row "versoir extract, digests included" "$(best measure copy "postgresql:$conn" "$work/tables.xml" "$work/m.extract")"
naive() {
  rm -f "$work/n.db" "$work/n.csv"
  local begin end
  begin=$(date +%s%N)
  psql -c "\\copy mesure TO '$work/n.csv' CSV"
  sqlite3 "$work/n.db" "CREATE TABLE mesure (id, code, libelle, nom, prenom, note, coef, inscrit, ne, actif, commentaire, cree);" ".mode csv" ".import $work/n.csv mesure"
  end=$(date +%s%N)
  awk -v rows="$rows" -v ns=$((end - begin)) 'BEGIN {printf "%d %.3f %.0f 0 0\n", rows, ns / 1e9, rows / (ns / 1e9)}'
}
row "psql \\copy, then sqlite3 .import" "$(best naive)"
start_latency 5
row "versoir extract, 5 ms away" "$(best measure copy "postgresql:$delayed" "$work/tables.xml" "$work/d.extract")"
driver=$(ls /usr/lib/*/odbc/psqlodbcw.so | tail -1)
odbc="Driver=$driver;Server=$work;Database=postgres;UID=postgres"
line=$(best measure floor-odbc "$odbc;UseDeclareFetch=1;Fetch=1000" mesure)
floor=$(awk '{print $3}' <<<"$line")
row "floor: psqlODBC, blocks of 1 000 rows, dropped" "$line"
row "versoir extract through psqlODBC" "$(best measure copy "odbc:$odbc" "$work/tables.xml" "$work/o.extract")"

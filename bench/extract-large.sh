#!/bin/bash
# Values too large for a row, and many small ones: bench/extract-large.sh [GIGABYTES] [SMALL]. Prints a table in Markdown.
# The peak must not depend on the size: 500 MB in one value costs what a small one does.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
gigabytes=${1:-4} small=${2:-1000000}
build=$root/build/release
cmake --build "$build" --target bench_extract bench_delay >/dev/null
. "$root/bench/server.sh"
# Half text, half binary, of 500 MB each; stored as they are, or the server would measure its compression.
psql <<SQL
CREATE TABLE gros (id bigint PRIMARY KEY, texte text, octets bytea);
ALTER TABLE gros ALTER texte SET STORAGE EXTERNAL, ALTER octets SET STORAGE EXTERNAL;
INSERT INTO gros SELECT i, repeat(md5(i::text), 15625000), decode(repeat(md5(i::text), 31250000), 'hex') FROM generate_series(1, $gigabytes) AS i;
CREATE TABLE petit (id bigint PRIMARY KEY, texte text, octets bytea);
INSERT INTO petit SELECT i, repeat(md5(i::text), 1 + (i % 30)::int), decode(repeat(md5(i::text), 1 + (i % 7)::int), 'hex') FROM generate_series(1, $small) AS i;
CHECKPOINT;
SQL
cat >"$work/gros.xml" <<'XML'
<tables xmlns="urn:versoir:profile:1" application="bench" label="Gros" schema="" version="1">
 <table name="GROS" label="Gros" key="ID"><column name="ID" type="NUMBER(12)" label="id"/><column name="TEXTE" type="CLOB" label="t"/>
 <column name="OCTETS" type="BLOB" label="o"/></table>
</tables>
XML
sed 's/GROS/PETIT/' "$work/gros.xml" >"$work/petit.xml"
echo "| what | rows | MB | s | MB/s | client CPU s | peak MB |"
echo "|---|---|---|---|---|---|---|"
sized() { awk -v name="$1" -v mb="$2" '{printf "| %s | %d | %.0f | %.1f | %.0f | %.2f | %.0f |\n", name, $1, mb, $2, mb / $2, $4, $5 / 1024}' <<<"$3"; }
megabytes() { psql -A -t -c "SELECT (sum(octet_length(texte)) + sum(octet_length(octets))) / 1e6 FROM $1"; }
sized "values of 500 MB, half text, half binary" "$(megabytes gros)" "$(measure copy "postgresql:$conn" "$work/gros.xml" "$work/gros.extract")"
rm -f "$work/gros.extract"
sized "small texts and binaries" "$(megabytes petit)" "$(measure copy "postgresql:$conn" "$work/petit.xml" "$work/petit.extract")"

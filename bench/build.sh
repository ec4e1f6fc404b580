#!/bin/bash
# SIPs of any size: bench/build.sh [objects|units|manifest|records] (default: the four). Prints tables in Markdown.
#   objects   RECORDS (100 000) records of 8 KB each and one file of MEGABYTES (4 000), against sha512sum and zip -0 of the same bytes
#   units     peak memory of UNITS (1 000 000) units in one lot, against that of 10 000
#   manifest  the manifest of MANIFEST (200 000) units validated, against xmllint --stream --noout, without schema
#   records   records a second from the sample Apogée of STUDENTS (100 000) students
# The records are those of bench/dossiers, an application made for this; nothing is kept.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=${VERSOIR_BUILD:-$root/build/release}
versoir=$build/versoir
[ -n "${VERSOIR_BUILD:-}" ] || cmake --build "$build" --target versoir bench_validate sample-apogee >/dev/null
work=$(mktemp -d "${TMPDIR:-/tmp}/versoir-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
. "$root/bench/measure.sh"
columns() { printf '\n| %s | s | times the floor | CPU s | peak MB |\n|---|---|---|---|---|\n' "$1"; }

# A test PKI, its role register signed by the archive service.
pki() {
  "$root/samples/pki/make-pki" pki >/dev/null 2>&1
  openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in pki/roles.json -signer pki/archive-service.pem \
    -inkey pki/archive-service.key -out pki/roles.json.p7s
}
# workspace NAME RECORDS BYTES: an extract of so many records, each with so many bytes of text; one lot will hold them all.
workspace() {
  mkdir -p "$work/$1" && cd "$work/$1"
  pki
  cat >versoir.conf <<CONF
[establishment]
name = Université d’essai
archival_agency = ARCHIVES
transferring_agency = SCOLARITE
message_prefix = MESURE

[application.dossiers]
originating_agency = SCOLARITE

[signing.producer]
certificate = pki/producer.pem
key = pki/producer.key

[trust]
anchors = pki/ca.pem
roles = pki/roles.json
roles_signer = pki/archive-service.pem

[platform.mesure]
ingest_url = https://localhost:1
access_url = https://localhost:1
tenant = 0
ca = pki/ca.pem
certificate = pki/client.pem
key = pki/client.key
archival_agreement = IC-1

[rules]
DUA_MESURE_5 = APP-5

[transfer]
platform = mesure
max_entries = 10000000
max_bytes = 100000000000
html = no
CONF
  sqlite3 dossiers.sqlite <<SQL
PRAGMA synchronous = OFF;
CREATE TABLE DOSSIER (NUMERO INTEGER PRIMARY KEY, NOM TEXT, CLOS TEXT, TEXTE TEXT);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
INSERT INTO DOSSIER SELECT i, 'Nom ' || i, date('2001-01-01', (i % 5000) || ' days'), substr(hex(randomblob($3 / 2 + 1)), 1, $3) FROM n;
SQL
  "$versoir" extract sqlite:dossiers.sqlite --application "$root/bench/dossiers" --quiet >/dev/null || [ $? = 3 ]
  rm dossiers.sqlite
}
plan() { "$versoir" plan dossiers.extract --id mesure --quiet >/dev/null || [ $? = 3 ]; }
sip() { find "$PWD/versements/mesure" -name 'sip.zip'; }

objects() {
  local megabytes=${MEGABYTES:-4000} records=${RECORDS:-100000}
  workspace objects "$records" 7700
  if [ "$megabytes" -gt 0 ]; then
    mkdir files
    openssl enc -aes-256-ctr -pass pass:versoir -nosalt </dev/zero 2>/dev/null | head -c "${megabytes}000000" >files/minute.bin || true
    printf 'key,file\n%s,minute.bin\n' 1 >files.csv
    printf '\n[files.dossiers]\nlist = files.csv\nfolder = files\n' >>versoir.conf
  fi
  plan
  local made floor
  made=$(measure "$versoir" build mesure --quiet)
  mkdir flat && unzip -q "$(sip)" -d flat
  echo 'cd flat && find . -type f -print0 | xargs -0 sha512sum >../sums && zip -0 -q -r ../floor.zip .' >floor.sh
  floor=$(measure bash floor.sh)
  columns "$records records of $(($(stat -c %s "$(find flat/content -name '*.xml' | head -1)") / 1000)) KB and a file of $megabytes MB, a SIP of $(($(stat -c %s "$(sip)") / 1000000)) MB"
  row "floor: sha512sum, then zip -0" "${floor%% *}" "$floor"
  row "versoir build" "${floor%% *}" "$made"
  rm -rf "$work/objects"
}

units() {
  local few many
  workspace few 10000 100 && plan
  few=$(measure "$versoir" build mesure --quiet)
  workspace many "${UNITS:-1000000}" 100 && plan
  many=$(measure "$versoir" build mesure --quiet)
  columns "units in one lot (floor: the few)"
  row "10 000 units" "${few%% *}" "$few"
  row "${UNITS:-1000000} units" "${few%% *}" "$many"
  rm -rf "$work/few" "$work/many"
}

manifest() {
  local floor checked
  workspace manifest "${MANIFEST:-200000}" 100 && plan
  "$versoir" build mesure --quiet >/dev/null
  unzip -q "$(sip)" manifest.xml
  floor=$(best xmllint --stream --noout --huge manifest.xml)
  checked=$(best "$(find "$build" -name bench_validate -type f | head -1)" manifest.xml)
  columns "manifest of ${MANIFEST:-200000} units, $(($(stat -c %s manifest.xml) / 1000000)) MB"
  row "floor: xmllint --stream --noout" "${floor%% *}" "$floor"
  row "validation, published mode" "${floor%% *}" "$checked"
  rm -rf "$work/manifest"
}

records() {
  mkdir -p "$work/records" && cd "$work/records"
  pki
  sed -e 's|@PORT@|1|g' -e '/^\[timestamp\]/,/^$/d' -e '/^referentials/d' "$root/samples/versoir.conf.in" >versoir.conf
  "$build/sample-apogee" --out apogee.sqlite --students "${STUDENTS:-100000}" >/dev/null
  "$versoir" extract sqlite:apogee.sqlite --application apogee --quiet >/dev/null || [ $? = 3 ]
  rm apogee.sqlite
  "$versoir" plan apogee.extract --id mesure --quiet >/dev/null || [ $? = 3 ]
  local made kept
  made=$(measure "$versoir" build mesure --quiet)
  kept=$(find versements/mesure -name kept.csv -exec cat {} + | grep -vc '^key')
  printf '\n| %s students | s | CPU s | records | records/s | peak MB |\n|---|---|---|---|---|---|\n' "${STUDENTS:-100000}"
  awk -v kept="$kept" '{printf "| versoir build, every archive profile | %.1f | %.1f | %d | %.0f | %.0f |\n", $1, $2, kept, kept / $1, $3 / 1024}' <<<"$made"
  rm -rf "$work/records"
}

uptime
for what in ${*:-objects units manifest records}; do "$what"; done

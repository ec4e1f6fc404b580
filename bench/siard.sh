#!/bin/bash
# SIARD out, in and judged: bench/siard.sh [ROWS]. Prints a table in Markdown; nothing is kept.
# Ratios are of processor time (user + system) in this run, so that a machine that others use says something all the same.
#   export  over reading the same rows with the sqlite3 shell plus deflating the same bytes (zlib, at the level of the export);
#   check   over reading the same tables with libxml2's SAX parser (xmllint --sax --noout);
#   import  is rows a second of processor time, with its peak of memory.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rows=${1:-10000000}
versoir=${VERSOIR:-$root/build/release/versoir}
[ -n "${VERSOIR:-}" ] || cmake --build "$root/build/release" --target versoir >/dev/null
work=$(mktemp -d "${TMPDIR:-/tmp}/versoir-siard.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

# Seconds of processor, seconds, peak in kB of a command; its output goes to $out (default: nowhere). Codes 0 and 3 are fine.
measure() {
  python3 - "${out:-/dev/null}" "$@" <<'PY'
import os, sys, time
start = time.monotonic()
pid = os.fork()
if pid == 0:
    to = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(to, 1)
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(pid, 0)
if os.waitstatus_to_exitcode(status) not in (0, 3):
    sys.exit(f"{sys.argv[2]} failed: {status}")
print(f"{used.ru_utime + used.ru_stime:.2f} {time.monotonic() - start:.2f} {used.ru_maxrss}")
PY
}
row() { awk -v name="$1" -v base="${3:-0}" -v n="$rows" '{printf "| %s | %.2f | %.2f | %s | %.0f | %.0f |\n", name, $1, $2, base ? sprintf("%.2f", $1 / base) : "", n / $1, $3 / 1024}' <<<"$2"; }

"$root/samples/pki/make-pki" pki >/dev/null 2>&1
cat >versoir.conf <<'CONF'
[establishment]
name = Banc
[signing.producer]
certificate = pki/producer.pem
key = pki/producer.key
[trust]
anchors = pki/ca.pem
roles = pki/roles.json
roles_signer = pki/archive-service.pem
CONF
# Seven columns, as the measures of the peers' tools: a key, names, a date, numbers, a text that needs escapes now and then.
sqlite3 source.sqlite >/dev/null <<SQL
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE mesure (id INTEGER PRIMARY KEY, nom VARCHAR(40), prenom VARCHAR(40), jour DATE, montant NUMERIC(10,2), code VARCHAR(8), note VARCHAR(80));
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $rows)
INSERT INTO mesure SELECT i, 'NOM' || (i % 9973), 'Prénom ' || (i % 997), date(2440587.5 + 7000 + i % 15000), printf('%d.%02d', i % 100000, i % 100),
  printf('C%05d', i % 30011), CASE WHEN i % 7 = 0 THEN NULL WHEN i % 11 = 0 THEN 'a < b & c' ELSE 'observation numéro ' || i END FROM n;
SQL
"$versoir" inspect sqlite:source.sqlite --draft profiles/banc >/dev/null
"$versoir" extract sqlite:source.sqlite --application banc >/dev/null || [ $? = 3 ]
rm source.sqlite

echo "$(uptime); $rows rows"
echo
echo "| what | CPU s | s | ratio | rows per CPU s | peak MB |"
echo "|---|---|---|---|---|---|"
exported=$(measure "$versoir" siard export banc.extract --to banc.siard --replace)
unzip -q -o banc.siard 'content/*' -d unpacked
xml=$(find unpacked -name 'table*.xml')
read_floor=$(out=rows.txt measure sqlite3 banc.extract "SELECT * FROM mesure")
rm rows.txt
deflate_floor=$(measure python3 -c '
import sys, zlib
deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
with open(sys.argv[1], "rb") as rows:
    while piece := rows.read(1 << 20):
        sys.stdout.buffer.write(deflate.compress(piece))
sys.stdout.buffer.write(deflate.flush())' "$xml")
floor=$(awk -v a="${read_floor%% *}" -v b="${deflate_floor%% *}" 'BEGIN {print a + b}')
row "floor: SQLite read" "$read_floor"
row "floor: deflate of $(($(stat -c %s "$xml") / 1000000)) MB" "$deflate_floor"
row "siard export" "$exported" "$floor"
sax=$(measure xmllint --sax --noout --huge "$xml")
row "floor: libxml2 SAX" "$sax"
rm -r unpacked
row "siard check, $(($(stat -c %s banc.siard) / 1000000)) MB of archive" "$(measure "$versoir" siard check banc.siard)" "${sax%% *}"
row "extract from siard:, validated" "$(measure "$versoir" extract siard:banc.siard --application banc --output again.extract)"

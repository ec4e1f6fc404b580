#!/bin/bash
# The consultation under load: bench/consult.sh [STUDENTS]. Builds the sample Apogée, extracts and seals it, builds the
# index, opens the service and asks QUERIES (10 000) mixed questions by READERS (20) at once. Prints a table in Markdown.
# Times are those of the server itself (Server-Timing): elapsed, and processor time of the thread that answered.
# KEEP=FOLDER keeps the extract there for another run.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
students=${1:-${STUDENTS:-230000}}
build=${VERSOIR_BUILD:-$root/build/release}
versoir=$build/versoir
work=${KEEP:-$(mktemp -d /tmp/versoir-bench-XXXXXX)}
mkdir -p "$work"
service=
cleanup() {
  if [ -n "$service" ]; then kill "$service" 2>/dev/null || true; wait "$service" 2>/dev/null || true; fi
  [ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
if [ ! -e apogee.extract.seal.json ]; then
  "$root/samples/pki/make-pki" pki >/dev/null 2>&1
  printf '[establishment]\nname = Université d’essai\n\n[signing.producer]\ncertificate = pki/producer.pem\nkey = pki/producer.key\n\n' >versoir.conf
  printf '[trust]\nanchors = pki/ca.pem\nroles = pki/roles.json\nroles_signer = pki/archive-service.pem\n' >>versoir.conf
  openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in pki/roles.json -signer pki/archive-service.pem \
    -inkey pki/archive-service.key -out pki/roles.json.p7s
  "$build/sample-apogee" --out apogee.sqlite --students "$students" >/dev/null
  "$versoir" extract sqlite:apogee.sqlite --application apogee >extract.log 2>&1 || [ $? = 3 ] || { cat extract.log >&2; exit 1; }
  rm -f apogee.sqlite
fi
seconds() { local begin end; begin=$(date +%s.%N); "$@" >/dev/null 2>&1 || true; end=$(date +%s.%N); echo "$end - $begin" | bc; }
rm -f apogee.extract.index
# Not found, so that nothing but the opening is timed.
first=$(seconds /usr/bin/time -f %U -o cpu-first "$versoir" consult search apogee.extract zzzzzz)
again=$(seconds /usr/bin/time -f %U -o cpu-again "$versoir" consult search apogee.extract zzzzzz)
rm -f serve.log consultation-main.jsonl
begin=$(date +%s.%N)
"$versoir" consult serve apogee.extract >serve.log 2>serve.err & service=$!
until grep -qs '^http://127' serve.log; do
  kill -0 "$service" 2>/dev/null || { cat serve.log serve.err >&2; exit 1; }
  sleep 0.01
done
opened=$(echo "$(date +%s.%N) - $begin" | bc)
opening_cpu=$(awk -v hz="$(getconf CLK_TCK)" '{printf "%.2f", ($14 + $15) / hz}' "/proc/$service/stat")
python3 "$root/bench/consult_load.py" "$(grep '^http://127' serve.log)" apogee.extract.index "${QUERIES:-10000}" "${READERS:-20}" >load.txt
peak=$(awk '/VmHWM/ {printf "%.0f", $2 / 1024}' "/proc/$service/status")
persons=$(sqlite3 apogee.extract.index 'SELECT count(*) FROM hit')
lines=$(sqlite3 apogee.extract.index 'SELECT (SELECT count(*) * 2 FROM hit) + (SELECT count(*) FROM name) + (SELECT count(*) FROM sound)')
rows=$(sqlite3 apogee.extract 'SELECT sum(copied_rows) FROM versoir_table')
awk -v n="$persons" -v first="$first" -v again="$again" -v cf="$(tail -1 cpu-first)" -v ca="$(tail -1 cpu-again)" -v opened="$opened" -v oc="$opening_cpu" -v peak="$peak" -v rows="$rows" -v lines="$lines" 'BEGIN {
  printf "%d persons, %d rows, extract of %s\n\n| what | elapsed | processor |\n|---|---|---|\n", n, rows, "'"$(du -h apogee.extract | cut -f1)"'"
  cpu = cf - ca > 0 ? cf - ca : 1e-9
  printf "| index, persons a second | %.0f | %.0f |\n", n / (first - again), n / cpu
  printf "| index, its own rows a second | %.0f | %.0f |\n", lines / (first - again), lines / cpu
  printf "| opening with the index, s | %.2f | %.2f |\n| peak memory, MB | %d | |\n", opened, oc, peak }'
cat load.txt

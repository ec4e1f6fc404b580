#!/bin/bash
# Deposits against a sandbox of this machine: bench/send.sh [PART...], of upload, lots, receipt (all of them). Prints tables.
# MEGABYTES (2000), LOTS (1000), UNITS (100000), RUNS (3) change the sizes.
# Everything is measured as a ratio within one run, the two sides in turn: other work on the machine hits both.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=${VERSOIR_BUILD:-$root/build/release}
export VERSOIR_BUILD=$build LC_ALL=C.UTF-8 LANGUAGE=en
megabytes=${MEGABYTES:-2000} lots=${LOTS:-1000} units=${UNITS:-100000} runs=${RUNS:-3} parallel=${PARALLEL:-8}
parts=${*:-upload lots receipt}
[ -n "${BENCH_BUILT:-}" ] || cmake --build "$build" --target versoir bench_link bench_receipt >/dev/null
source "$root/tests/e2e/lib.sh"
source "$root/tests/e2e/workspace.sh"
link_pid=
extra_cleanup() { if [ -n "$link_pid" ]; then kill "$link_pid" 2>/dev/null || true; fi; }

# Seconds, seconds of processor, peak in kB of a command; its output goes to measured.log. Its exit code must be the first word.
measure() {
  python3 - "$@" <<'PY'
import os, sys, time
wanted, command = int(sys.argv[1]), sys.argv[2:]
start = time.monotonic()
pid = os.fork()
if pid == 0:
    log = os.open("measured.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1), os.dup2(log, 2)
    os.execvp(command[0], command)
_, status, used = os.wait4(pid, 0)
code = os.waitstatus_to_exitcode(status)
if code != wanted:
    sys.exit(f"{command[0]} ended with {code}: {open('measured.log').read()}")
print(f"{time.monotonic() - start:.2f} {used.ru_utime + used.ru_stime:.2f} {used.ru_maxrss}")
PY
}

prepare() { # SQL [CONFIGURATION...]: a workspace whose versement is approved, with a sandbox that runs
  make_workspace
  sign_roles
  sed -i 's/"EveryFormatType":true/&,"FormatUnidentifiedAuthorized":true/' referentials/ingestcontracts.json
  sqlite3 sources/bibliotheque.sqlite "$1"
  start_sandbox ${script:+--script "$script"}
  write_config
  sed -i '/^\[timestamp\]/,/^$/d; s/^poll_first = .*/poll_first = 0/; s/^poll_max = .*/poll_max = 0/' versoir.conf
  sed -i "s/^\[platform.sandbox\]/&\nparallel = $parallel\nblank_test = no/" versoir.conf
  sed -i "s/^\[transfer\]/&\n$2/" versoir.conf
  [ -z "${3:-}" ] || printf '%s\n' "$3" >>versoir.conf
  expect 0 "$versoir" extract sqlite:sources/bibliotheque.sqlite --application "$root/tests/e2e/bibliotheque"
  for step in "plan bibliotheque.extract --id v1" "build v1" "check v1" "review v1"; do
    # shellcheck disable=SC2086
    out=$("$versoir" $step 2>&1) || [ $? = 3 ] || fail "$step: $out"
  done
  expect 0 "$versoir" approve v1 --confirm v1
}

start_link() { # MEGABITS: $link_port leads to the sandbox; link.log has a line for each connection that ended
  rm -f link.log
  "$build/bench/bench_link" "$port" "$1" >link.log & link_pid=$!
  while ! [ -s link.log ]; do sleep 0.05; done
  link_port=$(head -1 link.log)
}
stop_link() { kill "$link_pid"; wait "$link_pid" 2>/dev/null || true; link_pid=; }
largest() { sleep 0.5; tail -n +2 link.log | sort -n | tail -1 | cut -d' ' -f2; } # milliseconds of the connection with most bytes

upload() {
  # The sandbox reads the whole body and then answers 503: nothing is kept, and the same lot can leave again.
  script=$work/closed.json
  echo '{"format":"versoir-sandbox-script/1","rules":[]}' >"$script"
  mkdir -p "$work/ws/ged"
  head -c "${megabytes}M" /dev/urandom >"$work/ws/ged/gros.bin"
  printf 'key;file\n1;gros.bin\n' >"$work/ws/pieces.csv"
  prepare "DELETE FROM LECTEUR WHERE NO_LECTEUR <> 1" "max_bytes = 1000000000000" "$(printf '\n[files.lecteurs]\nlist = pieces.csv\nfolder = ged')"
  sip=$(ls versements/v1/lots/*/sip.zip)
  echo '{"format":"versoir-sandbox-script/1","rules":[{"on":"POST ingests","do":{"status":503,"body":"html"}}]}' >"$script.new" && mv "$script.new" "$script"
  echo "| link | curl s | versoir s | versoir / curl | versoir peak MB | curl CPU s | versoir CPU s, with the visa |"
  echo "|---|---|---|---|---|---|---|"
  for speed in 1000 0; do
    for _ in $(seq "$runs"); do
      start_link "$speed"
      read -r _ curl_cpu _ <<<"$(measure 0 curl -sS -o /dev/null --cacert pki/ca.pem --cert pki/client.pem --key pki/client.key -H 'X-Tenant-Id: 0' \
        -H 'Content-Type: application/octet-stream' -H 'X-Context-Id: DEFAULT_WORKFLOW' -H 'X-Action: RESUME' -H 'Transfer-Encoding: chunked' \
        --http1.1 -X POST -T "$sip" "https://localhost:$link_port/ingest-external/v1/ingests")"
      by_curl=$(largest)
      stop_link; start_link "$speed"
      sed -i "s|^ingest_url = .*|ingest_url = https://localhost:$link_port|" versoir.conf
      approve_here
      read -r _ cpu peak <<<"$(measure 52 "$versoir" send v1 --no-preflight)"
      by_versoir=$(largest)
      stop_link
      awk -v l="$speed" -v a="$by_curl" -v b="$by_versoir" -v p="$peak" -v c="$curl_cpu" -v d="$cpu" \
        'BEGIN {printf "| %s | %.2f | %.2f | %.2f | %.0f | %.1f | %.1f |\n", l ? l " Mbit/s" : "unshaped", a/1000, b/1000, a/b, p/1024, c, d}'
    done
  done
  stop_sandbox
}
approve_here() { # the visa binds the address, which is the relay's
  expect 0 "$versoir" approve v1 --confirm v1
}

many() {
  script=
  prepare "DELETE FROM LECTEUR; DELETE FROM PRET;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $lots) INSERT INTO LECTEUR SELECT i, 'NOM' || i, 'Prénom', '1990-01-01 00:00:00', 'E', NULL FROM n;
    INSERT INTO PRET SELECT NO_LECTEUR, 'A-1', '2019-01-10 00:00:00', '2019-02-10 00:00:00', NULL FROM LECTEUR" "max_entries = 11"
  there=$(ls versements/v1/lots | wc -l)
  echo
  echo "| $there lots, $parallel at a time | s | lots/s | client CPU s | peak MB |"
  echo "|---|---|---|---|---|"
  read -r floor accepted <<<"$("$root/bench/post.py" "https://localhost:$port" pki "$parallel" versements/v1/lots/*/sip.zip)"
  [ "$accepted" = "$there" ] || fail "the posting loop had $accepted of $there accepted"
  awk -v s="$floor" -v n="$there" 'BEGIN {printf "| posting loop, nothing kept | %.1f | %.0f | | |\n", s, n / s}'
  stop_sandbox; rm -rf sandbox; sandbox_port=$port start_sandbox
  read -r took cpu peak <<<"$(measure 0 "$versoir" send v1 --no-preflight)"
  awk -v s="$took" -v n="$there" -v c="$cpu" -v p="$peak" -v f="$floor" \
    'BEGIN {printf "| versoir send | %.1f | %.0f | %.1f | %.0f |\n\nversoir send / posting loop: %.2f\n", s, n / s, c, p / 1024, f / s}'
  stop_sandbox
}

receipt() {
  "$build/bench/bench_receipt" make "$work/receipt" "$units"
  echo
  echo "| reply of $units units, $(($(stat -c %s "$work"/receipt/versements/bench/lots/*/atr.xml) / 1000000)) MB | s | CPU s | peak MB |"
  echo "|---|---|---|---|"
  for _ in $(seq "$runs"); do
    read -r s cpu peak found findings <<<"$("$build/bench/bench_receipt" prove "$work/receipt")"
    [ "$found $findings" = "$units 0" ] || fail "$found units, $findings findings"
    awk -v s="$s" -v c="$cpu" -v p="$peak" 'BEGIN {printf "| parsed and reconciled | %.2f | %.2f | %.1f |\n", s, c, p / 1024}'
  done
}

uptime
echo
whole=$work
for part in $parts; do
  work=$whole/$part
  mkdir -p "$work"
  case $part in
    upload) upload ;;
    lots) many ;;
    receipt) receipt ;;
    *) fail "upload, lots or receipt, not $part" ;;
  esac
  cd "$whole"
  work=$whole
done
